"""What exists: collections, fields, relations and types as frozen values. Knows no database, no query, no user."""

from rowcast.schema.model import Collection, Column, Field, ForeignKey, Link, Relation, Schema

__all__ = ["Collection", "Column", "Field", "ForeignKey", "Link", "Relation", "Schema"]
