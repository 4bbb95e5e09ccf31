"""The command line. Must not do anything itself beyond reading arguments and telling results."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import typer

from rowcast.errors import RowcastError
from rowcast.server.light import load_log
from rowcast.version import __version__

T = TypeVar("T")

app = typer.Typer(
    name="rowcast",
    help="Live, permissioned data on your own SQL database.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
user = typer.Typer(help="Make users and their tokens.", no_args_is_help=True)
app.add_typer(user, name="user")

Database = Annotated[str | None, typer.Option(help="The database, for example sqlite:///data/rowcast.db.")]
Email = Annotated[str, typer.Argument(help="The user's e-mail address.")]


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def rowcast(
    version: Annotated[
        bool, typer.Option("--version", help="Tell the version.", is_eager=True, callback=_tell_version)
    ] = False,
) -> None:
    """Live, permissioned data on your own SQL database."""


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65535)
    ] = None,
    database: Database = None,
    app: Annotated[str | None, typer.Option(help="Your application, as module:name.", metavar="MODULE:NAME")] = None,
) -> None:
    """Start the server; make the database first if there is none."""
    load_log()
    from rowcast.server.extend.app import Rowcast
    from rowcast.server.extend.loading import load_app
    from rowcast.server.serve import serve as run

    chosen = Rowcast() if app is None else load_app(app)
    _run(run(chosen, chosen.config(host=host, port=port, database_url=database)))


@app.command()
def init(database: Database = None) -> None:
    """Make the database and the administrator, without serving."""
    from rowcast.server.config import load
    from rowcast.server.tasks import initialize

    _run(initialize(load(database_url=database)))


@user.command()
def create(
    email: Email,
    password: Annotated[str | None, typer.Option(help="Generated and shown if not given.")] = None,
    role: Annotated[str | None, typer.Option(help="Name or id of the user's role.")] = None,
    database: Database = None,
) -> None:
    """Make a user."""
    from rowcast.server.config import load
    from rowcast.server.tasks import create_user

    _run(create_user(load(existing=True, database_url=database), email, password, role))


@user.command()
def token(email: Email, database: Database = None) -> None:
    """Give a user a new static token and show it once. The old one ends."""
    from rowcast.server.config import load
    from rowcast.server.tasks import renew_token

    _run(renew_token(load(existing=True, database_url=database), email))


@app.command()
def explain(
    collection: Annotated[str, typer.Option(help="The collection.")],
    action: Annotated[str, typer.Option(help="create, read, update, delete or share.")],
    user: Annotated[
        str, typer.Option(help="E-mail address or id of the user; public for nobody in particular.")
    ] = "public",
    key: Annotated[str | None, typer.Option(help="The key of one item.")] = None,
    field: Annotated[list[str] | None, typer.Option(help="A field; may be given several times.")] = None,
    ip: Annotated[str | None, typer.Option(help="The address that the user asks from.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the whole trace as JSON.")] = False,
    database: Database = None,
) -> None:
    """Tell why a user may or may not do something. Ends with status 1 when it may not."""
    from rowcast.engine.explain import Question
    from rowcast.server.config import load
    from rowcast.server.explain import explain as run

    question = Question(user, collection, action, key, tuple(field or ()), ip)
    if not _run(run(load(existing=True, database_url=database), question, as_json=json)):
        sys.exit(1)


@app.command()
def version() -> None:
    """Tell the version."""
    typer.echo(__version__)


def main() -> None:
    """Run the command line. A failure that has a reason is told in one line, with status 2."""
    try:
        app()
    except RowcastError as error:
        typer.echo(f"rowcast: {error.message}", err=True)
        sys.exit(2)


def _run(task: Coroutine[Any, Any, T]) -> T:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(task)
