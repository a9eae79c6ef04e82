from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.clean import clean_text
from tasks.decode import decode
from tasks.layout import Layout, assemble, split_paragraphs

SEEDS = Path(__file__).parent.parent / "seeds"

_PROSE = (
    "The council met on Tuesday to talk about the bridge, which has been closed since the flood of "
    "last spring and which nobody wants to pay for. Repairs would cost four million.",
    "A report says that the piers stand, but that the deck has moved by nine centimetres. It was "
    "written by two engineers who walked the whole length of it twice in the rain.",
    "The mayor promised an answer before the summer. Traders in the old town do not believe her, "
    "as they have heard the same promise in each of the last three years, and say so loudly.",
)
_TEXTS = st.text(st.sampled_from(list("ab 中क.-‐>—\xad\n\n\u3000Ä1•")), max_size=200)


def read_seed(name: str) -> Layout:
    return split_paragraphs(clean_text(decode((SEEDS / name).read_bytes()).text).text)


def split(text: str) -> list[str]:
    return list(split_paragraphs(text).paragraphs)


def wrap(paragraph: str, width: int, **options: str) -> str:
    return "\n".join(textwrap.wrap(paragraph, width, break_on_hyphens=False, **options))


def bare(text: str) -> str:
    """Return `text` without what layout may take: blanks, hyphens at line ends, quote marks."""
    return "".join(each for each in text if not each.isspace() and each not in "\xad>-‐")


@settings(max_examples=300, deadline=None)
@given(_TEXTS)
def test_no_letter_is_lost_or_moved(text: str) -> None:
    """Layout takes away blanks, line breaks, hyphens and quote marks; all else stays in order."""
    clean = clean_text(text).text

    assert bare("".join(split(clean))) == bare(clean)


@settings(max_examples=300, deadline=None)
@given(_TEXTS)
def test_paragraphs_set_with_blank_lines_stay_as_they_are(text: str) -> None:
    """Splitting what was assembled gives the same paragraphs, each clean and on one line."""
    paragraphs = split(clean_text(text).text)

    assert split(assemble(paragraphs)[0]) == paragraphs
    assert all(part == part.strip() != "" and "\n" not in part for part in paragraphs)


@given(st.lists(st.text()))
def test_offsets_point_at_the_paragraphs(paragraphs: list[str]) -> None:
    """Every value can be shown in its text by half-open offsets in code points."""
    text, spans = assemble(paragraphs)

    assert [text[start:end] for start, end in spans] == paragraphs
    assert text == "\n\n".join(paragraphs)


def test_the_users_article_keeps_its_lines() -> None:
    """A headline and 14 lines are 15 paragraphs; only the five blank lines at the end go."""
    path = SEEDS / "000_1925a3406a3489e1.txt"
    layout = split_paragraphs(clean_text(path.read_text("utf-8")).text)

    assert layout.removed == {"trailing_blank_lines": 5}
    assert list(layout.paragraphs) == [line for line in path.read_text("utf-8").split("\n") if line]


@pytest.mark.parametrize("width", [36, 50, 65, 72, 80, 100])
def test_wrapped_paragraphs_between_blank_lines_are_joined(width: int) -> None:
    """Breaks that a column forced are no paragraphs."""
    assert split("\n\n".join(wrap(each, width) for each in _PROSE)) == list(_PROSE)


@pytest.mark.parametrize("width", [36, 50, 65, 72, 80, 100])
def test_wrapped_paragraphs_are_told_by_their_indentation(width: int) -> None:
    """Printed matter indents first lines and leaves no blank line."""
    text = "\n".join(wrap(each, width, initial_indent="   ") for each in _PROSE)

    assert split(text) == list(_PROSE)


def test_wrapped_paragraphs_are_told_by_short_last_lines() -> None:
    """Where the next word would have fitted, a paragraph ends."""
    text = "\n".join(wrap(each, 65) for each in _PROSE)

    assert split(text) == list(_PROSE)


def test_an_indented_block_is_wrapped_at_its_own_column() -> None:
    """A quotation is set narrower than the text around it."""
    quoted = wrap(_PROSE[1], 58, initial_indent="    ", subsequent_indent="    ")

    assert split(f"{wrap(_PROSE[0], 72)}\n\n{quoted}\n\n{wrap(_PROSE[2], 72)}") == list(_PROSE)


def test_quote_marks_of_mail_go() -> None:
    """Marks before every line are no text; they are counted."""
    layout = split_paragraphs("> " + wrap(_PROSE[0], 68).replace("\n", "\n> ") + "\n>\n> Second.")

    assert list(layout.paragraphs) == [_PROSE[0], "Second."]
    assert layout.removed["quote_marks"] == 5


def test_hyphens_of_divided_words_go_and_those_of_compounds_stay() -> None:
    """A text that divides words at line ends has "nest-ing", but "forty-one" stays."""
    layout = read_seed("txt/hard-wrapped.txt")

    assert layout.removed["joined_words"] == 2
    assert "its nesting places" in layout.paragraphs[2]
    assert "history museum, which" in layout.paragraphs[2]
    assert "counted forty-one." in layout.paragraphs[5]


def test_a_hyphen_stays_where_the_text_divides_no_words() -> None:
    """One hyphen at a line end is more likely that of a compound."""
    text = wrap(_PROSE[0].replace("closed since", "well- known and closed since"), 72)

    assert "well-known" in split(text.replace("well-\nknown", "well-\nknown"))[0].replace("- ", "-")


def test_a_word_seen_whole_elsewhere_is_joined() -> None:
    """The document itself says that "repairs" is one word."""
    text = (
        "The engineers who looked at the bridge in the spring say that the re-\npairs will take "
        "two years at the least, and that all the repairs must\nbe made in the dry months."
    )

    assert "the repairs will take" in split(text)[0]


def test_a_hyphen_before_and_stands_for_a_word_to_come() -> None:
    """German "Vor- und Nachteile" keeps hyphen and blank."""
    text = (
        "Im Rat wurden am Dienstag bis in den späten Abend hinein die Vor-\nund Nachteile der "
        "neuen Brücke besprochen, ohne dass am Ende jemand\nzufrieden nach Hause ging."
    )

    assert "die Vor- und Nachteile" in split(text)[0]


def test_chinese_lines_are_joined_without_blanks() -> None:
    """Scripts without blanks get none where a line was broken."""
    text = (
        "市立图书馆始建于一九五八年原来的屋顶年久失修雨季经常漏水这次改建更换了屋顶也增加了阅览座位和电梯设备。"
        * 4
    )
    lines = "\n".join(text[start : start + 35] for start in range(0, len(text), 35))

    assert split(lines) == [text]


@pytest.mark.parametrize(
    "text",
    [
        # results and a table
        "Ashford 2 Brill Rovers 1\nCarrow 0 Denby 0\nEast Marsh 3 Fenwick 2\nGarrick 1 Holl 4",
        "1 Hollin Park 38 26 6 6 88 43 45 84\n2 Carrow Town 38 24 8 6 77 40 37 80\n"
        "3 East Marsh 38 22 9 7 70 41 29 75\n4 Ashford Town 38 20 10 8 66 45 21 70",
        # verse: all lines alike in length
        "Over the harbour the grey gulls wheel,\nand the slow tide lifts the mooring chain,\n"
        "the ropes go dark where the wet hands feel\nfor the last cold coil in the falling rain.",
        "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。",
        # headlines, a list, one paragraph a line
        "Minister resigns after row over schools\nStorm leaves thousands without power\n"
        "City council votes to keep the old tram depot\nScientists map the seabed",
        "• flour, salt and water\n• old bread from the day before\n• two days of patience",
        "It rained.\nThe road was closed until noon, police said, because of trees.\nIt rained on.",
        "სოფელში სკოლა გაიხსნა.\nმასწავლებელი ჩამოვიდა და ბავშვებს შეხვდა.\nგზა ისევ დაკეტილია.",
        "ภาษาไทยไม่มีช่องว่างระหว่างคำ\nบรรทัดที่สองเป็นอีกย่อหน้าหนึ่ง",
    ],
)
def test_when_unsure_lines_stay_apart(text: str) -> None:
    """Tables, verse, lists and unwrapped text must not be mangled."""
    assert split(text) == text.split("\n")


def test_items_of_a_wrapped_list_are_paragraphs() -> None:
    """An item may take two lines; the next number begins another paragraph."""
    text = (
        "The committee made the following recommendations to the ministry:\n"
        "1. that the bridge be closed to lorries above seven tonnes until all\n"
        "of the repairs are done and paid for;\n"
        "2. that the ferry run twice an hour, also on the days before holidays\n"
        "and at night;\n"
        "3. that a report be published in May."
    )

    assert [part[:2] for part in split(text)] == ["Th", "1.", "2.", "3."]


def test_wide_gaps_part_paragraphs() -> None:
    """Scraped releases set paragraphs apart with blanks."""
    layout = split_paragraphs("Title" + " " * 80 + "First." + " " * 20 + "Second one.")

    assert layout.paragraphs == ("Title", "First.", "Second one.")
    assert layout.removed == {"wide_gaps": 2}


def test_rows_of_a_table_are_not_parted_by_gaps() -> None:
    """Where the line below has a gap too, it is a table."""
    gap = " " * 25

    assert split(f"Ashford{gap}84\nBrill{gap}80") == ["Ashford 84", "Brill 80"]


@pytest.mark.parametrize(
    ("text", "removed"),
    [
        ("A\n\nB\n", {}),
        ("A\n\nB\n\n\n", {"trailing_blank_lines": 2}),
        ("\n\nA\n\n\n\nB", {"surplus_blank_lines": 4}),
        ("", {}),
        ("\n \n", {"trailing_blank_lines": 2}),
    ],
)
def test_blank_lines_that_part_nothing_are_counted(text: str, removed: dict[str, int]) -> None:
    """One blank line between paragraphs is layout, more is nothing, and so is one at an end."""
    assert split_paragraphs(text).removed == removed


def test_time_grows_with_length_alone() -> None:
    """One line of a million characters, and fifty thousand lines, are read in seconds."""
    assert len(split("word " * 300_000)) == 1
    assert len(split("a\n" * 50_000)) == 50_000
