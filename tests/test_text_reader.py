from __future__ import annotations

from pathlib import Path

import pytest

from tasks.readers.text import read
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead

SEEDS = Path(__file__).parent.parent / "seeds"

BODY = (
    "The ferry to the island sailed again on Friday, eleven weeks after the storms.\n"
    "It carried flour, fuel and a school class, and was met by everybody who could walk."
)


def read_bytes(data: bytes) -> Draft:
    return read(RawDocument(path="a.txt", record=None, data=data, media_type="text/plain"))


def read_text(text: str) -> Draft:
    return read_bytes(text.encode())


def offered(draft: Draft, field: str) -> list[str]:
    return [each.value for each in draft.candidates if each.field == field]


def headline(text: str) -> str | None:
    return next(iter(offered(read_text(text), "headline")), None)


# File, headline and number of paragraphs, as seeds/README.md lists them.
SEED_ARTICLES = [
    (
        "000_1925a3406a3489e1.txt",
        "Pentagon says US-led military coalition scaling back Iraq occup",
        14,
    ),
    ("txt/utf-8.txt", "Island ferry returns to Skerrow after eleven weeks of storms", 8),
    ("txt/utf-16-bom.txt", "Straßenbahn fährt in Ellerhausen künftig bis zum Krankenhaus", 5),
    ("txt/windows-1252.txt", "La bibliothèque de Valmoret rouvre, sans amendes et ouverte le", 5),
    ("txt/crlf.txt", "Drumlane council approves budget with no rise in property tax", 6),
    ("txt/corrected-figure.txt", "Drumlane council approves budget with no rise in property", 7),
    ("txt/hard-wrapped.txt", "Volunteers count swifts from the rooftops of Aldermere", 5),
    (
        "txt/no-blank-after-title.txt",
        "Night train between Port Lisse and Brenn to run again from",
        6,
    ),
    ("txt/mojibake.txt", "Café owners of Peñalba sue the city over its clock", 5),
    ("txt/five-blank-lines.txt", "Schoolchildren find wreck of a sailing barge in Lake Orme", 7),
    ("txt/wide-gaps.txt", "County of Marrow Opens Seed Library for Farmers and Gardeners", 7),
    ("txt/decomposed.txt", "Zürcher Bäckerei gewinnt Preis für das beste Roggenbrot", 5),
]


@pytest.mark.parametrize(("name", "title", "count"), SEED_ARTICLES)
def test_every_seed_is_read_whole(name: str, title: str, count: int) -> None:
    """Each seed shows one difficulty, and none changes headline or paragraphs."""
    draft = read_bytes((SEEDS / name).read_bytes())

    assert [value.startswith(title) for value in offered(draft, "headline")] == [True]
    assert len(draft.paragraphs) == count


def test_five_blank_lines_at_the_end_are_counted() -> None:
    """What layout removes is told beside what cleaning removes."""
    draft = read_bytes((SEEDS / "000_1925a3406a3489e1.txt").read_bytes())

    assert draft.removed == {"trailing_blank_lines": 5}


def test_the_copy_of_a_seed_is_byte_for_byte() -> None:
    """It shows that exact copies end as one article."""
    assert (SEEDS / "txt/exact-copy.txt").read_bytes() == (SEEDS / "txt/utf-8.txt").read_bytes()


@pytest.mark.parametrize(
    "title",
    [
        "Ferry returns to the island",
        "Will the ferry return?",
        "Ferry firm to sell to Harbour Lines Inc.",
        "老城区图书馆改建完成 周末重新开放",
        "مزارعو الوادي يبدأون موسم القطف",
        "მთის სოფელში სკოლა გაიხსნა",
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_short_first_line_is_the_headline(title: str, gap: str) -> None:
    """With a blank line after it or without, in any script."""
    assert headline(title + gap + BODY) == title


@pytest.mark.parametrize(
    "first",
    [
        "The ferry sailed again.\n",
        "The ferry sailed again.\n\nThe mail boat, which had been the only link, was moored.\n\n",
        "The school wrote,\n",
        "LONDON, 3 May 2024 (Reuters) - The ferry\n\n",
        "A line that is too long for a headline " * 8 + "\n\n",
    ],
)
def test_a_first_line_that_is_text_is_no_headline(first: str) -> None:
    """Nothing is invented: without a headline there is none, and no sentence is taken away."""
    draft = read_text(first + BODY)

    assert offered(draft, "headline") == []
    assert draft.paragraphs[0].text == first.split("\n")[0].strip()


@pytest.mark.parametrize(
    "text",
    [
        # not wrapped, but the second line goes on in small letters
        "Ferry returns to the island after eleven weeks\nof storms and one mail boat\n\n"
        + BODY * 3,
        # wrapped at the column of the text
        "Ferry returns to the island after eleven weeks of storms and one mail\n"
        "boat\n\nThe ferry to the island sailed again on Friday, eleven weeks after the\n"
        "storms. It carried flour, fuel and a school class, and was met at the\n"
        "pier by everybody who could walk.\n",
    ],
)
def test_a_headline_of_two_lines_is_one(text: str) -> None:
    """A wrapped headline before a blank line is joined."""
    found = headline(text)

    assert found is not None
    assert found.startswith("Ferry returns to the island after eleven weeks of storms and one mail")


def test_a_deck_is_not_joined_to_the_headline() -> None:
    """Two lines that both begin with a capital may be headline and deck: they stay apart."""
    draft = read_text("Ferry returns\nIsland met it at the pier\n\n" + BODY)

    assert offered(draft, "headline") == ["Ferry returns"]
    assert draft.paragraphs[0].text == "Island met it at the pier"


def test_header_lines_are_offered_and_stay_as_paragraphs() -> None:
    """Byline and dates are candidates as printed; their lines are kept, marked as bylines."""
    draft = read_text(f"Ferry returns\nBy Jane Doe and Omar Haddad\nUpdated: 3 May 2024\n\n{BODY}")

    assert offered(draft, "headline") == ["Ferry returns"]
    assert offered(draft, "byline") == ["By Jane Doe and Omar Haddad"]
    assert offered(draft, "modified") == ["3 May 2024"]
    assert [each.kind for each in draft.paragraphs] == ["byline", "byline", "body", "body"]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("By REUTERS", "byline", "By REUTERS"),
        ("Por Ana Pérez Gil", "byline", "Por Ana Pérez Gil"),
        ("本报记者 王小明", "byline", "本报记者 王小明"),
        ("2024-05-03", "published", "2024-05-03"),
        ("Miércoles, 3 de mayo de 2024", "published", "Miércoles, 3 de mayo de 2024"),
        ("2024年5月3日 10:20", "published", "2024年5月3日 10:20"),
        ("Published on 3 May 2024", "published", "3 May 2024"),
        ("Aktualisiert: 03.05.2024, 12:30 Uhr", "modified", "03.05.2024, 12:30 Uhr"),
        ("URL: https://example.org/a", "url", "https://example.org/a"),
    ],
)
def test_header_lines_in_many_forms(line: str, field: str, value: str) -> None:
    """Languages and forms that newspapers use."""
    assert offered(read_text(f"Ferry returns\n{line}\n{BODY}"), field) == [value]


@pytest.mark.parametrize(
    "line",
    [
        "By the time the ferry came the pier was full",
        "Von der Leyen besucht die Insel",
        "By 2030 all ferries will be electric",
        "Elections 2024",
        "记者从水利部了解到水库水位上升",
        "Date palms of 2024 are sweet",
    ],
)
def test_prose_that_looks_like_a_header_line_stays_prose(line: str) -> None:
    """Only a line that says nothing else is a byline or a date."""
    draft = read_text(f"Ferry returns\n\n{line}\n{BODY}")

    assert {each.field for each in draft.candidates} == {"headline"}
    assert draft.paragraphs[0].kind == "body"


def test_a_labelled_title_is_the_headline() -> None:
    """Exports of databases write "Title:" before it; the label goes, and the line with it."""
    draft = read_text(f"Title: Ferry returns\nAuthor: Jane Doe\nDate: 2024-05-03\n\n{BODY}")

    assert offered(draft, "headline") == ["Ferry returns"]
    assert [each.kind for each in draft.paragraphs] == ["byline", "byline", "body", "body"]


@pytest.mark.parametrize(
    ("beginning", "day"),
    [
        ("LONDON, 3 May (Reuters) — The ferry", "3 May"),
        ("WASHINGTON, Jan. 5, 2024 /PRNewswire/ -- The ferry", "Jan. 5, 2024"),
        ("新华社北京5月3日电（记者王小明）渡轮复航", "5月3日"),
    ],
)
def test_the_day_of_a_dateline_is_offered(beginning: str, day: str) -> None:
    """As printed, year or not; the paragraph keeps it."""
    draft = read_text(f"Ferry returns\n\n{beginning} sailed again.\n")

    assert offered(draft, "published") == [day]
    assert draft.paragraphs[0].text.startswith(beginning)


@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", "\ufeff\u200b\n".encode(), b"\xff\xfe \x00"])
def test_a_document_of_blanks_is_empty(data: bytes) -> None:
    """The error says how many bytes there were and what an article needs."""
    with pytest.raises(CannotRead, match=rf"read\.empty: {len(data)} bytes, .* needs a paragraph"):
        read_bytes(data)


@pytest.mark.parametrize(
    "text", ["Ferry returns", "Ferry returns\n\n", "Ferry returns\nBy Jane Doe\n"]
)
def test_a_headline_alone_is_no_article(text: str) -> None:
    """Nothing was said about anything."""
    with pytest.raises(CannotRead, match=r"read\.no_body: 'Ferry returns' and no paragraph"):
        read_text(text)


def test_one_sentence_is_an_article_without_a_headline() -> None:
    """A flash is short, but it is a sentence."""
    draft = read_text("The ferry to the island has sailed again.")

    assert [each.text for each in draft.paragraphs] == ["The ferry to the island has sailed again."]
    assert draft.candidates == ()


def test_a_huge_line_takes_linear_time() -> None:
    """A megabyte in one line is read at once."""
    assert len(read_bytes(b"word and " * 110_000).paragraphs) == 1
