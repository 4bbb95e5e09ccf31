"""Where bytes live: files behind a small seam, on the local disk so far, and how they are fetched from elsewhere. Must
not know rows, rights or what the bytes mean."""

from rowcast.storage.base import Received, Stat, Storage
from rowcast.storage.open import DRIVERS, open_storage

__all__ = ["DRIVERS", "Received", "Stat", "Storage", "open_storage"]
