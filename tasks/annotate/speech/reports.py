"""Reads one field: its quotations and reported clauses in order, each with its speaker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.annotate.speech.chinese import read_chinese
from tasks.annotate.speech.kinds import WORD, quotation_kind
from tasks.annotate.speech.marks import Quoted, quoted_spans
from tasks.annotate.speech.mentions import Mentions
from tasks.annotate.speech.reading import Report, Telling
from tasks.annotate.speech.speakers import (
    DOCUMENT,
    NAMED,
    ORGANISATION,
    Cast,
    Speaker,
    make_speaker,
)
from tasks.annotate.speech.subjects import Phrase
from tasks.annotate.speech.tellings import Reader
from tasks.annotate.speech.tokens import (
    QUOTATION,
    Stretch,
    find_sentences,
    has_gaps,
    lost_its_stops,
    stretches,
)
from tasks.annotate.speech.unstopped import Unstopped
from tasks.annotate.speech.verbs import verb_table
from tasks.annotate.speech.words import anonymity, cues, lexicon

# Words that a document is quoted with at least, where no verb of saying stands.
_DOCUMENT_WORDS = 3
# One of them stands in every phrase of phrases.tsv: cheaper to look for.
_ANONYMOUS = (
    "anonym",
    "anónim",
    "authori",
    "identif",
    "be named",
    "not named",
    "withheld",
    "first name",
    "unnamed",
)


def read_field(
    text: str,
    spans: Sequence[tuple[int, int]],
    language: str,
    mentions: Mentions,
    cast: Cast,
    *,
    is_heading: bool,
) -> list[Report]:
    """Return the reports of `text`, whose paragraphs are `spans`, in reading order."""
    quoted = quoted_spans(text, [end for _, end in spans])
    if language == "zh":
        return read_chinese(text, quoted, cast)
    reading = _Reading(text, language, quoted, mentions, cast)
    lost = lost_its_stops(text)
    gaps = lost and has_gaps(text)
    for stretch in stretches(text, spans, quoted):
        stretch.is_heading, stretch.has_gaps = is_heading, gaps
        stretch.has_no_stops = lost and not is_heading
        reading.read(stretch)
    return sorted(reading.finished(), key=lambda report: (report.start, report.end))


class _Reading:
    """The state between the paragraphs of one field."""

    def __init__(
        self,
        text: str,
        language: str,
        quoted: Sequence[Quoted],
        mentions: Mentions,
        cast: Cast,
    ) -> None:
        self.text, self.quoted, self.mentions, self.cast = text, quoted, mentions, cast
        self.table, self.lex = verb_table(language), lexicon(language)
        self.cues = cues(language)
        low = text.lower()
        hidden = any(word in low for word in _ANONYMOUS)
        self.anonymity = anonymity(language) if hidden else None
        self.reports: list[Report] = []
        self.waiting: list[int] = []  # reports of direct quotations without a speaker yet
        self.last: Speaker | None = None  # who spoke last, or issued a statement
        self.method = "paragraph"
        self.since = 0  # paragraphs since then
        self.lead: Speaker | None = None  # the last person a paragraph began with
        self.before: Reader | None = None  # of the paragraph before

    def read(self, stretch: Stretch) -> None:
        """Read one paragraph."""
        find_sentences(stretch, self.text, self.table, self.lex)
        reader = Reader(stretch, self.text, self.table, self.lex, self.cues)
        used: set[tuple[int, int]] = set()
        events = self._events(reader, stretch)
        split: dict[int, bool] = {}
        for place, what in events:
            if isinstance(what, int):
                self._quotation(reader, what, used, split)
            elif what.cue not in used:
                self._clause(reader, what)
            del place
        self.since += 1
        if self.lex["bare"]:
            self._statement(reader)
            if self.last is None:
                self._lead(reader)
        self.before = reader

    def _events(self, reader: Reader, stretch: Stretch) -> list[tuple[int, int | Telling]]:
        events: list[tuple[int, int | Telling]] = [(token, token) for token in stretch.quotes]
        events += [
            (telling.token + len(stretch) * 0, telling)
            for telling in self._clauses(reader)
            if telling.subject is not None and telling.content is not None
        ]
        # A quotation first: what it is attributed by is then no clause of its own.
        return sorted(
            events,
            key=lambda event: (
                reader.stretch.sentence_of(event[0])[0],
                not isinstance(event[1], int),
                event[0],
            ),
        )

    def _clauses(self, reader: Reader) -> Iterator[Telling]:
        if reader.stretch.has_no_stops and self.lex["bare"]:
            return Unstopped(reader, self.mentions).tellings()
        return reader.clauses()

    # -- quotations -----------------------------------------------------------------------------

    def _quotation(
        self,
        reader: Reader,
        token: int,
        used: set[tuple[int, int]],
        split: dict[int, bool],
    ) -> None:
        span = self.quoted[reader.stretch.quotes[token]]
        telling = reader.of_quotation(token) or self._document(reader, token, span)
        kind = quotation_kind(self.text, span, reader, token, telling)
        if kind == "scare" and reader.by_phrase(token) is not None:
            kind, telling = "partial", reader.by_phrase(token)
        if kind == "scare" or telling is None:
            self._without_telling(reader, token, span, kind)
            return
        used.add(telling.cue)
        speaker = self._speaker(reader, telling)
        self._add(span, kind, speaker, telling, reader)
        if kind == "direct" and speaker is not None:
            self._spoke(speaker, "paragraph")

    def _document(self, reader: Reader, token: int, span: Quoted) -> Telling | None:
        """The bill [, which] "recognizes ...": words of a document without a verb of saying."""
        inside = self.text[span.start : span.start + 40]
        first = WORD.match(inside)
        if first is None or not first[0].endswith("s") or not inside[0].islower():
            return None
        if inside.count(" ") < _DOCUMENT_WORDS:
            return None
        subject = reader.owner(token)
        if subject is None or self._make(reader, subject).kind != DOCUMENT:
            return None
        place = (
            reader.stretch.starts[subject.first],
            reader.stretch.ends[subject.last - 1],
        )
        return Telling(place, None, subject, "document", None, token)

    def _without_telling(self, reader: Reader, token: int, span: Quoted, kind: str) -> None:
        if kind != "direct":
            self.reports.append(Report(span.start, span.end, "scare"))
            return
        speaker, method = self._nearest(reader, token)
        if speaker is None and self.lex["bare"]:
            self.waiting.append(len(self.reports))
        self.reports.append(Report(span.start, span.end, kind, speaker, method))

    def _nearest(self, reader: Reader, token: int) -> tuple[Speaker | None, str | None]:
        """Return who speaks a quotation that its own sentence gives to nobody."""
        if not self.lex["bare"]:
            near = self.last is not None and self.since <= 1
            return (self.last, self.method) if near else (None, None)
        begin = reader.stretch.sentence_of(token)[0]
        previous = self._previous_subject(reader, begin, token)
        if previous is not None:
            return previous
        if self.last is not None:
            return self.last, self.method
        if self.lead is not None:
            return self.lead, "lead"
        return None, None

    def _previous_subject(
        self, reader: Reader, begin: int, token: int
    ) -> tuple[Speaker, str] | None:
        """Return the person who is the subject of the sentence before."""
        if begin == 0:
            if self.before is None or self.before.words[-1] != ":":
                return None
            reader, begin = self.before, len(self.before.words)
        start, end = reader.stretch.sentence_of(begin - 1)
        if QUOTATION in reader.words[start:end]:
            return None
        subject = reader.grammar.first_phrase(start, end)
        if subject is None:
            return None
        speaker = self._make(reader, subject)
        if speaker.form == "pronoun" or speaker.kind == NAMED:
            resolved = self.cast.resolve(speaker, self._subjects(reader, subject))
            self._spoke(resolved, "paragraph")
            return resolved, "paragraph"
        return None

    def _add(
        self,
        span: Quoted,
        kind: str,
        speaker: Speaker | None,
        telling: Telling,
        reader: Reader,
    ) -> None:
        self.reports.append(
            Report(
                span.start,
                span.end,
                kind,
                speaker,
                _method(telling, speaker),
                self._verb_class(telling),
                telling.cue,
                self._reason(reader, telling),
            )
        )

    def _verb_class(self, telling: Telling) -> str | None:
        return self.table[telling.verb].verb_class if telling.verb else None

    def _spoke(self, speaker: Speaker, method: str) -> None:
        self.last, self.method, self.since = speaker, method, 0

    # -- clauses --------------------------------------------------------------------------------

    def _clause(self, reader: Reader, telling: Telling) -> None:
        bounds = reader.bounds(telling)
        if bounds is None or not self._may_tell(reader, telling):
            return
        speaker = self._speaker(reader, telling)
        if speaker is None:
            return
        self.reports.append(
            Report(
                *bounds,
                "indirect",
                speaker,
                _method(telling, speaker),
                self._verb_class(telling),
                telling.cue,
                self._reason(reader, telling),
            )
        )

    def _may_tell(self, reader: Reader, telling: Telling) -> bool:
        """Some verbs tell only where a document is the subject: the survey found that."""
        if telling.verb is None or self.table[telling.verb].use != "document":
            return True
        subject = telling.subject
        return subject is not None and self._make(reader, subject).kind == DOCUMENT

    # -- speakers -------------------------------------------------------------------------------

    def _speaker(self, reader: Reader, telling: Telling) -> Speaker | None:
        if telling.subject is None:
            return None
        speaker = self._make(reader, telling.subject)
        for known in reversed(self.cast.told[-8:]):
            if known.start == speaker.start and known.end == speaker.end:
                return known
        return self.cast.resolve(speaker, self._subjects(reader, telling.subject))

    def _make(self, reader: Reader, subject: Phrase) -> Speaker:
        return make_speaker(self.text, reader.stretch, subject, self.lex, self.mentions)

    def _subjects(self, reader: Reader, subject: Phrase) -> list[Speaker]:
        """Return the persons who are subjects of the sentences before, the nearest last."""
        if reader.lows[subject.first] not in self.lex["pronoun"]:
            return []
        found = []
        for source in (self.before, reader):
            if source is None:
                continue
            for begin, end in source.stretch.sentences[-40:]:
                if source is reader and begin >= subject.first:
                    break
                phrase_found = source.grammar.first_phrase(begin, min(end, begin + 60))
                if phrase_found is not None and phrase_found.first != subject.first:
                    found.append(self._make(source, phrase_found))
        return [one for one in found if one.kind == NAMED]

    def _reason(self, reader: Reader, telling: Telling) -> str | None:
        if self.anonymity is None:
            return None
        begin, end = reader.stretch.sentence_of(telling.token)
        found = self.anonymity.search(
            self.text, reader.stretch.starts[begin], reader.stretch.ends[end - 1]
        )
        return found[0] if found else None

    # -- statements -----------------------------------------------------------------------------

    def _statement(self, reader: Reader) -> None:
        """Remember who issued a statement, for the quotations that follow it."""
        words = self.lex["statement"]
        if words.isdisjoint(reader.lows):
            return
        for begin, end in reader.stretch.sentences:
            if QUOTATION in reader.words[begin:end] or words.isdisjoint(reader.lows[begin:end]):
                continue
            issuer = self._issuer(reader, begin, end)
            if issuer is not None:
                self._spoke(issuer, "statement")

    def _issuer(self, reader: Reader, begin: int, end: int) -> Speaker | None:
        for token in range(begin + 1, end):
            if reader.lows[token] not in self.lex["statement verb"]:
                continue
            subject = reader.grammar.before(token, begin)
            if subject is None:
                continue
            speaker = self._make(reader, subject)
            third = speaker.form == "pronoun" and speaker.head not in ("i", "we", "you")
            if speaker.kind in (NAMED, ORGANISATION) or third:
                return self.cast.resolve(speaker, self._subjects(reader, subject))
        return None

    def _lead(self, reader: Reader) -> None:
        """Remember the person whom the first sentence of a paragraph is about."""
        begin, end = reader.stretch.sentences[0]
        subject = reader.grammar.first_phrase(begin, min(end, begin + 60))
        if subject is not None:
            speaker = self._make(reader, subject)
            if speaker.kind == NAMED and speaker.form == "name":
                self.lead = speaker

    def finished(self) -> Iterator[Report]:
        """Yield the reports; a quotation before its speaker's first is given to the next one."""
        following: Speaker | None = None
        waiting = frozenset(self.waiting)
        for number in range(len(self.reports) - 1, -1, -1):
            report = self.reports[number]
            if number in waiting and following is not None:
                report = Report(report.start, report.end, report.kind, following, "following")
            elif report.kind == "direct" and report.speaker is not None:
                following = report.speaker
            yield report


def _method(telling: Telling, speaker: Speaker | None) -> str:
    if speaker is not None and speaker.reference is not None:
        return speaker.reference
    return telling.method
