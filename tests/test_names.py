"""Who wrote it: names, agencies and desks out of bylines as they are printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.names import authors_in, is_same_name


def names(line: str, **known: str) -> list[str]:
    """Return the names of the authors in a line."""
    return [author.name for author in authors_in(line, **known)]


def kinds(line: str, **known: str) -> list[str]:
    """Return the kinds of the authors in a line."""
    return [author.kind for author in authors_in(line, **known)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Ruby Abbott", ["Ruby Abbott"]),  # "by" within a name is none
        ("Written by Ann Lee, edited by Bo Rey", ["Ann Lee"]),
        ("by Ann Lee22 Dec 2016651", ["Ann Lee"]),
        ("By ANN LEE March 11, 2015 3:46 PM", ["ANN LEE"]),
        ("Last updated: January 7, 2025", []),
        ("Text: Ann Lee, Fotos: Bo Rey", ["Ann Lee"]),
        ("Ann Lee (avec Bo Rey et Cy Day)", ["Ann Lee", "Bo Rey", "Cy Day"]),
        ("Ann Lee (https://a.example/lee/)", ["Ann Lee"]),
        ("Ann Lee @annlee", ["Ann Lee"]),
        ("View all posts by Ann Lee", ["Ann Lee"]),
        ("Political editor Ann Lee", ["Ann Lee"]),
        ("Ann Lee, professor of law", ["Ann Lee"]),
        ("Ann Lee, Staff Writer", ["Ann Lee"]),
        ("Ann Lee, MD", ["Ann Lee"]),
        ("Автор: Иван Петров", ["Иван Петров"]),
        ("홍길동 기자", ["홍길동"]),
        ("حسام أبو العلا - القاهرة", ["حسام أبو العلا"]),
    ],
)
def test_what_stands_round_a_name_is_left_out(line: str, expected: list[str]) -> None:
    """Verbs, dates, credits, addresses, jobs, degrees and places, in several languages."""
    assert names(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Ann Lee, Bo Rey, and Cy Day", ["Ann Lee", "Bo Rey", "Cy Day"]),
        ("Ana García y Luis Pérez", ["Ana García", "Luis Pérez"]),
        ("João Silva e Maria Souza", ["João Silva", "Maria Souza"]),
        ("Jan Smit en Piet Bos", ["Jan Smit", "Piet Bos"]),
        ("Jan Novák a Petr Malý", ["Jan Novák", "Petr Malý"]),
        ("Иван Петров и Анна Белая", ["Иван Петров", "Анна Белая"]),
        ("Lee, Ann; Rey, Bo", ["Lee, Ann", "Rey, Bo"]),
        ("AP/Reuters", ["AP", "Reuters"]),
    ],
)
def test_lists_are_parted_at_the_words_of_their_language(line: str, expected: list[str]) -> None:
    """A word that joins names counts between full names only."""
    assert names(line) == expected


@pytest.mark.parametrize(
    "name",
    [
        "José Ortega y Gasset",
        "Maria do Carmo de Souza e Silva",
        "Martin Luther King Jr.",
        "Jong, Michiel de",
        "Kooman, F.",
        "Gal·la Placídia",
        "约翰·史密斯",
        "Richard (R.J.) Eskow",
        "Van Jones",
        "Ludwig van Beethoven",
    ],
)
def test_one_name_stays_one(name: str) -> None:
    """Particles, initials, inverted order, nicknames and dots within a name."""
    assert names(name) == [name]


def test_a_generation_stays_with_its_name() -> None:
    """It stands after a comma as a further author would."""
    assert names("Martin Luther King, Jr. and Ann Lee") == ["Martin Luther King Jr.", "Ann Lee"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("A.P.", "organisation"),
        ("republic.example.com", "organisation"),
        ("KUT", "organisation"),
        ("HT Correspondent", "desk"),
        ("Redaktion", "desk"),
        ("Ani", "person"),
    ],
)
def test_agencies_sites_and_desks_are_no_persons(line: str, kind: str) -> None:
    """A short agency's name in title case is a given name."""
    assert kinds(line) == [kind]


def test_what_the_source_calls_an_organisation_is_one_name() -> None:
    """And is not parted, nor cut as a job title."""
    assert names("Contributors to Wikis and Books", kind="organisation") == [
        "Contributors to Wikis and Books"
    ]
    assert kinds("Ann Lee", kind="organisation") == ["organisation"]


def test_a_person_by_type_is_an_agency_by_name() -> None:
    """Content systems write "Person" of every account."""
    assert kinds("Reuters", kind="person") == ["organisation"]
    assert kinds("Ann Lee", kind="person") == ["person"]


def test_the_publisher_is_an_organisation_with_figures_and_all() -> None:
    """A name with figures is no person's, but a station's may have some."""
    assert kinds("News24", publisher="News24") == ["organisation"]
    assert names("News24 x") == []


@pytest.mark.parametrize(
    ("name", "publisher", "is_same"),
    [
        ("The Coast", "coast.com", True),
        ("Coast News", "www.coast", True),
        ("Coast", "Coastal", False),
        ("The", "News", False),
    ],
)
def test_spellings_of_a_publisher(name: str, publisher: str, is_same: bool) -> None:
    """Article, domain and "news" do not count."""
    assert is_same_name(name, publisher) is is_same


PIECES = ("By ", "Ann ", "Lee", " y ", " e ", ", ", " and ", "(", ")", "3 May ", "@", "http://a ")


@given(st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_line_raises_and_no_name_is_empty_or_an_address(line: str) -> None:
    """Names hold a letter, no address, no blanks at their ends."""
    for author in authors_in(line):
        assert author.name == author.name.strip()
        assert any(letter.isalpha() for letter in author.name)
        assert "://" not in author.name


def test_a_name_behind_a_mail_address_is_the_author() -> None:
    """The form of <author> in RSS 2.0, whatever the domain."""
    assert [each.name for each in authors_in("desk@ledger.community (Jo Doe)")] == ["Jo Doe"]


def test_an_inverted_name_with_particles_stays_whole() -> None:
    assert [each.name for each in authors_in("van Gogh, Vincent")] == ["van Gogh, Vincent"]
