"""The arguments of the client's commands. Must not do what they ask; shows it as JSON lines or hands it to the terminal view."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import anyio
import msgspec
import typer

from rowcast.client.client import Client, EventName, create_client
from rowcast.client.items import Items
from rowcast.client.subscription import Event
from rowcast.errors import AuthFailed, Forbidden, InvalidCollection, InvalidConfiguration, InvalidPayload, InvalidQuery


def _unless_outdone(context: typer.Context, param: typer.CallbackParam, value: str | None) -> str | None:
    """Who asks, as the environment says it, gives way to what the command line says, and a login to a token. What is on the command
    line has been looked at before the environment, the token before the login."""
    source = context.get_parameter_source(str(param.name))
    others = ("email", "password") if param.name == "token" else ("token",)
    is_outdone = any(context.params.get(name) is not None for name in others)
    return None if is_outdone and source is not None and source.name == "ENVIRONMENT" else value


Url = Annotated[str, typer.Option(envvar="ROWCAST_URL", help="The address of the server.")]
Token = Annotated[
    str | None, typer.Option(envvar="ROWCAST_TOKEN", help="A token of the user who asks.", callback=_unless_outdone)
]
Email = Annotated[
    str | None,
    typer.Option(envvar="ROWCAST_EMAIL", help="His e-mail address, instead of a token.", callback=_unless_outdone),
]
Password = Annotated[
    str | None, typer.Option(envvar="ROWCAST_PASSWORD", help="His password.", callback=_unless_outdone)
]
Collection = Annotated[str, typer.Argument(help="The collection.")]
Filter = Annotated[str | None, typer.Option(help="Only rows that fulfil this, as JSON.")]
Fields = Annotated[str | None, typer.Option(help="Only these fields, as a comma list.")]
Sort = Annotated[str | None, typer.Option(help="The order, as a comma list; - before a name for descending.")]
Limit = Annotated[int, typer.Option(help="At most so many rows; -1 for all.")]
PrimaryKey = Annotated[str, typer.Option(help="The name of the primary key.")]
PUBLIC = "(asked as the public: give --token or ROWCAST_TOKEN)"
MODEL = (
    "Types are made of directus_collections, directus_fields and directus_relations: ask as an administrator, as a user with "
    "access to the Studio, or let the user's policy read these."
)
LOCAL = "http://127.0.0.1:8055"

items = typer.Typer(help="Read and write items; answers are JSON.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(types)
    app.command()(watch)
    app.command()(tail)
    app.add_typer(items, name="items")


def types(
    lang: Annotated[Literal["python", "typescript"], typer.Option(help="The language.")] = "python",
    style: Annotated[
        Literal["struct", "typeddict"],
        typer.Option(help="Of Python: classes of msgspec, or dicts whose members are known."),
    ] = "struct",
    output: Annotated[Path | None, typer.Option(help="The file to write, else the terminal.")] = None,
    system: Annotated[bool, typer.Option("--system", help="The server's own collections too.")] = False,
    url: Url = LOCAL,
    token: Token = None,
    email: Email = None,
    password: Password = None,
) -> None:
    """Write typed classes for the collections that the user may see."""
    from rowcast.client.types import model_of, python, typescript

    async def ask(client: Client) -> list[Any]:
        try:
            found = [await client.collections.read(), await client.fields.read(), await client.relations.read()]
        except Forbidden as error:
            raise Forbidden(f"{error.message} {MODEL}") from error
        return cast(list[Any], model_of(*found, system=system))

    models = _run(ask, url, token, email, password)
    text = python(models, style) if lang == "python" else typescript(models)
    if output is None:
        typer.echo(text, nl=False)
    else:
        _write(output, text)


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text)
    except OSError as error:
        raise InvalidConfiguration(f"{output} cannot be written: {error.strerror}") from error


def watch(
    collection: Collection,
    filter: Filter = None,
    fields: Fields = None,
    sort: Sort = None,
    limit: Limit = 20,
    key: PrimaryKey = "id",
    url: Url = LOCAL,
    token: Token = None,
    email: Email = None,
    password: Password = None,
) -> None:
    """Show the rows of a query, and keep them as they are now. Ctrl-C ends it."""
    from rowcast.client.command.view import show

    query = _query(filter, fields, sort, limit)
    _run(lambda client: show(client, collection, query, key), url, token, email, password)


def tail(
    collection: Collection,
    event: Annotated[
        Literal["create", "update", "delete"] | None, typer.Option(help="Only events of this kind.")
    ] = None,
    filter: Filter = None,
    fields: Fields = None,
    since: Annotated[str | None, typer.Option(help="Go on from this position, which an event has told.")] = None,
    count: Annotated[int | None, typer.Option(help="End after so many events.")] = None,
    url: Url = LOCAL,
    token: Token = None,
    email: Email = None,
    password: Password = None,
) -> None:
    """Print what happens to a collection, one JSON object a line. Ctrl-C ends it."""
    query = _query(filter, fields, None, None)
    _run(lambda client: _tail(client, collection, event, query, since, count), url, token, email, password)


async def _tail(
    client: Client,
    collection: str,
    event: EventName | None,
    query: dict[str, Any],
    since: str | None,
    count: int | None,
) -> None:
    left = count
    async with client.subscribe(collection, event=event, query=query, since=since) as events:
        if events.init.kind == "gap":  # it could not go on from there
            _print_event(events.init)
        while left is None or left > 0:
            _print_event(await anext(events))
            left = None if left is None else left - 1


@items.command()
def read(
    collection: Collection,
    key: Annotated[str | None, typer.Argument(help="The key of one item.")] = None,
    filter: Filter = None,
    fields: Fields = None,
    sort: Sort = None,
    limit: Limit = 100,
    url: Url = LOCAL,
    token: Token = None,
    email: Email = None,
    password: Password = None,
) -> None:
    """Print the items of a query, or one item."""
    query: Any = _query(filter, fields, sort, None if key is not None else limit)

    async def ask(rows: Items) -> Any:
        return await (rows.read(**query) if key is None else rows.read_one(key, **query))

    _print_all(_items(collection, ask, url, token, email, password))


@items.command()
def create(
    collection: Collection,
    data: Annotated[str, typer.Argument(help="An item or a list of items as JSON; - reads it from the input.")],
    url: Url = LOCAL,
    token: Token = None,
    email: Email = None,
    password: Password = None,
) -> None:
    """Make items; prints them as they are stored."""
    said = _data(data)
    given = [_object(each) for each in said] if isinstance(said, list) else _object(said)

    async def ask(rows: Items) -> Any:
        return await (rows.create_many(given) if isinstance(given, list) else rows.create(given))

    _print_all(_items(collection, ask, url, token, email, password))


@items.command()
def update(
    collection: Collection,
    key: Annotated[str, typer.Argument(help="The key of the item.")],
    data: Annotated[str, typer.Argument(help="What changes, as JSON; - reads it from the input.")],
    url: Url = LOCAL,
    token: Token = None,
    email: Email = None,
    password: Password = None,
) -> None:
    """Change an item; prints it as it is stored."""
    given = _object(_data(data))
    _print_all(_items(collection, lambda rows: rows.update(key, given), url, token, email, password))


@items.command()
def delete(
    collection: Collection,
    keys: Annotated[list[str], typer.Argument(help="The keys of the items.")],
    url: Url = LOCAL,
    token: Token = None,
    email: Email = None,
    password: Password = None,
) -> None:
    """Delete items, all or none."""
    _items(collection, lambda rows: rows.delete_many(keys), url, token, email, password)


# ---- what they have in common -----------------------------------------------------------------------------------------


def _run(
    work: Callable[[Client], Coroutine[Any, Any, Any]],
    url: str,
    token: str | None,
    email: str | None,
    password: str | None,
) -> Any:
    async def main() -> Any:
        async with create_client(url, token=token, email=email, password=password) as client:
            return await work(client)

    try:
        return anyio.run(main)
    except (AuthFailed, Forbidden, InvalidCollection) as error:
        if token is None and email is None:
            raise type(error)(f"{error.message} {PUBLIC}") from error
        raise
    except KeyboardInterrupt:
        return None
    except BrokenPipeError:  # whoever read this has read enough; nothing is to be said at the exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return None


def _items(collection: str, work: Callable[[Items], Coroutine[Any, Any, Any]], *who: Any) -> Any:
    return _run(lambda client: work(client.rest.items(collection)), *who)


def _query(filter: str | None, fields: str | None, sort: str | None, limit: int | None) -> dict[str, Any]:
    try:
        condition = None if filter is None else json.loads(filter)
    except ValueError as error:
        raise InvalidQuery(f"The filter is no JSON: {error}") from error
    said = {"filter": condition, "fields": fields, "sort": sort, "limit": limit}
    return {name: value for name, value in said.items() if value is not None}


def _data(text: str) -> Any:
    try:
        return json.loads(sys.stdin.read() if text == "-" else text)
    except ValueError as error:
        raise InvalidPayload(f"The data is no JSON: {error}") from error


def _object(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise InvalidPayload(f"An item is an object, not {json.dumps(given)[:40]}")
    return given


def _print_all(found: Any) -> None:
    for each in found if isinstance(found, list) else [found]:
        _print(each)


def _print_event(event: Event) -> None:
    data = event.keys if event.kind == "delete" else event.rows
    position = {} if event.position is None else {"position": event.position}
    _print({"event": event.kind, "data": data, **position})


def _print(value: Any) -> None:
    typer.echo(msgspec.json.encode(value).decode())
