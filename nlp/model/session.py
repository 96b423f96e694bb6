"""ONNX Runtime: token batches in, logits out."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelError
from nlp.model.windows import Batch

# Official builds since 1.29 name the machine in the home folder and report to their maker. Read once, while importing.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
try:
    import onnxruntime as ort
except ImportError as error:  # as on a Windows without the libraries of Visual C++, which its wheel leaves out
    raise ModelError(
        "ONNX Runtime cannot be loaded ({error}); on Windows, install the Microsoft Visual C++ Redistributable (x64)",
        error=error,
    ) from error
ort.disable_telemetry_events()  # the builds that report to Windows do not know the variable

FILE = Path("onnx") / "model.onnx"
WEIGHTS = Path("onnx") / "model.onnx.data"


class Session:
    """A loaded ``onnx/model.onnx``; calls may come from several threads.

    With ``shared`` the weights stay in the pages of their file, which all processes that load it share; without,
    they are packed once more for this process, and a text on its own is scored about a tenth faster.
    """

    def __init__(self, path: Path, *, threads: int | None = None, shared: bool = False) -> None:
        if not path.is_file():
            raise ModelError("{path}: the ONNX model is missing; the folder is no complete model", path=path)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads or 0
        options.log_severity_level = 3
        if not _sums_bytes_exactly():
            # Products of unsigned by signed bytes can saturate; this keeps scores equal on every CPU.
            options.add_session_config_entry("session.x64quantprecision", "1")
        # A spinning pool would keep all cores busy while masking and writing have their turn.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if shared:
            options.add_session_config_entry("session.disable_prepacking", "1")
        try:
            self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime raises its own untyped exceptions for a corrupt file
            raise ModelError(
                "{path}: ONNX Runtime cannot load this file ({error}); restore the model folder", path=path, error=error
            ) from error
        self._inputs = {node.name for node in self._session.get_inputs()}
        self.width = int(self._session.get_outputs()[0].shape[-1])

    def logits(self, batch: Batch) -> NDArray[np.float32]:
        """Logits ``(n_windows, n_labels)``; a window's logits do not depend on the others in the batch."""
        feed = {
            name: array
            for name, array in (
                ("input_ids", batch.input_ids),
                ("attention_mask", batch.attention_mask),
                ("token_type_ids", batch.token_type_ids),
            )
            if name in self._inputs
        }
        (logits,) = self._session.run(None, feed)
        # ONNX Runtime lends memory of the session, which may end before its numbers do: when models are swapped.
        return np.array(logits, dtype=np.float32)


def _sums_bytes_exactly() -> bool:
    """Whether this CPU is known to have VNNI; the exact detour for the others costs a third of the speed."""
    # NumPy leaves out what is empty, and a CPU may have none of the extensions that it looks for.
    found = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", ())
    return any(name in found for name in ("AVX512_CLX", "AVX512_ICL", "AVX512_SPR"))
