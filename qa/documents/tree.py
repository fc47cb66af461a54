"""As much of an XML element as the readers use; lxml has no types of its own."""

from collections.abc import Iterator
from typing import Protocol, Self


class Element(Protocol):
    """A node of an lxml tree."""

    @property
    def tag(self) -> object:
        """The name; a function for a comment."""

    @property
    def text(self) -> str | None:
        """What stands before the first child."""

    @property
    def tail(self) -> str | None:
        """What stands behind this element, within its parent."""

    def __iter__(self) -> Iterator[Self]: ...

    def iter(self, *tags: str) -> Iterator[Self]:
        """Yield this element and all below it, of the given names, in the document's order."""

    def iterancestors(self) -> Iterator[Self]:
        """Yield the parent, its parent and so on."""

    def find(self, path: str) -> Self | None:
        """Return the first element that a path leads to."""
