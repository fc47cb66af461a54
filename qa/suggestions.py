"""Questions to begin with, made from the names in the texts themselves. Pure."""

import re
from collections import Counter
from collections.abc import Iterable

from qa.documents import Document
from qa.language import language

FORMS = {
    "de": ("Was sagt {}?", "Was ist mit {}?"),
    "en": ("What does {} say?", "What happened to {}?"),
    "es": ("¿Qué dice {}?", "¿Qué pasa con {}?"),
    "fr": ("Que dit {} ?", "Que se passe-t-il avec {} ?"),
    "nl": ("Wat zegt {}?", "Wat is er met {}?"),
}

TEXT = 20_000
"""Characters of a text in which names are looked for."""

NAMES = 4
"""Names of a text that are asked about."""

_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile(r"(?<=[^\W\d_,] )[^\W\d_a-zà-ÿ][^\W\d_]{3,}")
"""A capitalised word after another word, so not one that only begins a sentence."""


def questions(documents: Iterable[Document]) -> list[str]:
    """Return questions about the names that stand most often in texts, best first.

    Whether the texts answer them is not known here.
    """
    found: list[str] = []
    for document in documents:
        text = document.text[:TEXT]
        forms = FORMS.get(language(text), ())
        known = set(_NAME.findall(text))
        counted = Counter(word for word in _WORD.findall(text) if word in known)
        names = [name for name, _ in counted.most_common(NAMES)]
        found += [form.format(name) for form in forms for name in names]
    return list(dict.fromkeys(found))
