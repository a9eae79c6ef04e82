"""Sketches: what they hold, and that nothing but words, scripts and parameters decides it."""

from __future__ import annotations

import hashlib
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedup.shingles import CUT_WINDOWS, HASH_BITS, PARAMETERS, VERSION, Sketches, sketch
from tasks.dedup.tokens import Script, Tokens, tokenize
from warehouse.items import Spans

# (VERSION, digest of the sketches of FIXED): an index holds one version of hashes.
PINNED = (1, "8ff90b8db5bf5fa4847fc99a5f9677509a3e8b79623766af0e0989eb9ef854b8")

PHRASE = "The king has died, Straße at dawn; ＦＬＡＧＳ hung lów over 1250 towns of 한국어 news"
LETTERS = {
    Script.WORDS: PHRASE.split(),
    Script.HAN: list("中国新闻联播主要内容今天在北京"),
    Script.SEA: list("กขคงจฉชซา"),
}


def a_text(script: Script, length: int, seed: int = 0) -> str:
    """A text of so many tokens, of one paragraph."""
    rng = random.Random(seed)
    return (" " if script == Script.WORDS else "").join(rng.choices(LETTERS[script], k=length))


FIXED = [a_text(script, length) for script in Script for length in (5, 20, 400)]
TEXTS = st.builds(a_text, st.sampled_from(Script), st.integers(0, 90), st.integers(0, 5))
ARTICLES = st.lists(TEXTS, max_size=4)  # of paragraphs


def all_of(texts: list[str]) -> list[Spans]:
    return [((0, len(text)),) for text in texts]


def sketch_texts(texts: list[str]) -> Sketches:
    return sketch(tokenize(texts), all_of(texts))


def hashes_of(text: str) -> set[int]:
    return set(sketch_texts([text]).hashes.tolist())


def an_article(paragraphs: list[str]) -> tuple[str, Spans]:
    """Text and spans of paragraphs, a blank line between two."""
    text, spans = "", []
    for paragraph in paragraphs:
        spans.append((len(text), len(text) + len(paragraph)))
        text += paragraph + "\n\n"
    return text, tuple(spans)


def of_tokens(tokens: Tokens, low: int, high: int) -> Tokens:
    """Some of the tokens."""
    return Tokens(
        *(a[low:high] for a in (tokens.hashes, tokens.starts, tokens.ends, tokens.scripts))
    )


def slow_sketch(text: str, script: Script) -> set[int]:
    """By hand: one shingle has one hash, and of every window the smallest.

    Windows are cut at the ends of a short text and do not reach over those of a long one.
    """
    n, window = PARAMETERS[script].shingle, PARAMETERS[script].window
    tokens, whole = tokenize([text])[0], all_of([text])
    count = max(0, len(tokens) - n + 1)
    alone = [of_tokens(tokens, at, at + n) for at in range(count)]
    shingles = sketch(alone, whole * count).hashes.tolist()
    is_long = len(shingles) >= CUT_WINDOWS * window
    ends = range(window, len(shingles) + 1) if is_long else range(1, len(shingles) + window)
    return {min(shingles[max(0, end - window) : end]) for end in ends if shingles}


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(Script), st.integers(0, 400), st.integers())
def test_a_sketch_is_what_it_is_by_hand(script: Script, length: int, seed: int) -> None:
    """The fast way finds the same minima."""
    text = a_text(script, length, seed)
    assert hashes_of(text) == slow_sketch(text, script)


@settings(max_examples=50, deadline=None)
@given(st.lists(ARTICLES, max_size=5))
def test_a_sketch_does_not_depend_on_the_batch(articles: list[list[str]]) -> None:
    """The sketch of a batch is those of its texts one after the other."""
    pairs = [an_article(article) for article in articles]
    batch = sketch(tokenize([text for text, _ in pairs]), [spans for _, spans in pairs])

    for number, (text, spans) in enumerate(pairs):
        alone = sketch(tokenize([text]), [spans])
        mine = batch.owners == number
        assert batch.hashes[mine].tolist() == alone.hashes.tolist()
        assert batch.scripts[mine].tolist() == alone.scripts.tolist()
        assert batch.places[mine].tolist() == alone.places.tolist()
    assert set(batch.owners.tolist()) <= set(range(len(pairs)))


def test_a_batch_larger_than_a_slice_is_one_sketch() -> None:
    """Owners go on where one slice ends."""
    texts = [a_text(Script.WORDS, 30, seed) for seed in range(20)] * 1000
    found = sketch_texts(texts)
    few = sketch_texts(texts[:20])

    assert np.array_equal(found.hashes, np.tile(few.hashes, 1000))
    assert np.array_equal(np.unique(found.owners), np.arange(20_000))


def test_a_text_that_begins_as_the_one_before_ends_has_its_hash() -> None:
    """Both are one shingle, the same."""
    assert sketch_texts([a_text(Script.WORDS, 6)] * 2).owners.tolist() == [0, 1]


@given(st.lists(TEXTS, max_size=6))
def test_rows_are_distinct_and_in_order(texts: list[str]) -> None:
    """By owner, then hash, of 48 bits."""
    found = sketch_texts(texts)
    keys = list(zip(found.owners.tolist(), found.hashes.tolist(), strict=True))

    assert keys == sorted(set(keys))
    assert all(0 <= value < 1 << HASH_BITS for value in found.hashes.tolist())


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda text: text.replace(" ", ", "),
        lambda text: f"“{text}”",
        lambda text: text.replace(" ", "\n\n"),
        lambda text: text.replace(" ", "\0"),
    ],
)
def test_punctuation_and_case_do_not_count(change) -> None:  # noqa: ANN001
    """Equal words, equal sketches."""
    text = a_text(Script.WORDS, 80)
    assert hashes_of(change(text)) == hashes_of(text)


@pytest.mark.parametrize("script", Script)
def test_paragraphs_do_not_count(script: Script) -> None:
    """Shingles run on over their borders."""
    text = a_text(script, 400)
    at = text.index(" ", 100) if script == Script.WORDS else 100
    parted, spans = an_article([text[:at], "...", text[at:]])

    assert set(sketch(tokenize([parted]), [spans]).hashes.tolist()) == hashes_of(text)


def test_what_is_not_kept_leaves_no_trace() -> None:
    """Shingles run on over the gap; a word of which only a part is kept counts as a gap too."""
    first, second = a_text(Script.WORDS, 40, 1), a_text(Script.WORDS, 40, 2)
    text = f"{first} Subscribe now {second}"
    kept = ((0, len(first) + 4), (len(text) - len(second), len(text)))

    assert set(sketch(tokenize([text]), [kept]).hashes.tolist()) == hashes_of(f"{first} {second}")


def test_a_paragraph_has_the_script_of_most_of_its_letters() -> None:
    """A name in Latin letters does not change a Chinese paragraph."""
    found = sketch_texts([a_text(Script.HAN, 60) + " iPhone 15 " + a_text(Script.HAN, 60, 1)])
    assert set(found.scripts.tolist()) == {Script.HAN}


def test_each_script_is_a_stream_of_its_own() -> None:
    """Neighbours of one script are read on, another script begins anew."""
    english, chinese = a_text(Script.WORDS, 60), a_text(Script.HAN, 90)
    text, spans = an_article([english, chinese])

    found = sketch(tokenize([text]), [spans])

    assert set(found.hashes.tolist()) == hashes_of(english) | hashes_of(chinese)
    assert set(found.scripts.tolist()) == {Script.WORDS, Script.HAN}


@settings(max_examples=40, deadline=None)
@given(ARTICLES)
def test_a_place_is_where_the_shingle_begins(article: list[list[str]]) -> None:
    """Cut out alone, it has the hash of its row; every text repeats its own beginnings later."""
    text, spans = an_article(article * 2)
    tokens = tokenize([text])[0]
    found = sketch([tokens], [spans])

    for value, place, script in zip(found.hashes, found.places, found.scripts, strict=True):
        alone = of_tokens(tokens, place, place + PARAMETERS[Script(script)].shingle)
        if set(alone.scripts.tolist()) == {script}:  # else a gap lies within
            assert value in sketch([alone], all_of([text])).hashes


def test_a_place_is_the_first_of_several() -> None:
    """What is said four times stands in the first half, with the shingles over a border."""
    four = sketch_texts([" ".join([a_text(Script.WORDS, 100, 3)] * 4)])
    assert len(four) > 10
    assert max(four.places) < 200


def test_a_place_counts_the_tokens_that_are_not_kept() -> None:
    """It is the number of the token in the text, not in what counts."""
    words = a_text(Script.WORDS, 26).split()
    text = " ".join(words)
    kept = ((len(" ".join(words[:20])), len(text)),)
    assert sketch(tokenize([text]), [kept]).places.tolist() == [20]


def test_beginnings_and_ends_of_long_texts_are_not_kept() -> None:
    """They are formulas: texts that share one and nothing else mostly share no hash."""
    head, tail = a_text(Script.WORDS, 6, 7), a_text(Script.WORDS, 6, 8)
    rng = random.Random(5)
    texts = [f"{head} {' '.join(str(rng.random()) for _ in range(200))} {tail}" for _ in range(50)]
    first, *others = (hashes_of(text) for text in texts)
    assert np.mean([bool(first & other) for other in others]) < 0.2


@pytest.mark.parametrize("script", Script)
def test_only_a_text_of_a_shingle_has_a_hash(script: Script) -> None:
    """Shorter ones are joined by identity; from one token more on there are two."""
    n = PARAMETERS[script].shingle
    assert [len(hashes_of(a_text(script, n + more))) for more in (-1, 0, 1)] == [0, 1, 2]


@settings(max_examples=50)
@given(st.integers(0, 270), st.integers(6, 30), st.integers())
def test_what_a_text_keeps_of_an_excerpt_the_excerpt_keeps(at: int, size: int, seed: int) -> None:
    """However short: no shingle of it that the whole text kept is missing."""
    rng = random.Random(seed)
    words = [str(rng.random()) for _ in range(300)]
    excerpt = words[at : at + size]
    every = {value for n in range(size - 5) for value in hashes_of(" ".join(excerpt[n : n + 6]))}

    assert hashes_of(" ".join(words)) & every <= hashes_of(" ".join(excerpt))


@pytest.mark.parametrize(("size", "found_at_least"), [(30, 0.94), (60, 1.0)])
def test_an_excerpt_shares_two_hashes_with_its_source(size: int, found_at_least: float) -> None:
    """Of random words, which is as hard as real ones: DESIGN, section 5."""
    rng = random.Random(4)
    sources = [[str(rng.randrange(10**6)) for _ in range(300)] for _ in range(300)]
    places = [rng.randrange(300 - size) for _ in sources]
    shared = [
        len(hashes_of(" ".join(words)) & hashes_of(" ".join(words[at : at + size])))
        for words, at in zip(sources, places, strict=True)
    ]

    assert np.mean([n >= 2 for n in shared]) >= found_at_least


def test_other_parameters_need_another_version() -> None:
    """If this fails, sketches have changed: raise VERSION, then pin both anew."""
    found = sketch_texts(FIXED)
    digest = hashlib.sha256()
    for column, kind in ((found.hashes, "<i8"), (found.owners, "<i4"), (found.scripts, "<i1")):
        digest.update(column.astype(kind).tobytes())

    assert (VERSION, digest.hexdigest()) == PINNED


@pytest.mark.parametrize("text", ["", "\0", "\ud800" * 50, "a", "a " * 50_000, "\u0378 " * 50])
def test_any_text_has_a_sketch(text: str) -> None:
    """Of nothing none; of one word without end a single hash."""
    assert len(sketch_texts([text])) == (1 if len(text) == 100_000 else 0)


def test_nothing_has_no_sketch() -> None:
    """An empty batch, and a text of which nothing counts."""
    assert len(sketch([], [])) == 0
    assert len(sketch(tokenize(["the king has died at dawn"]), [()])) == 0


@pytest.mark.parametrize("spans", [((10, 20), (0, 5)), ((0, 12), (10, 20)), ((5, 3),)])
def test_spans_out_of_order_are_refused(spans: Spans) -> None:
    """They would count a word twice."""
    with pytest.raises(ValueError, match="in order"):
        sketch(tokenize(["the king has died at dawn"]), [spans])


def test_every_text_has_its_spans() -> None:
    with pytest.raises(ValueError, match="2 texts, but kept spans of 1"):
        sketch(tokenize(["one", "two"]), [()])
