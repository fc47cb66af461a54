"""Reading Markdown, web pages, PDF and Word documents, made by the tools that make them."""

import io
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from docx.document import Document as Word
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

from qa.documents import read_bytes
from qa.documents.lines import Line, by_column, glue, paragraphs
from qa.errors import DocumentError
from qa.passages import split

ARTICLE = (Path(__file__).parent.parent / "docs" / "rutte-zelensky-trump.txt").read_text()
TEXT = ARTICLE.removeprefix(" date 2025-03 ")
TITLE = "Rutte over de ruzie in het Witte Huis"


# Markdown


def test_markdown_is_read_as_people_see_it() -> None:
    text = """---
date: 2025-03
---
# Een *kop*

Een [link](http://x.test) en **vet**
op twee regels, `code` en &eacute;&eacute;n.\\
Nieuwe regel.

- een
- twee
    1. binnen

| a | b |
|---|---|
| 1 | 2 |

> Een citaat.

<div>een <b>blok</b></div>

```
code
```
"""
    document = read_bytes("a.md", text.encode())
    assert document.text == (
        "Een kop\n\nEen link en vet op twee regels, code en één.\nNieuwe regel.\n\n"
        "- een\n- twee\n1. binnen\n\na | b\n1 | 2\n\nEen citaat.\n\neen  blok\n\ncode"
    )
    assert (document.title, document.date) == ("Een kop", "2025-03")


def test_markdown_that_is_plain_text_stays_it() -> None:
    assert read_bytes("a.md", TEXT.encode()).text == TEXT


def test_html_within_markdown_is_read_as_people_see_it() -> None:
    text = read_bytes(
        "a.md",
        b"Starmer komt.<br>Macron ook.\n\n<script>\nvar a = 'Rutte gaat.';\n</script>\n\n"
        b"<div>Caf&eacute; &amp; bar.</div>\n",
    ).text
    assert text == "Starmer komt.\nMacron ook.\n\nCafé & bar."


@pytest.mark.parametrize("piece", ["[a](b) *c* ", "[" * 50, "een regel van een tekst\n\n"])
def test_markdown_that_would_take_too_long_is_read_as_it_stands(piece: str) -> None:
    started = time.thread_time()
    text = read_bytes("a.md", (piece * (2_000_000 // len(piece))).encode()).text
    assert text.startswith(piece.strip())
    assert time.thread_time() - started < 5


# Web pages


def page(head: str = "", body: str = "") -> bytes:
    paragraphs = "".join(
        f"<h2>{block}</h2>" if len(block) < 40 else f"<p>{block}</p>"
        for block in TEXT.split("\n\n")
    )
    return f"""<!DOCTYPE html><html lang="nl-NL"><head><title>{TITLE} | De Krant</title>{head}
<script>track("lezer")</script><style>p {{ color: red }}</style></head><body>
<header><a href="/">De Krant</a></header>
<nav><ul><li><a href="/sport">Sport</a></li><li><a href="/weer">Het weer</a></li></ul></nav>
<div class="cookie-banner">Wij gebruiken cookies. <button>Akkoord</button></div>
<main><article><h1>{TITLE}</h1>{paragraphs}{body}</article></main>
<aside class="advertisement"><p>Koop nu een nieuwe fiets met korting!</p></aside>
<footer><p>Copyright 2019 De Krant. Alle rechten voorbehouden.</p></footer>
</body></html>""".encode()


def test_a_news_page_is_its_article() -> None:
    head = (
        '<meta property="og:title" content="Rutte over de ruzie">'
        '<meta property="article:published_time" content="2025-03-01T18:00:00+01:00">'
        '<meta property="og:site_name" content="De Krant">'
        '<link rel="canonical" href="https://krant.test/rutte">'
    )
    document = read_bytes("a.html", page(head))
    for block in TEXT.split("\n\n"):
        assert block in document.text.split("\n\n")
    for noise in ("Sport", "cookies", "fiets", "Copyright", "track", "color"):
        assert noise not in document.text
    assert document.title == "Rutte over de ruzie"
    assert (document.date, document.language) == ("2025-03-01", "nl")
    assert document.source == "https://krant.test/rutte"


def test_text_beside_the_paragraphs_of_a_page_is_kept() -> None:
    text = read_bytes(
        "a.html",
        page(
            body="<article><p>"
            + "De top in Londen begint om tien uur met een overleg. " * 3
            + "</p>"
            "<h2>Veiligheid</h2>De Poolse premier Tusk eist een snel besluit.<br><br>"
            "De Franse president Macron wil wachten.<p>" + "Rutte is erbij. " * 5 + "</p></article>"
        ),
    ).text
    assert "Tusk eist een snel besluit." in text
    assert "Macron wil wachten." in text


def test_what_follows_a_block_of_a_page_is_on_a_line_of_its_own() -> None:
    filler = "<p>" + "De top in Londen begint om tien uur. " * 5 + "</p>"
    quote = "<blockquote><p>Wij zijn klaar.</p>Dat zei Rutte gisteren.</blockquote>"
    items = "<ul><li>Punt een<ul><li>Deel</li></ul>en de rest</li></ul>"
    text = read_bytes("a.html", page(body=f"<article>{filler}{quote}{items}</article>")).text
    assert "klaar.Dat" not in text
    assert "eenen" not in text


@pytest.mark.parametrize("named", ["iso-8859-1", "ISO-8859-1", "us-ascii"])
def test_a_page_that_names_an_old_encoding_is_read_as_browsers_do(named: str) -> None:
    said = "Het kabinet trekt € 5 miljard uit. “Dat is nodig”, zei hij – en l’état blijft. "
    made = page(head=f'<meta charset="{named}">', body=f"<article><p>{said * 3}</p></article>")
    assert said.strip() in read_bytes("a.html", made.decode().encode("windows-1252")).text


def test_json_ld_tells_the_date() -> None:
    head = (
        '<script type="application/ld+json">{"@context": "https://schema.org", '
        '"@type": "NewsArticle", "datePublished": "2025-03-01"}</script>'
    )
    assert read_bytes("a.html", page(head)).date == "2025-03-01"


def test_no_date_is_guessed() -> None:
    assert read_bytes("a.html", page()).date is None


def test_lists_and_tables_of_a_page_are_lines() -> None:
    body = (
        "<ul><li>Eerste <b>punt </b>hier<ul><li>Binnen</li></ul></li><li>Tweede punt</li></ul>"
        "<table><tr><td>Land</td><td>Stem</td></tr><tr><td>Nederland</td><td>voor</td></tr></table>"
    )
    body += "<blockquote><p>Een citaat van een lezer.</p><p>En een tweede.</p></blockquote>"
    body += "<blockquote>Een citaat<br>op twee regels.</blockquote>"
    text = read_bytes("a.html", page(body=body)).text
    assert "- Eerste punt hier\n- Binnen\n- Tweede punt" in text
    assert "Land | Stem\nNederland | voor" in text
    assert "Een citaat van een lezer.\n\nEn een tweede.\n\nEen citaat\nop twee regels." in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_pages_in_other_encodings(encoding: str) -> None:
    text = page().decode().replace("<head>", f'<head><meta charset="{encoding}">')
    assert "De Oekraïense president" in read_bytes("a.html", text.encode(encoding)).text


@pytest.mark.parametrize(
    "fragment",
    [
        "{}",
        "<div>{}</div>",
        "<p>{}",
        "<!doctype html><meta charset=utf-8><title>x</title><p>{}</p>",
    ],
)
def test_a_page_without_its_outer_tags_is_read(fragment: str) -> None:
    said = "De burgemeester opende maandag een tunnel."
    assert read_bytes("a.html", fragment.format(said).encode()).text == said


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html><head><title>x</title></head><body></body></html>", "is empty"),
        (b"<p>" * 60_001, "60,000 tags"),
        (b"<div>" * 10_000 + b"x", "is empty"),
        (b"<html>\0\1\2", "is binary"),
    ],
)
def test_pages_without_a_text(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=f"a.html: .*{reason}"):
        read_bytes("a.html", data)


# PDF


def pdf(columns: int = 1, title: str = "") -> bytes:
    styles = getSampleStyleSheet()
    blocks = TEXT.split("\n\n")
    story: list[Flowable] = [
        Paragraph(TITLE, styles["Title"]),
        *(Paragraph(part, styles["Heading2" if len(part) < 40 else "BodyText"]) for part in blocks),
    ]
    width = (A4[0] - 100) / columns
    file = io.BytesIO()
    template = BaseDocTemplate(file, pagesize=A4, title=title, author="", lang="nl")
    frames = [Frame(40 + number * (width + 20), 60, width, 420) for number in range(columns)]
    template.addPageTemplates(PageTemplate(frames=frames))
    template.build(story)
    return file.getvalue()


@pytest.mark.parametrize("columns", [1, 2])
def test_a_pdf_gives_its_paragraphs(columns: int) -> None:
    document = read_bytes("a.pdf", pdf(columns))
    assert document.text.split("\n\n") == [TITLE, *TEXT.split("\n\n")]
    assert document.title == TITLE
    assert document.language == "nl"
    assert document.date == datetime.now(UTC).date().isoformat()


LEFT = [
    "De burgemeester van Delft heeft maan-",
    "dag de nieuwe brug over de Schie",
    "geopend. Het was een drukke dag.",
    "Honderden mensen keken toe vanaf",
    "de kade en langs het water.",
]
RIGHT = [
    "In Gouda werd tegelijk gesproken over",
    "de prijs van kaas, die dit voorjaar",
    "opnieuw gestegen is. Volgens de markt-",
    "meester komt dat door het slechte weer",
    "en door de vraag uit het buitenland.",
]


def across(left: list[str], right: list[str], *, indent: int = 0) -> str:
    """Return the text of a PDF whose rows were written from left to right below a heading."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(72, 780, "Een brug open, de kaas duurder")
    canvas.setFont("Helvetica", 10)
    for row, (one, two) in enumerate(zip(left, right, strict=True)):
        canvas.drawString(72 + indent * (row % 2), 740 - 12 * row, one)
        canvas.drawString(312 + indent * (row % 2), 740 - 12 * row, two)
    canvas.save()
    return read_bytes("a.pdf", file.getvalue()).text


@pytest.mark.parametrize("indent", [0, 12])
def test_columns_written_row_by_row_are_read_one_after_the_other(indent: int) -> None:
    _, text = across(LEFT * 2, RIGHT * 2, indent=indent).split("\n\n", 1)
    whole = text.replace("\n\n", " ")
    news = "De burgemeester van Delft heeft maandag de nieuwe brug over de Schie geopend."
    assert whole.count(news) == 2
    assert whole.count("Volgens de marktmeester komt dat door het slechte weer en door") == 2
    assert whole.rindex("langs het water.") < whole.index("In Gouda")


def test_the_rows_of_a_table_stay_rows() -> None:
    cities = ["Amsterdam", "Rotterdam", "Den Haag", "Utrecht"]
    text = " ".join(across(cities, [f"{city} telt veel inwoners" for city in cities]).split())
    assert all(f"{city} {city} telt" in text for city in cities)


@given(st.lists(st.tuples(st.floats(), st.floats(), st.floats(), st.text(max_size=40))))
def test_no_line_is_lost_by_columns(made: list[tuple[float, float, float, str]]) -> None:
    page = [Line(x=x, y=y, size=size, parts=[text]) for x, y, size, text in made]
    assert Counter(map(id, by_column(page))) == Counter(map(id, page))


def test_the_title_of_a_pdf_counts_if_it_is_one() -> None:
    assert read_bytes("a.pdf", pdf(title="Rutte praat")).title == "Rutte praat"
    assert read_bytes("a.pdf", pdf(title="Microsoft Word - stuk.docx")).title == TITLE


@pytest.mark.parametrize("size", [7, 10])
def test_what_stands_on_every_page_of_a_pdf_is_not_in_its_sentences(size: int) -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    halves = ["De coalitie is maandag", "gevallen na een ruzie over het asielbeleid."]
    for number, half in enumerate(halves, 1):
        canvas.setFont("Helvetica", size)
        canvas.drawString(60, 810, "NRC Handelsblad 1 maart 2025")
        canvas.drawString(60, 30, f"Pagina {number} van 2")
        canvas.setFont("Helvetica", 10)
        lines = [f"Regel {n} van de tekst op bladzijde {number}." for n in range(4)]
        for place, line in enumerate([half, *lines] if number == 2 else [*lines, half]):
            canvas.drawString(60, 760 - 12 * place, line)
        canvas.showPage()
    canvas.save()
    text = " ".join(read_bytes("a.pdf", buffer.getvalue()).text.split())
    assert " ".join(halves) in text
    assert "Pagina" not in text
    assert "NRC" not in text


def test_a_scan_says_so() -> None:
    file = io.BytesIO()
    canvas = Canvas(file)
    canvas.rect(100, 100, 300, 300, fill=1)
    canvas.showPage()
    canvas.save()
    with pytest.raises(DocumentError, match=r"a.pdf: has no text on its 1 pages.*scan"):
        read_bytes("a.pdf", file.getvalue())


def encrypted(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt(password, password + "!", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_an_encrypted_pdf_says_so() -> None:
    with pytest.raises(DocumentError, match=r"a.pdf: is encrypted"):
        read_bytes("a.pdf", encrypted("geheim"))


def test_a_pdf_that_only_forbids_copying_is_read() -> None:
    assert "De Oekraïense president" in read_bytes("a.pdf", encrypted("")).text


def raw_pdf(content: bytes, pages: int = 1) -> bytes:
    """Return a PDF all of whose pages have that content, compressed."""
    packed = zlib.compress(content, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + b"3 0 R " * pages + b"]/Count %d>>" % pages,
        b"<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body = b"%PDF-1.4\n"
    table = b"xref\n0 6\n0000000000 65535 f \n"
    for number, content_of in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content_of)
    return body + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4\nniets",
        b"geen pdf",
        raw_pdf(b"\0" * 50_000_000),
        raw_pdf(b"BT /F1 12 Tf " + b"(abc) Tj " * 500_000),
        raw_pdf(b"[" * 100_000),
        raw_pdf(b"BT /F1 12 Tf " + b"(abc) Tj 0 -12 Td " * 60_000 + b"ET", pages=200),
    ],
    ids=["cut", "none", "bomb", "long", "deep", "slow"],
)
def test_a_damaged_or_hostile_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"a.pdf: (is damaged|takes too long)"):
        read_bytes("a.pdf", data)


@pytest.mark.parametrize(
    ("above", "below", "whole"),
    [
        ("een samen-", "werking", "een samenwerking"),
        ("in Sint-", "Maarten", "in Sint-Maarten"),
        ("de NAVO-", "baas", "de NAVO-baas"),
        ("de A-", "kant", "de Akant"),
        ("in 2019-", "2020", "in 2019- 2020"),
        ("hij -", "zij", "hij - zij"),
        ("zacht\u00ad", "jes", "zachtjes"),
        ("总统", "说", "总统说"),
        ("gewoon", "door", "gewoon door"),
    ],
)
def test_words_that_were_hyphenated_become_whole(above: str, below: str, whole: str) -> None:
    assert glue(above, below) == whole


def lines(*texts: str, gaps: dict[int, float] | None = None) -> list[Line]:
    y, made = 800.0, []
    for number, text in enumerate(texts):
        y -= (gaps or {}).get(number, 12.0)
        made.append(Line(y=y, size=10.0, parts=[text]))
    return made


def test_lines_become_paragraphs_by_their_distance() -> None:
    made = lines("een regel van", "het begin", "en de tweede", gaps={2: 18.0})
    assert paragraphs(made) == ["een regel van het begin", "en de tweede"]


def test_a_short_closed_line_ends_a_paragraph() -> None:
    made = lines("dit is een lange regel van het stuk", "kort.", "dit is weer een lange regel hier")
    assert len(paragraphs(made)) == 2


def test_a_paragraph_goes_on_in_the_next_column() -> None:
    made = lines(
        "een lange regel die", "doorgaat in de andere", "kolom hiernaast", gaps={2: -300.0}
    )
    assert paragraphs(made) == ["een lange regel die doorgaat in de andere kolom hiernaast"]


def test_no_lines_no_paragraphs() -> None:
    assert paragraphs([]) == []


# Word


def word(change: Callable[[Word], object] = lambda _document: None) -> bytes:
    document = docx.Document()
    change(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def article(document: Word) -> None:
    document.add_heading(TITLE, 1)
    for block in TEXT.split("\n\n"):
        document.add_paragraph(block)


def test_a_word_document_gives_its_paragraphs() -> None:
    document = read_bytes("a.docx", word(article))
    assert document.text.split("\n\n") == [TITLE, *TEXT.split("\n\n")]
    assert (document.title, document.date) == (TITLE, None)


def test_core_properties_are_read() -> None:
    def change(document: Word) -> None:
        article(document)
        document.core_properties.title = "Rutte praat"
        document.core_properties.created = datetime(2025, 3, 1, tzinfo=UTC)
        document.core_properties.language = "nl-NL"

    document = read_bytes("a.docx", word(change))
    assert (document.title, document.date, document.language) == ("Rutte praat", "2025-03-01", "nl")


def test_the_date_in_a_word_document_goes_before_its_own() -> None:
    def change(document: Word) -> None:
        document.add_paragraph("date 2024-02 De tekst.")
        document.core_properties.created = datetime(2025, 3, 1, tzinfo=UTC)

    assert read_bytes("a.docx", word(change)).date == "2024-02"


def test_tables_stand_where_they_are() -> None:
    def change(document: Word) -> None:
        document.add_paragraph("Ervoor.")
        table = document.add_table(2, 2)
        for number, cell in enumerate(table._cells):  # noqa: SLF001 - row by row is slow to write
            cell.text = f"cel {number}"
        table.cell(1, 1).add_table(1, 1).cell(0, 0).text = "binnen"
        document.add_paragraph("Erna.")

    text = read_bytes("a.docx", word(change)).text
    assert text == "Ervoor.\n\ncel 0 | cel 1\ncel 2 | cel 3 binnen\n\nErna."


def added(xml: str) -> bytes:
    def change(document: Word) -> None:
        document.element.body.insert(0, parse_xml(f"<w:sdt {nsdecls('w')}>{xml}</w:sdt>"))

    return word(change)


def test_tracked_changes_are_read_as_accepted() -> None:
    run = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"
    deleted = "<w:del w:id='1' w:author='x'><w:r><w:delText>oude </w:delText></w:r></w:del>"
    moved = f"<w:moveFrom w:id='2' w:author='x'>{run.format('weg ')}</w:moveFrom>"
    inserted = f"<w:ins w:id='3' w:author='x'>{run.format('nieuwe ')}</w:ins>"
    joined = "<w:pPr><w:rPr><w:del w:id='4' w:author='x'/></w:rPr></w:pPr>"
    data = added(
        "<w:sdtContent>"
        f"<w:p>{joined}{run.format('De ')}{deleted}{moved}{inserted}</w:p>"
        f"<w:p>{run.format('tekst')}<w:r><w:br/><w:t>hier</w:t><w:noBreakHyphen/></w:r></w:p>"
        "</w:sdtContent>"
    )
    assert read_bytes("a.docx", data).text == "De nieuwe tekst\nhier-"


def test_notes_stand_at_the_end() -> None:
    def change(document: Word) -> None:
        document.add_paragraph("De tekst.")
        for name, kind in (("footnote", RT.FOOTNOTES), ("endnote", RT.ENDNOTES)):
            line = f"<w:{name} w:type='separator' w:id='-1'><w:p/></w:{name}>"
            words = f"<w:p><w:r><w:{name}Ref/></w:r><w:r><w:t>Bron: {name}.</w:t></w:r></w:p>"
            note = f"<w:{name} w:id='1'>{words}</w:{name}>"
            blob = f"<w:{name}s {nsdecls('w')}>{line}{note}</w:{name}s>".encode()
            content = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{name}s+xml"
            uri = PackURI(f"/word/{name}s.xml")
            document.part.relate_to(Part(uri, content, blob, document.part.package), kind)

    document = read_bytes("a.docx", word(change))
    assert document.text == "De tekst.\n\nBron: footnote.\n\nBron: endnote."


def test_tables_that_nest_deeply_are_read_in_time() -> None:
    cell = "<w:p><w:r><w:t>binnen</w:t></w:r></w:p>"
    for _ in range(40):
        cell = f"<w:tbl><w:tr><w:tc>{cell}</w:tc></w:tr></w:tbl>"
    assert read_bytes("a.docx", added(f"<w:sdtContent>{cell}</w:sdtContent>")).text == "binnen"


def test_text_boxes_are_read_once() -> None:
    inner = "<w:txbxContent><w:p><w:r><w:t>kader</w:t></w:r></w:p></w:txbxContent>"
    compatible = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    data = added(
        "<w:sdtContent><w:p><w:r><w:t>tekst</w:t></w:r><w:r>"
        f"<mc:AlternateContent xmlns:mc='{compatible}'>"
        f"<mc:Choice Requires='wps'>{inner}</mc:Choice><mc:Fallback>{inner}</mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p></w:sdtContent>"
    )
    assert read_bytes("a.docx", data).text == "tekst\n\nkader"


def repacked(document: bytes, extra: bytes = b"") -> bytes:
    """Return a Word document with another main part."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word())) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, document if name == "word/document.xml" else old.read(name))
        new.writestr("word/media/image.bin", extra)
    return file.getvalue()


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "%s">%s]><x>&z;</x>' % (
    b"a" * 1000,
    b"".join(b'<!ENTITY %c "%s">' % (n, b"&%c;" % (n - 1) * 100) for n in range(98, 123)),
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\3\4 geen zip", "is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is encrypted, or in Word's old format"),
        (word(), "is empty"),
        (word(article)[:-200], "is damaged"),
        (repacked(b"<x>" + b" " * 17_000_000 + b"</x>"), "unpacks to more"),
        (repacked(b"<x/>", bytes(300_000_000)), "unpacks to more"),
        (repacked(b"<x>" * 100_000), "is damaged"),
        (repacked(ENTITIES), "is damaged"),
    ],
    ids=["none", "old", "empty", "cut", "xml", "bomb", "deep", "entities"],
)
def test_a_damaged_or_hostile_word_document_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=f"a.docx: .*{reason}"):
        read_bytes("a.docx", data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", ARTICLE.encode("cp1252")),
        ("a.md", f"# {TITLE}\n\n{TEXT}".encode()),
        ("a.html", page()),
        ("a.pdf", pdf(2)),
        ("a.docx", word(article)),
    ],
    ids=["txt", "md", "html", "pdf", "docx"],
)
def test_every_format_gives_the_same_passages(name: str, data: bytes) -> None:
    document = read_bytes(name, data)
    found = split(document)
    assert [passage.text for passage in found] == [
        block for block in TEXT.split("\n\n") if len(block) > 40
    ]
    assert found[-1].heading == "Morgen Europese top in Londen"
    for passage in found:
        assert document.text[passage.start : passage.end] == passage.text
