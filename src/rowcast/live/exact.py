"""What a change means to those who hold an exact set of rows: entering, changing inside, leaving. Must not know to whom it is
told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from rowcast.feed import Change, Image
from rowcast.feed.commit import Key
from rowcast.live.audience import Audience
from rowcast.live.held import Difference


def outcomes(audience: Audience, changes: Iterable[Change]) -> Difference:
    """What became of the set by these changes, by the images of the rows alone."""
    encode, primary = audience.encode, audience.primary
    assert encode is not None
    deleted: list[bytes] = []
    created: list[tuple[bytes, bytes]] = []
    updated: list[tuple[bytes, bytes]] = []
    for change in changes:
        before, after = change.before, change.after
        was, stays = before is not None and audience.holds(before), after is not None and audience.holds(after)
        if was and not stays:
            deleted.append(key_of(change, primary))
        elif stays and after is not None:
            row = encode(after)
            if not was or before is None:
                created.append((key_of(change, primary), row))
            elif encode(before) != row or _is_moved(audience, before, after):
                updated.append((key_of(change, primary), row))
    return Difference(deleted, created, updated)


def key_of(change: Change, primary: str) -> bytes:
    """The row's key as JSON, as rows show it."""
    image = change.after or change.before
    return bytes(image.parts[primary]) if image is not None else msgspec.json.encode(change.key)


def keys_of(changes: Sequence[Change], primary: str) -> dict[Key, bytes]:
    """The keys as the log has them, and as JSON."""
    return {change.key: key_of(change, primary) for change in changes}


def _is_moved(audience: Audience, before: Image, after: Image) -> bool:
    """Whether a value that the view is sorted by has changed."""
    return any(
        before.values.get(order.ref.field.name) != after.values.get(order.ref.field.name)
        for order in audience.view.order
    )
