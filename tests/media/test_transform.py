"""Pictures made of others: their sizes, formats and what is refused before it costs anything."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from rowcast.errors import IllegalAssetTransformation, InvalidQuery
from rowcast.media import TYPES, Format, facts_of, transform, wish_of
from rowcast.media.steps import STEPS

RED, BLUE = (250, 10, 10), (10, 10, 250)


def picture(width: int = 40, height: int = 24, kind: str = "PNG", mode: str = "RGB", **saving: Any) -> bytes:
    """Red on its left half, blue on its right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    sink = io.BytesIO()
    image.convert(mode).save(sink, kind, **saving)
    return sink.getvalue()


def made(
    source: bytes, format_: Format = "png", focus: tuple[int, int] | None = None, most: int = 6000, **wanted: Any
) -> Image.Image:
    wish, sink = wish_of(wanted, most, 5), io.BytesIO()
    assert wish is not None
    transform(io.BytesIO(source), sink, wish, format_, most, focus)
    return Image.open(io.BytesIO(sink.getvalue()))


@pytest.mark.parametrize(
    ("wanted", "size"),
    [
        ({"width": 20}, (20, 12)),
        ({"height": "12"}, (20, 12)),
        ({"width": 10, "height": 10}, (10, 10)),
        ({"width": 10, "height": 10, "fit": "inside"}, (10, 6)),
        ({"width": 10, "height": 10, "fit": "outside"}, (17, 10)),
        ({"width": 16, "height": 16, "fit": "contain"}, (16, 16)),
        ({"width": 80}, (80, 48)),
        ({"width": 400, "withoutEnlargement": "true"}, (40, 24)),
        ({"width": 400, "height": 10, "withoutEnlargement": True}, (40, 10)),
        ({"transforms": [["rotate", 90]]}, (24, 40)),
        ({"transforms": '[["extract",{"left":1,"top":2,"width":5,"height":6}],["flip"],["blur",2]]'}, (5, 6)),
        ({"transforms": [["extend", {"left": 2, "bottom": 3}]], "width": 21}, (21, 14)),
    ],
)
def test_sizes(wanted: dict[str, Any], size: tuple[int, int]) -> None:
    assert made(picture(), **wanted).size == size


def test_cover_cuts_around_the_focus() -> None:
    for focus, colour in (((2, 2), RED), ((38, 2), BLUE)):
        cut = made(picture(), width=10, height=24, focus=focus).convert("RGB")
        assert {cut.getpixel((x, 12)) for x in range(10)} == {colour}
    middle = made(picture(), width=20, height=24).convert("RGB")
    assert (middle.getpixel((0, 0)), middle.getpixel((19, 0))) == (RED, BLUE)


@pytest.mark.parametrize("format_", ["jpg", "png", "webp", "avif", "tiff", "gif"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16"])
def test_every_format_of_every_mode(format_: Format, mode: str) -> None:
    kind = "TIFF" if mode in ("CMYK", "I;16") else "PNG"
    image = Image.new("I;16", (40, 24)) if mode == "I;16" else Image.open(io.BytesIO(picture())).convert(mode)
    sink = io.BytesIO()
    image.save(sink, kind)
    result = made(sink.getvalue(), format_, width=20, quality=50)
    assert result.size == (20, 12)
    assert TYPES[Image.MIME[result.format or ""]] == format_


def test_a_photograph_is_turned_as_it_is_to_be_seen_and_loses_its_notes() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x9286] = 6, "Maker", "secret"
    source = picture(400, 240, "JPEG", exif=exif)
    facts = facts_of(io.BytesIO(source), ("ifd0.Make",))
    assert facts is not None
    assert (facts.width, facts.height, facts.metadata) == (240, 400, {"ifd0": {"Make": "Maker"}})
    for format_ in ("jpg", "webp", "png", "avif", "tiff"):
        result = made(source, format_, width=24)
        assert result.size == (24, 40)
        assert "Maker" not in str(dict(result.getexif()))


def test_every_step_there_is() -> None:
    args: dict[str, list[Any]] = {
        "resize": [20, 10, {"fit": "contain"}],
        "extract": [{"left": 0, "top": 0, "width": 5, "height": 5}],
        "extend": [3],
        "rotate": [33],
        "tint": ["#336699"],
        "modulate": [{"brightness": 1.5, "saturation": 0.5}],
        "flatten": [{"background": "white"}],
    }
    for mode in ("RGB", "RGBA", "L"):
        for name in STEPS:
            made(picture(mode=mode), transforms=[[name, *args.get(name, [])]])


@pytest.mark.parametrize(
    "wanted",
    [
        {"width": -5},
        {"width": 0},
        {"width": "wide"},
        {"width": 1e9},
        {"width": 6001},
        {"width": True},
        {"fit": "fill", "width": 3},
        {"format": "exe"},
        {"quality": 101},
        {"transforms": "nonsense"},
        {"transforms": "[" * 1000},
        {"transforms": [["save", "/etc/passwd"]]},
        {"transforms": [["__class__"]]},
        {"transforms": [["blur", "much"]]},
        {"transforms": [["extract", {"left": 0}]]},
        {"transforms": [[["blur"]]]},
        {"transforms": [["flip"]] * 6},
        {"transforms": {"flip": 1}},
    ],
)
def test_wishes_without_a_meaning(wanted: dict[str, Any]) -> None:
    with pytest.raises(InvalidQuery):
        wish_of(wanted, 6000, 5)


def test_nothing_wished() -> None:
    assert wish_of({"download": "", "width": ""}, 6000, 5) is None


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (b"no picture", {"width": 3}),
        (b"", {"width": 3}),
        (picture()[:60], {"width": 3}),
        (picture(1, 100), {"width": 100}),
        (picture(101, 4), {"width": 3}),
        (picture(), {"transforms": [["extract", {"left": 39, "top": 0, "width": 5, "height": 5}]]}),
        (picture(90, 90), {"transforms": [["extend", 20]]}),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {"width": 3}),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", {"width": 3}),
    ],
)
def test_what_cannot_be_made(source: bytes, wanted: dict[str, Any]) -> None:
    with pytest.raises(IllegalAssetTransformation):
        made(source, most=100, **wanted)


def test_equal_wishes_have_equal_names() -> None:
    first, second, other = (wish_of({"width": w, "fit": "cover"}, 6000, 5) for w in (20, "20", 21))
    assert first is not None
    assert second is not None
    assert other is not None
    assert first.name("png") == second.name("png") != other.name("png")
    assert first.name("png") != first.name("webp")


def test_facts_of_what_is_none() -> None:
    assert facts_of(io.BytesIO(b"nothing"), ("*",)) is None
    assert facts_of(io.BytesIO(b""), ("*",)) is None
