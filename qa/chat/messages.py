"""What went wrong, in the page's language.

An error carries its message in English, with what is to be filled into it apart; a language is a
table from those messages to its own.
"""

from qa.chat.words import Words
from qa.errors import DocumentError, QAError, QuestionError, ServerError

DUTCH = {
    "{}: {}": "{}: {}",
    "the question is blank; ask, for example: What did Rutte advise?": "de vraag is leeg",
    "the question has {} characters; at most {} are searched for": (
        "de vraag heeft {} tekens; er wordt met hooguit {} gezocht"
    ),
    "{!r} is not a date; write a year, a month or a day: 2025, 2025-03, 2025-03-01": (
        "{!r} is geen datum; schrijf een jaar, een maand of een dag: 2025, 2025-03, 2025-03-01"
    ),
    "no day is after {} and before {}; turn them round": (
        "geen enkele dag valt na {} en voor {}; draai ze om"
    ),
    "{} questions are waiting already; ask again in a few seconds": (
        "er wachten al {} vragen; vraag het over een paar seconden opnieuw"
    ),
    "{!r} is not in the index; to add it run: qa build": "{!r} staat niet in de index",
    "{}: only {} files can be read": "{}: alleen bestanden van de soorten {} worden gelezen",
    "{}: is larger than {} MB": "{}: is groter dan {} MB",
    "{}: the added texts would take more than {} MB; remove some first": (
        "{}: alle toegevoegde teksten samen zijn dan groter dan {} MB; verwijder er eerst een paar"
    ),
    "{}: is damaged, or no {} file ({})": "{}: is beschadigd, of geen {}-bestand ({})",
    "is no text: its name must end in one of {}": "is geen tekst: de naam eindigt op een van {}",
    "is empty": "is leeg",
    "is empty: it has no text": "is leeg: er staat geen tekst in",
    "has {:,} lines too short to be sentences": "heeft {} regels die te kort zijn voor een zin",
    "has more than {:,} lines, as no text has; split it": (
        "heeft meer dan {} regels, zoals geen tekst heeft; splits het"
    ),
    "is damaged {}": "is beschadigde {}",
    "is binary, not text": "is geen tekst, maar binair",
    "is not text in any encoding that is known; save it as UTF-8": (
        "is geen tekst in een bekende codering; bewaar het als UTF-8"
    ),
    "is a page of more than {} MB or {:,} tags; save it as text": (
        "is een pagina van meer dan {} MB of {} tags; bewaar die als tekst"
    ),
    "is encrypted; save it without a password": "is versleuteld; bewaar het zonder wachtwoord",
    "has no text on its {} pages, so it is probably a scan; have its text recognised first (OCR)": (
        "heeft geen tekst op zijn {} pagina's en is dus waarschijnlijk een scan; "
        "laat de tekst eerst herkennen (OCR)"
    ),
    "takes too long to read; save its text as .txt": (
        "kost te veel tijd om te lezen; bewaar de tekst als .txt"
    ),
    "is encrypted, or in Word's old format; save it as .docx without a password": (
        "is versleuteld, of van een oude Word; bewaar het als .docx zonder wachtwoord"
    ),
    "is damaged, or no .docx file": "is beschadigd, of geen .docx-bestand",
    "unpacks to more than a text can be; save it as .txt": (
        "wordt uitgepakt groter dan een tekst kan zijn; bewaar het als .txt"
    ),
    "there is another text at {!r} now; rename or remove it": (
        "op {!r} staat nu een andere tekst; hernoem of verwijder die"
    ),
    "there is no text {!r}": "er is geen tekst {!r}",
    "{!r} cannot be moved ({})": "{!r} kan niet worden verplaatst ({})",
    "{!r} cannot be written ({})": "{!r} kan niet worden weggeschreven ({})",
    "texts cannot be added or removed here: this page is read-only": (
        "hier kunnen geen teksten bij of af: deze pagina is alleen om te lezen"
    ),
    "judgements are not kept here": "oordelen worden hier niet bewaard",
    "no words of {!r} are named": "er zijn geen woorden van {!r} genoemd",
    "{}: did not arrive": "{}: is niet aangekomen",
    "user name and password, please": "gebruikersnaam en wachtwoord, alsjeblieft",
    "wrong user name or password": "verkeerde gebruikersnaam of verkeerd wachtwoord",
    "too many wrong passwords; wait {} s": "te veel verkeerde wachtwoorden; wacht {} s",
}
_TROUBLE = "er is iets mis op deze server; wie hem beheert kan dit gebruiken: {}"

_LANGUAGES = {"nl": (DUTCH, _TROUBLE)}
_OURS = (QuestionError, DocumentError, ServerError)
"""What the reader can mend, or wait for; the rest is for who runs the server."""


def message(error: QAError, words: Words) -> str:
    """Return what an error says, in the interface's language where that has it."""
    if words.language not in _LANGUAGES:
        return str(error)
    messages, trouble = _LANGUAGES[words.language]
    template, *values = error.args or ("",)
    if template not in messages:
        return str(error) if isinstance(error, _OURS) else trouble.format(error)
    said = [message(value, words) if isinstance(value, QAError) else value for value in values]
    return messages[template].format(*said) if said else messages[template]
