"""int8 ONNX whose scores do not depend on a text's neighbours in the batch.

ONNX Runtime's dynamic quantisation takes one activation scale per tensor, so a text's scores change with
whatever else is in the batch. Here every token gets a scale of its own, computed in the graph; weights have
one scale per output column, embeddings one per row.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from nlp.errors import ModelError

_DOMAIN = "com.microsoft"
_ZERO = 128
_LARGE = 1024
"""Rows from which an embedding table is worth the two lookups that int8 rows need."""


def quantize(source: Path, target: Path) -> None:
    """Rewrite every matrix product with a constant weight, and large embedding tables, to int8.

    ``target`` holds the graph, a file ``.data`` beside it the weights.

    Raises ModelError when the graph holds no such product: its weights are then no constants of the graph.
    """
    model = onnx.load(str(source))
    graph = _Rewriter(model)
    for node in list(model.graph.node):
        weight = graph.constant(node.input[1]) if len(node.input) > 1 else None
        if node.op_type == "MatMul" and weight is not None and weight.ndim == 2:
            graph.product(node, weight)
        elif node.op_type == "Gather" and (table := graph.constant(node.input[0])) is not None and table.ndim == 2:
            graph.lookup(node, table) if len(table) > _LARGE else graph.keep(node)
        else:
            graph.keep(node)
    if not graph.products:
        raise ModelError(
            "{source}: no matrix product with a constant weight was found, nothing can be quantised; "
            "export the model with its weights as initializers",
            source=source,
        )
    weights = target.with_name(f"{target.name}.data")
    # onnx appends to a file of weights that is there.
    weights.unlink(missing_ok=True)
    # Weights in a file of their own can be mapped into memory, which processes then share.
    onnx.save(graph.finished(), str(target), save_as_external_data=True, location=weights.name)
    if weights.exists():  # tensors of less than a kilobyte stay in the graph
        weights.chmod(0o644)


class _Rewriter:
    def __init__(self, model: ModelProto) -> None:
        self._model = model
        self._constants = {tensor.name: tensor for tensor in model.graph.initializer}
        self._nodes: list[NodeProto] = []
        self._quantized: set[str] = set()
        self._replaced: set[str] = set()
        self.products = 0
        for name, value in {
            "q8.axes": np.array([-1], dtype=np.int64),
            "q8.step": np.float32(1.0 / 127.0),
            "q8.tiny": np.float32(1e-8),
            "q8.zero_point": np.array(_ZERO, dtype=np.uint8),
            "q8.one": np.array(1.0, dtype=np.float32),
        }.items():
            self._add(name, np.asarray(value))

    def constant(self, name: str) -> NDArray[np.float32] | None:
        tensor = self._constants.get(name)
        return None if tensor is None else np.asarray(numpy_helper.to_array(tensor))

    def keep(self, node: NodeProto) -> None:
        self._nodes.append(node)

    def product(self, node: NodeProto, weight: NDArray[np.float32]) -> None:
        """``y = x @ w`` becomes ``y = (x / s) @ w8 * s`` with ``s`` per token, a scale per column of ``w8``."""
        self.products += 1
        source, name, result = node.input[0], node.input[1], node.output[0]
        scale = np.maximum(np.abs(weight).max(axis=0), 1e-8) / 127.0
        self._constant(name, weight, scale)
        self._per_token(source)
        self._emit(
            "MatMulIntegerToFloat",
            [f"{source}.q8", f"{name}.q8", "q8.one", f"{name}.q8s", "q8.zero_point"],
            f"{result}.q8y",
            domain=_DOMAIN,
        )
        self._emit("Mul", [f"{result}.q8y", f"{source}.q8s"], result)

    def lookup(self, node: NodeProto, table: NDArray[np.float32]) -> None:
        """Embeddings are kept as int8 rows and multiplied by their row's scale after the lookup."""
        name, ids, result = node.input[0], node.input[1], node.output[0]
        scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-8) / 127.0
        self._constant(name, table, scale)
        self._emit("Gather", [f"{name}.q8", ids], f"{result}.rows8")
        self._emit("Gather", [f"{name}.q8s", ids], f"{result}.scale")
        self._emit("Cast", [f"{result}.rows8"], f"{result}.rows", to=TensorProto.FLOAT)
        self._emit("Mul", [f"{result}.rows", f"{result}.scale"], result)

    def _constant(self, name: str, values: NDArray[np.float32], scale: NDArray[np.float32]) -> None:
        if name in self._replaced:
            return
        self._replaced.add(name)
        self._add(f"{name}.q8", np.rint(values / scale).astype(np.int8))
        self._add(f"{name}.q8s", scale.astype(np.float32))

    def _per_token(self, source: str) -> None:
        if source in self._quantized:
            return
        self._quantized.add(source)
        for op, inputs, output in (
            ("Abs", [source], ".q8a"),
            ("ReduceMax", [f"{source}.q8a", "q8.axes"], ".q8m"),
            ("Mul", [f"{source}.q8m", "q8.step"], ".q8t"),
            ("Max", [f"{source}.q8t", "q8.tiny"], ".q8s"),
            ("Div", [source, f"{source}.q8s"], ".q8d"),
            # With a scale of one it rounds, adds the zero point and casts, in a single pass.
            ("QuantizeLinear", [f"{source}.q8d", "q8.one", "q8.zero_point"], ".q8"),
        ):
            self._emit(op, inputs, f"{source}{output}")

    def _emit(self, op: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any) -> None:
        self._nodes.append(helper.make_node(op, inputs, [output], None, None, domain, **attributes))

    def _add(self, name: str, value: NDArray[np.generic]) -> None:
        self._model.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(value), name))

    def finished(self) -> ModelProto:
        graph = self._model.graph
        for node in self._nodes:
            # Where in the Python code a node came from: a thirtieth of the file.
            del node.metadata_props[:]
        del graph.value_info[:]
        del graph.node[:]
        graph.node.extend(self._nodes)
        used = {name for node in self._nodes for name in node.input}
        for tensor in list(graph.initializer):
            if tensor.name in self._replaced and tensor.name not in used:
                graph.initializer.remove(tensor)
        if all(entry.domain != _DOMAIN for entry in self._model.opset_import):
            self._model.opset_import.append(helper.make_opsetid(_DOMAIN, 1))
        return self._model
