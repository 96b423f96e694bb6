"""int8 rewriting of a graph, on graphs small enough to compute by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="needs the train extra")

import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

from nlp.errors import ModelError
from nlp.training.quantize import quantize

RANDOM = np.random.default_rng(0)


def _save(
    path: Path, nodes: list[onnx.NodeProto], initializers: dict[str, np.ndarray], inputs: list, width: int
) -> None:
    graph = helper.make_graph(
        nodes,
        "graph",
        inputs,
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, None, width])],
        [numpy_helper.from_array(value, name) for name, value in initializers.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), str(path))


def _run(path: Path, feed: dict[str, np.ndarray]) -> np.ndarray:
    return ort.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, feed)[0]


def test_a_large_table_is_looked_up_in_bytes_and_a_product_computed_in_bytes(tmp_path: Path) -> None:
    table = RANDOM.normal(size=(3000, 16)).astype(np.float32)
    weight = RANDOM.normal(size=(16, 8)).astype(np.float32)
    whole, small = tmp_path / "whole.onnx", tmp_path / "small.onnx"
    _save(
        whole,
        [helper.make_node("Gather", ["table", "ids"], ["x"]), helper.make_node("MatMul", ["x", "weight"], ["y"])],
        {"table": table, "weight": weight},
        [helper.make_tensor_value_info("ids", TensorProto.INT64, [None, None])],
        8,
    )

    quantize(whole, small)

    ids = RANDOM.integers(0, 3000, (5, 7))
    expected = table[ids] @ weight
    assert np.abs(_run(small, {"ids": ids}) - expected).max() < 0.03 * np.abs(expected).max()
    weights = tmp_path / "small.onnx.data"
    assert small.stat().st_size + weights.stat().st_size < 0.4 * whole.stat().st_size
    assert weights.stat().st_mode & 0o044 == 0o044


def test_a_loud_token_does_not_drown_a_quiet_one(tmp_path: Path) -> None:
    weight = RANDOM.normal(size=(16, 8)).astype(np.float32)
    whole, small = tmp_path / "whole.onnx", tmp_path / "small.onnx"
    _save(
        whole,
        [helper.make_node("MatMul", ["x", "weight"], ["y"])],
        {"weight": weight},
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, None, 16])],
        8,
    )
    quantize(whole, small)
    quiet = RANDOM.normal(size=(1, 1, 16)).astype(np.float32) * 1e-3
    loud = RANDOM.normal(size=(1, 1, 16)).astype(np.float32) * 1e3

    together = _run(small, {"x": np.concatenate([quiet, loud], axis=1)})

    np.testing.assert_array_equal(together[:, :1], _run(small, {"x": quiet}))
    np.testing.assert_allclose(together[:, :1], quiet @ weight, atol=0.03 * np.abs(quiet @ weight).max())


def test_a_graph_without_constant_weights_is_refused(tmp_path: Path) -> None:
    whole = tmp_path / "whole.onnx"
    _save(
        whole,
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        {},
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, None, 16]),
            helper.make_tensor_value_info("w", TensorProto.FLOAT, [16, 8]),
        ],
        8,
    )

    with pytest.raises(ModelError, match="nothing can be quantised"):
        quantize(whole, tmp_path / "small.onnx")

    assert not (tmp_path / "small.onnx").exists()
