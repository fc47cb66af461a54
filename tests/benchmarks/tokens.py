"""Train the layers that make token vectors, and how these are compared.

    python -m tests.benchmarks.tokens LAYERS MEANS [--minutes 24] [--anew]

Writes `qa/encoder/token_layers.npz` and `qa/relevance/means.npz`. The model's last four layers are
trained for the mean of their states. A copy of them is trained here for late interaction (Khattab
and Zaharia 2020), on what the frozen middle layer gives: of all sentences of some articles the
right one should score highest, by the same formula as in the product, and lie above what scores
without an answer. The data is the reader's (`tests.benchmarks.train`). It goes on from the packaged
files; with --anew it starts from the model's own layers and `tests.benchmarks.means`, as the first
of these did.

What is learned in many steps is learned by heart, so several short runs are averaged with each
other and with the weights they start from (Wortsman et al. 2022, Model soups). The packaged files
hold five runs on the first collections, two on all before there were reports and plain texts, of
which one had a weight for each token of a question as well, left out again since it brought half a
point, and two of 19 minutes with these, of the plain texts and those that are alike every second.
"""

import argparse
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped] # the library ships no types
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    gelu,
    normalize,
    scaled_dot_product_attention,
)
from typing_extensions import override

from qa import encoder
from qa.encoder import weights
from qa.encoder.network import MIDDLE, PARTS, TOKEN_LAYERS, trained
from qa.encoder.packaged import Packaged
from qa.encoder.unigram import Unigram
from qa.encoder.weights import Weights
from qa.reader import Floats
from qa.relevance import packaged
from qa.relevance.matching import RARE, RARE_ACROSS
from tests.benchmarks import invented, means, monolingual
from tests.benchmarks.labelled import Paragraph
from tests.benchmarks.training import Parallel, parallel

RUNS, START = 2, 0.5
"""Runs that are averaged, and what the weights they start from count in the average: with none of
them the right sentence is first as often, but an answer that is missing is told less well."""
RATE, WARM, DECAY = 5e-5, 50, 0.01
FASTER = 4
"""Times which the projection learns faster than the layers."""
PARALLEL, SQUAD = 0.75, 0.45
"""Share of steps in several languages, and on SQuAD of the others."""
SHARES = (0.22, 0.08, 0.07, 0.25, 0.18, 0.2)
"""Of the steps in several languages: on XQuAD-R, on news, on reports, and on texts that are
invented, plain and alike."""
SHARED, MIXED = 0.2, 0.25
"""Share of questions in several languages in the text's for certain, and of their steps with each
paragraph in some language of its own."""
MISSING = 0.25
"""Share of questions whose paragraph is taken away."""
MOST = 512
"""Tokens read at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A paragraph."""

    article: int
    states: NDArray[np.float16]
    """(tokens, width): of the middle layer, with those of the prompt and the end."""
    sentences: NDArray[np.int64]
    """(tokens,): which sentence each is of; -1 for none."""
    vectors: Floats
    """(sentences, dimension)."""


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A question."""

    states: NDArray[np.float16]
    own: slice
    """Its own tokens."""
    vector: Floats
    passage: int
    gold: int
    """The right sentence of that passage; -1 where it does not answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """A collection."""

    passages: list[Passage]
    queries: list[Query]

    def articles(self) -> dict[int, list[int]]:
        """Return the passages of each article."""
        found: dict[int, list[int]] = {}
        for number, passage in enumerate(self.passages):
            found.setdefault(passage.article, []).append(number)
        return found

    def asked(self) -> dict[int, list[int]]:
        """Return the questions of each passage that has some."""
        found: dict[int, list[int]] = {}
        for number, query in enumerate(self.queries):
            found.setdefault(query.passage, []).append(number)
        return found


def read(paragraphs: Iterable[Paragraph]) -> Texts:
    """Return a collection as the frozen layers see it."""
    model, packaged = encoder.load(None), Packaged()
    tokens = Unigram(packaged.folder)
    network = onnxruntime.InferenceSession(packaged.folder / "onnx" / "unpadded.onnx")

    def states(text: str, prompt: str) -> tuple[NDArray[np.float16], NDArray[np.int64], slice]:
        before, own = [0, *tokens(prompt).ids], tokens(text)
        ids = [*before, *list(own.ids)[: MOST - len(before) - 1], 2]
        (found,) = network.run(["middle_hidden_state"], {"input_ids": np.array([ids], np.int64)})
        inside = slice(len(before), len(ids) - 1)
        starts = np.array(own.starts[: len(ids) - 1 - len(before)], np.int64)
        return found[0].astype(np.float16), starts, inside

    kept = [own for own in paragraphs if len(own.sentences)]
    vectors = model.encode_document([own.text[slice(*at)] for own in kept for at in own.sentences])
    rows = iter(np.split(vectors, np.cumsum([len(own.sentences) for own in kept])[:-1]))
    asked = iter(model.encode_query([text for own in kept for text, _ in own.questions]))
    passages, queries = [], []
    for number, own in enumerate(kept):
        found, starts, inside = states(own.text, "passage:")
        sentences = np.full(len(found), -1, np.int64)
        for place, (start, end) in enumerate(own.sentences):
            sentences[inside][(starts >= start) & (starts < end)] = place
        passages.append(Passage(own.article, found, sentences, next(rows)))
        for text, answer in own.questions:
            found, _, inside = states(text, "query:")
            right = (n for n, (a, b) in enumerate(own.sentences) if answer and a <= answer[0] < b)
            queries.append(Query(found, inside, next(asked), number, next(right, -1)))
    return Texts(passages, queries)


class Layer(nn.Module):
    """One layer of the encoder, with the packaged weights to begin with."""

    def __init__(self, packaged: Weights, name: str) -> None:
        super().__init__()
        self.heads = packaged.heads
        self.parts = nn.ModuleDict()
        for part in ("q", "k", "v", "ao", "fi", "fo"):
            bias = packaged.plain(f"{name}.{part}.b")
            matrix = packaged.blocks(f"{name}.{part}.w", len(bias)).unpacked(np.float32)
            self.parts[part] = _filled(nn.Linear(*matrix.shape[::-1]), matrix, bias)
        for part in ("aln", "oln"):
            scale, shift = (packaged.plain(f"{name}.{part}.{one}") for one in "wb")
            norm = nn.LayerNorm(len(scale), packaged.epsilon)
            self.parts[part] = _filled(norm, scale, shift)

    @override
    def forward(self, rows: Tensor, mask: Tensor) -> Tensor:
        """(texts, tokens, width) to the same."""
        parts = self.parts
        query, key, value = (
            parts[part](rows).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in "qkv"
        )
        taken = scaled_dot_product_attention(query, key, value, attn_mask=mask)
        rows = parts["aln"](rows + parts["ao"](taken.transpose(1, 2).flatten(2)))
        changed: Tensor = parts["oln"](rows + parts["fo"](gelu(parts["fi"](rows))))
        return changed

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Yield the weights, named as in the packaged file."""
        for part, module in self.parts.items():
            for name, one in zip("wb", (module.weight, module.bias), strict=True):
                assert isinstance(one, Tensor)
                yield f"{part}.{name}", one.detach()


def _filled(module: nn.Linear | nn.LayerNorm, weight: Floats, bias: Floats) -> nn.Module:
    module.weight = nn.Parameter(torch.tensor(weight))
    module.bias = nn.Parameter(torch.tensor(bias))
    return module


class Network(nn.Module):
    """From the middle layer's states to what is compared."""

    def __init__(self, *, anew: bool) -> None:
        super().__init__()
        model = weights.read(weights.source())
        self.layers = nn.ModuleList(Layer(model, f"l{MIDDLE + n}") for n in range(4))
        start = means.measured() if anew else means.Means(*packaged())
        # Before there are layers for tokens, the model's last one stands where they will.
        kept = (1, 0) if anew else (1, 2)

        def both(rows: Floats) -> Tensor:
            parts = np.split(rows, 3)
            return torch.tensor(np.concatenate([parts[n] for n in kept]), dtype=torch.float32)

        projection = both(start.projection)
        self.projection = nn.Parameter(projection)
        self.shifts = nn.ParameterDict()
        for side, mean in (("asked", start.question), ("said", start.text)):
            self.shifts[side] = nn.Parameter(-both(mean) @ projection)
        if not anew:
            self.load_state_dict(dict(_named(trained())), strict=False)
        # How steep the choice is; how far an answer lies above the median of its article's
        # sentences and the mean of others'; how much each of these two counts.
        self.steep = nn.Parameter(torch.tensor(10.0).log())
        self.height = nn.Parameter(torch.tensor(0.3))
        self.share = nn.Parameter(torch.tensor(0.0))

    @override
    def forward(self, states: Sequence[NDArray[np.float16]], side: str) -> list[Tensor]:
        """(tokens, width) each to (tokens, kept) each, at unit length."""
        found: dict[int, Tensor] = {}
        order = sorted(range(len(states)), key=lambda place: len(states[place]))
        size = max(4, -(-len(order) // 4))
        for at in range(0, len(order), size):  # of like length: little is padding
            chunk = order[at : at + size]
            whole = [torch.tensor(states[place], dtype=torch.float32) for place in chunk]
            middle = nn.utils.rnn.pad_sequence(whole, batch_first=True)
            lengths = torch.tensor([len(one) for one in whole])
            closed = torch.arange(middle.shape[1])[None] >= lengths[:, None]
            mask = torch.zeros(closed.shape, dtype=torch.bfloat16).masked_fill(closed, -torch.inf)
            rows = middle
            with torch.autocast("cpu", torch.bfloat16):
                for layer in self.layers:
                    rows = layer(rows, mask[:, None, None])
            both = torch.cat([middle, rows.float()], -1) @ self.projection + self.shifts[side]
            found |= dict(zip(chunk, normalize(both, dim=-1), strict=True))
        return [found[place][: len(one)] for place, one in enumerate(states)]


def _named(tensors: Mapping[str, Floats]) -> Iterator[tuple[str, Tensor]]:
    """Yield the packaged layers as the network names their weights."""
    for name, tensor in tensors.items():
        layer, part, kind = name.split(".")
        place = TOKEN_LAYERS.index(layer)
        kind = {"w": "weight", "b": "bias"}[kind]
        yield f"layers.{place}.parts.{part}.{kind}", torch.from_numpy(tensor)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Some articles and questions about them."""

    passages: list[tuple[int, Passage]]
    """With the number of each one's article."""
    queries: list[tuple[int, Query, int, int]]
    """With the number of its article, its passage's place, and the right sentence in it."""


class Steps:
    """An endless supply."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - nothing is secret
        self._parallel = parallel(read, (invented.INVENTED, invented.PLAIN, invented.ALIKE))
        self._squad = read(monolingual.squad_paragraphs("fitted"))
        self._norquad = read(monolingual.norquad_paragraphs("fitted"))

    def draw(self) -> Step:
        """Return one of them."""
        if self._random.random() < PARALLEL:
            return self._languages(
                self._random.choice(self._random.choices(self._parallel, SHARES)[0])
            )
        if self._random.random() < SQUAD:
            return self._step(self._squad, 2, 8, 18)
        return self._step(self._norquad, 4, 10, 10)

    def _step(self, texts: Texts, articles: int, passages: int, queries: int) -> Step:
        step, of, asked = Step([], []), texts.articles(), texts.asked()
        for number, article in enumerate(self._random.sample(sorted(of), articles)):
            own = of[article]
            having = [passage for passage in own if passage in asked]
            self._random.shuffle(having)
            having = having[:passages]
            rest = sorted({*own} - {*having})
            chosen = having + self._random.sample(rest, min(len(rest), passages - len(having)))
            places = {passage: len(step.passages) + n for n, passage in enumerate(chosen)}
            step.passages.extend((number, texts.passages[passage]) for passage in chosen)
            some = [query for passage in chosen for query in asked.get(passage, ())]
            self._random.shuffle(some)
            for query in (texts.queries[one] for one in some[:queries]):
                step.queries.append((number, query, places[query.passage], query.gold))
        return step

    def _languages(self, both: Parallel[Texts]) -> Step:
        """Return a step whose questions, and some of whose texts, are in other languages."""
        languages, texts = both.languages, both.texts
        there = self._random.choice(texts)
        mixed = self._random.random() < MIXED
        step = self._step(languages[there], 3, 5, 14)
        # The same texts and questions stand in each language, in the same order.
        passages = {id(one): n for n, one in enumerate(languages[there].passages)}
        queries = {id(one): n for n, one in enumerate(languages[there].queries)}
        codes = [self._random.choice(texts) if mixed else there for _ in step.passages]
        said = [
            (number, languages[code].passages[passages[id(one)]])
            for code, (number, one) in zip(codes, step.passages, strict=True)
        ]
        asked = []
        for number, query, place, _ in step.queries:
            which, shared = queries[id(query)], self._random.random() < SHARED
            here = there if shared else self._random.choice(list(languages))
            gold = languages[codes[place]].queries[which].gold
            asked.append((number, languages[here].queries[which], place, gold))
        return Step(said, asked)

    def loss(self, network: Network, step: Step) -> Tensor:
        """Return how wrong the network is, on average: about the order, and about answering."""
        found = network([passage.states for _, passage in step.passages], "said")
        sentences, tokens, first = [], [], [0]
        for rows, (_, passage) in zip(found, step.passages, strict=True):
            inside = torch.from_numpy(passage.sentences >= 0)
            sentences.append(torch.from_numpy(passage.sentences)[inside] + first[-1])
            tokens.append(rows[inside])
            first.append(first[-1] + len(passage.vectors))
        counts = [len(passage.vectors) for _, passage in step.passages]
        articles = torch.tensor([number for number, _ in step.passages])
        articles = articles.repeat_interleave(torch.tensor(counts))
        places = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))
        vectors = torch.from_numpy(np.concatenate([one.vectors for _, one in step.passages]))
        asked = network([query.states for _, query, _, _ in step.queries], "asked")
        asked = [
            rows[query.own] for rows, (_, query, _, _) in zip(asked, step.queries, strict=True)
        ]
        matches = best_matches(torch.cat(asked), torch.cat(tokens), torch.cat(sentences), first[-1])
        steep, share = network.steep.exp(), network.share.sigmoid()
        total = torch.zeros(())
        for rows, (number, query, place, gold) in zip(
            torch.split(matches, [len(one) for one in asked]), step.queries, strict=True
        ):
            missing = gold >= 0 and self._random.random() < MISSING
            own = articles == number
            kept = own & (places != place) if missing else own
            if not len(rows) or int(kept.sum()) < 2 or bool(own.all()):
                continue
            power = RARE if self._random.random() < 0.5 else RARE_ACROSS
            weight = (1 - rows[:, kept].mean(1)).clamp(min=1e-4) ** power
            scores = vectors @ torch.from_numpy(query.vector) + weight / weight.sum() @ rows
            inside, outside = scores[kept], scores[~own]
            level = share * inside.median() + (1 - share) * outside.mean() + network.height
            top = inside.max()
            if gold >= 0 and not missing:
                right = first[place] + gold
                top = scores[right]
                order = torch.cat([top[None], scores[kept & (torch.arange(len(own)) != right)]])
                order = torch.cat([order, outside]) * steep
                total = total + cross_entropy(order[None], torch.tensor([0]))
            answers = torch.tensor(float(gold >= 0 and not missing))
            total = total + binary_cross_entropy_with_logits(steep * (top - level), answers)
        return total / max(1, len(step.queries))


def best_matches(asked: Tensor, said: Tensor, sentences: Tensor, count: int) -> Tensor:
    """Return each question token's highest cosine with a token of each sentence, a column each."""
    counts = torch.bincount(sentences, minlength=count)
    most = torch.arange(int(counts.max()))
    inside = most[None] < counts[:, None]
    places = torch.where(inside, (counts.cumsum(0) - counts)[:, None] + most[None], 0)
    cosines = (asked @ said[places.flatten()].T).view(len(asked), *places.shape)
    best: Tensor = cosines.masked_fill(~inside[None], -1.0).max(2).values
    return best


def train(network: Network, steps: Steps, minutes: float) -> None:
    """Train, saying the loss now and then."""
    parts = (
        (RATE, DECAY, [*network.layers.parameters()]),
        (FASTER * RATE, DECAY, [network.projection, *network.shifts.values()]),
        (0.01, 0.0, [network.steep, network.height, network.share]),
    )
    optimizer = torch.optim.AdamW(
        [{"params": own, "rate": rate, "weight_decay": decay} for rate, decay, own in parts],
        betas=(0.9, 0.98),
    )
    began, count, losses = time.monotonic(), 0, []
    while (done := (time.monotonic() - began) / (60 * minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * min(1, count / WARM) * max(0.02, 1 - done)
        loss = steps.loss(network, steps.draw())
        if not loss.requires_grad:
            continue
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call] # torch's own
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        count += 1
        if count % 100 == 0:
            print(f"{done:4.0%} step {count}: {np.mean(losses[-100:]):.3f}", flush=True)


def whole_columns(
    matrix: NDArray[np.float32],
) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.int8]]:
    """A matrix (outputs, inputs) in 8 bits, and the scale and the zero of each output."""
    low, high = matrix.min(axis=1).clip(max=0), matrix.max(axis=1).clip(min=0)
    scales = (high - low) / 253  # code and zero may each be rounded up by a half
    zeros = np.rint(-127 - low / scales)
    codes = np.rint(matrix / scales[:, None]) + zeros[:, None]
    return codes.astype(np.int8), scales, zeros.astype(np.int8)


def packed(tensors: Mapping[str, Tensor]) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """Yield the arrays of the file: matrices in 8 bits."""
    for name, tensor in tensors.items():
        if tensor.ndim == 1:
            yield name, tensor.numpy()
        else:
            arrays: tuple[NDArray[np.generic], ...] = whole_columns(tensor.numpy())
            yield from zip((name + part for part in PARTS), arrays, strict=True)


def main() -> None:
    """Train, and write the two files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("layers", type=Path)
    parser.add_argument("means", type=Path)
    parser.add_argument("--minutes", type=float, default=24, help="of each run")
    parser.add_argument("--anew", action="store_true", help="not from the packaged files")
    options = parser.parse_args()
    torch.set_num_threads(2)
    steps, network = Steps(seed=0), Network(anew=options.anew)
    start = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    average = {name: START * tensor for name, tensor in start.items()}
    for _ in range(RUNS):
        network.load_state_dict(start)
        train(network, steps, options.minutes)
        for name, tensor in network.state_dict().items():
            average[name] += (1 - START) / RUNS * tensor
    network.load_state_dict(average)
    tensors = {
        f"{name}.{part}": tensor
        for name, layer in zip(TOKEN_LAYERS, network.layers, strict=True)
        if isinstance(layer, Layer)
        for part, tensor in layer.tensors()
    }
    np.savez(options.layers, **dict(packed(tensors)))  # type: ignore[arg-type] # named, all of them
    projection = network.projection.detach().numpy()
    # The mean whose projection is the shift that was learned; the last layer counts nothing.
    back = np.linalg.pinv(projection)
    question, text = (
        np.pad(-network.shifts[side].detach().numpy() @ back, (len(projection) // 2, 0))
        for side in ("asked", "said")
    )
    projection = np.pad(projection, ((len(projection) // 2, 0), (0, 0)))
    means.save(means.Means(question, text, projection), options.means)


if __name__ == "__main__":
    main()
