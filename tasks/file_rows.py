"""Rows of the ledger, as they stand before it is decided what became of a document."""

from __future__ import annotations

from dataclasses import replace

from tasks.dedup.identity import document_id
from tasks.met import Met
from tasks.records import Rejection
from warehouse.known import KnownDocument
from warehouse.schema import FileRow


def file_row(path: str, met: Met, known: KnownDocument | None) -> FileRow:
    """Return the ledger's row with everything that is known before the outcome."""
    document, why = met.document, met.rejection
    return FileRow(
        document_id=document_id(path, met.record),
        path=path,
        record=met.record,
        record_id=met.record_id,
        target_uri=met.url,
        retrieved_at=met.retrieved_at,
        file_sha256=met.file_sha256,
        sha256=document.sha256 if document else None,
        byte_count=len(document.data) if document else None,
        media_type=met.media_type,
        compression=met.compression,
        encoding=None,
        encoding_method=None,
        reader=met.reader,
        outcome="",
        article_id=None,
        revision_candidate_of=None,
        stage=why.stage if why else None,
        reason=why.reason if why else None,
        detail=why.detail if why else None,
        is_retryable=None,
        document_count=met.document_count,
        is_complete=met.is_complete,
    )


def because(row: FileRow, why: Rejection) -> FileRow:
    """Return the row with the reason of a rejection."""
    detail = why.detail.encode("utf-8", "replace").decode()  # it may quote a lone surrogate
    return replace(row, stage=why.stage, reason=why.reason, detail=detail)
