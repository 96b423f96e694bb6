"""Write a model folder: Hugging Face layout, int8 ONNX, taxonomy and decision file."""

from __future__ import annotations

import logging
import shutil
import tempfile
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoTokenizer, PreTrainedModel

from nlp.model.decision import Decision
from nlp.model.session import FILE as ONNX_FILE
from nlp.training.batches import input_names
from nlp.training.quantize import quantize

FLOAT_FILE = Path("onnx") / "model_fp32.onnx"


def save_model(
    model: PreTrainedModel,
    *,
    base: str | Path,
    taxonomy_text: str,
    decision: Decision,
    version: str,
    folder: Path,
    keep_float_onnx: bool = False,
) -> None:
    """Write the folder anew: float16 safetensors, tokenizer, ``onnx/model.onnx`` (int8), taxonomy, decision.

    The model's weights are rounded to float16 first, so that every file holds the same ones.
    ``keep_float_onnx`` also keeps the float32 ONNX file, for comparing the two.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model = model.cpu().half().float().eval()
    (folder / ONNX_FILE).parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "model.onnx"
        export_onnx(model, whole)
        quantize(whole, folder / ONNX_FILE)
        if keep_float_onnx:
            shutil.copy(whole, folder / FLOAT_FILE)

    model.config.dangol_version = version
    tokenizer = AutoTokenizer.from_pretrained(base)
    tokenizer.model_max_length = decision.max_length
    tokenizer.save_pretrained(folder)
    (folder / "taxonomy.toml").write_text(taxonomy_text, encoding="utf-8")
    decision.save(folder)
    model.half().save_pretrained(folder, safe_serialization=True)
    model.float()
    # Whoever loads the folder computes in float32: half precision on a CPU is slow, and a thousandth off.
    model.config.dtype = "float32"
    model.config.save_pretrained(folder)


class _Logits(nn.Module):
    def __init__(self, model: PreTrainedModel, names: tuple[str, ...]) -> None:
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *inputs: Tensor) -> Tensor:
        outputs: Tensor = self.model(**dict(zip(self.names, inputs, strict=True))).logits
        return outputs


def export_onnx(model: PreTrainedModel, path: Path) -> None:
    """Export logits of any sequence classifier with free batch and sequence axes, float32."""
    names = input_names(model)
    ids = torch.randint(5, 100, (2, 16))
    inputs = (ids, torch.ones_like(ids), torch.zeros_like(ids))[: len(names)]
    longest = int(getattr(model.config, "max_position_embeddings", 512))
    batch = torch.export.Dim("batch", min=1, max=65536)
    sequence = torch.export.Dim("sequence", min=2, max=longest)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    # Plain attention becomes four nodes of a graph; the fused one unfolds into a dozen that guard against rows
    # without any token, which no window is.
    fused = model.config._attn_implementation
    model.set_attn_implementation("eager")
    with warnings.catch_warnings():
        # The exporter warns about its own internals and about axis names that inputs share.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Logits(model, names).eval(),
            inputs,
            str(path),
            input_names=list(names),
            output_names=["logits"],
            dynamic_shapes=(tuple({0: batch, 1: sequence} for _ in names),),
            opset_version=20,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    model.set_attn_implementation(fused)
