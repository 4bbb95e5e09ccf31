"""The server in Python: an application to run, mount and extend. See the room's DESIGN.md; the names for users are those of
``rowcast``."""
