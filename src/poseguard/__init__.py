"""poseguard: explains where a photo could be read as political partisanship."""

__version__ = "0.1.0"
