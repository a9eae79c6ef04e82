"""Progress of an ingest, for a person at a terminal or in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import click
from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner

from tasks.run import Run

LOG_SECONDS = 10.0  # between two lines when the output is no terminal

# Set by the command line around the flow: a callable is no parameter that Prefect could store.
watcher: ContextVar[Callable[[Run], None] | None] = ContextVar("watcher", default=None)


def on_progress(run: Run) -> None:
    """Tell whoever watches how far the run is."""
    watch = watcher.get()
    if watch is not None:
        watch(run)


@contextmanager
def shown(*, is_quiet: bool) -> Iterator[None]:
    """Show progress on standard error for the body of the `with`."""
    console = Console(stderr=True)
    if is_quiet:
        yield
    elif console.is_terminal:
        spinner = Spinner("dots", "starting Prefect")
        with Live(spinner, console=console, transient=True, refresh_per_second=8):
            token = watcher.set(lambda run: spinner.update(text=line(run)))
            yield
            watcher.reset(token)
    else:
        click.echo("ingest: starting", err=True)
        token = watcher.set(_Lines())
        yield
        watcher.reset(token)


class _Lines:
    """A line now and then."""

    def __init__(self) -> None:
        self.last = time.monotonic()

    def __call__(self, run: Run) -> None:
        if time.monotonic() - self.last >= LOG_SECONDS:
            self.last = time.monotonic()
            click.echo(line(run), err=True)


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
