"""Which language a question is asked in, of those that the interface speaks.

Told from function words: a question of five words has them, and little else to go by. The
libraries for it (py3langid, lingua, simplemma) do as well on short questions, but take over a
second to load, longer than the whole answer.
"""

import re
import unicodedata
from collections import Counter

_WORDS = {
    "de": (
        "was wer wem wen wo wann warum wieso weshalb wie viele viel welche welcher welches "
        "welchem woher wohin wessen der die das den dem des ein eine einen einem einer ist "
        "sind war waren hat haben hatte wird werden wurde wurden und oder nicht kein keine "
        "mit von vom zu zum zur im am bei nach über für auf aus an sich er sie es ich man "
        "gibt kann soll auch heißt heißen worauf wofür womit"
    ),
    "en": (
        "what who whom whose where when why how which many much the a an is are was were do "
        "does did has have had will would can could should and or not of in on at to for from "
        "with by about it he she they there that this"
    ),
    "es": (
        "qué que quién quien quiénes dónde donde cuándo cuando por cómo como cuánto cuánta "
        "cuántos cuántas cuál cuáles el la los las un una unos es son era fue fueron está "
        "están ha han había y o no de del en con para al se su sus lo le hay sobre también a "
        "dijo"
    ),
    "fr": (
        "que qu quoi qui où quand pourquoi comment combien quel quelle quels quelles est ce "
        "le la les l un une des du de d en au aux à et ou ne n pas dans sur pour par avec il "
        "elle ils elles on a ont avait été était sont se s y t son sa ses dit"
    ),
    "nl": (
        "wat wie waar wanneer waarom hoe hoeveel welke welk wiens waarover waarvan waarmee "
        "waardoor de het een is zijn was waren heeft hebben had wordt worden werd werden en "
        "of niet geen van in op met voor door bij naar uit over aan te dat die dit deze er "
        "hij zij ze ik men kan moet ook toen nog"
    ),
}
_TELLING = {
    "de": "sagt sagte sagten macht machte tut tat will wollte weiß gestern heute",
    "en": "say says said want wants wanted yesterday today tomorrow",
    "es": "dice dijeron hace hizo quiere ayer hoy",
    "fr": "disent fait veut demain aujourd",
    "nl": "zegt zei zeiden doet deed wil wilde weet gisteren vandaag",
}
"""What tells a language besides: what is asked of somebody after two words that several share, and
what news begin with. These do say something by themselves."""

FUNCTION_WORDS = {name: frozenset(words.casefold().split()) for name, words in _WORDS.items()}

_TOLD_BY = {name: words.union(_TELLING[name].split()) for name, words in FUNCTION_WORDS.items()}
_SHARED = Counter(word for words in _TOLD_BY.values() for word in words)
_WEIGHTS = {name: {word: 1 / _SHARED[word] for word in words} for name, words in _TOLD_BY.items()}
"""A word that fewer of the languages share tells more."""

_PRONOUNS = {
    "de": frozenset(["er", "sie"]),
    "en": frozenset(["he", "she", "they"]),
    "es": frozenset(["él", "ella", "ellos", "ellas"]),
    "fr": frozenset(["il", "elle", "ils", "elles"]),
    "nl": frozenset(["hij", "zij", "ze", "dat"]),
}
"""What stands for somebody who was named before; in Dutch news, "dat" for what was said before. The
same word of another language is something else: Dutch "er" is "there"."""

SCRIPTS = {
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
}
"""Scripts that tell a language, or its nearest relative here."""

UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
"""A letter of a script that is written without spaces between words."""

_WORD = re.compile(r"[^\W\d_]+")
_TERM = re.compile(r"[^\W_][\w'\u2019-]*")


_PLAIN = frozenset(
    "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    for words in FUNCTION_WORDS.values()
    for word in words
)


def is_function_word(word: str) -> bool:
    """Return whether a word, folded and without accents, says nothing by itself."""
    return word in _PLAIN


def begins_with_pronoun(sentence: str, spoken: str) -> bool:
    """Return whether a sentence of a language is about somebody or something another one tells."""
    first = _WORD.search(sentence.casefold())
    return first is not None and first[0] in _PRONOUNS.get(spoken, ())


def script(text: str) -> str:
    """Return what most of its letters are, such as LATIN or CYRILLIC; empty where it has none."""
    found = Counter(unicodedata.name(c, "").partition(" ")[0] for c in text if c.isalpha())
    return max(found, key=found.__getitem__, default="")


def name_spans(question: str) -> list[tuple[int, int]]:
    """Return where it may have names and numbers: words with a capital or digit, but the first."""
    terms = list(_TERM.finditer(question))[1:]
    return [term.span() for term in terms if term[0][0].isupper() or term[0][0].isdigit()]


def without_names(question: str) -> str:
    """Return the question with nothing in their place."""
    for start, end in reversed(name_spans(question)):
        question = question[:start] + question[end:]
    return question


def whole_words(text: str, part: tuple[int, int], within: tuple[int, int]) -> tuple[int, int]:
    """Return where a part of a text begins and ends once the words that it cuts are whole."""
    start, end = part
    while start > within[0] and _inside_word(text, start):
        start -= 1
    while end < within[1] and _inside_word(text, end):
        end += 1
    return start, end


def _inside_word(text: str, place: int) -> bool:
    return all(
        (c.isalnum() or unicodedata.combining(c)) and not UNSPACED.match(c)
        for c in text[place - 1 : place + 1]
    )


def language(question: str, *, default: str = "en") -> str:
    """Return the question's language (ISO 639-1), or `default` where nothing tells it.

    Where several fit as well, `default` is one of them or the first is taken: "En" begins a
    question in three languages.
    """
    words = _WORD.findall(question.casefold())
    scores = {name: sum(own.get(word, 0) for word in words) for name, own in _WEIGHTS.items()}
    best = max(scores, key=lambda name: (scores[name], name == default))
    if scores[best]:
        return best
    return next((name for name, script in SCRIPTS.items() if script.search(question)), default)
