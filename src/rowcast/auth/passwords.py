"""Password hashes: argon2id, in the text form that carries its own parameters. Costs tens of milliseconds of a core
by design: callers on an event loop run it in a thread. Must not know users or where hashes are kept.
"""

from __future__ import annotations

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = argon2.PasswordHasher()

DUMMY = "$argon2id$v=19$m=65536,t=3,p=4$b8bEaNCpSoZLW52Z8MhtXQ$KOgiujWvhlsMTfv6UepRIDBteggqw8JKR7Z1TV8tDVQ"
"""A hash (of these parameters) to verify against when there is no user, so that the answer takes as long as for a
wrong password."""


def hash_password(text: str) -> str:
    """The argon2id hash of a password, with a salt of its own."""
    return _hasher.hash(text)


def verify(hashed: str, text: str) -> bool:
    """Whether ``text`` is the password behind ``hashed``; False also for a hash that is none."""
    try:
        return _hasher.verify(hashed, text)
    except (VerificationError, InvalidHashError):
        return False


def is_hash(text: str) -> bool:
    """Whether a value is an argon2 hash already (and must not be hashed again)."""
    return text.startswith("$argon2")
