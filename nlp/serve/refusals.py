"""Refusals: the errors that the server itself raises, each with the code of its problem (``problems.KINDS``).

What raises them knows nothing of HTTP; ``problems`` makes answers of them, and of the library's errors.
"""

from __future__ import annotations

from typing import ClassVar, TypeVar

from nlp.errors import DangolError, Message


class ServiceError(DangolError):
    """An answer that is a refusal; ``retry_after`` is the seconds until the same request may work."""

    code: ClassVar[str] = "internal"
    retry_after: float | None = None


class InvalidError(ServiceError):
    """Fields do not keep a limit of this server; ``errors`` names each and its rule."""

    code = "invalid"
    errors: tuple[tuple[str, Message], ...] = ()


class UnauthenticatedError(ServiceError):
    """No API key, or one that is unknown or revoked."""

    code = "unauthenticated"


class ForbiddenError(ServiceError):
    """The key's role does not reach."""

    code = "forbidden"


class StrangerError(ServiceError):
    """A web page that this server does not answer sent the request."""

    code = "stranger"


class NotFoundError(ServiceError):
    """There is no such thing, or it is not the caller's."""

    code = "not-found"


class ConflictError(ServiceError):
    """The thing is not in a state that allows this."""

    code = "conflict"


class TooLargeError(ServiceError):
    """The body is larger than a request may be."""

    code = "too-large"


class TooSlowError(ServiceError):
    """The body did not arrive in time."""

    code = "too-slow"


class MediaTypeError(ServiceError):
    """The body is of a kind that this route does not read."""

    code = "media-type"


class RateLimitedError(ServiceError):
    """The key has sent as many requests as it may."""

    code = "rate-limited"


class OverloadedError(ServiceError):
    """The queue is full; the request was refused before any work was done."""

    code = "overloaded"


class DeadlineError(ServiceError):
    """The answer took longer than a request may."""

    code = "deadline"


class NotReadyError(ServiceError):
    """The server starts, stops, or has no model."""

    code = "not-ready"


class DiskFullError(ServiceError):
    """There is no room for the upload."""

    code = "disk-full"


MOST_TOLD = 20
"""Broken rules that one answer lists."""

T = TypeVar("T", bound=ServiceError)


def invalid(*errors: tuple[str, Message]) -> InvalidError:
    """The error that names these fields."""
    error = InvalidError(
        "{count} field(s) do not fit; see 'errors' and the description at /openapi.json", count=len(errors)
    )
    error.errors = errors
    return error


def file_too_large(most: int) -> TooLargeError:
    """The error for an uploaded file of more than ``most`` bytes."""
    return TooLargeError(
        "the file is larger than {most:,g} MiB; split it, or send it as Parquet", most=round(most / (1 << 20), 1)
    )


def retry(error: T, seconds: float) -> T:
    """The error with a time after which another try makes sense."""
    error.retry_after = seconds
    return error


def disk_full() -> DiskFullError:
    """The error for an upload that found no room."""
    return DiskFullError("the disk of the server is full; the file was not kept. Make room, or try again later")
