from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from nlp.errors import DangolError, InputError, ModelError
from nlp.model.classifier import ComplaintClassifier
from nlp.text.prepare import prepare
from nlp.types import Document, Turn

SHORT = "배송이 너무 늦어요"
LONG = "환불을 세 번이나 요청했는데 아무도 답이 없고 상담원은 계속 기다리라는 말만 합니다. " * 8
CALL = "상담원: 무엇을 도와드릴까요\n고객: 환불이 아직도 안 됐어요\n상담원: 확인해 보겠습니다"


@pytest.fixture(scope="module")
def classifier(tiny_model: Path) -> ComplaintClassifier:
    return ComplaintClassifier.from_pretrained(tiny_model, threads=1)


def test_a_text_scores_the_same_alone_and_among_short_and_long_neighbours(classifier: ComplaintClassifier) -> None:
    alone = classifier.predict_proba([SHORT])[0]

    for neighbours in (["네"] * 20, [LONG] * 20, ["네", LONG, CALL, "최악!!!! " * 40]):
        among = classifier.predict_proba([*neighbours, SHORT])[-1]
        np.testing.assert_allclose(among, alone, atol=1e-4, rtol=0)


def test_equal_words_score_equally_as_string_and_as_document(classifier: ComplaintClassifier) -> None:
    as_turns = Document(
        id="1",
        text=CALL,
        turns=(
            Turn(speaker="agent", text="무엇을 도와드릴까요"),
            Turn(speaker="customer", text="환불이 아직도 안 됐어요"),
            Turn(speaker="agent", text="확인해 보겠습니다"),
        ),
    )

    np.testing.assert_allclose(*classifier.predict_proba([CALL, as_turns]), atol=1e-4)


def test_probabilities_come_in_the_order_of_labels_and_predictions_speak_by_group(
    classifier: ComplaintClassifier,
) -> None:
    probabilities = classifier.predict_proba([SHORT, LONG])
    predictions = classifier.predict([SHORT, LONG])

    assert probabilities.dtype == np.float32
    assert probabilities.shape == (2, len(classifier.labels))
    for row, prediction in zip(probabilities, predictions, strict=True):
        assert list(prediction.probabilities) == list(classifier.labels)
        np.testing.assert_allclose(list(prediction.probabilities.values()), row, atol=1e-6)
        assert set(prediction.labels) == {group.id for group in classifier.taxonomy}
        assert isinstance(prediction.labels["cause"], tuple)
        assert isinstance(prediction.labels["severity"], str)


def test_the_steps_one_by_one_give_what_the_whole_gives(classifier: ComplaintClassifier) -> None:
    for text in (SHORT, LONG, CALL):
        windows = classifier.cut([prepare(text)])
        tokens = np.array([len(window.ids) for window in windows])
        scored = np.vstack([classifier.score([window]) for window in windows])
        pooled = classifier.pool(scored, tokens)
        np.testing.assert_allclose(pooled, classifier.predict_logits([text])[0], atol=1e-4)
        any_of = classifier.taxonomy.columns("cause")
        np.testing.assert_array_equal(pooled[any_of], scored[:, any_of].max(axis=0))
        one_of = classifier.taxonomy.columns("sentiment")
        np.testing.assert_allclose(
            pooled[one_of], np.average(scored[:, one_of], axis=0, weights=tokens), rtol=1e-5, atol=1e-6
        )
        (decided,) = classifier.decide(pooled[np.newaxis], [prepare(text)])
        assert decided.labels == classifier.predict([text])[0].labels
    assert len(classifier.cut([prepare(LONG)])) > 1


def test_no_texts_give_no_rows(classifier: ComplaintClassifier) -> None:
    assert classifier.predict_proba([]).shape == (0, len(classifier.labels))
    assert classifier.predict([]) == []


def test_scoring_tells_how_far_it_is(classifier: ComplaintClassifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.model.classifier.BLOCK", 2)
    told: list[int] = []
    assert len(classifier.predict_logits([SHORT] * 5, progress=told.append)) == 5
    assert told == [2, 4, 5]


def test_a_text_of_nothing_but_noise_is_still_answered(classifier: ComplaintClassifier) -> None:
    assert np.isfinite(classifier.predict_proba(["ㅋㅋㅋㅋ", "😡😡", "\u200b", "."])).all()


@pytest.mark.parametrize(
    "missing", ["tokenizer.json", "onnx/model.onnx", "onnx/model.onnx.data", "decision.json", "taxonomy.toml"]
)
def test_an_incomplete_folder_names_the_missing_file(tiny_model: Path, tmp_path: Path, missing: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    (folder / missing).unlink()

    with pytest.raises(DangolError, match=missing.split("/")[-1].replace(".", r"\.")):
        ComplaintClassifier.from_pretrained(folder)


@pytest.mark.parametrize("name", ["onnx/model.onnx", "tokenizer.json", "config.json", "decision.json"])
def test_a_corrupt_file_of_the_folder_is_named(tiny_model: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    (folder / name).write_bytes(b"\xff[")

    with pytest.raises(ModelError, match=re.escape(str(folder / name))):
        ComplaintClassifier.from_pretrained(folder)


def test_an_unknown_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model folder"):
        ComplaintClassifier.from_pretrained(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["models/typo", "./typo", "~/typo", "C:typo", r"models\typo", "a/b/c", "typo"])
def test_what_can_only_be_a_folder_is_not_asked_of_the_hub(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *_, **__: pytest.fail("was asked"))
    with pytest.raises(ModelError, match="no such model folder"):
        ComplaintClassifier.from_pretrained(name)


@pytest.mark.parametrize(
    "texts",
    [SHORT, None, 3, SHORT.encode(), {SHORT}, {"text": [SHORT]}, pa.table({"text": [SHORT]}), [SHORT, None], [3]],
    ids=lambda texts: type(texts).__name__,
)
@pytest.mark.parametrize("method", ["predict", "predict_proba", "predict_logits"])
def test_what_is_no_list_of_texts_is_refused(classifier: ComplaintClassifier, method: str, texts: object) -> None:
    with pytest.raises(InputError):
        getattr(classifier, method)(texts)


def test_the_whole_of_a_data_frame_is_no_list_of_texts(classifier: ComplaintClassifier) -> None:
    frame = pytest.importorskip("pandas").DataFrame({"내용": [SHORT, LONG, None]}, index=[7.5, 3.5, 1.0])
    with pytest.raises(InputError, match="one column"):
        classifier.predict(frame)
    with pytest.raises(InputError, match=r"texts\[2\] is nan"):
        classifier.predict(frame["내용"])
    assert classifier.predict(frame["내용"].dropna()) == classifier.predict([SHORT, LONG])


def test_texts_may_come_one_by_one(classifier: ComplaintClassifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.model.classifier.BLOCK", 2)
    texts = [SHORT, LONG, SHORT, SHORT, LONG]
    assert classifier.predict(text for text in texts) == classifier.predict(texts)
    assert np.array_equal(classifier.predict_proba(iter(texts)), classifier.predict_proba(np.array(texts)))


def test_a_column_of_an_arrow_table_is_a_list_of_texts(classifier: ComplaintClassifier) -> None:
    table = pa.table({"text": [SHORT, LONG, None]})
    assert classifier.predict(table["text"][:2]) == classifier.predict([SHORT, LONG])
    with pytest.raises(InputError, match=r"texts\[2\] is None"):
        classifier.predict(table["text"])


def test_a_classifier_says_which_model_it_is(classifier: ComplaintClassifier) -> None:
    assert repr(classifier) == f"ComplaintClassifier({classifier.name!r}, {len(classifier.labels)} labels)"


@pytest.mark.parametrize("name", ["C:/ours", "models/my model", "./nowhere"])
def test_a_name_that_is_neither_folder_nor_hub_id_is_refused(name: str) -> None:
    with pytest.raises(ModelError):
        ComplaintClassifier.from_pretrained(name)
