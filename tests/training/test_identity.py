"""Words that say who somebody is or where they live are read as one."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra")

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import AutoTokenizer

from nlp.model.classifier import ComplaintClassifier
from nlp.resources import default_model_path
from nlp.text.prepare import prepare
from nlp.training.encoder import fast_tokenizer
from nlp.training.fit import train
from nlp.training.identity import blind, blinded_base, is_blind, main, sighted
from nlp.training.loop import Hyperparameters
from nlp.training.robustness import sentences_of
from nlp.training.run import TrainingRun
from nlp.training.vocabulary import train_vocabulary


@pytest.fixture(scope="module")
def blinded() -> Tokenizer:
    tokenizer = Tokenizer(WordLevel())
    blind(tokenizer)
    return tokenizer


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("서울에서 부산까지 제주도로 갔는데", "수원에서 수원까지 수원으로 갔는데"),
        ("대구는 인천이 강남점과 해운대랑", "수원은 수원이 수원점과 수원이랑"),
        ("경기도 수원시 영통구에 삽니다", "수원에 삽니다"),
        ("아줌마가 남편을, 할머니와 딸이에요", "사람이 사람을, 사람과 사람이에요"),
        ("택배아저씨는 여자친구예요", "택배사람은 사람이에요"),
        ("여직원이 남학생만", "직원이 학생만"),
        ("부산입니다 아들인데요", "수원입니다 사람인데요"),
    ],
)
def test_identity_terms_become_one_with_particles_that_fit(blinded: Tokenizer, text: str, read: str) -> None:
    assert blinded.normalizer.normalize_str(text) == read


@pytest.mark.parametrize(
    "text",
    [
        # Brands, compounds, and plain words that are also the name of a place.
        "서울우유 부산은행 대구탕 제주항공",
        "예산이 부족하고 고성이 오갔어요",
        "이천 원이 음성으로 양산되는",
        "고양이가 진주 목걸이를 구미가 당겨",
        "기장이 길고 서면으로 울진 않았다",
        "딸기 형편 총각김치 대형 모형은 유형",
        "그사람이 직원에게 학생과",
        "수원에서 기다렸다",
    ],
)
def test_other_words_stay_as_they_are(blinded: Tokenizer, text: str) -> None:
    assert blinded.normalizer.normalize_str(text) == text


def test_what_was_read_before_is_read_again_once_the_rules_are_gone() -> None:
    tokenizer, plain = (fast_tokenizer(default_model_path()) for _ in range(2))
    sighted(plain)
    blind(tokenizer)
    blind(tokenizer)
    assert is_blind(tokenizer)
    assert tokenizer.encode("부산 아줌마").ids == tokenizer.encode("서울 아저씨").ids

    sighted(tokenizer)

    assert not is_blind(tokenizer)
    assert json.loads(tokenizer.to_str()) == json.loads(plain.to_str())
    assert tokenizer.encode("부산 아줌마").ids != tokenizer.encode("서울 아저씨").ids


def test_a_vocabulary_of_ones_own_stays_blind_and_can_be_made_to_see(complaints: list[dict[str, object]]) -> None:
    texts = [str(row["text"]) for row in complaints[:400]]
    tokenizer = train_vocabulary(
        [*texts, *["서울 매장", "부산 매장"] * 20], size=800, like=fast_tokenizer(default_model_path())
    )
    assert is_blind(tokenizer)
    assert tokenizer.encode("부산 매장").ids == tokenizer.encode("서울 매장").ids

    sighted(tokenizer)

    assert not is_blind(tokenizer)
    assert tokenizer.encode("부산 매장").ids != tokenizer.encode("서울 매장").ids


@pytest.mark.parametrize("kind", ["region", "gender"])
def test_the_model_that_ships_scores_all_of_a_kind_alike(kind: str) -> None:
    texts = [f"{sentence} 배송이 너무 늦고 상담원도 불친절해서 해지했어요." for sentence in sentences_of(kind)]

    logits = ComplaintClassifier.from_pretrained(threads=1).predict_logits(texts)

    assert (logits == logits[0]).all()


def test_the_script_changes_a_folder_and_its_name(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    before = ComplaintClassifier.from_pretrained(folder, threads=1)

    monkeypatch.setattr("sys.argv", ["identity", str(folder)])
    main()

    after = ComplaintClassifier.from_pretrained(folder, threads=1)
    assert after.name != before.name
    one, other = after.cut([prepare("서울이 멀어요"), prepare("부산이 멀어요")])
    assert one.ids == other.ids
    monkeypatch.setattr("sys.argv", ["identity", str(folder), "--sighted"])
    main()
    one, other = ComplaintClassifier.from_pretrained(folder, threads=1).cut([prepare("서울이"), prepare("부산이")])
    assert one.ids != other.ids


def test_a_model_can_be_trained_blind_and_passes_it_on(tiny_base: Path, tiny_labelled: Path, tmp_path: Path) -> None:
    run = TrainingRun(
        data=(tiny_labelled,),
        out=tmp_path / "model",
        base=tiny_base,
        version="blind",
        folds=0,
        soften=0.0,
        blinded=True,
        hyperparameters=Hyperparameters(epochs=1, max_length=64, threads=1),
        scratch=tmp_path / "run",
    )

    folder = train(run, today=date(2026, 11, 22))

    assert is_blind(fast_tokenizer(folder))
    assert "regions and words for women and men each read as one" in (folder / "README.md").read_text(encoding="utf-8")
    # As Hugging Face reads it, too.
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer("서울이").input_ids == tokenizer("부산이").input_ids
    assert blinded_base(folder, blinded=True, folder=tmp_path / "unused") == folder
    seeing = blinded_base(folder, blinded=False, folder=tmp_path / "seeing")
    assert seeing == tmp_path / "seeing"
    assert not is_blind(fast_tokenizer(seeing))
