"""The commands of the client: ``types``, ``watch``, ``tail`` and ``items``. Needs ``rowcast[cli]``; the rest of the client
does not."""

from rowcast.client.command.commands import register

__all__ = ["register"]
