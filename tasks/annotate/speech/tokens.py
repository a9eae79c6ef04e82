"""The words of a paragraph outside its quotations, with its sentences.

A quotation is one token, so that the reporter's sentence can be read across it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tasks.annotate.speech.marks import Quoted
from tasks.annotate.speech.verbs import Verb
from tasks.annotate.speech.words import Lexicon

# Longest stretch read at once: a paragraph of one megabyte is read in parts.
STRETCH = 8_000
# Longest sentence in tokens: what is read across a list without stops stays bounded.
SENTENCE = 200
QUOTATION = "\x00"  # the word of a token that stands for a quotation
_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,]\d+)+|\w+(?:['\u2019&/-]\w+)*|[^\w\s\\]")
_STOPS = frozenset(".!?\u2026\u3002\uff01\uff1f\u061f")
# A text with a gap of blanks every so many code points, and a stop or comma more seldom than every
# so many, has lost its punctuation (of 10,000 Senate releases 4,455; others have a stop or comma
# every 60).
_GAPPED, _UNSTOPPED = 300, 250
# Shorter texts may have no stop or comma by chance; of 700 Senate releases read into a corpus those
# that lost theirs have none in 1,000 words, all others 50 or more.
_LONG = 600
# How far behind a quotation its verb may stand, if it ends in a stop: "Why?" Senator Snowe asked.
_NAME_LENGTH = 8


@dataclass(slots=True)
class Stretch:
    """The tokens of one paragraph, as parallel lists."""

    start: int
    end: int
    is_heading: bool = False  # of the headline
    has_gaps: bool = False  # gaps of blanks stand for stops
    has_no_stops: bool = False  # the text lost them, with or without gaps in their place
    words: list[str] = field(default_factory=list)
    lows: list[str] = field(default_factory=list)  # folded
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    quotes: dict[int, int] = field(default_factory=dict)  # token -> number of the quotation
    sentences: list[tuple[int, int]] = field(default_factory=list)  # half-open token ranges
    verbs: list[int] = field(default_factory=list)  # tokens that are verbs of saying
    sayings: frozenset[str] = frozenset()  # verbs after which a quotation begins

    def __len__(self) -> int:
        return len(self.words)

    def sentence_of(self, token: int) -> tuple[int, int]:
        """Return the token range of the sentence that holds `token`."""
        return self.sentences[max(bisect_left(self.sentences, (token + 1, 0)) - 1, 0)]

    def introduced(self, token: int) -> bool:
        """Does a verb of saying stand right before the quotation `token`: Diaz said, "..."?"""
        return (
            token > 1
            and self.words[token - 1] in (",", ":")
            and self.lows[token - 2] in self.sayings
        )


def stretches(
    text: str, spans: Sequence[tuple[int, int]], quoted: Sequence[Quoted]
) -> Iterator[Stretch]:
    """Yield a stretch for each paragraph of `spans`, quotations (ascending) as one token each.

    A quotation over several paragraphs stands in the one where it begins; the rest of the one where
    it ends follows it in the same stretch.
    """
    number, done = 0, 0
    for start, end in spans:
        start = max(start, done)
        while start < end:
            stretch = Stretch(start, min(end, start + STRETCH))
            number, done = _fill(stretch, text, quoted, number, end)
            if stretch.words:
                yield stretch
            start = max(done, stretch.end)


def _fill(
    stretch: Stretch, text: str, quoted: Sequence[Quoted], number: int, end: int
) -> tuple[int, int]:
    """Tokenise; return the next quotation's number and where reading stopped."""
    at = stretch.start
    while number < len(quoted) and quoted[number].outer_start < stretch.end:
        span = quoted[number]
        if span.outer_start >= at:
            _words(stretch, text, at, span.outer_start)
            stretch.quotes[len(stretch.words)] = number
            _put(stretch, QUOTATION, QUOTATION, span.outer_start, span.outer_end)
            at = span.outer_end
            if at > stretch.end:
                stretch.end = max(at, min(_line_end(text, at), at + STRETCH))
        number += 1
    _words(stretch, text, at, stretch.end)
    return number, max(at, stretch.end)


def _line_end(text: str, at: int) -> int:
    found = text.find("\n\n", at)
    return len(text) if found < 0 else found


def _words(stretch: Stretch, text: str, start: int, end: int) -> None:
    spans = [match.span() for match in _TOKEN.finditer(text, start, end)]
    if not spans:
        return
    firsts, lasts = zip(*spans, strict=True)
    part = text[start:end].lower().replace("\u2019", "'")
    stretch.words += [text[first:last] for first, last in spans]
    if len(part) == end - start:
        stretch.lows += [part[first - start : last - start] for first, last in spans]
    else:  # lower case of some letters is longer
        stretch.lows += [text[i:j].lower().replace("\u2019", "'") for i, j in spans]
    stretch.starts += firsts
    stretch.ends += lasts


def _put(stretch: Stretch, word: str, low: str, start: int, end: int) -> None:
    stretch.words.append(word)
    stretch.lows.append(low)
    stretch.starts.append(start)
    stretch.ends.append(end)


def find_sentences(stretch: Stretch, text: str, table: Mapping[str, Verb], lex: Lexicon) -> None:
    """Fill in the verbs and the sentences of `stretch`."""
    lows = stretch.lows
    words = stretch.words
    if not lex["acronym in capitals"].isdisjoint(words):
        _keep_acronyms(stretch, lex)
    stretch.sayings = lex["introducing"]
    if not table.keys().isdisjoint(lows):
        stretch.verbs = [token for token, low in enumerate(lows) if low in table]
    begin = 0
    stops = [token for token, word in enumerate(words) if word[-1] in _STOPS]
    breaks = _breaks(stretch, text, lex)
    for token in sorted({*stops, *stretch.quotes, *breaks}):
        if token + 1 < len(words) and (
            token in breaks or _ends_sentence(stretch, text, token, lex)
        ):
            begin = _cut(stretch, begin, token + 1)
    _cut(stretch, begin, len(words))


def _keep_acronyms(stretch: Stretch, lex: Lexicon) -> None:
    """The WHO is not who, the US not us."""
    for token, word in enumerate(stretch.words):
        if word in lex["acronym in capitals"] and not _shouts(stretch, token):
            stretch.lows[token] = word


def _breaks(stretch: Stretch, text: str, lex: Lexicon) -> set[int]:
    """Return the tokens after which a heading's line or, in a text without stops, a gap stands."""
    starts, ends = stretch.starts, stretch.ends
    if stretch.has_gaps:
        gaps = zip(starts[1:], ends, strict=False)
        return {token for token, (start, end) in enumerate(gaps) if start - end > 1}
    found = _likely_ends(stretch, lex) if stretch.has_no_stops else set()
    line = text.find("\n", stretch.start, stretch.end)
    while line >= 0:
        token = bisect_left(starts, line) - 1  # the last one before the line's end
        outside = 0 <= token < len(starts) - 1 and ends[token] <= line
        if outside and _ends_heading(stretch.words, token):
            found.add(token)
        line = text.find("\n", line + 1, stretch.end)
    return found


def _likely_ends(stretch: Stretch, lex: Lexicon) -> set[int]:
    """Return the tokens before a small word with a capital: ... on climate change | The senator."""
    small = (lex["determiner"] | lex["pronoun"] | lex["skip"] | lex["begin"]) - {"i"}
    return {
        token
        for token, word in enumerate(stretch.words[1:])
        if word[0].isupper()
        and (len(word) == 1 or word[1:].islower())
        and stretch.lows[token + 1] in small
    }


def _ends_heading(words: Sequence[str], token: int) -> bool:
    """Is the line that ends with `token` in capitals, and the next one not?"""
    following = [word for word in words[token + 1 : token + 5] if word[0].isalpha()]
    before = [word for word in words[max(0, token - 3) : token + 1] if word[0].isalpha()]
    return (
        len(before) > 1
        and all(word.isupper() for word in before)
        and not all(word.isupper() for word in following)
    )


def lost_its_stops(text: str) -> bool:
    """Has `text` lost its punctuation?"""
    if len(text) < _LONG and not has_gaps(text):
        return False
    return (text.count(".") + text.count(",")) * _UNSTOPPED < len(text)


def has_gaps(text: str) -> bool:
    """Do gaps of blanks stand in `text` as often as stops and commas would?"""
    return text.count("  ") * _GAPPED >= len(text)


def _cut(stretch: Stretch, begin: int, end: int) -> int:
    """Add the sentence begin..end, in parts where it is too long; return its end."""
    for start in range(begin, end, SENTENCE):
        stretch.sentences.append((start, min(end, start + SENTENCE)))
    return end


def _ends_sentence(stretch: Stretch, text: str, token: int, lex: Lexicon) -> bool:
    word, following = stretch.words[token], stretch.words[token + 1]
    if word == QUOTATION:
        end = stretch.ends[token]
        last = text[max(end - 2, 0) : end].rstrip("\"'\u201d\u2019\u00bb")
        stopped = last != "" and last[-1] in _STOPS
        return stopped and _begins(following) and not _attributes(stretch, token)
    if len(word) > 1:  # U.S.
        low = stretch.lows[token + 1]
        return following[0].isupper() and (low in lex["determiner"] or low in lex["pronoun"])
    return _begins(following) and not (word == "." and _abbreviated(stretch, token, lex["title"]))


def _shouts(stretch: Stretch, token: int) -> bool:
    """Are the words beside it in capitals too, as in a heading?"""
    beside = stretch.words[max(0, token - 2) : token] + stretch.words[token + 1 : token + 3]
    letters = [word for word in beside if word[0].isalpha()]
    return bool(letters) and all(word.isupper() for word in letters)


def _begins(word: str) -> bool:
    return word == QUOTATION or word[0].isupper() or word[0].isdigit() or word[0] > "\u0600"


def _abbreviated(stretch: Stretch, token: int, titles: frozenset[str]) -> bool:
    if token == 0:
        return False
    before = stretch.lows[token - 1]
    if stretch.ends[token - 1] != stretch.starts[token]:
        return False
    return (len(before) == 1 and before.isalpha() and before != "i") or (
        before in titles and len(before) < 5 and before not in ("head", "vice", "king", "lord")
    )


def _attributes(stretch: Stretch, token: int) -> bool:
    """Does a verb follow the quotation `token` that says nothing else: "Why?" Snowe asked."""
    verbs = stretch.verbs
    if stretch.introduced(token):
        return False
    for place in range(token + 1, min(token + 1 + _NAME_LENGTH, len(stretch))):
        at = bisect_left(verbs, place)
        if at < len(verbs) and verbs[at] == place:
            after = stretch.lows[place + 1] if place + 1 < len(stretch) else "."
            if place + 2 in stretch.quotes and stretch.introduced(place + 2):
                return False  # "... in vain." Davis said, "...": the verb of the next one
            return not after.isalnum() or after in (
                "in",
                "at",
                "on",
                "during",
                "when",
                "after",
            )
        if not stretch.words[place][0].isupper() and stretch.lows[place] not in ".-":
            return False
    return False
