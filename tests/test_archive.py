"""Zip and tar: every member is a document or a reason, whatever the archive tries."""

from __future__ import annotations

import bz2
import io
import random
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.readers.parts import Part, Split
from tasks.readers.tar import split_tar
from tasks.readers.unzip import METHODS
from tasks.readers.zip import split_zip
from warehouse.errors import CannotRead

SEEDS = Path(__file__).parents[1] / "seeds"
LIMIT = 10**7
NOISE = random.Random(3).randbytes(3000)


def a_zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Write a zip archive with Python's own writer."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def a_streamed_zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same as written to a pipe: sizes and checksums stand behind the data."""
    buffer = io.BytesIO()

    class Pipe(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: bytes, /) -> int:  # type: ignore[override]
            return buffer.write(data)

    with zipfile.ZipFile(Pipe(), "w", method) as archive:  # type: ignore[arg-type]
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def a_tar(*members: tuple[str, bytes], kind: int = tarfile.PAX_FORMAT, **info: object) -> bytes:
    """Write a tar archive; `info` sets attributes of every member."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=kind) as archive:
        for name, data in members:
            header = tarfile.TarInfo(name)
            header.size = len(data)
            for key, value in info.items():
                setattr(header, key, value)
            archive.addfile(header, io.BytesIO(data))
    return buffer.getvalue()


def content(part: Part) -> bytes | str:
    """Read a part to its end, or to the reason why that cannot be done."""
    if part.rejection:
        return part.rejection.reason
    assert part.stream is not None
    pieces = []
    try:
        while piece := part.stream.read(1000):
            pieces.append(piece)
    except CannotRead as damage:
        return damage.reason
    return b"".join(pieces)


def unpacked(split: Split, data: bytes) -> list[tuple[str, bytes | str]]:
    """Each part as its name, and its content or the reason why there is none."""
    parts = split(io.BytesIO(data), limit=LIMIT)
    return [(part.name, content(part)) for part in parts]


def reasons(split: Split, data: bytes) -> list[str]:
    return [found for _, found in unpacked(split, data) if isinstance(found, str)]


MAKERS: list[tuple[Split, Callable[..., bytes]]] = [(split_zip, a_zip), (split_tar, a_tar)]
both = pytest.mark.parametrize(("split", "make"), MAKERS, ids=["zip", "tar"])
names = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=130)


class TestBoth:
    @both
    @settings(max_examples=30, deadline=None)
    @given(
        members=st.lists(
            st.tuples(names, st.binary(max_size=2000)), max_size=5, unique_by=lambda each: each[0]
        )
    )
    def test_what_was_packed_comes_out(
        self, split: Split, make: Callable[..., bytes], members: list[tuple[str, bytes]]
    ) -> None:
        assert unpacked(split, make(*members)) == members

    @both
    @pytest.mark.parametrize(
        "name", ["../a.txt", "a/../../b.txt", "/etc/a.txt", "C:\\a.txt", "..\\a.txt"]
    )
    def test_no_path_leaves_the_archive(
        self, split: Split, make: Callable[..., bytes], name: str
    ) -> None:
        """The member is refused by name, and the next one is read."""
        found = unpacked(split, make((name, b"evil"), ("b.txt", b"good")))

        assert [what for _, what in found] == ["read.unsafe_path", b"good"]
        assert found[0][0] == name

    @both
    def test_notes_of_file_managers_are_no_documents(
        self, split: Split, make: Callable[..., bytes]
    ) -> None:
        notes = ("__MACOSX/a.html", "x/._a.html", ".DS_Store", "Thumbs.db")

        assert reasons(split, make(*((name, b"x") for name in notes))) == [
            "read.not_a_document"
        ] * len(notes)

    @both
    def test_folders_are_no_parts(self, split: Split, make: Callable[..., bytes]) -> None:
        kwargs = {"type": tarfile.DIRTYPE} if split is split_tar else {}

        assert unpacked(split, make(("folder/", b""), **kwargs)) == []

    @both
    def test_parts_are_numbered_and_named_by_their_path(
        self, split: Split, make: Callable[..., bytes]
    ) -> None:
        parts = [
            (part.record, part.record_id)
            for part in split(io.BytesIO(make(("x/a", b"1"), ("x/b", b"2"))), limit=LIMIT)
            if content(part)
        ]

        assert parts == [(1, "x/a"), (2, "x/b")]

    @both
    def test_control_characters_of_names_are_escaped(
        self, split: Split, make: Callable[..., bytes]
    ) -> None:
        assert unpacked(split, make(("a\x1b[31m.txt", b"x")))[0][0] == "a\\x1b[31m.txt"

    @both
    @settings(max_examples=60, deadline=None)
    @given(seed=st.integers(0, 10**6))
    def test_damage_never_raises(self, split: Split, make: Callable[..., bytes], seed: int) -> None:
        """Bytes are changed and the end is cut off; whatever comes is a part."""
        chance = random.Random(seed)
        data = bytearray(make(("a.txt", b"one" * 300), ("é" * 110, NOISE)))
        for _ in range(chance.choice((1, 3, 30))):
            data[chance.randrange(len(data))] = chance.choice((0, 255, chance.randrange(256)))
        del data[chance.choice((len(data), chance.randrange(len(data)))) :]

        unpacked(split, bytes(data))


class TestZip:
    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("make", [a_zip, a_streamed_zip])
    def test_every_method_of_zipfile_is_read(self, make: Callable[..., bytes], method: int) -> None:
        members = [("a.txt", b"news " * 5000), ("b.txt", NOISE)]

        assert unpacked(split_zip, make(*members, method=method)) == members

    @pytest.mark.parametrize("make", [a_zip, a_streamed_zip])
    def test_a_cut_archive_gives_all_before_the_cut(self, make: Callable[..., bytes]) -> None:
        """It has no directory any more; the members are found by their own headers."""
        data = make(("a.txt", b"news " * 5000), ("b.txt", NOISE), ("c.txt", NOISE))

        found = unpacked(split_zip, data[: len(data) - 2500])

        assert [what for _, what in found] == [
            b"news " * 5000,
            NOISE,
            "read.truncated",
            "read.truncated",
        ]

    def test_where_a_cut_archive_ends_is_said(self) -> None:
        data = a_zip(("a.txt", NOISE))[:-30]

        *_, last = split_zip(io.BytesIO(data), limit=LIMIT)

        assert last.rejection
        assert f"byte {len(data):,} without its directory" in last.rejection.detail

    def test_a_damaged_member_costs_itself_only(self) -> None:
        data = bytearray(a_zip(("a.txt", NOISE), ("b.txt", b"good"), method=zipfile.ZIP_STORED))
        data[200] ^= 1

        assert unpacked(split_zip, bytes(data)) == [("a.txt", "read.corrupt"), ("b.txt", b"good")]

    def test_a_damaged_directory_is_done_without(self) -> None:
        data = bytearray(a_zip(("a.txt", NOISE), ("b.txt", b"good")))
        at = data.find(b"PK\x01\x02")
        data[at : at + 4] = b"XXXX"

        assert unpacked(split_zip, bytes(data))[:2] == [("a.txt", NOISE), ("b.txt", b"good")]
        assert reasons(split_zip, bytes(data))

    def test_members_that_share_their_bytes_are_a_bomb(self) -> None:
        """2,000 entries of the directory for one member of 1 MB: 2 GB of 100 kB."""
        one = a_zip(("a.txt", bytes(10**6)))
        start, end = one.find(b"PK\x01\x02"), one.find(b"PK\x05\x06")
        directory = one[start:end] * 2000
        tail = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 2000, 2000, len(directory), start, 0)

        found = reasons(split_zip, one[:start] + directory + tail)

        assert found[-1] == "read.bomb"
        assert len(found) < 5

    def test_bzip2_does_not_grow_in_memory(self) -> None:
        """Python's zipfile unpacks 4 kB of it at once, and that may be gigabytes."""
        packed = a_zip(("a.txt", bytes(40 * 10**6)), method=zipfile.ZIP_BZIP2)
        tracemalloc.start()

        found = reasons(split_zip, packed)

        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found[0] == "read.bomb"
        assert peak < 20 * 10**6

    def test_an_encrypted_member_says_so(self) -> None:
        data = bytearray(a_zip(("a.txt", b"secret"), ("b.txt", b"open")))
        data[data.find(b"PK\x01\x02") + 8] |= 1

        assert [what for _, what in unpacked(split_zip, bytes(data))] == [
            "read.encrypted",
            b"open",
        ]

    def test_an_unknown_method_says_so(self) -> None:
        data = bytearray(a_zip(("a.txt", b"deflate64")))
        data[data.find(b"PK\x01\x02") + 10] = 9

        assert reasons(split_zip, bytes(data)) == ["read.unsupported_compression"]

    def test_names_of_utf_8_without_the_flag_are_read(self) -> None:
        """Info-ZIP and Java write them so; the standard says code page 437."""
        data = a_zip(("Zürich.txt", b"x"))
        at = data.find(b"PK\x01\x02") + 9
        data = data[:at] + bytes([data[at] & ~8]) + data[at + 1 :]

        assert unpacked(split_zip, data)[0][0] == "Zürich.txt"

    def test_a_word_document_is_one_document(self) -> None:
        data = (SEEDS / "office" / "ropeway.docx").read_bytes()

        (part,) = split_zip(io.BytesIO(data), limit=LIMIT)

        assert part.record is None
        assert part.data == data
        assert part.media_type is not None
        assert part.media_type.endswith("wordprocessingml.document")

    def test_a_book_is_named_by_its_media_type(self) -> None:
        data = a_zip(("mimetype", b"application/epub+zip"), ("a.xhtml", b"x"), method=0)

        (part,) = split_zip(io.BytesIO(data), limit=LIMIT)

        assert (part.record, part.media_type) == (None, "application/epub+zip")

    def test_the_seed_of_info_zip(self) -> None:
        """A page, a text, a packed tar, and a link that is refused."""
        data = (SEEDS / "archives" / "ellerby.zip").read_bytes()

        assert [name for name, _ in unpacked(split_zip, data)] == [
            "pages/swans.html",
            "lamps.txt",
            "older/2022.tar.gz",
            "latest.txt",
        ]
        assert reasons(split_zip, data) == ["read.not_a_file"]

    def test_a_stream_that_cannot_seek_is_a_fault_of_the_caller(self) -> None:
        class Pipe(io.BytesIO):
            def seekable(self) -> bool:
                return False

        with pytest.raises(TypeError, match="cannot seek"):
            list(split_zip(Pipe(), limit=LIMIT))

    def test_no_members_are_no_parts(self) -> None:
        assert unpacked(split_zip, a_zip()) == []


class TestTar:
    @pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
    def test_every_format_is_read(self, kind: int) -> None:
        members = [("folder/" + "n" * 90 + ".txt", NOISE), ("b", b"")]

        assert unpacked(split_tar, a_tar(*members, kind=kind)) == members

    @pytest.mark.parametrize(
        "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
    )
    def test_links_and_devices_are_refused(self, kind: bytes) -> None:
        assert reasons(split_tar, a_tar(("a", b""), type=kind, linkname="/etc/passwd")) == [
            "read.not_a_file"
        ]

    def test_a_cut_archive_gives_all_before_the_cut(self) -> None:
        """The file it breaks in raises; nothing is invented for the rest."""
        data = a_tar(("a.txt", b"good"), ("b.txt", NOISE), ("c.txt", b"lost"))

        assert unpacked(split_tar, data[:3000]) == [("a.txt", b"good"), ("b.txt", "read.truncated")]

    def test_where_a_header_is_damaged_the_next_sound_one_is_found(self) -> None:
        data = bytearray(a_tar(("a.txt", b"1"), ("b.txt", b"2"), ("c.txt", b"3")))
        data[1024] ^= 1

        found = list(split_tar(io.BytesIO(bytes(data)), limit=LIMIT))

        assert [part.name for part in found] == ["a.txt", "", "c.txt"]
        assert found[1].rejection
        assert "byte 1,024" in found[1].rejection.detail

    def test_bytes_behind_the_end_are_told(self) -> None:
        assert reasons(split_tar, a_tar(("a.txt", b"1")) + b"rubbish" * 100) == [
            "read.trailing_bytes"
        ]

    def test_archives_one_behind_the_other_are_read(self) -> None:
        data = a_tar(("a.txt", b"1")) + a_tar(("b.txt", b"2"))

        assert unpacked(split_tar, data) == [("a.txt", b"1"), ("b.txt", b"2")]

    def test_damage_below_is_passed_on_once(self) -> None:
        """A tar.gz that is cut: the member it breaks in says why, and there is no more."""

        class Broken(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                if data := super().read(size):
                    return data
                raise CannotRead("read.truncated", "gzip ends early")

        stream = Broken(a_tar(("a.txt", NOISE))[:2000])
        parts = split_tar(stream, limit=LIMIT)

        assert [content(part) for part in parts] == ["read.truncated"]

    def test_a_header_of_gigabytes_is_not_read(self) -> None:
        """tarfile reads pax headers of any size into memory."""
        header = tarfile.TarInfo("x")
        header.type, header.size = tarfile.XHDTYPE, 2**31

        assert reasons(split_tar, header.tobuf(tarfile.GNU_FORMAT)) == ["read.corrupt"]

    def test_names_that_are_no_utf_8_stay_readable(self) -> None:
        data = a_tar(("caf\udce9.txt", b"x"), kind=tarfile.GNU_FORMAT)

        assert unpacked(split_tar, data)[0][0] == "caf\\xe9.txt"

    def test_members_need_not_be_read(self) -> None:
        """Who wants the names only may skip the contents."""
        data = a_tar(("a.txt", NOISE), ("b.txt", NOISE))

        assert [part.name for part in split_tar(io.BytesIO(data), limit=1)] == ["a.txt", "b.txt"]


def test_bzip2_of_the_standard_library_is_bounded_by_its_argument() -> None:
    """What bounds the memory of a member: the decoder stops where it is told to."""
    decoder = bz2.BZ2Decompressor()

    assert len(decoder.decompress(bz2.compress(bytes(10**7)), 1000)) == 1000
