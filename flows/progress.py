"""Progress of a run, for a person at a terminal or in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner

if TYPE_CHECKING:
    from tasks.annotate.enrichment import Enrichment
    from tasks.run import Run

LOG_SECONDS = 10.0  # between two lines when the output is no terminal

# Set by the command line around the flow: a callable is no parameter that Prefect could store.
# It is given a function, so that a line that nobody will see is not made.
watcher: ContextVar[Callable[[Callable[[], str]], None] | None] = ContextVar(
    "watcher", default=None
)


def on_progress(run: Run) -> None:
    """Tell whoever watches how far an ingest is."""
    _tell(lambda: line(run))


def on_enrich_progress(run: Enrichment) -> None:
    """Tell whoever watches how far an enrich is."""
    _tell(lambda: enrich_line(run))


def _tell(text: Callable[[], str]) -> None:
    watch = watcher.get()
    if watch is not None:
        watch(text)


@contextmanager
def shown(*, is_quiet: bool, name: str = "ingest") -> Iterator[None]:
    """Show progress on standard error for the body of the `with`."""
    console = Console(stderr=True)
    if is_quiet:
        yield
    elif console.is_terminal:
        spinner = Spinner("dots", f"{name}: starting")
        with Live(spinner, console=console, transient=True, refresh_per_second=8):
            token = watcher.set(lambda text: spinner.update(text=text()))
            yield
            watcher.reset(token)
    else:
        click.echo(f"{name}: starting", err=True)
        token = watcher.set(_Lines())
        yield
        watcher.reset(token)


class _Lines:
    """A line now and then."""

    def __init__(self) -> None:
        self.last = time.monotonic()

    def __call__(self, text: Callable[[], str]) -> None:
        if time.monotonic() - self.last >= LOG_SECONDS:
            self.last = time.monotonic()
            click.echo(text(), err=True)


def line(run: Run) -> str:
    """Return the state of the run in one line."""
    tally, planned = run.tally, run.planner.planned
    seconds = max(time.time() - run.started_at.timestamp(), 0.001)
    found = tally.found + planned.known_documents
    committed = tally.outcomes.get("article", 0)
    return (
        f"{planned.files:,} files, {found:,} documents read ({found / seconds:,.0f}/s), "
        f"{committed:,} articles committed"
    )


def enrich_line(run: Enrichment) -> str:
    """Return the state of an enrich in one line."""
    tally = run.tally
    seconds = max(time.time() - run.started_at.timestamp(), 0.001)
    committed = f", {tally.committed:,} committed" if tally.committed else ""
    return (
        f"{tally.read:,} of {tally.due:,} articles annotated ({tally.read / seconds:,.0f}/s)"
        f"{committed}"
    )
