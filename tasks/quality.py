"""Quality signals of one article, as columns, so that a corpus builder filters in SQL.

Definitions follow three papers, whose thresholds stand with the columns in warehouse.schema:

* Gopher: Rae et al. 2021, arXiv:2112.11446, section A.1 and table A1
* C4: Raffel et al. 2020, JMLR 21(140), section 2.2, and the phrases that its code adds
* FineWeb: Penedo et al. 2024, arXiv:2406.17557, section 3.6

Measured are the paragraphs that read as the article (MEASURED_KINDS), without captions, bylines and
page furniture. Four choices are ours:

* A paragraph here holds no line break, so lines and paragraphs are one and have one column.
* Words are what blanks part, punctuation included, compared as written. Where many letters belong
  to a script without blanks, what counts words is NULL.
* Gopher's count of words is the column `word_count`, that of the whole text.
* Of repeated lines and n-grams the first one is no duplicate. Shares of n-grams are shares of the
  characters of words; a word in two overlapping n-grams counts once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from tasks.records import DraftParagraph

# Paragraphs of these kinds are what the article says: they decide its identity and its language.
BODY_KINDS = frozenset({"body", "list_item", "quote"})
MEASURED_KINDS = BODY_KINDS | {"subhead", "table"}

# Longer texts are measured by their beginning, which bounds the time: the worst (one word, again
# and again) takes half a second. The longest reportages have about 150,000 characters.
MOST_CHARS = 200_000

SHORT_LINE_CHARS = 30  # FineWeb: at most so many characters make a short line

# Gopher: two of these in an English text. Which of them occur is counted, not how often.
STOP_WORDS = frozenset(("the", "be", "to", "of", "and", "that", "have", "with"))

# C4 and FineWeb: . ! ? and straight quotes; with them what other scripts and printers write there.
_TERMINAL = (*".!?'\"", *"…。！？．؟۔।॥։።", *"”’»“›」』")
_ELLIPSES = ("...", "…")
_BULLETS = tuple("•▪●○■◦‣∙·*-–—")  # before a blank, as tasks.layout reads items
_POLICIES = re.compile(  # of the code of C4
    "terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies"
)
_LETTER = re.compile(r"[^\W\d_]")
# An end of a sentence: not after a single letter or figure ("J. Smith", "3. Mai", "U.S.").
_SENTENCE_END = re.compile(r"[.!?…؟۔।॥։።。！？]+(?<!\W\w\.)(?:(?<=[。！？])|[\"'”’»)\]]*(?=\s|\Z))")
# Scripts without blanks: Thai and Lao, Tibetan, Myanmar, Khmer, Kana, Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\U00020000-\U000323af]+"
)
_MOST_UNSPACED = 0.3  # of the characters; names in another script stay below, such texts reach 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The signals; each is the column of `articles` with that name, where its meaning stands.

    None: the text holds nothing to measure it on, or the measure makes no sense for its script.
    """

    quality_mean_word_chars: float | None
    quality_hash_word_ratio: float | None
    quality_ellipsis_word_ratio: float | None
    quality_alpha_word_ratio: float | None
    quality_stop_word_count: int | None
    quality_bullet_line_ratio: float | None
    quality_ellipsis_line_ratio: float | None
    quality_duplicate_line_ratio: float | None
    quality_duplicate_line_char_ratio: float | None
    quality_top_2gram_char_ratio: float | None
    quality_top_3gram_char_ratio: float | None
    quality_top_4gram_char_ratio: float | None
    quality_duplicate_5gram_char_ratio: float | None
    quality_duplicate_6gram_char_ratio: float | None
    quality_duplicate_7gram_char_ratio: float | None
    quality_duplicate_8gram_char_ratio: float | None
    quality_duplicate_9gram_char_ratio: float | None
    quality_duplicate_10gram_char_ratio: float | None
    quality_terminal_line_ratio: float | None
    quality_short_line_ratio: float | None
    quality_newline_word_ratio: float | None
    quality_sentence_count: int
    quality_curly_bracket_count: int
    quality_lorem_ipsum_count: int
    quality_javascript_line_count: int
    quality_policy_line_count: int
    quality_furniture_char_ratio: float | None


def measure(paragraphs: Sequence[DraftParagraph], language: str | None) -> Quality:
    """Return the quality signals of the article made of `paragraphs`.

    `language` is the BCP 47 code of the text, or None; the stop words are English and asked of
    English alone. Raises nothing.
    """
    parts = list(_first_chars(paragraphs))
    lines = [part.text for part in parts]
    text = "\n".join(lines)
    lower = text.lower()
    spaced = _is_spaced(text)
    words = _word_signals(text, len(lines), language) if spaced else _NO_WORD_SIGNALS
    return Quality(
        **words,
        **_line_signals(parts, lines),
        quality_sentence_count=len(_SENTENCE_END.findall(f"\n{text}")),
        quality_curly_bracket_count=text.count("{") + text.count("}"),
        quality_lorem_ipsum_count=lower.count("lorem ipsum"),
        quality_javascript_line_count=_lines_with("javascript", lower),
        quality_policy_line_count=_policy_lines(lower),
        quality_furniture_char_ratio=_furniture_ratio(paragraphs),
    )


def _first_chars(paragraphs: Sequence[DraftParagraph]) -> Iterator[DraftParagraph]:
    """Yield what is measured, up to MOST_CHARS characters (a longer paragraph is cut)."""
    left = MOST_CHARS
    for part in paragraphs:
        if part.kind not in MEASURED_KINDS:
            continue
        if left <= 0:
            return
        cut = DraftParagraph(text=part.text[:left], kind=part.kind)
        yield part if len(part.text) <= left else cut
        left -= len(part.text)


def _is_spaced(text: str) -> bool:
    """Tell whether blanks part the words of `text`."""
    if text.isascii():
        return True
    unspaced = len(text) - len(_UNSPACED.sub("", text))
    return unspaced <= _MOST_UNSPACED * len(text)


def _share(part: float, whole: float) -> float | None:
    """Return the ratio with six decimals, None of nothing."""
    return round(float(part) / float(whole), 6) if whole else None


# ---- lines -------------------------------------------------------------------------------------


def _line_signals(parts: Sequence[DraftParagraph], lines: Sequence[str]) -> dict[str, Any]:
    count = len(lines)
    different = set(lines)
    chars = sum(map(len, lines))
    different_chars = sum(map(len, different))
    short = sum(len(line) <= SHORT_LINE_CHARS for line in lines)
    return {
        "quality_bullet_line_ratio": _share(sum(map(_is_bullet, parts)), count),
        "quality_ellipsis_line_ratio": _share(
            sum(line.endswith(_ELLIPSES) for line in lines), count
        ),
        "quality_duplicate_line_ratio": _share(count - len(different), count),
        "quality_duplicate_line_char_ratio": _share(chars - different_chars, chars),
        "quality_terminal_line_ratio": _share(
            sum(line.endswith(_TERMINAL) for line in lines), count
        ),
        "quality_short_line_ratio": _share(short, count),
    }


def _is_bullet(part: DraftParagraph) -> bool:
    """Tell an item of a list: marked up as one, or with a bullet before it."""
    if part.kind == "list_item":
        return True
    return part.text.startswith(_BULLETS) and part.text[1:2] == " "


def _lines_with(word: str, lower: str) -> int:
    return sum(word in line for line in lower.split("\n")) if word in lower else 0


def _policy_lines(lower: str) -> int:
    if "cookie" not in lower and "polic" not in lower and "terms of" not in lower:
        return 0
    return sum(_POLICIES.search(line) is not None for line in lower.split("\n"))


def _furniture_ratio(paragraphs: Sequence[DraftParagraph]) -> float | None:
    """Return the share of characters that are no part of the article."""
    whole = sum(len(part.text) for part in paragraphs)
    inside = sum(len(part.text) for part in paragraphs if part.kind in MEASURED_KINDS)
    return _share(whole - inside, whole)


# ---- words -----------------------------------------------------------------------------------
_TOP = range(2, 5)  # Gopher: the most frequent 2-, 3- and 4-gram
_DUPLICATE = range(5, 11)  # Gopher: all repeated 5- to 10-grams


def _ngram_name(size: int) -> str:
    return f"quality_{'top' if size in _TOP else 'duplicate'}_{size}gram_char_ratio"


_NO_WORD_SIGNALS: dict[str, Any] = dict.fromkeys(
    (
        *("quality_mean_word_chars", "quality_hash_word_ratio"),
        *("quality_ellipsis_word_ratio", "quality_alpha_word_ratio", "quality_stop_word_count"),
        *("quality_newline_word_ratio", *map(_ngram_name, (*_TOP, *_DUPLICATE))),
    )
)


def _word_signals(text: str, line_count: int, language: str | None) -> dict[str, Any]:
    words = text.split()
    different = set(words)
    ends = list(accumulate(map(len, words), initial=0))  # before each word, the letters so far
    ellipses = text.count("...") + text.count("…")
    return {
        "quality_mean_word_chars": _share(ends[-1], len(words)),
        "quality_hash_word_ratio": _share(text.count("#"), len(words)),
        "quality_ellipsis_word_ratio": _share(ellipses, len(words)),
        "quality_alpha_word_ratio": _share(_lettered(words, different), len(words)),
        "quality_stop_word_count": _stop_words(different) if _is_english(language) else None,
        "quality_newline_word_ratio": _share(max(0, line_count - 1), len(words)),
        **_ngram_signals(words, ends),
    }


def _lettered(words: Sequence[str], different: Iterable[str]) -> int:
    """Return how many words have a letter."""
    without = {word for word in different if not word.isalpha() and not _LETTER.search(word)}
    return len(words) - sum(word in without for word in words) if without else len(words)


def _is_english(language: str | None) -> bool:
    return language is not None and language.partition("-")[0] == "en"


def _stop_words(different: set[str]) -> int:
    return sum(not different.isdisjoint((stop, stop.title(), stop.upper())) for stop in STOP_WORDS)


def _ngram_signals(words: Sequence[str], ends: Sequence[int]) -> dict[str, Any]:
    """Return the shares of characters in repeated n-grams; `ends` adds up the words' characters.

    Only an n-gram that begins with a repeated (n-1)-gram can be repeated, so after the pairs few
    places are left to look at.
    """
    shares = {_ngram_name(size): _share(0, ends[-1]) for size in (*_TOP, *_DUPLICATE)}
    starts, grams = _repeated(range(len(words) - 1), pairwise(words))
    for size in (*_TOP, *_DUPLICATE):
        if not starts:
            break
        places = _top(starts, grams, size, ends) if size in _TOP else _later(starts, grams)
        shares[_ngram_name(size)] = _share(_covered(places, size, ends), ends[-1])
        if starts[-1] + size == len(words):  # no word follows the last one
            del starts[-1], grams[-1]
        following = (words[start + size] for start in starts)
        starts, grams = _repeated(starts, zip(grams, following, strict=True))
    return shares


def _repeated(
    starts: Sequence[int], pairs: Iterable[tuple[str | int, str]]
) -> tuple[list[int], list[int]]:
    """Return the places of repeated n-grams and for each the first place of the same n-gram.

    An n-gram is known by a pair: the first place of the shorter one that it begins with, and its
    last word.
    """
    known: dict[tuple[str | int, str], int] = {}
    first = list(map(known.setdefault, pairs, starts))
    twice = {place for place, start in zip(first, starts, strict=True) if place != start}
    kept = [at for at, place in enumerate(first) if place in twice] if twice else []
    return [starts[at] for at in kept], [first[at] for at in kept]


def _top(starts: list[int], grams: list[int], size: int, ends: Sequence[int]) -> list[int]:
    """Return the places of the most frequent n-gram, of several the longest, then the first."""
    counts = Counter(grams)
    most = max(counts.values())
    often = (gram for gram, count in counts.items() if count == most)
    top = max(often, key=lambda start: ends[start + size] - ends[start])
    return [start for start, gram in zip(starts, grams, strict=True) if gram == top]


def _later(starts: list[int], grams: list[int]) -> list[int]:
    """Return the places of n-grams that stood before."""
    return [start for start, gram in zip(starts, grams, strict=True) if gram != start]


def _covered(places: Sequence[int], size: int, ends: Sequence[int]) -> int:
    """Return how many characters of words the n-grams of `size` words at `places` cover."""
    covered, after = 0, 0
    for start in places:  # in ascending order; `after` is the first word not covered yet
        covered += ends[start + size] - ends[max(start, after)]
        after = start + size
    return covered
