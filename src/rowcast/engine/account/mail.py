"""How mail leaves: by SMTP, onto the log (for development), or not at all. Must not know what a letter is about."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol

import structlog

from rowcast.engine.background import Background
from rowcast.engine.settings import Email

log = structlog.get_logger("rowcast.mail")


class Transport(Protocol):
    """Somebody who takes a finished message to its readers."""

    async def send(self, message: EmailMessage) -> None:
        """Hand over one message. Raises whatever goes wrong."""
        ...


class Console:
    """Writes messages to the log, links and all: for development."""

    async def send(self, message: EmailMessage) -> None:
        """Log the message."""
        log.info("mail", to=message["To"], subject=message["Subject"], letter=message.get_content())


class Nowhere:
    """Drops messages: mail is switched off."""

    async def send(self, message: EmailMessage) -> None:
        """Note that a message was dropped, without its text."""
        log.warning("mail is switched off, a message was dropped", subject=message["Subject"])


class Smtp:
    """Hands messages to a mail server."""

    def __init__(self, email: Email) -> None:
        self._email = email

    async def send(self, message: EmailMessage) -> None:
        """Deliver one message in a connection of its own. TLS from the start with ``smtp_secure``, else STARTTLS
        when the server offers it and ``smtp_ignore_tls`` does not forbid it."""
        import aiosmtplib  # a megabyte, and most servers have sent nothing yet

        email = self._email
        await aiosmtplib.send(
            message,
            hostname=email.smtp_host,
            port=email.smtp_port,
            username=email.smtp_user,
            password=email.smtp_password,
            use_tls=email.smtp_secure,
            start_tls=False if email.smtp_secure or email.smtp_ignore_tls else None,
            timeout=30,
        )


class Mailer:
    """Sends letters in the background: nobody who asks can tell from the time of the answer whether one was sent."""

    def __init__(self, email: Email, transport: Transport | None = None) -> None:
        self._sender = email.sender
        self._transport = transport or transport_of(email)
        self._tasks = Background()

    def post(self, message: EmailMessage) -> None:
        """Send a message soon. What goes wrong is logged."""
        if message["From"] is None:
            message["From"] = self._sender
        self._tasks.begin(self._send(message))

    async def drain(self) -> None:
        """Wait until every message posted so far was handed over or failed."""
        await self._tasks.settle()

    async def _send(self, message: EmailMessage) -> None:
        try:
            await self._transport.send(message)
        except Exception as error:
            log.error("mail could not be sent", to=message["To"], subject=message["Subject"], error=repr(error))


def transport_of(email: Email) -> Transport:
    """The transport that the settings name."""
    if email.transport == "smtp":
        return Smtp(email)
    return Console() if email.transport == "console" else Nowhere()
