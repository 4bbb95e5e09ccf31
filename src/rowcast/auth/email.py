"""The form of e-mail addresses. Must not know who has them or whether they reach anybody."""

from __future__ import annotations

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LABEL = r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9\u0080-\U0010ffff-]{0,61}[A-Za-z0-9\u0080-\U0010ffff])?"
_EMAIL = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})+)")
_LONGEST = 254

_NOWHERE = frozenset({"test", "invalid", "localhost"})
"""Top level names that are set aside (RFC 6761): mail to them cannot arrive."""


def is_email(text: object) -> bool:
    """Whether the value has the form of an address: ``local@domain.top``."""
    return isinstance(text, str) and len(text) <= _LONGEST and _EMAIL.fullmatch(text) is not None


def is_deliverable(text: object) -> bool:
    """Whether mail to the address could ever arrive: its form is right and its domain is not set aside for tests."""
    return is_email(text) and str(text).rpartition(".")[2].lower() not in _NOWHERE
