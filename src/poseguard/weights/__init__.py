"""The networks: which files, where they lie, and a look at their digest before any of them is used."""

from poseguard.weights.manifest import Manifest, Model, load_manifest, shipped_dir
from poseguard.weights.store import digest, find, fitting, model, models, search_dirs, user_dir, verified_bytes

__all__ = [
    "Manifest",
    "Model",
    "digest",
    "find",
    "fitting",
    "load_manifest",
    "model",
    "models",
    "search_dirs",
    "shipped_dir",
    "user_dir",
    "verified_bytes",
]
