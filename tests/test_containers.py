"""Containers in containers: every document numbered, named by its way, and accounted for."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from tasks import containers
from tasks.met import Met
from tasks.reading import read_file
from tasks.records import RawFile
from tests.making import a_text, an_article

MIB = 1024 * 1024


def a_zip(**members: bytes) -> bytes:
    """Return a zip archive of files named by keyword (a dot for the double underscore)."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return held.getvalue()


def a_tar(**members: bytes) -> bytes:
    """Return a tar archive."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name.replace("__", "."))
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return held.getvalue()


def met(tmp_path: Path, data: bytes, name: str = "x.zip", limit: int = MIB) -> list[Met]:
    """Return what is met in a file of these bytes."""
    path = tmp_path / name
    path.write_bytes(data)
    status = path.stat()
    file = RawFile(
        name=str(path), below=name, size=len(data), mtime_ns=status.st_mtime_ns, inode=status.st_ino
    )
    return list(read_file(file, limit=limit))


def lines(count: int) -> bytes:
    """Return JSON Lines."""
    return "\n".join(an_article(number) for number in range(count)).encode()


def test_documents_are_numbered_through_all_containers(tmp_path: Path) -> None:
    """A text, a compressed JSONL and a tar in a zip: one row for the zip, one for each document."""
    inner = a_tar(b__txt=a_text(8).encode(), c__txt=a_text(9).encode())
    found = met(
        tmp_path,
        a_zip(a__txt=a_text(7).encode(), m__jsonl__gz=gzip.compress(lines(3)), t__tar=inner),
    )

    *documents, end = found
    assert [each.record for each in documents] == [1, 2, 3, 4, 5, 6]
    assert [each.record_id for each in documents] == [
        "a.txt", "m.jsonl.gz#1", "m.jsonl.gz#2", "m.jsonl.gz#3", "t.tar!/b.txt", "t.tar!/c.txt",
    ]  # fmt: skip
    assert (end.is_container, end.document_count, end.is_complete) == (True, 6, True)


def test_a_path_in_an_archive_is_the_name_of_its_document(tmp_path: Path) -> None:
    """Its suffix and its dates count, below the folder that was given."""
    (document, _) = met(tmp_path, a_zip(**{"2024/05/03/a.txt": a_text(1).encode()}), "day.zip")

    assert document.document is not None
    assert document.document.name == "day.zip/2024/05/03/a.txt"


def test_an_empty_member_and_an_unknown_one_are_rejected_with_their_name(tmp_path: Path) -> None:
    """Nothing in an archive goes missing."""
    found = met(tmp_path, a_zip(a__txt=b"", b__png=b"\x89PNG\r\n\x1a\n" + bytes(99)))

    assert [(each.record_id, each.rejection and each.rejection.reason) for each in found[:-1]] == [
        ("a.txt", "read.empty"),
        ("b.png", "read.no_reader"),
    ]


def test_a_damaged_container_inside_another_costs_only_what_is_lost(tmp_path: Path) -> None:
    """The lines before the damage, one rejection, and the member behind it."""
    torn = gzip.compress(os.urandom(40_000).hex().encode() + b"\n" + lines(3))
    found = met(tmp_path, a_zip(a__jsonl__gz=torn[:-300], b__txt=a_text(2).encode()))

    *documents, end = found
    assert documents[-2].rejection is not None
    assert documents[-2].rejection.reason == "read.truncated"
    assert documents[-1].record_id == "b.txt"
    assert documents[-1].document is not None
    assert end.rejection is None


def test_archives_are_opened_to_a_depth_that_makes_sense(tmp_path: Path) -> None:
    """A zip within a zip within a zip ... ends in a rejection, not in the stack."""
    data = a_text(1).encode()
    for _ in range(30):
        data = a_zip(a__zip=data)
    (refused, end) = met(tmp_path, data)

    assert refused.rejection is not None
    assert refused.rejection.reason == "read.nested"
    assert end.document_count == 1


def test_one_object_in_a_json_member_is_a_document_of_the_archive(tmp_path: Path) -> None:
    """A JSON array is a container, a JSON object is not."""
    found = met(tmp_path, a_zip(a__json=an_article(1).encode(), b__json=b"[" + lines(1) + b"]"))

    assert [each.record_id for each in found[:-1]] == ["a.json", "b.json#1"]


def test_a_compressed_archive_is_opened_as_well(tmp_path: Path) -> None:
    """A zip needs a file that can go back, a gzip stream cannot."""
    found = met(tmp_path, gzip.compress(a_zip(a__txt=a_text(1).encode())), "x.zip.gz")

    assert [each.record_id for each in found] == ["a.txt", None]
    assert found[0].compression == "gzip"


def test_what_stands_before_a_cut_in_an_archive_is_read(tmp_path: Path) -> None:
    """A tar cut inside a JSONL: its lines so far, then a rejection, and the container says so."""
    data = a_tar(a__txt=a_text(1).encode(), b__jsonl=lines(400))
    *documents, end = met(tmp_path, data[: len(data) * 3 // 4], "x.tar")

    read = [each for each in documents if each.document and not each.rejection]
    assert len(read) > 200
    assert documents[-1].rejection is not None
    assert documents[-1].rejection.reason == "read.truncated"
    assert end.rejection is not None
    assert end.document_count == len(documents)


def test_a_large_member_that_is_no_container_is_not_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused once it is longer than a document may be."""

    def refuse(**_: object) -> None:
        raise AssertionError("copied")

    monkeypatch.setattr(containers, "SpooledTemporaryFile", refuse)
    (refused, _) = met(tmp_path, a_zip(a__mp4=b"\0\0\0\x18ftypisom" + bytes(3 * MIB)))

    assert refused.media_type == "video/mp4"
    assert refused.rejection is not None
    assert refused.rejection.reason == "read.too_large"
