"""Processes that tests start, kill and listen to; a server of theirs has loaded everything once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.children_preload"])


class Child:
    """Runs `main(*arguments)`, its output in a file."""

    def __init__(self, output: Path, main: Callable[..., None], *arguments: str) -> None:
        self._output = output
        output.touch()
        self._process = _CONTEXT.Process(target=_run, args=(str(output), main, arguments))
        self._process.start()

    def lines(self) -> list[str]:
        """What it has said so far."""
        return self._output.read_text().splitlines()

    def wait_for_a_line(self, seconds: float = 60.0) -> None:
        """Return when it has said something."""
        latest = time.monotonic() + seconds
        while not self.lines():
            assert time.monotonic() < latest, "the child said nothing"
            time.sleep(0.01)

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()

    def wait(self, seconds: float = 300.0) -> int:
        """Wait for its end; return its exit code, the signal below zero."""
        self._process.join(seconds)
        assert self._process.exitcode is not None, f"no end within {seconds:g} s"
        return self._process.exitcode


def _run(output: str, main: Callable[..., None], arguments: tuple[str, ...]) -> None:
    said = os.open(output, os.O_WRONLY | os.O_APPEND)
    os.dup2(said, 1)
    main(*arguments)
