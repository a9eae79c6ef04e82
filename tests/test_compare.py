from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.dedup.compare import Comparison, Prepared, SharedSpan, compare, prepare
from tasks.dedup.tokens import tokenize
from warehouse.items import Item

STOCK = "the minister said in a statement on Tuesday that"
WORDS = [f"{first}{second}" for first in "bdfgklmnprst" for second in ("ane", "ilo", "ostra", "um")]

# Few words, so that random texts share runs, repeat themselves and overlap in every way.
sentences = st.lists(st.sampled_from(["a", "b", "cc", "ß", "Ä", "京", "7", ",", "."]), max_size=40)
paragraphs = st.lists(sentences.map(" ".join), min_size=1, max_size=4)


def an_item(*body: str, caption: str | None = None) -> Item:
    """An item of these body paragraphs; a caption stands after the first and is not body."""
    pieces = [(piece, True) for piece in body]
    if caption is not None:
        pieces.insert(1, (caption, False))
    spans, place = [], 0
    for piece, is_body in pieces:
        if is_body:
            spans.append((place, place + len(piece)))
        place += len(piece) + 2
    text = "\n\n".join(piece for piece, _ in pieces)
    return Item(article_id="x", identity_sha256="x", text=text, body=tuple(spans))


def compared(a: str | Item, b: str | Item) -> Comparison:
    items = [each if isinstance(each, Item) else an_item(each) for each in (a, b)]
    return compare(*prepare(items))


def words(count: int, seed: int) -> str:
    """A text without meaning; two seeds share next to nothing."""
    chosen = random.Random(seed)
    return " ".join(f"{chosen.choice(WORDS)}{chosen.randrange(99)}" for _ in range(count))


def folded(text: str) -> list[int]:
    return [int(each) for each in tokenize([text])[0].hashes]


def mirrored(one: Comparison) -> tuple[object, ...]:
    relation = {"contains": "contained_in", "contained_in": "contains"}
    spans = [SharedSpan(s.b_start, s.b_end, s.a_start, s.a_end) for s in one.shared_spans]
    differences = [(each.kind, each.b, each.a) for each in one.differences]
    scores = one.jaccard, one.containment_b, one.containment_a, one.differs, one.is_same_item
    return relation.get(str(one.relation), one.relation), *scores, spans, differences


def test_scores_are_shares_of_distinct_five_grams() -> None:
    found = compared("one two three four five six", "one two three four five seven eight")
    assert (found.jaccard, found.containment_a, found.containment_b) == (1 / 4, 1 / 2, 1 / 3)


def test_five_grams_run_on_over_paragraphs_and_skip_what_is_not_body() -> None:
    whole = an_item("one two three four five six")
    parted = an_item("One two three,", "four five six.", caption="A photograph of a minister")
    assert compared(whole, parted).jaccard == 1.0


def test_half_of_the_five_grams_make_a_near_pair() -> None:
    text = words(100, 1)
    assert compared(text, text + " " + words(60, 2)).relation == "near"


def test_a_part_is_contained_and_the_whole_contains_it() -> None:
    whole, part = words(200, 1), " ".join(words(200, 1).split()[60:110])
    assert compared(whole, part).relation == "contains"
    assert compared(part, whole).relation == "contained_in"


def test_thirty_words_in_another_article_are_reuse() -> None:
    excerpt = " ".join(words(200, 1).split()[60:90])
    found = compared(words(200, 1), f"{words(300, 2)} {excerpt} {words(300, 3)}")
    assert (found.relation, len(found.shared_spans)) == ("reuses", 1)


def test_a_text_with_three_words_in_ten_replaced_is_reuse() -> None:
    chosen, text = random.Random(4), words(300, 1)
    edited = " ".join("other" if chosen.random() < 0.3 else word for word in text.split())
    assert compared(text, edited).relation == "reuses"


def test_stock_phrases_are_not_reuse() -> None:
    a = f"{words(80, 1)} {STOCK} {words(80, 2)} as first reported by the news agency Reuters"
    b = f"{words(90, 3)} {STOCK} {words(70, 4)} as first reported by the news agency Reuters"
    assert compared(a, b).relation is None


def test_a_formula_of_unspaced_script_is_not_reuse() -> None:
    formula = "中共中央总书记国家主席中央军委主席"  # 17 characters
    a = formula + "".join(chr(0x4E00 + each) for each in range(200))
    b = formula + "".join(chr(0x5E00 + each) for each in range(200))
    assert compared(a, b).relation is None


def test_unrelated_texts_have_no_spans_and_no_reason() -> None:
    found = compared(words(100, 1), words(100, 2))
    assert (found.relation, found.shared_spans, found.reason) == (None, (), None)


def test_empty_texts_are_not_related() -> None:
    assert compared("", "").relation is compared("", words(20, 1)).relation is None


def test_texts_of_fewer_than_five_tokens_are_near_if_equal() -> None:
    assert compared("The king died.", "the KING died").relation == "near"
    assert compared("The king died.", "The king lives.").jaccard == 0.0


def test_spans_are_the_longest_shared_pieces_without_their_punctuation() -> None:
    a, b = '"One two three four five," he said.', "Then: one two three four five!"
    first = compared(an_item(a, words(30, 1)), an_item(b, words(30, 1))).shared_spans
    assert [a[s.a_start : s.a_end] for s in first if s.a_end <= len(a)] == [
        "One two three four five"
    ]


def test_a_span_ends_where_a_caption_stands_between() -> None:
    first, second = words(30, 1), words(20, 2)
    found = compared(an_item(first, second), an_item(first, second, caption="A caption"))
    assert [s.a_end - s.a_start for s in found.shared_spans] == [len(first), len(second)]


def test_at_most_fifty_spans_are_kept() -> None:
    text = words(3000, 1).split()
    edited = ["other" if number % 12 == 0 else word for number, word in enumerate(text)]
    assert len(compared(" ".join(text), " ".join(edited)).shared_spans) == 50


@pytest.mark.parametrize(
    "text", ["a " * 50_000, "x y z " * 20_000, "a" * 500_000, "\ud800 one two \x00 three four five"]
)
def test_odd_texts_are_near_to_themselves(text: str) -> None:
    assert compared(text, text).jaccard == 1.0
    assert compared(text, text[: len(text) // 2]) == compared(text, text[: len(text) // 2])


def test_a_body_span_inside_a_word_leaves_the_word_out() -> None:
    item = Item(article_id="x", identity_sha256="x", text="one two three", body=((0, 9),))
    assert len(prepare([item])[0].tokens.hashes) == 2


@given(paragraphs, paragraphs)
def test_comparing_the_other_way_round_gives_the_mirror(a: list[str], b: list[str]) -> None:
    one, other = compared(an_item(*a), an_item(*b)), compared(an_item(*b), an_item(*a))
    assert mirrored(other) == as_it_is(one)


def as_it_is(one: Comparison) -> tuple[object, ...]:
    """What mirrored gives, with the sides as they are."""
    scores = one.jaccard, one.containment_a, one.containment_b, one.differs, one.is_same_item
    differences = [(each.kind, each.a, each.b) for each in one.differences]
    return one.relation, *scores, list(one.shared_spans), differences


@given(paragraphs, paragraphs, st.text(max_size=10))
def test_both_sides_of_a_span_have_the_same_tokens(
    a: list[str], b: list[str], caption: str
) -> None:
    left, right = an_item(*a, caption=caption), an_item(*b, *a)
    for span in compared(left, right).shared_spans:
        mine = left.text[span.a_start : span.a_end]
        assert folded(mine) == folded(right.text[span.b_start : span.b_end])
        assert tokenize([mine])[0].ends[-1] == len(mine)


@given(paragraphs, paragraphs)
def test_spans_do_not_overlap_and_the_longest_comes_first(a: list[str], b: list[str]) -> None:
    left, right = an_item(*a), an_item(*b, *a)
    spans = compared(left, right).shared_spans
    lengths = [len(folded(left.text[s.a_start : s.a_end])) for s in spans]
    assert lengths == sorted(lengths, reverse=True)
    for sides in ([(s.a_start, s.a_end) for s in spans], [(s.b_start, s.b_end) for s in spans]):
        ordered = sorted(sides)
        assert all(one[1] <= two[0] for one, two in pairwise(ordered))


@given(st.lists(paragraphs, min_size=1, max_size=5))
def test_an_item_is_prepared_alike_alone_and_among_others(texts: list[list[str]]) -> None:
    items = [an_item(*each) for each in texts]
    alone = [prepare([item])[0] for item in items]
    assert list(map(grams_of, prepare(items))) == list(map(grams_of, alone))


def grams_of(one: Prepared) -> list[int]:
    return [int(each) for each in one.grams]
