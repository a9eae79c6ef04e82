"""From what several extractors found to the blocks of the page that are the article.

Extractors return text; what they agree on are blocks of the page, so each answer is laid over the
blocks first. Two cheap extractors that err differently are asked about every page. Where they
agree, what both found is the article. Else trafilatura is asked too, and a block that most of
them found belongs to it.

Measured on 72 pages of news sites in 20 languages, the blocks that extractors dispute labelled by
hand, F1 of word 4-grams: trafilatura fast 0.959, default 0.950, resiliparse 0.891, readability
0.898; trafilatura where it agrees with resiliparse, else the medoid of three, 0.958; this 0.970.
trafilatura was asked about 18 of them, and about 75 of 198 real pages in all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import NamedTuple

from tasks.extract.blocks import Block
from tasks.extract.extractors import Answer
from tasks.extract.shingles import Shingles, jaccard, shingles

_LETTERS = re.compile(r"[^\W_]+")

# A shorter text stands on a page by chance ("Sport", "Advertisement"), so it must be a paragraph of
# the answer by itself; a longer one may be part of one.
_LEAST_PART = 15  # letters
# Of a block that an extractor did not return whole (a link or a label in it left out) so much must
# be in its answer.
_PART_FOUND = 0.5  # of its 4-grams
_LEAST_FOR_PARTS = 40  # letters; below it there are hardly any 4-grams
_UNIQUE = 40  # letters; of a block that tells where an answer begins and ends
# Searching every block in every answer is quadratic; above this an answer is matched by lines.
_MOST_SEARCHED = 500_000_000  # blocks times letters, half a second
_LEAST_LAID = 0.5  # share of an answer's letters; below it comes from elsewhere than the blocks

# Two answers that share so much are taken for right; at 0.6 to 0.8 the result is the same to 0.002
# on labelled pages, and the lower it is the fewer pages need the next extractor.
AGREED = 0.7  # Jaccard of 4-grams
_LEAST_AGREED = 250  # letters; cookie banners are found by all
_LEAST_OF_PROSE = 0.3  # of the letters in all paragraphs of prose on the page
_LEAST_COMMON = 0.5  # of what the preferred extractor found; less is no election

_MOST_PASSED = 300  # letters of prose between the headline and the first paragraph

_STRUCTURED = frozenset(("list_item", "quote", "table"))  # readability leaves short ones out
_REACH_OF_LEAD = 40  # blocks above the first picked one
_LEAD_KINDS = frozenset(("body", "subhead", "list_item"))
_LEAST_TOLD = 40  # letters that summary and paragraph have in common
_LEAST_PROSE = 80  # characters
_LEAST_PROSE_BYTES = 150  # in UTF-8: 50 characters of scripts that say as much in fewer
_MOST_LINKED = 0.5  # share of the characters; teasers are links
_TAIL = 20  # characters at the end that are looked at
SENTENCE_END = re.compile(r"[.!?…。！？؟۔।॥።»”\"“'’)\]]\s*\Z")


@dataclass(frozen=True)
class Page:
    """The blocks of a page, and what is needed to find them in an answer."""

    blocks: Sequence[Block]

    @cached_property
    def keys(self) -> list[str]:
        """The letters of each block in one case."""
        return [letters(block.text) for block in self.blocks]

    @cached_property
    def repeated(self) -> dict[str, int]:
        """How often the keys stand that several blocks have: headlines in lists, labels."""
        return {key: times for key, times in Counter(self.keys).items() if times > 1}

    def length(self, picks: Sequence[bool]) -> int:
        """Return how many letters the picked blocks have."""
        return sum(len(key) for key, pick in zip(self.keys, picks, strict=True) if pick)


class Told(NamedTuple):
    """What the page says of its article, as `letters`."""

    headlines: frozenset[str] = frozenset()
    summaries: tuple[str, ...] = ()


NOTHING = Told()


@dataclass(frozen=True)
class Ballot:
    """An answer laid over the blocks of the page."""

    answer: Answer
    picks: list[bool]  # for each block: is it in the answer?
    shingles: Shingles
    is_laid: bool  # is most of the answer found among the blocks?


def letters(text: str) -> str:
    """Return the letters and digits of `text` in one case, to compare two renderings of it."""
    return "".join(_LETTERS.findall(text)).casefold()


def letters_in(answer: Answer) -> int:
    """Return how many letters and digits an answer has."""
    return sum(map(len, map(letters, answer.paragraphs)))


def lay(page: Page, answer: Answer) -> Ballot:
    """Return which blocks of `page` are in `answer`."""
    parts = list(map(letters, answer.paragraphs))
    lines, whole = frozenset(parts), "".join(parts)
    grams = shingles("\n".join(answer.paragraphs))
    is_searched = whole != "" and not _is_large(page, whole)
    picks = [
        key in lines or (is_searched and len(key) >= _LEAST_PART and key in whole)
        for key in page.keys
    ]
    for number, block in enumerate(page.blocks if is_searched else ()):
        if not picks[number] and _has_part(page.keys[number], whole):
            own = shingles(block.text)
            picks[number] = len(own & grams) > _PART_FOUND * len(own)
    picks = _in_place(page, picks, whole)
    return Ballot(answer, picks, grams, page.length(picks) > _LEAST_LAID * len(whole))


def _is_large(page: Page, whole: str) -> bool:
    """Tell whether looking for every block in the letters of an answer would take too long."""
    return len(page.blocks) * len(whole) > _MOST_SEARCHED


def _has_part(key: str, whole: str) -> bool:
    """Tell whether beginning, end or a third of a long key is in `whole`: a cheap first look."""
    if len(key) < _LEAST_FOR_PARTS:
        return False
    third = len(key) // 3
    starts = (0, third, 2 * third, len(key) - _LEAST_PART)
    return any(key[at : at + _LEAST_PART] in whole for at in starts)


def _in_place(page: Page, picks: list[bool], whole: str) -> list[bool]:
    """Return `picks` without empty blocks and without copies that are not meant.

    A headline in a list of links is found in every answer that holds it once; some pages carry the
    whole article twice, for two sizes of screen. `whole` is the letters of the answer.
    """
    placed = [pick and key != "" for key, pick in zip(page.keys, picks, strict=True)]
    if _is_large(page, whole):
        return placed
    copies: dict[str, list[int]] = {}
    unique = []
    for number in compress(range(len(placed)), placed):
        key = page.keys[number]
        if key in page.repeated:
            copies.setdefault(key, []).append(number)
        elif len(key) >= _UNIQUE:
            unique.append(number)
    within = range(unique[0], unique[-1]) if unique else range(0)
    for key, numbers in copies.items():
        kept = _meant(page, numbers, whole.count(key), within)
        for number in numbers:
            placed[number] = number in kept
    return placed


def _meant(page: Page, numbers: list[int], times: int, within: range) -> list[int]:
    """Return which of the equal blocks `numbers` an answer means that holds them `times` times.

    `within` is where the answer stands on the page.
    """
    if times >= len(numbers):
        return numbers
    inside = [number for number in numbers if number in within]
    if is_sentence(page.blocks[numbers[0]].text):
        return (inside or numbers)[: max(1, times)]
    return inside


def agree(page: Page, two: Sequence[Ballot], told: Told = NOTHING) -> bool:
    """Tell whether two answers are alike, long enough, and not another text than the article."""
    picks = picked_by(two, 2)
    prose = page.length([is_prose(block) for block in page.blocks])
    return (
        jaccard(two[0].shingles, two[1].shingles) >= AGREED
        and page.length(picks) >= max(_LEAST_AGREED, _LEAST_OF_PROSE * prose)
        and _passed(page, picks, told) < _MOST_PASSED
    )


def _passed(page: Page, picks: Sequence[bool], told: Told) -> int:
    """Return how many letters of prose stand between the headline and the first picked block.

    Long lists of notices beside a short article mislead those who look for the most text.
    """
    first = next((number for number, pick in enumerate(picks) if pick), 0)
    headings = (
        number
        for number in range(first - 1, -1, -1)
        if page.keys[number] in told.headlines and page.blocks[number].link_ratio < _MOST_LINKED
    )
    heading = next(headings, first)
    passed = zip(page.keys[heading:first], page.blocks[heading:first], strict=True)
    return sum(len(key) for key, block in passed if is_prose(block))


def elect(
    page: Page, ballots: Sequence[Ballot], preferred: Ballot, told: Told = NOTHING
) -> list[bool]:
    """Return the blocks that most of `ballots` hold: both of two, two of three, three of four.

    A single voice is enough for prose and lists in the midst of the others. Where most agree on
    hardly anything, or on another text than the article, those of `preferred` are returned.
    """
    picks = picked_by(ballots, len(ballots) // 2 + 1)
    is_little = page.length(picks) < _LEAST_COMMON * page.length(preferred.picks)
    passed = _passed(page, picks, told)
    is_astray = passed >= _MOST_PASSED and passed > 2 * _passed(page, preferred.picks, told)
    if is_little or is_astray:
        picks = list(preferred.picks)
    held = [number for number, pick in enumerate(picks) if pick]
    for number in range(held[0], held[-1]) if held else ():
        if not picks[number] and _is_likely(page.blocks[number]):
            picks[number] = any(ballot.picks[number] for ballot in ballots)
    return picks


def with_lead(
    page: Page, picks: Sequence[bool], ballots: Sequence[Ballot], told: Told
) -> list[bool]:
    """Return `picks` with the opening paragraphs, which often stand apart from the others.

    They are searched between the headline and the first picked block: what one extractor found and
    reads like prose, or what the page's summary says too. Without it one page in seven lost its
    lead (72 labelled pages).
    """
    result = list(picks)
    first = next((number for number, pick in enumerate(picks) if pick), 0)
    above = range(max(0, first - _REACH_OF_LEAD), first)
    heading = max((number for number in above if page.keys[number] in told.headlines), default=None)
    for number in above if heading is None else range(heading + 1, first):
        block, key = page.blocks[number], page.keys[number]
        if block.kind not in _LEAD_KINDS or block.link_ratio >= _MOST_LINKED:
            continue
        is_found = heading is not None and any(ballot.picks[number] for ballot in ballots)
        is_told = len(key) >= _LEAST_TOLD and any(
            summary.startswith(key) or key.startswith(summary)
            for summary in told.summaries
            if len(summary) >= _LEAST_TOLD
        )
        result[number] = is_told or (is_found and is_sentence(block.text))
    return result


def picked_by(ballots: Sequence[Ballot], least: int) -> list[bool]:
    """Return which blocks at least `least` of `ballots` hold."""
    return [sum(votes) >= least for votes in zip(*(each.picks for each in ballots), strict=True)]


def _is_likely(block: Block) -> bool:
    """Tell whether `block` is more often of the article than not, standing within it."""
    return is_prose(block) or (block.kind in _STRUCTURED and block.link_ratio < _MOST_LINKED)


def is_prose(block: Block) -> bool:
    """Tell whether `block` reads like a paragraph of an article: sentences that are no link."""
    is_unlinked = block.kind == "body" and block.link_ratio < _MOST_LINKED
    return is_unlinked and is_sentence(block.text)


def is_sentence(text: str) -> bool:
    """Tell whether `text` is long enough for a sentence of an article and ends like one."""
    is_long = len(text) >= _LEAST_PROSE or len(text.encode()) >= _LEAST_PROSE_BYTES
    return is_long and SENTENCE_END.search(text[-_TAIL:]) is not None
