"""What reading one file meets, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tasks.records import RawDocument, Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """One thing met in a file: a document, a rejection of one, or the end of a container."""

    record: int | None = None
    document: RawDocument | None = None
    rejection: Rejection | None = None
    is_left: bool = False  # the file is still growing
    is_container: bool = False
    is_known: bool = False  # the whole file is known by its content
    document_count: int | None = None  # at the end of a container
    is_complete: bool | None = None  # of a container: was all taken up that can be read?
    file_sha256: str | None = None
    media_type: str | None = None
    compression: str | None = None
    reader: str | None = None
    record_id: str | None = None
    url: str | None = None
    retrieved_at: datetime | None = None
