"""What pydantic found wrong with a request, as fields and messages of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nlp.errors import DangolError, Message
from nlp.serve.refusals import MOST_TOLD, InvalidError, invalid

_TAGS = ("Text", "Object", "Dialogue")
"""Names of the kinds of a text in a request; they stand in the places that pydantic tells, not in the request."""


def broken_rules(found: Sequence[Mapping[str, Any]]) -> InvalidError:
    """What pydantic found wrong, as fields and rules; each place begins with what holds the fields."""
    found = [item for item in found if not _follows(item, found)]
    return invalid(*((_field(item["loc"]), _rule(item)) for item in found[:MOST_TOLD]))


def _follows(item: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a list is too short only because pydantic does not count items that have errors of their own."""
    place = item["loc"]
    return item["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in found
    )


def _rule(item: Mapping[str, Any]) -> Message:
    """What pydantic found, as a message of ours; the value itself is never repeated."""
    context = item.get("ctx", {})
    match item["type"]:
        case "missing":
            return Message("the field is missing")
        case "extra_forbidden":
            return Message("there is no such field")
        case "string_too_long":
            return Message("at most {most} characters are allowed", most=context["max_length"])
        case "string_too_short" | "too_short":
            return Message("at least {least} must be given", least=context["min_length"])
        case "too_long":
            return Message("at most {most} items are allowed", most=context["max_length"])
        case "string_type":
            return Message("a text is needed, in quotation marks")
        case "string_unicode":
            return Message("a text in valid Unicode is needed")
        case "list_type" | "tuple_type":
            return Message("a list is needed")
        case "dict_type" | "model_type" | "model_attributes_type":
            return Message("an object is needed")
        case "bool_type" | "bool_parsing":
            return Message("true or false is needed")
        case "literal_error" | "enum":
            return Message("one of these is needed: {expected}", expected=context["expected"])
        case "greater_than_equal":
            return Message("a number of at least {least} is needed", least=context["ge"])
        case "greater_than":
            return Message("a number above {bound} is needed", bound=context["gt"])
        case "less_than_equal":
            return Message("a number of at most {most} is needed", most=context["le"])
        case "less_than":
            return Message("a number below {bound} is needed", bound=context["lt"])
        case kind if kind.startswith("int"):
            return Message("a whole number is needed")
        case kind if kind.startswith(("float", "finite")):
            return Message("a number is needed")
        case kind if kind.startswith(("datetime", "date", "timezone")):
            return Message("a date and time such as 2026-11-22T09:30:00 is needed")
        case "value_error" if isinstance(context.get("error"), DangolError):
            found: Message = context["error"].message
            return found
        case _:
            return Message("the value does not fit the description at /openapi.json")


def _field(place: Sequence[str | int]) -> str:
    """``("body", "texts", 0, "Text")`` → ``texts.0``; names of union members are left out."""
    head, *rest = place
    parts = [str(part) for part in rest if part not in _TAGS]
    return ".".join(parts) or str(head)
