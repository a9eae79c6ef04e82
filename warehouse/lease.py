"""One writer per warehouse.

On a local disk this is an advisory lock (flock) on a file: the kernel frees it when its holder
dies, however it dies, so nothing is ever left behind. In an object store it is an object with an
end (warehouse.object_lease). It only keeps two ingests from doing the same work; that they cannot
both commit is the compare-and-swap in warehouse.store.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from warehouse.errors import TryAgain, WriterBusy
from warehouse.location import Location

POLL_SECONDS = 0.2
BRIEF_SECONDS = 30.0  # a commit of few rows took 0.1 to 0.3 when profiled
WRITER = "writer"


class _Lock(Protocol):
    def take(self, said: Mapping[str, Any]) -> bool: ...
    def said(self) -> Mapping[str, Any]: ...
    def is_ours(self) -> bool: ...
    def free(self) -> None: ...


_held: dict[str, _Lock] = {}  # the writer's leases of this process, by warehouse


@contextmanager
def writer_lease(
    location: Location,
    *,
    wait_seconds: float = 0.0,
    purpose: str = WRITER,
    is_brief: bool = False,
) -> Iterator[None]:
    """Hold the lease of `location` for the body of the `with`.

    A `purpose` of its own keeps two runs of one kind apart that write only now and then. Waits up
    to `wait_seconds` for another holder, half a minute at least for one that holds it briefly
    (`is_brief`: for one commit), then raises WriterBusy that names it. TryAgain when the
    lock file cannot be opened, or the object store does not answer.
    """
    lock = _lock(location, purpose)
    try:
        _take(lock, location, wait_seconds, is_brief)
        if purpose == WRITER:
            _held[str(location)] = lock
        yield
    finally:
        if _held.get(str(location)) is lock:
            del _held[str(location)]
        lock.free()


def confirm(location: Location) -> None:
    """Raise WriterBusy if the writer's lease that this process held was taken over meanwhile.

    A writer without a lease, as tests have them, has nothing to confirm.
    """
    lock = _held.get(str(location))
    if lock is not None and not lock.is_ours():
        raise WriterBusy(
            f"{location}: another process has taken the writer's lease over, because this one was "
            "silent for too long; what was committed stands, run it again"
        )


def _lock(location: Location, purpose: str) -> _Lock:
    name = f".{purpose}.lock"
    if location.uri is None:
        return _FileLock(location.path / name)
    from warehouse.object_lease import ObjectLock
    from warehouse.object_storage import ObjectStorage

    return ObjectLock(ObjectStorage(location.uri, location.state), name)


def _take(lock: _Lock, location: Location, wait_seconds: float, is_brief: bool) -> None:
    begin = time.monotonic()
    while not lock.take(_signature(is_brief)):
        said = lock.said()
        waiting = max(wait_seconds, BRIEF_SECONDS) if said.get("is_brief") else wait_seconds
        if time.monotonic() - begin >= waiting:
            raise WriterBusy(_busy(location, said))
        time.sleep(POLL_SECONDS)


def _signature(is_brief: bool) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": now, "is_brief": is_brief}


def _busy(location: Location, said: Mapping[str, Any]) -> str:
    who = "another process"
    if "pid" in said:
        who = f"process {said['pid']} on {said['host']} since {said['since']}"
    ends = ""
    if "ends_at" in said:
        left = max(0, round(said["ends_at"] - time.time()))
        ends = f" (if it was killed, its lease ends in {left} s)"
    return (
        f"{location}: {who} is writing to this warehouse{ends}; "
        "try again when it has ended, or wait for it with --wait SECONDS"
    )


class _FileLock:
    """A lock that the kernel keeps."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise TryAgain(f"{path}: cannot take the writer's lease: {error.strerror}") from error

    def take(self, said: Mapping[str, Any]) -> bool:
        """Take it if it is free, and leave what is `said` in the file."""
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, json.dumps(said).encode(), 0)
        return True

    def said(self) -> Mapping[str, Any]:
        """Return what its holder has left; it may just be writing it."""
        try:
            found: dict[str, Any] = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return found

    def is_ours(self) -> bool:
        """Return True: nobody can take it over."""
        return True

    def free(self) -> None:
        """Let the next writer have it: closing frees the lock."""
        os.close(self._handle)
