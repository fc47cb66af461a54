"""How a document is cut into passages and sentences; what is found.

passage      Passage, Hit: the values
cutting      a document to passages, with their headings
sentences    a paragraph to sentences
languages    which language a text is in
"""

from qa.passages.cutting import split
from qa.passages.languages import language_of
from qa.passages.passage import Hit, Passage

__all__ = ["Hit", "Passage", "language_of", "split"]
