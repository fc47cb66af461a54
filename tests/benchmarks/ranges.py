"""Measure how far the values go that the packaged model's matrix products take.

    python -m tests.benchmarks.ranges [--step 8]

Writes `qa/encoder/ranges.npz`: the lowest and the highest of each value that goes into each product
of each layer, in float32, over the project's own texts (`tests/data`): some joined until they fill
what the model reads at once, and their questions one by one.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, BertModel
from transformers.models.bert.modeling_bert import BertLayer

from qa.encoder.model_files import PROMPTS
from qa.encoder.network import MIDDLE, RANGES, TOKEN_LAYERS, Range, trained
from qa.encoder.packaged import Packaged
from tests.benchmarks import invented


def parts(layer: BertLayer) -> dict[str, nn.Module]:
    """Return the modules of a layer by the names that their weights have in the file."""
    return {
        "q": layer.attention.self.query,
        "k": layer.attention.self.key,
        "v": layer.attention.self.value,
        "ao": layer.attention.output.dense,
        "aln": layer.attention.output.LayerNorm,
        "fi": layer.intermediate.dense,
        "fo": layer.output.dense,
        "oln": layer.output.LayerNorm,
    }


def take(layers: Sequence[BertLayer]) -> None:
    """Give the last layers the weights that are trained for tokens."""
    tensors = {name: torch.tensor(tensor) for name, tensor in trained().items()}
    for name, layer in zip(TOKEN_LAYERS, layers, strict=True):
        for part, module in parts(layer).items():
            module.weight.data = tensors[f"{name}.{part}.w"]
            module.bias.data = tensors[f"{name}.{part}.b"]


def texts(step: int) -> Iterator[str]:
    """Yield every so manyth text of each collection and language, and its questions."""
    for codes in invented.groups():
        for code in codes:
            records = invented.records(codes)
            for start in range(0, len(records), step):
                following = records[start : start + 4]
                joined = " ".join(" ".join(record["texts"][code]) for record in following)
                yield PROMPTS["document"] + joined
                for question in following[0]["questions"]:
                    yield PROMPTS["query"] + question["texts"][code]


def measured(
    layers: Mapping[str, BertLayer], network: BertModel, read: Sequence[Tensor]
) -> dict[str, Range]:
    """Return the ranges of what goes into some layers' products."""
    found: dict[str, Range] = {}

    def widen(name: str, _: nn.Module, given: tuple[Tensor, ...]) -> None:
        rows = given[0][0].numpy()
        rows = np.concatenate([rows, found.get(name, rows[:1])])
        found[name] = np.array([rows.min(axis=0), rows.max(axis=0)])

    for name, layer in layers.items():
        for product, part in (("qkv", "q"), ("ao", "ao"), ("fi", "fi"), ("fo", "fo")):
            parts(layer)[part].register_forward_pre_hook(partial(widen, f"{name}.{product}"))
    with torch.no_grad():
        for ids in read:
            network(ids)
    return found


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", type=int, default=8)
    options = parser.parse_args()
    folder = Packaged().folder
    cut = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    read = [
        cut(text, return_tensors="pt", truncation=True).input_ids for text in texts(options.step)
    ]
    print(f"{len(read)} texts, {sum(ids.shape[1] for ids in read)} tokens", flush=True)
    found: dict[str, Range] = {}
    for trained_for_tokens in (False, True):
        network = AutoModel.from_pretrained(folder, local_files_only=True)
        layers = network.encoder.layer
        named = {f"l{number}": layer for number, layer in enumerate(layers)}
        if trained_for_tokens:
            take(layers[MIDDLE:])
            named = dict(zip(TOKEN_LAYERS, layers[MIDDLE:], strict=True))
        found |= measured(named, network, read)
    half = {name: rows.astype(np.float16) for name, rows in found.items()}
    np.savez_compressed(RANGES, allow_pickle=False, **half)


if __name__ == "__main__":
    main()
