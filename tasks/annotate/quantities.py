"""Quantities: numbers with what they count or measure, how surely, where and when.

A quantity is found by number words and digits (measures/numerals.py), read with comparator,
currency and unit (measures/expressions.py), and told apart from identifiers, dates and ranks
(measures/exclusions.py). What rows of dates cover is no quantity, ages excepted; durations never
are. English is complete; German, French and Spanish have number formats, number words, units and
plain noun phrases. Of a text of numbers without end the first ones are read (_MOST_ROWS here,
_MOST_READ in measures/pieces.py).

Decisions: $ is USD unless the source's top-level domain says otherwise (dollars.tsv). A ton is a
short ton and a tonne metric. The unit of things counted is the singular of the last noun of the
object, by measures/counted_singulars.tsv and simplemma: US troops, troop. Modality: will, would,
plans are planned; expected, projected, may are estimated; about is a comparator alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count, islice
from operator import attrgetter
from typing import Any

from tasks.annotate.measures import columns, context, facts, objects
from tasks.annotate.measures.exclusions import (
    identifier_spans,
    is_identifier,
    is_inside_name,
    is_named_before,
    is_title_case,
)
from tasks.annotate.measures.expressions import Expression, expressions
from tasks.annotate.measures.numerals import Numeral
from tasks.annotate.measures.objects import Range
from tasks.annotate.measures.pieces import Piece, pieces_of
from tasks.annotate.measures.tables import LANGUAGES, Speech, classes, pairs, speech
from tasks.annotate.measures.tokens import Token, tokens
from tasks.annotate.records import Annotator, Article, Options, Rows, Subject
from warehouse.annotations import DateRow, QuantityRow, QuoteRow

# No article tells so much: a text beyond is a dump of numbers, of which the first ones are read.
_MOST_ROWS = 5_000  # at about 0.2 ms each
# A number as large as this says by itself what is told: 16.2 million twice is one fact.
_TELLING = 1_000
# Rows that overlap are few; so many before a number are looked at.
_NEAREST = 16
_EMPTY: tuple[Any, ...] = ()
_BY_PLACE = attrgetter("char_start", "char_end")
# Behind such a mark stands what is counted, which is not told apart: 10 “pip” cards.
_OPENING = frozenset("\"“„«‘'")


def annotator(options: Options) -> Annotator:
    """Return the annotator `quantities`, which writes the table `quantities`."""
    return Annotator(
        name="quantities",
        version="1",
        tables=("quantities",),
        annotate=annotate,
        languages=LANGUAGES,
        needs=("sentences", "dates", "places", "quotes", "entities"),
        scope="article",
    )


def annotate(subjects: Sequence[Subject]) -> list[Rows]:
    """Return the quantities of each article, in reading order."""
    return [{"quantities": _of_article(subject)} for subject in subjects]


class _Near:
    """Rows of another annotator by field, found by where they begin."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows: dict[str, list[Any]] = {}
        for row in rows:
            self._rows.setdefault(row.field, []).append(row)
        for found in self._rows.values():
            found.sort(key=_BY_PLACE)
        self._starts = {
            field: [row.char_start for row in found] for field, found in self._rows.items()
        }

    def between(self, field: str, start: int, end: int) -> Sequence[Any]:
        """Return the rows that begin in [start, end)."""
        starts = self._starts.get(field)
        if not starts:
            return _EMPTY
        return self._rows[field][bisect_right(starts, start - 1) : bisect_right(starts, end - 1)]

    def before(self, field: str, end: int) -> Sequence[Any]:
        """Return the nearest rows that begin before `end`."""
        last = bisect_left(self._starts.get(field, []), end)
        return self._rows[field][max(0, last - _NEAREST) : last] if last else _EMPTY


@dataclass(frozen=True, slots=True)
class _Given:
    """What the other annotators found in one article."""

    article: Article
    speech: Speech
    dates: _Near
    places: _Near
    mentions: _Near
    quotes: _Near


def _of_article(subject: Subject) -> list[QuantityRow]:
    article, given = subject.article, subject.given
    near = _Given(
        article,
        speech(article.language),
        _Near(given.get("dates", ())),
        _Near(given.get("places", ())),
        _Near(given.get("mentions", ())),
        _Near(given.get("quotes", ())),
    )
    numbers = count(1)
    pieces = pieces_of(article, subject.sentences, near.speech)
    rows = (row for piece in pieces for row in _of_piece(piece, near, numbers))
    return list(islice(rows, _MOST_ROWS))


def _of_piece(piece: Piece, given: _Given, numbers: Iterator[int]) -> Iterator[QuantityRow]:
    text = given.article.field_text(piece.field)
    words = tokens(text, piece.start, piece.end)
    reader = _Sentence(piece, text, words, given)
    yield from reader.rows(numbers)


class _Spans:
    """Sorted spans, asked whether one of them meets another."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._spans = list(spans)
        self._starts = [start for start, _ in self._spans]

    def meet(self, start: int, end: int) -> bool:
        """Tell whether one of the nearest spans before `end` reaches beyond `start`."""
        last = bisect_left(self._starts, end)
        return any(stop > start for _, stop in self._spans[max(0, last - _NEAREST) : last])


class _Sentence:
    """Reads the quantities of one piece."""

    def __init__(self, piece: Piece, text: str, words: list[Token], given: _Given) -> None:
        self.piece, self.text, self.words, self.given = piece, text, words, given
        self.speech = given.speech

    def _given(self, near: _Near) -> Sequence[Any]:
        return near.between(self.piece.field, self.piece.start, self.piece.end)

    @cached_property
    def closed(self) -> _Spans:
        """Telephone numbers, addresses and the like."""
        return _Spans(identifier_spans(self.text, self.piece.start, self.piece.end))

    @cached_property
    def dated(self) -> _Spans:
        """What the rows of dates cover."""
        return _Spans((row.char_start, row.char_end) for row in self._given(self.given.dates))

    @cached_property
    def told(self) -> list[DateRow]:
        """The dates for which something may be told."""
        dates = self._given(self.given.dates)
        return [row for row in dates if context.tells_when(self.text, row, self.speech)]

    @cached_property
    def places(self) -> list[context.Named]:
        """The places in which something may be."""
        given = self.given
        named = context.named_places(self._given(given.places), self._given(given.mentions))
        return [one for one in named if context.is_located(self.text, one, self.speech)]

    def rows(self, numbers: Iterator[int]) -> Iterator[QuantityRow]:
        """Yield the rows of this piece."""
        items = expressions(self.words, self.speech, self._rejects)
        items = [item for item in items if self._is_kept(item)]
        phrases: list[Range | None] = []
        unreadable = self.unreadable if items else frozenset()
        for place, item in enumerate(items):
            if not unreadable.isdisjoint(range(item.first, item.last)):
                phrases.append(None)
                continue
            ceiling = items[place + 1].first if place + 1 < len(items) else len(self.words)
            phrase = self._object(item, phrases, items)
            is_carried = phrase is not None and phrase in phrases[-1:]
            phrases.append(phrase)
            yield self._row(context.Around(self.words, item, phrase, is_carried, ceiling), numbers)

    @cached_property
    def unreadable(self) -> frozenset[int]:
        """Numbers that may be parts of one another: 12 500."""
        return columns.unreadable(self.words, self.speech, self._is_told)

    def _is_told(self, place: int) -> bool:
        """Does the number at token `place` belong to a date or to a name?"""
        token = self.words[place]
        dated = self.dated.meet(token.start, token.end)
        return dated or is_named_before(self.text, token.start, self.speech)

    def _rejects(self, numeral: Numeral) -> bool:
        words = self.words
        if self.dated.meet(words[numeral.first].start, words[numeral.last - 1].end):
            return True
        alone = numeral.last == numeral.first + 1 and numeral.is_spelled
        if alone and words[numeral.first].low in ("one", "zero"):
            return not self._counts_person(numeral.last)
        noun = self._noun_follows(numeral.last)
        return is_identifier(
            self.text,
            words,
            numeral,
            self.speech,
            noun_follows=noun,
            is_headline=self.is_headline,
        )

    @cached_property
    def is_headline(self) -> bool:
        """Is it written in capitals like a headline?"""
        return is_title_case(self.words)

    @cached_property
    def source(self) -> str | None:
        """Whom the sentence names as its source."""
        return context.source_of(self.text, (self.piece.start, self.piece.end), self.speech)

    def _noun_follows(self, last: int) -> bool:
        """Tell whether a plural in lower case ends the phrase behind: no name, no year's noun."""
        phrase = objects.phrase_after(self.words, last, self.speech)
        if phrase is None:
            return False
        return self.words[phrase[1] - 1].text.islower() and objects.is_plural(
            self.words, phrase[1] - 1, self.speech
        )

    def _counts_person(self, last: int) -> bool:
        """One is a pronoun, a number only before a noun of the classes: one soldier."""
        if last >= len(self.words):
            return False
        return objects.singular(self.words[last].low, self.speech) in classes()

    def _is_kept(self, item: Expression) -> bool:
        start, end = self.words[item.numeral.first].start, self.words[item.numeral.last - 1].end
        if self.closed.meet(start, end):
            return False
        if item.unit is not None and is_inside_name(self.words, item.numeral, self.speech):
            return False
        return item.is_age or not self.dated.meet(start, end)

    def _object(
        self, item: Expression, before: Sequence[Range | None], items: Sequence[Expression]
    ) -> Range | None:
        """Return what is counted: behind the number, before it, or of the quantity before."""
        if item.noun is not None:
            return item.noun, item.noun + 1
        phrase = self._behind(item)
        if phrase or item.unit is not None:
            return phrase
        phrase = objects.phrase_of_total(self.words, item.first, self.speech)
        if phrase or not before:
            return phrase
        named = item.last < len(self.words) and self.words[item.last].text in _OPENING
        return before[-1] if items[len(before) - 1].unit is None and not named else None

    def _behind(self, item: Expression) -> Range | None:
        place, words = item.last, self.words
        if item.unit_kind == "money" and place < len(words) and words[place].low == "in":
            place += 1
            phrase = objects.phrase_after(words, place, self.speech)
            return phrase if phrase and words[phrase[0]].text[0].islower() else None
        return objects.phrase_after(words, place, self.speech)

    def _unit(self, item: Expression, phrase: Range | None) -> tuple[str | None, str]:
        if item.unit is None:
            if item.numeral.is_fraction or (phrase is None and item.numeral.is_open):
                return None, "none"
            if phrase is None:
                return None, "count"
            return objects.head_lemma(self.words, phrase, self.speech), "count"
        kind = item.unit_kind or "none"
        if kind == "none":
            return None, kind
        if item.unit == "$":
            return _dollar(self.given.article), kind
        if item.unit == "pound":
            return self._pound()
        return item.unit, kind

    def _pound(self) -> tuple[str, str]:
        """Pounds are money where the sentence or the article says so, else weight."""
        meanings = pairs("pounds")
        said = [meanings[word.low] for word in self.words if word.low in meanings]
        british = "£" in self.given.article.text or self.given.article.top_level_domain == "uk"
        if said.count("money") > said.count("weight") or (british and not said):
            return "GBP", "money"
        return "[lb_av]", "measure"

    def _row(self, around: context.Around, numbers: Iterator[int]) -> QuantityRow:
        item, words, speech = around.item, self.words, self.speech
        start, end = words[item.first].start, words[item.last - 1].end
        unit, kind = self._unit(item, around.object)
        change = context.change_of(around, speech)
        modality = context.modality_of(around, speech)
        place = context.place_of(around, self.places)
        day = context.date_of(around, self.told, self.text)
        span = self._span(around.object)
        return QuantityRow(
            article_id=self.given.article.article_id,
            quantity=next(numbers),
            field=self.piece.field,
            char_start=start,
            char_end=end,
            surface=self.text[start:end],
            sentence=self.piece.sentence,
            value_min=item.low,
            value_max=item.high,
            comparator=item.comparator,
            unit=unit,
            unit_kind=kind,
            object=self.text[span[0] : span[1]] if span else None,
            object_start=span[0] if span else None,
            object_end=span[1] if span else None,
            change=change,
            modality=modality,
            as_of_start=day.start_date if day else None,
            as_of_end=day.end_date if day else None,
            as_of_expression=day.expression if day else None,
            place=place,
            attribution=self._source(start, end),
            fact_key=self._key(
                around, unit if kind != "count" else None, (place, modality, change)
            ),
        )

    def _span(self, phrase: Range | None) -> Range | None:
        if phrase is None:
            return None
        return self.words[phrase[0]].start, self.words[phrase[1] - 1].end

    def _source(self, start: int, end: int) -> str | None:
        quotes: Sequence[QuoteRow] = self.given.quotes.before(self.piece.field, start + 1)
        return context.speaker_of(start, end, quotes) or self.source

    def _key(
        self, around: context.Around, unit: str | None, told: tuple[str | None, str, str | None]
    ) -> str:
        item = around.item
        what = facts.core(self.words, around.object, self.speech)
        is_bare = item.unit_kind in (None, "none") and (item.low or item.high or 0) < _TELLING
        if not what and (item.is_age or is_bare):
            # Two ages, two small numbers: nothing says that they are of one thing.
            what = f"{self.piece.field} {self.words[item.first].start}"
        return facts.fact_key(item.comparator, item.low, item.high, unit, what, *told)


def _dollar(article: Article) -> str:
    return pairs("dollars").get(article.top_level_domain, "USD")
