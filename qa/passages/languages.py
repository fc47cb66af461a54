"""Which language a text is in that does not say it.

A wrong guess costs a sentence that ends at `Dhr.`, or what is said of its "gisteren".
"""

import re

from qa.language import language

_SCRIPTS = {
    "ru": "[\u0400-\u04ff]",
    "el": "[\u0370-\u03ff\u1f00-\u1fff]",
    "ar": "[\u0600-\u06ff]",
    "he": "[\u0590-\u05ff]",
    "hi": "[\u0900-\u097f]",
    "th": "[\u0e00-\u0e7f]",
    "ko": "[\uac00-\ud7af]",
    "ja": "[\u3040-\u30ff]",
    "zh": "[\u4e00-\u9fff]",
}

SAMPLE = 4000
"""Characters that are looked at."""

SHARE = {"ja": 0.1}
"""Share of a script among the letters from which on it tells, where it is not 0.4: Japanese is
mostly written in Chinese characters, and known by its own between them."""


def language_of(text: str) -> str:
    """Return the likeliest language of a text (ISO 639-1): by script, else by small words."""
    sample = text[:SAMPLE]
    letters = sum(map(str.isalpha, sample))
    for code, script in _SCRIPTS.items():
        if len(re.findall(script, sample)) > letters * SHARE.get(code, 0.4):
            return code
    return language(sample)
