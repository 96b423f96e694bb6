"""Errors as JSON and back, so that a job that failed can say why in whatever language is asked for later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nlp.errors import DangolError, Joined, Message


def pack(error: DangolError, say: Callable[[str], str] = str) -> dict[str, Any]:
    """Template and fields; ``say`` may change what stands in a field, such as a path that is nobody's business."""
    return _packed(error.message, say)  # type: ignore[no-any-return]


def unpack(packed: dict[str, Any]) -> DangolError:
    """The error with its message; its class is not kept."""
    message = _unpacked(packed)
    return DangolError(message.template, **message.fields)


def _packed(value: object, say: Callable[[str], str]) -> Any:
    if isinstance(value, DangolError):
        value = value.message
    if isinstance(value, OSError):
        # Templates ask for its strerror, and its number is what gets translated.
        return {"errno": value.errno or 0, "strerror": value.strerror or type(value).__name__}
    if isinstance(value, Message):
        fields = {name: _packed(field, say) for name, field in value.fields.items()}
        # Without fields the template is text as it is, which may quote anything.
        return {"template": value.template if fields else say(value.template), "fields": fields}
    if isinstance(value, Joined):
        return {"separator": value.separator, "parts": [_packed(part, say) for part in value.parts]}
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return say(str(value)).replace("\0", "")


def _unpacked(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "errno" in value:
        return OSError(value["errno"], value["strerror"])
    if "parts" in value:
        return Joined(value["separator"], [_unpacked(part) for part in value["parts"]])
    return Message(value["template"], **{name: _unpacked(field) for name, field in value["fields"].items()})
