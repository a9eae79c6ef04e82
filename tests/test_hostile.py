"""A folder of hostile and damaged files: bounded, each with a clear record, and the run goes on."""

from __future__ import annotations

import io
import itertools
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tasks import readers
from tests.making import a_text, an_article, ask, ingest, outcomes, write
from tests.test_containers import a_tar

MIB = 1024 * 1024
SENTENCE = "The ferry returned to the island on Tuesday after eleven weeks of storms. "


def a_bomb() -> bytes:
    """Return half a MB of zip that unpacks to 520 MB."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for number in range(8):
            with archive.open(f"{number}.txt", "w") as member:
                for _ in range(65):
                    member.write(b"0" * MIB)
    return held.getvalue()


def laughs(root: str, inside: str) -> str:
    """Return XML whose entities make 10 to the 12th letters."""
    names = "abcdefghijklm"
    steps = itertools.pairwise(names)
    more = "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in steps)
    return f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY a "ha">{more}]>{inside}'


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus of the whole folder, read in one run that must not fail."""
    folder = tmp_path_factory.mktemp("hostile")
    page = "<html><head><title>Ferry</title></head><body>{}</body></html>"
    nitf = "<nitf><body><body.content><p>&m;</p></body.content></body></nitf>"
    rss = "<rss><channel><title>x</title><item><title>&m;</title></item></channel></rss>"
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    write(
        folder / "in",
        bomb__zip=a_bomb(),
        dots__tar=a_tar(**{"../../evil.txt": a_text(1).encode(), "good.txt": a_text(2).encode()}),
        laughs__nitf=laughs("nitf", nitf),
        laughs__rss=laughs("rss", rss),
        line__jsonl=b'{"text": "' + b"word " * 14 * MIB + b'"}\n' + an_article(3).encode(),
        nested__html=page.format("<div>" * 10_000 + f"<p>{SENTENCE * 5}</p>"),
        slow__html=page.format("<table><tr><td>" * 1_000 + f"<p>{SENTENCE * 5}</p>"),
        links__html=page.format("<a href='/x'>some link</a> " * 10_000 + f"<p>{SENTENCE * 5}</p>"),
        lying__html=b'<meta charset="utf-16">'
        + page.format(f"<p>{SENTENCE * 5}Größe</p>").encode(),
    )
    ingest(folder / "corpus", folder / "in").require_sound()
    return folder / "corpus"


def reasons(corpus: Path, name: str) -> list[str]:
    """Return what became of the documents of a file, in order."""
    query = f"""SELECT coalesce(reason, outcome) FROM files
                WHERE path LIKE '%/{name}' AND outcome <> 'container' ORDER BY record"""
    return [row[0] for row in ask(corpus, query)]


def test_a_bomb_is_refused_and_every_member_has_a_row(corpus: Path) -> None:
    """Its members are above the limit of one document, and together above that of an archive."""
    assert set(reasons(corpus, "bomb.zip")) == {"read.too_large", "read.bomb"}


def test_no_path_leaves_an_archive(corpus: Path) -> None:
    """The member is named in its rejection; the next one is read."""
    assert reasons(corpus, "dots.tar") == ["read.unsafe_path", "article"]


@pytest.mark.parametrize(
    ("name", "reason"), [("laughs.nitf", "read.entities"), ("laughs.rss", "read.no_body")]
)
def test_entities_are_never_expanded(corpus: Path, name: str, reason: str) -> None:
    """A billion laughs are one line in the ledger."""
    assert reasons(corpus, name) == [reason]


def test_a_line_beyond_the_limit_costs_itself_only(corpus: Path) -> None:
    """70 MB in one line; the article behind it is read."""
    assert reasons(corpus, "line.jsonl") == ["read.too_large", "article"]


@pytest.mark.parametrize("name", ["nested.html", "slow.html", "links.html", "lying.html"])
def test_a_page_made_to_be_hard_is_read(corpus: Path, name: str) -> None:
    """Its sentence is found, below 10,000 elements and behind a lying declaration."""
    query = f"""SELECT a.text LIKE '%{SENTENCE.strip()}%' FROM articles a
                JOIN files f USING (article_id) WHERE f.path LIKE '%/{name}'"""
    assert ask(corpus, query) == [(True,)]


# A process between: a child counts as its own what the one that started it had at its peak.
PEAK = """
import resource, subprocess, sys
subprocess.run([sys.executable, *sys.argv[1:]], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_mib(*arguments: object) -> int:
    """Return the peak memory of Python with these arguments."""
    command = [sys.executable, "-c", PEAK, *(str(item) for item in arguments)]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return int(output.split()[-1]) // (MIB if sys.platform == "darwin" else 1024)


def test_memory_stays_bounded(tmp_path: Path) -> None:
    """A zip of one file of 1 GiB, one line and an article behind it: it is never held whole."""
    packed = zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with packed as archive, archive.open("a.jsonl", "w") as member:
        member.write(b'{"text": "')
        for _ in range(1024):
            member.write(b"8 bytes " * (MIB // 8))
        member.write(b'"}\n' + an_article(1).encode())

    corpus = tmp_path / "corpus"
    options = ["--no-prefect", "--quiet", "--settle", 0, "-w", corpus]
    peak = peak_mib("-m", "flows.cli", "ingest", tmp_path / "a.zip", *options)

    assert reasons(corpus, "a.zip") == ["read.too_large", "article"]
    assert peak < 600


def test_what_had_no_reader_is_taken_up_when_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A warehouse of a version without feeds; the next version reads them by itself."""
    item = f"<item><title>Ferry</title><description>{SENTENCE * 20}</description></item>"
    source = write(tmp_path / "in", a__rss=f"<rss version='2.0'><channel>{item}</channel></rss>")
    with monkeypatch.context() as earlier:
        earlier.delitem(readers.SPLITTERS, "application/rss+xml")
        ingest(tmp_path / "corpus", source)
    assert outcomes(tmp_path / "corpus") == {"rejected": 1}

    ingest(tmp_path / "corpus", source)

    assert outcomes(tmp_path / "corpus") == {"article": 1, "container": 1}
