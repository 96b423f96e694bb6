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
import hashlib
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

_COPULA = tuple(
    (f"이{form}", form)
    for form in ("고", "구요", "네", "며", "면", "나", "니까", "든", "야", "죠", "지만", "거든", "세요", "신데")
)
_OTHERS = (
    "들|분|님|도|만|의|에|에서|에선|에게|에게서|한테|한테서|께|께서|까지|부터|보다|처럼|하고|밖에|조차|마저|마다|만큼|대로"
    "|로서|로써|쪽|점|요"
)
_JOINED = "|".join((_OTHERS, *(form for pair in (*PARTICLES, *_COPULA) for form in pair)))
_END = r"(?=[^가-힣]|$)"
_FOLLOWED = rf"(?=(?:{_JOINED})*{_END}|입|인데|인지|인가|이었|였|이?라[고서는면도])"
_ALONE = rf"(?![ \t]+[가-힣])(?:{_FOLLOWED})"
_START = r"(?<![가-힣A-Za-z0-9])"


def blind(tokenizer: Tokenizer) -> None:
    """Let ``tokenizer`` read every identity term as the neutral term of its table, particles fitted to it."""
    _set_rules(tokenizer, [*_terms(), *_particles()])


def sighted(tokenizer: Tokenizer) -> None:
    """Take the rules of ``blind`` away again."""
    _set_rules(tokenizer, [])


def is_blind(tokenizer: Tokenizer) -> bool:
    """Whether ``blind`` was applied to it."""
    return any(map(_is_rule, _steps(tokenizer)))


def blinded_base(base: str | Path, *, blinded: bool, scratch: Path) -> str | Path:
    """``base``, or a copy of it in ``scratch`` whose tokenizer is blind to identity terms, or no longer so."""
    tokenizer = _tokenizer(base, blinded=blinded)
    before, after = (
        [step.__getstate__() for step in _steps(found)] for found in (fast_tokenizer(base), tokenizer.backend_tokenizer)
    )
    if before == after:
        return base
    digest = hashlib.sha256(tokenizer.backend_tokenizer.to_str().encode()).hexdigest()[:8]
    folder, spelling = scratch / f"base-{digest}", scratch / f"tokenizer-{digest}"
    if not folder.exists():
        model = load_encoder(base)
        model.config.dangol_lineage = getattr(model.config, "dangol_lineage", Path(base).name)
        tokenizer.save_pretrained(spelling)
        save_encoder(model, tokenizer_of=spelling, folder=folder)
    return folder


def _tokenizer(base: str | Path, *, blinded: bool) -> PreTrainedTokenizerFast:
    known = AutoTokenizer.from_pretrained(base)
    (blind if blinded else sighted)(known.backend_tokenizer)
    # Of the general class: those of one architecture (BertTokenizer) build their normaliser anew.
    return PreTrainedTokenizerFast(
        tokenizer_object=known.backend_tokenizer,
        model_max_length=known.model_max_length,
        model_input_names=known.model_input_names,
        padding_side=known.padding_side,
        truncation_side=known.truncation_side,
        **known.special_tokens_map,
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
        begin = "|".join(word for word in table.words if not word.startswith("*"))
        words = [word[1:] for word in table.words if word.startswith("*")] + [f"{_START}(?:{begin})"] * bool(begin)
        yield _rule(f"(?:{'|'.join(words)}){_FOLLOWED}", table.term)
        if table.alone:
            yield _rule(f"{_START}(?:{'|'.join(table.alone)}){_ALONE}", table.term)


def _particles() -> Iterator[normalizers.Normalizer]:
    for after_vowel in (False, True):
        terms = [table.term for table in _tables() if (split(table.term[-1])[2] == "") == after_vowel]
        if not terms:
            continue
        behind = f"(?<={'|'.join(terms)})"
        for pair in (*PARTICLES, *_COPULA):
            right, wrong = reversed(pair) if after_vowel else pair
            yield _rule(f"{behind}{wrong}(?=(?:{_JOINED})*{_END})", right)
        for pair in (("이라", "라"), ("이었", "였")):
            right, wrong = reversed(pair) if after_vowel else pair
            yield _rule(f"{behind}{wrong}(?=[가-힣])", right)


def _rule(pattern: str, content: str) -> normalizers.Normalizer:
    return normalizers.Replace(Regex(_MARK + pattern), content)


class _Table(NamedTuple):
    term: str
    words: tuple[str, ...]
    alone: tuple[str, ...]


@cache
def _tables() -> tuple[_Table, ...]:
    tables = tomllib.loads(data_path("identity_terms.toml").read_text(encoding="utf-8"))["table"]
    return tuple(
        _Table(
            term=table["term"],
            words=tuple(sorted(table["words"], key=len, reverse=True)),
            alone=tuple(table.get("alone", ())),
        )
        for table in tables
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
