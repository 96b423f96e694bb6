from __future__ import annotations

import inspect
import subprocess
import sys

import nlp
from nlp import ComplaintClassifier


def test_the_public_names_are_these_and_no_others() -> None:
    assert sorted(nlp.__all__) == [
        "ComplaintClassifier",
        "DangolError",
        "Document",
        "Prediction",
        "Taxonomy",
        "Turn",
        "analyze",
    ]


def test_the_classifier_keeps_its_names_and_parameters() -> None:
    loading = inspect.signature(ComplaintClassifier.from_pretrained).parameters
    assert list(loading) == ["model", "threads", "shared", "precision"]
    assert list(inspect.signature(ComplaintClassifier.at_precision).parameters) == ["self", "precision"]
    assert isinstance(inspect.getattr_static(ComplaintClassifier, "labels"), property)
    for name in ("predict_proba", "predict"):
        assert list(inspect.signature(getattr(ComplaintClassifier, name)).parameters) == ["self", "texts"]


def test_classifying_does_not_import_the_training_packages_or_the_morpheme_analyser() -> None:
    program = (
        "import sys, nlp; nlp.ComplaintClassifier; import nlp.pipeline.classify; "
        "heavy = {'torch', 'transformers', 'datasets', 'sklearn', 'scipy', 'kiwipiepy', 'onnx', 'pandas'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
