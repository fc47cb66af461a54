"""The packaged weights as a sentence-transformers model folder.

config.json, model.safetensors, tokenizer.json, ...    for transformers and sentence-transformers
onnx/model.onnx, unpadded.onnx, model.onnx.data        for onnxruntime
unigram/                                               the vocabulary in a form that loads fast
"""

import json
from collections.abc import Iterator
from pathlib import Path

from qa.encoder import network, tensors, unigram, weights
from qa.encoder.unigram import BLANK, DROPPED
from qa.encoder.weights import Weights

PROMPTS = {"query": "query: ", "document": "passage: "}
_MODULES = ("Transformer", "Pooling", "Normalize")


def write(folder: Path) -> None:
    """Write every file of the model into an empty folder."""
    model = weights.read(weights.source())
    (folder / "onnx").mkdir()
    network.write(model, folder / "onnx")
    unigram.write(model.pieces, model.scores, folder)
    _write_json(folder / "tokenizer.json", _tokenizer(model))
    for name, content in _settings(model):
        (folder / name).parent.mkdir(exist_ok=True)
        _write_json(folder / name, content)
    tensors.write(model, folder / "model.safetensors")


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _tokenizer(model: Weights) -> object:
    replace = [
        {"type": "Replace", "pattern": {"Regex": f"[{DROPPED}]"}, "content": ""},
        {"type": "Replace", "pattern": {"Regex": f"[{BLANK}]+"}, "content": " "},
    ]
    strip = {"type": "Strip", "strip_left": True, "strip_right": True}
    special = [
        {"id": number, "content": model.pieces[number], "special": True}
        | dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
        for number in (0, 1, 2, 3, len(model.pieces) - 1)
    ]
    around = [
        {"SpecialToken": {"id": "<s>", "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": "</s>", "type_id": 0}},
    ]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, *replace, strip]},
        "pre_tokenizer": {
            "type": "Metaspace",
            "replacement": "▁",
            "prepend_scheme": "always",
            "split": True,
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": around,
            "pair": [*around, {"Sequence": {"id": "B", "type_id": 0}}, around[-1]],
            "special_tokens": {
                token: {"id": token, "ids": [number], "tokens": [token]}
                for token, number in (("<s>", 0), ("</s>", 2))
            },
        },
        "decoder": {
            "type": "Metaspace",
            "replacement": "▁",
            "prepend_scheme": "always",
            "split": True,
        },
        "model": {
            "type": "Unigram",
            "unk_id": 3,
            "vocab": list(zip(model.pieces, model.scores.tolist(), strict=True)),
            "byte_fallback": False,
        },
    }


def _settings(model: Weights) -> Iterator[tuple[str, object]]:
    yield (
        "config.json",
        {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": model.width,
            "num_hidden_layers": model.layers,
            "num_attention_heads": model.heads,
            "intermediate_size": model.inner,
            "vocab_size": model.vocabulary,
            "max_position_embeddings": model.positions,
            "type_vocab_size": 2,
            "layer_norm_eps": 1e-12,
            "pad_token_id": 1,
            "dtype": "float32",
        },
    )
    yield (
        "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": model.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
    )
    yield "sentence_bert_config.json", {"max_seq_length": model.positions, "do_lower_case": False}
    yield (
        "config_sentence_transformers.json",
        {
            "prompts": PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    )
    yield (
        "modules.json",
        [
            {
                "idx": place,
                "name": str(place),
                "path": f"{place}_{module}" if place else "",
                "type": f"sentence_transformers.models.{module}",
            }
            for place, module in enumerate(_MODULES)
        ],
    )
    yield (
        "1_Pooling/config.json",
        {
            "word_embedding_dimension": model.width,
            "pooling_mode_mean_tokens": True,
        },
    )
    yield "2_Normalize/config.json", {}
