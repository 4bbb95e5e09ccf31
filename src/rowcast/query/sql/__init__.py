"""Questions and mutations as SQL text. The only room besides ``store`` that contains SQL; runs none of it."""

from rowcast.query.sql.read import count, keys, rows
from rowcast.query.sql.statement import Statement, bind

__all__ = ["Statement", "bind", "count", "keys", "rows"]
