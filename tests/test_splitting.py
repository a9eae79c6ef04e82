from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.compression import Readable
from tasks.readers.jsonarray import split_array
from tasks.readers.jsonl import split_lines
from tasks.readers.parts import Part
from tasks.streams import decompress, open_stream
from tests.making import Drip

SEEDS = Path(__file__).parent.parent / "seeds"
LIMIT = 1_000_000

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
records = st.lists(
    st.fixed_dictionaries({"url": st.text(max_size=9), "x": json_values}), max_size=6
)
chunk_sizes = st.sampled_from([1, 2, 3, 7, 64, 10_000])


def lines(data: bytes, limit: int = LIMIT) -> list[Part]:
    return list(split_lines(io.BytesIO(data), limit=limit))


def array(data: bytes, limit: int = LIMIT) -> list[Part]:
    return list(split_array(io.BytesIO(data), limit=limit))


def shown(parts: list[Part]) -> list[tuple[int | None, bytes | str | None]]:
    """Each part as its number and its data, or the reason why there is none."""
    return [(p.record, p.rejection.reason if p.rejection else p.data) for p in parts]


def detail(parts: list[Part]) -> str:
    """What the last part says about its rejection."""
    rejection = parts[-1].rejection
    return rejection.detail if rejection else ""


class TestLines:
    def test_blank_lines_are_counted_but_are_no_records(self) -> None:
        """Record numbers are the line numbers that an editor shows."""
        assert shown(lines(b'{"a":1}\n\n  \r\n{"a":2}\n')) == [(1, b'{"a":1}'), (4, b'{"a":2}')]

    @pytest.mark.parametrize(
        "data",
        [
            b'{"a":1}\n{"a":2}',
            b'{"a":1}\r\n{"a":2}\r\n',
            b'\xef\xbb\xbf{"a":1}\n{"a":2}\n',
            b'\x1e{"a":1}\n\x1e{"a":2}\n',
            '{"a":1}\n{"a":2}\n'.encode("utf-16"),
            '{"a":1}\r\n{"a":2}\r\n'.encode("utf-16-be"),
            '{"a":1}\n{"a":2}'.encode("utf-32"),
        ],
    )
    def test_every_way_to_write_two_lines_gives_two_records(self, data: bytes) -> None:
        """Without a last line break, with CRLF, marks, separators, and in wide encodings."""
        assert shown(lines(data)) == [(1, b'{"a":1}'), (2, b'{"a":2}')]

    def test_what_is_in_a_line_is_not_looked_at(self) -> None:
        """A line that is no JSON, or holds NULs, is a document for its reader to judge."""
        assert shown(lines(b'42\n{"a\0\n')) == [(1, b"42"), (2, b'{"a\0')]

    def test_a_line_over_the_limit_is_skipped_and_said(self) -> None:
        """The lines around it are read, and the line of just the limit too."""
        parts = lines(b"1234\n" + b"x" * 50 + b"\n5678", limit=4)

        assert shown(parts) == [(1, b"1234"), (2, "read.too_large"), (3, b"5678")]
        assert "a record of 50 bytes; at most 4 are read" in detail(parts[:2])

    def test_a_stream_that_breaks_keeps_its_whole_lines(self) -> None:
        """The torn line is not offered as data; in its place stands what happened."""
        parts = list(split_lines(Drip(b'{"a":1}\n{"a":2', damage="read.truncated"), limit=LIMIT))

        assert shown(parts) == [(1, b'{"a":1}'), (2, "read.truncated")]
        assert detail(parts) == "gzip ends early; line 2 breaks off after 6 bytes"

    def test_bytes_behind_a_whole_file_do_not_cost_its_last_line(self) -> None:
        """The checksum held, so the last line is whole even without a line break."""
        stream = decompress(io.BytesIO(gzip.compress(b"1\n2") + b"other"), "application/gzip")
        assert shown(list(split_lines(stream, limit=LIMIT))) == [
            (1, b"1"),
            (2, b"2"),
            (3, "read.trailing_bytes"),
        ]

    @given(records, chunk_sizes)
    def test_the_records_come_back_whatever_the_chunks(self, rows: list[object], size: int) -> None:
        """Where a stream is cut into chunks leaves no trace."""
        written = [json.dumps(row, ensure_ascii=False).encode() for row in rows]
        parts = list(split_lines(Drip(b"\n".join(written), size), limit=LIMIT))
        assert [part.data for part in parts] == written

    @given(records, st.data())
    def test_a_cut_never_raises_and_never_loses_an_earlier_line(
        self, rows: list[object], data: st.DataObject
    ) -> None:
        """Every line with its line break before the cut is there."""
        text = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        cut = data.draw(st.integers(0, len(text)))
        stream = Drip(text[:cut], data.draw(chunk_sizes), damage="read.truncated")
        parts = list(split_lines(stream, limit=LIMIT))

        assert [part.data for part in parts[:-1]] == text[:cut].split(b"\n")[:-1]
        assert shown(parts)[-1] == (len(parts), "read.truncated")

    def test_the_truncated_seed_gives_its_whole_lines(self) -> None:
        """Three of six articles can be saved; the fourth is rejected."""
        with open_stream(SEEDS / "bad/truncated.jsonl.gz") as opened:
            parts = list(split_lines(opened.stream, limit=LIMIT))
        titles = [json.loads(part.data)["title"] for part in parts if part.data]

        assert [title.split()[0] for title in titles] == ["Market", "Pear", "Postal"]
        assert shown(parts)[3:] == [(4, "read.truncated")]


ONE, TWO = b'{"t": "a [1] \\"b\\" }"}', b'{"t": {"u": ["]", 2]}}'
BOTH = [(1, ONE), (2, TWO)]


class TestArrays:
    @pytest.mark.parametrize(
        "form",
        [
            b"[%s,%s]",
            b" [\r\n%s ,\n\t%s,]\n",
            b'{"status": "ok", "totalResults": 2, "articles": [%s,%s]}',
            b'{"response": {"numFound": 2, "docs": [%s,%s]}, "text": ""}',
            b'{"Hits": {"total": {"value": 2}, "hits": [%s,%s]}, "data": [1, 2]}',
            b'{"articles": [%s], "more": [{}], "results": [%s]}',
            b"%s\n%s",
            b"%s%s",
            b"%s,\n%s,\n",
            b"\x1e%s\n\x1e%s\n",
            b"[%s]\n[%s]",
            b"\xef\xbb\xbf[%s,%s]",
        ],
    )
    def test_every_way_to_hold_two_objects_gives_two_records(self, form: bytes) -> None:
        """Lists, answers of interfaces, and objects that stand one behind the other."""
        assert shown(array(form % (ONE, TWO))) == BOTH

    @pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-32-be"])
    def test_wide_encodings_give_the_same(self, codec: str) -> None:
        """The records come out in UTF-8."""
        assert shown(array((b"[%s,%s]" % (ONE, TWO)).decode().encode(codec))) == BOTH

    @pytest.mark.parametrize(
        "data",
        [
            b'{"title": "Fog", "text": "Thick."}',
            b'{"title": "Fog", "items": [{"src": "a.jpg"}], "articleBody": "Thick."}',
            b'{"title": "Fog", "items": [], "tags": ["a"]}',
            b"42",
            b"",
            b"  \n ",
        ],
    )
    def test_a_file_that_is_one_document_has_no_record_number(self, data: bytes) -> None:
        """An article with a list of pictures is an article, and an empty file is one document."""
        assert shown(array(data)) == [(None, data.strip())]

    def test_an_empty_list_holds_nothing(self) -> None:
        """No document, and nothing wrong."""
        assert array(b" [ ] ") == []

    def test_elements_that_are_no_objects_are_records_too(self) -> None:
        """Their reader says what is wrong with them."""
        assert shown(array(b'[1, "a,b", [2], null, -1.5e3]')) == [
            (1, b"1"),
            (2, b'"a,b"'),
            (3, b"[2]"),
            (4, b"null"),
            (5, b"-1.5e3"),
        ]

    def test_an_element_over_the_limit_is_skipped_and_said(self) -> None:
        """Those around it are read."""
        parts = array(b'[{"a":1}, {"a":"%s"}, {"a":2}]' % (b"x" * 99), limit=20)

        assert shown(parts) == [(1, b'{"a":1}'), (2, "read.too_large"), (3, b'{"a":2}')]
        assert "a record of 107 bytes" in detail(parts[:2])

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b'[{"a":1} {"a":2}]', "byte 9 holds b'{\"a\":2}]' where ',' or ']'"),
            (b'[{"a":1}, oops]', "byte 10 holds b'oops' where a JSON value"),
            (b'[{"a":1}, {"a":[2}]', "byte 17 holds b'}]' where the bracket that closes"),
            (b'{"items":[{"a":1}],3}', "byte 19 holds b'3}' where '\"' was expected"),
            (b'[{"a":1},' + b"[" * 2000, "where nesting of at most 1,000 levels"),
        ],
    )
    def test_broken_syntax_keeps_what_came_before(self, data: bytes, said: str) -> None:
        """One rejection names the byte; what follows it cannot be told apart any more."""
        parts = array(data)

        assert shown(parts) == [(1, b'{"a":1}'), (2, "read.bad_json")]
        assert said in detail(parts)

    @pytest.mark.parametrize("data", [b'{"title": "Fo', b'{"title": {"a"', b"["])
    def test_an_object_without_end_is_rejected(self, data: bytes) -> None:
        """A file that stops early is said to stop, and where."""
        parts = array(data)
        assert [p.rejection.reason for p in parts if p.rejection] == ["read.truncated"]
        assert f"reading stopped at byte {len(data)}" in detail(parts)

    def test_a_file_of_fundus_is_a_list_for_each_publisher(self) -> None:
        """The name stands only around the list, so it is written into each article."""
        article = b'{"title": "Fog", "publishing_date": null}'
        parts = array(b'{"The Post": [%s], "None": [], "Le Jour": [%s]}' % (article, article))

        said = [json.loads(part.data or b"")["publisher"] for part in parts]
        assert ([part.record for part in parts], said) == ([1, 2], ["The Post", "Le Jour"])

    def test_text_under_a_json_name_is_rejected_as_a_whole(self) -> None:
        """No record number, as the file is the document."""
        assert shown(array(b"Thick fog.")) == [(None, "read.bad_json")]

    @given(records.filter(bool), st.sampled_from([b",", b" ,\n "]), chunk_sizes, st.booleans())
    def test_the_elements_come_back_whatever_the_chunks(
        self, rows: list[object], comma: bytes, size: int, is_ascii: bool
    ) -> None:
        """Brackets, quotes and backslashes inside strings are no structure."""
        written = [json.dumps(row, ensure_ascii=is_ascii).encode() for row in rows]
        stream = Drip(b"[" + comma.join(written) + b"]", size)
        assert [part.data for part in split_array(stream, limit=LIMIT)] == written

    @given(records.filter(bool), st.data())
    def test_a_cut_never_raises_and_never_loses_an_earlier_element(
        self, rows: list[object], data: st.DataObject
    ) -> None:
        """A list cut at any byte gives its whole elements, then one rejection."""
        written = [json.dumps(row).encode() for row in rows]
        text = b"[" + b",".join(written) + b"]"
        cut = data.draw(st.integers(1, len(text) - 1))
        damage = data.draw(st.sampled_from(["", "read.truncated"]))
        parts = list(split_array(Drip(text[:cut], data.draw(chunk_sizes), damage), limit=LIMIT))

        whole = [w for n, w in enumerate(written, 1) if cut >= len(b",".join(written[:n])) + 1]
        assert shown(parts) == [*enumerate(whole, 1), (len(whole) + 1, "read.truncated")]

    @given(st.text('[]{}",:\\ a1\n', max_size=40))
    def test_any_text_gives_parts_and_no_exception(self, text: str) -> None:
        """Structure in any disorder ends in parts, the same for every size of chunk."""
        data = text.encode()
        assert shown(array(data)) == shown(list(split_array(Drip(data, 1), limit=LIMIT)))


def endless(row: bytes, times: int) -> Iterator[bytes]:
    yield b'[{"a":1}\n'
    yield from (row for _ in range(times))


class Generated:
    """A stream that is made while it is read."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def read(self, size: int, /) -> bytes:
        return next(self._chunks, b"")


@pytest.mark.parametrize(
    ("split", "row"),
    [
        (split_lines, b"x" * 1_000_000),
        (split_lines, b"\n" * 20_000),
        (split_array, b', {"a": "' + b"x" * 1_000_000 + b'"}'),
        (split_array, b' , "' + b"x" * 1_000_000 + b'"'),
    ],
)
def test_memory_does_not_grow_with_the_file(
    split: Callable[..., Iterator[Part]], row: bytes
) -> None:
    """30 MB go through with a limit of 100 kB, a line or an element of any length."""
    stream: Readable = Generated(endless(row, 30))
    tracemalloc.start()
    for _ in split(stream, limit=100_000):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 15_000_000
