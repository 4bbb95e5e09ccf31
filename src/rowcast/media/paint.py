"""The steps themselves: pixels in, pixels out. Must not know where wishes come from; arguments are those that
``media.steps`` read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageChops, ImageColor, ImageEnhance, ImageFilter, ImageOps

from rowcast.errors import IllegalAssetTransformation

Picture = Image.Image
_SMOOTH = Image.Resampling.LANCZOS
_MEDIAN = 4_000_000


@dataclass(frozen=True, slots=True)
class Room:
    """What steps have to keep to. ``focus``: what stays in sight, as shares of width and height; ``most``: pixels in either
    direction, asked for before there are any."""

    focus: tuple[float, float]
    most: int

    def require(self, width: int, height: int) -> None:
        """Raise IllegalAssetTransformation for a picture that is too large."""
        if max(width, height) > self.most:
            raise IllegalAssetTransformation(f"The image would be larger than {self.most} pixels in width or height")


def resize(image: Picture, room: Room, width: int | None, height: int | None, fit: str, no_larger: bool) -> Picture:
    """Scale, and cut (``cover``) or pad (``contain``) where both sides are given."""
    if width is None or height is None or fit in ("inside", "outside"):
        return _scaled(image, room, _scale(image, width, height, largest=fit == "outside", no_larger=no_larger))
    if fit == "contain":
        inside = _scaled(image, room, _scale(image, width, height, largest=False, no_larger=no_larger))
        return _padded(inside, width, height)
    return _covering(image, room, width, height, no_larger)


def _covering(image: Picture, room: Room, width: int, height: int, no_larger: bool) -> Picture:
    """Cut first, in the proportions that are wanted, then scale: never more pixels than the larger of the two."""
    scale = _scale(image, width, height, largest=True, no_larger=no_larger)
    wide, high = min(width / scale, image.width), min(height / scale, image.height)
    left = min(max(image.width * room.focus[0] - wide / 2, 0), image.width - wide)
    top = min(max(image.height * room.focus[1] - high / 2, 0), image.height - high)
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    room.require(*size)
    return image.resize(size, _SMOOTH, box=(left, top, left + wide, top + high))


def _scale(image: Picture, width: int | None, height: int | None, *, largest: bool, no_larger: bool) -> float:
    shares = [side / own for side, own in ((width, image.width), (height, image.height)) if side]
    scale = max(shares) if largest else min(shares)
    return min(scale, 1.0) if no_larger else scale


def _scaled(image: Picture, room: Room, scale: float) -> Picture:
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    room.require(*size)
    return image if size == image.size else image.resize(size, _SMOOTH)


def _padded(image: Picture, width: int, height: int) -> Picture:
    ground = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    ground.paste(image.convert("RGBA"), ((width - image.width) // 2, (height - image.height) // 2))
    return ground


def _extract(image: Picture, _room: Room, left: int, top: int, width: int, height: int) -> Picture:
    if left + width > image.width or top + height > image.height:
        raise ValueError("the part lies outside of the image")
    return image.crop((left, top, left + width, top + height))


def _extend(image: Picture, room: Room, left: int, top: int, right: int, bottom: int, ground: str) -> Picture:
    size = image.width + left + right, image.height + top + bottom
    room.require(*size)
    whole = Image.new("RGBA", size, ImageColor.getcolor(ground, "RGBA"))
    whole.paste(image.convert("RGBA"), (left, top))
    return whole


def _rotate(image: Picture, _room: Room, angle: float | None, ground: str) -> Picture:
    if angle is None:
        return image
    turns = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
    if angle % 360 in turns:
        return image.transpose(turns[int(angle % 360)])
    if angle % 360 == 0:
        return image
    colour = ImageColor.getcolor(ground, "RGBA")
    return image.convert("RGBA").rotate(-angle, Image.Resampling.BICUBIC, expand=True, fillcolor=colour)


def _colours(change: Callable[..., Picture]) -> Callable[..., Picture]:
    """Work on the colours, leave transparency as it is."""

    def on(image: Picture, _room: Room, *args: Any) -> Picture:
        if "A" not in image.getbands():
            return change(image, *args)
        alpha = image.getchannel("A")
        result = change(image.convert("L" if image.mode == "LA" else "RGB"), *args)
        result.putalpha(alpha)
        return result

    return on


def _gamma(image: Picture, value: float) -> Picture:
    return image.point([round(255 * (level / 255) ** (1 / value)) for level in range(256)] * len(image.getbands()))


def _threshold(image: Picture, value: float) -> Picture:
    return image.convert("L").point([255 if level >= value else 0 for level in range(256)])


def _median(image: Picture, _room: Room, size: float) -> Picture:
    if image.width * image.height > _MEDIAN:
        raise IllegalAssetTransformation(f"A median is taken of {_MEDIAN} pixels at most: resize first")
    return image.filter(ImageFilter.MedianFilter(int(size) | 1))


def _modulate(image: Picture, brightness: float, saturation: float) -> Picture:
    return ImageEnhance.Color(ImageEnhance.Brightness(image).enhance(brightness)).enhance(saturation)


def _tint(image: Picture, colour: str) -> Picture:
    return ImageOps.colorize(image.convert("L"), "black", ImageColor.getrgb(colour)[:3], mid=None)


def _flatten(image: Picture, _room: Room, ground: str) -> Picture:
    return flat(image, ImageColor.getrgb(ground)[:3])


def flat(image: Picture, ground: Any) -> Picture:
    """The picture on a ground, without transparency."""
    if "A" not in image.getbands():
        return image
    whole = Image.new("RGB", image.size, ground)
    whole.paste(image.convert("RGBA"), mask=image.getchannel("A"))
    return whole


PAINT: dict[str, Callable[..., Picture]] = {
    "resize": resize,
    "extract": _extract,
    "extend": _extend,
    "rotate": _rotate,
    "flip": lambda image, _room: ImageOps.flip(image),
    "flop": lambda image, _room: ImageOps.mirror(image),
    "blur": lambda image, _room, radius: image.filter(ImageFilter.GaussianBlur(radius)),
    "sharpen": lambda image, _room, radius: image.filter(ImageFilter.UnsharpMask(radius)),
    "median": _median,
    "gamma": _colours(_gamma),
    "threshold": _colours(_threshold),
    "negate": _colours(ImageChops.invert),
    "normalise": _colours(ImageOps.autocontrast),
    "greyscale": lambda image, _room: image.convert("LA" if "A" in image.getbands() else "L"),
    "modulate": _colours(_modulate),
    "tint": _colours(_tint),
    "flatten": _flatten,
}
"""Name of a step → what it does to a picture, given its room and the step's arguments."""
