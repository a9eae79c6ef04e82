"""CSV and TSV: the rows of a table as documents, read as a stream of lines.

RFC 4180 and what is written instead of it: any of four delimiters, any encoding, line breaks
inside quotes, quotes that are escaped with a backslash or never closed, rows that are too short or
too long. A row that cannot be told for sure is a rejection with its line number.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from tasks.compression import Readable
from tasks.readers.csv_text import CutLine, text_lines
from tasks.readers.parts import Part
from tasks.readers.table import (
    JSON,
    column_names,
    is_header,
    known_names,
    named_cells,
    numbered_columns,
    row_part,
)
from tasks.records import Rejection
from warehouse.errors import CannotRead

# The module's own limit of 131,072 characters is below that of long articles, and it is one for
# the whole process. Memory is bounded by the size of a row, which is counted here.
csv.field_size_limit(2**31 - 1)

DELIMITERS = (",", ";", "\t", "|")
_OFTEN_BARE = ("\t", "|")  # delimiters that no text holds, so that nothing needs quotes
_NO_DELIMITER = "\x1f"  # of a table of one column, whose commas part nothing
SAMPLE_CHARS = 256 * 1024  # what the delimiter and the header are told from
_SAMPLE_ROWS = 200
# Rows that are looked at to tell a quote without end from a long cell.
_ROWS_BEHIND = 20
# Characters that may be read once more after quotes without end. A table of nothing but such rows
# would else be read as many times as it has rows.
_MOST_AGAIN = 64 * 1024 * 1024
_MOST_CELLS = 100_000  # in a line; the widest tables of articles have hundreds of columns
_PROSE_BLANKS = 5  # in a cell that is no name, number or date
_END = "\x00end\x00\n"  # comes after the last line; whoever finds it inside a cell is in quotes


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written."""

    delimiter: str
    has_quotes: bool = True
    has_escapes: bool = False  # a quote inside quotes is \" instead of ""

    def rows(self, lines: Iterator[str]) -> Iterator[list[str]]:
        """Yield the cells of each row in `lines`."""
        source = map(_doubled, lines) if self.has_escapes else lines
        if self.has_quotes:
            return csv.reader(source, delimiter=self.delimiter)
        return csv.reader(source, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)


def _doubled(line: str) -> str:
    r"""Write \" as "", which leaves every other backslash alone: "\n" is seldom an n."""
    return line.replace('\\"', '""') if "\\" in line else line


@dataclass(frozen=True, slots=True)
class _Row:
    line: int  # its first one, from 1
    cells: Sequence[str]
    ends_quoted: bool = False
    problem: Rejection | None = None


def split_csv(stream: Readable, /, *, limit: int) -> Iterator[Part]:
    """Yield the rows of a CSV or TSV file as JSON documents, `record` counting them from 1.

    The first row names the columns; where it does not, they are called column_1, column_2 and so
    on, for `--map body=column_3`. Rejections: "read.ragged_row" and "read.open_quote" with the
    line number, "read.too_large" for a row of more than `limit` bytes, and where the stream is
    damaged a last part that says where. Raises nothing of its own.
    """
    lines = text_lines(stream, limit=limit)
    sample, damage = _sample(lines)
    rows = _Rows(sample, _and_then(lines, damage), limit)
    number = 0
    try:
        for number, part in enumerate(_parts(rows, limit), 1):
            yield replace(part, record=number)
    except CannotRead as error:
        detail = f"{error.detail}; line {rows.line:,} cannot be read"
        rejection = Rejection(error.reason, detail, is_retryable=error.is_retryable)
        yield Part(record=number + 1, rejection=rejection, media_type=JSON)


def _parts(rows: _Rows, limit: int) -> Iterator[Part]:
    first = next(rows, None)
    if first is None:
        return
    has_names = is_header(first.cells)
    names = column_names(first.cells) if has_names else numbered_columns(len(first.cells))
    rows.width = len(names)
    if not has_names:
        rows.put_back(first)
    for row in _checked(rows, len(names)):
        if row.problem:
            yield Part(record=0, rejection=row.problem, media_type=JSON)
        else:
            yield row_part(0, named_cells(names, row.cells), limit)


def _sample(lines: Iterator[str]) -> tuple[list[str], CannotRead | None]:
    """Return the first lines, and the damage that came instead of the next one."""
    sample: list[str] = []
    room = SAMPLE_CHARS
    try:
        for line in lines:
            sample.append(line)
            room -= len(line)
            if room <= 0:
                break
    except CannotRead as damage:
        return sample, damage
    return sample, None


def _and_then(lines: Iterator[str], damage: CannotRead | None) -> Iterator[str]:
    if damage:
        raise damage
    yield from lines


# ---- how the table is written ----------------------------------------------------------------


def sniff_dialect(sample: Sequence[str]) -> Dialect:
    """Return the dialect under which the first lines of a table are most alike.

    That is: the most names that are known stand in the first row, then the most rows are as wide
    as it, then it is widest. Excel's first line "sep=;" decides alone.
    """
    declared = sample[0][:10].strip().lower() if sample else ""
    if declared.startswith("sep=") and declared[4:] in DELIMITERS:
        return Dialect(declared[4:])
    sample = [line for line in sample if len(line) <= SAMPLE_CHARS]
    found = max(_dialects(sample), key=lambda dialect: _fit(dialect, sample))
    return found if _fit(found, sample)[2] > 1 else Dialect(_NO_DELIMITER)


def _dialects(sample: Sequence[str]) -> list[Dialect]:
    """Return the dialects to try; of two that fit alike the first one counts."""
    dialects = [Dialect(delimiter) for delimiter in DELIMITERS]
    if any('\\"' in line for line in sample):
        dialects += [replace(dialect, has_escapes=True) for dialect in dialects]
    for delimiter in _OFTEN_BARE:
        bare = Dialect(delimiter, has_quotes=False)
        dialects.insert(0 if _has_bare_quotes(bare, sample) else len(dialects), bare)
    return dialects


def _has_bare_quotes(bare: Dialect, sample: Sequence[str]) -> bool:
    """Tell whether quotes belong to the text: more cells begin with one than begin and end so."""
    cells = [cell for line in sample[:_SAMPLE_ROWS] for cell in line.rstrip().split(bare.delimiter)]
    quoted = [cell for cell in cells if cell.startswith('"')]
    return 2 * sum(len(cell) > 1 and cell.endswith('"') for cell in quoted) < len(quoted)


def _fit(dialect: Dialect, sample: Sequence[str]) -> tuple[int, float, int]:
    rows = [row for row in islice(dialect.rows(iter(sample)), _SAMPLE_ROWS) if row]
    if not rows or len(rows[0]) < 2:
        return (0, 0.0, 0)
    width = len(rows[0])
    same = sum(len(row) == width for row in rows) / len(rows)
    return (known_names(rows[0]), same, width)


# ---- rows ------------------------------------------------------------------------------------


class _TooLongError(Exception):
    """A row grows beyond the limit."""


class _Rows:
    """The rows of a table that are not blank; a row whose quotes have no end costs only itself."""

    def __init__(self, sample: Sequence[str], rest: Iterator[str], limit: int) -> None:
        self._pending = deque(sample)
        self._rest = rest
        self._limit = limit
        self._dialect = sniff_dialect(sample)
        self._reader = self._dialect.rows(self._lines())
        self._taken: list[str] = []  # lines of the row that is being read
        self._again = 0  # characters read once more
        self._held: list[_Row] = []
        self._is_over = False
        self.line = 1  # the number of the first line in `_taken`
        self.width = 0  # cells of a good row; 0 as long as it is not known
        if sample and sample[0].lower().startswith("sep="):
            self._pending.popleft()
            self.line = 2

    def __iter__(self) -> Iterator[_Row]:
        return self

    def put_back(self, row: _Row) -> None:
        """Make `row` the next one."""
        self._held.append(row)

    def __next__(self) -> _Row:
        if self._held:
            return self._held.pop()
        while not self._is_over:
            row = self._read()
            self.line += len(self._taken)
            self._taken.clear()
            if row and (row.problem or any(cell.strip() for cell in row.cells)):
                return row
        raise StopIteration

    def _lines(self) -> Iterator[str]:
        size = 0
        while True:
            line = self._take()
            size = len(line) if len(self._taken) == 1 else size + len(line)
            if isinstance(line, CutLine) or size > self._limit or self._has_too_many_cells(line):
                raise _TooLongError
            yield line
            if line is _END:
                return

    def _has_too_many_cells(self, line: str) -> bool:
        return len(line) > _MOST_CELLS and line.count(self._dialect.delimiter) > _MOST_CELLS

    def _take(self) -> str:
        line = self._pending.popleft() if self._pending else next(self._rest, _END)
        self._taken.append(line)
        return line

    def _read(self) -> _Row | None:
        """Read the next row into `_taken`; None for the end of the table and before it."""
        try:
            cells = next(self._reader)
        except _TooLongError:
            return self._too_long()
        except csv.Error as error:
            self._restart()
            return self._problem("read.bad_row", f"{error}")
        if self._taken[-1] is _END:
            return self._last()
        if len(self._taken) > 1 and len(cells) != self.width and self._is_swallowed():
            return self._one_line_back()
        return _Row(self.line, cells, ends_quoted=self._taken[-1].endswith('"\n'))

    def _last(self) -> _Row | None:
        """What to make of the lines that the end of the file stands in: an open quote, or none."""
        self._taken.pop()
        self._is_over = True
        if not self._taken:
            return None
        if self._is_swallowed():
            return self._one_line_back()
        return self._problem("read.truncated", "the file ends inside a quoted cell")

    def _too_long(self) -> _Row | None:
        """Give up a row beyond the limit, with the lines in which its quotes go on."""
        if self._is_swallowed():
            return self._one_line_back()
        self._restart()
        detail = (
            f"a row of more than {self._limit:,} bytes or {_MOST_CELLS:,} cells, the most allowed"
        )
        found = self._problem("read.too_large", detail)
        is_open = sum(line.count('"') for line in self._taken) % 2 == 1
        while is_open and self._dialect.has_quotes:
            self.line += len(self._taken)
            self._taken.clear()
            line = self._take()
            is_open = line is not _END and line.count('"') % 2 == 0
        return found

    def _is_swallowed(self) -> bool:
        """Tell whether the lines after the first are rows of their own, inside a quote by mistake.

        A line of prose can hold as many commas as a short row, hardly all lines of a cell.
        """
        size = sum(map(len, self._taken))
        if not self.width or len(self._taken) < 2 or self._again + size > _MOST_AGAIN:
            return False
        rows = list(islice(self._dialect.rows(iter(self._taken[1:])), _ROWS_BEHIND))
        is_same = [len(row) == self.width for row in rows if row]
        # The last of them may be the next row with an open quote.
        return all(is_same[:-1]) and sum(is_same) >= (1 if self.width >= 4 else 3)

    def _one_line_back(self) -> _Row:
        """Give up the first line alone and read the others again."""
        others = self._taken[1:]
        self._again += sum(map(len, others))
        self._pending.extendleft(reversed(others))
        del self._taken[1:]
        self._is_over = False
        self._restart()
        return self._problem("read.open_quote", "a quoted cell begins here and does not end")

    def _restart(self) -> None:
        self._reader = self._dialect.rows(self._lines())

    def _problem(self, reason: str, detail: str) -> _Row:
        last = self.line + max(len(self._taken), 1) - 1
        where = f"line {self.line:,}" if last == self.line else f"lines {self.line:,} to {last:,}"
        return _Row(self.line, (), problem=Rejection(reason, f"{where}: {detail}"))


def _checked(rows: Iterator[_Row], width: int) -> Iterator[_Row]:
    """Yield the rows, and for those of a wrong width what is wrong.

    Empty cells too many are left out, and a row with cells too few lacks its last ones. But two
    of these in a row, or one after prose that is not in quotes, are most likely one row that was
    torn at line breaks; half of its text would pass for an article.
    """
    before: _Row | None = None
    is_torn = False  # the row before
    try:
        for row in rows:
            goes_on = bool(before and _is_short(row, width) and _may_go_on(before, width))
            if before:
                yield _judged(before, width, is_torn=is_torn or goes_on)
            before, is_torn = row, goes_on
    except CannotRead:
        if before:
            yield _judged(before, width, is_torn=is_torn)
        raise
    if before:
        yield _judged(before, width, is_torn=is_torn)


def _is_short(row: _Row, width: int) -> bool:
    return not row.problem and len(row.cells) < width


def _may_go_on(row: _Row, width: int) -> bool:
    """Tell whether a short row can be the rest of this one."""
    is_prose = not row.ends_quoted and bool(row.cells) and row.cells[-1].count(" ") >= _PROSE_BLANKS
    return is_prose or _is_short(row, width)


def _judged(row: _Row, width: int, *, is_torn: bool) -> _Row:
    if row.problem or not (is_torn or any(cell.strip() for cell in row.cells[width:])):
        return row
    detail = f"line {row.line:,}: {len(row.cells)} cells where the first row has {width}"
    if is_torn:
        detail += ", and the row beside it is short; a cell with line breaks must stand in quotes"
    return replace(row, problem=Rejection("read.ragged_row", detail))
