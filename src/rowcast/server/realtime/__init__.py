"""WebSockets: bytes and time. The upgrade, the frames, the heartbeat; what is said over them is the business of ``protocol`` and
``api.realtime``."""

from rowcast.server.realtime.asgi import AsgiSockets
from rowcast.server.realtime.hub import Hub
from rowcast.server.realtime.upgrade import plug

__all__ = ["AsgiSockets", "Hub", "plug"]
