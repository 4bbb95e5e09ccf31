"""What a picture is: its size, what a camera wrote into it, and other pictures made of it. Knows Pillow; must not know
files' rows, rights or where bytes live."""

from rowcast.media.facts import Facts, facts_of
from rowcast.media.transform import transform
from rowcast.media.wish import PRESETS, TYPES, Format, Step, Wish, wish_of

__all__ = ["PRESETS", "TYPES", "Facts", "Format", "Step", "Wish", "facts_of", "transform", "wish_of"]
