"""Places: which is meant, where it lies, and what it does in its sentence."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.annotate import places, sentences
from tasks.annotate.gazetteer.folding import fold
from tasks.annotate.gazetteer.index import gazetteer
from tasks.annotate.records import Options, Subject
from tests.annotating import annotate, check_offsets, make_article
from warehouse.annotations import MentionRow, PlaceRow

_BARBUDA = "Antigua and Barbuda"


def places_of(
    text: str, *names: str, language: str = "en", kind: str = "place", **more: str
) -> Sequence[PlaceRow]:
    """The places of `text`, where a model would have found `names`; without them, none is there."""
    article = make_article(text, language=language, **more)
    rows = [_mention(text, name, number, kind) for number, name in enumerate(names, 1)]
    given_rows = annotate(article, sentences.annotator(Options())) | {"mentions": rows}
    found = places.annotate([Subject(article, given_rows)])[0]
    check_offsets(article, found)
    return found["places"]


def _mention(text: str, name: str, number: int, kind: str) -> MentionRow:
    start = text.index(name)
    return MentionRow(
        article_id="0" * 32, mention=number, field="text", char_start=start,
        char_end=start + len(name), surface=name, kind=kind, entity_id="", sentence=None,
        role_title=None, role_function=None,
    )  # fmt: skip


def row(text: str, name: str, **more: str) -> PlaceRow:
    """The row of the last place written `name`, found by the gazetteer alone."""
    return [each for each in places_of(text, **more) if each.surface == name][-1]


@pytest.mark.parametrize(
    ("text", "name", "country", "division"),
    [
        ("A fire broke out in Paris, Texas, on Monday.", "Paris", "US", "US-TX"),
        ("Ministers met in Paris on Monday. France agreed.", "Paris", "FR", "FR-IDF"),
        ("They live in Birmingham, Alabama.", "Birmingham", "US", "US-AL"),
        ("They live in Birmingham. England won. The UK cheered.", "Birmingham", "GB", "GB-ENG"),
        ("Protests in Tbilisi, Georgia, go on.", "Georgia", "GE", None),
        ("Police in Atlanta, Georgia, said so.", "Georgia", "US", "US-GA"),
        ("The mayor of Pittsburgh, Pa., spoke in Pittsburgh.", "Pittsburgh", "US", "US-PA"),
    ],
)
def test_neighbours_and_countries_decide_between_namesakes(
    text: str, name: str, country: str, division: str | None
) -> None:
    found = next(each for each in places_of(text) if each.surface == name)
    assert (found.country_code, found.admin1_code) == (country, division)


def test_the_country_of_the_source_decides_when_nothing_else_does() -> None:
    text = "The council of Cambridge met on Monday."
    british = places_of(text, "Cambridge", source="www.bbc.co.uk")
    assert british[0].country_code == "GB"


def test_candidates_are_scored_best_first_and_at_most_ten() -> None:
    (found,) = places_of("A road to Springfield was closed.", "Springfield")
    scores = [each["score"] for each in found.candidates]
    assert len(scores) == 10
    assert scores == sorted(scores, reverse=True)
    assert found.candidates[0]["latitude"] == found.latitude


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("This will enable Baghdad to take charge.", "Baghdad"),
        ("The law came after Washington’s assassination of commanders.", "Washington"),
        ("Washington said it would act.", "Washington"),
        ("The US says it is leaving.", "US"),
        ("It reached an agreement with Iraq to leave.", "Iraq"),
        ("Talks between Moscow and Washington failed.", "Moscow"),
    ],
)
def test_a_government_that_acts_is_a_metonym(text: str, name: str) -> None:
    assert row(text, name).is_metonym


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("US military personnel remaining in Baghdad will stay.", "Baghdad"),
        ("It is a boost for the government in Baghdad, which asked.", "Baghdad"),
        ("US forces left Iraq.", "US"),
        ("An official in Iraq said so.", "Iraq"),
        ("The president of Iraq said so.", "Iraq"),
        ("They live in Iraq’s Kurdistan region.", "Iraq"),
        ("Iraq was attacked.", "Iraq"),
    ],
)
def test_a_place_where_something_is_no_metonym(text: str, name: str) -> None:
    assert not row(text, name).is_metonym


def test_roles_are_dateline_event_and_mentioned() -> None:
    text = "CAIRO, May 3 (AP) - Two people were killed in Libya. Talks with Egypt go on."
    assert [each.role for each in places_of(text)] == ["dateline", "event", "mentioned"]


def test_an_unknown_place_is_where_the_text_puts_it_or_nowhere() -> None:
    text = "They met at Qasr Foobar in the western Anbar province. Later at Zzyzzx."
    first, _, last = places_of(text, "Qasr Foobar", "Anbar", "Zzyzzx")
    assert (first.name, first.admin1_code, first.reason) == (None, "IQ-AN", "located_in")
    assert (last.latitude, last.reason) == (None, "not_in_gazetteer")


def test_an_airport_is_a_facility_and_another_building_lies_in_its_city() -> None:
    text = "Near Baghdad International Airport and the Baghdad Central Prison they waited."
    airport, prison = places_of(text, "Baghdad International Airport", "Baghdad Central Prison")
    assert (airport.feature_kind, airport.precision_km) == ("facility", 3.0)
    assert (prison.feature_kind, prison.reason) == ("facility", "facility_of_city")
    assert prison.precision_km is not None
    assert prison.precision_km > 20


@pytest.mark.parametrize(
    "text",
    [
        "Paris Hilton and Jordan Smith were there.",
        "Nice work. Reading is fun, Police say, and Mobile phones help.",
        "The measure by Sen. Jackson (R-Maine) passed the White House.",
        "Turkey is best with gravy; turkey is dry. They told us.",
        "Mr. Jordan said so.",
    ],
)
def test_words_and_names_of_people_are_no_places(text: str) -> None:
    assert [each.surface for each in places_of(text) if each.surface != "Maine"] == []


@pytest.mark.parametrize(
    ("text", "language", "codes"),
    [
        ("Die Minister trafen sich in München, nicht in Frankreich.", "de", ["DE", "FR"]),
        ("新华社北京5月3日电 伊拉克和法国代表团访问上海。", "zh", ["CN", "IQ", "FR", "CN"]),
        ("وصل الوزير إلى بغداد قادما من فرنسا والعراق", "ar", ["IQ", "FR", "IQ"]),
        ("이라크에서 프랑스로 돌아왔다.", "ko", ["IQ", "FR"]),
    ],
)
def test_the_gazetteer_finds_places_without_a_model(
    text: str, language: str, codes: list[str]
) -> None:
    assert [each.country_code for each in places_of(text, language=language)] == codes


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("نزل الماء في الوادي وأن المدينة كيف كانت", "ar"),  # the valley, and that, the city, how
        ("مردان در میدان آب بن مرکزی", "fa"),  # men, in the field, water
        ("परम वान काली", "hi"),  # supreme, black
        ("이를 위해 개성 있는 것을", "ko"),  # for this, personality
        ("ポイントとバリアのハリ、としまの人", "ja"),  # point, barrier, needle
        ("เว้นแต่จะมีการประกาศ", "th"),  # unless
        ("安提瓜和巴布达岛以外的布达", "zh"),  # the end of Barbuda
        ("Dabei war es still. Die Länder schweigen.", "de"),
        ("Bukan itu. Para petani di sana.", "id"),
        ("Chủ nhà nói. Bộ trưởng đến.", "vi"),
        ("Benim evim. Nära dig.", "tr"),
        ("Ira and George met Libi on an Island in the Commonwealth.", "en"),
    ],
)
def test_words_of_other_languages_are_no_places(text: str, language: str) -> None:
    found = [each for each in places_of(text, language=language) if each.name != _BARBUDA]
    assert [each.surface for each in found] == []


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("وصل إلى بيروت والعراق ومحافظة الأنبار", "ar", ["بيروت", "العراق", "الأنبار"]),
        ("حتى للعراق وبالقاهرة", "ar", ["عراق", "القاهرة"]),  # for Iraq is written without alef
        ("דיבר בישראל ובצרפת", "he", ["ישראל", "צרפת"]),
        ("नई दिल्ली और ऑस्ट्रेलिया", "hi", ["नई दिल्ली", "ऑस्ट्रेलिया"]),
        ("パリとインド、神奈川県", "ja", ["パリ", "インド", "神奈川県"]),
        ("เดินทางจากกรุงเทพฯไปฝรั่งเศส", "th", ["กรุงเทพฯ", "ฝรั่งเศส"]),
        ("США и Франция", "ru", ["США", "Франция"]),
        ("Moscú y Medellín no firmaron.", "es", ["Moscú", "Medellín"]),
    ],
)
def test_names_in_other_scripts_and_languages_are_found_whole(
    text: str, language: str, names: list[str]
) -> None:
    assert [each.surface for each in places_of(text, language=language)] == names


def test_a_name_that_only_another_language_gives_a_country_is_not_that_country() -> None:
    assert row("They flew to Tunis on Monday.", "Tunis").name == "Tunis"


def test_an_organisation_that_is_a_country_is_a_place_that_acts() -> None:
    (found,) = places_of("Iran rejected the offer.", "Iran", kind="organisation")
    assert found.mention == 1
    assert found.is_metonym


def test_one_name_has_one_sense_in_an_article() -> None:
    found = places_of("A fire in Paris, Texas. Paris is a small town. Nobody in Paris slept.")
    assert {each.country_code for each in found} == {"US"}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["en", "de", "zh", "ar", "und"]))
def test_any_text_is_annotated_with_right_offsets(text: str, language: str) -> None:
    places_of(text, language=language)


@pytest.mark.parametrize(
    "text", ["", "\ud800 Iraq \0", "A" * 300_000, "Iraq, " * 20_000, "“" * 200_000, "中" * 100_000]
)
def test_hostile_text_is_annotated(text: str) -> None:
    places_of(text)


@given(st.text(max_size=80))
def test_a_folded_name_folds_to_itself(name: str) -> None:
    assert fold(fold(name)) == fold(name)


def test_every_row_of_the_gazetteer_is_found_by_a_name_it_has() -> None:
    found = gazetteer().find(["iraq", "cote divoire", "巴格达", "sanaa", "not a place"])
    assert [places[0].country for places in found.values()] == ["IQ", "CI", "IQ", "YE"]


def test_an_institution_that_shares_the_name_of_a_place_has_no_coordinates() -> None:
    (place,) = places_of("The White House said that talks would go on.", "White House")
    assert (place.latitude, place.reason) == (None, "not_in_gazetteer")
