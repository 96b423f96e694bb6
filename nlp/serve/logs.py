"""Structured logs: one JSON object a line on the error stream, and no word of a customer in any of them.

An exception is logged by its kind and the places it passed, never by its message: messages of libraries quote
what they choke on, and that is the customer's text.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any

import structlog

_Found = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(level: str = "info", form: str = "json") -> None:
    """Send the logs of the server and of its libraries to the error stream."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_message,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries talk at length, and some of them of bodies and statements.
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))
    for name in ("dangol", "uvicorn"):
        logging.getLogger(name).setLevel(level.upper())
    # The parser of uploads warns of single bytes that the caller is told of anyway.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)


def without_message(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Replace ``exc_info`` by the exception's kind and the places it passed."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    elif isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    if found and found[0] is not None:
        event["error"] = found[0].__name__
        event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(found[2])[-8:]]
    event.pop("stack_info", None)
    return event
