"""Letters leave by SMTP; a real conversation with a server of our own."""

from __future__ import annotations

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage

from rowcast.engine.account.letters import reset_letter
from rowcast.engine.account.mail import Console, Mailer, Nowhere, Smtp, transport_of
from rowcast.engine.settings import Email
from tests.support.listening import listening


class MailServer:
    """Takes mail as RFC 5321 has it, without extensions, and keeps it."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            verb = line.split(b" ")[0].strip().upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                self.taken.append(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            await writer.drain()


async def test_smtp() -> None:
    server = MailServer()
    async with listening(server.serve) as port:
        mailer = Mailer(Email("smtp", "from@example.org", "127.0.0.1", port, smtp_ignore_tls=True))
        mailer.post(reset_letter("Büro", "ann@example.com", "https://data.example.org/?token=abc"))
        await mailer.drain()
    taken = message_from_bytes(server.taken[0], policy=policy.default)
    assert isinstance(taken, EmailMessage)
    assert (taken["To"], taken["From"]) == ("ann@example.com", "from@example.org")
    assert "Büro" in taken["Subject"]
    assert "https://data.example.org/?token=abc" in taken.get_content()


async def test_what_cannot_be_sent_is_logged() -> None:
    mailer = Mailer(Email("smtp", smtp_host="127.0.0.1", smtp_port=1))
    mailer.post(reset_letter("p", "ann@example.com", "x"))
    await mailer.drain()


async def test_a_subject_is_one_line() -> None:
    assert reset_letter("a\r\nBcc: x@y.z", "ann@example.com", "x")["Subject"] == "A new password for a Bcc: x@y.z"


def test_the_settings_name_the_transport() -> None:
    assert isinstance(transport_of(Email("smtp")), Smtp)
    assert isinstance(transport_of(Email("console")), Console)
    assert isinstance(transport_of(Email("none")), Nowhere)
