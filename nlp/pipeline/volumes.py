"""Contacts per stage, from a table of the user's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from nlp.corpus.dates import parse_time
from nlp.errors import InputError
from nlp.pipeline.forms import read_form
from nlp.taxonomy import Taxonomy
from nlp.wom.journey import StageVolume

_COLUMNS = {
    "stage": ("단계", "접점 단계", "stage"),
    "contacts": ("건수", "이용 건수", "이용건수", "contacts", "volume"),
    "first": ("시작일", "시작", "부터", "first", "from", "start"),
    "last": ("종료일", "끝", "까지", "last", "to", "end"),
}


def read_volumes(path: Path, taxonomy: Taxonomy) -> tuple[StageVolume, ...]:
    """A table with the columns 단계 and 건수, and perhaps 시작일 and 종료일; stages by Korean name or id.

    Raises InputError naming the place of a stage, number or date that cannot be read.
    """
    if "stage" not in taxonomy:
        raise InputError("{path}: this taxonomy has no stages; leave the volume table out", path=path)
    names = {name: label.id for label in taxonomy.group("stage").labels for name in (label.id, label.ko, label.en)}
    volumes = []
    for row in read_form(path, _COLUMNS, needed=("stage", "contacts")):
        stage, contacts = row.cells["stage"], row.cells["contacts"].replace(",", "").removesuffix("건")
        if stage not in names:
            allowed = ", ".join(label.ko for label in taxonomy.group("stage").labels)
            raise InputError(
                "{place}: {stage!r} is no stage; write one of {allowed}", place=row.place, stage=stage, allowed=allowed
            )
        if not contacts.isdecimal():
            raise InputError(
                "{place}: the number of contacts is {written!r}; write a whole number",
                place=row.place,
                written=row.cells["contacts"],
            )
        volumes.append(
            StageVolume(
                stage=names[stage],
                contacts=int(contacts),
                first=_day(row.cells.get("first", ""), row.place),
                last=_day(row.cells.get("last", ""), row.place),
            )
        )
    return tuple(volumes)


def _day(written: str, place: str) -> date | None:
    if not written:
        return None
    moment = parse_time(written)
    if moment is None:
        raise InputError("{place}: {written!r} is no date; write it as 2026-11-21", place=place, written=written)
    return moment.date()
