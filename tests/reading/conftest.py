from pictures import put

__all__ = ["put"]
