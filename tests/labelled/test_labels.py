"""The label files are sound, and the scores count what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.labelled import scoring
from tests.labelled.compile_labels import LabelError, compile_labels, published
from tests.quality import agree_article, score_article

TEXT = 'Ann Lee said "we won" on Monday.\n\nOn Monday, 2 of 12 officials said it rained.'
ARTICLE = {"number": 1, "id": "x", "source": "wikinews", "url": "u", "text": TEXT}
TABLES = ("dates", "quantities", "quotes", "attributions")
FILES = sorted(Path(__file__).parent.glob("*.json"))


def compiled(*lines: str) -> dict[str, Any]:
    return compile_labels("\n".join(["== 1", *lines]), [dict(ARTICLE)])[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_label_stands_where_it_says(path: Path) -> None:
    for article in json.loads(path.read_text("utf-8")):
        for row in (row for table in TABLES for row in article[table]):
            assert article["text"][row["start"] : row["end"]] == row["surface"]
            if row.get("speaker"):
                speaker = article["text"][row["speaker_start"] : row["speaker_end"]]
                assert speaker == row["speaker"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_article_names_its_licence_and_wikinews_its_page(path: Path) -> None:
    for article in json.loads(path.read_text("utf-8")):
        assert article["licence"]
        assert article["source"] != "wikinews" or article["url"].startswith("https://en.wikinews")
        assert article["source"] != "senate" or article["published"]


def test_the_seen_labels_are_those_of_the_file_that_was_written_by_hand() -> None:
    stored = json.loads((Path(__file__).parent / "seen.json").read_text("utf-8"))
    written = (Path(__file__).parent / "seen.txt").read_text("utf-8")
    assert compile_labels(written, stored) == stored


def test_brackets_and_numbers_choose_among_equal_surfaces() -> None:
    rows = compiled(
        "d | On [Monday], 2 | DATE | XXXX-WXX-1",
        "d | Monday#1 | DATE | XXXX-WXX-1",
        "q | 2 | 2 | 2 | = | count | - | officials",
    )
    assert [row["start"] for row in rows["dates"]] == [TEXT.find("Monday"), TEXT.rfind("Monday")]
    assert rows["quantities"][0]["start"] == TEXT.find("2 of")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("d | Monday | DATE | XXXX-WXX-1", "line 2: stands 2 times"),
        ("d | Sunday | DATE | XXXX-WXX-7", "line 2: not in the text"),
        ("d | Monday#1 | DAY | XXXX-WXX-1", "'DAY' is none of"),
        ("d | Monday#1 | DATE | 1st May", "not a TIMEX3 value"),
        ("q | 12 | 12 | - | < | count | - | -", "do not go with <"),
        ("q | 12 | 12", "line 2"),
        ("z | 12", "unknown kind of row"),
        ("s | we won | direct | Bob | - | named | no", "not outside the quotation"),
        ("a | [officials] said | official | yes | -", "no {}"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str, complaint: str) -> None:
    with pytest.raises(LabelError, match=complaint):
        compiled(line)


def test_the_day_of_a_senate_release_stands_in_its_id() -> None:
    assert published("grimmer_senate:Klobuchar/08Jul2008Klobuchar20") == "2008-07-08"
    assert published("Exploding_toads") is None


ROWS = (
    "d | Monday#1 | DATE | XXXX-WXX-1",
    "d | Monday#2 | DATE | XXXX-WXX-1",
    "q | 12 | 12 | 12 | = | count | - | officials",
    "s | we won | direct | Ann Lee | Ann Lee | named | no",
    "a | [officials] {said} | official | yes | -",
)


def scores(labels: dict[str, Any], found: dict[str, Any]) -> dict[str, scoring.Score]:
    return score_article(labels, {table: found[table] for table in TABLES} | {"sentences": []})


def counts(score: scoring.Score) -> tuple[int, int, int]:
    return score.hits, score.misses, score.alarms


def test_equal_rows_score_one() -> None:
    found = scores(compiled(*ROWS), compiled(*ROWS))
    assert {kind: score.f1 for kind, score in found.items() if score.hits} == {
        "dates: span": 1,
        "dates: span and value": 1,
        "quantities: span": 1,
        "quantities: span and value": 1,
        "direct quotes": 1,
        "speaker of direct quotes": 1,
        "attributions": 1,
        "anonymous": 1,
    }


def test_a_wrong_value_is_a_miss_and_a_false_alarm_but_not_of_the_span() -> None:
    found = scores(compiled(*ROWS), compiled("d | Monday#1 | DATE | XXXX-WXX-2"))
    assert counts(found["dates: span"]) == (1, 1, 0)
    assert counts(found["dates: span and value"]) == (0, 2, 1)


def test_an_optional_row_is_neither_missed_nor_a_false_alarm() -> None:
    labels = compiled("?d | Monday#1 | DATE | -")
    assert counts(scores(labels, compiled())["dates: span"]) == (0, 0, 0)
    assert counts(scores(labels, compiled(ROWS[0]))["dates: span and value"]) == (0, 0, 0)


def test_one_row_answers_one_label() -> None:
    wide = compiled("d | Monday.  On Monday | DATE | XXXX-WXX-1")
    assert counts(scores(compiled(*ROWS), wide)["dates: span"]) == (1, 1, 0)


def test_a_speaker_may_be_named_elsewhere_by_the_same_surname() -> None:
    other = compiled("s | we won | direct | officials | Mr. Lee | named | no")
    assert scores(compiled(*ROWS), other)["speaker of direct quotes"].precision == 1
    wrong = compiled("s | we won | direct | officials | - | official | yes")
    assert scores(compiled(*ROWS), wrong)["speaker of direct quotes"].precision == 0


def test_calling_a_named_speaker_anonymous_is_a_false_alarm() -> None:
    wrong = compiled("s | we won | direct | Ann Lee | Ann Lee | named | yes", ROWS[-1])
    assert counts(scores(compiled(*ROWS), wrong)["anonymous"]) == (1, 0, 1)


@pytest.mark.parametrize(
    ("one", "two", "equal"),
    [
        ("P1DE", "P10Y", True),
        ("199", "199X", True),
        ("XXXX-WXX-2T17:00", "XXXX-WXX-2T17:00Z", True),
        ("T20:30|XXXX-WXX-2T20:30", "XXXX-WXX-2T20:30", True),
        ("2007", "2008", False),
        ("P2W", "P2M", False),
    ],
)
def test_spellings_of_one_value_are_equal(one: str, two: str, equal: bool) -> None:
    assert scoring.same_value(one, two) is equal


@pytest.mark.parametrize(("thing", "equal"), [("-", True), ("officials", False)])
def test_a_count_of_what_is_not_written_may_be_called_none(thing: str, equal: bool) -> None:
    row = "q | [12] officials | 12 | 12 | = | {} | - | {}".format
    one, two = compiled(row("count", thing)), compiled(row("none", "-"))
    assert counts(scores(one, two)["quantities: span and value"])[0] == equal


def test_kappa_takes_chance_away() -> None:
    assert scoring.kappa([("a", "a"), ("b", "b")]) == 1
    assert scoring.kappa([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]) == 0


def test_what_one_labeller_holds_optional_the_other_need_not_have() -> None:
    first, second = compiled(ROWS[0], ROWS[1]), compiled("?" + ROWS[0], ROWS[1])
    agreed = agree_article(first, {table: second[table] for table in TABLES} | {"sentences": []})
    assert agreed["dates: span"].f1 == 1
