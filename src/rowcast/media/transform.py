"""Makes one picture of another. Must not know where either lives. Blocks: for threads."""

from __future__ import annotations

import warnings
from typing import Any, BinaryIO

from PIL import Image, ImageOps

from rowcast.errors import IllegalAssetTransformation
from rowcast.media.opened import Unreadable, opened, require_size
from rowcast.media.paint import PAINT, Room, flat
from rowcast.media.wish import Format, Wish

_SAVED: dict[Format, tuple[str, dict[str, Any]]] = {
    "jpg": ("JPEG", {"quality": 80, "progressive": True}),
    "png": ("PNG", {}),
    "webp": ("WEBP", {"quality": 80, "method": 4}),
    "avif": ("AVIF", {"quality": 50, "speed": 8}),
    "tiff": ("TIFF", {"compression": "tiff_deflate"}),
    "gif": ("GIF", {}),
}
_PLAIN = frozenset({"L", "LA", "RGB", "RGBA"})
_WHITE = (255, 255, 255)
CENTRE = (0.5, 0.5)


def transform(
    source: BinaryIO, sink: BinaryIO, wish: Wish, format_: Format, most: int, focus: tuple[int, int] | None = None
) -> None:
    """Write the wished picture to ``sink``. ``most``: pixels in either direction, before and at every step; ``focus``:
    the pixel that is to stay in sight. Of a moving picture the first frame is taken. Raises IllegalAssetTransformation."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with opened(source) as original:
                require_size(original, most)
                _write(_made(original, wish, most, focus), sink, wish, format_, original.info.get("icc_profile"))
    except Unreadable as error:
        raise IllegalAssetTransformation(f"The image can't be transformed: {error}") from None


def _made(original: Image.Image, wish: Wish, most: int, focus: tuple[int, int] | None) -> Image.Image:
    if wish.steps and wish.steps[0].name == "resize" and focus is None:
        width, height = (side or 0 for side in wish.steps[0].args[:2])
        original.draft("RGB", (max(width, height), max(width, height)))  # JPEG: decode no more than is needed
    image = ImageOps.exif_transpose(original)
    if image.mode not in _PLAIN:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    share = CENTRE if focus is None else (focus[0] / image.width, focus[1] / image.height)
    room = Room(share, most)
    for step in wish.steps:
        image = PAINT[step.name](image, room, *step.args)
        require_size(image, most)
    return image


def _write(image: Image.Image, sink: BinaryIO, wish: Wish, format_: Format, profile: bytes | None) -> None:
    kind, options = _SAVED[format_]
    if wish.quality is not None and "quality" in options:
        options = {**options, "quality": wish.quality}
    if format_ == "jpg":
        image = flat(image, _WHITE)
    if profile and format_ != "gif" and image.mode in ("RGB", "RGBA"):
        options = {**options, "icc_profile": profile}
    image.save(sink, kind, **options)
