"""Letters that seven-bit national alphabets put in the place of brackets.

ISO 646 leaves twelve places to the nations; wires (IPTC 7901) use them and never say which nation
it is. The commonest words of a language that are spelled with such a letter tell.
"""

from __future__ import annotations

import re

# ISO-IR registrations 21, 10 and 11, 60, 69 and 17: what stands for the characters of the key.
_PLACES = "[\\]{|}~@`"
_ALPHABETS = {
    "iso646-de": "ÄÖÜäöüß@`",  # DIN 66003
    "iso646-se": "ÄÖÅäöå~@`",  # SEN 850200 B
    "iso646-no": "ÆØÅæøå~@`",  # NS 4551-1; Danish has the same letters
    "iso646-fr": "°ç§éùè¨à`",  # NF Z 62-010
    "iso646-es": "¡Ñ¿°ñç~§`",  # ISO-IR 17
}
_WORDS = {
    "iso646-de": r"f}r|}ber|k\|nn\w+|m}ss\w+|w{hrend|gro~\w*|da~|w}rd\w+|zur}ck|sp{t\w+|h{tt\w+",
    "iso646-se": r"{r|fr}n|f\|r|p}|ocks}|n{r|m}ste|s{ger|{ven|d{r|efter}t|tv}",
    "iso646-no": r"v{re|ogs}|p}|f\|r|n}r|m}|f}r|bl\.a\.|s}|v{ret|g}r|fra",
    "iso646-fr": r"{t{|@|apr}s|tr}s|d{j@|o\||{tait|pr{sident|derni}re|minist}re|premi}re",
    "iso646-es": r"a\|o|a\|os|espa\|ol\w*|se\|or|ma\|ana|ni\|os|compa\|{a",
}
_FOUND = {
    name: re.compile(rf"(?<![\w{{|}}~@])(?:{words})(?![\w{{|}}~@])", re.IGNORECASE)
    for name, words in _WORDS.items()
}
_IN_WORD = re.compile(r"[a-z][{|}~][a-z ]|[a-z ][{|}~][a-z]")
_LEAST_WORDS = 2  # different ones


def restore_letters(text: str) -> tuple[str, str | None]:
    """Return `text` with its national letters, and the alphabet that it was written in.

    A text in no such alphabet is returned as it is, with None.
    """
    if not text.isascii() or not _IN_WORD.search(text):
        return text, None
    votes = {
        name: len({word.lower() for word in found.findall(text)}) for name, found in _FOUND.items()
    }
    best = max(votes, key=lambda name: votes[name])
    if votes[best] < _LEAST_WORDS:
        return text, None
    return text.translate(str.maketrans(_PLACES, _ALPHABETS[best])), best
