"""The password policy: a regular expression, written plain or between slashes with flags (``/^.{8,}$/i``)."""

from __future__ import annotations

import re

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_NAMED = re.compile(r"\(\?<(?=[A-Za-z_])")


def compile_pattern(text: str) -> re.Pattern[str] | None:
    """The policy as a pattern, or None where it is no regular expression."""
    body, flags = text, 0
    if len(text) > 1 and text.startswith("/") and (end := text.rfind("/")) > 0:
        body = text[1:end]
        for letter in text[end + 1 :]:
            flags |= _FLAGS.get(letter, 0)
    try:
        return re.compile(_NAMED.sub("(?P<", body), flags)
    except re.error:
        return None


def satisfies(text: str, policy: str | None) -> bool:
    """Whether a password meets the policy. No policy asks nothing; one that cannot be read refuses everything,
    rather than letting weak passwords in unseen."""
    if not policy:
        return True
    pattern = compile_pattern(policy)
    return pattern is not None and pattern.search(text) is not None
