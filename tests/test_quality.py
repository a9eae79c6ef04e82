"""Quality signals: the values of small texts, computed by hand, and what holds for every text."""

from __future__ import annotations

import time
from dataclasses import asdict, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.quality import MOST_CHARS, Quality, measure
from tasks.records import DraftParagraph
from warehouse.schema import columns

# "a rose is a rose" is repeated: of 10 words the last 5 stood before.
ROSE = "a rose is a rose a rose is a rose"


def of(*lines: str, language: str | None = "en", kind: str = "body") -> Quality:
    """Measure these paragraphs."""
    return measure([DraftParagraph(text=line, kind=kind) for line in lines], language)


def test_every_signal_is_a_column_of_articles_in_the_same_order() -> None:
    wanted = [name for name in columns("articles") if name.startswith("quality_")]
    assert [item.name for item in fields(Quality)] == wanted


@pytest.mark.parametrize(
    ("text", "signal", "value"),
    [
        ("one two three", "mean_word_chars", 11 / 3),
        ("#news #now here", "hash_word_ratio", 2 / 3),
        ("so… and so... on", "ellipsis_word_ratio", 2 / 4),
        ("3 + 4 is seven", "alpha_word_ratio", 2 / 5),
        ("été 2024 über-", "alpha_word_ratio", 2 / 3),
        ("The house of the king", "stop_word_count", 2),
        ("Use {braces} twice {", "curly_bracket_count", 3),
        ("Lorem Ipsum dolor", "lorem_ipsum_count", 1),
        ("Please enable JavaScript now", "javascript_line_count", 1),
        ("This site uses cookies.", "policy_line_count", 1),
    ],
)
def test_a_signal_has_the_value_of_its_definition(text: str, signal: str, value: float) -> None:
    assert getattr(of(text), f"quality_{signal}") == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("He came. She went! Who stayed?", 3),
        ("J. Smith met Dr. Who on 3. May.", 2),  # "Dr." counts, single letters and figures do not
        ("“It is over.” He left…", 2),
        ("北京今天下雨。上海晴天！", 2),
        ("No end", 0),
    ],
)
def test_sentences_are_counted_by_their_ends(text: str, count: int) -> None:
    assert of(text, language=None).quality_sentence_count == count


def test_lines_that_stood_before_are_duplicates_and_the_first_is_not() -> None:
    found = of("abcd", "ab", "abcd", "abcd")
    assert found.quality_duplicate_line_ratio == 0.5
    assert found.quality_duplicate_line_char_ratio == pytest.approx(8 / 14, abs=1e-6)


def test_shares_of_lines() -> None:
    found = of("• one", "- two", "To be continued...", "A line that is longer than thirty letters.")
    assert found.quality_bullet_line_ratio == 0.5
    assert found.quality_ellipsis_line_ratio == 0.25
    assert found.quality_terminal_line_ratio == 0.5
    assert found.quality_short_line_ratio == 0.75


def test_an_item_of_a_list_is_a_bullet_without_one() -> None:
    assert of("one", "two", kind="list_item").quality_bullet_line_ratio == 1.0


def test_paragraph_breaks_are_counted_per_word() -> None:
    assert of("one two", "three four").quality_newline_word_ratio == 0.25


def test_the_most_frequent_ngram_is_measured_by_the_characters_it_covers() -> None:
    """ "a rose" stands four times: 4 x 5 of 24 letters; "rose is a" twice: 2 x 7."""
    found = of(ROSE)
    assert found.quality_top_2gram_char_ratio == pytest.approx(20 / 24, abs=1e-6)
    assert found.quality_top_4gram_char_ratio == pytest.approx(2 * 11 / 24, abs=1e-6)


def test_repeated_ngrams_count_from_the_second_one_on() -> None:
    found = of(ROSE)
    assert found.quality_duplicate_5gram_char_ratio == 0.5
    assert found.quality_duplicate_6gram_char_ratio == 0.0


def test_overlapping_repeats_are_counted_once() -> None:
    assert of("x " * 20).quality_duplicate_5gram_char_ratio == pytest.approx(19 / 20, abs=1e-6)


def test_a_text_without_blanks_has_no_signals_of_words() -> None:
    found = of("新华社北京五月三日电，今天上午会议在北京举行。", language="zh")
    assert found.quality_mean_word_chars is None
    assert found.quality_top_2gram_char_ratio is None
    assert found.quality_terminal_line_ratio == 1.0


def test_english_stop_words_are_asked_of_english_alone() -> None:
    assert of("The end of it", language="en-GB").quality_stop_word_count == 2
    assert of("The end of it", language="de").quality_stop_word_count is None


def test_furniture_is_measured_as_such_and_not_as_text() -> None:
    parts = [DraftParagraph(text="abc."), DraftParagraph(text="Menu" * 3, kind="furniture")]
    found = measure(parts, "en")
    assert found.quality_furniture_char_ratio == 0.75
    assert found.quality_mean_word_chars == 4


def test_nothing_to_measure_gives_null_and_no_error() -> None:
    found = measure([], None)
    assert found.quality_terminal_line_ratio is None
    assert found.quality_mean_word_chars is None


WORDS = st.lists(st.sampled_from(["a", "bb", "ccc", "dddd"]), min_size=1, max_size=40)


def naive_share(words: list[str], size: int) -> float:
    """Characters of words inside n-grams that stood before, the slow and obvious way."""
    grams = [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]
    inside = {at + k for at, gram in enumerate(grams) if gram in grams[:at] for k in range(size)}
    return sum(len(words[at]) for at in inside) / sum(map(len, words))


@given(WORDS)
def test_repeated_ngrams_are_what_a_naive_count_says(words: list[str]) -> None:
    found = asdict(of(" ".join(words)))
    for size in range(5, 11):
        share = found[f"quality_duplicate_{size}gram_char_ratio"]
        assert share == pytest.approx(naive_share(words, size), abs=1e-6)


@given(st.lists(st.text(max_size=60), max_size=6), st.sampled_from(["en", "th", None]))
def test_a_share_of_a_text_lies_between_nothing_and_all(lines: list[str], language: str) -> None:
    found = asdict(of(*lines, language=language))
    shares = [
        v for k, v in found.items() if k.endswith(("line_ratio", "char_ratio", "alpha_word_ratio"))
    ]
    assert all(share is None or 0 <= share <= 1 for share in shares)


def test_a_huge_text_is_measured_by_its_beginning() -> None:
    started = time.thread_time()
    found = of("a " * MOST_CHARS + "{" * 10)
    assert found.quality_curly_bracket_count == 0
    assert time.thread_time() - started < 5
