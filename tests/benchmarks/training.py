"""What the reader and the layers for tokens are trained on in several languages."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from tests.benchmarks import invented, news, xquad
from tests.benchmarks.labelled import Paragraph

CODES = ("en", "de", "es", "ru", "ar", "zh", "el")
"""Languages of XQuAD-R that are trained on."""

Texts = TypeVar("Texts")
"""A collection in one language, as whoever trains reads it."""


@dataclass(frozen=True, slots=True, eq=False)
class Parallel(Generic[Texts]):
    """The same texts and questions in several languages, in the same order."""

    languages: dict[str, Texts]
    texts: Sequence[str]
    """Those that there are texts in; the others are only asked in."""


def parallel(
    read: Callable[[Iterable[Paragraph]], Texts], folders: Sequence[Path]
) -> list[list[Parallel[Texts]]]:
    """Return XQuAD-R, the news, the reports, and what is in some folders of written texts."""
    articles = {code: read(xquad.paragraphs(code, xquad.FITTED)) for code in CODES}
    told = (news.FITTED, news.NEWS), (news.REPORTS_FITTED, news.REPORTS)
    return [
        [Parallel(articles, CODES)],
        *(
            [Parallel({c: read(news.paragraphs(c, *own)) for c in news.ASKED}, news.TEXTS)]
            for own in told
        ),
        *([*_written(read, folder)] for folder in folders),
    ]


def _written(
    read: Callable[[Iterable[Paragraph]], Texts], folder: Path
) -> Iterator[Parallel[Texts]]:
    for codes in invented.groups(folder, "fitted"):
        for number in invented.versions(folder):
            every = (invented.paragraphs(codes, code, "fitted", folder, number) for code in codes)
            yield Parallel(dict(zip(codes, map(read, every), strict=True)), codes)
