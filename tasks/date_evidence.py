"""What a text says about when it was published: bounds from the dates that it mentions.

The rules, from the strongest to the weakest; days are those of the calendar of the text:

as_of         "As of early 2025": what the text calls its present. Not before the period begins.
past_date     "was shot on 3 January 2020": an event of a day or a month, told in the past tense.
              Not before that day, or the first of that month.
year_of       "earlier this year, on 3 March 2024", "last year, in 2023": within the year that the
              words say; not before the date itself.
years_ago     "four years ago" about an event whose day stands beside it, or in a neighbouring
              sentence with a word of the same kind (a death, an attack, a vote ...). Read as
              rounded or as a difference of calendar years, whichever is wider: from half a year
              less to three quarters of a year more, and all of that calendar year.
future_date   "will open on 3 May 2024", outside quotations: not after that day.

A sentence that may look ahead gives no past_date (see tasks.date_grammar), nor does one whose
weekday does not fit its date, which is kept as a conflict. Nothing is resolved against a clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice, pairwise

from tasks.date_bounds import Evidence
from tasks.date_grammar import GRAMMARS, Grammar
from tasks.date_mentions import Mention, find_mentions

# Bounds of time and memory; a chronicle or a table of dates says no more with thousands of them.
MOST_CHARS = 100_000  # of an article, from its beginning
MOST_MENTIONS = 100  # of an article
_CLAUSE = 300  # characters of a sentence on either side of a date
_LONGEST_SENTENCE = 1_000  # characters; a longer one is none, and no event is looked for in it
_DAY = timedelta(days=1)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a paragraph, and the dates in it; all places are those in the paragraph."""

    offset: int  # of the paragraph in the text
    paragraph: str
    start: int
    end: int
    mentions: tuple[Mention, ...]

    @property
    def text(self) -> str:
        return self.paragraph[self.start : self.end]

    def before(self, place: int) -> str:
        """Return what stands in the sentence before `place`, at most _CLAUSE characters."""
        return self.paragraph[max(self.start, place - _CLAUSE) : place]

    def after(self, place: int) -> str:
        """Return what stands in the sentence from `place` on, at most _CLAUSE characters."""
        return self.paragraph[place : min(self.end, place + _CLAUSE)]


def find_evidence(text: str, spans: Sequence[Span], language: str | None) -> list[Evidence]:
    """Return the evidence in the paragraphs at `spans` of `text`, in order of place.

    `language` is BCP 47; in languages without a grammar nothing is found. Raises nothing.
    """
    grammar = GRAMMARS.get(language.partition("-")[0]) if language else None
    if grammar is None or not _DIGITS.search(text, 0, MOST_CHARS):
        return []
    spans = [(start, min(end, MOST_CHARS)) for start, end in spans if start < MOST_CHARS]
    found = _judged(text, spans, grammar)
    if grammar is GRAMMARS["en"] and _AGO_WORD in text:
        found = [*found, *_years_ago(text, spans, grammar)]
    return sorted(found, key=lambda each: (each.start, each.end))


# ---- sentences ---------------------------------------------------------------------------------
_DIGITS = re.compile(r"(?:1[6-9]|20)\d\d")
# After a word of two letters or a year ("3. Mai", "J. Smith" go on), before a capital.
_STOP = re.compile(
    r"[.!?](?:(?<=[^\W\d_][^\W\d_].)|(?<=\d{4}.))[\"'”’»)]*\s+(?=[\"'“„«(]?[^\W\d_a-zß-öø-ÿ])|;\s"
)


def _sentences(text: str, span: Span, grammar: Grammar) -> Iterator[_Sentence]:
    paragraph = text[span[0] : span[1]]
    dates = find_mentions(paragraph, capital_months=grammar.capital_months)
    mentions = tuple(islice(dates, MOST_MENTIONS))
    cuts = [0, *(stop.end() for stop in _STOP.finditer(paragraph)), len(paragraph)]
    for start, end in pairwise(cuts):
        inside = tuple(each for each in mentions if start <= each.start < end)
        yield _Sentence(span[0], paragraph, start, end, inside)


def _judged(text: str, spans: Sequence[Span], grammar: Grammar) -> list[Evidence]:
    """Return what single sentences say."""
    places = (
        (sentence, mention)
        for span in spans
        if _DIGITS.search(text, *span)
        for sentence in _sentences(text, span, grammar)
        for mention in sentence.mentions
    )
    judged = (_judge(each, mention, grammar) for each, mention in islice(places, MOST_MENTIONS))
    return [each for each in judged if each]


def _judge(sentence: _Sentence, mention: Mention, grammar: Grammar) -> Evidence | None:
    before, after = sentence.before(mention.start), sentence.after(mention.end)
    if found := _year_of(sentence, mention, grammar) or _as_of(sentence, mention, grammar):
        return found
    if mention.precision == "day" and _is_promised(before, grammar):
        return _evidence(sentence, mention, "future_date", latest=mention.last)
    if mention.precision == "year" or not _is_past(before, after, grammar):
        return None
    found = _evidence(sentence, mention, "past_date", earliest=mention.first)
    wrong = _wrong_weekday(before, mention)
    return replace(found, conflict=wrong) if wrong else found


def _is_past(before: str, after: str, grammar: Grammar) -> bool:
    """Tell whether the sentence around a date tells of the past, and nothing looks ahead."""
    near = before[-_NEAR:]
    if grammar.governs.search(near):
        return False
    since = grammar.since.search(near)
    is_told = since or grammar.past.search(before) or grammar.past.search(after)
    return bool(is_told) and not grammar.ahead.search(f"{before} {after}")


def _evidence(
    sentence: _Sentence,
    mention: Mention,
    rule: str,
    *,
    earliest: date | None = None,
    latest: date | None = None,
    begins: int | None = None,
    ends: int | None = None,
) -> Evidence:
    """Place evidence in the whole text; it begins and ends with the mention unless said."""
    return Evidence(
        start=sentence.offset + (mention.start if begins is None else begins),
        end=sentence.offset + (mention.end if ends is None else ends),
        rule=rule,
        earliest=earliest,
        latest=latest,
    )


# ---- the rules ---------------------------------------------------------------------------------
_NEAR = 80  # characters before a date in which a word can govern it
_QUOTES = re.compile('["“”„«»]')
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(rf"\b(?P<day>{'|'.join(_WEEKDAYS)}),?\s+(?:the\s+)?\Z", re.IGNORECASE)
# Years from the date to the publication, and the words before or after the date that say so.
_YEARS_SAID = (
    (
        0,
        re.compile(r"\bearlier this year,? (?:on |in )?\Z", re.IGNORECASE),
        re.compile(r",? earlier this year\b", re.IGNORECASE),
    ),
    (
        1,
        re.compile(r"\blast year,? (?:on |in )\Z", re.IGNORECASE),
        re.compile(r", last year\b", re.IGNORECASE),
    ),
)


def _as_of(sentence: _Sentence, mention: Mention, grammar: Grammar) -> Evidence | None:
    near = sentence.before(mention.start)[-_NEAR:]
    found = grammar.as_of.search(near)
    if found is None or grammar.ahead.search(sentence.after(mention.end)):
        return None
    begins = mention.start - len(near) + found.start()
    return _evidence(sentence, mention, "as_of", earliest=mention.first, begins=begins)


def _is_promised(before: str, grammar: Grammar) -> bool:
    """Tell whether a verb of the future leads to the date, with no past between, unquoted."""
    near = before[-_NEAR:]
    found = list(grammar.will.finditer(near))
    if not found or len(_QUOTES.findall(before)) % 2:
        return False
    return not grammar.past.search(near, found[-1].end())


def _year_of(sentence: _Sentence, mention: Mention, grammar: Grammar) -> Evidence | None:
    """Read "earlier this year" and "last year" beside a date; English only."""
    near, after = sentence.before(mention.start)[-_NEAR:], sentence.after(mention.end)
    if grammar is not GRAMMARS["en"] or not (" year" in near or " year" in after):
        return None
    for later, behind, ahead in _YEARS_SAID:
        found, following = behind.search(near), ahead.match(after)
        if found or following:
            year = mention.first.year + later
            return _evidence(
                sentence,
                mention,
                "year_of",
                earliest=max(mention.first, date(year, 1, 1)),
                latest=date(year, 12, 31),
                begins=mention.start - len(near) + found.start() if found else None,
                ends=mention.end + following.end() if following else None,
            )
    return None


def _wrong_weekday(before: str, mention: Mention) -> str | None:
    found = _WEEKDAY.search(before[-_NEAR:]) if mention.precision == "day" else None
    if found is None:
        return None
    is_day = _WEEKDAYS[mention.first.weekday()]
    if found["day"].casefold() == is_day:
        return None
    return f"{mention.first} was a {is_day.title()}, not a {found['day'].title()}"


# ---- "four years ago" --------------------------------------------------------------------------
_AGO_WORD = " years ago"
_NUMBERS = {
    **{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9},
    **{"ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20},
}
_AGO = re.compile(rf"\b(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)}) years ago\b", re.IGNORECASE)
_BESIDE = 25  # characters between "four years ago" and the date that says the same
# Words for one kind of event; two neighbouring sentences with words of one kind tell one event.
_EVENTS = tuple(
    re.compile(rf"\b(?:{stems})", re.IGNORECASE)
    for stems in (
        "assassinat|kill|murder|martyr|slain|died|death|dead|execut|shot|shooting|massacre",
        "attack|bomb|airstrike|air strike|drone strike|explosion|blast|raid|siege",
        "crash|collision|collided|derail|sank|sinking|shipwreck",
        "earthquake|quake|flood|hurricane|typhoon|cyclone|tsunami|wildfire|eruption|landslide",
        "election|elected|referendum|vote|inaugurat|took office|sworn in",
        "invasion|invaded|invade|war broke|coup|overthr|revolution|uprising",
        "found(?:ed|ing)|establish|opened|opening|launch|creat",
        "arrest|convict|sentenc|jailed|imprison|verdict",
        "married|wedding|divorc",
        "merger|merged|acqui|bankrupt|collapse",
    )
)


def _years_ago(text: str, spans: Sequence[Span], grammar: Grammar) -> Iterator[Evidence]:
    told = [each for span in _around_ago(text, spans) for each in _sentences(text, span, grammar)]
    told = [each for each in told if each.end - each.start <= _LONGEST_SENTENCE]
    for number, sentence in enumerate(told):
        for ago in _AGO.finditer(sentence.paragraph, sentence.start, sentence.end):
            around = (*told[number + 1 : number + 2], *told[max(0, number - 1) : number])
            event = _beside(sentence, ago) or _retold(sentence, around, grammar)
            if event:
                yield _counted(sentence, ago, event)


def _around_ago(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the paragraphs that hold the words, and those beside them."""
    near = {
        beside
        for number, span in enumerate(spans)
        if text.find(_AGO_WORD, *span) >= 0
        for beside in (number - 1, number, number + 1)
    }
    return (span for number, span in enumerate(spans) if number in near)


def _beside(sentence: _Sentence, ago: re.Match[str]) -> date | None:
    """Return the one day that stands right beside "four years ago"."""
    days = [each for each in sentence.mentions if each.precision == "day"]
    near = [
        each.first
        for each in days
        if 0 <= each.start - ago.end() <= _BESIDE or 0 <= ago.start() - each.end <= _BESIDE
    ]
    return near[0] if len(days) == len(near) == 1 else None


def _retold(sentence: _Sentence, around: Sequence[_Sentence], grammar: Grammar) -> date | None:
    """Return the one day of a neighbouring sentence that tells an event of the same kind."""
    if sentence.mentions:
        return None
    kinds = [event for event in _EVENTS if event.search(sentence.text)]
    for other in around:
        days = [each for each in other.mentions if each.precision == "day"]
        is_one = len(days) == len(other.mentions) == 1
        is_told = is_one and grammar.past.search(other.text)
        if is_told and any(event.search(other.text) for event in kinds):
            return days[0].first
    return None


def _counted(sentence: _Sentence, ago: re.Match[str], event: date) -> Evidence:
    count = _NUMBERS.get(ago["count"].casefold()) or int(ago["count"])
    year = min(event.year + count, date.max.year - 1)
    return Evidence(
        start=sentence.offset + ago.start(),
        end=sentence.offset + ago.end(),
        rule="years_ago",
        earliest=min(_in_year(event, year) - 183 * _DAY, date(year, 1, 1)),
        latest=max(_in_year(event, year) + 274 * _DAY, date(year, 12, 31)),
    )


def _in_year(day: date, year: int) -> date:
    """Return the same day of another year; 29 February becomes the 28th."""
    return day.replace(year=year, day=min(day.day, 28) if day.month == 2 else day.day)
