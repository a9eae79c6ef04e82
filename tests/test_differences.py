from __future__ import annotations

import random
import re

import pytest

from tasks.dedup.compare import Comparison, compare, prepare
from warehouse.items import Item

MARKET = (
    "Shares in Frankfurt closed higher on Monday as investors welcomed the figures from the "
    "carmaker. The leading index rose 1.2 percent to 18,234.5 points in heavy trading.\n\n"
    "Traders said that the mood in the hall had been good since the morning, and that most of "
    "them expected it to last until the central bank meets again. The euro bought 1.08 dollars "
    "in the evening, and a barrel of crude oil cost 83 dollars. The volume was 4.1 billion "
    "euros, which is more than on any other day of this year.\n\n"
    "Analysts of the bank Hansen and Partner wrote that they saw no reason to change their "
    "view of the market before the quarterly reports are published in full."
)
OBITUARY = (
    "The former mayor Margaret Holloway has died, her family said on Monday. She was known in "
    "the whole county for her work at the school, where Holloway had taught music and history "
    "for much of her life before she was elected to the town council. Friends remembered a "
    "teacher who never raised her voice and who had a kind word for each of her pupils. A "
    "service will be held in the church of Springfield, and the family asks that instead of "
    "flowers a gift be made to the library, which Holloway had helped to build."
)
LEAD = (
    "It was a day that nobody in the city will forget soon, and one that began with rain and "
    "with a queue in front of the exchange before the doors were opened."
)


def item(text: str, headline: str | None = None) -> Item:
    spans = [found.span() for found in re.finditer(r"[^\n]+", text)]
    return Item(
        article_id="x", identity_sha256="x", text=text, body=tuple(spans), headline=headline
    )


def compared(a: str, b: str, *headlines: str) -> Comparison:
    one, other = headlines or (None, None)
    return compare(*prepare([item(a, one), item(b, other)]))


def with_words_replaced(text: str, share: float, seed: int) -> str:
    """Replace words by others of the same text, figures and names among them."""
    chosen = random.Random(seed)
    pool = text.split()
    edit = [chosen.choice(pool) if chosen.random() < share else word for word in text.split(" ")]
    return " ".join(edit)


def with_other_figures(text: str) -> str:
    return re.sub(r"\d", lambda found: str((int(found[0]) + 3) % 9 + 1), text)


def told(found: Comparison, kind: str) -> list[tuple[str, str]]:
    return [(each.a, each.b) for each in found.differences if each.kind == kind]


def test_the_same_sentences_with_other_figures_are_another_item() -> None:
    found = compared(MARKET, with_other_figures(MARKET))
    assert (found.relation, found.is_same_item, found.differs) == ("near", False, ("figures",))
    assert ("1.2", "5.6") in told(found, "figures")


def test_the_reason_tells_how_many_figures_differ_and_which() -> None:
    found = compared(MARKET, with_other_figures(MARKET))
    assert found.reason == (
        "same sentences, 5 of 5 figures differ: 1.2 -> 5.6, 18,234.5 -> 53,678.9, 1.08 -> 5.43"
    )


def test_the_reason_is_told_from_the_side_of_a() -> None:
    found = compared(with_other_figures(MARKET), MARKET)
    assert str(found.reason).endswith("5.6 -> 1.2, 53,678.9 -> 18,234.5, 5.43 -> 1.08")


def test_the_same_obituary_of_another_person_is_another_item() -> None:
    other = OBITUARY.replace("Margaret Holloway", "Beatrix Quimby").replace("Holloway", "Quimby")
    found = compared(OBITUARY, other.replace("Springfield", "Riverton"))
    assert (found.relation, found.is_same_item) == ("near", False)
    assert told(found, "names")[0] == ("Margaret Holloway", "Beatrix Quimby")


def test_a_grant_to_another_town_is_another_item_though_most_figures_agree() -> None:
    program = " The program began in 2001 with 900 grants of 5 to 10 years in 48 states."
    a = OBITUARY + program + " The grant of 18,442 dollars goes to the town of Bellevue."
    b = OBITUARY + program + " The grant of 60,156 dollars goes to the town of Defiance."
    assert not compared(a, b).is_same_item


@pytest.mark.parametrize("seed", range(8))
def test_random_word_edits_leave_the_item_the_same(seed: int) -> None:
    found = compared(MARKET, with_words_replaced(MARKET, 0.05, seed))
    assert found.relation != "near" or found.is_same_item


def test_another_lead_is_told_and_leaves_the_item_the_same() -> None:
    _, rest = MARKET.split("\n\n", 1)
    found = compared(MARKET, f"{LEAD}\n\n{rest}")
    assert (found.is_same_item, found.differs) == (True, ("lead",))
    assert told(found, "lead")[0][1] == LEAD.rstrip(".")


def test_another_ending_is_told_and_leaves_the_item_the_same() -> None:
    rest, _ = MARKET.rsplit("\n\n", 1)
    found = compared(MARKET, f"{rest}\n\n{LEAD}")
    assert (found.is_same_item, found.differs) == (True, ("ending",))


def test_a_paragraph_that_only_one_has_at_the_end_is_boilerplate() -> None:
    found = compared(MARKET, f"{MARKET}\n\n{LEAD}")
    assert (found.is_same_item, told(found, "boilerplate")) == (True, [("", LEAD.rstrip("."))])


def test_another_headline_is_told_and_leaves_the_item_the_same() -> None:
    found = compared(MARKET, MARKET, "Shares up", "Frankfurt closes higher")
    assert (found.is_same_item, found.differs) == (True, ("headline",))
    assert told(found, "headline") == [("Shares up", "Frankfurt closes higher")]


def test_a_headline_in_other_case_is_no_difference() -> None:
    assert compared(MARKET, MARKET, "Shares up", "SHARES  UP").differs == ()


@pytest.mark.parametrize(
    "written", ["18 234,5", "18'234.5", "１８２３４.５", "١٨٢٣٤.٥", "18\u202f234,5", "18.234,5"]
)
def test_a_figure_in_another_writing_is_the_same_figure(written: str) -> None:
    found = compared(MARKET, MARKET.replace("18,234.5", written))
    assert told(found, "figures") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("Monday", "Friday"), ("3 May", "4 June"), ("lundi", "mardi"), ("2024-05-03", "2024-06-04")],
)
def test_dates_are_told_as_dates(one: str, other: str) -> None:
    a, b = (MARKET.replace("on Monday", f"on {date}") for date in (one, other))
    assert compared(a, b).differs == ("dates",)


def test_a_chinese_bulletin_with_other_figures_is_another_item() -> None:
    text = "央行今天开展1930亿元逆回购操作，利率为1.4%，操作期限七天，市场流动性合理充裕，"
    text += "分析人士认为货币政策将继续支持实体经济稳定增长，当日到期2311亿元，净回笼381亿元。"
    found = compared(text, text.replace("1930", "2450").replace("1.4", "1.6").replace("381", "1"))
    assert (found.relation, found.is_same_item) == ("near", False)


def test_names_that_changed_places_or_were_shortened_are_the_same() -> None:
    a = OBITUARY.replace("Margaret Holloway", "Senator Margaret Holloway")
    found = compared(a, OBITUARY.replace("Margaret Holloway", "Sen. Margaret Holloway"))
    assert (found.is_same_item, told(found, "names")) == (True, [])


def test_figures_in_addresses_do_not_count() -> None:
    a, b = (f"{OBITUARY} See https://example.org/{number}/index.html" for number in (12, 57))
    assert compared(a, b).is_same_item


def test_equal_texts_do_not_differ() -> None:
    found = compared(MARKET, MARKET)
    assert (found.differs, found.differences, found.is_same_item) == ((), (), True)


def test_differences_are_bounded_in_number_and_length() -> None:
    rows = [f"{' '.join(f'w{n}x{k}' for k in range(20))} {n}" for n in range(90)]
    one, other = (
        " ".join(rows),
        re.sub(r" (\d+)(?= |$)", lambda n: f" {int(n[1]) + 7}", " ".join(rows)),
    )
    found = compared(f"{LEAD * 3} {one}", other)
    assert 0 < len(found.differences) <= 30
    assert all(max(len(each.a), len(each.b)) <= 200 for each in found.differences)


def test_one_other_date_beside_equal_figures_is_the_copy_of_the_next_day() -> None:
    assert compared(MARKET, MARKET.replace("Monday", "Tuesday")).is_same_item


def test_long_texts_are_aligned_piece_by_piece() -> None:
    chosen = random.Random(1)
    tokens = [f"w{chosen.randrange(4000)}" for _ in range(20_000)]
    other = tokens[:3000] + tokens[3400:15_000] + ["inserted"] + tokens[15_000:]
    found = compared(" ".join(tokens), " ".join(other))
    assert told(found, "wording") == [(" ".join(tokens[3000:3400])[:200], ""), ("", "inserted")]
