"""Bytes to text: byte order marks, UTF-8, then what charset-normalizer finds."""

import codecs
import re

from charset_normalizer import from_bytes

from qa.errors import DocumentError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_LEGACY = [
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "koi8_r",
    "gb18030",
    "big5",
    "cp932",
    "euc_jp",
    "euc_kr",
    "cp1252",
]
"""What news texts older than UTF-8 were saved in. Without this list charset-normalizer 3.5 takes
Dutch for the Baltic MS-DOS encoding and French for cp1257."""

_AS_BROWSERS = dict.fromkeys(
    ("iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "us-ascii", "ascii"), "cp1252"
)
"""What browsers read pages as that say so: most are of Windows, and have a € or “ that the encoding
they name has not (encoding.spec.whatwg.org, names and labels)."""
_SIGNS = "‘’“”„‚‹›«»–—…•€£§©®™°´·¡¿²³½¼¾ªº"
_WESTERN = re.compile(
    rf"[ -~\s{_SIGNS}àâäáãåæçèéêëìíîïñòóôöõøœùúûüÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜ]*"
)
_SIGN_IN_WORD = re.compile(rf"[^\W\d_][{_SIGNS.replace('’', '')}][^\W\d_]|[¿¡][a-z]")
_ACCENTED = re.compile(r"[^\W\d_a-zA-Z]")

MOST_ACCENTED = 0.18
"""Share of accented letters above which a text is not taken for a Western European one at sight.
Dutch, German, Spanish and French have 1 to 5 %, single sentences up to 17 %; Czech has 20 %,
Russian read wrongly 100 %."""

MOST_CONTROL = 0.02
"""Share of control characters above which a file is binary."""


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the text that bytes hold.

    Args:
        data: the whole file.
        declared: the encoding that the file itself names, tried after UTF-8.

    Raises:
        DocumentError: they are binary, or in an encoding that cannot be told.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(_strict(data[len(mark) :], encoding), "is damaged {}", encoding.upper())
    if b"\0" in data:
        return _checked(_wide(data), _BINARY)
    text = _strict(data, "utf-8")
    if text is None and declared:
        text = _strict(data, _AS_BROWSERS.get(declared.lower(), declared))
    if text is None:
        text = _legacy(data)
    return _checked(text, "is not text in any encoding that is known; save it as UTF-8")


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except (ValueError, LookupError, AssertionError):
        return None
    return text


def _wide(data: bytes) -> str | None:
    """Return the text of UTF-16 without a mark: nearly all of its zeros are high bytes."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if max(even, odd) < len(data) // 8 or min(even, odd) > max(even, odd) // 20:
        return None
    return _strict(data, "utf-16-be" if even > odd else "utf-16-le")


def _legacy(data: bytes) -> str | None:
    western = _strict(data, "cp1252")
    if western is not None and _is_western(western):
        return western
    # charset-normalizer looks at samples, and would decode 20 MB once for each candidate.
    sample = data[:200_000]
    matches = sorted(
        from_bytes(sample, cp_isolation=_LEGACY, threshold=0.3),
        key=lambda match: (
            match.encoding == "cp1252",  # It was looked at before.
            round(match.chaos, 1),
            -match.coherence,
        ),
    )
    for match in matches:
        text = _strict(data, match.encoding)
        if text is not None:
            return text
    return None


def _is_western(text: str) -> bool:
    if not _WESTERN.fullmatch(text) or _SIGN_IN_WORD.search(text):
        return False
    # Portuguese has both; Hungarian, read wrongly, only the former.
    if "õ" in text and "ã" not in text:
        return False
    letters = sum(map(str.isalpha, text))
    return len(_ACCENTED.findall(text)) <= max(3, MOST_ACCENTED * letters)


_BINARY = "is binary, not text"


def _checked(text: str | None, *otherwise: str) -> str:
    if text is None:
        raise DocumentError(*otherwise)
    control = len(re.findall(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", text))
    if "\0" in text or control > MOST_CONTROL * len(text):
        raise DocumentError(_BINARY)
    return text
