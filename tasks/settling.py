"""Files that may still be written to: watched for a moment before they are read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tasks.discover import unreadable
from tasks.met import Met
from tasks.records import RawFile, Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A file from some record on."""

    file: RawFile
    after: int = 0  # items of the file that earlier batches of this run have dealt with
    known_sha256: str | None = None  # settled already if it still has this content
    known_count: int = 0  # documents that it then holds


def settle(slices: tuple[Slice, ...], seconds: float) -> list[tuple[Slice, Met | None]]:
    """Watch files that changed a moment ago; return each slice with what is wrong with it.

    A file younger than `seconds` may still be written to: after that time it must look the same.
    One pause serves the whole batch.
    """
    now = time.time_ns()
    young = {s.file.name for s in slices if now - s.file.mtime_ns < seconds * 1e9 and not s.after}
    if young and seconds:
        time.sleep(seconds)
    return [(s, _watched(s.file) if s.file.name in young else None) for s in slices]


def _watched(file: RawFile) -> Met | None:
    try:
        status = Path(file.name).stat()
    except OSError as error:
        return Met(rejection=unreadable(file.path, error).rejection)
    if (status.st_size, status.st_mtime_ns) == (file.size, file.mtime_ns):
        return None
    detail = f"still growing: {file.size} bytes when found, {status.st_size} a moment later"
    growing = Rejection("discover.growing", detail, is_retryable=True)
    return Met(is_left=True, rejection=growing)
