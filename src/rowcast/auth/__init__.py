"""Who asks: actor, passwords and tokens. Pure; knows no store."""

from rowcast.auth.actor import PUBLIC, SYSTEM, Actor

__all__ = ["PUBLIC", "SYSTEM", "Actor"]
