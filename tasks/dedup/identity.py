"""What makes two documents the same article: identity text and article_id. frozen, version 1.

Everything else may get better; this may not change, or known articles would come back under new
ids. So it uses no library but the standard one, and of the Unicode database only what is stable:
letters, marks and digits as Unicode 14.0 knew them (words-unicode-14.txt; later ones count as no
word on every Python), NFKC and casefold, which Unicode never changes for assigned characters.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import numpy as np

IDENTITY_VERSION = 1
ID_DIGITS = 32  # 128 bits: at 10^10 articles the chance of one collision is below 10^-18


@cache
def is_word() -> np.ndarray:
    """For every code point whether it belongs to words: 0x110000 truth values."""
    lines = (files("tasks.dedup") / "words-unicode-14.txt").read_text("ascii").splitlines()
    table = np.zeros(0x110000, dtype=bool)
    for item in " ".join(line for line in lines if not line.startswith("#")).split():
        low, _, high = item.partition("-")
        table[int(low, 16) : int(high or low, 16) + 1] = True
    return table


def _words_only(text: str) -> str:
    """Return `text` with one blank for every run of characters that belong to no word."""
    points = np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4")
    kept = np.where(is_word()[points], points, ord(" ")).astype("<u4")
    return " ".join(kept.tobytes().decode("utf-32-le").split())


def identity_text(paragraphs: Iterable[str]) -> str:
    """Return the words of the body paragraphs, folded, one blank between two."""
    words = _words_only(" ".join(paragraphs))
    if words.isascii():
        return words.casefold()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", words).casefold())
    return _words_only(folded)  # NFKC makes "(1)" of one character


def identity_sha256(text: str) -> str:
    """Return the hash of an identity text: equal bodies have equal ones."""
    return hashlib.sha256(text.encode()).hexdigest()


def article_id(canonical_url: str | None, identity: str) -> str:
    """Return the id of the article with this canonical URL (or none) and identity hash."""
    key = f"copydesk article {IDENTITY_VERSION}\0{canonical_url or ''}\0{identity}"
    return hashlib.sha256(key.encode()).hexdigest()[:ID_DIGITS]


def document_id(path: str, record: int | None) -> str:
    """Return the id of a place in the ledger."""
    key = f"copydesk document {IDENTITY_VERSION}\0{path}\0{record or ''}"
    return hashlib.sha256(key.encode()).hexdigest()[:ID_DIGITS]


def link_id(article_a: str, article_b: str, relation: str) -> str:
    """Return the id of a relation between two articles."""
    key = f"copydesk link {IDENTITY_VERSION}\0{article_a}\0{article_b}\0{relation}"
    return hashlib.sha256(key.encode()).hexdigest()[:ID_DIGITS]
