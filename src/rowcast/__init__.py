"""Rowcast: live, permissioned data on your own SQL database. See the rooms' DESIGN.md for the map."""

__version__ = "0.1.0"
