"""Who calls, and what they may do."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Protocol, TypeAlias, get_args

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from nlp.serve.refusals import ForbiddenError, RateLimitedError, UnauthenticatedError, retry
from nlp.serve.services import services
from nlp.store import ApiKey, Role, StoreError

REMEMBERED = 5.0
"""Seconds that a verified key is trusted without asking the store again; a revoked one works no longer than that."""

_MOST = 10_000
_LONGEST_WAIT = 60.0
"""Seconds that a caller is told to wait at most."""


class KeyStore(Protocol):
    """What is needed of the store's keys."""

    def verify(self, secret: str) -> ApiKey | None:
        """The key whose secret this is, None when there is none or it was revoked."""

    def any_active(self) -> bool:
        """Whether there is a key that would be let in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who calls: a key, or ``local`` for programs of this machine where no key is needed."""

    id: str
    name: str
    role: Role

    def allows(self, role: Role) -> bool:
        """Whether the caller may do what ``role`` may: an admin everything, a reader least."""
        order = get_args(Role)
        return order.index(self.role) >= order.index(role)


LOCAL = Caller(id="local", name="local", role="admin")

_bearer = HTTPBearer(auto_error=False, description="Authorization: Bearer dgl_…")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="X-API-Key: dgl_…")

Dependency: TypeAlias = Callable[..., Awaitable[Caller]]


def unknown_key() -> UnauthenticatedError:
    """The error for a key that is not, or no longer, let in."""
    return UnauthenticatedError("the API key is unknown or was revoked; ask the operator for another")


class Gate:
    """Verifies secrets, remembers them for a few seconds, and counts requests per caller."""

    def __init__(
        self,
        keys: KeyStore,
        *,
        needed: bool,
        rate_per_minute: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = keys
        self._needed = needed
        self._rate = rate_per_minute / 60.0
        self._burst = max(1.0, rate_per_minute / 6.0)
        self._clock = clock
        self._known: dict[bytes, tuple[float, Caller]] = {}
        self._buckets: dict[str, tuple[float, float, float]] = {}

    async def caller(self, secret: str | None) -> Caller:
        """The caller behind a secret; raises UnauthenticatedError."""
        if not secret:
            if self._needed:
                raise UnauthenticatedError(
                    "no API key was sent; send 'Authorization: Bearer …' with a key of 'dangol keys create'"
                )
            return LOCAL
        digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
        now = self._clock()
        until, caller = self._known.get(digest, (0.0, LOCAL))
        if until > now:
            return caller
        self._known.pop(digest, None)
        key = await asyncio.to_thread(self._keys.verify, secret)
        if key is None:
            raise unknown_key()
        caller = Caller(id=key.id, name=key.name, role=key.role)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[digest] = (now + REMEMBERED, caller)
        return caller

    async def still(self, secret: str | None) -> bool:
        """Whether a secret that was let in still is; a store that does not answer changes nothing."""
        try:
            await self.caller(secret)
        except UnauthenticatedError:
            return False
        except StoreError:
            pass
        return True

    def count(self, caller: Caller) -> None:
        """A token bucket per caller: a sixth of a minute's requests at once, then the rate. Raises RateLimitedError.

        Who is refused is told to come when those refused before have had their turn, so that all get through.
        """
        if not self._rate:
            return
        now = self._clock()
        left, promised, at = self._buckets.get(caller.id, (self._burst, 0.0, now))
        earned = (now - at) * self._rate
        left, promised = min(self._burst, left + earned), max(0.0, promised - earned)
        if left < 1.0:
            seconds = min((1.0 - left + promised) / self._rate, _LONGEST_WAIT)
            self._buckets[caller.id] = (left, min(promised + 1.0, _LONGEST_WAIT * self._rate), now)
            raise retry(
                RateLimitedError(
                    "more than {rate} requests a minute, or {burst} at once, came from this key; slow down",
                    rate=round(self._rate * 60),
                    burst=int(self._burst),
                ),
                seconds,
            )
        self._buckets[caller.id] = (left - 1.0, promised, now)


def require(role: Role) -> Dependency:
    """A dependency that lets in callers of at least ``role`` and gives the caller."""

    async def admitted(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        header: Annotated[str | None, Depends(_header)],
    ) -> Caller:
        secret = bearer.credentials if bearer is not None else header
        gate = services(request).gate
        caller = await gate.caller(secret)
        request.state.caller = caller.id
        request.state.still = partial(gate.still, secret)
        gate.count(caller)
        if not caller.allows(role):
            raise ForbiddenError(
                "the key '{name}' has the role {role}; this needs {needed}",
                name=caller.name,
                role=caller.role,
                needed=role,
            )
        return caller

    return admitted


Reader = Annotated[Caller, Depends(require("reader"))]
Analyst = Annotated[Caller, Depends(require("analyst"))]
Admin = Annotated[Caller, Depends(require("admin"))]
