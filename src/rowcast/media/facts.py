"""What is known of a picture without decoding it: width, height, and what the camera wrote. Must not know who asks."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from PIL import ExifTags, Image

from rowcast.media.opened import Unreadable, opened

_SIDEWAYS = frozenset({5, 6, 7, 8})
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Facts:
    """``width`` and ``height`` in pixels as it is to be seen; ``metadata`` by group (``ifd0``, ``exif``, ``gps``) and
    name."""

    width: int
    height: int
    metadata: Mapping[str, Any] = field(default_factory=dict)


def facts_of(source: BinaryIO, allowed: Collection[str]) -> Facts | None:
    """The facts of a picture; None if it is none that can be read. ``allowed``: the metadata to keep, as
    ``group.name``, or ``*``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a strange tag is no reason to refuse a photograph
            with opened(source) as image:
                return _facts(image, allowed)
    except Unreadable:
        return None


def _facts(image: Image.Image, allowed: Collection[str]) -> Facts:
    width, height = image.size
    exif = image.getexif()
    if exif.get(ExifTags.Base.Orientation) in _SIDEWAYS:
        width, height = height, width
    metadata: dict[str, dict[str, Any]] = {}
    for group, name, value in _tags(exif):
        if "*" in allowed or f"{group}.{name}" in allowed:
            metadata.setdefault(group, {})[name] = value
    return Facts(width, height, metadata)


def _tags(exif: Image.Exif) -> Iterator[tuple[str, str, Any]]:
    groups = (
        ("ifd0", ExifTags.TAGS, exif),
        ("exif", ExifTags.TAGS, exif.get_ifd(ExifTags.IFD.Exif)),
        ("gps", ExifTags.GPSTAGS, exif.get_ifd(ExifTags.IFD.GPSInfo)),
    )
    for group, names, tags in groups:
        for tag, value in tags.items():
            plain = _plain(value)
            if tag in names and plain is not None:
                yield group, _spelled(names[tag]), plain


def _spelled(name: str) -> str:
    return {"ISOSpeedRatings": "ISOSpeedRatings", "PhotographicSensitivity": "ISOSpeedRatings"}.get(name, name)


def _plain(value: Any) -> Any:
    """The value as JSON can hold it; None for what is no use to a reader (makers' notes, thumbnails)."""
    if isinstance(value, str):
        return value.strip("\x00 ")[:_LONGEST]
    if isinstance(value, bool | int):
        return value
    if isinstance(value, tuple | list):
        parts = [_plain(part) for part in value]
        return parts if len(parts) <= 16 and None not in parts else None
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if number == number and abs(number) != float("inf") else None
