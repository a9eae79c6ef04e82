"""What a container gives: its documents, one at a time and in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tasks.compression import Readable
from tasks.records import Rejection

# After one of these as its last record a container may hold more than could be read.
DAMAGE = frozenset(
    f"read.{code}"
    for code in ("truncated", "corrupt", "bomb", "bad_json", "io_error", "trailing_bytes")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One document cut out of a container, or why there is none.

    Either `data` holds its bytes, or `stream` gives them (a file in an archive, read before the
    next part is asked for), or `rejection` says what is wrong. `data` holds all that is said of
    the document, also by the container around it, but for what the fields below say.
    """

    record: int | None  # 1-based number in the container; None when the file is the document
    data: bytes | None = None
    stream: Readable | None = None
    rejection: Rejection | None = None
    media_type: str | None = None  # None: it is looked at like a file, and may be a container
    charset: str | None = None  # declared outside the bytes, for instance by an HTTP header
    name: str = ""  # path in the archive, or address: for its suffix
    record_id: str | None = None  # what the container calls it: WARC-Record-ID, path in the archive
    url: str | None = None  # where it was fetched from
    retrieved_at: datetime | None = None  # when; aware
    truncated: str = ""  # why `data` is not all of the document, where the container says so

    @property
    def is_damage(self) -> bool:
        """Does it say that the container is damaged here?"""
        return self.rejection is not None and self.rejection.reason in DAMAGE


class Split(Protocol):
    """Takes the documents out of a container. `limit` is the largest document in bytes.

    Yields what can be read; where the container breaks, the last part is a rejection that says
    where. Raises nothing of its own for bad input.
    """

    def __call__(self, stream: Readable, /, *, limit: int) -> Iterator[Part]:
        """Yield the parts of `stream`."""
        ...
