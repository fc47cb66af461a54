"""The packaged model's network as ONNX files whose matrix products run on 8-bit integers.

The 4-bit weights are in blocks of 32 with a scale each. onnxruntime can multiply such blocks as
they are (MatMulNBits), but no faster than float32, and whole columns of 8-bit integers several
times faster, so the columns get one scale and one zero each. For the states 8 bits are too few:
some values are far larger than the others. A state is therefore two codes of 7 bits, the second for
what the first leaves over, and each product is the sum of two. What is left is the rounding of the
weights (`python -m tests.benchmarks.exactness`). How large a state can become follows from the
weights, so nothing is measured while it runs, and no text's vectors depend on those beside it.
Codes of 7 bits are also exact on AVX2, which cuts the sum of two neighbouring products at 16 bits.
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
"""A matrix (outputs, inputs) or the scales of a normalisation, and what is added then."""

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
"""What stands for a matrix in the file that `trained` reads; see `whole_columns`."""
_LARGE = 1024
"""Bytes from which a constant is written beside the network."""
_STEPS = 126
"""Codes are 1 to 127, so that two of them times any weights still fit 16 bits with a sign."""
_MIDDLE = 64


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
    graph.shared()
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
    graph.shared()
    state = graph.step("Identity", ["middle_hidden_state"], f"l{MIDDLE - 1}.oln")
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


def whole_columns(
    matrix: NDArray[np.float32],
) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.int8]]:
    """A matrix (outputs, inputs) in 8 bits, and the scale and the zero of each output."""
    low, high = matrix.min(axis=1).clip(max=0), matrix.max(axis=1).clip(min=0)
    scales = (high - low) / 253  # code and zero may each be rounded up by a half
    zeros = np.rint(-127 - low / scales)
    codes = np.rint(matrix / scales[:, None]) + zeros[:, None]
    return codes.astype(np.int8), scales, zeros.astype(np.int8)


def largest(norm: Linear) -> float:
    """What no value of a normalised state exceeds: of n whose variance is 1, none is over √n."""
    scale, shift = norm
    return float((np.abs(scale) * len(scale) ** 0.5 + np.abs(shift)).max())


def largest_product(norm: Linear, linear: Linear) -> float:
    """What no value of a normalised state's product exceeds: n such numbers have the length √n."""
    scale, shift = norm
    matrix, bias = linear
    lengths = np.linalg.norm(matrix * scale, axis=1) * len(scale) ** 0.5
    return float((lengths + np.abs(matrix @ shift + bias)).max())


@dataclass(slots=True)
class _Graph:
    """Collects nodes and constants; each method adds steps and returns the name of their result."""

    weights: Weights
    folder: Path
    trained: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    """Tensors beside those of the file."""
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

    def number(self, name: str, value: float) -> str:
        return self.constant(name, np.array(value, np.float32))

    def step(self, operator: str, inputs: Sequence[str], *results: str, **attributes: float) -> str:
        domain = _CONTRIB if operator in _CONTRIB_OPERATORS else ""
        node = helper.make_node(operator, inputs, results, name=results[0], domain=domain)
        node.attribute.extend(helper.make_attribute(*pair) for pair in attributes.items())
        self.nodes.append(node)
        return results[0]

    def shared(self) -> None:
        """What all layers share."""
        self.constant("middle", np.array(_MIDDLE, np.uint8))
        self.number("finer", 1 / _STEPS)

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
        norm = self.norm(state)
        qkv = [self.linear(f"{name}.{part}") for part in "qkv"]
        matrices, biases = map(np.concatenate, zip(*qkv, strict=True))
        parts = self.product(f"{name}.qkv", state, (matrices, biases), largest(norm))
        attended = self.attention(name, parts)
        most = largest_product(norm, qkv[-1])  # a mean of values exceeds none of them
        parts = self.product(f"{name}.ao", attended, self.linear(f"{name}.ao"), most)
        state = self.normalised(f"{name}.aln", state, *parts)
        norm, linear = self.norm(state), self.linear(f"{name}.fi")
        parts = self.product(f"{name}.fi", state, linear, largest(norm))
        inner = self.step("Gelu", [self.step("Add", parts, f"{name}.inner")], f"{name}.gelu")
        most = largest_product(norm, linear)  # and so does what the gate lets through
        parts = self.product(f"{name}.fo", inner, self.linear(f"{name}.fo"), most)
        return self.normalised(f"{name}.oln", state, *parts)

    def plain(self, name: str) -> NDArray[np.float32]:
        found = self.trained.get(name)
        return self.weights.plain(name) if found is None else found

    def norm(self, name: str) -> Linear:
        return self.plain(f"{name}.w"), self.plain(f"{name}.b")

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
        for part, values in zip("wb", self.norm(name), strict=True):
            inputs.append(self.constant(f"{name}.{part}", values))
        return self.step("LayerNormalization", inputs, name, epsilon=self.weights.epsilon)

    def product(self, name: str, state: str, linear: Linear, most: float) -> Sequence[str]:
        """The two parts of a state's product: their sum is the result.

        Both codes of the state go through one product, one after the other: it reads the weights
        once, which is most of the time that a question takes.
        """
        matrix, bias = linear
        codes, scales, zeros = whole_columns(matrix)
        weights = self.constant(f"{name}.weights", codes.T)
        scale = self.constant(f"{name}.scales", scales)
        zero = self.constant(f"{name}.zeros", zeros)
        # Added to both parts, of which the fine one is then divided by the steps.
        added = self.constant(f"{name}.bias", bias * np.float32(_STEPS / (_STEPS + 1)))
        step = 2 * most / _STEPS
        by = self.number(f"{name}.step", step), "middle"
        finely = self.number(f"{name}.fine.step", step / _STEPS), "middle"
        coarse = self.step("QuantizeLinear", [state, *by], f"{name}.coarse")
        near = self.step("DequantizeLinear", [coarse, *by], f"{name}.near")
        rest = self.step("Sub", [state, near], f"{name}.rest")
        fine = self.step("QuantizeLinear", [rest, *finely], f"{name}.fine")
        both = self.step("Concat", [coarse, fine], f"{name}.codes", axis=0)
        product = "MatMulIntegerToFloat"
        inputs = [both, weights, by[0], scale, by[1], zero, added]
        parts = f"{name}.first", f"{name}.second"
        self.step("Split", [self.step(product, inputs, f"{name}.product")], *parts, axis=0)
        return parts[0], self.step("Mul", [parts[1], "finer"], f"{name}.third")

    def attention(self, name: str, parts: Sequence[str]) -> str:
        """What each token takes from the others of its text."""
        qkv = [f"{name}.{part}" for part in "qkv"]
        self.step("Split", [self.step("Add", parts, f"{name}.qkv")], *qkv, axis=2)
        result, heads = f"{name}.attention", self.weights.heads
        return self.step("MultiHeadAttention", [*qkv, "", "mask"], result, num_heads=heads)
