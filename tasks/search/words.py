"""How texts and queries become words: the same way, in every language.

A word is a run of letters and digits, lower-cased, accents folded ("Zürich" is "zurich"). Scripts
that put no blank between words (and Hangul, whose particles hang on the words) are read letter by
letter, so that a word of them is a phrase of letters and is found wherever it stands.

The index holds words as they are written. What a language makes of a word is looked up when it is
asked for: the words of the index that have the same stem. So phrases and beginnings of words match
what stands in the text, no language is chosen for good, and the index is made four times as fast
as with stems in it (tests/bench/search.py; 5,155 articles a CPU second, with stems 1,873).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

# Nothing longer is a word: encoded pictures and keys would fill the dictionary.
LONGEST_WORD = 100  # bytes of UTF-8
# Snowball's stemmers as tantivy 0.27 has them, by the first subtag of a language code.
STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
# Arabic writes the article and some particles in front of a word; its stemmer takes them off.
ARABIC_FRONTS = ("ال", "وال", "بال", "كال", "فال", "لل", "و", "ف", "ب", "ل")
# Thai, Lao, Myanmar, Khmer, Kana, Han, Hangul: blocks of Unicode 15.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]"
)
GAP = "\u200b"  # the zero width space: no letter, so it parts words, and nothing is lost with it
# A word and its forms begin alike but for a letter at the end of the stem ("studi-es", "stud-y").
_LEAST_BEGINNING = 3


@cache
def analyzer() -> TextAnalyzer:
    """Return what parts and folds the words of the index and of queries."""
    steps = (Filter.lowercase(), Filter.ascii_fold(), Filter.remove_long(LONGEST_WORD))
    return _built(Tokenizer.simple(), *steps)


def spaced(text: str) -> str:
    """Return a text with a gap around every letter that is a word by itself."""
    return text if text.isascii() else _UNSPACED.sub(f"{GAP}\\g<0>{GAP}", text)


def words_of(text: str) -> list[str]:
    """Return the words of a query's part as the index has them."""
    return list(analyzer().analyze(spaced(unicodedata.normalize("NFC", text))))


def has_stems(language: str) -> bool:
    """Is there a stemmer for this language code?"""
    return language.partition("-")[0] in STEMMERS


def stems(language: str, words: list[str]) -> list[str]:
    """Return the stem of each of these folded words in a language that has a stemmer."""
    found = list(_stemmer(language.partition("-")[0]).analyze(" ".join(words)))
    assert len(found) == len(words), "a word of the index holds no blank"
    return found


def beginnings(language: str, stem: str) -> list[str]:
    """Return how the words of the index with this stem may begin."""
    start = stem[: max(_LEAST_BEGINNING, len(stem) - 1)]
    fronts = ARABIC_FRONTS if language.startswith("ar") else ()
    return [start, *(front + start for front in fronts)]


@cache
def _stemmer(language: str) -> TextAnalyzer:
    return _built(Tokenizer.whitespace(), Filter.stemmer(STEMMERS[language]))


def _built(tokenizer: Tokenizer, *filters: Filter) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(tokenizer)
    for each in filters:
        builder = builder.filter(each)
    return builder.build()
