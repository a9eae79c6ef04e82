"""An export appears under its name whole or not at all.

It is made in a folder beside its place, so that one rename puts it there. Files have a name that no
`**/*.parquet` matches until the last moment. A process holds a lock on its folder while it lives:
folders that nobody holds are of killed exports, and the next export in that place removes them.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tasks.export.uploading import SUMS, check_prefix, upload
from warehouse.errors import BadSetting, TryAgain
from warehouse.location import Location

UNFINISHED = ".unfinished"  # behind the name of a file that is being written
Target = Path | Location  # a folder, or a prefix in an object store
_SCRATCH = ".copydesk-export-"
_CURRENT_FOLDER, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of renameat2(2)
_CANNOT_SWAP = {errno.EINVAL, errno.ENOSYS, errno.EXDEV, errno.EOPNOTSUPP}
_BLOCK = 1 << 20


def check_target(target: Target, location: Location, *, is_overwriting: bool) -> None:
    """Raise BadSetting unless an export may be put at `target`."""
    if isinstance(target, Location):
        return check_prefix(target, location, is_overwriting=is_overwriting)
    if target.is_relative_to(location.path) or target.is_relative_to(location.state):
        raise BadSetting(f"{target}: lies inside the warehouse {location}; give another folder")
    if not target.exists():
        return
    if not target.is_dir():
        raise BadSetting(f"{target}: is a file; an export is a folder")
    if not any(target.iterdir()):
        return
    if not is_overwriting:
        raise BadSetting(
            f"{target}: exists and is not empty; give another folder, or replace an earlier "
            "export with --overwrite"
        )
    _check_earlier(target)


def _check_earlier(target: Path) -> None:
    """Raise BadSetting unless everything in `target` was put there by an export."""
    sums = target / SUMS
    listed = {SUMS}
    if sums.is_file():
        listed |= {line[66:] for line in sums.read_text("utf-8").splitlines()}
    for path in sorted(target.rglob("*")):
        name = path.relative_to(target).as_posix()
        if not path.is_dir() and name not in listed:
            raise BadSetting(
                f"{target}: holds {name!r}, which no export wrote; "
                "--overwrite replaces nothing but exports"
            )


@contextmanager
def scratch_for(target: Target) -> Iterator[Path]:
    """Yield an empty folder on the disk of `target`; it and those of killed exports are removed.

    Raises OSError.
    """
    parent = target.state if isinstance(target, Location) else target.parent
    parent.mkdir(parents=True, exist_ok=True)
    _sweep(parent)
    scratch, descriptor = _held_folder(parent)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        os.close(descriptor)


def _held_folder(parent: Path) -> tuple[Path, int]:
    while True:
        scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=parent))
        descriptor = _hold(scratch)
        if descriptor is not None and scratch.exists():
            return scratch, descriptor
        # Another export took it for one of a dead process before it was held.


def _hold(folder: Path) -> int | None:
    """Lock `folder` for this process; None when another holds it or it is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _sweep(parent: Path) -> None:
    for leftover in parent.glob(f"{_SCRATCH}*"):
        with suppress(OSError):  # of another account: its next export removes it
            descriptor = _hold(leftover)
            if descriptor is not None:
                shutil.rmtree(leftover, ignore_errors=True)
                os.close(descriptor)


def seal(folder: Path, on_bytes: Callable[[int], None]) -> None:
    """Give every file below `folder` its name, write SHA256SUMS, and see all of it to the disk."""
    lines, byte_count = [], 0
    unfinished = sorted(folder.rglob(f"*{UNFINISHED}"))
    for path in unfinished:
        name = path.relative_to(folder).as_posix().removesuffix(UNFINISHED)
        lines.append(f"{_hashed(path)}  {name}\n")
        byte_count += path.stat().st_size
        on_bytes(byte_count)
    sums = folder / SUMS
    sums.write_text("".join(lines), "utf-8")
    _sync(sums)
    for path in unfinished:
        path.rename(path.with_name(path.name.removesuffix(UNFINISHED)))
    for path in (folder, *(each for each in folder.rglob("*") if each.is_dir())):
        _sync(path)


def _hashed(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
        os.fsync(file.fileno())
    return digest.hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(folder: Path, target: Target, *, is_overwriting: bool) -> None:
    """Give `folder` the name `target` in one step; an earlier export there takes its place.

    Raises BadSetting when something else lies there meanwhile, TryAgain when the file system
    cannot swap folders. In an object store see tasks.export.uploading.
    """
    if isinstance(target, Location):
        return upload(folder, target)
    if is_overwriting and target.exists() and any(target.iterdir()):
        _check_earlier(target)
        _exchange(folder, target)
    else:
        try:
            folder.rename(target)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                raise
            raise BadSetting(f"{target}: was written to meanwhile; nothing was exported") from error
    _sync(target.parent)


def _exchange(one: Path, other: Path) -> None:
    """Swap two folders, so that no reader ever finds none (Linux; Python has no call for it)."""
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    done = library.renameat2(_CURRENT_FOLDER, names[0], _CURRENT_FOLDER, names[1], _EXCHANGE)
    if done == 0:
        return
    code = ctypes.get_errno()
    if code in _CANNOT_SWAP:
        raise TryAgain(f"{other}: its file system cannot swap folders; remove it and export again")
    raise OSError(code, os.strerror(code), str(other))
