"""The version, by itself: whoever needs it needs nothing else."""

__version__ = "0.1.0"
