"""``nlp.training.pretrain`` from texts to a base for training, on tiny encoders."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra")

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoTokenizer, TrainerCallback
from typer.testing import CliRunner

from nlp.cli.app import app
from nlp.errors import InputError, ModelError
from nlp.messages import localized
from nlp.training.fit import train
from nlp.training.pretrain import pretrain
from nlp.training.pretraining import Pretraining
from nlp.training.run import TrainingRun


@pytest.fixture(scope="module")
def texts(complaints: list[dict[str, object]]) -> list[str]:
    return [str(row["text"]) for row in complaints[::4]]


def _run(base: Path, folder: Path, **changes: object) -> Pretraining:
    given: dict[str, object] = {
        "base": base,
        "out": folder / "encoder",
        "steps": 6,
        "align_steps": 6,
        "batch_size": 8,
        "save_every": 2,
        "threads": 1,
        "scratch": folder / "scratch",
    }
    return Pretraining(**{**given, **changes})


class _CutOff(TrainerCallback):
    """Ends the process, as far as the run can tell, after a number of steps."""

    def __init__(self, after: int) -> None:
        self.left = after

    def on_step_end(self, *_: object, **__: object) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    return dict(load_file(folder / "model.safetensors"))


def _same(one: Path, other: Path) -> bool:
    ours, theirs = _weights(one), _weights(other)
    return ours.keys() == theirs.keys() and all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())


@pytest.fixture(scope="module")
def encoder(lively_base: Path, texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All stages: another vocabulary, fewer layers, distillation, hidden words."""
    changes = {"vocabulary": 1500, "layers": 1, "learning_rate": 1e-3}
    return pretrain(_run(lively_base, tmp_path_factory.mktemp("pretrained"), **changes), texts)


@pytest.fixture(scope="module")
def whole(tiny_base: Path, texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing interrupted: six steps of distillation, six of hidden words."""
    return pretrain(_run(tiny_base, tmp_path_factory.mktemp("whole"), layers=1), texts)


def test_the_result_is_a_base_that_a_model_is_trained_on_and_whose_card_tells_its_lineage(
    encoder: Path, short_run: TrainingRun
) -> None:
    run = replace(short_run, base=encoder, version="ours")

    card = (train(run, today=date(2026, 11, 22)) / "README.md").read_text(encoding="utf-8")

    for said in ("1 of its layers", "vocabulary of 1500 pieces", "masked-language-model training for 6 steps of 8"):
        assert said in card


def test_the_result_is_small_as_asked_and_no_longer_the_model_it_came_from(encoder: Path) -> None:
    config = AutoConfig.from_pretrained(encoder)

    assert (config.vocab_size, config.num_hidden_layers) == (1500, 1)
    assert len(AutoTokenizer.from_pretrained(encoder)) == 1500
    assert not hasattr(config, "dangol_version")


def test_the_figures_say_what_became_of_tokens_agreement_and_guessing(encoder: Path) -> None:
    report = json.loads((encoder / "pretraining.json").read_text(encoding="utf-8"))
    figures = report["figures"]

    assert 0 < figures["tokens_per_text"] < figures["tokens_per_text_before"]
    assert all(-1.0 <= figures[name] <= 1.0 for name in ("agreement_before", "agreement"))
    assert figures["masked_loss"] < figures["masked_loss_before"]
    assert report["run"]["vocabulary"] == 1500


def test_hidden_words_are_guessed_better_after_more_steps(tiny_base: Path, texts: list[str], tmp_path: Path) -> None:
    found = pretrain(_run(tiny_base, tmp_path, steps=40, save_every=50, learning_rate=2e-3), texts)

    figures = json.loads((found / "pretraining.json").read_text(encoding="utf-8"))["figures"]
    assert figures["masked_loss"] < figures["masked_loss_before"] - 0.2


@pytest.mark.parametrize("after", [1, 3, 6, 9])
def test_a_run_that_was_cut_off_anywhere_gives_the_same_weights(
    after: int, whole: Path, tiny_base: Path, texts: list[str], tmp_path: Path
) -> None:
    cut = _run(tiny_base, tmp_path / "cut", layers=1)
    with pytest.raises(KeyboardInterrupt):
        pretrain(cut, texts, callbacks=[_CutOff(after)])
    # A kill in the middle of a checkpoint leaves weights without the trainer's state.
    for begun in tmp_path.glob("cut/scratch/*/a*ing"):
        newest = sorted(begun.glob("checkpoint-*"))[-1:]
        for checkpoint in newest:
            shutil.copytree(checkpoint, begun / "checkpoint-99", ignore=shutil.ignore_patterns("trainer_state.json"))

    assert not cut.out.exists()
    assert _same(pretrain(cut, texts), whole)


def test_another_seed_gives_other_weights(tiny_base: Path, texts: list[str], tmp_path: Path) -> None:
    one, other = (pretrain(_run(tiny_base, tmp_path / str(seed), seed=seed, steps=2), texts) for seed in (1, 2))

    assert not _same(one, other)


def test_a_changed_run_does_not_go_on_from_another_ones_checkpoints(
    tiny_base: Path, texts: list[str], tmp_path: Path
) -> None:
    pretrain(_run(tiny_base, tmp_path, steps=2), texts)
    pretrain(_run(tiny_base, tmp_path, steps=2, out=tmp_path / "second", masking=0.3), texts)

    assert len(list((tmp_path / "scratch").iterdir())) == 2
    assert not _same(tmp_path / "encoder", tmp_path / "second")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"masking": 0.0}, "masking is 0.0"),
        ({"masking": 1.0}, "above 0 and below 1"),
        ({"steps": 0}, "nothing is to be done"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        _run(tmp_path, tmp_path, **changes)


def test_a_folder_that_is_there_is_not_written_over(tiny_base: Path, tmp_path: Path) -> None:
    (tmp_path / "encoder").mkdir()

    with pytest.raises(InputError, match="there already"):
        _run(tiny_base, tmp_path)


def test_a_place_that_cannot_be_written_to_is_named_before_the_texts_are_read(tiny_base: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = _run(tiny_base, tmp_path, out=tmp_path / "file" / "encoder")
    with pytest.raises(InputError, match="nothing can be written there"):
        pretrain(run, iter(lambda: pytest.fail("was read"), None))


def test_too_few_texts_are_refused_before_any_work(tiny_base: Path, texts: list[str], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^20 different texts .* at least 100"):
        pretrain(_run(tiny_base, tmp_path), texts[:20] * 50)
    assert not (tmp_path / "scratch").exists()


def test_a_base_that_is_none_is_named_before_the_texts_are_read(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model folder"):
        pretrain(_run(tmp_path / "nowhere", tmp_path), iter(lambda: pytest.fail("was read"), None))


def test_a_base_without_a_mask_token_can_guess_no_words(tiny_base: Path, texts: list[str], tmp_path: Path) -> None:
    base = shutil.copytree(tiny_base, tmp_path / "base")
    path = base / "tokenizer_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings.pop("mask_token", None)
    path.write_text(json.dumps(settings | {"tokenizer_class": "PreTrainedTokenizerFast"}), encoding="utf-8")

    with pytest.raises(ModelError, match="no mask token"):
        pretrain(_run(base, tmp_path), texts)


def test_the_command_reads_exports_and_lines_and_says_what_it_did_in_korean(
    tiny_base: Path, texts: list[str], tmp_path: Path
) -> None:
    lines = [text.replace("\n", " ") for text in texts]
    (tmp_path / "글.txt").write_text("\n".join(lines[:80]) + "\n", encoding="utf-8")
    cells = [{"접수번호": f"A{n}", "내용": text} for n, text in enumerate([*lines[80:], ""])]
    (tmp_path / "상담.jsonl").write_text("\n".join(json.dumps(c, ensure_ascii=False) for c in cells), encoding="utf-8")
    out = tmp_path / "encoder"

    done = CliRunner().invoke(
        app,
        [
            *("pretrain", str(tmp_path / "글.txt"), str(tmp_path / "상담.jsonl"), "-o", str(out)),
            *("--base", str(tiny_base), "--scratch", str(tmp_path / "scratch")),
            *("--steps", "2", "--batch-size", "4", "--threads", "1"),
        ],
    )

    assert done.exit_code == 0, done.output
    assert (out / "pretraining.json").is_file()
    assert "저장했습니다" in done.output
    assert "사용할 수 없는 행 1개" in done.output


def test_errors_of_the_command_are_korean(tmp_path: Path, tiny_base: Path) -> None:
    (tmp_path / "빈.txt").touch()

    done = CliRunner().invoke(
        app, ["pretrain", str(tmp_path / "빈.txt"), "-o", str(tmp_path / "out"), "--base", str(tiny_base)]
    )

    assert "파일이 비어 있습니다" in localized(done.exception, "ko")  # type: ignore[arg-type]
