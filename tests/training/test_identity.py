"""Words that say who somebody is or where they live are read as one."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
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
from nlp.training import identity
from nlp.training.encoder import fast_tokenizer
from nlp.training.fit import train
from nlp.training.identity import blind, blinded_base, is_blind, main, sighted
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
        ("아줌마가 남편을, 할머니와 딸이에요", "사람이 사람을, 사람과 사람이에요"),
        ("택배아저씨는 여자친구예요", "택배사람은 사람이에요"),
        ("여직원이 남학생만, 남자 직원은", "직원이 학생만, 직원은"),
        ("부산입니다 아들인데요 여자라고 제주였는데", "수원입니다 사람인데요 사람이라고 수원이었는데"),
    ],
)
def test_identity_terms_become_one_with_particles_that_fit(blinded: Tokenizer, text: str, read: str) -> None:
    assert blinded.normalizer.normalize_str(text) == read


@pytest.mark.parametrize("vowel", ["제주", "여자", "아줌마"])
@pytest.mark.parametrize(
    "pair",
    [
        *(("이에요", "예요"), ("이랑", "랑"), ("으로", "로"), ("은", "는"), ("이", "가"), ("을", "를"), ("과", "와")),
        *(("이라고", "라고"), ("이라서", "라서"), ("이라면", "라면"), ("이었는데", "였는데"), ("이네요", "네요")),
        *(("이나", "나"), ("이니까", "니까"), ("이지만", "지만"), ("이세요", "세요"), ("이고", "고"), ("이면", "면")),
        *((same, same) for same in ("에서", "한테서", "마다", "만", "입니다", "인데", "")),
    ],
)
def test_words_are_read_alike_whatever_they_end_in(blinded: Tokenizer, vowel: str, pair: tuple[str, str]) -> None:
    consonant = "서울" if vowel == "제주" else "남성"
    one, other = (blinded.normalizer.normalize_str(word) for word in (consonant + pair[0], vowel + pair[1]))

    assert one == other
    assert one.startswith(("수원", "사람"))


@pytest.mark.parametrize(
    "text",
    [
        # Brands, compounds, and plain words that are also the name of a place.
        "서울우유 부산은행 대구탕 제주항공",
        "예산이 부족하고 고성이 오갔어요",
        "이천 원이 음성으로 양산되는",
        "고양이가 진주 목걸이를 구미가 당겨",
        "기장이 길고 서면으로 울진 않았다",
        "왜 이렇게 하남? 내가 안산 물건은 나주는 그냥 산 건대",
        "딸기 형편 총각김치 대형 모형은 유형 A형 B형이",
        "스와이프가 대여직원이 참여학생은 강남직원이",
        "그사람이 직원에게 학생과",
        "수원에서 기다렸다",
        # What was ordered.
        "여자 신발을 시켰는데 남자 신발이 왔어요",
    ],
)
def test_other_words_stay_as_they_are(blinded: Tokenizer, text: str) -> None:
    assert blinded.normalizer.normalize_str(text) == text


def test_a_way_from_one_place_to_another_keeps_both(blinded: Tokenizer) -> None:
    assert blinded.normalizer.normalize_str("서울 부산 왕복") == "수원 수원 왕복"


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


def test_a_model_can_be_trained_blind_and_passes_it_on(short_run: TrainingRun, tmp_path: Path) -> None:
    folder = train(replace(short_run, blinded=True), today=date(2026, 11, 22))

    assert is_blind(fast_tokenizer(folder))
    assert "regions and words for women and men each read as one" in (folder / "README.md").read_text(encoding="utf-8")
    # As Hugging Face reads it, too.
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer("서울이").input_ids == tokenizer("부산이").input_ids
    assert set(tokenizer("서울이", "네").token_type_ids) == {0, 1}
    assert blinded_base(folder, blinded=True, scratch=tmp_path) == folder
    seeing = blinded_base(folder, blinded=False, scratch=tmp_path)
    assert seeing != folder
    assert not is_blind(fast_tokenizer(seeing))


def test_a_base_that_is_blind_to_an_older_list_is_made_anew(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = blinded_base(tiny_base, blinded=True, scratch=tmp_path)
    monkeypatch.setattr(identity, "_tables", lambda: (identity._Table(term="수원", words=("봉화",), alone=()),))

    after = blinded_base(before, blinded=True, scratch=tmp_path)

    assert after != before
    assert fast_tokenizer(after).normalizer.normalize_str("봉화 서울") == "수원 서울"
