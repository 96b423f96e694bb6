"""Write a model card anew: its figures, and whatever else was measured of the model.

    python -m nlp.training.card_update MODEL --evaluation evaluation.json --section ablation.json …

``metrics.json`` of the model folder stays the one source: what joins it is kept there, and the card is written from it.
``evaluation.json`` is what ``dangol evaluate -o`` measured. A section is a JSON object with a ``title`` and any of
``text``, ``columns`` with ``rows`` (cells are texts, numbers, or figures with ``value``, ``low`` and ``high``) and
``notes``; one with the title of an earlier section takes its place.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nlp.errors import InputError
from nlp.files import replacing
from nlp.taxonomy import Taxonomy
from nlp.training.card import model_card
from nlp.training.figures import Evaluation

METRICS = "metrics.json"
CARD = "README.md"

_KEPT = Evaluation.__dataclass_fields__.keys() - {"slices"}
"""Where the measured texts come from is not told to everyone who is given the model."""


def write_card(
    folder: Path,
    *,
    training: Mapping[str, Any] | None = None,
    evaluation: Mapping[str, Any] | None = None,
    sections: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Take figures and sections into the folder's ``metrics.json`` and write its card anew.

    ``training`` says how a new model was made; whatever ``metrics.json`` said of another one goes.

    Raises InputError when ``metrics.json``, or what is to join it, lacks what a card says.
    """
    path = folder / METRICS
    metrics: dict[str, Any] = _json(path) if training is None else {"training": training}
    if evaluation is not None:
        metrics["evaluation"] = {name: found for name, found in evaluation.items() if name in _KEPT}
    for item in sections:
        _check(item)
    kept = {item["title"]: item for item in (*metrics.get("sections", ()), *sections)}
    if kept:
        metrics["sections"] = list(kept.values())
    try:
        figures = Evaluation.from_dict({"slices": {}, **metrics["evaluation"]})
        text = model_card(metrics["training"], figures, Taxonomy.load(folder / "taxonomy.toml"), tuple(kept.values()))
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "{path}: the figures lack what the card says ({error}); measure them with 'dangol evaluate -o FILE' and "
            "give that file with --evaluation",
            path=path,
            error=error,
        ) from error
    with replacing(path) as stream:
        stream.write(json.dumps(metrics, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n")
    with replacing(folder / CARD) as stream:
        stream.write(text.encode())


def _check(item: Mapping[str, Any]) -> None:
    rows, columns = item.get("rows", ()), item.get("columns", ())
    if not item.get("title") or any(len(row) != len(columns) for row in rows):
        raise InputError(
            "a section needs a 'title', and in every row as many cells as there are 'columns'; given is {title!r}",
            title=item.get("title"),
        )


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            "{path}: cannot be read as JSON ({error}); check the path and the file", path=path, error=error
        ) from error
    if not isinstance(found, dict):
        raise InputError("{path}: not a JSON object; write it between braces", path=path)
    return found


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description="Write a model card anew from metrics.json and files that join it.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--evaluation", type=Path, help="what 'dangol evaluate -o' wrote")
    parser.add_argument("--section", type=Path, action="append", default=[], help="a further section, may be repeated")
    options = parser.parse_args()
    write_card(
        options.model,
        evaluation=_json(options.evaluation) if options.evaluation else None,
        sections=[_json(path) for path in options.section],
    )


if __name__ == "__main__":
    main()
