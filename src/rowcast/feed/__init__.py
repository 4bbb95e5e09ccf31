"""What happened: changes, commits and positions. Knows no database and no subscriber."""

from rowcast.feed.commit import Change, Commit, Image, Kind, Position

__all__ = ["Change", "Commit", "Image", "Kind", "Position"]
