"""Every text of the interface, in Dutch and in English.

A language is one `Words`; a missing text is a type error, not a hole in the page. Texts with
`{…}` are filled with `str.format`.
"""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The interface in one language."""

    language: str
    tagline: str
    ask: str
    send: str
    stop: str
    welcome: str
    welcome_more: str
    examples: str
    you_asked: str
    searching: str
    stopped: str
    lost: str
    failed: str
    again: str
    says: str
    not_in_texts: str
    not_in_texts_more: str
    index_empty: str
    index_empty_more: str
    searched_for: str
    nowhere: str
    alone: str
    nearest: str
    confidence: tuple[str, str, str]
    """For low, middling and high."""
    match: tuple[str, str, str]
    """How near a passage comes to the question beside the others: further off, close, closest."""
    sources: str
    sources_empty: str
    not_quoted: str
    stale: str
    also_in: str
    open_text: str
    text_gone: str
    no_entry: str
    back: str
    copy: str
    copied: str
    link: str
    link_copied: str
    close: str
    one_text: str
    many_texts: str
    one_passage: str
    many_passages: str
    indexed: str
    texts: str
    add_texts: str
    drop_here: str
    sending: str
    indexing: str
    added: str
    any_date: str
    clear: str
    undated: str
    no_period: str
    only_texts: str
    all_texts: str
    period_empty: str
    filter: str
    since: str
    until: str
    none_match: str
    remove: str
    removed: str
    undo: str
    right: str
    wrong: str
    wrong_source: str
    which: str
    thanks: str
    decimal: str
    thousands: str


ENGLISH = Words(
    language="en",
    tagline="answers only with what the texts literally say",
    ask="Ask the texts a question",
    send="Ask",
    stop="Stop",
    welcome="What would you like to know?",
    welcome_more="The answer is a sentence from the texts, word for word, with its source. "
    "If the texts do not say, you are told so.",
    examples="For example",
    you_asked="You asked",
    searching="Searching the texts…",
    stopped="Stopped.",
    lost="No answer came. Your question is still here.",
    failed="That did not work.",
    again="Try again",
    says="The texts say",
    not_in_texts="The texts do not say.",
    not_in_texts_more="No sentence was found that answers this question, so none is quoted.",
    index_empty="There are no texts yet.",
    index_empty_more="Put texts in the documents folder and build the index; "
    "this page sees them at the next question.",
    searched_for="Searched for",
    nowhere="Words that stand in none of the texts",
    alone="Ask it as I typed it",
    nearest="The nearest passage, which is not an answer",
    confidence=("low confidence", "fair confidence", "high confidence"),
    match=("further off", "close", "closest"),
    sources="Sources",
    sources_empty="The passages behind an answer appear here, with the quoted sentence marked.",
    not_quoted="not quoted",
    stale="changed on disk since it was indexed",
    also_in="Also in",
    open_text="Open the whole text",
    text_gone="This text is no longer in the index.",
    no_entry="This page asks for a password.",
    back="Back to the questions",
    copy="Copy",
    copied="Copied",
    link="Link",
    link_copied="Link copied",
    close="Close",
    one_text="1 text",
    many_texts="{count} texts",
    one_passage="1 passage",
    many_passages="{count} passages",
    indexed="indexed",
    texts="Texts",
    add_texts="Add texts",
    drop_here="or drop them here: {kinds}, at most {size} each",
    sending="sending…",
    indexing="being indexed…",
    added="added",
    any_date="Any date",
    clear="Clear",
    undated="Texts without a date are left out then.",
    no_period="This is no period: give whole dates, the first one not after the last.",
    only_texts="Only texts {period}.",
    all_texts="Ask all texts",
    period_empty="There are no texts of this period.",
    filter="Filter by title or file name",
    since="From",
    until="Until",
    none_match="No text fits this filter.",
    remove="Remove",
    removed="Removed.",
    undo="Undo",
    right="Right",
    wrong="Wrong",
    wrong_source="Wrong source",
    which="Which sentence is right?",
    thanks="Thank you, that was kept on this server.",
    decimal=".",
    thousands=",",
)

DUTCH = Words(
    language="nl",
    tagline="antwoordt alleen met wat er letterlijk staat",
    ask="Stel de teksten een vraag",
    send="Vraag",
    stop="Stop",
    welcome="Wat wil je weten?",
    welcome_more="Het antwoord is een zin uit de teksten, woord voor woord, met de bron erbij. "
    "Staat het er niet in, dan hoor je dat.",
    examples="Bijvoorbeeld",
    you_asked="Jij vroeg",
    searching="De teksten worden doorzocht…",
    stopped="Gestopt.",
    lost="Er kwam geen antwoord. Je vraag staat er nog.",
    failed="Dat is niet gelukt.",
    again="Probeer opnieuw",
    says="In de teksten staat",
    not_in_texts="Dat staat niet in de teksten.",
    not_in_texts_more="Er is geen zin gevonden die deze vraag beantwoordt, "
    "dus er wordt niets geciteerd.",
    index_empty="Er zijn nog geen teksten.",
    index_empty_more="Zet teksten in de documentenmap en bouw de index; "
    "deze pagina ziet ze bij de volgende vraag.",
    searched_for="Gezocht naar",
    nowhere="Woorden die in geen enkele tekst staan",
    alone="Vraag het zoals ik het typte",
    nearest="De dichtstbijzijnde passage, die geen antwoord is",
    confidence=("weinig zekerheid", "redelijke zekerheid", "grote zekerheid"),
    match=("verder weg", "dichtbij", "het dichtst"),
    sources="Bronnen",
    sources_empty="De passages achter een antwoord komen hier, met de geciteerde zin gemarkeerd.",
    not_quoted="niet geciteerd",
    stale="op schijf gewijzigd sinds het indexeren",
    also_in="Ook in",
    open_text="Open de hele tekst",
    text_gone="Deze tekst staat niet meer in de index.",
    no_entry="Deze pagina vraagt een wachtwoord.",
    back="Terug naar de vragen",
    copy="Kopieer",
    copied="Gekopieerd",
    link="Link",
    link_copied="Link gekopieerd",
    close="Sluiten",
    one_text="1 tekst",
    many_texts="{count} teksten",
    one_passage="1 passage",
    many_passages="{count} passages",
    indexed="bijgewerkt",
    texts="Teksten",
    add_texts="Teksten toevoegen",
    drop_here="of sleep ze hierheen: {kinds}, hooguit {size} per stuk",
    sending="wordt verstuurd…",
    indexing="wordt geïndexeerd…",
    added="toegevoegd",
    any_date="Elke datum",
    clear="Wis",
    undated="Teksten zonder datum doen dan niet mee.",
    no_period="Dit is geen periode: vul hele data in, de eerste niet na de laatste.",
    only_texts="Alleen teksten {period}.",
    all_texts="Vraag het alle teksten",
    period_empty="Uit deze periode zijn er geen teksten.",
    filter="Zoek op titel of bestandsnaam",
    since="Vanaf",
    until="Tot en met",
    none_match="Er is geen tekst die hieraan voldoet.",
    remove="Verwijder",
    removed="Verwijderd.",
    undo="Maak ongedaan",
    right="Klopt",
    wrong="Klopt niet",
    wrong_source="Verkeerde bron",
    which="Welke zin klopt?",
    thanks="Dank je, dat is op deze server bewaard.",
    decimal=",",
    thousands=".",
)

LANGUAGES = (ENGLISH, DUTCH)
"""The first is what a browser gets that asks for none of them."""


def words_for(accept_language: str) -> Words:
    """Return the interface in the language that an `Accept-Language` header prefers."""
    known = {words.language: words for words in LANGUAGES}
    for _, tag in sorted(map(_preference, accept_language[:1000].split(",")), reverse=True):
        words = known.get(tag.partition("-")[0])
        if words is not None:
            return words
    return LANGUAGES[0]


def script_words(words: Words) -> dict[str, str]:
    """Return the texts that the page's script needs, by name."""
    return {name: text for name, text in asdict(words).items() if isinstance(text, str)}


def _preference(part: str) -> tuple[float, str]:
    """Return weight and language tag of one part of the header; what is malformed weighs 0."""
    tag, _, weight = part.partition(";")
    try:
        quality = float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        quality = 0.0
    return (quality if 0 <= quality <= 1 else 0.0), tag.strip().lower()
