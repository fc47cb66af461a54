from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answer import CLOSE
from qa.relevance import (
    SENTENCES,
    WHOLE,
    Calibration,
    Name,
    Question,
    Sentence,
    candidates,
    packaged,
    passage_scores,
    rank,
)
from qa.relevance.calibration import REMOVED, compress
from qa.relevance.confidence import Evidence, confidence
from qa.relevance.matching import best_matches
from qa.relevance.names import beside_another, found

WIDTH = 16
GENERATOR = np.random.default_rng(7)


def _unit(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: npt.NDArray[np.float32] = np.divide(rows, lengths).astype(np.float32)
    return unit


WORDS = _unit(GENERATOR.normal(size=(40, WIDTH)))
"""A vocabulary of forty words in all directions."""
NONE = np.zeros(WIDTH, np.float32)
NAMED = ("Premier Osk betreurde het.", "Premier Brandal betreurde het.")


def _sentence(words: list[int], *, passage: int = 0, document: int = 0) -> Sentence:
    tokens = WORDS[words]
    return Sentence(_unit(tokens.sum(axis=0)), compress(_unit(tokens)), passage, document)


def _question(words: list[int], names: tuple[str, ...] = ()) -> Question:
    spelt = tuple(map(Name, names))
    return Question(_unit(WORDS[words].sum(axis=0)), WORDS[words], "en", spelt)


def _calibration() -> Calibration:
    groups = len(SENTENCES)
    unrelated = [_sentence([30 + g % 10, 31 + g % 9]) for g in range(groups)]
    return Calibration(
        question_mean=NONE,
        text_mean=NONE,
        projection=WHOLE,
        vectors=np.stack([sentence.vector for sentence in unrelated]),
        tokens=tuple(sentence.tokens for sentence in unrelated),
        groups=np.arange(groups),
    )


def test_the_sentence_with_the_words_asked_for_comes_first() -> None:
    sentences = [_sentence([0, 1, 2]), _sentence([3, 4, 5]), _sentence([6, 7, 8])]
    ranking = rank(_question([3, 5]), sentences, _calibration())
    assert np.argmax(ranking.scores) == 1
    assert 0 <= ranking.confidence <= 1


def test_a_word_that_all_sentences_hold_counts_little() -> None:
    # Everyone mentions 0; only the last one mentions 9, which is asked for as well.
    sentences = [_sentence([0, 1]), _sentence([0, 2]), _sentence([0, 3, 9, 4])]
    assert np.argmax(rank(_question([0, 9]), sentences, _calibration()).scores) == 2


def test_an_answer_is_surer_than_the_nearest_thing_to_one() -> None:
    sentences = [_sentence([0, 1, 2]), _sentence([3, 4, 5]), _sentence([6, 7, 8])]
    found = rank(_question([3, 4, 5]), sentences, _calibration())
    missing = rank(_question([20, 21, 22]), sentences, _calibration())
    assert found.confidence > missing.confidence


def test_a_name_that_stands_nowhere_lowers_the_confidence() -> None:
    sentences = [_sentence([0, 1, 2]), replace(_sentence([3, 4, 5]), text="Dat zei Rutte.")]
    plain = rank(_question([3, 4, 20]), sentences, _calibration())
    named = rank(_question([3, 4, 20], names=("Macron",)), sentences, _calibration())
    known = rank(_question([3, 4, 20], names=("Rutte",)), sentences, _calibration())
    assert named.confidence < plain.confidence < known.confidence


def test_a_noun_that_is_no_name_may_be_missing() -> None:
    # The first direction of a token tells whether a word is a name.
    calibration = replace(_calibration(), naming=np.eye(1, WIDTH + 1, dtype=np.float32)[0])
    tokens = np.eye(2, WIDTH, dtype=np.float32) * [[1], [-1]]
    sentences = [replace(_sentence([0, 1, 2]), text="Dat zei Rutte.")]
    asked = replace(_question([3, 4]), tokens=tokens.astype(np.float32))
    name, noun = (replace(asked, names=(Name("Waffen", (place,)),)) for place in (0, 1))
    assert rank(name, sentences, calibration).evidence.named is not None
    assert rank(noun, sentences, calibration).evidence.named is None
    number = replace(asked, names=(Name("2019", (1,)),))
    assert rank(number, sentences, calibration).evidence.named == 0


def test_a_name_may_be_called_otherwise_in_another_language() -> None:
    sentences = [_sentence([0, 1, 2]), replace(_sentence([3, 4, 5]), text="Dat zei Rusland.")]
    known, other = (
        replace(_question([3, 4, 20]), names=(Name("Londres", (place,)),)) for place in (0, 2)
    )
    assert rank(known, sentences, _calibration()).evidence.named == 1
    assert (rank(other, sentences, _calibration()).evidence.named or 0) < 0.1


TEXT = ["President Zelensky sprak in Londen met Rutte van de NAVO.", "Het was 3 maart 2025."]


@pytest.mark.parametrize(
    "name",
    ["Zelensky", "Selenskyj", "Zelenskyy", "Зеленский", "Ζελένσκι", "London", "2025", "Rute"],
)
def test_a_name_is_found_as_other_languages_spell_it(name: str) -> None:
    (surely,) = found([name], TEXT)
    assert surely is not None
    assert surely.max() > 0.6
    assert len(surely) == len(TEXT)


@pytest.mark.parametrize("name", ["NATO", "OTAN", "НАТО", "UE", "EU"])
def test_an_abbreviation_is_found_in_another_order(name: str) -> None:
    (surely,) = found([name], ["De NAVO-chef sprak met de EU."])
    assert surely is not None
    assert surely.max() > 0.6


@pytest.mark.parametrize("name", ["IMF", "WHO", "NASA", "ECB", "Vona"])
def test_another_abbreviation_is_not_found(name: str) -> None:
    (surely,) = found([name], ["De NAVO-chef sprak met de EU."])
    assert surely is not None
    assert surely.max() < 0.4


@pytest.mark.parametrize("name", ["Macron", "Путин", "Sprak", "2024", "Zwolle", "Trump"])
def test_a_name_that_does_not_stand_there_is_not_found(name: str) -> None:
    (surely,) = found([name], TEXT)
    assert surely is not None
    assert surely.max() < 0.2


@pytest.mark.parametrize(
    ("text", "another"),
    [
        ("Dat zei Jan Rutte.", True),
        ("Dat zei Rutte Jansen.", True),
        ("Это сказал Ян Рютте.", True),
        ("Dat zei Mark Rutte.", False),
        ("Dat zei Marc Rutte.", False),
        ("Volgens Rutte niet.", False),
        ("Dat zei NAVO-chef Rutte tegen Jan.", False),
        ("Dat zei minister Rutte, Jan niet.", False),
    ],
)
def test_a_name_beside_another_is_somebody_elses(text: str, *, another: bool) -> None:
    assert beside_another(["Rutte"], ["Mark", "Rutte"], ["Hij ging.", text]) is another


@pytest.mark.parametrize(
    ("text", "surely"),
    [
        ("Dat zei Rutte.", 0.75),  # it may be another one
        ("Dat zei Jan Rutte.", 0.5),
        ("Dat zei Mark Rutte.", 1),
        ("Dat zei Mark Twain.", 0.5),
        ("Dat zei Macron.", 0),
    ],
)
def test_words_that_follow_each_other_are_one_name(text: str, surely: float) -> None:
    sentences = [replace(_sentence([0, 1, 2]), text=text)]
    names = (Name("Mark", (0,)), Name("Rutte", (1,)))
    asked = replace(_question([20, 21, 3]), names=names)
    named = rank(asked, sentences, _calibration()).evidence.named
    assert named == pytest.approx(surely, abs=0.15)
    apart = replace(asked, names=(names[0], Name("Rutte", (2,))))
    assert (rank(apart, sentences, _calibration()).evidence.named or 0) <= (named or 0)


def test_the_reader_is_told_in_which_sentence_a_name_stands() -> None:
    sentences = [replace(_sentence([n]), text=text) for n, text in enumerate(TEXT)]
    asked = replace(_question([20, 21, 22]), names=(Name("Selenskyj", (1,)),))
    said = candidates(asked, asked.names, sentences, _calibration(), 0)
    assert said.named[1] == pytest.approx([1, -1], abs=0.3)
    assert said.named_in[1] == said.named[1].max()
    assert not said.named[[0, 2]].any()
    assert not said.named_in[[0, 2]].any()
    assert said.only(np.array([1])).named.tolist() == said.named[:, [1]].tolist()


@pytest.mark.parametrize(("text", "told"), [("Zei Rutte.", 0), ("Zei Jan Rutte.", -1)])
def test_what_a_text_leaves_out_of_a_name_is_no_other_name(text: str, told: int) -> None:
    asked = replace(_question([20, 21]), names=(Name("Mark", (0,)), Name("Rutte", (1,))))
    said = candidates(asked, asked.names, [replace(_sentence([1]), text=text)], _calibration(), 0)
    assert said.named[:, 0] == pytest.approx([told, 1], abs=0.3)


def test_a_script_that_does_not_write_sounds_tells_nothing_of_a_name() -> None:
    assert found(["泽连斯基", "زيلينسكي"], TEXT) == [None, None]
    assert found(["泽连斯基"], ["泽连斯基 在伦敦。"]) == [pytest.approx([1], abs=0.03)]


@given(st.text(), st.text())
def test_any_word_can_be_looked_for(name: str, text: str) -> None:
    (surely,) = found([name], [text])
    assert surely is None or 0 <= surely.item() <= 1


def test_a_language_is_shared_where_a_questions_words_stand_in_the_text() -> None:
    sentences = [replace(_sentence([0, 1, 2]), text="Hvor er flypl?"), _sentence([3, 4, 5])]
    norwegian = replace(_question([1]), language="", grams=frozenset({"hvor", "flyp", "moss"}))
    turkish = replace(_question([1]), language="", grams=frozenset({"neri", "flyp", "moss"}))
    assert rank(norwegian, sentences, _calibration()).shared
    assert not rank(turkish, sentences, _calibration()).shared
    assert not rank(replace(turkish, grams=frozenset()), sentences, _calibration()).shared


EVIDENCE = Evidence(
    distance=0.4, gap=0.4, named=0.8, sentences=30, lead=0.3, answers=-2.0, across=False
)


def test_to_come_near_among_many_sentences_tells_less() -> None:
    assert confidence(replace(EVIDENCE, sentences=90)) < confidence(EVIDENCE)


@pytest.mark.parametrize("across", [False, True])
def test_all_that_speaks_for_an_answer_raises_the_confidence(*, across: bool) -> None:
    evidence = replace(EVIDENCE, across=across)
    for weaker in (
        replace(evidence, distance=0.3),
        replace(evidence, gap=0.3),
        replace(evidence, named=0.5),
        replace(evidence, lead=0.1),
        replace(evidence, answers=-3.0),
    ):
        assert confidence(weaker) < confidence(evidence) < 1


def test_a_document_far_ahead_is_as_sure_as_one_without_others() -> None:
    far = [replace(EVIDENCE, lead=lead) for lead in (0.6, 2.0, None)]
    assert len({*map(confidence, far)}) == 1


def test_what_is_near_the_topic_and_does_not_answer_is_unlikely() -> None:
    sure = replace(EVIDENCE, distance=2.0, gap=2.0)
    assert confidence(replace(sure, answers=-9.0)) < 0.01
    assert confidence(sure) > 0.5


def test_other_documents_stay_behind_the_one_that_was_chosen() -> None:
    sentences = [
        _sentence([3, 4, 5], document=0),
        _sentence([3, 4, 10], document=1, passage=1),
        _sentence([11, 12], document=0),
    ]
    scores = rank(_question([3, 4, 5]), sentences, _calibration()).scores
    assert scores[0] - scores[1] > 0.04


def test_a_model_without_token_vectors_ranks_by_its_sentence_vectors() -> None:
    bare = [
        Sentence(_sentence(words).vector, np.zeros((0, WIDTH), np.int8), 0, 0)
        for words in ([0, 1], [3, 4], [6, 7])
    ]
    question = Question(_unit(WORDS[[3, 4]].sum(axis=0)), np.zeros((0, WIDTH), np.float32), "en")
    ranking = rank(question, bare, _calibration())
    assert np.argmax(ranking.scores) == 1


def test_a_single_sentence_is_ranked() -> None:
    assert len(rank(_question([1]), [_sentence([1, 2])], _calibration()).scores) == 1


@given(st.lists(st.lists(st.integers(0, 39), max_size=6), min_size=1, max_size=5))
def test_matches_are_what_numpy_gives(sentences: list[list[int]]) -> None:
    compressed = [compress(_unit(WORDS[words])) for words in sentences]
    question = WORDS[:4]
    found = best_matches(question, compressed)
    for place, words in enumerate(sentences):
        exact = (question @ WORDS[words].T).max(axis=1) if words else np.zeros(4)
        assert found[:, place] == pytest.approx(exact, abs=0.02)


def test_a_calibration_is_stored_and_read() -> None:
    before = _calibration()
    after = Calibration.from_arrays(before.arrays())
    assert all(
        np.array_equal(one, other) for one, other in zip(before.tokens, after.tokens, strict=True)
    )
    assert np.array_equal(before.vectors, after.vectors)
    assert np.array_equal(before.groups, after.groups)


def _languages(texts: list[Sentence]) -> Calibration:
    """Return a calibration by sentences of two languages that differ in one direction each."""
    return replace(
        _calibration(),
        vectors=np.stack([each.vector for each in texts]),
        tokens=tuple(each.tokens for each in texts),
        groups=np.array([0] * (len(texts) // 2) + [1] * (len(texts) // 2)),
    )


DUTCH, GERMAN = np.eye(2, 4 * WIDTH, k=2 * WIDTH, dtype=np.float32)


def _said(tongue: npt.NDArray[np.float32], words: list[int], place: int = 0) -> Sentence:
    """Return a sentence in a language: its words, and as much of what tells its language."""
    tokens = np.pad(WORDS[words], ((0, 0), (0, 3 * WIDTH)))
    return Sentence(_unit(_unit(tokens.sum(axis=0)) + tongue), compress(tokens), place, place)


def _across() -> tuple[Question, list[Sentence], Calibration]:
    """Return a Dutch question, what Dutch texts say, and what answers it in German."""
    unrelated = [_said(tongue, [w, w + 1]) for tongue in (DUTCH, GERMAN) for w in range(20, 38, 2)]
    wide = replace(_languages(unrelated), question_mean=np.zeros(4 * WIDTH, np.float32))
    calibration = replace(wide, text_mean=np.zeros(4 * WIDTH, np.float32))
    dutch = _said(DUTCH, [1, 2, 3])
    tokens = dutch.tokens.astype(np.float32) / np.float32(127)
    texts = [_said(DUTCH, [5 + n, 6 + n, 7 + n], n) for n in range(4)]
    return Question(dutch.vector, tokens, "nl"), [*texts, _said(GERMAN, [1, 2, 3], 4)], calibration


def test_passages_of_another_language_are_not_behind_unrelated_ones_in_ones_own() -> None:
    question, sentences, calibration = _across()
    wholes = np.stack([sentence.vector for sentence in sentences])
    assert np.argmax(wholes @ question.pooled) < 4
    assert np.argmax(passage_scores(question, sentences, wholes, calibration)) == 4


def test_a_document_in_another_language_is_chosen_where_it_answers() -> None:
    question, sentences, calibration = _across()
    scores = rank(question, sentences, calibration).scores
    assert np.argmax(scores) == 4
    # Nor is what the question's language says quoted beside it.
    assert max(scores[:4]) < scores[4] - CLOSE


def test_another_document_is_quoted_beside_the_best_only_where_it_fits_as_well() -> None:
    calibration = replace(_calibration(), groups=np.zeros(len(SENTENCES), np.int64))
    first = [_sentence([1, 2, 3]), _sentence([1, 2, 4])]
    same, other = _sentence([1, 2, 3], document=1), _sentence([1, 2, 4], document=1)
    alike = rank(_question([1, 2, 3]), [*first, same], calibration).scores
    assert 0 < alike[0] - alike[2] < CLOSE
    apart = rank(_question([1, 2, 3]), [*first, other], calibration).scores
    assert apart[0] - apart[2] > CLOSE
    # The same words in the document itself are not held back.
    assert apart[2] < apart[1]


def test_a_document_that_says_the_same_takes_nothing_from_the_confidence() -> None:
    calibration = replace(_calibration(), groups=np.zeros(len(SENTENCES), np.int64))
    first, question = [_sentence([1, 2, 3]), _sentence([20, 21])], _question([1, 2, 3])
    lead = {
        words[-1]: rank(question, [*first, _sentence(words, document=1)], calibration).evidence.lead
        for words in ([1, 2, 3], [1, 2, 9])
    }
    assert lead[3] is None
    assert lead[9] is not None


def test_what_tells_languages_apart_is_taken_from_a_question_and_nothing_else() -> None:
    question, sentences, calibration = _across()
    vectors = np.stack([sentence.vector for sentence in sentences])
    neutral = calibration.without_language(question.pooled)
    assert np.argmax(vectors @ neutral) == 4
    apart = calibration.vectors[:9].mean(axis=0) - calibration.vectors[9:].mean(axis=0)
    assert neutral @ apart == pytest.approx((1 - REMOVED) * (question.pooled @ apart), abs=1e-5)
    one = replace(calibration, groups=np.zeros(18, np.int64))
    assert one.without_language(question.pooled) == pytest.approx(question.pooled)


def test_the_document_with_the_questions_name_is_chosen_of_two_that_say_the_same() -> None:
    question = _question([1, 2, 3], names=("Brandal",))
    texts = [replace(_sentence([1, 2], document=n), text=text) for n, text in enumerate(NAMED)]
    assert np.argmax(rank(question, texts, _calibration()).scores) == 1
    assert np.argmax(rank(question, texts[::-1], _calibration()).scores) == 0


def test_the_packaged_means_and_projection_fit_the_packaged_model() -> None:
    assert [rows.shape for rows in packaged()] == [(1152,), (1152,), (1152, 256)]


def test_token_vectors_are_centred_and_projected_where_there_is_a_projection() -> None:
    mean = np.full(WIDTH, 2, np.float32)
    calibration = replace(
        _calibration(),
        question_mean=mean,
        text_mean=-mean,
        projection=np.eye(WIDTH, 2, dtype=np.float32),
    )
    rows = np.zeros((1, WIDTH), np.float32)
    assert calibration.asked(rows).tolist() == [pytest.approx([-(0.5**0.5), -(0.5**0.5)])]
    assert calibration.kept(rows).tolist() == [[90, 90]]
    assert _calibration().asked(WORDS).shape == WORDS.shape


def test_every_language_says_the_same_number_of_sentences() -> None:
    assert {len(sentences) for sentences in SENTENCES.values()} == {20}
