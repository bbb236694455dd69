"""From a Redis URL, or none, to the bus."""

from kotoserver.bus.memory import MemoryBus
from kotoserver.domain.errors import BadSettings
from kotoserver.ports.bus import Bus


def open_bus(redis_url: str | None) -> Bus:
    """The bus at `redis://…` (or `rediss://…`, `unix://…`), or one inside this process for None.

    Connects at the first use. BadSettings for any other URL, and where the Redis client is not installed.
    """
    if not redis_url:
        return MemoryBus()
    if not redis_url.startswith(("redis://", "rediss://", "unix://")):
        raise BadSettings("REDIS_URL must begin with `redis://`, such as `redis://localhost:6380/0`.")
    try:
        from kotoserver.bus.redis import RedisBus  # the client is an optional extra
        from kotoserver.bus.steady import SteadyBus
    except ModuleNotFoundError as error:
        raise BadSettings(
            "REDIS_URL is set, but the Redis client is missing: pip install 'kotoserver[redis]'."
        ) from error
    return SteadyBus(RedisBus(redis_url))
