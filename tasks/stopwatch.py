"""CPU seconds per stage of one thread."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Adds up CPU seconds by stage; stages must not be nested."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Charge the body of the `with` to `name`."""
        start = time.thread_time()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.thread_time() - start


def add_seconds(total: dict[str, float], more: dict[str, float]) -> None:
    """Add `more` to `total`, stage by stage."""
    for name, seconds in more.items():
        total[name] = total.get(name, 0.0) + seconds
