"""Tables become one document a row, whatever they are written in and however they are broken."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.readers.arrow import split_arrow_file, split_arrow_stream, split_parquet
from tasks.readers.csv import split_csv
from tasks.readers.parts import Part
from tests.making import Drip

TABLES = Path(__file__).parent.parent / "seeds" / "tables"
LIMIT = 100_000


def shown(parts: Iterator[Part]) -> list[dict[str, Any] | str]:
    """Return each part as its row, or the reason why there is none; records count from 1."""
    found = list(parts)
    assert [part.record for part in found] == [*range(1, len(found) + 1)]
    return [
        part.rejection.reason if part.rejection else json.loads(part.data or b"") for part in found
    ]


def rows(data: bytes | str, limit: int = LIMIT) -> list[dict[str, Any] | str]:
    """Split a CSV file."""
    return shown(split_csv(Drip(data.encode() if isinstance(data, str) else data), limit=limit))


def details(data: str) -> list[str]:
    """Return what the rejections in a CSV file say."""
    parts = split_csv(io.BytesIO(data.encode()), limit=LIMIT)
    return [part.rejection.detail for part in parts if part.rejection]


class TestCsv:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
    def test_delimiters_and_line_ends_are_told_from_the_table(
        self, delimiter: str, line_end: str
    ) -> None:
        """Commas in the text are no reason to take them for the delimiter."""
        table = [["id", "title", "text"], ["1", "A", '"One, two; three | four\n\nfive ""six""."']]
        data = line_end.join(delimiter.join(row) for row in table).replace("\n\n", 2 * line_end)

        assert rows(data + line_end) == [
            {"id": "1", "title": "A", "text": 'One, two; three | four\n\nfive "six".'}
        ]

    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32"]
    )
    def test_any_encoding_is_read(self, encoding: str) -> None:
        """Of files that spreadsheets write."""
        text = "title;text\nGröße;Die Brücke wird größer – für 1,2 Millionen.\n" * 3

        assert rows(text.encode(encoding))[0] == {
            "title": "Größe",
            "text": "Die Brücke wird größer – für 1,2 Millionen.",
        }

    def test_lines_in_different_encodings_are_each_read_in_theirs(self) -> None:
        """Exports of two programs that were put together; ASCII comes first for long."""
        ascii_rows = (b"0," + b"plain " * 2000 + b"\n") * 90
        text = "Die Brücke über die Aue wird größer"
        both = f"1,{text}\n".encode() * 3 + f"2,{text}\n".encode("cp1252")

        assert rows(b"id,text\n" + ascii_rows + both)[-2:] == [
            {"id": "1", "text": text},
            {"id": "2", "text": text},
        ]

    def test_a_table_without_header_numbers_its_columns(self) -> None:
        """So that the user can map them: --map body=column_3."""
        data = "7,https://e.org/7,The bridge opened on Monday.\n8,https://e.org/8,Fog.\n"

        assert rows(data)[0] == {
            "column_1": "7",
            "column_2": "https://e.org/7",
            "column_3": "The bridge opened on Monday.",
        }

    def test_a_header_of_unknown_names_is_a_header(self) -> None:
        """Names look unlike values."""
        assert rows("kopf,leib\nFog,It was thick.\n") == [{"kopf": "Fog", "leib": "It was thick."}]

    def test_a_column_without_name_and_one_named_twice_are_kept(self) -> None:
        """pandas writes its index without a name."""
        assert rows(",text,text\n0,One.,Two.\n") == [{"column_1": "0", "text": ["One.", "Two."]}]

    def test_the_first_line_of_excel_names_the_delimiter(self) -> None:
        """It is no row."""
        assert rows("sep=;\ntitle;text\nA;One, two.\n") == [{"title": "A", "text": "One, two."}]

    def test_a_table_of_one_column_has_no_delimiter(self) -> None:
        """Commas part nothing in it."""
        assert rows("text\nOne, two, three.\nFour.\n") == [
            {"text": "One, two, three."},
            {"text": "Four."},
        ]

    def test_quotes_that_a_backslash_escapes_are_read(self) -> None:
        """MySQL and pandas write them; other backslashes stay."""
        data = 'id,title,text\n1,"a \\"quoted\\", word","C:\\new"\n2,"b","c"\n'

        assert rows(data)[0] == {"id": "1", "title": 'a "quoted", word', "text": "C:\\new"}

    def test_quotes_that_belong_to_the_text_stay_where_tabs_part(self) -> None:
        """Nothing is quoted in a table that was copied from a screen."""
        assert rows('title\ttext\n"Fog" again\t"Thick," he said.\n') == [
            {"title": '"Fog" again', "text": '"Thick," he said.'}
        ]

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ("1,A", {"id": "1", "title": "A", "text": None}),
            ("1,A,One.,,", {"id": "1", "title": "A", "text": "One."}),
            ("1,A,One, and two.", "read.ragged_row"),
            (" , ,", None),
        ],
    )
    def test_a_row_of_another_width(self, row: str, said: object) -> None:
        """Cells too few are missing, too many are a comma that should have been quoted."""
        found = rows(f'id,title,text\n{row}\n2,B,"Two."\n')

        assert found[:-1] == ([said] if said else [])
        assert found[-1] == {"id": "2", "title": "B", "text": "Two."}

    def test_a_row_that_was_torn_at_a_line_break_is_no_article(self) -> None:
        """Half of its text would pass for all of it."""
        data = "id,title,text\n1,A,The first half of what he said\nand the second\n2,B,Two.\n"

        assert rows(data) == [
            "read.ragged_row",
            "read.ragged_row",
            {"id": "2", "title": "B", "text": "Two."},
        ]
        assert details(data)[1].startswith("line 3: 1 cells where the first row has 3")

    def test_a_quote_without_end_costs_its_own_row_only(self) -> None:
        """The rows it would swallow are seen to be rows."""
        data = 'id,url,title,text\n1,u,A,"One.\n2,u,B,Two.\n3,u,C,"Three, four."\n4,u,D,"Five.\n'
        found = rows(data)

        assert found[0] == "read.open_quote"
        assert [row["id"] for row in found[1:-1] if isinstance(row, dict)] == ["2", "3"]
        assert found[-1] == "read.truncated"
        assert details(data)[0].startswith("line 2: a quoted cell begins here")

    @pytest.mark.parametrize("cell", ["x" * 300, '"' + "x\n" * 150 + '"', '"' + 'x""\n' * 99 + '"'])
    def test_a_row_over_the_limit_is_skipped_and_said(self, cell: str) -> None:
        """Those around it are read."""
        found = rows(f"id,text\n1,One.\n2,{cell}\n3,Three.\n", limit=200)

        assert found == [
            {"id": "1", "text": "One."},
            "read.too_large",
            {"id": "3", "text": "Three."},
        ]

    def test_a_damaged_stream_keeps_its_whole_rows(self) -> None:
        """The torn one is not offered as data."""
        stream = Drip(b"id,text\n1,One.\n2,Tw", damage="read.truncated")
        parts = list(split_csv(stream, limit=LIMIT))

        assert shown(iter(parts)) == [{"id": "1", "text": "One."}, "read.truncated"]
        assert parts[1].rejection
        assert parts[1].rejection.detail == "gzip ends early; line 3 cannot be read"

    def test_bytes_that_are_no_text_are_one_rejection(self) -> None:
        """Under the name of a table."""
        assert rows(random.Random(3).randbytes(5000)) == ["decode.binary"]

    @pytest.mark.parametrize("data", ["", "\n\n", "title,text\n"])
    def test_a_table_without_rows_holds_nothing(self, data: str) -> None:
        """No document, and nothing wrong."""
        assert rows(data) == []

    @pytest.mark.parametrize("size", [1, 2, 7, 10_000])
    def test_where_a_stream_is_cut_leaves_no_trace(self, size: int) -> None:
        """Chunks end inside letters, line ends and quotes."""
        data = 'title,text\r\nÄ,"Größe\r\n\r\n""zählt"""\r\nB,x\r\n'.encode("utf-16")
        whole = shown(split_csv(Drip(data), limit=LIMIT))

        assert shown(split_csv(Drip(data, size), limit=LIMIT)) == whole
        assert whole[0] == {"title": "Ä", "text": 'Größe\n\n"zählt"'}

    @given(st.lists(st.lists(st.text("ab ,;\t\"\n'é|", max_size=9), min_size=3, max_size=3)))
    def test_what_the_csv_module_writes_comes_back(self, table: list[list[str]]) -> None:
        """Rows that are not blank, with line breaks as they are."""
        file = io.StringIO()
        csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(table)
        found = rows("title,text,url\n" + file.getvalue())

        filled = [row for row in table if any(cell.strip() for cell in row)]
        assert [list(row.values()) for row in found if isinstance(row, dict)] == filled

    @settings(max_examples=200)
    @given(st.text('ab",;\n\\\t', max_size=60))
    def test_any_text_gives_rows_and_no_exception(self, text: str) -> None:
        """Quotes and delimiters in any disorder, also in small chunks."""
        assert rows(text) == shown(split_csv(Drip(text.encode(), 1), limit=LIMIT))

    @pytest.mark.parametrize("line", [b'"' + b"x" * 9999, b"x,%d\n", b'a,"%d\n', b"," * 9999])
    def test_memory_does_not_grow_with_the_file(self, line: bytes) -> None:
        """A cell without end, many rows, quotes that are never closed, and nothing but cells."""
        stream = _Generated(line.replace(b"%d", b"y" * 9996) * 100, 12)
        tracemalloc.start()
        for _ in split_csv(stream, limit=100_000):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert peak < 25_000_000


class _Generated:
    """A stream that gives a header and then the same bytes some times."""

    def __init__(self, piece: bytes, times: int) -> None:
        self._pieces = iter([b"title,text\n", *[piece] * times])

    def read(self, size: int, /) -> bytes:
        return next(self._pieces, b"")


def table(count: int = 3) -> pa.Table:
    """Return a table of several types, with `count` rows."""
    zone = dt.timezone(dt.timedelta(hours=2))
    at = [dt.datetime(2024, 5, 3, 18, 5, tzinfo=zone)] * count
    return pa.table(
        {
            "title": pa.array(["Fog"] * count).dictionary_encode(),
            "text": pa.array([f"Thick fog {n}." for n in range(count)], pa.large_string()),
            "html": [b"<p>\xe4rmer</p>"] * count,
            "picture": [b"\x89PNG\x00\x01\xff"] * count,
            "published": pa.array(at, pa.timestamp("ns", tz="+02:00")),
            "day": [dt.date(2024, 5, 3)] * count,
            "authors": [["Ann Lee", "Bo Cole"]] * count,
            "metadata": [{"url": "https://e.org/1", "ids": [1, None]}] * count,
            "score": [float("nan")] * count,
        }
    )


def as_parquet(rows: pa.Table, size: int = 2) -> bytes:
    """Return a table as Parquet with row groups of `size` rows."""
    file = io.BytesIO()
    pq.write_table(rows, file, row_group_size=size)
    return file.getvalue()


def as_file(rows: pa.Table, size: int = 2) -> bytes:
    """Return a table as an Arrow file with batches of `size` rows."""
    file = io.BytesIO()
    with pa.ipc.new_file(file, rows.schema) as writer:
        writer.write_table(rows, max_chunksize=size)
    return file.getvalue()


def as_stream(rows: pa.Table, size: int = 2) -> bytes:
    """Return a table as an Arrow stream with batches of `size` rows."""
    file = io.BytesIO()
    with pa.ipc.new_stream(file, rows.schema) as writer:
        writer.write_table(rows, max_chunksize=size)
    return file.getvalue()


Write = Callable[..., bytes]
Splits = Callable[..., Iterator[Part]]
FORMATS = [
    (as_parquet, split_parquet),
    (as_file, split_arrow_file),
    (as_stream, split_arrow_stream),
]


@pytest.mark.parametrize(("write", "split"), FORMATS)
class TestArrow:
    def test_values_of_all_types_become_json(self, write: Write, split: Splits) -> None:
        """Times with their zone, pages in their encoding, of other bytes what they are."""
        first, *others = shown(split(Drip(write(table())), limit=LIMIT))

        assert isinstance(first, dict)
        picture = first.pop("picture")
        assert (picture["bytes"], len(picture["sha256"])) == (7, 64)
        assert first == {
            "title": "Fog",
            "text": "Thick fog 0.",
            "html": "<p>ärmer</p>",
            "published": "2024-05-03 18:05:00.000000000+0200",
            "day": "2024-05-03",
            "authors": ["Ann Lee", "Bo Cole"],
            "metadata": {"url": "https://e.org/1", "ids": [1, None]},
            "score": None,
        }
        assert len(others) == 2

    def test_texts_that_are_no_utf8_are_decoded(self, write: Write, split: Splits) -> None:
        """pyarrow would refuse the whole batch."""
        texts = pa.array(["Die Größe der Brücke".encode("latin-1"), b"ok"]).view(pa.string())

        assert shown(split(io.BytesIO(write(pa.table({"text": texts}))), limit=LIMIT)) == [
            {"text": "Die Größe der Brücke"},
            {"text": "ok"},
        ]

    def test_a_zone_that_nobody_knows_leaves_the_instant(self, write: Write, split: Splits) -> None:
        """In UTC."""
        times = pa.table({"at": pa.array([0], pa.timestamp("s", tz="Nowhere/Town"))})

        (row,) = shown(split(io.BytesIO(write(times)), limit=LIMIT))
        assert isinstance(row, dict)
        assert row["at"].replace(".000", "") == "1970-01-01 00:00:00Z"

    def test_a_row_over_the_limit_is_skipped_and_said(self, write: Write, split: Splits) -> None:
        """Before a string is made of it, also where all rows share one value."""
        long = pa.array(["x" * 5000, "y"]).dictionary_encode().take(pa.array([0, 1, 0]))
        found = shown(split(io.BytesIO(write(pa.table({"text": long}))), limit=1000))

        assert found == ["read.too_large", {"text": "y"}, "read.too_large"]

    def test_a_table_without_rows_holds_nothing(self, write: Write, split: Splits) -> None:
        """No document, and nothing wrong."""
        assert shown(split(io.BytesIO(write(table(0))), limit=LIMIT)) == []

    def test_a_file_cut_anywhere_gives_whole_rows_and_says_so(
        self, write: Write, split: Splits
    ) -> None:
        """Parquet keeps its index at the end, so nothing of it; Arrow what came before."""
        data = write(table(6))
        for cut in range(0, len(data) - 9, 97):
            parts = list(split(io.BytesIO(data[:cut]), limit=LIMIT))
            reasons = [part.rejection.reason for part in parts if part.rejection]
            whole = len(parts) - len(reasons)
            assert whole in (0, 2, 4, 6)
            assert reasons in (["read.truncated"], [] if split is split_arrow_stream else None)

    def test_damage_never_raises(self, write: Write, split: Splits) -> None:
        """Offsets, lengths and counts that are wrong in every part of the file."""
        chance = random.Random(11)
        clean = write(table(6).drop_columns(["html"]), 3)
        for _ in range(60):
            data = bytearray(clean)
            for _ in range(chance.choice((1, 3, 20))):
                data[chance.randrange(len(data))] = chance.randrange(256)
            for part in split(io.BytesIO(bytes(data)), limit=LIMIT):
                assert part.rejection or json.loads(part.data or b"") is not None


class TestDamage:
    def test_a_broken_row_group_costs_its_own_rows_only(self) -> None:
        """The rows after it keep their numbers; what is missing is said at the end."""
        data = bytearray(as_parquet(pa.table({"text": [f"Text {n}." for n in range(6)]}), size=2))
        at = data.index(b"Text 2.")
        data[at - 20 : at] = b"\xff" * 20
        parts = list(split_parquet(io.BytesIO(bytes(data)), limit=LIMIT))

        assert [part.record for part in parts] == [1, 2, 5, 6, 3]
        assert parts[-1].rejection
        assert "row group 2 of 3" in parts[-1].rejection.detail
        assert "rows 3 to 4 of 6" in parts[-1].rejection.detail

    def test_a_bomb_is_not_unpacked(self) -> None:
        """20 MB of one letter in 700 bytes."""
        file = io.BytesIO()
        bomb = pa.table({"text": ["x" * 20_000_000]})
        pq.write_table(bomb, file, compression="zstd", write_statistics=False)
        (part,) = split_parquet(file, limit=LIMIT)

        assert part.rejection
        assert part.rejection.reason == "read.bomb"

    def test_one_long_value_for_all_rows_is_held_once(self) -> None:
        """3 MB for each of 2,000 rows would be 6 GB."""
        value = random.Random(1).randbytes(1_500_000).hex()
        shared = pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), [value])
        data = as_parquet(pa.table({"text": shared}), size=2000)
        before = pa.total_allocated_bytes()
        parts = split_parquet(io.BytesIO(data), limit=LIMIT)
        next(parts)

        assert pa.total_allocated_bytes() - before < 100_000_000

    def test_other_bytes_under_these_names_are_rejected_as_a_whole(self) -> None:
        """No record number: the file is what cannot be read."""
        for split in (split_parquet, split_arrow_file, split_arrow_stream):
            for data in (b"", b"PAR1", b"FEA1", b"text\n" * 99):
                (part,) = split(io.BytesIO(data), limit=LIMIT)
                assert part.rejection
                assert part.record is None


def seed(name: str, split: Splits) -> list[dict[str, Any] | str]:
    """Return the rows of a seed."""
    return shown(split(io.BytesIO((TABLES / name).read_bytes()), limit=LIMIT))


def test_the_seeds_that_duckdb_and_pyarrow_wrote() -> None:
    """One table as CSV of a German spreadsheet and as Parquet; another as Arrow."""
    spreadsheet = seed("abendbote-cp1252.csv", split_csv)
    parquet = seed("articles.parquet", split_parquet)
    arrow = seed("articles.arrow", split_arrow_file)

    titles = ["Brücke über die Aue wird breiter", "Chor sucht „tiefe Stimmen“", "Bilder der Woche"]
    assert [row["Titel"] for row in spreadsheet if isinstance(row, dict)] == titles
    assert [row["title"] for row in parquet if isinstance(row, dict)] == titles
    assert isinstance(arrow[0], dict)
    assert arrow[0]["published_at"] == "2024-08-21 06:45:00.000000000Z"


def test_the_seed_with_broken_rows() -> None:
    """Bare quotes, a torn row, a short one and one that is too long."""
    found = [row if isinstance(row, str) else row["title"] for row in seed("broken.tsv", split_csv)]

    assert found == [
        "Mill wheel turns again",
        '"Fog" closes the ferry',
        "read.ragged_row",
        "read.ragged_row",
        "Pear harvest ends",
        "Photo of the day",
        "read.ragged_row",
    ]
