"""What the customer said, where no model is at hand to say which sentence carries a label."""

from __future__ import annotations

from collections.abc import Callable

from nlp.classified import ClassifiedTable
from nlp.report.analysis import Phrases
from nlp.text.prepare import prepare


def lexical_evidence(
    table: ClassifiedTable, phrases: Phrases | None = None, *, most: int = 2
) -> Callable[[int], tuple[str, ...]]:
    """A function that gives up to ``most`` sentences of a document, in their order.

    Of the customer's sentences those come first that hold most key phrases of the causes decided; between
    equals, the longer one, which says more.
    """
    typical: dict[str, set[str]] = {}
    for item in phrases.typical if phrases is not None else ():
        typical.setdefault(item.label, set()).update(item.phrase.shown.split())

    def of(row: int) -> tuple[str, ...]:
        text = prepare(str(table.texts[row]), mask=False)
        found = [text.customer[start:end] for start, end in text.customer_sentences()]
        causes = table.taxonomy.group("cause").ids if "cause" in table.taxonomy else ()
        wanted = {word for cause in causes if table.has("cause", cause)[row] for word in typical.get(cause, ())}
        # "거부하다" stands in a sentence as 거부했다, 거부하고 …: the stem is what can be found.
        stems = {word.removesuffix("하다").removesuffix("다") for word in wanted}
        scores = [sum(stem in sentence for stem in stems if stem) for sentence in found]
        order = sorted(range(len(found)), key=lambda at: (-scores[at], -len(found[at])))
        return tuple(found[at] for at in sorted(order[:most]))

    return of
