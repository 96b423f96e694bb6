"""The stages of a pretraining: vocabulary, distillation, hidden words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoTokenizer,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    TrainerCallback,
)

from nlp.errors import Message, ModelError
from nlp.files import whole_folder
from nlp.model.windows import Window, Windows
from nlp.text.prepare import PreparedText
from nlp.training.align import Pair, agreement, align, prune, respell
from nlp.training.batches import input_names
from nlp.training.encoder import REPORT, fast_tokenizer, load_encoder, save_encoder
from nlp.training.loop import load_base
from nlp.training.masked import WordMasking, load_masked, masked_loss, train_masked
from nlp.training.pretraining import Pretraining
from nlp.training.vocabulary import tokens_per_text, train_vocabulary


class Stages:
    """The stages of one run; each leaves a folder and the figures before and after it."""

    def __init__(
        self,
        run: Pretraining,
        texts: Sequence[PreparedText],
        aside: Sequence[PreparedText],
        windows: Windows,
        say: Callable[[str], None],
        callbacks: Sequence[TrainerCallback],
    ) -> None:
        self._run, self._texts, self._aside, self._windows = run, texts, aside, windows
        self._say, self._callbacks = say, callbacks

    def aligned(self) -> Path:
        """The student: new vocabulary, fewer layers, distilled from the base."""
        run, folder = self._run, self._run.scratch / "aligned"
        if folder.is_dir():
            return folder
        tokenizer_of = self._vocabulary() if run.vocabulary else run.base
        teacher, student = load_encoder(run.base), load_encoder(run.base)
        windows, _ = load_base(tokenizer_of, max_length=run.max_length)
        if run.vocabulary:
            respell(student, old=fast_tokenizer(run.base), new=fast_tokenizer(tokenizer_of))
        if run.layers:
            prune(student, run.layers)
        judged = Pair.of(self._aside, teacher=self._windows, student=windows)
        before = agreement(student, teacher, judged)
        if run.align_steps:
            taught = Pair.of(self._texts[: run.align_steps * run.batch_size], teacher=self._windows, student=windows)
            self._say(
                Message(
                    "distilling the encoder into its successor: {steps} steps on {count} texts",
                    steps=run.align_steps,
                    count=len(taught),
                )
            )
            align(
                student,
                teacher,
                taught,
                run.of(run.align_steps),
                respelt=run.vocabulary is not None,
                folder=run.scratch / "aligning",
                callbacks=self._callbacks,
            )
        after = agreement(student, teacher, judged)
        self._say(Message("agreement with the old encoder: {before:.3f} → {after:.3f}", before=before, after=after))
        figures = {"agreement_before": before, "agreement": after}
        save_encoder(student, tokenizer_of=tokenizer_of, folder=folder, report=figures)
        shutil.rmtree(run.scratch / "aligning", ignore_errors=True)
        return folder

    def adapted(self, encoder: Path) -> Path:
        """The encoder after guessing hidden words."""
        run, folder = self._run, self._run.scratch / "adapted"
        if folder.is_dir():
            return folder
        windows, mask_id = load_base(encoder, max_length=run.max_length)
        if mask_id is None:
            raise ModelError("{base}: its tokenizer has no mask token; choose another base, or 0 steps", base=run.base)
        torch.manual_seed(run.seed)
        model = load_masked(encoder)
        tokenizer = fast_tokenizer(encoder)

        def masking(texts: Sequence[PreparedText]) -> tuple[WordMasking, list[Window]]:
            rows = windows.cut(texts)
            made = WordMasking(
                windows,
                rows,
                tokenizer=tokenizer,
                mask_id=mask_id,
                share=run.masking,
                names=input_names(model),
                seed=run.seed,
            )
            return made, rows

        judge, judged = masking(self._aside)
        before = masked_loss(model, judge, len(judged))
        needed = self._texts[: run.steps * run.batch_size]
        self._say(Message("guessing hidden words: {steps} steps on {count} texts", steps=run.steps, count=len(needed)))
        hiding, rows = masking(needed)
        train_masked(
            model,
            hiding,
            rows,
            run.of(run.steps),
            folder=run.scratch / "adapting",
            callbacks=self._callbacks,
        )
        after = masked_loss(model, judge, len(judged))
        self._say(Message("loss per hidden piece: {before:.3f} → {after:.3f}", before=before, after=after))
        figures = {"masked_loss_before": before, "masked_loss": after}
        save_encoder(model, tokenizer_of=encoder, folder=folder, report=figures)
        shutil.rmtree(run.scratch / "adapting", ignore_errors=True)
        return folder

    def figures(self, encoder: Path) -> dict[str, Any]:
        """What was measured on the texts kept aside."""
        texts = [text.customer for text in self._aside]
        found: dict[str, Any] = {
            "texts_aside": len(texts),
            "tokens_per_text_before": tokens_per_text(fast_tokenizer(self._run.base), texts),
            "tokens_per_text": tokens_per_text(fast_tokenizer(encoder), texts),
        }
        for stage in ("aligned", "adapted"):
            path = self._run.scratch / stage / REPORT
            if path.is_file():
                found |= json.loads(path.read_text(encoding="utf-8"))
        return found

    def _vocabulary(self) -> Path:
        run, folder = self._run, self._run.scratch / "vocabulary"
        assert run.vocabulary is not None
        if folder.is_dir():
            return folder
        texts = [text.masked for text in self._texts]
        self._say(
            Message("training a vocabulary of {size} pieces on {count} texts", size=run.vocabulary, count=len(texts))
        )
        old = AutoTokenizer.from_pretrained(run.base)
        new = PreTrainedTokenizerFast(
            tokenizer_object=train_vocabulary(texts, size=run.vocabulary, like=fast_tokenizer(run.base)),
            model_max_length=old.model_max_length,
            **_roles(old),
        )
        # A folder that a tokenizer and a configuration can both be loaded from.
        with whole_folder(folder) as unfinished:
            new.save_pretrained(unfinished)
            AutoConfig.from_pretrained(run.base).save_pretrained(unfinished)
        return folder


def _roles(tokenizer: PreTrainedTokenizerBase) -> dict[str, str]:
    """Which special token plays which role, as keywords of a tokenizer."""
    return {role: str(token) for role, token in tokenizer.special_tokens_map.items() if isinstance(token, str)}
