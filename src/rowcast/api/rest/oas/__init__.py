"""The REST API as an OpenAPI document, for the one who asks."""

from rowcast.api.rest.oas.document import document

__all__ = ["document"]
