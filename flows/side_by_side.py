"""Two texts side by side: which paragraphs go together, what both have, what differs."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain, groupby, islice, pairwise, zip_longest

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.answers import cell
from tasks.dedup.compare import SharedSpan
from warehouse.items import Spans

WHOLE_ROWS = 12  # shorter comparisons are shown whole: about a screen
MOST_ROWS = 60  # rows without --full, however much differs
LONG_PIECE = 400  # characters; of a longer piece of one kind only both ends are shown
PIECE_END = 150
MOST_PLACES = 1_000  # of one word: more are no help to a reader


class Kind(Enum):
    """What a piece of text is; the value is its style on a terminal."""

    ALONE = ""
    SHARED = "green"
    DIFFERS = "bold red"


_MARKS = {Kind.ALONE: ("", ""), Kind.SHARED: ("[=", "=]"), Kind.DIFFERS: ("{-", "-}")}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of one side; `note` says what it is if not simply body."""

    start: int
    end: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One text: its paragraphs, what of it the other has too, and what differs."""

    name: str
    text: str
    paragraphs: Sequence[Paragraph]
    shared: Spans  # in order, apart from each other
    differing: Spans = ()  # as well; stronger than `shared` where they overlap

    def pieces(self, number: int) -> list[tuple[str, Kind]]:
        """Cut a paragraph into pieces of one kind each; together they are the paragraph."""
        paragraph = self.paragraphs[number]
        shared = list(_inside(self.shared, paragraph))
        differing = list(_inside(self.differing, paragraph))
        edges = {paragraph.start, paragraph.end, *chain(*shared), *chain(*differing)}
        found: list[tuple[str, Kind]] = []
        for low, high in pairwise(sorted(edges)):
            kind = Kind.SHARED if _holds(shared, low, high) else Kind.ALONE
            kind = Kind.DIFFERS if _holds(differing, low, high) else kind
            before = found.pop()[0] if found and found[-1][1] is kind else ""
            found.append((before + self.text[low:high], kind))
        return found


@dataclass(frozen=True, slots=True)
class Row:
    """Paragraphs that stand beside each other, by number; None: nothing on that side."""

    left: int | None
    right: int | None
    state: str  # "mixed", or why a run of such rows may be folded


def _inside(spans: Spans, paragraph: Paragraph) -> Iterator[tuple[int, int]]:
    """Yield the parts of spans that lie in a paragraph."""
    at = bisect_right(spans, paragraph.start, key=lambda span: span[1])
    while at < len(spans) and spans[at][0] < paragraph.end:
        yield max(spans[at][0], paragraph.start), min(spans[at][1], paragraph.end)
        at += 1


def _holds(spans: Sequence[tuple[int, int]], low: int, high: int) -> bool:
    """Does one of the spans, in order and apart from each other, hold the whole range?"""
    at = bisect_right(spans, low, key=lambda span: span[0]) - 1
    return at >= 0 and high <= spans[at][1]


def places_of(words: Iterable[str], text: str, shared: Spans) -> Spans:
    """Return where words stand in a text, but not where they are a part of what both have.

    At most MOST_PLACES of each; of words that overlap the longest counts.
    """
    found: list[tuple[int, int]] = []
    for word in sorted({word for word in words if word}, key=lambda word: (-len(word), word)):
        for start in islice(_starts(word, text), MOST_PLACES):
            end = start + len(word)
            at = bisect_right(found, (start, end))
            is_free = (at == 0 or found[at - 1][1] <= start) and (
                at == len(found) or end <= found[at][0]
            )
            if is_free and not _holds(shared, start, end):
                found.insert(at, (start, end))
    return tuple(found)


def _starts(word: str, text: str) -> Iterator[int]:
    """Yield where a whole word stands: "5" is not in "15"; scripts without capitals run on."""
    at = text.find(word)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        if not (_runs_on(word[0], before) or _runs_on(word[-1], after)):
            yield at
        at = text.find(word, at + 1)


def _runs_on(edge: str, neighbour: str) -> bool:
    if edge.isdigit():
        return neighbour.isdigit()
    return edge.upper() != edge.lower() and neighbour.isalnum()


def pair_up(left: Side, right: Side, spans: Sequence[SharedSpan]) -> list[Row]:
    """Return the paragraphs of both in the order of the left text.

    A paragraph of the right text stands beside the one it shares most with; one that shares
    nothing follows the paragraph that it follows in its text. Where none shares anything, the
    first stand beside each other, and so on.
    """
    partners = _partners(left, right, spans)
    if not partners:
        numbers = zip_longest(range(len(left.paragraphs)), range(len(right.paragraphs)))
        return [Row(mine, other, "with nothing in common") for mine, other in numbers]
    beside: dict[int | None, list[int]] = {}
    after: int | None = None
    for number in range(len(right.paragraphs)):
        after = partners.get(number, after)
        beside.setdefault(after, []).append(number)
    rows = [_row(left, right, None, number) for number in beside.get(None, [])]
    for number in range(len(left.paragraphs)):
        others = beside.get(number, [])
        rows.append(_row(left, right, number, others[0] if others else None))
        rows += [_row(left, right, None, other) for other in others[1:]]
    return rows


def _partners(left: Side, right: Side, spans: Sequence[SharedSpan]) -> dict[int, int]:
    """Right paragraph -> left paragraph that it shares most characters with."""
    weights: dict[int, Counter[int]] = {}
    for span in spans:
        # Within a span both have the same words; their characters go together closely enough.
        rate = (span.a_end - span.a_start) / max(1, span.b_end - span.b_start)
        for number, low, high in _overlaps(right, span.b_start, span.b_end):
            start = span.a_start + (low - span.b_start) * rate
            end = span.a_start + (high - span.b_start) * rate
            for mine, first, last in _overlaps(left, round(start), round(end)):
                weights.setdefault(number, Counter())[mine] += last - first
    return {number: min(w, key=lambda mine: (-w[mine], mine)) for number, w in weights.items()}


def _overlaps(side: Side, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield number, start and end of the part of each paragraph that lies within a range."""
    number = bisect_right(side.paragraphs, start, key=lambda paragraph: paragraph.end)
    while number < len(side.paragraphs) and side.paragraphs[number].start < end:
        paragraph = side.paragraphs[number]
        yield number, max(start, paragraph.start), min(end, paragraph.end)
        number += 1


def _row(left: Side, right: Side, mine: int | None, other: int | None) -> Row:
    pieces = [] if mine is None else left.pieces(mine)
    pieces += [] if other is None else right.pieces(other)
    kinds = {kind for text, kind in pieces if any(map(str.isalnum, text))}
    if kinds == {Kind.SHARED} and None not in (mine, other):
        return Row(mine, other, "the same in both")
    if Kind.SHARED in kinds or Kind.DIFFERS in kinds or None not in (mine, other):
        return Row(mine, other, "mixed")
    return Row(mine, other, f"only in {right.name if mine is None else left.name}")


def folded(rows: Sequence[Row]) -> list[Row | str]:
    """Return the rows that matter: of a run that is the same or alone only the first.

    A text stands for what is left out. Few rows are returned as they are.
    """
    if len(rows) <= WHOLE_ROWS:
        return list(rows)
    shown: list[Row | str] = []
    for state, group in groupby(rows, key=lambda row: row.state):
        run = list(group)
        keep = len(run) if state == "mixed" or len(run) <= 2 else 1
        shown += run[:keep]
        if keep < len(run):
            shown.append(f"... {len(run) - keep} paragraphs, {state} ...")
    rest = shown[MOST_ROWS:]
    return [*shown[:MOST_ROWS], *([f"... {len(rest)} rows more ..."] if rest else [])]


def _shortened(pieces: Iterable[tuple[str, Kind]]) -> Iterator[tuple[str, Kind]]:
    for text, kind in pieces:
        left_out = len(text) - 2 * PIECE_END
        if len(text) > LONG_PIECE:
            text = f"{text[:PIECE_END]} ... {left_out:,} characters ... {text[-PIECE_END:]}"
        yield text, kind


def plain_lines(
    left: Side, right: Side, rows: Sequence[Row | str], *, is_full: bool
) -> Iterator[str]:
    """Yield a line for each paragraph: side, number, text with marks round its pieces."""
    for row in rows:
        if isinstance(row, str):
            yield f"     {row}"
            continue
        for side, number in ((left, row.left), (right, row.right)):
            if number is not None:
                yield _plain(side, number, is_full)


def _plain(side: Side, number: int, is_full: bool) -> str:
    pieces = side.pieces(number)
    words = "".join(
        f"{_MARKS[kind][0]}{cell(text)}{_MARKS[kind][1]}"
        for text, kind in (pieces if is_full else _shortened(pieces))
    )
    return f"{_label(side, number)}  {words}"


def _label(side: Side, number: int) -> str:
    note = side.paragraphs[number].note
    return f"{side.name} {number + 1}" + (f" ({note})" if note else "")


def coloured(
    left: Side, right: Side, rows: Sequence[Row | str], *, is_full: bool, width: int
) -> str:
    """Return two columns of at most `width` cells together, with terminal colours."""
    table = Table(box=None, expand=True, padding=(0, 2, 1, 0), show_header=False)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for row in rows:
        if isinstance(row, str):
            table.add_row(Text(row, style="dim"), Text(""))
        else:
            table.add_row(_coloured(left, row.left, is_full), _coloured(right, row.right, is_full))
    console = Console(file=io.StringIO(), force_terminal=True, width=width, highlight=False)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def _coloured(side: Side, number: int | None, is_full: bool) -> Text:
    text = Text()
    if number is not None:
        text.append(f"{_label(side, number)}  ", style="dim")
        pieces = side.pieces(number)
        for piece, kind in pieces if is_full else _shortened(pieces):
            text.append(cell(piece), style=kind.value)
    return text
