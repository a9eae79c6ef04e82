from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from tasks.compression import Limits, Readable
from tasks.streams import decompress, open_stream, read_all, unpack
from warehouse.errors import CannotRead

SEEDS = Path(__file__).parent.parent / "seeds"
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "application/gzip": gzip.compress,
    "application/x-bzip2": bz2.compress,
    "application/x-xz": lzma.compress,
    "application/zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}
every_format = pytest.mark.parametrize("media_type", PACKERS)
# Words in no order: far less than 1000 to 1, and more than any one step of a decoder.
NEWS = " ".join(
    random.Random(7).choices(["fog", "rain", "over", "the", "Merrow", "coast"], k=60_000)
).encode()


def unpacked(packed: bytes, media_type: str, limits: Limits | None = None) -> Readable:
    return decompress(io.BytesIO(packed), media_type, limits=limits or Limits())


def read_to_damage(stream: Readable) -> tuple[bytes, str]:
    """All bytes that come before the damage, and its reason ("" for none)."""
    pieces: list[bytes] = []
    try:
        while piece := stream.read(10_000):
            pieces.append(piece)
    except CannotRead as damage:
        return b"".join(pieces), damage.reason
    return b"".join(pieces), ""


@every_format
def test_members_one_behind_the_other_are_one_text(media_type: str) -> None:
    """Logs are compressed in pieces and concatenated; no piece is left out."""
    pack = PACKERS[media_type]
    packed = pack(NEWS[:100_000]) + pack(b"") + pack(NEWS[100_000:])
    assert read_to_damage(unpacked(packed, media_type)) == (NEWS, "")


@every_format
@pytest.mark.parametrize("padding", [b"\0" * 4, b"\0" * 70_000, b"\n"])
def test_padding_behind_the_data_is_fine(media_type: str, padding: bytes) -> None:
    """Tapes and block devices fill up with zeros, editors with a line break."""
    packed = PACKERS[media_type](NEWS) + padding
    assert read_to_damage(unpacked(packed, media_type)) == (NEWS, "")


@every_format
def test_other_bytes_behind_the_data_are_reported_after_it(media_type: str) -> None:
    """The text is whole, so all of it comes first; that there was more is said."""
    packed = PACKERS[media_type](NEWS) + b"something else"
    assert read_to_damage(unpacked(packed, media_type)) == (NEWS, "read.trailing_bytes")


def test_a_document_is_not_refused_for_what_lies_behind_it() -> None:
    """Its checksum held; the bytes behind are none of its own."""
    packed = gzip.compress(b"Fog.") + b"something else"
    assert read_all(unpacked(packed, "application/gzip"), 100) == b"Fog."


@every_format
def test_what_was_unpacked_before_a_cut_is_delivered(media_type: str) -> None:
    """Half a file gives the beginning of its text, then the damage on every further read."""
    packed = PACKERS[media_type](NEWS)
    stream = unpacked(packed[: len(packed) * 3 // 4], media_type)
    text, reason = read_to_damage(stream)

    assert NEWS.startswith(text)
    assert (len(text) > 0 or media_type == "application/x-bzip2", reason) == (
        True,
        "read.truncated",
    )
    with pytest.raises(CannotRead, match="ends early after"):
        stream.read(1)


@every_format
def test_what_was_unpacked_before_a_flipped_byte_is_delivered(media_type: str) -> None:
    """A second member that is broken does not take a byte of the first with it."""
    pack = PACKERS[media_type]
    second = bytearray(pack(NEWS))
    second[len(second) // 2 :] = b"\xff" * (len(second) - len(second) // 2)
    text, reason = read_to_damage(
        unpacked(pack(b"The first is whole.") + bytes(second), media_type)
    )

    assert (text[:19], reason) == (b"The first is whole.", "read.corrupt")


def test_bytes_before_a_bad_checksum_are_all_delivered() -> None:
    """The decoder drops its last step when it fails; a second pass brings those bytes too."""
    packed = bytearray(gzip.compress(NEWS))
    packed[-5] ^= 1
    assert read_to_damage(unpacked(bytes(packed), "application/gzip")) == (NEWS, "read.corrupt")


def test_reading_all_at_once_never_hands_out_half_a_file() -> None:
    """A read without a size is not followed by a second one that could raise."""
    packed = gzip.compress(NEWS)[:-100]
    with pytest.raises(CannotRead, match=r"read\.truncated"):
        decompress(io.BytesIO(packed), "application/gzip").read()


@given(st.data())
def test_a_cut_anywhere_gives_a_beginning_and_says_so(data: st.DataObject) -> None:
    """No cut raises anything else, invents bytes or passes for the whole."""
    media_type = data.draw(st.sampled_from(sorted(PACKERS)))
    text = data.draw(st.binary(min_size=1, max_size=500))
    packed = PACKERS[media_type](text)
    cut = data.draw(st.integers(1, len(packed) - 1))
    got, reason = read_to_damage(unpacked(packed[:cut], media_type))

    assert (text.startswith(got), reason) == (True, "read.truncated")


@given(st.sampled_from(sorted(PACKERS)), st.binary(max_size=200))
def test_noise_under_a_compressed_name_only_raises_cannot_read(
    media_type: str, noise: bytes
) -> None:
    """Whatever follows the magic bytes, damage is a CannotRead."""
    magic = PACKERS[media_type](b"")[:6]
    assert read_to_damage(unpacked(magic + noise, media_type))[1] in (
        "read.corrupt",
        "read.truncated",
        "read.trailing_bytes",
        "read.too_large",
        "",
    )


def test_layers_come_off_up_to_the_limit(tmp_path: Path) -> None:
    """An article packed three times over is read, and its inner name still counts."""
    path = tmp_path / "a.jsonl.xz.bz2.gz"
    path.write_bytes(gzip.compress(bz2.compress(lzma.compress(b'{"a": 1}\n'))))

    with open_stream(path) as opened:
        assert (opened.media_type, len(opened.layers)) == ("application/jsonl", 3)
        assert read_all(opened.stream, 100) == b'{"a": 1}\n'


def test_more_layers_are_refused() -> None:
    """A file that unpacks into files without end is stopped by counting."""
    packed = gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"Fog."))))
    with pytest.raises(CannotRead, match=r"read\.nested: compressed more than 3 times"):
        unpack(io.BytesIO(packed), "a.gz")


@every_format
def test_a_bomb_is_refused_in_little_memory(media_type: str) -> None:
    """30 MB of zeros stop at the limits, long before they are held."""
    bomb = PACKERS[media_type](bytes(30_000_000))
    limits = Limits(ratio=500, ratio_free_bytes=1_000_000, output_bytes=25_000_000)
    tracemalloc.start()
    with pytest.raises(CannotRead, match=r"read\.bomb: \w+ made [\d,]+ bytes of [\d,]+, more than"):
        read_all(unpacked(bomb, media_type, limits), 10**9)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 22_000_000


def test_a_bomb_packed_twice_is_measured_against_the_file() -> None:
    """Each layer alone may stay under the ratio; both together do not."""
    bomb = gzip.compress(gzip.compress(bytes(30_000_000)))
    opened = unpack(io.BytesIO(bomb), "a.gz.gz", limits=Limits(ratio=2000))
    with pytest.raises(CannotRead, match="more than 2,000 to 1"):
        read_all(opened.stream, 10**9)


@pytest.mark.parametrize("media_type", ["application/x-xz", "application/zstd"])
def test_a_decoder_that_wants_too_much_memory_is_refused(media_type: str) -> None:
    """The window is named by the file; a hostile one names gigabytes."""
    stream = unpacked(PACKERS[media_type](NEWS), media_type, Limits(memory_bytes=65_536))
    with pytest.raises(CannotRead, match=r"read\.too_large: .* 65,536 bytes are allowed"):
        stream.read(1)


def test_a_document_over_the_limit_is_refused() -> None:
    """The limit itself is still read."""
    assert read_all(io.BytesIO(b"12345678"), 8) == b"12345678"
    with pytest.raises(CannotRead, match=r"read\.too_large: more than 1 MiB \(1,048,576 bytes\)"):
        read_all(io.BytesIO(bytes(1_048_577)), 1_048_576)


class FailingDisk(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= 5:
            raise OSError(5, "Input/output error")
        return super().read(5)


def test_a_disk_that_fails_is_tried_again_later() -> None:
    """What was read comes first; the rejection is one that the next run retries."""
    stream = unpack(FailingDisk(b"Thick fog."), "a.txt").stream

    assert stream.read(100) == b"Thick"
    with pytest.raises(CannotRead, match="Input/output error after 5 bytes") as caught:
        stream.read(100)
    assert caught.value.is_retryable


@given(st.binary(max_size=300), st.lists(st.integers(0, 50), max_size=20))
def test_peeking_and_reading_in_any_sizes_give_the_same_bytes(
    data: bytes, sizes: list[int]
) -> None:
    """The stream is a file like others: looking ahead takes nothing."""
    stream = decompress(io.BytesIO(gzip.compress(data)), "application/gzip")
    got = b""
    for size in sizes:
        ahead = stream.peek(size)
        piece = stream.read(size)
        got += piece
        assert ahead == piece
    assert got + stream.read() == data


def test_lines_can_be_read_as_from_any_file() -> None:
    """Readers that want lines get them."""
    stream = decompress(io.BytesIO(gzip.compress(b"one\ntwo\n")), "application/gzip")
    assert list(stream) == [b"one\n", b"two\n"]


@pytest.mark.parametrize(
    ("seed", "media_type", "begins"),
    [
        ("compressed/article.txt.gz", "text/plain", b"Last wooden ferry"),
        ("compressed/article.txt.xz", "text/plain", b"Hilltop observatory"),
        ("compressed/article.html.bz2", "text/html", b"<!DOCTYPE html>"),
        ("compressed/articles.jsonl.zst", "application/jsonl", b'{"url": '),
    ],
)
def test_the_seeds_are_unpacked(seed: str, media_type: str, begins: bytes) -> None:
    """Real files as gzip, xz, bzip2 and zstd leave them."""
    with open_stream(SEEDS / seed) as opened:
        assert opened.media_type == media_type
        assert read_all(opened.stream, 10_000).startswith(begins)


def test_the_truncated_seed_is_no_document() -> None:
    """Half an article is not stored as an article."""
    with (
        open_stream(SEEDS / "bad/truncated.txt.gz") as opened,
        pytest.raises(CannotRead, match=r"gzip ends early after 429 bytes, unpacked from 284"),
    ):
        read_all(opened.stream, 10_000)
