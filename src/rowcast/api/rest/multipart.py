"""A multipart form as it comes in: its parts in order, a file's bytes while they arrive. Nothing is gathered but small
fields. Must not know what the fields mean."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from rowcast.errors import ContentTooLarge, InvalidPayload, UnsupportedMediaType

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MEDIA_TYPE = "multipart/form-data"
LONGEST_FIELD = 1024 * 1024
MOST_FIELDS = 1000
_LONGEST_HEAD = 16 * 1024


@dataclass(frozen=True, slots=True)
class Field:
    """A part that is a text."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class FilePart:
    """A part that is a file. ``chunks`` gives its bytes once; what is left of them when the next part is asked for is
    skipped."""

    name: str
    filename: str
    type: str | None
    chunks: AsyncIterator[bytes]


def is_multipart(request: Request) -> bool:
    """Whether the body is a form of that kind."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == MEDIA_TYPE


class Form:
    """The parts of a request's form, see ``parts``."""

    def __init__(self, request: Request) -> None:
        _, options = parse_options_header(request.headers.get("content-type"))
        boundary = options.get(b"boundary")
        if not is_multipart(request) or not boundary:
            sentence = "The body has to be a multipart form with a boundary."
            raise UnsupportedMediaType(sentence, where="Content-Type header")
        self._body = request.stream()
        self._events: deque[tuple[str, Any]] = deque()
        self._head: dict[str, str] = {}
        self._name, self._value = bytearray(), bytearray()
        try:
            self._parser = MultipartParser(boundary, self._callbacks())
        except FormParserError as error:
            raise _unreadable(error) from None

    async def parts(self) -> AsyncIterator[Field | FilePart]:
        """Every part. Raises InvalidPayload for what is no form or is cut off."""
        count = 0
        while (event := await self._next()) is not None:
            kind, head = event
            if kind != "begin":
                continue
            count += 1
            if count > MOST_FIELDS:
                raise InvalidPayload(f"The form has more than {MOST_FIELDS} parts")
            yield await self._part(head)

    async def _part(self, head: dict[str, str]) -> Field | FilePart:
        _, options = parse_options_header(head.get("content-disposition"))
        if b"name" not in options:
            raise InvalidPayload("A part of the form has no name")
        name = _text(options[b"name"])
        if b"filename" in options:
            return FilePart(name, _text(options[b"filename"]), head.get("content-type"), self._chunks())
        value = bytearray()
        async for chunk in self._chunks():
            value += chunk
            if len(value) > LONGEST_FIELD:
                raise InvalidPayload(f'The field "{name}" is longer than {LONGEST_FIELD} bytes')
        return Field(name, _text(bytes(value)))

    async def _chunks(self) -> AsyncIterator[bytes]:
        while (event := await self._next()) is not None:
            kind, data = event
            if kind == "end":
                return
            yield data
        raise InvalidPayload("The form is cut off")

    async def _next(self) -> tuple[str, Any] | None:
        """The next event; None at the end of the body."""
        while not self._events:
            try:
                chunk = await anext(self._body, None)
                if chunk is None:
                    self._parser.finalize()
                    return None
                self._parser.write(chunk)
            except (FormParserError, ClientDisconnect) as error:
                raise _unreadable(error) from None
        return self._events.popleft()

    # ---- what the parser calls ---------------------------------------------------------------------------------------------

    def _callbacks(self) -> MultipartCallbacks:
        return {
            "on_header_field": lambda data, start, end: self._grow(self._name, data[start:end]),
            "on_header_value": lambda data, start, end: self._grow(self._value, data[start:end]),
            "on_header_end": self._on_header,
            "on_headers_finished": self._on_head,
            "on_part_data": lambda data, start, end: self._events.append(("data", data[start:end])),
            "on_part_end": lambda: self._events.append(("end", None)),
        }

    def _grow(self, part: bytearray, data: bytes) -> None:
        part += data
        if len(part) > _LONGEST_HEAD:
            raise FormParserError("a header is too long")

    def _on_header(self) -> None:
        self._head[self._name.decode("latin-1").lower()] = self._value.decode("latin-1")
        self._name.clear()
        self._value.clear()
        if len(self._head) > 50:
            raise FormParserError("too many headers")

    def _on_head(self) -> None:
        self._events.append(("begin", self._head))
        self._head = {}


async def uploaded(request: Request, limit: int) -> tuple[str, bytes]:
    """Media type and content of the first file of the form, at most ``limit`` bytes. Raises InvalidPayload,
    UnsupportedMediaType and ContentTooLarge."""
    async for part in Form(request).parts():
        if isinstance(part, FilePart):
            content = bytearray()
            async for chunk in part.chunks:
                content += chunk
                if len(content) > limit:
                    raise ContentTooLarge(f"A file to import may have {limit} bytes at most.")
            return (part.type or "").partition(";")[0].strip().lower(), bytes(content)
    raise InvalidPayload("No file was included in the body")


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _unreadable(error: Exception) -> InvalidPayload:
    return InvalidPayload(f"The form can't be read: {error}")
