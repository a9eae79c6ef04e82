"""Several staged batches become one commit: exact duplicates resolved, rows chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

from tasks.batch import STAGED_TABLES, Staged
from tasks.dedup.exact import Holder, Reading, Resolved, Resolver
from tasks.dedup.identity import document_id
from warehouse.bookkeeping import REFUSED
from warehouse.definitions import define_tables
from warehouse.known import LedgerRow
from warehouse.ledger import Ledger
from warehouse.location import Location
from warehouse.schema import FileRow, columns, to_arrow


@dataclass(frozen=True, slots=True)
class Chunk:
    """The tables of one commit, and what was decided about its documents."""

    tables: Mapping[str, pa.Table]
    resolved: Resolved
    identities: Mapping[str, str]  # article_id -> identity hash, where this chunk writes its row

    def ledger_rows(self, run_id: str, commit_id: str) -> list[LedgerRow]:
        """Return what the ledger's index must learn of this chunk once it is committed."""
        return [
            LedgerRow(
                row.path,
                row.record,
                row.file_sha256,
                row.sha256,
                row.target_uri,
                row.outcome,
                row.article_id,
                row.reason,
                row.reader,
                row.is_retryable,
                row.document_count,
                row.is_complete,
                self.identities.get(row.article_id or "") if row.outcome == "article" else None,
                run_id,
                commit_id,
            )
            for row in self.resolved.files.values()
        ]


def make_chunk(staged: Sequence[Staged], ledger: Ledger, location: Location, run_id: str) -> Chunk:
    """Return the chunk of these batches, resolved against everything committed so far."""
    tables = {name: _gather(staged, name) for name in STAGED_TABLES}
    resolver = Resolver(ledger, run_id, CommittedRows(location))
    readings = _readings(tables["articles"])
    for number, row in _file_rows(tables["files"]):
        resolver.add(number, row, readings.get(number))
    resolved = resolver.resolved
    winners = pa.array(sorted(resolved.winners.values()), pa.int64())
    written = {
        name: tables[name].filter(pc.is_in(tables[name]["document"], winners))
        for name in ("articles", "paragraphs", "fields", "date_evidence")
    }
    return Chunk(
        tables={
            "files": to_arrow("files", list(resolved.files.values())),
            "raw": _new_contents(tables["raw"], ledger, resolved),
            **written,
            "links": to_arrow("links", list(resolved.links.values())),
            "superseded": to_arrow("superseded", resolved.superseded),
        },
        resolved=resolved,
        identities={article: readings[at].identity for article, at in resolved.winners.items()},
    )


def _gather(staged: Sequence[Staged], name: str) -> pa.Table:
    """One staged table of all batches, its documents numbered through."""
    parts, offset = [], 0
    for item in staged:
        with pa.memory_map(str(Path(item.folder) / f"{name}.arrow")) as source:
            part = pa.ipc.open_file(source).read_all()
        numbers = pc.add(part["document"], offset)
        parts.append(part.set_column(part.num_columns - 1, "document", numbers))
        offset += item.documents
    return pa.concat_tables(parts)


def _file_rows(files: pa.Table) -> list[tuple[int, FileRow]]:
    rows = files.drop_columns(["document"]).to_pylist()
    return list(zip(files["document"].to_pylist(), (FileRow(**row) for row in rows), strict=True))


def _readings(articles: pa.Table) -> dict[int, Reading]:
    names = ("document", "identity_sha256", "url", "canonical_url")
    rows = zip(*(articles[name].to_pylist() for name in names), strict=True)
    return {number: Reading(identity, tuple(urls)) for number, identity, *urls in rows}


def _new_contents(raw: pa.Table, ledger: Ledger, resolved: Resolved) -> pa.Table:
    """The raw bytes that no commit holds yet, each content once; none of what was removed."""
    rows = resolved.files.values()
    seen = {row.sha256 for row in rows if row.reason == REFUSED}
    seen -= {row.sha256 for row in rows if row.reason != REFUSED}
    mask = []
    for sha256 in raw["sha256"].to_pylist():
        mask.append(sha256 not in seen and not ledger.has_bytes(sha256))
        seen.add(sha256)
    return raw.filter(pa.array(mask, pa.bool_()))


class CommittedRows:
    """Fetches rows of `files` that an earlier chunk of the run has written. Rarely needed."""

    def __init__(self, location: Location) -> None:
        self.location = location
        self._connection: duckdb.DuckDBPyConnection | None = None

    def __call__(self, holder: Holder) -> FileRow:
        """Return the row in `files` of `holder`."""
        if self._connection is None:
            self._connection = duckdb.connect()
            define_tables(self._connection, self.location)
        names = [name for name in columns("files") if name not in ("run_id", "commit_id")]
        found = self._connection.execute(
            f"SELECT {', '.join(names)} FROM files_history WHERE document_id = ? AND commit_id = ?",
            [document_id(holder.path, holder.record), holder.commit_id],
        ).fetchone()
        if found is None:
            raise LookupError(f"{holder.path}: its row of commit {holder.commit_id} is gone")
        return FileRow(**dict(zip(names, found, strict=True)))
