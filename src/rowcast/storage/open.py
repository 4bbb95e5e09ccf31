"""Makes a storage from its settings. The one place that knows which kinds there are."""

from __future__ import annotations

from rowcast.storage.base import Storage
from rowcast.storage.local import LocalStorage

DRIVERS = ("local",)
"""The kinds of storage, as ``STORAGE_<LOCATION>_DRIVER`` names them."""


def open_storage(driver: str, root: str) -> Storage:
    """The storage of that kind. ``root``: its folder."""
    assert driver in DRIVERS, driver
    return LocalStorage(root)
