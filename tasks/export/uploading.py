"""An export in an object store, where nothing renames a folder: SHA256SUMS says that it is whole.

It is made on this machine and uploaded when it is complete; SHA256SUMS goes last, and that of an
export it replaces goes first. Meanwhile UPLOADING lists what is there and what is coming, so that
the next export can replace what a killed one has left.
"""

from __future__ import annotations

from pathlib import Path

from warehouse.errors import BadSetting
from warehouse.location import Location
from warehouse.object_storage import ObjectStorage

SUMS = "SHA256SUMS"
UPLOADING = "SHA256SUMS.uploading"


def check_prefix(target: Location, corpus: Location, *, is_overwriting: bool) -> None:
    """Raise BadSetting unless an export may be put below `target`."""
    if f"{target}/".startswith(f"{corpus}/"):
        raise BadSetting(f"{target}: lies inside the warehouse {corpus}; give another place")
    storage = _storage(target)
    names = set(storage.every_name())
    listed = _listed(storage, SUMS)
    strange = names - {SUMS, UPLOADING, *listed, *_listed(storage, UPLOADING)}
    if (strange or listed) and not is_overwriting:
        raise BadSetting(
            f"{target}: exists and is not empty; give another place, or replace an earlier "
            "export with --overwrite"
        )
    if strange:
        raise BadSetting(
            f"{target}: holds {min(strange)!r}, which no export wrote; "
            "--overwrite replaces nothing but exports"
        )


def upload(folder: Path, target: Location) -> None:
    """Put all of `folder` below `target`, in the place of what an export has put there."""
    storage = _storage(target)
    sums = (folder / SUMS).read_bytes()
    old = {*_listed(storage, SUMS), *_listed(storage, UPLOADING)}
    new = _names(sums)
    storage.write(UPLOADING, sums + b"".join(_line(name) for name in sorted(old - new)))
    storage.delete(SUMS)
    for name in sorted(new):
        storage.upload(name, folder / name)
    for name in sorted(old - new):
        storage.delete(name)
    storage.write(SUMS, sums)
    storage.delete(UPLOADING)


def _storage(target: Location) -> ObjectStorage:
    return ObjectStorage(str(target), target.state)


def _listed(storage: ObjectStorage, name: str) -> set[str]:
    try:
        return _names(storage.read(name))
    except FileNotFoundError:
        return set()


def _names(sums: bytes) -> set[str]:
    return {line[66:] for line in sums.decode().splitlines()}


def _line(name: str) -> bytes:
    return f"{'0' * 64}  {name}\n".encode()
