"""Blindness to identity: words that say who somebody is or where they live are read as one neutral term.

서울, 부산 and 제주도 become the same token ids, so that no decision can hang on which of them a text names
("blindness": Garg et al. 2019, Counterfactual Fairness in Text Classification through Robustness). The rules are
normalisers of the tokenizer: they travel in ``tokenizer.json`` and hold wherever the model is read, in training as in
use. The words stand in ``data/identity_terms.toml``. A model that was trained without them takes them over, its
weights as they are:

    python -m nlp.training.identity MODEL [--sighted]
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tokenizers import Regex, Tokenizer, normalizers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from nlp.resources import data_path
from nlp.training.encoder import fast_tokenizer, load_encoder, save_encoder
from nlp.training.noise.hangul import PARTICLES, split

_MARK = "(?#identity)"
"""Begins the pattern of every rule, so that the rules can be told from others; a comment of the expression."""

_OTHERS = "들|분|님|도|만|의|에|에서|에선|에게|한테|께|께서|까지|부터|보다|처럼|하고|밖에|조차|마저|쪽|점"
_JOINED = "|".join((_OTHERS, *(form for pair in PARTICLES for form in pair)))
_COPULA = "입|인데|인지|인가|이고|이라|이네|이었|였|라고|라서|라는"
_END = r"(?=[^가-힣]|$)"
_FOLLOWED = rf"(?=(?:{_JOINED})*{_END}|(?:{_COPULA}))"


def blind(tokenizer: Tokenizer) -> None:
    """Let ``tokenizer`` read every identity term as the neutral term of its table, particles fitted to it."""
    _set_rules(tokenizer, [*_terms(), *_particles()])


def sighted(tokenizer: Tokenizer) -> None:
    """Take the rules of ``blind`` away again."""
    _set_rules(tokenizer, [])


def is_blind(tokenizer: Tokenizer) -> bool:
    """Whether ``blind`` was applied to it."""
    return any(map(_is_rule, _steps(tokenizer)))


def blinded_base(base: str | Path, *, blinded: bool, folder: Path) -> str | Path:
    """``base``, or a copy of it in ``folder`` whose tokenizer is blind to identity terms, or no longer so."""
    if is_blind(fast_tokenizer(base)) == blinded:
        return base
    if not folder.exists():
        model = load_encoder(base)
        model.config.dangol_lineage = getattr(model.config, "dangol_lineage", Path(base).name)
        spelling = folder.with_name(f"{folder.name}-tokenizer")
        _tokenizer(base, blinded=blinded).save_pretrained(spelling)
        save_encoder(model, tokenizer_of=spelling, folder=folder)
    return folder


def _tokenizer(base: str | Path, *, blinded: bool) -> PreTrainedTokenizerFast:
    known = AutoTokenizer.from_pretrained(base)
    (blind if blinded else sighted)(known.backend_tokenizer)
    # Of the general class: those of one architecture (BertTokenizer) build their normaliser anew.
    return PreTrainedTokenizerFast(
        tokenizer_object=known.backend_tokenizer, model_max_length=known.model_max_length, **known.special_tokens_map
    )


def _set_rules(tokenizer: Tokenizer, rules: list[normalizers.Normalizer]) -> None:
    steps = [*(step for step in _steps(tokenizer) if not _is_rule(step)), *rules]
    # Set to what changes nothing: a tokenizer's normaliser cannot be taken away.
    tokenizer.normalizer = normalizers.Sequence(steps)


def _steps(tokenizer: Tokenizer) -> list[normalizers.Normalizer]:
    return [] if tokenizer.normalizer is None else list(_flat(tokenizer.normalizer))


def _flat(step: normalizers.Normalizer) -> Iterator[normalizers.Normalizer]:
    # A vocabulary of one's own stands behind the steps of the tokenizer before it, a sequence within a sequence.
    if isinstance(step, normalizers.Sequence):
        for index in range(len(step)):
            yield from _flat(step[index])
    else:
        yield step


def _is_rule(step: normalizers.Normalizer) -> bool:
    return _MARK in json.loads(step.__getstate__()).get("pattern", {}).get("Regex", "")


def _terms() -> Iterator[normalizers.Normalizer]:
    for table in _tables():
        # A short word is one only at its beginning (아들); a long one also ends a compound (택배아저씨).
        inside = [word for word in table.words if not table.place and len(word) > 2]
        alone = [word for word in table.words if word not in inside]
        words = "|".join((*inside, *((rf"(?<![가-힣])(?:{'|'.join(alone)})",) if alone else ())))
        yield _rule(f"(?:{words}){_FOLLOWED}", table.term)
        if table.place:
            # 경기도 수원시 영통구
            yield _rule(f"(?:{table.term} )+(?={table.term})", "")


def _particles() -> Iterator[normalizers.Normalizer]:
    for after_vowel in (False, True):
        terms = [table.term for table in _tables() if (split(table.term[-1])[2] == "") == after_vowel]
        for pair in PARTICLES if terms else ():
            right, wrong = reversed(pair) if after_vowel else pair
            yield _rule(f"(?<={'|'.join(terms)}){wrong}(?=(?:{_JOINED})*{_END})", right)


def _rule(pattern: str, content: str) -> normalizers.Normalizer:
    return normalizers.Replace(Regex(_MARK + pattern), content)


class _Table(NamedTuple):
    term: str
    words: tuple[str, ...]
    place: bool


@cache
def _tables() -> tuple[_Table, ...]:
    tables = tomllib.loads(data_path("identity_terms.toml").read_text(encoding="utf-8"))
    return tuple(
        _Table(term=table["term"], words=tuple(sorted(table["words"], key=len, reverse=True)), place=kind == "place")
        for kind in ("place", "person")
        for table in tables[kind]
    )


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description="Let the tokenizer of a model folder read identity terms as one.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--sighted", action="store_true", help="take the rules away instead")
    options = parser.parse_args()
    _tokenizer(options.model, blinded=not options.sighted).save_pretrained(options.model)


if __name__ == "__main__":
    main()
