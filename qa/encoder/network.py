"""The packaged model's network as ONNX files whose matrix products run on 8-bit integers.

The 4-bit weights are in blocks of 32 with a scale each. onnxruntime can multiply such blocks as
they are (MatMulNBits), at 135 of the 365 GFLOP/s that whole columns of 8-bit integers reach here
(float32: 180), so the columns get one scale each. Three things keep that exact (mean cosine with
float32 above .999): each token's state has its own scale; its zero lies where such states have it;
and a column is scaled so that the sum of two neighbouring products never exceeds 16 bits, where
AVX2 cuts it off.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnx.external_data_helper import set_external_data

from qa.encoder.weights import BLOCK, Weights

_CONTRIB = "com.microsoft"
_CONTRIB_OPERATORS = {
    "BiasGelu",
    "GatherBlockQuantized",
    "MatMulIntegerToFloat",
    "MultiHeadAttention",
}
_DATA = "model.onnx.data"
_LARGE = 1024
"""Bytes from which a constant is written beside the network."""
_ZEROS = {"qkv": 116, "ao": 124, "fi": 104, "fo": 28}
"""Which of 0 to 255 stands for 0 in the input of each product: where the largest and the smallest
value of a token's state use the range best (mean over layers, measured on texts in seven languages;
128 for all costs .0002 of cosine). What comes out of GELU is hardly ever negative."""
_PAIR = 128
"""255 times as much still fits 16 bits with a sign."""


def write(weights: Weights, folder: Path) -> None:
    """Write two networks into `folder`, and their weights, which the runtime maps into memory.

    model.onnx         input_ids, attention_mask -> last_hidden_state, for sentence-transformers
    unpadded.onnx      the same without the mask, for rows of one length: attention is faster
    model.onnx.data    the weights of both
    """
    masked = _network(weights, folder)
    for name, model in (("model.onnx", masked), ("unpadded.onnx", _unpadded(masked))):
        (folder / name).write_bytes(model.SerializeToString())


def _network(weights: Weights, folder: Path) -> ModelProto:
    graph = _Graph(weights, folder)
    graph.shapes()
    state = graph.embedding()
    for layer in range(weights.layers):
        state = graph.layer(f"l{layer}", state)
    graph.step("Reshape", [state, "batch.shape"], "last_hidden_state")
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "multilingual-e5-small",
            [_value(name, TensorProto.INT64) for name in ("input_ids", "attention_mask")],
            [_value("last_hidden_state", TensorProto.FLOAT, weights.width)],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(_CONTRIB, 1)],
        ir_version=10,
    )


def _unpadded(masked: ModelProto) -> ModelProto:
    """The same network without the mask."""
    model = ModelProto()
    model.CopyFrom(masked)
    del model.graph.input[1:], model.graph.node[:]
    for node in masked.graph.node:
        if node.name != "mask":
            kept = [name for name in node.input if name != "mask"]
            model.graph.node.add().CopyFrom(node)
            model.graph.node[-1].input[:] = kept
    return model


def _value(name: str, kind: int, *last: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, ["batch", "tokens", *last])


def whole_columns(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix (outputs, inputs) in 8 bits, and the scale of each output."""
    pairs = matrix.reshape(len(matrix), -1, 2)
    sums = np.maximum(pairs.clip(min=0).sum(axis=2), (-pairs).clip(min=0).sum(axis=2)).max(axis=1)
    # A pair may be rounded up by half a step twice.
    scales = np.maximum(sums / (_PAIR - 1), np.abs(matrix).max(axis=1) / 127)
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales.astype(np.float32)


@dataclass(slots=True)
class _Graph:
    """Collects nodes and constants; each method adds steps and returns the name of their result.

    States are (batch * tokens, width) everywhere but in attention.
    """

    weights: Weights
    folder: Path
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

    def plain(self, name: str) -> str:
        return self.constant(name, self.weights.plain(name))

    def step(
        self, operator: str, inputs: Sequence[str], result: str, **attributes: float | Sequence[int]
    ) -> str:
        domain = _CONTRIB if operator in _CONTRIB_OPERATORS else ""
        node = helper.make_node(operator, inputs, [result], name=result, domain=domain)
        node.attribute.extend(helper.make_attribute(*pair) for pair in attributes.items())
        self.nodes.append(node)
        return result

    def shapes(self) -> None:
        """What all layers share: shapes, zeros, and the mask."""
        width = self.weights.width
        self.constant("rows.shape", np.array([-1, width]))
        self.constant("width", np.array([width]))
        self.constant("zero", np.array([0]))
        self.constant("one", np.array([1]))
        self.number("no.scale", 1)
        self.number("least", 1e-20)
        self.constant("weight.zero", np.array(0, np.int8))
        self.step("Shape", ["input_ids"], "ids.shape")
        self.step("Concat", ["ids.shape", "width"], "batch.shape", axis=0)
        self.step("Size", ["input_ids"], "size")
        self.step("Unsqueeze", ["size", "zero"], "size.shape")
        for name, zero in _ZEROS.items():
            self.constant(f"{name}.zero", np.array(zero, np.uint8))
            self.step("Expand", [f"{name}.zero", "size.shape"], f"{name}.zeros")
            self.number(f"{name}.top", 1 / (255 - zero))
            self.number(f"{name}.bottom", -1 / zero)
        self.step("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)

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
        self.step("Shape", ["input_ids"], "length", start=1, end=2)
        self.step("Slice", ["places", "zero", "length", "zero"], "places.rows")
        self.step("Add", ["words.rows", "places.rows"], "embedded")
        self.step("Reshape", ["embedded", "rows.shape"], "embedded.rows")
        return self.normalised("emb.ln", "embedded.rows")

    def normalised(self, name: str, state: str) -> str:
        norm = [self.plain(f"{name}.{part}") for part in "wb"]
        epsilon = self.weights.epsilon
        return self.step("LayerNormalization", [state, *norm], f"{name}.norm", epsilon=epsilon)

    def layer(self, name: str, state: str) -> str:
        """One layer of the encoder."""
        codes = self.codes(f"{name}.qkv", "qkv", state)
        parts = [self.product(f"{name}.{part}", "qkv", codes, f"{name}.qkv") for part in "qkv"]
        attended = self.attention(name, parts)
        codes = self.codes(f"{name}.ao", "ao", attended)
        product = self.product(f"{name}.ao", "ao", codes, f"{name}.ao")
        state = self.added(name, "ao", "aln", state, product)
        codes = self.codes(f"{name}.fi", "fi", state)
        product = self.product(f"{name}.fi", "fi", codes, f"{name}.fi")
        inner = self.step("BiasGelu", [product, self.plain(f"{name}.fi.b")], f"{name}.gelu")
        codes = self.codes(f"{name}.fo", "fo", inner)
        product = self.product(f"{name}.fo", "fo", codes, f"{name}.fo")
        return self.added(name, "fo", "oln", state, product)

    def attention(self, name: str, parts: Sequence[str]) -> str:
        """(batch * tokens, width): what each token takes from the others of its text."""
        rows = [self.step("Reshape", [part, "batch.shape"], f"{part}.batch") for part in parts]
        biases = np.concatenate([self.weights.plain(f"{name}.{part}.b") for part in "qkv"])
        bias = self.constant(f"{name}.qkv.b", biases)
        result = f"{name}.attention"
        heads = self.weights.heads
        self.step("MultiHeadAttention", [*rows, bias, "mask"], result, num_heads=heads)
        return self.step("Reshape", [result, "rows.shape"], f"{result}.rows")

    def codes(self, name: str, kind: str, state: str) -> str:
        """The state as 0 to 255; `name`.scale is each row's scale."""
        self.step("ReduceMax", [state], f"{name}.most", axes=[1], keepdims=0)
        self.step("ReduceMin", [state], f"{name}.fewest", axes=[1], keepdims=0)
        self.step("Mul", [f"{name}.most", f"{kind}.top"], f"{name}.above")
        self.step("Mul", [f"{name}.fewest", f"{kind}.bottom"], f"{name}.below")
        self.step("Max", [f"{name}.above", f"{name}.below", "least"], f"{name}.scales")
        self.step("Unsqueeze", [f"{name}.scales", "one"], f"{name}.scale")
        inputs = [state, f"{name}.scales", f"{kind}.zeros"]
        return self.step("QuantizeLinear", inputs, f"{name}.codes", axis=0)

    def product(self, name: str, kind: str, codes: str, scaled: str) -> str:
        """The state times a matrix, without the bias."""
        rows = len(self.weights.plain(f"{name}.b"))
        matrix, scales = whole_columns(self.weights.blocks(f"{name}.w", rows).unpacked(np.float32))
        inputs = [
            codes,
            self.constant(f"{name}.w", matrix.T),
            "no.scale",
            self.constant(f"{name}.w.scales", scales),
            f"{kind}.zero",
            "weight.zero",
        ]
        self.step("MatMulIntegerToFloat", inputs, f"{name}.integers")
        return self.step("Mul", [f"{name}.integers", f"{scaled}.scale"], f"{name}.product")

    def added(self, name: str, product: str, norm: str, state: str, result: str) -> str:
        """The layer's state with the result and its bias added, normalised.

        In three steps: SkipLayerNormalization does them in one and takes five times as long.
        """
        bias = self.plain(f"{name}.{product}.b")
        self.step("Add", [result, bias], f"{name}.{product}.biased")
        self.step("Add", [f"{name}.{product}.biased", state], f"{name}.{norm}.sum")
        return self.normalised(f"{name}.{norm}", f"{name}.{norm}.sum")
