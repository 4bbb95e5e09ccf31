"""Typed classes written from a data model: for Python and for TypeScript. Pure: it is given the answers of the server."""

from rowcast.client.types.model import Model, model_of
from rowcast.client.types.python import Style, python
from rowcast.client.types.typescript import typescript

__all__ = ["Model", "Style", "model_of", "python", "typescript"]
