"""How an article reads: counts of its body, formulas where its language has one, and diversity.

Counted are the sentences and words of body paragraphs. A word is a run of letters with what
apostrophes and hyphens join to it, as Flesch counts "so-called" and "don't"; figures are left out,
as he advises (Flesch 1948, p. 229). In scripts without blanks every letter counts as a word, as in
`articles.word_count`, and nothing is made of the counts. Formulas, with W words, S sentences, L
letters, Y syllables:

* flesch_reading_ease: the language's own, see wording/flesch.tsv (English: Flesch 1948)
* flesch_kincaid_grade: 0.39 W/S + 11.8 Y/W - 15.59. Kincaid, Fishburne, Rogers & Chissom 1975,
  "Derivation of new readability formulas ... for Navy enlisted personnel", Report 8-75
* gunning_fog: 0.4 (W/S + 100 hard/W), hard of three syllables or more, without names, words with a
  hyphen, and verbs that get their third from -ed or -es. Gunning 1952, "The technique of clear
  writing"
* smog: 1.0430 sqrt(30 P/S) + 3.1291, P words of three syllables or more; from LEAST_SENTENCES on.
  McLaughlin 1969, "SMOG grading", Journal of Reading 12(8)
* coleman_liau: 5.88 L/W - 29.6 S/W - 15.8. Coleman & Liau 1975, "A computer readability formula
  designed for machine scoring", Journal of Applied Psychology 60(2)
* automated_readability: 4.71 L/W + 0.5 W/S - 21.43. Senter & Smith 1967, "Automated readability
  index", AMRL-TR-66-220. English
* lix: W/S + 100 long/W, long of more than six letters. Bjornsson 1968, "Lasbarhet"; any language
* wiener_sachtextformel: the first, 0.1935 P% + 0.1672 W/S + 0.1297 long% - 0.0327 M% - 0.875, M
  words of one syllable. Bamberger & Vanecek 1984, "Lesen - Verstehen - Lernen - Schreiben". German
* mtld: see wording/lexical.py; type_token_ratio and hapax_ratio fall with the length of a text, so
  compare texts of equal length only

The formulas were fitted on passages of about 100 words, and McCarthy and Jarvis ask for 100 too:
below LEAST_WORDS they are NULL.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from math import sqrt

from tasks.annotate.records import TEXT, Annotator, Options, Rows, Subject
from tasks.annotate.wording.lexical import mtld
from tasks.annotate.wording.syllables import count_syllables, has_syllables
from tasks.annotate.wording.tables import table
from tasks.annotate.wording.tokens import all_words, fold, is_spaced, letters
from tasks.quality import BODY_KINDS
from warehouse.annotations import ReadabilityRow

LEAST_WORDS = 100
LEAST_SENTENCES = 30  # McLaughlin: ten at the beginning, ten in the middle, ten near the end
LONG_LETTERS = 7  # more than six: Bjornsson
HARD_SYLLABLES = 3

_Measures = dict[str, float | None]


def annotator(options: Options) -> Annotator:
    """Return the annotator of readability; `options` hold nothing for it."""
    return Annotator(
        name="readability",
        version="1",
        tables=("readability",),
        annotate=lambda subjects: list(map(_measure, subjects)),
        needs=("sentences",),
    )


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What counting syllables gives."""

    syllables: int
    polysyllables: int
    monosyllables: int
    hard_words: int  # of Gunning, English


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the formulas are made of."""

    sentences: int
    words: int
    letters: int
    long_words: int
    spoken: _Spoken | None  # None: the language has no rules for syllables

    def per_sentence(self) -> float:
        return self.words / self.sentences

    def share(self, part: int) -> float:
        """Return `part` per word."""
        return part / self.words


@dataclass(frozen=True, slots=True)
class _Body:
    """The words of the body, folded and as written, and which of them begin a sentence."""

    words: list[str]
    written: list[str]
    firsts: frozenset[int]


def _measure(subject: Subject) -> Rows:
    passages = list(_passages(subject))
    text = "\n".join(passages)
    if not text.strip():
        return {}
    row = _spaced_row if is_spaced(text) else _unspaced_row
    return {"readability": [row(subject, passages)]}


def _passages(subject: Subject) -> Iterator[str]:
    """Yield the sentences of the body; where they are not known, its paragraphs."""
    article = subject.article
    body = {part.number: part for part in article.paragraphs if part.kind in BODY_KINDS}
    if not subject.sentences:
        yield from (article.text[part.start : part.end] for part in body.values())
    for row in subject.sentences:
        if row.field == TEXT and row.paragraph in body:
            yield article.text[row.char_start : row.char_end]


def _unspaced_row(subject: Subject, passages: Sequence[str]) -> ReadabilityRow:
    count = sum(map(letters, passages))
    sentences = sum(letters(each) > 0 for each in passages) if subject.sentences else 0
    numbers = _Counts(sentences, count, count, 0, None)
    return _row(subject, numbers, {})


def _spaced_row(subject: Subject, passages: Sequence[str]) -> ReadabilityRow:
    language = subject.article.language
    body = _read(passages)
    counts = _count(body, language, has_sentences=bool(subject.sentences))
    measures = _diversity(body.words)
    if counts.words >= LEAST_WORDS:
        measures["mtld"] = mtld(body.words)
        if counts.sentences:
            measures |= _formulas(counts, language)
    return _row(subject, counts, measures)


def _row(subject: Subject, counts: _Counts, measures: _Measures) -> ReadabilityRow:
    def rounded(name: str) -> float | None:
        value = measures.get(name)
        return None if value is None else round(value, 4)

    return ReadabilityRow(
        article_id=subject.article.article_id,
        sentence_count=counts.sentences,
        word_count=counts.words,
        letter_count=counts.letters,
        syllable_count=counts.spoken.syllables if counts.spoken else None,
        long_word_count=counts.long_words,
        polysyllable_count=counts.spoken.polysyllables if counts.spoken else None,
        flesch_reading_ease=rounded("flesch_reading_ease"),
        flesch_kincaid_grade=rounded("flesch_kincaid_grade"),
        gunning_fog=rounded("gunning_fog"),
        smog=rounded("smog"),
        coleman_liau=rounded("coleman_liau"),
        automated_readability=rounded("automated_readability"),
        lix=rounded("lix"),
        wiener_sachtextformel=rounded("wiener_sachtextformel"),
        type_token_ratio=rounded("type_token_ratio"),
        mtld=rounded("mtld"),
        hapax_ratio=rounded("hapax_ratio"),
    )


# ---- counting ------------------------------------------------------------------------------------


def _read(passages: Sequence[str]) -> _Body:
    written: list[str] = []
    firsts: list[int] = []
    for passage in passages:
        each = all_words(passage)
        if not all(map(str.isalpha, each)):
            each = [word for word in each if word.isalpha() or letters(word)]  # without figures
        if each:
            firsts.append(len(written))
            written += each
    folded = fold("\n".join(written)).split("\n") if written else []
    return _Body(folded, written, frozenset(firsts))


def _count(body: _Body, language: str, *, has_sentences: bool) -> _Counts:
    counts = Counter(body.words)
    sizes = {word: len(word) if word.isalpha() else letters(word) for word in counts}
    syllables = count_syllables(counts, language) if has_syllables(language) else {}
    return _Counts(
        sentences=len(body.firsts) if has_sentences else 0,
        words=len(body.words),
        letters=sum([size * counts[word] for word, size in sizes.items()]),
        long_words=sum([counts[word] for word, size in sizes.items() if size >= LONG_LETTERS]),
        spoken=_speech(body, counts, syllables, language) if syllables else None,
    )


def _speech(
    body: _Body, counts: Mapping[str, int], syllables: Mapping[str, int], language: str
) -> _Spoken:
    many = {word for word, count in syllables.items() if count >= HARD_SYLLABLES}
    return _Spoken(
        syllables=sum([count * counts[word] for word, count in syllables.items()]),
        polysyllables=sum([counts[word] for word in many]),
        monosyllables=sum([counts[word] for word, count in syllables.items() if count == 1]),
        hard_words=_hard(body, many, syllables) if language == "en" else 0,
    )


def _hard(body: _Body, many: Set[str], syllables: Mapping[str, int]) -> int:
    """Return the number of Gunning's hard words: a capital inside a sentence means a name."""
    hard = {
        word
        for word in many
        if "-" not in word and not (syllables[word] == HARD_SYLLABLES and word.endswith(_SOUNDED))
    }
    places = [at for at, word in enumerate(body.words) if word in hard]
    return sum(body.written[at][0] == body.words[at][0] or at in body.firsts for at in places)


_SOUNDED = ("ted", "ded", "ses", "ces", "zes", "xes", "ges", "ches", "shes")


def _diversity(found: Sequence[str]) -> _Measures:
    if not found:
        return {}
    counts = Counter(found)
    once = sum(count == 1 for count in counts.values())
    return {"type_token_ratio": len(counts) / len(found), "hapax_ratio": once / len(found)}


# ---- formulas ------------------------------------------------------------------------------------


def _formulas(counts: _Counts, language: str) -> _Measures:
    measures: _Measures = {"lix": counts.per_sentence() + 100 * counts.share(counts.long_words)}
    if counts.spoken:
        measures["flesch_reading_ease"] = _flesch(counts, counts.spoken, language)
        if language == "en":
            measures |= _english(counts, counts.spoken)
        if language == "de":
            measures["wiener_sachtextformel"] = _wiener(counts, counts.spoken)
    return measures


def _flesch(counts: _Counts, spoken: _Spoken, language: str) -> float | None:
    known = _flesch_formulas().get(language)
    if known is None:
        return None
    base, per_sentence, per_word = known
    return base - per_sentence * counts.per_sentence() - per_word * counts.share(spoken.syllables)


@cache
def _flesch_formulas() -> dict[str, tuple[float, float, float]]:
    return {row[0]: (float(row[1]), float(row[2]), float(row[3])) for row in table("flesch")}


def _english(counts: _Counts, spoken: _Spoken) -> _Measures:
    length, size = counts.per_sentence(), counts.share(counts.letters)
    return {
        "flesch_kincaid_grade": 0.39 * length + 11.8 * counts.share(spoken.syllables) - 15.59,
        "gunning_fog": 0.4 * (length + 100 * counts.share(spoken.hard_words)),
        "smog": _smog(counts, spoken),
        "coleman_liau": 5.88 * size - 29.6 * counts.share(counts.sentences) - 15.8,
        "automated_readability": 4.71 * size + 0.5 * length - 21.43,
    }


def _smog(counts: _Counts, spoken: _Spoken) -> float | None:
    if counts.sentences < LEAST_SENTENCES:
        return None
    return 1.0430 * sqrt(30 * spoken.polysyllables / counts.sentences) + 3.1291


def _wiener(counts: _Counts, spoken: _Spoken) -> float:
    return (
        0.1935 * 100 * counts.share(spoken.polysyllables)
        + 0.1672 * counts.per_sentence()
        + 0.1297 * 100 * counts.share(counts.long_words)
        - 0.0327 * 100 * counts.share(spoken.monosyllables)
        - 0.875
    )
