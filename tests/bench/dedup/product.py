"""What the whole product says: the texts as two JSONL files, ingested one after the other.

The copies come in a second run, as news does: everything kept is committed then.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.dedup.ours import Link, Result
from tests.bench.ingest import COMMAND, ROOT, run

LINKS = """
SELECT article_a, article_b, relation, coalesce(is_same_item, false) AS is_same_item FROM links
WHERE relation IN ('near', 'contains', 'contained_in', 'reuses') ORDER BY ALL
"""
GROUPS = "SELECT article_id, canonical_article_id FROM group_members ORDER BY ALL"
PLACES = """
SELECT article_id, path LIKE '%/kept.jsonl' AS is_kept, record FROM files
WHERE article_id IS NOT NULL AND outcome IN ('article', 'same_text', 'same_bytes') ORDER BY ALL
"""
COUNTS = "SELECT outcome, count(*) AS n FROM files GROUP BY outcome ORDER BY outcome"


def ingested(kept: Sequence[str], new: Sequence[str]) -> Result:
    """Ingest kept texts, then new ones, and read links and groups by SQL; CPU seconds of each."""
    result = Result()
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as name:
        folder = Path(name)
        for part, texts in (("kept", kept), ("new", new)):
            if texts:
                result.seconds[part] = _ingest(folder, part, texts)
        _read(folder, result, len(kept), len(new))
    return result


def _ingest(folder: Path, part: str, texts: Sequence[str]) -> float:
    source = folder / f"{part}.jsonl"
    lines = (json.dumps({"id": f"{part} {at}", "text": text}) for at, text in enumerate(texts))
    source.write_text("\n".join(lines), encoding="utf-8")
    asked = ["ingest", str(source), "--no-prefect", "--quiet", "--settle", "0"]
    usage = run(COMMAND, [*asked, "-w", str(folder / "data")], folder / "said")
    return usage.ru_utime + usage.ru_stime


def _read(folder: Path, result: Result, kept: int, new: int) -> None:
    """Fill in links and groups; an article is named by the first text that it is."""
    first: dict[str, int] = {}
    article_of: dict[int, str] = {}
    for row in _ask(folder, PLACES):
        at = row["record"] - 1 + (0 if row["is_kept"] else kept)
        article_of[at] = row["article_id"]
        first[row["article_id"]] = min(at, first.get(row["article_id"], at))
    canonical = {row["article_id"]: row["canonical_article_id"] for row in _ask(folder, GROUPS)}
    result.groups = [
        first[canonical.get(article_of[at], article_of[at])] if at in article_of else at
        for at in range(kept + new)
    ]
    for row in _ask(folder, LINKS):
        one, other = first[row["article_a"]], first[row["article_b"]]
        relation, is_same = row["relation"], row["is_same_item"]
        result.links[max(one, other), min(one, other)] = Link(relation, is_same)
    counts = ", ".join(f"{row['n']:,} {row['outcome']}" for row in _ask(folder, COUNTS))
    result.notes.append(f"files: {counts}")


def _ask(folder: Path, query: str) -> list[dict[str, Any]]:
    command = ["sql", query, "--format", "json", "-w", str(folder / "data")]
    answer = subprocess.check_output([sys.executable, "-c", COMMAND, *command], cwd=ROOT)
    rows: list[dict[str, Any]] = json.loads(answer)
    return rows
