"""The scores of the extraction bench are those that the article-extraction-benchmark defines."""

from __future__ import annotations

import pytest

from tests.bench.extraction import Found, Known, Score, matches, precision_recall


def test_four_grams_are_counted_as_often_as_they_stand() -> None:
    """Found twice and known once is one right, one wrong."""
    assert matches("a b c d", "a b c d. A B, a b c d") == (1, 6, 0)


def test_a_text_of_few_words_is_one_gram() -> None:
    assert matches("Rain today", "Rain today") == (1, 0, 0)
    assert matches("Rain today", "") == (0, 0, 1)


def test_f1_is_that_of_the_averages() -> None:
    """A page where nothing was found lowers recall, and has no precision."""
    f1, precision, recall = precision_recall([(4, 0, 0), (0, 0, 8), (2, 2, 2)])

    assert (precision, recall) == (0.75, 0.5)
    assert f1 == pytest.approx(0.6)


def test_headlines_are_equal_but_for_case_and_marks() -> None:
    """What is not known, or not looked for, is not counted."""
    score = Score()
    score.add(
        Known(name="a", data=b"", title="“Rain” today"), Found(title='"rain"  today', date="")
    )
    score.add(Known(name="b", data=b"", title="Rain"), Found(body="Rain"))

    assert score.exact == {"title": [True]}
