"""The marks that end sentences and hold quotations, in the scripts of the world."""

import re

STOPS = ".!?…。！？؟\u06d4।॥\u0589።။"
"""What ends a sentence."""

CLOSERS = "\"'”’»›)]}」』）】"
"""What may follow a stop and still belongs to its sentence."""

OPENERS = "\"'“”„‟‘‚«»‹›「『"
"""What begins a quotation, in one country or another."""

_CLOSED = re.compile(rf"[{re.escape(STOPS)}:：][{re.escape(CLOSERS)}]*$")


def is_closed(line: str) -> bool:
    """Return whether a line ends as a sentence does, or with a colon."""
    return bool(_CLOSED.search(line[-8:]))
