"""Finding files; reading text; metadata, dates and titles."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.documents import MAX_BYTES, SourceFile, find, read, read_bytes, sha256, show_date
from qa.documents.dates import parse_date
from qa.documents.titles import is_headline
from qa.errors import DocumentError
from tests.disks import unlistable

ARTICLE = Path(__file__).parent.parent / "docs" / "rutte-zelensky-trump.txt"
DUTCH = "De Oekraïense president zei: „Eén reünie in café ’t Hoekje kost € 50…” Coördinatie!"


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / name.replace("_", ".")).write_text(text)


def paths(folder: Path) -> list[str]:
    return [file.path for file in find(folder)[0]]


def test_the_article_gives_its_date_and_keeps_its_first_word() -> None:
    document = read_bytes(ARTICLE.name, ARTICLE.read_bytes())
    assert document.date == "2025-03"
    assert document.text.startswith("De Oekraïense president Zelensky moet")
    assert document.text.endswith("akkoord met Rusland.")
    assert document.title == (
        "De Oekraïense president Zelensky moet ervoor zorgen dat de relatie met de…"
    )
    assert (document.source, document.language) == (None, None)
    assert len(document.sha256) == 64


# Finding


def test_files_are_found_sorted_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    write(tmp_path, b_txt="b", a_md="a", c_HTML="c", d_png="d")
    (tmp_path / "b" / "x.txt").write_text("x")
    assert paths(tmp_path) == ["a.md", "b.txt", "b/x.txt", "c.HTML"]
    assert find(tmp_path)[1] == ()


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.txt").write_text("a")
    (tmp_path / ".b.txt").write_text("b")
    assert find(tmp_path) == ((), (), frozenset())


def test_a_missing_folder_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"nowhere.*make it"):
        find(tmp_path / "nowhere")


def test_a_folder_that_cannot_be_looked_at_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be looked at: File name too long"):
        find(tmp_path / ("long" * 100))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (docs / "own.txt").write_text("own")
    (docs / "link.txt").symlink_to(tmp_path / "secret.txt")
    (docs / "folder").symlink_to(tmp_path)
    (docs / "inside.txt").symlink_to("own.txt")
    (docs / "broken.txt").symlink_to("nothing.txt")
    (docs / "loop").symlink_to(docs)
    files, refused, unseen = find(docs)
    assert [file.path for file in files] == ["inside.txt", "own.txt"]
    assert [path for path, _ in refused] == ["broken.txt", "folder", "link.txt"]
    assert "out of the folder" in dict(refused)["link.txt"]
    assert unseen == frozenset()


def test_what_cannot_be_looked_at_hides_itself_and_all_below(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "round.txt").symlink_to("round.txt")
    with unlistable(tmp_path / "a" / "b"):
        found = find(tmp_path)
    assert found.unseen == {"a/b", "round.txt"}
    assert found.hides("round.txt")
    assert found.hides("a/b/c/d.txt")
    assert not found.hides("a/d.txt")
    with unlistable(tmp_path):
        found = find(tmp_path)
    assert found.refused == ((".", "cannot be listed: Permission denied"),)
    assert found.hides("a/d.txt")


@pytest.mark.parametrize("link", [None, "inside", "outside"])
def test_the_index_folder_is_left_out_however_it_is_spelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: str | None
) -> None:
    docs = tmp_path / "docs"
    index = docs / "sub" / "index"
    place = {None: index, "inside": docs / "real", "outside": tmp_path / "real"}[link]
    (docs / "sub").mkdir(parents=True)
    (place / "removed").mkdir(parents=True)
    (place / "removed" / "gone.txt").write_text("gone")
    if link:
        index.symlink_to(place)
    (docs / "sub" / "index.txt").write_text("own")
    monkeypatch.chdir(docs / "sub")
    for folder in (Path(), Path(".."), docs, tmp_path / "docs" / "sub" / ".."):
        for spelled in (index, Path("index"), Path("../sub/index"), place):
            files, refused, _ = find(folder, spelled)
            assert [(file.folder / file.path).name for file in files] == ["index.txt"]
            assert refused == ()


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert find(tmp_path)[1] == (("pipe.txt", "is not a regular file"),)


def test_a_name_that_is_not_unicode_is_refused(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("x")
    ((path, reason),) = find(tmp_path)[1]
    assert path == "caf\\xe9.txt"
    assert "rename" in reason


@pytest.mark.parametrize("name", ["a b", "nieuws\nvan vandaag", "'\"$(rm)`", "ünï 中文 😀", "-rf"])
def test_odd_names_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.txt").write_text("tekst")
    (file,) = find(tmp_path)[0]
    assert file.path == f"{name}.txt"
    assert read(file).text == "tekst"


def test_a_file_that_went_is_an_error(tmp_path: Path) -> None:
    gone = SourceFile("gone.txt", tmp_path, 1, 1)
    for action in (read, sha256):
        with pytest.raises(DocumentError, match=r"gone.txt: cannot be read: No such file"):
            action(gone)


def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, a_txt="a")
    (tmp_path / "a.txt").chmod(0)
    if os.access(tmp_path / "a.txt", os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(DocumentError, match=r"a.txt: cannot be read: Permission"):
        read(find(tmp_path)[0][0])


def test_an_over_large_file_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for action in (read, sha256):
        with pytest.raises(DocumentError, match=r"big.txt: has 64 MB and at most 64 MB"):
            action(find(tmp_path)[0][0])


def test_twenty_megabytes_are_read() -> None:
    text = (DUTCH + "\n\n") * (20_000_000 // len(DUTCH))
    assert read_bytes("a.txt", text.encode()).text == text.strip()


def test_the_hash_is_that_of_the_document(tmp_path: Path) -> None:
    write(tmp_path, a_txt="tekst")
    (file,) = find(tmp_path)[0]
    assert sha256(file) == read(file).sha256


# Encodings


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_dutch_comes_out_right(encoding: str) -> None:
    assert read_bytes("a.txt", DUTCH.encode(encoding)).text == DUTCH


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Der Bürgermeister grüßt die Gäste in Köln; das Straßenfest war schön."),
        ("cp1252", "El presidente habló mañana en España. ¿Por qué? ¡Qué niño!"),
        ("cp1252", "Le président a déclaré que l’été serait très chaud, où ça?"),
        ("cp1250", "Prezydent powiedział, że źdźbło żyta było żółte. Spotkanie w Łodzi."),
        ("cp1250", "Prezident řekl, že setkání se uskuteční zítra. Příští týden přijede."),
        ("cp1250", "A miniszterelnök azt mondta, hogy több nő és férfi jött, gyűrű."),
        ("cp1254", "Cumhurbaşkanı dün akşam İstanbul'da konuştu. Şimdi değişiklik gerekiyor."),
        ("koi8_r", "Президент сказал, что всё хорошо и встреча состоится завтра."),
        ("cp932", "大統領は会議が明日東京で開かれると述べた。"),
        ("cp1251", "Президент сказал, что всё хорошо и встреча состоится завтра в Москве."),
        ("cp1253", "Ο πρόεδρος είπε ότι η συνάντηση θα γίνει αύριο στην Αθήνα."),
        ("cp1256", "قال الرئيس إن الاجتماع سيعقد غدا في القاهرة بحضور الوزراء."),
        ("gb18030", "总统说会议将于明天在北京举行。各国领导人都会出席。"),
    ],
)
def test_older_encodings_come_out_right(encoding: str, text: str) -> None:
    assert read_bytes("a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b" \n\t ", "is empty"),
        (b"---\ntitle: x\n---\n", "is empty: it has no text"),
        (b"\x7fELF\x02\x01\x01" + bytes(200), "is binary"),
        (bytes(range(1, 9)) * 50, "is binary"),
        (b"tekst\0tekst", "is binary"),
        (b"\xff\xfeab\x00\xd8ab", "damaged UTF-16"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "is binary"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=rf"^a\.txt: .*{reason}"):
        read_bytes("a.txt", data)


def test_another_suffix_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"a.exe: is no text: its name must end in"):
        read_bytes("a.exe", b"tekst")


def test_more_lines_than_a_text_has_are_refused() -> None:
    with pytest.raises(DocumentError, match="1,000,000 lines"):
        read_bytes("a.txt", b"a\n" * 1_000_002)


def test_nothing_but_short_lines_is_refused_where_there_are_many() -> None:
    with pytest.raises(DocumentError, match="150,000 lines too short to be sentences"):
        read_bytes("a.txt", b"/Prev 9\n" * 150_000 + b"a")
    assert read_bytes("a.txt", b"/Prev 9\n" * 90_000).text
    assert read_bytes("a.txt", b"Twintig letters zijn.\n" * 150_000).text


def test_line_ends_and_what_nobody_sees_are_normalised() -> None:
    text = "een\r\ntwee\rdrie\u2028vier\x0cvijf\x1b ze\u00ads"
    assert read_bytes("a.txt", text.encode()).text == "een\ntwee\ndrie\nvier\nvijf zes"


@given(st.text())
def test_a_text_is_read_or_refused(text: str) -> None:
    try:
        document = read_bytes("a.txt", text.encode())
    except DocumentError:
        return
    assert document.text
    assert document.text == document.text.strip()
    assert document.title
    assert "\n" not in document.title


@given(st.binary(), st.sampled_from([".txt", ".md", ".html", ".pdf", ".docx"]))
def test_bytes_are_read_or_refused(data: bytes, suffix: str) -> None:
    try:
        document = read_bytes(f"a{suffix}", data)
    except DocumentError as error:
        assert str(error).startswith(f"a{suffix}: ")  # noqa: PT017 - either outcome is right
    else:
        assert document.text.encode()


# Metadata


def test_front_matter_is_read_and_is_no_text() -> None:
    document = read_bytes(
        "a.txt", b"---\ntitle: Een titel\ndate: 2025-03\nsource: ANP\nlanguage: nl-NL\n---\nTekst."
    )
    assert document.text == "Tekst."
    assert (document.title, document.date) == ("Een titel", "2025-03")
    assert (document.source, document.language) == ("ANP", "nl")


def test_dutch_keys_and_dates_are_read() -> None:
    document = read_bytes(
        "a.txt", "---\nTitel: Eén\nDatum: 1 maart 2025\nbron: NOS\ntaal: nl\n---\nTekst.".encode()
    )
    assert (document.title, document.date, document.source) == ("Eén", "2025-03-01", "NOS")


def test_an_unquoted_colon_does_not_lose_the_front_matter() -> None:
    document = read_bytes("a.txt", b'---\ntitle: Rutte: "Samen" nu\ndate: 2025\n---\nTekst.')
    assert (document.title, document.date) == ('Rutte: "Samen" nu', "2025")
    assert document.text == "Tekst."


@pytest.mark.parametrize(
    "block",
    [
        "title: [1, 2]\ndate: {a: b}\nsource: null\nlanguage: 12",
        "title: &a [x]\ndate: *a\nsource: !!python/object/apply:os.system [ls]",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\ntitle: *c\ndate: 9999-99-99",
        "&a a: *a\n",
        "title: " + "[" * 5000,
        "title: !!int 1\ndate: !!timestamp x\n? [a, b]\n: c",
    ],
)
def test_hostile_front_matter_does_no_harm(block: str) -> None:
    document = read_bytes("a.txt", f"---\n{block}\n---\nDe tekst.".encode())
    assert document.text.endswith("De tekst.")
    assert document.date is None


@pytest.mark.parametrize(
    "text",
    [
        "---\nEen tekst met een streep erboven.\n---\nEn eronder.",
        "---\n- een\n- twee\n---\nTekst.",
        "---\n[\n---\nTekst.",
        "---\ntitle: nooit gesloten\n\nTekst.",
    ],
)
def test_a_block_that_is_no_mapping_is_text(text: str) -> None:
    assert read_bytes("a.txt", text.encode()).text == text


@pytest.mark.parametrize(
    ("start", "date"),
    [
        (" date 2025-03 ", "2025-03"),
        ("date: 2025-03-01 ", "2025-03-01"),
        ("Datum: 1 maart 2025\n\n", "2025-03-01"),
        ("datum 2025\n", "2025"),
        ("Datum: 2025-03-01 10:15\n", "2025-03-01"),
        ("1 maart 2025, 10.15 uur\n", "2025-03-01"),
        ("2025-03-01\n", "2025-03-01"),
        ("March 1, 2025\n\n", "2025-03-01"),
    ],
)
def test_a_date_before_the_first_word_is_no_text(start: str, date: str) -> None:
    document = read_bytes("a.txt", f"{start}De tekst begint hier.".encode())
    assert (document.date, document.text) == (date, "De tekst begint hier.")


@pytest.mark.parametrize(
    "text",
    [
        "Date 2025 was a good year for dates.",
        "Data 2025-03.5 is a version.",
        "Datum: onbekend\n\nDe tekst.",
        "date 2025-13 is no month.",
        "1984 is a book by Orwell.",
        "Dates 2025-03 are not this.",
        "2025-03-01 18 doden bij brand.\n\nDe tekst.",
        "1 maart 2025, 10:15 Rutte komt.\n\nDe tekst.",
    ],
)
def test_real_text_is_never_taken_for_a_date(text: str) -> None:
    document = read_bytes("a.txt", text.encode())
    assert (document.date, document.text) == (None, text)


def test_front_matter_goes_before_the_date_in_the_text() -> None:
    document = read_bytes("a.txt", b"---\ndate: 2025-03-01\n---\ndate 2025-03 De tekst.")
    assert (document.date, document.text) == ("2025-03-01", "De tekst.")


# Dates


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2025", "2025"),
        ("2025-03", "2025-03"),
        ("2025-03-01T10:00:00+01:00", "2025-03-01"),
        ("1 maart 2025", "2025-03-01"),
        ("1 maart 2025, 10:15 uur", "2025-03-01"),
        ("Sat, 01 Mar 2025 10:15:00 +0100", "2025-03-01"),
        ("2025-3-1", "2025-03-01"),
        ("2025-03-01 10:15:30 Z", "2025-03-01"),
        ("2025-03-01 18 doden", None),
        ("2 janv. 2025", "2025-01-02"),
        ("2 févr. 2025", "2025-02-02"),
        ("2 juil. 2025", "2025-07-02"),
        ("zaterdag 1 maart 2025", "2025-03-01"),
        ("1. März 2025", "2025-03-01"),
        ("1er mars 2025", "2025-03-01"),
        ("1 de marzo de 2025", "2025-03-01"),
        ("Mar 1st, 2025", "2025-03-01"),
        ("maart 2025", "2025-03"),
        ("14-03-2025", "2025-03-14"),
        ("14/03/2025", "2025-03-14"),
        ("03/04/2025", "2025"),
        ("31-02-2025", None),
        ("gisteren", None),
        ("0000", None),
        ("٢٠٢٥", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_keep_their_precision(written: str | None, date: str | None) -> None:
    assert parse_date(written) == date


@pytest.mark.parametrize(
    ("date", "language", "shown"),
    [
        ("2025-03", "nl", "maart 2025"),
        ("2025-03", "en", "March 2025"),
        ("2025-03", "es", "marzo de 2025"),
        ("2025-03-01", "en", "1 March 2025"),
        ("2025-03-01", "de", "1. März 2025"),
        ("2025-03-01", "fr", "1 mars 2025"),
        ("2025-03-01", "es", "1 de marzo de 2025"),
        ("2025", "nl", "2025"),
        ("2025-03", "xx", "March 2025"),
        (None, "nl", ""),
        ("<b>", "nl", "<b>"),
    ],
)
def test_dates_are_shown_at_their_precision(date: str | None, language: str, shown: str) -> None:
    assert show_date(date, language) == shown


@given(st.dates(), st.sampled_from(["nl", "en", "de", "fr", "es"]))
def test_a_date_that_is_shown_can_be_read_again(day: object, language: str) -> None:
    iso = str(day)
    if iso >= "1000":  # a year has four digits
        for date in (iso, iso[:7], iso[:4]):
            assert parse_date(show_date(date, language)) == date


@given(st.text())
def test_any_date_can_be_shown(text: str) -> None:
    assert isinstance(show_date(text, "nl"), str)
    assert parse_date(text) is None or len(parse_date(text) or "") in {4, 7, 10}


# Titles


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Rutte over de ruzie\n\nDe tekst.", "Rutte over de ruzie"),
        ("Rutte over de ruzie\nloopt door. En nog.", "Rutte over de ruzie loopt door"),
        ("Dit is een korte zin. En nog een.", "Dit is een korte zin"),
        ("a" * 200, "a" * 80 + "…"),
        ("Kort", "Kort"),
        ("总统说会议将于明天在北京举行，各国领导人都会出席会议并发言。第二句。", None),
    ],
)
def test_a_text_without_a_title_gets_its_first_words(text: str, title: str | None) -> None:
    found = read_bytes("a.txt", text.encode()).title
    assert found == (title or text[: text.index("。")])


@pytest.mark.parametrize(
    "line", ["Harde clash", "Morgen Europese top in Londen", "第二章", "G7-top"]
)
def test_headlines(line: str) -> None:
    assert is_headline(line)


@pytest.mark.parametrize(
    "line",
    [
        "Dat is zo.",
        "Waarom?",
        "会议结束。",
        "هل هذا صحيح؟",
        "यह वाक्य है।",
        '"Een citaat',
        "„Ein Zitat“",
        "- een punt",
        "1. eerst",
        "a) eerst",
        "De volgende landen:",
        "* * *",
        "2025",
        "",
        "lang " * 30,
        '"Dat is zo."',
        "Hij zei: 'ja.'",
    ],
)
def test_what_is_no_headline(line: str) -> None:
    assert not is_headline(line)


def test_importing_documents_imports_no_reader() -> None:
    code = "import sys, qa.documents; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"trafilatura", "pypdf", "docx", "lxml", "charset_normalizer", "yaml", "markdown_it"}
    assert not heavy & {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_text_between_two_rules_is_no_front_matter(name: str) -> None:
    text = "---\nUpdate: de minister treedt af.\nHij zei dat: maandag.\n---\nEerder bericht.\n"
    assert "de minister treedt af" in read_bytes(name, text.encode()).text


def test_one_bad_line_of_front_matter_leaves_the_others() -> None:
    read = read_bytes(
        "a.txt",
        b'---\ntitle: Rutte: "Samenwerken"\ndate: "2025-03-01"\nlanguage: \'nl\'\n---\nTekst.\n',
    )
    assert (read.title, read.date, read.language) == ('Rutte: "Samenwerken"', "2025-03-01", "nl")
