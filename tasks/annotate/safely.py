"""Annotators at work in a process of their own, so that none of them can hurt the run.

One that raises, crashes the process, outgrows its memory or hangs is tried again with each article
alone; what fails alone too is recorded as failed, with what was seen, and the rest is annotated.
Rows that do not point where they say are refused in the same way.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from multiprocessing import get_context
from typing import IO, Any

import pyarrow as pa
from pebble import ProcessExpired, ProcessPool

from tasks.annotate.records import TEXT, Annotator, Options, Rows, Subject
from tasks.annotate.registry import annotator
from warehouse.annotations import ANNOTATION_TABLES
from warehouse.errors import BadSetting
from warehouse.schema import to_arrow


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an annotator may take, in seconds of wall time.

    Many times what the slowest takes: names of 200 articles of 3,000 characters, at 85 ms each
    (tests/bench/annotators.py, a busy machine), are found in 17 s. Models load in the first call.
    """

    start: float = 60.0
    article: float = 1.0
    alone: float = 30.0  # one article, when its batch has failed

    def of(self, count: int) -> float:
        """How long `count` articles may take."""
        return self.alone if count == 1 else self.start + self.article * count


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an annotator has no rows for an article."""

    detail: str
    is_lost: bool = False  # did it hang or die?


Outcome = Rows | Failure

MOST_LOST = 5  # articles of a batch: each costs its patience
_OPTIONS: list[Options] = []  # of the worker, set when it starts


class Workers:
    """The process that annotates; make it with `workers`."""

    def __init__(self, pool: ProcessPool, patience: Patience) -> None:
        self._pool = pool
        self._patience = patience
        self._warm: set[str] = set()  # annotators that have answered in this process
        self.cpu_seconds = 0.0  # of the last call

    def annotate(self, annotator: Annotator, subjects: Sequence[Subject]) -> list[Outcome]:
        """Return for every subject its rows, or why there are none."""
        self.cpu_seconds = 0.0
        found = self._try(annotator.name, subjects)
        if isinstance(found, Failure):
            return [found] if len(subjects) == 1 else self._one_by_one(annotator, subjects)
        pairs = zip(subjects, found, strict=True)
        return [checked(annotator, subject, rows) for subject, rows in pairs]

    def _one_by_one(self, annotator: Annotator, subjects: Sequence[Subject]) -> list[Outcome]:
        """Each article alone; one that hangs or dies on everything is not waited for any longer."""
        outcomes: list[Outcome] = []
        lost = 0
        for subject in subjects:
            if lost >= MOST_LOST:
                outcomes.append(Failure(f"not tried: it hung or died on {lost} articles before"))
                continue
            found = self._try(annotator.name, [subject])
            if isinstance(found, Failure):
                lost += found.is_lost
                outcomes.append(found)
            else:
                outcomes.append(checked(annotator, subject, found[0]))
        return outcomes

    def _try(self, name: str, subjects: Sequence[Subject]) -> list[Rows] | Failure:
        patience = self._patience.of(len(subjects))
        if name not in self._warm:  # the first call loads models and tables
            patience += self._patience.start
        future = self._pool.schedule(_annotate, args=(name, subjects, patience), timeout=patience)
        try:
            answer, seconds, raised = future.result()
            rows = pickle.loads(answer)
        except TimeoutError:
            return self._lost(f"hung: no answer within {patience:g} s")
        except ProcessExpired as error:
            return self._lost(f"its process died (exit code {error.exitcode})")
        except Exception as error:  # noqa: BLE001 - rows of code from outside may be anything
            return Failure(_first_line(error))
        if isinstance(raised, BadSetting):  # of the installation: no article is at fault
            raise raised
        if raised is not None:
            return Failure(raised)
        self._warm.add(name)
        self.cpu_seconds += seconds
        if not isinstance(rows, list) or len(rows) != len(subjects):
            return Failure(f"gave no list of rows for {len(subjects)} articles")
        return rows

    def _lost(self, detail: str) -> Failure:
        self._warm.clear()  # the process that comes next loads everything again
        return Failure(detail, is_lost=True)


@contextmanager
def workers(
    names: Iterable[str], options: Options, patience: Patience | None = None
) -> Iterator[Workers]:
    """Yield a process for the annotators of these names.

    It starts with the first call and ends with the body.
    """
    # spawn: a fork would share locks and threads of Arrow, DuckDB and Prefect with the child
    pool = ProcessPool(
        max_workers=1,
        context=get_context("spawn"),
        initializer=_begin,
        initargs=(tuple(names), options, os.getpid()),
    )
    try:
        yield Workers(pool, patience or Patience())
    finally:
        pool.stop()  # type: ignore[no-untyped-call] # pebble is typed but for this
        pool.join()


def _begin(names: Iterable[str], options: Options, parent: int) -> None:
    """In the worker, before any clock runs: import the annotators, and watch the run.

    A process that hangs must not outlive a run that was killed.
    """
    _OPTIONS.append(options)
    for name in names:
        _known(name)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@cache
def _nowhere() -> IO[str]:
    """The file that swallows what faulthandler has to say, open as long as the process."""
    return open(os.devnull, "w")


@cache
def _known(name: str) -> Annotator:
    return annotator(name, _OPTIONS[-1])


def _annotate(
    name: str, subjects: Sequence[Subject], patience: float
) -> tuple[bytes, float, str | BadSetting | None]:
    """In the worker: the rows of each subject, the CPU seconds that took, and what was raised.

    Rows and errors of code from outside may refuse to be taken apart or put together again, so the
    pool is sent bytes and words alone.
    """
    # A thread of C: it ends a worker that holds the interpreter's lock and lost its parent.
    faulthandler.dump_traceback_later(patience + 10, exit=True, file=_nowhere())
    try:
        known = _known(name)
        start = time.process_time()
        rows = known.annotate(subjects)
        return pickle.dumps(rows), time.process_time() - start, None
    except BadSetting as error:
        return b"N.", 0.0, error
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt as well
        return b"N.", 0.0, _first_line(error)
    finally:
        faulthandler.cancel_dump_traceback_later()


def checked(annotator: Annotator, subject: Subject, rows: Rows) -> Outcome:
    """Return `rows` if each is of its table, about this article, and stands where it says."""
    try:
        for table, found in rows.items():
            if table not in annotator.tables:
                return Failure(f"wrote to {table!r}, which is none of its tables")
            check = _checker(table)
            for row in found:
                wrong = check(row, subject)
                if wrong:
                    return Failure(f"{table}: {wrong}")
            if annotator.is_outside:  # ours are typed
                to_arrow(table, found)
    except (AttributeError, TypeError, ValueError, OverflowError, pa.ArrowException) as error:
        return Failure(f"rows of another shape: {_first_line(error)}")
    return rows


@cache
def _checker(table: str) -> Callable[[Any, Subject], str | None]:
    kind: Any = ANNOTATION_TABLES[table]
    names = {each.name for each in fields(kind)}
    is_placed = {"char_start", "char_end", "field"} <= names

    def check(row: Any, subject: Subject) -> str | None:
        if row.__class__ is not kind:
            return f"a row is a {row.__class__.__name__}, not a {kind.__name__}"
        if row.article_id != subject.article.article_id:
            return f"a row is about article {row.article_id!r}"
        return _misplaced(row, subject, "surface" in names) if is_placed else None

    return check


def _misplaced(row: Any, subject: Subject, has_surface: bool) -> str | None:
    article = subject.article
    text = article.text if row.field == TEXT else article.headline or ""
    start, end = row.char_start, row.char_end
    if row.field not in (TEXT, "headline") or not 0 <= start < end <= len(text):
        return f"offsets {start}-{end} lie outside the {row.field} of {len(text)} characters"
    if has_surface and text[start:end] != row.surface:
        return f"at {start}-{end} stands {text[start:end][:60]!r}, not {row.surface[:60]!r}"
    return None


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0][:300]
