"""Acronyms: which words before a bracket they stand for, and which brackets are none."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.annotate import acronyms, sentences
from tasks.annotate.records import Options
from tests.annotating import annotate, check_offsets, make_article

BOTH = (sentences.annotator(Options()), acronyms.annotator(Options()))


def found(text: str) -> list[tuple[str, str]]:
    return [(row.short, row.long) for row in annotate(make_article(text), *BOTH)["acronyms"]]


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Iraq’s Popular Mobilization Units (PMU) left.", "PMU", "Popular Mobilization Units"),
        ("of Iran’s Islamic Revolution Guards Corps (IRGC), and", "IRGC",
         "Islamic Revolution Guards Corps"),
        ("The Ministry of Defence (MoD) said", "MoD", "Ministry of Defence"),
        ("PMU (Popular Mobilization Units) fought", "PMU", "Popular Mobilization Units"),
        ("non-governmental organisations (NGOs) left", "NGO", "non-governmental organisations"),
        ("the Centers for Disease Control and Prevention (CDC)", "CDC",
         "Centers for Disease Control and Prevention"),
        ("the “Joint Comprehensive Plan of Action” (“JCPOA”) was", "JCPOA",
         "Joint Comprehensive Plan of Action"),
        ("the National Counterterrorism Center (NCTC)", "NCTC", "National Counterterrorism Center"),
        ("the Department of Homeland Security (DHS, or Homeland)", "DHS",
         "Department of Homeland Security"),
        ("the United Nations (U.N.) said", "U.N.", "United Nations"),
        ("the Group of 20 (G20) met", "G20", "Group of 20"),
        ("Women, Infants and Children (WIC) Program", "WIC", "Women, Infants and Children"),
        ("the Food & Drug Administration (FDA)", "FDA", "Food & Drug Administration"),
        ("Électricité de France (EDF)", "EDF", "Électricité de France"),
        ("la Organización de las Naciones Unidas (ONU)", "ONU",
         "Organización de las Naciones Unidas"),
        ("the Transportation Security Administration's (TSA) rules", "TSA",
         "Transportation Security Administration"),
        ("the Kurdistan Democratic Party (known as KDP)", "KDP", "Kurdistan Democratic Party"),
        ("the Office of the Comptroller of the Currency (OCC)", "OCC",
         "Office of the Comptroller of the Currency"),
    ],
)  # fmt: skip
def test_an_acronym_stands_for_the_words_before_it(text: str, short: str, long: str) -> None:
    assert found(text) == [(short, long)]


@pytest.mark.parametrize(
    "text",
    [
        "Sen. Smith (D-MN) said so (2,000) times",
        "Representative Martinez (R-N.M.) left",
        "BAGHDAD (AP) - The army left.",
        "ATLANTA, Pa. (AP) - The army left.",
        "The war (1990) ended in New York (Monday).",
        "the Kurdistan Workers' Party (PKK)",
        "He went to Paris. Metro Unit (PMU) was there.",
        "中国共产党 (CPC)",
        "Pennsylvania (PA)",
    ],
)
def test_other_brackets_are_no_acronyms(text: str) -> None:
    assert found(text) == []


def test_a_row_says_where_both_stand() -> None:
    article = make_article("The Popular Mobilization Units (PMUs) left.", headline="PMU left")
    (row,) = annotate(article, *BOTH)["acronyms"]
    assert row.surface == "Popular Mobilization Units (PMUs)"
    assert article.text[row.short_start : row.short_end] == row.short == "PMU"
    assert article.text[row.long_start : row.long_end] == row.long


@given(st.text(alphabet="AbC (.),’&1\nof", max_size=80))
def test_rows_point_where_they_say_in_any_text(text: str) -> None:
    article = make_article(text)
    rows = annotate(article, *BOTH)
    check_offsets(article, rows)
    assert all(text[row.long_start : row.long_end] == row.long for row in rows["acronyms"])


@pytest.mark.parametrize("unit", ["(", "(AB) ", "Alpha Beta (AB) ", "A(B", "()"])
def test_a_text_of_brackets_takes_little_time(unit: str) -> None:
    begin = time.process_time()
    found(unit * (100_000 // len(unit)))
    assert time.process_time() - begin < 3
