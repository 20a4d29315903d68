"""fragilite: where digital exclusion hurts and where nobody is near to help."""

__version__ = "0.1.0"
