"""The letters that the program writes: password reset, invitation, registration, share. Must not know how they
travel."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING

from rowcast.query.sql import accounts

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine


async def project_name(engine: Engine) -> str:
    """The project's name, as it signs its letters."""
    rows = await engine.store.read(accounts.PROJECT)
    return str(rows[0][0]) if rows and rows[0][0] else "Rowcast"


def reset_letter(project: str, email: str, address: str) -> EmailMessage:
    """The link that lets a user choose a new password."""
    text = f"""Somebody (hopefully you) asked for a new password for your account at {project}.

To choose one, open this address within a day:

{address}

If it was not you, ignore this letter: your password stays as it is.
"""
    return _letter(email, f"A new password for {project}", text)


def invite_letter(project: str, email: str, address: str) -> EmailMessage:
    """The link that lets somebody who was invited choose a password."""
    text = f"""You were invited to {project}.

To accept, choose a password here:

{address}
"""
    return _letter(email, f"Your invitation to {project}", text)


def verification_letter(project: str, email: str, address: str) -> EmailMessage:
    """The link that shows that a registration came from the owner of the address."""
    text = f"""An account at {project} was registered with this e-mail address.

To activate it, open this address:

{address}

If it was not you, ignore this letter: the account stays inactive.
"""
    return _letter(email, f"Confirm your account at {project}", text)


def share_letter(project: str, email: str, address: str) -> EmailMessage:
    """The link to a shared item."""
    text = f"""Something in {project} was shared with you:

{address}
"""
    return _letter(email, f"Shared with you: an item in {project}", text)


def _letter(email: str, subject: str, text: str) -> EmailMessage:
    """Line ends in a subject or an address would be headers of their own; the library refuses those in addresses."""
    letter = EmailMessage()
    letter["To"] = email
    letter["Subject"] = " ".join(subject.split())
    letter.set_content(text)
    return letter
