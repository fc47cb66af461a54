"""The packaged model's network as ONNX files whose matrix products run on 8-bit integers.

The 4-bit weights are in blocks of 32 with a scale each. onnxruntime can multiply such blocks as
they are (MatMulNBits), but no faster than float32, and whole columns of 8-bit integers several
times faster, so the columns get one scale each. A state has one scale in all, and some of its
values are far larger than the others: each is divided by a share of how large it was in the
project's own texts, and the weights that it meets are multiplied by it (Xiao et al. 2022,
SmoothQuant). The few that are largest go through a product in float32 (Dettmers et al. 2022,
LLM.int8). All that is measured beforehand (`python -m tests.benchmarks.ranges`) and nothing while
it runs, so no text's vectors depend on those beside it. What is left is the rounding (`python -m
tests.benchmarks.exactness`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnx.external_data_helper import set_external_data

from qa.encoder.weights import BLOCK, Weights

Linear = tuple[NDArray[np.float32], NDArray[np.float32]]
"""A matrix (outputs, inputs), and what is added to its product."""

MIDDLE = 8
"""The layer whose states are given beside the last one's. Tokens that mean the same in two
languages are most alike in the middle; the last layer is trained for the mean of its states."""

TOKEN_LAYERS = tuple(f"t{number}" for number in range(MIDDLE, 12))
"""Layers that follow the middle one a second time: those that follow it anyhow are trained for the
mean of their states, these for the tokens one by one."""

_CONTRIB = "com.microsoft"
_CONTRIB_OPERATORS = {
    "GatherBlockQuantized",
    "Gelu",
    "MatMulIntegerToFloat",
    "MultiHeadAttention",
}
_DATA = "model.onnx.data"
PARTS = (".codes", ".scales", ".zeros")
"""What stands for a matrix in the file that `trained` reads: one scale and zero for each output."""
_LARGE = 1024
"""Bytes from which a constant is written beside the network."""
_STEPS = 255
_PAIR = 127.5
"""Two codes that are rounded up by a half each are 128 then."""
_SHARE = 0.7
"""Power of how large a value is, by which it is divided; the rest is left to its code. Chosen, as
`_LARGEST` is, by the cosines with float32 of some of XQuAD-R's texts and questions."""
_LARGEST = 4
"""Inner values of a layer that go through a product in float32: one is up to ten times the next."""

Range = NDArray[np.float32]
"""(2, values): the lowest and the highest of each."""
RANGES = Path(__file__).with_name("ranges.npz")


def write(weights: Weights, folder: Path) -> None:
    """Write three networks into `folder`, and their weights, which the runtime maps into memory.

    model.onnx         input_ids, attention_mask -> last_hidden_state, for sentence-transformers
    unpadded.onnx      input_ids -> last_hidden_state, middle_hidden_state: without the mask, for
                       rows of one length, attention is faster
    tokens.onnx        middle_hidden_state -> token_hidden_state: `TOKEN_LAYERS`, for such rows
    model.onnx.data    the weights of all
    """
    masked = _network(weights, folder)
    unpadded = _unmasked(masked)
    unpadded.graph.output.append(_value("middle_hidden_state", TensorProto.FLOAT, weights.width))
    del unpadded.graph.input[1:]
    tokens = _unmasked(_token_network(weights, folder))
    for name, model in (("model", masked), ("unpadded", unpadded), ("tokens", tokens)):
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())


def trained() -> dict[str, NDArray[np.float32]]:
    """Return the tensors of `TOKEN_LAYERS`, named as in the file; matrices are (outputs, inputs).

    Made by `python -m tests.benchmarks.tokens`.
    """
    with (files(__package__) / "token_layers.npz").open("rb") as file:
        arrays = np.load(file, allow_pickle=False)
        return dict(_unpacked({name: arrays[name] for name in arrays.files}))


def _unpacked(
    arrays: Mapping[str, NDArray[np.generic]],
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for name, array in arrays.items():
        if name.endswith(PARTS[0]):
            whole = name.removesuffix(PARTS[0])
            _, scales, zeros = (arrays[whole + part].astype(np.float32) for part in PARTS)
            yield whole, (array.astype(np.float32) - zeros[:, None]) * scales[:, None]
        elif not name.endswith(PARTS[1:]):
            yield name, array.astype(np.float32)


def _network(weights: Weights, folder: Path) -> ModelProto:
    graph = _Graph(weights, folder)
    graph.step("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    state = graph.embedding()
    for layer in range(weights.layers):
        state = graph.layer(f"l{layer}", state)
        if layer + 1 == MIDDLE:
            graph.step("Identity", [state], "middle_hidden_state")
    graph.step("Identity", [state], "last_hidden_state")
    inputs = [_value(name, TensorProto.INT64) for name in ("input_ids", "attention_mask")]
    return graph.model(inputs, "last_hidden_state")


def _token_network(weights: Weights, folder: Path) -> ModelProto:
    graph = _Graph(weights, folder, trained=trained())
    state = "middle_hidden_state"
    for layer in TOKEN_LAYERS:
        state = graph.layer(layer, state)
    graph.step("Identity", [state], "token_hidden_state")
    inputs = [_value("middle_hidden_state", TensorProto.FLOAT, weights.width)]
    return graph.model(inputs, "token_hidden_state")


def _unmasked(masked: ModelProto) -> ModelProto:
    """The same network without the mask."""
    model = ModelProto()
    model.CopyFrom(masked)
    del model.graph.node[:]
    for node in masked.graph.node:
        if node.name != "mask":
            kept = [name for name in node.input if name != "mask"]
            model.graph.node.add().CopyFrom(node)
            model.graph.node[-1].input[:] = kept
    return model


def _value(name: str, kind: int, *last: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, ["batch", "tokens", *last])


def columns(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix (outputs, inputs) in 8 bits, and the scale of each output.

    AVX2 cuts the sum of two neighbouring products at 16 bits: two codes of one sign are 128 at
    most together, which times 255 still fits.
    """
    pairs = matrix.reshape(len(matrix), -1, 2)
    sums = [half.clip(min=0).sum(axis=2).max(axis=1) for half in (pairs, -pairs)]
    single = np.abs(matrix).max(axis=1) * (_PAIR / 127)
    scales = np.maximum(np.maximum(*sums), single) / _PAIR
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales


def ranges() -> dict[str, Range]:
    """Return how far the values go that each product takes, by its name."""
    with np.load(RANGES, allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


def divisors(matrix: NDArray[np.float32], reach: Range) -> NDArray[np.float32]:
    """(inputs,): by what each value of a state is divided, and its weights multiplied."""
    values, weights = (np.abs(rows).max(axis=0).clip(min=1e-5) for rows in (reach, matrix))
    shares = values**_SHARE / weights ** (1 - _SHARE)
    evened: NDArray[np.float32] = shares / np.exp(np.log(shares).mean())
    return evened


@dataclass(slots=True)
class _Graph:
    """Collects nodes and constants; each method adds steps and returns the name of their result."""

    weights: Weights
    folder: Path
    trained: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    """Tensors beside those of the file."""
    ranges: Mapping[str, Range] = field(default_factory=ranges)
    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        values = np.ascontiguousarray(values)
        if values.nbytes < _LARGE:
            self.constants.append(numpy_helper.from_array(values, name))
        else:
            self.constants.append(self.beside(name, values))
        return name

    def beside(self, name: str, values: NDArray[np.generic]) -> TensorProto:
        """The constant, its values written at once: in the network they would be copied twice."""
        kind = helper.np_dtype_to_tensor_dtype(values.dtype)
        tensor = TensorProto(name=name, dims=values.shape, data_type=kind, raw_data=b"")
        with (self.folder / _DATA).open("ab") as file:
            set_external_data(tensor, _DATA, file.tell(), values.nbytes)
            file.write(values.data)
        tensor.ClearField("raw_data")
        return tensor

    def step(self, operator: str, inputs: Sequence[str], *results: str, **attributes: float) -> str:
        domain = _CONTRIB if operator in _CONTRIB_OPERATORS else ""
        node = helper.make_node(operator, inputs, results, name=results[0], domain=domain)
        node.attribute.extend(helper.make_attribute(*pair) for pair in attributes.items())
        self.nodes.append(node)
        return results[0]

    def model(self, inputs: Sequence[onnx.ValueInfoProto], result: str) -> ModelProto:
        """The steps so far as a network."""
        outputs = [_value(result, TensorProto.FLOAT, self.weights.width)]
        return helper.make_model(
            helper.make_graph(self.nodes, "multilingual-e5-small", inputs, outputs, self.constants),
            opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(_CONTRIB, 1)],
            ir_version=10,
        )

    def embedding(self) -> str:
        """The normalised sum of each token's row and its place's."""
        weights = self.weights
        blocks = weights.blocks("emb.word", weights.vocabulary)
        words = self.constant("words", blocks.packed().reshape(weights.vocabulary, -1))
        scales = self.constant("words.scales", blocks.scales.astype(np.float32))
        sizes = {"bits": 4, "block_size": BLOCK, "gather_axis": 0, "quantize_axis": 1}
        self.step("GatherBlockQuantized", [words, "input_ids", scales], "words.rows", **sizes)
        places = weights.plain("emb.pos").reshape(weights.positions, -1)
        self.constant("places", places + weights.plain("emb.type")[: weights.width])
        self.constant("zero", np.array([0]))
        self.step("Shape", ["input_ids"], "length", start=1, end=2)
        self.step("Slice", ["places", "zero", "length", "zero"], "places.rows")
        return self.normalised("emb.ln", "words.rows", "places.rows")

    def layer(self, name: str, state: str) -> str:
        """One layer of the encoder, from one normalised state to the next."""
        state = self.normalised(f"{name}.aln", state, self.attention(name, state))
        return self.normalised(f"{name}.oln", state, *self.thought(name, state))

    def attention(self, name: str, state: str) -> str:
        """What each token takes from the others of its text."""
        query, key, (values, added) = (self.linear(f"{name}.{part}") for part in "qkv")
        matrix, bias = self.linear(f"{name}.ao")
        reach = self.ranges[f"{name}.ao"]
        by = divisors(matrix, reach)
        # What is taken is a mean of values: they are divided in its place, and cost nothing more.
        linears = query, key, (values / by[:, None], added / by)
        matrices, biases = map(np.concatenate, zip(*linears, strict=True))
        product = self.divided(f"{name}.qkv", state, (matrices, biases), self.ranges[f"{name}.qkv"])
        qkv = [f"{name}.{part}" for part in "qkv"]
        self.step("Split", [product], *qkv, axis=2)
        heads = self.weights.heads
        taken = self.step(
            "MultiHeadAttention", [*qkv, "", "mask"], f"{name}.attention", num_heads=heads
        )
        return self.product(f"{name}.ao", taken, (matrix * by, bias), reach / by)

    def thought(self, name: str, state: str) -> tuple[str, str]:
        """What each token makes of its state, in two parts: of most inner values, and of a few."""
        (wide, added), (narrow, bias) = (self.linear(f"{name}.{part}") for part in ("fi", "fo"))
        reach = self.ranges[f"{name}.fo"]
        order = np.abs(reach).max(axis=0).argsort()
        most, few = order[:-_LARGEST], order[-_LARGEST:]
        linear = wide[order], added[order]
        inner = self.divided(f"{name}.fi", state, linear, self.ranges[f"{name}.fi"])
        sizes = self.constant(f"{name}.sizes", np.array([len(most), len(few)]))
        gelu = self.step("Gelu", [inner], f"{name}.gelu")
        self.step("Split", [gelu, sizes], f"{name}.most", f"{name}.few", axis=2)
        exact = self.constant(f"{name}.few.weights", narrow[:, few].T)
        large = self.step("MatMul", [f"{name}.few", exact], f"{name}.large")
        linear = narrow[:, most], bias
        return self.divided(f"{name}.fo", f"{name}.most", linear, reach[:, most]), large

    def plain(self, name: str) -> NDArray[np.float32]:
        found = self.trained.get(name)
        return self.weights.plain(name) if found is None else found

    def linear(self, name: str) -> Linear:
        bias, matrix = self.plain(f"{name}.b"), self.trained.get(f"{name}.w")
        if matrix is None:
            matrix = self.weights.blocks(f"{name}.w", len(bias)).unpacked(np.float32)
        return matrix, bias

    def normalised(self, name: str, *parts: str) -> str:
        """The sum of some states, normalised; its name is also that of the two weights.

        In two steps: SkipLayerNormalization does them in one and takes five times as long.
        """
        inputs = [self.step("Sum", parts, f"{name}.sum")]
        inputs += [self.constant(f"{name}.{part}", self.plain(f"{name}.{part}")) for part in "wb"]
        return self.step("LayerNormalization", inputs, name, epsilon=self.weights.epsilon)

    def divided(self, name: str, state: str, linear: Linear, reach: Range) -> str:
        """The product of a state whose values go so far, divided before it."""
        matrix, bias = linear
        by = divisors(matrix, reach)
        inverse = self.constant(f"{name}.divisors", 1 / by)
        rest = self.step("Mul", [state, inverse], f"{name}.divided")
        return self.product(name, rest, (matrix * by, bias), reach / by)

    def product(self, name: str, state: str, linear: Linear, reach: Range) -> str:
        """The product of a state whose values go so far; what goes farther is cut off."""
        matrix, bias = linear
        codes, scales = columns(matrix)
        weights = self.constant(f"{name}.weights", codes.T)
        scale = self.constant(f"{name}.scales", scales)
        added = self.constant(f"{name}.bias", bias)
        step = (reach.max() - reach.min()) / _STEPS
        middle = np.rint(-reach.min() / step).astype(np.uint8)
        by = self.constant(f"{name}.step", step), self.constant(f"{name}.middle", middle)
        coded = self.step("QuantizeLinear", [state, *by], f"{name}.codes")
        inputs = [coded, weights, by[0], scale, by[1], "", added]
        return self.step("MatMulIntegerToFloat", inputs, f"{name}.product")
