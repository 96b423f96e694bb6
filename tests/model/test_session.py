"""Loading a graph on the CPUs that there are."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp.errors import ModelError
from nlp.model.classifier import ComplaintClassifier
from nlp.model.session import FILE, Session
from nlp.model.windows import Windows
from nlp.resources import default_model_path
from nlp.text.prepare import prepare


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"SIMD Extensions": {"baseline": ["X86_V2"]}},
        {"SIMD Extensions": {"baseline": ["NEON"], "found": ["ASIMDHP"]}},
        {"SIMD Extensions": {"baseline": ["X86_V2"], "found": ["X86_V3", "AVX512_ICL"]}},
    ],
)
def test_scores_are_the_same_whatever_the_cpu_is_known_to_have(
    monkeypatch: pytest.MonkeyPatch, config: dict[str, Any]
) -> None:
    folder: Path = default_model_path()
    texts = ["배송이 2주나 걸렸어요", "직원이 친절해요"]
    expected = ComplaintClassifier.from_pretrained(folder).predict_proba(texts)
    monkeypatch.setattr(np, "show_config", lambda mode: config)

    np.testing.assert_allclose(ComplaintClassifier.from_pretrained(folder).predict_proba(texts), expected, atol=1e-5)


def test_shared_weights_give_the_same_scores() -> None:
    texts = ["배송이 2주나 걸렸어요", "상담원: 네\n고객: 환불해 주세요"]

    np.testing.assert_allclose(
        ComplaintClassifier.from_pretrained(shared=True).predict_proba(texts),
        ComplaintClassifier.from_pretrained().predict_proba(texts),
        atol=1e-5,
    )


def test_scores_do_not_lie_in_memory_of_the_session_that_may_end_before_them() -> None:
    folder = default_model_path()
    windows = Windows.load(folder, max_length=32)
    logits = Session(folder / FILE, threads=1).logits(windows.pad(windows.cut([prepare("배송이 늦어요")])))
    assert logits.flags.owndata


def test_a_machine_that_cannot_load_the_runtime_is_told_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.delitem(sys.modules, "nlp.model.session")
    with pytest.raises(ModelError, match=r"Visual C\+\+"):
        import_module("nlp.model.session")


def test_nothing_about_the_machine_is_kept_or_reported(tmp_path: Path) -> None:
    # The runtime, left alone, puts an identifier and a queue of what it will report under the home folder.
    script = "import nlp; nlp.ComplaintClassifier.from_pretrained(threads=1).predict(['요금이 올랐어요'])"
    # It holds its tongue on build machines anyway, which tells nothing of others.
    told = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith(("ORT_", "XDG_"))}
    subprocess.run([sys.executable, "-c", script], env=told | {"HOME": str(tmp_path)}, check=True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
