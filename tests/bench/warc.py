"""Measure a crawl archive of real pages: nothing lost, and what it costs beside trafilatura alone.

    python -m tests.bench.warc FOLDER... --out FILE.warc.gz

Every *.html and *.htm below each FOLDER is written into one WARC by warcio, one gzip member per
record, as crawlers do. Then (a) `copydesk ingest` without Prefect reads it into a warehouse that is
thrown away, and (b) trafilatura extracts the text of the same pages from memory, with metadata, in
a process of its own. Printed are the outcomes of all documents, CPU seconds by stage, those of the
whole process tree from its first instruction to its end, and their ratio.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from resource import struct_rusage
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows.answers import show_table
from tests.bench.ingest import COMMAND, ROOT, STAGES, run

# What the peer does: every page of the archive through one extractor, nothing stored.
TRAFILATURA = """
import sys
from trafilatura import bare_extraction
from warcio.archiveiterator import ArchiveIterator
texts = 0
with open(sys.argv[1], "rb") as file:
    for record in ArchiveIterator(file):
        if record.rec_type == "response":
            page = record.content_stream().read()
            found = bare_extraction(page, with_metadata=True)
            texts += bool(found and found.text)
print(texts)
"""
OUTCOMES = """
SELECT outcome, reason, count(*) AS documents FROM files
WHERE outcome <> 'container' GROUP BY ALL ORDER BY documents DESC
"""
# A page that is a feed gives a document for each item, named "<record>!/<item>" or "<record>#<n>".
PAGES = """
SELECT count(DISTINCT regexp_replace(record_id, '(!/|#).*', '')) AS pages FROM files
WHERE outcome <> 'container'
"""
RUN = "SELECT article_count, stage_seconds FROM runs"


def pages(folders: Iterable[Path]) -> list[Path]:
    """Return the pages below `folders`, in order."""
    found = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if path.suffix.lower() in (".html", ".htm"))


def write_warc(files: Iterable[Path], out: Path) -> None:
    """Write one response record for each page, without a charset in its header."""
    with out.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for path in files:
            data = path.read_bytes()
            fields = [("Content-Type", "text/html"), ("Content-Length", str(len(data)))]
            status = StatusAndHeaders("200 OK", fields, protocol="HTTP/1.1")
            address = f"https://pages.example{path.absolute().as_uri().removeprefix('file://')}"
            record = writer.create_warc_record(
                address, "response", payload=io.BytesIO(data), http_headers=status
            )
            writer.write_record(record)


def ask(sql: str, warehouse: str) -> list[dict[str, Any]]:
    """Return the rows of a question, asked as a user would."""
    command = ["sql", sql, "--format", "json", "-w", warehouse]
    answer = subprocess.check_output([sys.executable, "-c", COMMAND, *command], cwd=ROOT)
    rows: list[dict[str, Any]] = json.loads(answer)
    return rows


def seconds(usage: struct_rusage) -> float:
    """Return CPU seconds, user and system."""
    return usage.ru_utime + usage.ru_stime


def show_outcomes(count: int, found: int, rows: list[dict[str, Any]]) -> None:
    """Print what became of `count` pages, of which `found` are in the ledger."""
    show_table(("outcome", "reason", "documents"), [tuple(row.values()) for row in rows])
    met = sum(row["documents"] for row in rows)
    verdict = "all accounted for" if found == count else f"{count - found:,} MISSING"
    print(f"\n{count:,} pages in, {met:,} documents of {found:,} pages out: {verdict}")


def show_costs(ours: float, stages: dict[str, float], peer: float, count: int) -> None:
    """Print CPU seconds by stage and in all, beside the peer's."""
    stages = {**stages, "rest": ours - sum(stages.values())}
    named = [name for name in STAGES if name in stages] + sorted(set(stages) - set(STAGES))
    show_table(
        ("stage", "CPU s", "ms per page"),
        [(name, round(stages[name], 2), round(stages[name] * 1000 / count, 2)) for name in named],
        title="\ningest, CPU seconds by stage",
    )
    print(f"\ningest {ours:.1f} CPU s, trafilatura alone {peer:.1f} CPU s: {ours / peer:.2f} times")


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.warc.gz")
    given = parser.parse_args()
    if missing := [path for path in given.folders if not path.is_dir()]:
        parser.error(f"{missing[0]}: no such folder")
    return given


def main() -> None:
    """Write the archive, read it both ways, and print the tables."""
    given = arguments()
    write_warc(pages(given.folders), given.out)
    with given.out.open("rb") as file:
        count = sum(record.rec_type == "response" for record in ArchiveIterator(file))
    archive = str(given.out.absolute())
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder:
        warehouse, said = str(Path(folder) / "data"), Path(folder) / "said"
        asked = ["ingest", archive, "--no-prefect", "--quiet", "--settle", "0", "-w", warehouse]
        ours = seconds(run(COMMAND, asked, said))
        (ran,) = ask(RUN, warehouse)
        show_outcomes(count, ask(PAGES, warehouse)[0]["pages"], ask(OUTCOMES, warehouse))
        peer = seconds(run(TRAFILATURA, [archive], said))
        texts = int(said.read_text().split()[-1])
    show_costs(ours, ran["stage_seconds"], peer, count)
    print(f"articles: {ran['article_count']:,}; texts of trafilatura: {texts:,}")


if __name__ == "__main__":
    main()
