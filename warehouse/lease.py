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
BRIEF_SECONDS = 30.0  # a commit of few rows took 0.1 to 0.3 when profiled


@contextmanager
def writer_lease(
    location: Location,
    *,
    wait_seconds: float = 0.0,
    purpose: str = "writer",
    is_brief: bool = False,
) -> Iterator[None]:
    """Hold the lease of `location` for the body of the `with`.

    A `purpose` of its own keeps two runs of one kind apart that write only now and then. Waits up
    to `wait_seconds` for another holder, half a minute at least for one that holds it briefly
    (`is_brief`: for one commit), then raises WriterBusy that names it. TryAgain when the
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
        os.pwrite(handle, _signature(is_brief), 0)
        yield
    finally:
        os.close(handle)  # closing frees the lock


def _take(handle: int, path: Path, wait_seconds: float) -> None:
    begin = time.monotonic()
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting = max(wait_seconds, BRIEF_SECONDS) if _is_brief(path) else wait_seconds
            if time.monotonic() - begin >= waiting:
                raise WriterBusy(_busy(path)) from None
            time.sleep(POLL_SECONDS)
        else:
            return


def _signature(is_brief: bool) -> bytes:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    said = {"pid": os.getpid(), "host": socket.gethostname(), "since": now, "is_brief": is_brief}
    return json.dumps(said).encode()


def _is_brief(path: Path) -> bool:
    try:
        return bool(json.loads(path.read_text())["is_brief"])
    except (OSError, ValueError, KeyError):
        return False


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
