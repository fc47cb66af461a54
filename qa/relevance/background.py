"""Sentences and questions about nothing in particular: similarities are counted from theirs.

Cosines of one model lie in a narrow band that differs from language to language; only the distance
to unrelated sentences of the text's own language means something. The sentences say the same in
each language, and were written for this purpose. An index keeps what its model made of them, by
their place: new languages go to the end.
"""

import json
from importlib.resources import files

SENTENCES: dict[str, tuple[str, ...]] = {
    code: tuple(sentences)
    for code, sentences in json.loads(
        files(__package__).joinpath("sentences.json").read_text(encoding="utf-8")
    ).items()
}

QUESTIONS: tuple[str, ...] = (
    "How long does the bread have to rise?",
    "Where do sea turtles lay their eggs?",
    "Who won the final?",
    "What did the astronomer say?",
    "Hoeveel fietsen verkocht het bedrijf?",
    "Wanneer gaat de bibliotheek open?",
    "Wat zei de sterrenkundige over de sterren?",
    "Welke kleur kregen de keukenmuren?",
    "Warum kocht das Wasser in den Bergen schneller?",
    "Wer reparierte das Dach der Scheune?",
    "Von welchem Gleis fährt der Zug ab?",
    "Où poussent le mieux les tomates ?",
    "Combien de fois l'orchestre a-t-il répété ?",
    "Qui a gagné la finale ?",
    "¿Cuándo cierra la biblioteca?",
    "¿Qué dijo el astrónomo?",
    "¿De qué color es la puerta?",
    "Сколько велосипедов продала компания?",
    "Где черепахи откладывают яйца?",
    "متى تفتح المكتبة؟",
    "من فاز بالنهائي؟",
    "火车从几号站台出发?",
    "天文学家说了什么?",
    "Πόσα ποδήλατα πούλησε η εταιρεία;",
    "Πού μεγαλώνουν καλύτερα οι ντομάτες;",
)
