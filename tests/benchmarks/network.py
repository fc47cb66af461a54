"""The reader's network as it is trained, and its ONNX file.

Two layers of attention over a question and one sentence (Vaswani et al. 2017, normalised before
each step). Each head is told how alike two tokens are: what late interaction knows need not be
learned.
"""

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from typing_extensions import override

WIDTH, INNER, HEADS, LAYERS = 96, 192, 4, 2
ALIKE = 8.0
"""Times which a cosine is taken before a head weighs it."""

INPUTS = ("states", "kinds", "hints", "whole", "cosines", "mask")
OUTPUTS = ("better", "ends", "answers")
"""The last is learned for the sake of the others: `qa.reader` does not ask for it."""


class Layer(nn.Module):
    """Each place takes from the others of its row, then thinks for itself."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.attended, self.thought = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.parts, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.alike = nn.Parameter(torch.linspace(0, 1, HEADS))
        self.dropout = nn.Dropout(dropout)

    @override
    def forward(self, rows: Tensor, cosines: Tensor, mask: Tensor) -> Tensor:
        """(rows, places, width) to the same."""
        parts = self.parts(self.attended(rows)).unflatten(-1, (3, HEADS, WIDTH // HEADS))
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        alike = self.alike[None, :, None, None] * ALIKE * cosines[:, None]
        fits = query @ key.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5
        taken = (fits + alike + mask[:, None, None, :]).softmax(-1) @ value
        rows = rows + self.dropout(self.out(taken.transpose(1, 2).flatten(2)))
        inner = nn.functional.gelu(self.wide(self.thought(rows)))
        changed: Tensor = rows + self.dropout(self.narrow(inner))
        return changed


class Network(nn.Module):
    """From `qa.reader.inputs` to what `qa.reader.Reading` holds."""

    def __init__(self, dimension: int, dropout: float = 0.3) -> None:
        super().__init__()
        self.states, self.kinds = nn.Linear(dimension, WIDTH), nn.Embedding(3, WIDTH)
        self.hints, self.whole = nn.Linear(5, WIDTH), nn.Linear(9, WIDTH)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.last = nn.LayerNorm(WIDTH)
        self.sentence, self.ends = nn.Linear(WIDTH, 2), nn.Linear(WIDTH, 2)
        # How much late interaction counts: for the order, and for whether a sentence answers its
        # score, its distance to the median, and a constant.
        self.scale = nn.Parameter(torch.tensor([12.0, 4.0, 4.0, -4.0]))
        # What is made of the highest that a sentence answers by: a constant and a weight, in one
        # language and across two. Confidence has its own, fitted afterwards.
        self.read = nn.Parameter(torch.tensor([[3.0, 1.0], [2.7, 1.0]]))
        self.dropout = nn.Dropout(dropout)
        for head in (self.sentence, self.ends):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    @override
    def forward(
        self,
        states: Tensor,
        kinds: Tensor,
        hints: Tensor,
        whole: Tensor,
        cosines: Tensor,
        mask: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return (rows,), (rows, places, 2) and (rows,), in the order of `OUTPUTS`."""
        rows = self.states(self.dropout(states)) + self.kinds(kinds) + self.hints(hints)
        rows = torch.cat([rows[:, :1] + self.whole(whole)[:, None], rows[:, 1:]], 1)
        for layer in self.layers:
            rows = layer(rows, cosines, mask)
        rows = self.last(rows)
        better, answers = self.sentence(rows[:, 0]).unbind(-1)
        return better / self.scale[0], self.ends(rows), answers


def export(network: Network, example: dict[str, Tensor], path: Path) -> None:
    """Write the ONNX file; rows and places may be as many as they like."""
    sizes = {name: {0: "rows", 1: "places"} for name in ("states", "kinds", "hints", "mask")}
    sizes["cosines"] = {0: "rows", 1: "places", 2: "places"}
    sizes["ends"] = {0: "rows", 1: "places"}
    sizes |= {name: {0: "rows"} for name in ("whole", "better", "answers")}
    torch.onnx.export(
        network.eval(),
        tuple(example[name] for name in INPUTS),
        str(path),
        input_names=list(INPUTS),
        output_names=list(OUTPUTS),
        dynamic_axes=sizes,
        opset_version=17,
        dynamo=False,
    )


def opened(path: Path, dimension: int) -> Network:
    """Return the network of a file that `export` wrote.

    What is needed for training alone is not in there: the last three numbers of its scale, and what
    is made of the highest.
    """
    graph = onnx.load(path).graph
    arrays = {one.name: torch.tensor(numpy_helper.to_array(one)) for one in graph.initializer}
    network = Network(dimension)
    found = {name: arrays[name] for name in network.state_dict() if name in arrays}
    follows = {name: node for node in graph.node for name in node.input}
    heads = iter(network.layers)
    for node in graph.node:
        given = next((arrays[name] for name in node.input if name in arrays), None)
        if given is None:
            continue
        if node.op_type == "MatMul":  # turned for the multiplication; its bias has its own name
            (bias,) = (name for name in follows[node.output[0]].input if name in arrays)
            found[bias.removesuffix("bias") + "weight"] = given.T
        elif given.shape == (1, HEADS, 1, 1):
            layer = next(heads)
            assert isinstance(layer, Layer)
            layer.alike.data = given.flatten() / ALIKE
        elif "better" in node.output:
            network.scale.data[0] = given
    network.load_state_dict({**network.state_dict(), **found})
    return network
