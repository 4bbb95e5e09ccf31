"""Opens pictures: only kinds that are wanted, only of a bearable size. Must not know what is done with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from PIL import Image

from rowcast.errors import IllegalAssetTransformation

KINDS = ("AVIF", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
"""The decoders that are let near a stranger's bytes."""


class Unreadable(ValueError):
    """The bytes are no picture of these kinds."""


@contextmanager
def opened(source: BinaryIO) -> Iterator[Image.Image]:
    """The picture, not decoded yet. Raises Unreadable, then and while it is used, for bytes that make no sense."""
    try:
        with Image.open(source, formats=KINDS) as image:
            yield image
    except IllegalAssetTransformation:
        raise
    except (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError, EOFError, MemoryError) as error:
        raise Unreadable(str(error)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable(str(error)) from error


def require_size(image: Image.Image, most: int) -> None:
    """Raise IllegalAssetTransformation for a picture wider or higher than ``most`` pixels: what it costs to decode is
    known before."""
    if max(image.size) > most:
        raise IllegalAssetTransformation(f"The image is larger than {most} pixels in width or height")
