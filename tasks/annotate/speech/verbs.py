"""Verbs of saying, by language and inflected form (verbs.tsv)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from tasks.tables import packaged_rows

# Vowel signs are written in few Arabic news texts, and tatweel only stretches a word.
_ARABIC_SIGNS = re.compile(r"[\u064b-\u0652\u0640]")


class Verb(NamedTuple):
    """One form of a verb of saying."""

    verb_class: str  # say, claim, deny, ...
    use: str  # clause, object or quote: see verbs.tsv
    lemma: str


def fold_word(word: str) -> str:
    """Return `word` as the tables write it: NFKC, casefold, ASCII apostrophe, no vowel signs."""
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKC", word).casefold().replace("\u2019", "'")
    return _ARABIC_SIGNS.sub("", folded)


@cache
def verb_table(language: str) -> Mapping[str, Verb]:
    """Return folded form to verb for a primary language subtag; empty where none are known."""
    table: dict[str, Verb] = {}
    for of, verb_class, use, lemma, others in packaged_rows("tasks.annotate.speech", "verbs.tsv"):
        if of == language:
            for form in (lemma, *others.split()):
                table.setdefault(fold_word(form), Verb(verb_class, use, lemma))
    return MappingProxyType(table)


@cache
def reporting_verbs(language: str) -> Mapping[str, str]:
    """Return every inflected form, folded, with its class: {"said": "say", "denies": "deny"}."""
    return MappingProxyType({form: verb.verb_class for form, verb in verb_table(language).items()})


def verb_class(word: str, language: str) -> str | None:
    """Return the class of `word` as a verb of saying in `language` (en, de, ...), or None."""
    return reporting_verbs(language).get(fold_word(word))
