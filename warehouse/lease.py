"""One writer per warehouse.

On a local disk this is an advisory lock (flock) on a file: the kernel frees it when its holder
dies, however it dies, so nothing is ever left behind. It only keeps two ingests from doing the same
work; that they cannot both commit is the compare-and-swap in warehouse.store.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from warehouse.errors import TryAgain, WriterBusy
from warehouse.location import Location

POLL_SECONDS = 0.2


@contextmanager
def writer_lease(
    location: Location, *, wait_seconds: float = 0.0, purpose: str = "writer"
) -> Iterator[None]:
    """Hold the lease of `location` for the body of the `with`.

    A `purpose` of its own keeps two runs of one kind apart that write only now and then. Waits up
    to `wait_seconds` for another holder, then raises WriterBusy that names it. TryAgain when the
    lock file cannot be opened.
    """
    path = location.path / f".{purpose}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise TryAgain(f"{path}: cannot take the writer's lease: {error.strerror}") from error
    try:
        _take(handle, path, wait_seconds)
        os.ftruncate(handle, 0)
        os.pwrite(handle, _signature(), 0)
        yield
    finally:
        os.close(handle)  # closing frees the lock


def _take(handle: int, path: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise WriterBusy(_busy(path)) from None
            time.sleep(POLL_SECONDS)
        else:
            return


def _signature() -> bytes:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": now}).encode()


def _busy(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
        who = f"process {holder['pid']} on {holder['host']} since {holder['since']}"
    except (OSError, ValueError, KeyError):
        who = "another process"
    return (
        f"{path.parent}: {who} is writing to this warehouse; "
        "try again when it has ended, or wait for it with --wait SECONDS"
    )
