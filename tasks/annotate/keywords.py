"""Keywords: those that the publisher declares, and the words that tell an article from others.

Distinctive are words and phrases that the headline has or the article repeats, and that other
articles of its language seldom have. The score of a word is

    tf * (K + 1) / (tf + K)  *  ln(1 + (N - n + 1/2) / (n + 1/2))

with tf its number in headline and body, N the articles of its language that were counted so far
and n those that have it: the term weight of BM25 (Robertson & Walker 1994, "Some simple effective
approximations to the 2-Poisson model"; Robertson & Zaragoza 2009, "The Probabilistic Relevance
Framework", section 3.1) without the length of the text, which is the same for all its words; the 1
in the logarithm keeps it above 0. A phrase of two or three words that stands there at least twice
has PHRASE times the mean of its words' logarithms: it is rarer than they are, how much is not
counted. A word that mostly stands inside a phrase with a better score is left out.

N and n are those of the commits before (warehouse/term_counts.py) and of the batch, so a first run
knows its batch alone, and a score says how things were when it was made. Words are folded, not
reduced to stems. In Chinese and Japanese the terms are pairs of Han characters and runs of
Katakana, and keywords the runs that are repeated. In other scripts without blanks, and in a
language without a list of stop words until LEAST_ARTICLES are known, nothing is distinctive:
guesses would be function words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from math import log
from pathlib import Path

from tasks.annotate.records import Annotator, Article, Options, Rows, Subject
from tasks.annotate.wording.candidates import Candidate, Material, material
from tasks.annotate.wording.content import stop_words
from tasks.annotate.wording.tokens import fold, words
from tasks.quality import BODY_KINDS, MOST_CHARS
from warehouse.annotations import KeywordRow
from warehouse.location import Location
from warehouse.term_counts import TermCounts

MOST_KEYWORDS = 15  # of an article; what follows is seldom of use to a reader
LEAST_ARTICLES = 50  # so that the words of every article are known as such
K = 1.2  # Robertson and Zaragoza: 1.2 to 2; the second occurrence adds 3/8 of the first
PHRASE = 1.4  # by eye on press releases and Spanish news: "health care" before "health"
WITHIN = 2  # a word that stands more than so many times as often as the phrase stands for itself


def annotator(options: Options) -> Annotator:
    """Return the annotator of keywords; it reads the index of terms in `options.state_folder`."""

    def annotate(subjects: Sequence[Subject]) -> list[Rows]:
        articles = [subject.article for subject in subjects]
        found = list(map(_material, articles))
        corpora = _corpora(subjects, found, options.state_folder)
        return [
            {"keywords": [*_declared(article), *_distinctive(article, each, corpora)]}
            for article, each in zip(articles, found, strict=True)
        ]

    return Annotator(
        name="keywords", version="1", tables=("keywords",), annotate=annotate, scope="article"
    )


def document_terms(article: Article) -> frozenset[str]:
    """Return the terms of an article that count for document frequency, folded.

    They are counted under `article.language`. The empty set: the article has none, but it counts
    as an article.
    """
    return _material(article).terms


def _material(article: Article) -> Material:
    """Return what the headline and the paragraphs of the body have."""
    return material(article.headline or "", _body(article), article.language)


def _body(article: Article) -> list[str]:
    """Return the paragraphs of the body, of a very long text its beginning (tasks/quality.py)."""
    found: list[str] = []
    left = MOST_CHARS
    for part in article.paragraphs:
        if part.kind in BODY_KINDS and left > 0:
            found.append(article.text[part.start : min(part.end, part.start + left)])
            left -= part.end - part.start
    return found


# ---- the corpus ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Corpus:
    """What is known of the articles of a language."""

    article_count: int
    counts: Mapping[str, int]

    def rarity(self, term: str) -> float:
        """Return the logarithm in the formula."""
        count = self.counts.get(term, 0)
        return log(1 + (self.article_count - count + 0.5) / (count + 0.5))


def _corpora(
    subjects: Sequence[Subject], found: Sequence[Material], state_folder: str
) -> dict[str, _Corpus]:
    """Return for each language what the index and the batch know together."""
    numbers = Counter({subject.article.language: 0 for subject in subjects})
    counts: dict[str, Counter[str]] = {language: Counter() for language in numbers}
    wanted: dict[str, set[str]] = {language: set() for language in numbers}
    for subject, each in zip(subjects, found, strict=True):
        language = subject.article.language
        if not subject.was_read:  # else it is in the index
            numbers[language] += 1
            counts[language].update(each.terms)
        wanted[language].update(*(one.terms for one in each.candidates))
    for language, known, number in _indexed(wanted, state_folder):
        counts[language].update(known)
        numbers[language] += number
    return {language: _Corpus(numbers[language], counts[language]) for language in numbers}


def _indexed(
    wanted: Mapping[str, Set[str]], state_folder: str
) -> Iterator[tuple[str, dict[str, int], int]]:
    """Yield for each language what the index knows of the terms, and how many articles it knows."""
    folder = Path(state_folder)
    if not state_folder or not (folder / TermCounts.FILE).exists():
        return
    # The index belongs to a Location, whose state folder stands beside it (warehouse/location.py).
    location = Location(folder.with_name(folder.name.removesuffix(".state")))
    with closing(TermCounts(location, read_only=True)) as index:
        for language, terms in wanted.items():
            yield language, index.counts(language, terms), index.article_count(language)


# ---- rows ----------------------------------------------------------------------------------------


def _declared(article: Article) -> Iterator[KeywordRow]:
    """Yield what the publisher declares, each form once, in the publisher's order."""
    if not article.keywords:
        return
    text = f" {' '.join(map(_folded, [article.headline or '', *_body(article)]))} "
    seen: set[str] = set()
    for given in article.keywords:
        keyword = " ".join(fold(given).split())
        if not keyword or keyword in seen:
            continue
        seen.add(keyword)
        yield KeywordRow(
            article_id=article.article_id,
            keyword=keyword,
            kind="declared",
            rank=len(seen),
            score=None,
            term_count=text.count(f" {_folded(keyword)} "),
            corpus_article_count=None,
            surface=given,
        )


def _folded(text: str) -> str:
    return " ".join(match[0] for match in words(fold(text)))


def _distinctive(
    article: Article, found: Material, corpora: Mapping[str, _Corpus]
) -> Iterator[KeywordRow]:
    corpus = corpora[article.language]
    if not stop_words(article.language).plain and corpus.article_count < LEAST_ARTICLES:
        return
    scored = [(_score(each, corpus), each) for each in found.candidates]
    scored.sort(key=lambda item: (-item[0], item[1].keyword))
    for rank, (score, each) in enumerate(_apart(scored), 1):
        yield KeywordRow(
            article_id=article.article_id,
            keyword=each.keyword,
            kind="distinctive",
            rank=rank,
            score=round(score, 4),
            term_count=each.count,
            corpus_article_count=corpus.counts.get(each.keyword) if each.is_term else None,
            surface=each.surface,
        )


def _score(candidate: Candidate, corpus: _Corpus) -> float:
    """Return the score of the formula above."""
    rarity = sum(map(corpus.rarity, candidate.terms)) / len(candidate.terms)
    weight = candidate.count * (K + 1) / (candidate.count + K)
    return weight * rarity * (1 if candidate.is_term else PHRASE)


def _apart(scored: Iterable[tuple[float, Candidate]]) -> Iterator[tuple[float, Candidate]]:
    """Yield the best that do not say again what a better one says."""
    said: dict[str, int] = {}  # term to how often the keyword with it stands there
    chosen = 0
    for score, each in scored:
        if chosen == MOST_KEYWORDS:
            return
        if all(each.count > WITHIN * said.get(term, 0) for term in each.terms):
            chosen += 1
            said.update((term, max(each.count, said.get(term, 0))) for term in each.terms)
            yield score, each
