"""Paragraphs of an article that say again what an earlier one said.

Two paragraphs of at least LEAST_WORDS words are compared in lower case, character by character
(rapidfuzz.fuzz.ratio: twice the longest common subsequence, by the sum of the lengths). At
LEAST_SCORE or more the later one repeats the earlier one: "repeated" when the words are the same,
else "restated". Of several the most alike counts, of those the first. The example of DESIGN (a fact
told twice in other words) scores 0.80, the next pair of that article 0.55.

What a form says of something else ("$102,339 for Goodville", "$70,013 for Rohrerstown") is no
repeat: a pair whose figures and names both differ is left alone. Where one of the two differs, the
note says so.

How far to trust it: of 40 flagged paragraphs of 443 pages and 2,000 Senate releases, read one by
one, all 8 repeated and 12 of the 32 restated ones said the same; the others were entries of lists
made alike (references, grants, films) and fragments. With a score of 0.70 or more it was 11 of 22.
Of 30 pairs left alone as forms one to three said the same.

Not compared: rows of tables, bylines and page furniture; paragraphs longer than MOST_CHARS, but for
equal ones; and in articles of more than ALL_PAIRS paragraphs, pairs that share fewer than
LEAST_SHARED of their RAREST words, each of which remembers its LATEST paragraphs only. So the time
grows with the number of paragraphs and not with its square.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz, process

from tasks.dedup.identity import identity_text
from tasks.records import DraftParagraph

LEAST_SCORE = 0.65  # DESIGN section 5
LEAST_WORDS = 9  # the same; shorter sentences are alike without saying the same
MOST_CHARS = 2_000  # two such paragraphs take 0.3 ms, which grows with the square
ALL_PAIRS = 64  # paragraphs: 2,016 pairs of usual length take 5 ms
# Of the 785 repeats that comparing all pairs finds in 443 pages and 2,000 Senate releases, these
# find 781 (776 with ALL_PAIRS = 32, in more time). None of them is in longer paragraphs.
RAREST, LATEST, LEAST_SHARED = 8, 16, 2

_LEFT_OUT = frozenset({"table", "byline", "furniture"})

# Scripts without blanks: nine words of Chinese or Japanese are about 18 characters, of Thai, Lao,
# Khmer and Burmese about 36 (two and four characters a word in running text).
_HAN = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]")
_SEA = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_HAN_PER_WORD, _SEA_PER_WORD = 2, 4

_WORD = re.compile(r"\w+")
# Powers of ten of the scales that stand behind a figure or a number word.
_SCALES = {
    "hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "m": 6, "bn": 9
}  # fmt: skip
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {word: value for value, word in enumerate(_ONES.split())}
_VALUES |= {word: 10 * ten for ten, word in enumerate(_TENS.split(), 2)}
_LONGEST_NUMBER = 28  # digits; longer ones are no quantities, and are compared as written

# "1,000.5" or "1 000,5"; else "12.5" (but of "3.5.2020" three numbers); else "12".
_GROUPED = r"(?<!\d)[1-9]\d{0,2}(?:[.,'’ \u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d+)?"
_PLAIN = r"(?<![\d.,])\d+[.,]\d+(?![.,]?\d)|\d+"
_FIGURE = re.compile(rf"(?:({_GROUPED})|({_PLAIN}))(?:[\s-]?({'|'.join(_SCALES)})\b)?")
_GROUP_MARK = re.compile(r"[.,'’ \u00a0\u202f](?=\d{3}(?!\d))")
_NUMBER_WORD = "|".join((*_VALUES, *(scale for scale in _SCALES if len(scale) > 2)))
_SPELT = re.compile(rf"\b(?:{'|'.join(_VALUES)})\b(?:(?:[\s-]|\sand\s)(?:{_NUMBER_WORD})\b)*")
# Before a capital that begins a sentence: an end, or nothing, and what opens a quotation.
_BEGINS = re.compile(r"(?:[.!?…:;•]|^)[\s\"'“”„‘’«»(\[*-]*$")
_BEFORE = 4  # characters that are looked at for it


@dataclass(frozen=True, slots=True)
class Repeat:
    """What a paragraph has in common with an earlier one."""

    repeat_of: int  # number of the earlier paragraph, from 1
    kind: str  # repeated (the same words) or restated
    score: float  # LEAST_SCORE to 1, rounded to 4 decimals
    figures_agree: bool | None  # None: no figures in either
    names_agree: bool | None  # None: no names in either


def find_repeats(paragraphs: Sequence[DraftParagraph]) -> list[Repeat | None]:
    """Return for each paragraph what it repeats, or None; see above for what is compared."""
    found: list[Repeat | None] = [None] * len(paragraphs)
    places = [n for n, part in enumerate(paragraphs) if _is_compared(part)]
    if len(places) < 2:
        return found
    texts = [paragraphs[n].text.casefold() for n in places]
    for later, (earlier, score) in _alike(texts).items():
        a, b = paragraphs[places[earlier]].text, paragraphs[places[later]].text
        found[places[later]] = _compare(a, b, places[earlier] + 1, score)
    return found


def _is_compared(part: DraftParagraph) -> bool:
    text = part.text
    if part.kind in _LEFT_OUT:
        return False
    if text.count(" ") >= LEAST_WORDS - 1:  # cleaned text has single blanks
        return True
    if text.isascii():
        return False
    dense = len(_HAN.findall(text)) / _HAN_PER_WORD + len(_SEA.findall(text)) / _SEA_PER_WORD
    return dense + text.count(" ") >= LEAST_WORDS


def _alike(texts: Sequence[str]) -> dict[int, tuple[int, float]]:
    """Return for texts that are like an earlier one, which and how much (0..1)."""
    first: dict[str, int] = {}
    fresh = [n for n, text in enumerate(texts) if first.setdefault(text, n) == n]
    found = {n: (first[text], 1.0) for n, text in enumerate(texts) if first[text] != n}
    short = [n for n in fresh if len(texts[n]) <= MOST_CHARS]
    earlier = _candidates([texts[n] for n in short])
    for n, candidates in zip(short, earlier, strict=True):
        best = process.extractOne(
            texts[n],
            [texts[short[k]] for k in candidates],
            scorer=fuzz.ratio,
            score_cutoff=100 * LEAST_SCORE,
        )
        if best:
            found[n] = short[candidates[best[2]]], best[1] / 100
    return found


def _candidates(texts: Sequence[str]) -> list[Sequence[int]]:
    """Return for each text the earlier ones to compare it with, in order."""
    if len(texts) <= ALL_PAIRS:
        return [range(n) for n in range(len(texts))]
    words = [set(_pieces(text)) for text in texts]
    counts = Counter(word for each in words for word in each)
    having: defaultdict[str, deque[int]] = defaultdict(lambda: deque(maxlen=LATEST))
    found: list[Sequence[int]] = []
    for n, each in enumerate(words):
        rare = sorted((word for word in each if counts[word] > 1), key=lambda w: (counts[w], w))
        shared = Counter(k for word in rare[:RAREST] for k in having[word])
        found.append(sorted(k for k, count in shared.items() if count >= LEAST_SHARED))
        for word in rare[:RAREST]:
            having[word].append(n)
    return found


def _pieces(text: str) -> list[str]:
    """Words; of scripts without blanks, three characters that stand together."""
    words = _WORD.findall(text)
    if text.isascii() or not (_HAN.search(text) or _SEA.search(text)):
        return words
    return [word[k : k + 3] for word in words for k in range(max(1, len(word) - 2))]


def _compare(earlier: str, later: str, number: int, score: float) -> Repeat | None:
    """Describe a pair that is alike; None when it is a form that was filled in anew."""
    a, b = earlier[:MOST_CHARS], later[:MOST_CHARS]  # only equal ones are longer
    figures, names = _agree(figures_of(a), figures_of(b)), _names_agree(a, b)
    if figures is False and names is False:
        return None
    is_same = score == 1.0 or identity_text([earlier]) == identity_text([later])
    kind = "repeated" if is_same else "restated"
    return Repeat(number, kind, round(score, 4), figures, names)


def _agree(a: frozenset[str], b: frozenset[str]) -> bool | None:
    return a == b if a or b else None


def figures_of(text: str) -> frozenset[str]:
    """Return the numbers in `text`, each in one writing.

    "1,000", "1.000", "1 000", "1000" and "one thousand" are one number, "2.5 million" is another
    writing of "2,500,000". In words they are read in English only, and "one" alone is no number.
    Three digits after a point or comma are a thousand, not a fraction.
    """
    plain = _plain_digits(text)
    digits = {_value(*match.groups()) for match in _FIGURE.finditer(plain)}
    spelt = {_spelt_value(match[0]) for match in _SPELT.finditer(plain)}
    return frozenset(digits | (spelt - {"1"}))


def _value(grouped: str | None, plain: str | None, scale: str | None) -> str:
    """Return a figure in one writing: no marks of thousands, no needless zeros."""
    number = plain or _GROUP_MARK.sub("", grouped or "")
    if len(number) > _LONGEST_NUMBER:
        return number
    return _written(Decimal(number.replace(",", ".")).scaleb(_SCALES[scale] if scale else 0))


def _written(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _spelt_value(words: str) -> str:
    """Return the number that English number words say: "two hundred and five thousand"."""
    total = part = 0
    for word in _WORD.findall(words):
        if word in _VALUES:
            part += _VALUES[word]
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in _SCALES:
            total, part = total + max(part, 1) * 10 ** _SCALES[word], 0
    return str(total + part)


def _plain_digits(text: str) -> str:
    """Return `text` in lower case with the digits of every script as those of ASCII."""
    if text.isascii():
        return text.lower()
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c
        for c in text.lower()
    )


def _names_agree(a: str, b: str) -> bool | None:
    """Does each name of one paragraph stand in the other, in whatever case?

    Names are words with a capital that begins no sentence: in German that is every noun, in scripts
    without capitals there are none.
    """
    of_a, of_b = _names(a), _names(b)
    if not of_a and not of_b:
        return None
    return of_a <= _words(b) and of_b <= _words(a)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _names(text: str) -> set[str]:
    """Return the words of names in lower case; single letters ("I", initials) are none."""
    found = set()
    for match in _WORD.finditer(text):
        word = match[0]
        if len(word) > 1 and word[0].isupper() and not _begins(text, match.start()):
            found.add(word.casefold())
    return found


def _begins(text: str, start: int) -> bool:
    """Does a sentence begin at `start`?"""
    return _BEGINS.search(text[max(0, start - _BEFORE) : start]) is not None
