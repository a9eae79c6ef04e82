"""Find the raw files below the given paths, one at a time.

A folder's names are held in memory while it is walked (about 100 bytes each), never its contents.
Names are taken in sorted order, so that a run does not depend on how the file system lists them.
Links are followed; every folder is walked once, which ends loops. A path that cannot be read is
yielded as Unreadable with the reason the operating system gave.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import unquote_to_bytes

from tasks.records import RawFile, Rejection, recorded_path
from warehouse.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A path below the sources that is no readable file."""

    path: str  # as it stands in the ledger
    rejection: Rejection


@dataclass(frozen=True, slots=True)
class Excluded:
    """A file that the patterns leave out."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which files count.

    A pattern is a shell glob. It is matched against the file's name, against its path below the
    given source ("web/*.html"), and against the folders on that path ("drafts", "drafts/").
    """

    include: tuple[str, ...] = ()  # none: every file
    exclude: tuple[str, ...] = ()
    skipped_folders: frozenset[str] = frozenset()  # absolute; the warehouse itself

    def wants(self, source: str, path: str) -> bool:
        """Does the file at `path`, found below `source`, count?"""
        if not self.include and not self.exclude:
            return True
        below = os.path.relpath(path, source) if path != source else os.path.basename(path)  # noqa: PTH119
        parts = below.split("/")
        names = [below, *parts, *("/".join(parts[:end]) for end in range(2, len(parts)))]
        if _any_matches(names, self.exclude):
            return False
        return not self.include or _any_matches(names, self.include)


def _any_matches(names: Sequence[str], globs: Sequence[str]) -> bool:
    return any(fnmatchcase(name, glob.rstrip("/")) for glob in globs for name in names)


@dataclass(slots=True)
class _Walk:
    """State of one walk: which folders, by device and inode, were entered."""

    source: str
    wanted: Filter
    entered: set[tuple[int, int]] = field(default_factory=set)


def check_sources(sources: Sequence[str]) -> tuple[str, ...]:
    """Return the sources as sorted absolute paths; those within another one are left out.

    Raises BadSetting for a path that does not exist: nothing should run on a typing error.
    """
    for source in sources:
        if not source:
            raise BadSetting("an empty path; a variable of the shell may not be set")
        if "://" in source and not source.startswith("file://"):
            raise BadSetting(
                f"{source}: addresses and object stores are not fetched, only files and folders of "
                "this machine are read; download it and give the file"
            )
    paths = sorted({os.path.abspath(_name(source)) for source in sources})  # noqa: PTH100
    for path in paths:
        if not os.path.lexists(path):
            raise BadSetting(f"{recorded_path(path)}: no such file or folder")
    return tuple(
        path for path in paths if not any(str(above) in paths for above in Path(path).parents)
    )


def _name(source: str) -> str:
    """A path as the operating system takes it, of a path or a file URI (see recorded_path)."""
    if not source.startswith("file://"):
        return source
    return os.fsdecode(unquote_to_bytes(source.removeprefix("file://")))


def discover(sources: Sequence[str], wanted: Filter) -> Iterator[RawFile | Unreadable | Excluded]:
    """Yield every file below `sources` (from check_sources), those left out by `wanted` as such."""
    entered: set[tuple[int, int]] = set()
    for folder in wanted.skipped_folders:  # by what they are: a link may give them another name
        with suppress(OSError):
            status = os.stat(folder)  # noqa: PTH116
            entered.add((status.st_dev, status.st_ino))
    for source in sources:
        yield from _visit(source, _Walk(source, wanted, entered))


def _visit(top: str, walk: _Walk) -> Iterator[RawFile | Unreadable | Excluded]:
    """Walk depth first with a stack of our own: a deep tree must not exhaust Python's."""
    stack = [iter([top])]
    while stack:
        path = next(stack[-1], None)
        if path is None:
            stack.pop()
            continue
        try:
            status = os.stat(path)  # noqa: PTH116
            if stat.S_ISDIR(status.st_mode):
                stack.append(_enter(path, status, walk))
            elif walk.wanted.wants(walk.source, path):
                yield _file(path, walk.source, status)
            else:
                yield Excluded(recorded_path(path))
        except OSError as error:
            # Whether it is a file or a folder of wanted ones cannot be told: only excludes count.
            if walk.wanted.wants(walk.source, path) or not walk.wanted.exclude:
                yield unreadable(recorded_path(path), error)


def _enter(path: str, status: os.stat_result, walk: _Walk) -> Iterator[str]:
    place = (status.st_dev, status.st_ino)
    if place in walk.entered:
        return iter(())
    walk.entered.add(place)
    return iter([f"{path.rstrip('/')}/{name}" for name in sorted(os.listdir(path))])


def _file(path: str, source: str, status: os.stat_result) -> RawFile | Unreadable:
    if not stat.S_ISREG(status.st_mode):
        kind = "a pipe, socket or device; only files and folders are read"
        return Unreadable(recorded_path(path), Rejection("discover.not_a_file", kind))
    below = path.removeprefix(source).lstrip("/") or os.path.basename(path)  # noqa: PTH119
    return RawFile(
        name=path,
        below=below,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        inode=status.st_ino,
    )


def unreadable(path: str, error: OSError) -> Unreadable:
    """Return the record of a path that the operating system refuses; it is tried again."""
    detail = f"{error.strerror or error} (errno {error.errno})"
    return Unreadable(path, Rejection("discover.unreadable", detail, is_retryable=True))
