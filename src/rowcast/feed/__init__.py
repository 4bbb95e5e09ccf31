"""What happened: changes, commits and positions. Knows no database and no subscriber."""

from rowcast.feed.commit import GAP, NONE, Change, Commit, Image, Kind, Position
from rowcast.feed.tail import Tail

__all__ = ["GAP", "NONE", "Change", "Commit", "Image", "Kind", "Position", "Tail"]
