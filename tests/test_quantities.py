"""Quantities: what is found, what is none, and what a sentence says of them."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.annotate import quantities
from tasks.annotate.records import Options, Subject
from tests.annotating import check_offsets, make_article
from warehouse.annotations import DateRow, PlaceRow, QuantityRow, QuoteRow

ANNOTATOR = quantities.annotator(Options())
OFFICIAL = (
    "Once the transitions are finalized, the overall number of US military personnel in Iraq "
    "will be less than 2,000, with the majority located in Erbil, according to the official."
)
AGAIN = (
    "Upon the completion of the transitions, the total count of US forces stationed in Iraq "
    "will be less than 2,000, with the majority located in Erbil, according to the official."
)
DEPLOYED = (
    "As of early 2025, approximately 2,500 US troops were deployed in Iraq, "
    "with an additional 900 in neighboring Syria."
)


def found(text: str, *, language: str = "en", **rows: Sequence[Any]) -> list[QuantityRow]:
    article = make_article(text, language=language)
    result = ANNOTATOR.annotate([Subject(article, rows)])[0]
    check_offsets(article, result)
    return list(result["quantities"])


def only(text: str, **more: Any) -> QuantityRow:
    (row,) = found(text, **more)
    return row


def a_place(text: str, name: str, *, nth: int = 0, metonym: bool = False) -> PlaceRow:
    start = -1
    for _ in range(nth + 1):
        start = text.index(name, start + 1)
    return PlaceRow(
        article_id="0" * 32,
        place=nth + 1,
        mention=None,
        field="text",
        char_start=start,
        char_end=start + len(name),
        surface=name,
        sentence=None,
        name=name,
        geonames_id=None,
        feature_kind="country",
        country_code=None,
        admin1_code=None,
        latitude=None,
        longitude=None,
        precision_km=None,
        is_metonym=metonym,
        role="mentioned",
        candidates=(),
        reason=None,
    )


def a_date(text: str, surface: str, *, kind: str = "DATE") -> DateRow:
    start = text.index(surface)
    return DateRow(
        article_id="0" * 32,
        expression=7,
        field="text",
        char_start=start,
        char_end=start + len(surface),
        surface=surface,
        sentence=None,
        timex_type=kind,
        timex_value="2025",
        timex_mod="START",
        start_date=date(2025, 1, 1),
        end_date=date(2025, 4, 30),
        granularity="year",
        direction=None,
        anchor="none",
        anchor_date=None,
        anchor_expression=None,
        relative_offset=None,
        is_resolved=True,
        is_conflict=False,
        reason=None,
    )


def a_quote(text: str, surface: str, speaker: str) -> QuoteRow:
    start = text.index(surface)
    names = QuoteRow.__dataclass_fields__
    known: dict[str, Any] = {
        "article_id": "0" * 32,
        "quote": 1,
        "field": "text",
        "char_start": start,
        "char_end": start + len(surface),
        "surface": surface,
        "kind": "direct",
        "speaker": speaker,
        "is_anonymous": False,
    }
    return QuoteRow(**{name: known.get(name) for name in names})


@pytest.mark.parametrize(
    ("text", "surface", "low", "high", "comparator"),
    [
        ("It drew less than 2,000 men.", "less than 2,000", None, 2000, "<"),
        ("Fewer than 40 men came.", "Fewer than 40", None, 40, "<"),
        ("Up to 300 men came.", "Up to 300", None, 300, "<="),
        ("As many as 1,103 men came.", "As many as 1,103", None, 1103, "<="),
        ("No more than 9 men came.", "No more than 9", None, 9, "<="),
        ("At least 75 men came.", "At least 75", 75, None, ">="),
        ("No fewer than 75 men came.", "No fewer than 75", 75, None, ">="),
        ("More than 1,100 men came.", "More than 1,100", 1100, None, ">"),
        ("Over 300 men came.", "Over 300", 300, None, ">"),
        ("Some 200 men came.", "Some 200", 200, 200, "about"),
        ("Nearly 60,000 men came.", "Nearly 60,000", 60000, 60000, "about"),
        ("An estimated 1,400 men came.", "An estimated 1,400", 1400, 1400, "about"),
        ("Between 5 and 10 men came.", "5 and 10", 5, 10, "range"),
        ("It will create 5-10 jobs.", "5-10", 5, 10, "range"),
        ("They want 5 to 10 million doses.", "5 to 10 million", 5e6, 10e6, "range"),
        ("Two dozen men came.", "Two dozen", 24, 24, "="),
        ("Three hundred and five men came.", "Three hundred and five", 305, 305, "="),
        ("Half a million men came.", "Half a million", 5e5, 5e5, "="),
        ("It drew a million men.", "a million", 1e6, 1e6, "="),
        ("It drew a million and a half men.", "a million and a half", 1.5e6, 1.5e6, "="),
        ('"Sixty-nine Kentuckians fell," he said.', "Sixty-nine", 69, 69, "="),
        ("Dozens of men came.", "Dozens", 24, None, ">="),
        ("Several hundred men came.", "Several hundred", 200, None, ">="),
        ("Tens of thousands of men came.", "Tens of thousands", 20000, None, ">="),
        ("About 6.5 million people came.", "About 6.5 million", 6.5e6, 6.5e6, "about"),
        ("5k people came.", "5k", 5000, 5000, "="),
        ("It has 12 crore voters.", "12 crore", 1.2e8, 1.2e8, "="),
        ("It took two-thirds of the vote.", "two-thirds", 2 / 3, 2 / 3, "="),
        ("Roughly half of the bills failed.", "Roughly half", 0.5, 0.5, "about"),
    ],
)
def test_numbers_are_read_with_their_comparators(
    text: str, surface: str, low: float | None, high: float | None, comparator: str
) -> None:
    row = only(text)

    assert (row.surface, row.comparator) == (surface, comparator)
    assert (row.value_min, row.value_max) == (low, high)


@pytest.mark.parametrize(
    ("text", "surface", "value", "unit", "kind"),
    [
        ("It got $1.3bn for it.", "$1.3bn", 1.3e9, "USD", "money"),
        ("It got US$2.4 million.", "US$2.4 million", 2.4e6, "USD", "money"),
        ("It got C$5 m for it.", "C$5 m", 5e6, "CAD", "money"),
        ("It got 3 million Canadian dollars.", "3 million Canadian dollars", 3e6, "CAD", "money"),
        ("It got €40 for it.", "€40", 40, "EUR", "money"),
        ("It cost 50 cents.", "50 cents", 0.5, "USD", "money"),
        ("The fine cost him 300 pounds.", "300 pounds", 300, "GBP", "money"),
        ("He weighs 300 pounds.", "300 pounds", 300, "[lb_av]", "measure"),
        ("It rose to 4.7 per cent.", "4.7 per cent", 4.7, "%", "percent"),
        ("A 60-percent reduction is due.", "60-percent", 60, "%", "percent"),
        ("It gained 2 percentage points.", "2 percentage points", 2, "pp", "percentage_point"),
        ("The 324-acre farm is sold.", "324-acre", 324, "[acr_us]", "measure"),
        ("It drove 13 km per hour.", "13 km per hour", 13, "km/h", "measure"),
        ("They sealed 3km of road.", "3km", 3, "km", "measure"),
        ("A 10,000 square-foot home burned.", "10,000 square-foot", 1e4, "[sft_i]", "measure"),
        ("A 17-year-old boy died.", "17-year-old", 17, "a", "measure"),
        ("Mary Smith, 39, was ill.", "39", 39, "a", "measure"),
        ("He retires at age 65.", "65", 65, "a", "measure"),
        ("They sent a six-page letter.", "six-page", 6, "page", "count"),
        ("They arrested 20 street vendors.", "20", 20, "vendor", "count"),
        ("It grew four times.", "four times", 4, None, "none"),
    ],
)
def test_units_are_codes_of_iso_and_ucum_or_nouns(
    text: str, surface: str, value: float, unit: str | None, kind: str
) -> None:
    row = only(text)

    assert (row.surface, row.value_max, row.unit, row.unit_kind) == (surface, value, unit, kind)


@pytest.mark.parametrize(
    "text",
    [
        "It was the third and the 21st time.",
        "Call 202/224-2551 or (573) 651-0964 or 1-800-633-4227.",
        "The bills H.R. 2361, S. 1234 and S.126 passed.",
        "See Room 215, Section 8 and Title 10.",
        "He flew an F-16, a Boeing 737 and an A400M.",
        "COVID-19 is here 24/7 since 9/11.",
        "In 1996 and 2005 he ran.",
        "On January 30 and 2 March they met at 5:30 p.m. today.",
        "One of them is no one to me.",
        "He lives at 120 East Pine Street.",
        "Write to Washington, DC 20510 now.",
        "See www.senate.gov/070413vac.pdf or https://a.org/5/6 now.",
        "1. Read this first.",
        "She studied at Three Mile Island.",
        "After the 30-minute delay he left for two years.",
        "The Gang of 14 met Rep. Smith (D-MN).",
    ],
)
def test_names_ranks_dates_and_durations_are_no_quantities(text: str) -> None:
    assert [row.surface for row in found(text)] == []


def test_one_fact_told_twice_in_other_words_has_one_key() -> None:
    text = f"{OFFICIAL}\n\n{AGAIN}"
    places = [a_place(text, name, nth=nth) for name in ("Iraq", "Erbil") for nth in (0, 1)]

    first, second = found(text, places=places)

    assert first.fact_key == second.fact_key
    assert (first.object, second.object) == ("US military personnel", "US forces")
    assert {(r.comparator, r.value_max, r.place, r.modality) for r in (first, second)} == {
        ("<", 2000.0, "Iraq", "planned")
    }
    assert first.attribution == "the official"


def test_an_object_is_carried_over_to_an_additional_number() -> None:
    places = [a_place(DEPLOYED, "Iraq"), a_place(DEPLOYED, "Syria")]

    first, second = found(DEPLOYED, places=places, dates=[a_date(DEPLOYED, "early 2025")])

    assert (first.object, first.unit, first.place, first.modality) == (
        "US troops",
        "troop",
        "Iraq",
        "actual",
    )
    assert (first.as_of_start, first.as_of_expression) == (date(2025, 1, 1), 7)
    assert (second.object, second.change, second.place) == ("US troops", "additional", "Syria")


def test_another_place_or_number_is_another_fact() -> None:
    text = "They sent 500 troops to Iraq, 500 police officers, 500 soldiers and 600 troops."

    troops, police, soldiers, more = (row.fact_key for row in found(text))

    assert troops == soldiers
    assert len({troops, police, more}) == 3


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("Funding was cut from $110 million to $20 million.", ["from", "to"]),
        ("Prices rose by 5 percent.", ["increase"]),
        ("Output fell 3%.", ["decrease"]),
        ("A 5% increase is due.", ["increase"]),
        ("The toll rose to 40.", ["to"]),
        ("They sent 300 more troops.", ["additional"]),
        ("Grants range from $6 million to $12 million.", [None]),
    ],
)
def test_changes_are_told_from_levels(text: str, changes: list[str | None]) -> None:
    assert [row.change for row in found(text)] == changes


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("The town will receive a $50,000 grant.", "planned"),
        ("He plans to hire 300 people.", "planned"),
        ("It is projected to create 100 jobs.", "estimated"),
        ("The army denied that 300 men fled.", "denied"),
        ("There were about 300 men.", "actual"),
    ],
)
def test_modality_is_that_of_the_clause(text: str, modality: str) -> None:
    assert only(text).modality == modality


def test_what_a_date_covers_is_no_quantity_but_an_age_is() -> None:
    text = "Some 40 of the past 50 went; a 9-year-old girl came."
    dates = [a_date(text, "the past 50", kind="DURATION"), a_date(text, "9-year")]

    assert [row.surface for row in found(text, dates=dates)] == ["Some 40", "9-year-old"]


def test_a_quantity_in_a_quotation_is_told_by_its_speaker() -> None:
    said = "We lost 300 men,"
    text = f"“{said}” the general said."

    assert only(text, quotes=[a_quote(text, said, "the general")]).attribution == "the general"


def test_bare_numbers_and_ages_of_two_are_two_facts() -> None:
    text = "Mary Smith, 39, and Al Jones, 39, met. The two sparred. Before the two they ran."

    keys = [row.fact_key for row in found(text)]

    assert len(set(keys)) == len(keys) == 4


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("It has two read-only attributes.", "read-only attributes"),
        ("Some twenty high school students fell ill.", "high school students"),
        ("The wall is 10 feet high.", None),
        (
            "It owns dozens of internet and technology companies.",
            "internet and technology companies",
        ),
        ("They found 2 dead young owls.", "dead young owls"),
        ("It drills 100 miles or more offshore.", None),
        ("They killed two women, bringing the total dead to 18.", "dead"),
        ("There are four suits of 10 “pip” cards.", None),
    ],
)
def test_the_object_is_the_whole_noun_phrase_or_none(text: str, counted: str | None) -> None:
    assert found(text)[-1].object == counted


@pytest.mark.parametrize("text", ["It has 10^5 lines.", "-30-", "30", "See his book (1853) now."])
def test_powers_and_lonely_numbers_and_years_in_brackets_are_none(text: str) -> None:
    assert [row.value_max for row in found(text)] in ([], [None])


def test_a_metonym_is_no_place_of_a_quantity() -> None:
    text = "In Washington 300 men met."

    assert only(text, places=[a_place(text, "Washington", metonym=True)]).place is None


def test_a_dollar_is_that_of_the_source() -> None:
    article = make_article("It got $5 million.", url="https://news.example.ca/a")

    (row,) = ANNOTATOR.annotate([Subject(article)])[0]["quantities"]

    assert row.unit == "CAD"


@pytest.mark.parametrize(
    ("language", "text", "value", "unit"),
    [
        ("de", "Es kostet 1,5 Mio. Euro.", 1.5e6, "EUR"),
        ("de", "Rund 1.200 Menschen kamen.", 1200, None),
        ("de", "Das sind 12,5 Prozent.", 12.5, "%"),
        ("de", "Es waren zweihundertfünfzig Leute da.", 250, "leute"),
        ("de", "Auf ein Boot passen 17 Leute bequem.", 17, "leute"),
        ("fr", "Cela coûte 3 milliards d'euros.", 3e9, "EUR"),
        ("fr", "La ville a 2,5 millions d’habitants.", 2.5e6, "habitants"),
        ("fr", "Ils étaient quatre-vingt-dix-sept soldats.", 97, "soldats"),
        ("fr", "Il y a soixante-dix grandes villes.", 70, "villes"),
        ("fr", "On a vendu quatre-vingts livres anciens.", 80, "livres"),
        ("fr", "Environ 10 000 personnes sont venues.", 1e4, None),
        ("fr", "Une hausse de 4,2 %.", 4.2, "%"),
        ("es", "Cuesta 3,5 millones de euros.", 3.5e6, "EUR"),
        ("es", "Más de 2.000 personas llegaron.", None, None),
        ("es", "Costó medio millón más de lo previsto.", 5e5, None),
        ("es", "Cambiaron dos de los siete arcos.", 2, "arcos"),
        ("es", "Hubo mil 18 hospitalizados.", 1018, "hospitalizados"),
        ("es", "Son 95 millones de habitantes.", 95e6, "habitantes"),
        ("es", "Dos jóvenes emigrantes españoles llegaron.", 2, "emigrantes"),
        ("es", "Vinieron seiscientas personas.", 600, "personas"),
    ],
)
def test_other_languages_have_their_own_numbers(
    language: str, text: str, value: float | None, unit: str | None
) -> None:
    row = found(text, language=language)[0]

    assert row.value_max == value
    assert unit is None or row.unit == unit


PARTS = [
    *("5", "10", "2,5", "10 000", "½", "one", "half", "a", "million", "hundred", "dozens of", "$"),
    *("€", "%", "km", "7m", "-", "–", "to", "from", "between", "and", "less than", "at least", "£"),
    *("men", "30-year-old", "two-thirds", "in", "Iraq", "rose", ".", ",", "(", ")", "’s", "\n"),
    *("\ud800", "\x00"),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PARTS)), st.sampled_from([" ", "", "\u00a0"]))
def test_rows_stand_where_they_say_whatever_the_text(parts: list[str], blank: str) -> None:
    for row in found(blank.join(parts)):
        low, high = row.value_min, row.value_max
        assert low is not None or high is not None
        assert low is None or high is None or low <= high
        assert all(math.isfinite(value) for value in (low, high) if value is not None)
        assert len(row.fact_key) == 32


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    found(text)


@pytest.mark.parametrize("part", ["1", "1 ", "5-", "1,", "thousands of ", "a@", '"', "A. ", "$"])
def test_time_is_linear_in_hostile_text(part: str) -> None:
    article = make_article(part * (4_000 // len(part)))
    longer = make_article(part * (16_000 // len(part)))

    assert _seconds(longer) < 12 * _seconds(article) + 0.2


@pytest.mark.parametrize("part", ["1 ", "5-", "one ", "x5 ", "half a "])
def test_a_long_dump_of_numbers_is_read_in_part(part: str) -> None:
    article = make_article("")
    rows = ANNOTATOR.annotate([Subject(replace(article, text=part * 30_000))])[0]["quantities"]

    assert len(rows) <= 5_000


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Er wurde auf Platz sieben gesetzt, kam als 13. ins Ziel."),
        ("es", "El medio ambiente y los millones."),
        ("fr", "Voir page 5 et tableau 6."),
    ],
)
def test_what_is_no_quantity_in_other_languages(language: str, text: str) -> None:
    assert [row.surface for row in found(text, language=language)] == []


def _seconds(article: Any) -> float:
    start = time.process_time()
    ANNOTATOR.annotate([Subject(article)])
    return time.process_time() - start


def test_a_place_far_away_in_a_text_without_stops_is_not_that_of_a_figure() -> None:
    text = f"At least 44 states have issued warnings {'about fish and so on ' * 8}in Iraq"
    assert only(text, places=[a_place(text, "Iraq")]).place is None


@pytest.mark.parametrize(
    ("text", "surface", "unit"),
    [
        ("A $10.5 billion package has been passed.", "$10.5 billion", "USD"),
        ("A $75,000 grant was awarded to the university.", "$75,000", "USD"),
        ("The C $5 million plan of the council failed.", "$5 million", "USD"),
        ("Plan S $40 million was dropped.", "$40 million", "USD"),
        ("It cost A$10.5 billion to build.", "A$10.5 billion", "AUD"),
        ("It cost NZ$3 million to build.", "NZ$3 million", "NZD"),
        ("It cost US$3 million to build.", "US$3 million", "USD"),
    ],
)
def test_letters_belong_to_a_dollar_sign_only_if_they_touch_it(
    text: str, surface: str, unit: str
) -> None:
    row = only(text)
    assert (row.surface, row.unit) == (surface, unit)


@pytest.mark.parametrize(
    "text",
    [
        "The bill proposes adding approximately 12 500 acres to the wilderness.",
        "It adds 4 200 acres to the existing 2 200 acres.",
        "Rhode Island will receive 20 278 000 in federal funds.",
        "Block Grant 15 875 525 HOME 3 676 076",
        "Todays 2 4 million grant will help the workers.",
        "The town received $12 500 for its fire trucks.",
    ],
)
def test_digits_that_a_blank_parts_say_nothing_in_english(text: str) -> None:
    assert found(text) == []


def test_a_number_behind_one_that_cannot_be_read_counts_nothing_of_what_is_before_it() -> None:
    rows = found("It has 70 fire departments and 83 309 of them, or 122 million in 2006.")
    assert [(row.value_min, row.object) for row in rows] == [
        (70, "fire departments"),
        (122_000_000, None),
    ]


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("About 9 000 people live there.", "en", [9_000]),
        ("On May 12 500 people marched.", "en", [500]),
        ("The towns received 12, 500 and 30 trucks.", "en", [12, 500, 30]),
        ("They bought 5 10-foot poles and 7 trucks.", "en", [5, 10, 7]),
        ("He ran 1 1/2 miles.", "en", [1.5]),
        ("Rund 12 500 Menschen leben dort.", "de", [12_500]),
        ("Environ 12 500 habitants vivent là.", "fr", [12_500]),
    ],
)
def test_blanks_inside_numbers_are_read_where_a_language_writes_them(
    text: str, language: str, values: list[float]
) -> None:
    rows = found(text, language=language)
    assert [row.value_min if row.value_min is not None else row.value_max for row in rows] == [
        pytest.approx(value, rel=0.2) for value in values
    ]


@pytest.mark.parametrize(
    "text",
    [
        "* Columbus Rural Fire District #3 - $40,320",
        "* Gateway Hose Company 3 - $40,320",
        "* Engine Company No. 3 - $40,320",
    ],
)
def test_the_number_of_a_name_is_no_lower_bound(text: str) -> None:
    (row,) = [row for row in found(text) if row.unit_kind == "money"]
    assert (row.surface, row.value_min, row.comparator) == ("$40,320", 40_320, "=")


def test_a_percentage_behind_a_section_is_no_range() -> None:
    assert only("Section 8 - 40 percent of it - is new.").surface == "40 percent"
