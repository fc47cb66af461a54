from hypothesis import given
from hypothesis import strategies as st

from qa.duplicates import near_duplicates

TEXT = " ".join(f"word{number}" for number in range(60))


def test_nearly_the_same_is_found_and_another_text_is_not() -> None:
    texts = {
        "b.txt": TEXT.replace("word30", "Word-30,"),
        "a.txt": TEXT,
        "part.txt": " ".join(TEXT.split()[:40]),
        "other.txt": " ".join(f"other{number}" for number in range(60)),
        "half.txt": " ".join([*TEXT.split()[:30], *(f"new{number}" for number in range(30))]),
    }
    assert near_duplicates(texts.items()) == (
        ("a.txt", "b.txt"),
        ("a.txt", "part.txt"),
        ("b.txt", "part.txt"),
    )


def test_what_stands_in_every_text_makes_no_two_alike() -> None:
    texts = {f"{number}.txt": f"{TEXT} {'own' * number} {number}" for number in range(21)}
    assert near_duplicates(texts.items()) == ()


def test_many_copies_are_each_named_with_the_first() -> None:
    copies = near_duplicates({f"{number:02}.txt": TEXT for number in range(30)}.items())
    assert copies == tuple(("00.txt", f"{number:02}.txt") for number in range(1, 30))


@given(st.dictionaries(st.text(max_size=3), st.text(), max_size=5))
def test_any_texts(texts: dict[str, str]) -> None:
    for one, two in near_duplicates(texts.items()):
        assert one < two
        assert {one, two} <= set(texts)


@given(st.text(min_size=1))
def test_a_copy_is_found(text: str) -> None:
    assert near_duplicates([("a", text), ("b", text)]) == (("a", "b"),)
