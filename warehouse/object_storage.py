"""Files below a prefix of an S3 bucket, by obstore: the object_store library, as deltalake.

Endpoint and credentials are those of the environment: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_ALLOW_HTTP. They are handed to the
libraries by the environment alone, and stand in no message: what a server says is cut to its code.

An object appears when its upload is complete. Trouble is BadWarehouse where only a person can help
(no such bucket, credentials refused), else TryAgain; a silent server costs PATIENCE seconds.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import BadSetting, BadWarehouse, CopydeskError, TryAgain
from warehouse.storage import StoredFile, said

if TYPE_CHECKING:
    from obstore.store import S3Store

PATIENCE = 10  # seconds for one request of a piece: a slow line moves 0.5 MB a second
CONNECT_SECONDS = 5
RETRIES = 5  # with growing pauses, some 3 s in all
PIECE_BYTES = 5 << 20  # S3 takes no smaller parts
# What deltalake is told beside the environment. The first is what keeps two writers apart: a log
# entry is put only where there is none.
DELTA_OPTIONS = {
    "aws_conditional_put": "etag",
    "connect_timeout": f"{CONNECT_SECONDS}s",
    "timeout": f"{PATIENCE}s",
    "max_retries": str(RETRIES),
    "retry_timeout": f"{PATIENCE}s",
}
# Errors that no waiting mends.
_LASTING = (
    *("NoSuchBucket", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"),
    *("InvalidBucketName", "ExpiredToken", "InvalidToken", "AuthorizationHeaderMalformed"),
    *("PermanentRedirect", "AllAccessDisabled", "lacked the necessary privileges"),
)
# Any of these says by whom a request is signed. That of a machine's role is asked for at an address
# which answers nowhere else, so it has to be wanted.
_SIGNED_BY = (
    *("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_SKIP_SIGNATURE"),
    *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    "AWS_METADATA_ENDPOINT",
)


class ObjectStorage:
    """The objects below a URI; see warehouse.storage.Storage.

    `scratch` is a folder of this machine for files that are not whole yet.
    """

    def __init__(self, uri: str, scratch: Path) -> None:
        self._uri = uri
        self._scratch = scratch
        self._store = store_at(uri)

    def names(self, folder: str = "") -> list[str]:
        """See Storage."""
        folders, files = self._below(folder)
        return sorted([*folders, *(file.name for file in files)])

    def files(self, folder: str) -> list[StoredFile]:
        """See Storage."""
        return self._below(folder)[1]

    def _below(self, folder: str) -> tuple[list[str], list[StoredFile]]:
        import obstore

        with told(self._uri):
            found = obstore.list_with_delimiter(self._store, folder or None)
        folders = [path.rstrip("/").rpartition("/")[2] for path in found["common_prefixes"]]
        files = [
            StoredFile(
                each["path"].rpartition("/")[2], each["size"], each["last_modified"].timestamp()
            )
            for each in found["objects"]
        ]
        return folders, sorted(files, key=lambda file: file.name)

    def every_name(self) -> list[str]:
        """Return the names of all objects, those in folders as well, sorted."""
        import obstore

        with told(self._uri):
            return sorted(each["path"] for batch in obstore.list(self._store) for each in batch)

    def size(self, name: str) -> int:
        """See Storage."""
        import obstore

        with told(self._uri):
            return int(obstore.head(self._store, name)["size"])

    def read(self, name: str) -> bytes:
        """See Storage."""
        return self.read_tagged(name)[0]

    def read_tagged(self, name: str) -> tuple[bytes, str]:
        """Return an object and the tag of this state of it."""
        import obstore

        with told(self._uri):
            found = obstore.get(self._store, name)
            return bytes(found.bytes()), str(found.meta["e_tag"])

    def write(self, name: str, data: bytes) -> None:
        """See Storage."""
        import obstore

        with told(self._uri):
            obstore.put(self._store, name, data, use_multipart=False)

    def write_over(self, name: str, data: bytes, tag: str | None) -> str | None:
        """Write an object if it still has this tag (None: if it is not there); return the new tag.

        None when it has another.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        try:
            with told(self._uri):
                mode: Any = "create" if tag is None else {"e_tag": tag}
                done = obstore.put(self._store, name, data, mode=mode, use_multipart=False)
                return str(done["e_tag"])
        except (AlreadyExistsError, PreconditionError):
            return None

    def delete(self, name: str) -> None:
        """See Storage."""
        import obstore

        with told(self._uri):
            obstore.delete(self._store, name)

    def unfinished(self, name: str) -> Path:
        """See Storage: in the folder of state."""
        path = self._scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def finish(self, name: str) -> None:
        """See Storage."""
        self.upload(name, self._scratch / name)
        (self._scratch / name).unlink()

    def upload(self, name: str, path: Path) -> None:
        """Put a file of this machine there."""
        import obstore

        with told(self._uri):
            obstore.put(self._store, name, path, chunk_size=PIECE_BYTES)

    def sweep(self, folder: str) -> None:
        """See Storage."""
        for path in (self._scratch / folder).glob("*"):
            path.unlink(missing_ok=True)


def open_object(uri: str) -> ObjectFile:
    """Return an object, open for reading; FileNotFoundError when it is gone."""
    parent, _, name = uri.rpartition("/")
    return ObjectFile.open(store_at(parent), name, parent)


class ObjectFile(io.RawIOBase):
    """An object that is read in ranges. It does not change while it is read: no data file does.

    Each thread has a place of its own in it, for DuckDB lets several seek and read in one.
    """

    TAIL_BYTES = 1 << 16  # comes with the size: the footer of a Parquet file, all of a small one

    def __init__(self, store: S3Store, name: str, uri: str, size: int, tail: bytes = b"") -> None:
        self._store, self._name, self._uri = store, name, uri
        self._size, self._tail = size, tail
        self._places: dict[int, int] = {}

    @classmethod
    def open(cls, store: S3Store, name: str, uri: str) -> ObjectFile:
        """Ask for the end of an object, and with it for its size."""
        import obstore

        with told(uri):
            found = obstore.get(store, name, options={"range": {"suffix": cls.TAIL_BYTES}})
            return cls(store, name, uri, int(found.meta["size"]), bytes(found.bytes()))

    @property
    def byte_count(self) -> int:
        """Its size."""
        return self._size

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return this thread's place."""
        return self._places.get(threading.get_ident(), 0)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move this thread's place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: self._size}[whence]
        self._places[threading.get_ident()] = base + offset
        return base + offset

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes, all of those asked for."""
        start = self.tell()
        end = self._size if size is None or size < 0 else min(self._size, start + size)
        self.seek(max(start, end))
        return self._range(start, end) if start < end else b""

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _range(self, start: int, end: int) -> bytes:
        import obstore

        before = self._size - len(self._tail)
        if start >= before:
            return self._tail[start - before : end - before]
        starts = list(range(start, end, PIECE_BYTES))
        ends = [*starts[1:], end]
        with told(self._uri):
            if len(starts) == 1:
                return bytes(obstore.get_range(self._store, self._name, start=start, end=end))
            # Without coalescing, which would make one long request of them again.
            pieces = obstore.get_ranges(
                self._store, self._name, starts=starts, ends=ends, coalesce=0
            )
        return b"".join(map(bytes, pieces))


# --- the connection ------------------------------------------------------------------------------


def store_at(uri: str) -> S3Store:
    """Return the store below an s3:// URI; nothing is sent yet.

    Raises BadSetting when obstore is missing, or the environment says too little.
    """
    known = tuple(sorted((k, v) for k, v in os.environ.items() if k.startswith("AWS_")))
    return _store(uri, known)


@lru_cache(maxsize=64)  # a store has connections of its own, and takes 10 ms to make
def _store(uri: str, environment: tuple[tuple[str, str], ...]) -> S3Store:
    try:
        from obstore.store import S3Store
    except ImportError as error:
        raise BadSetting(
            f"{uri}: object stores need the package obstore: pip install 'copydesk[s3]'"
        ) from error
    is_http = _checked_environment(uri, dict(environment))
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    return S3Store(
        bucket,
        prefix=prefix or None,
        client_options={
            "allow_http": is_http,
            "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
            "timeout": timedelta(seconds=PATIENCE),
        },
        retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=PATIENCE)},
    )


def _checked_environment(uri: str, environment: dict[str, str]) -> bool:
    """Is plain HTTP allowed? Raises BadSetting where requests could not be made at all."""
    if not any(environment.get(name) for name in _SIGNED_BY):
        raise BadSetting(
            f"{uri}: no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "
            "(and AWS_ENDPOINT_URL for a store that is not Amazon's)"
        )
    is_http = environment.get("AWS_ALLOW_HTTP", "").lower() in ("1", "true")
    if environment.get("AWS_ENDPOINT_URL", "").startswith("http://") and not is_http:
        raise BadSetting(
            f"{uri}: AWS_ENDPOINT_URL is plain HTTP; if that is meant, set AWS_ALLOW_HTTP=true"
        )
    return is_http


@contextmanager
def told(uri: str) -> Iterator[None]:
    """Trouble in the body is one of ours; that an object is gone, or was changed, passes."""
    from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise trouble(uri, error) from None
        raise FileNotFoundError(2, "No such object", uri) from None
    except (AlreadyExistsError, PreconditionError):
        raise
    except BaseError as error:
        raise trouble(uri, error) from None  # its text has what the server sent


def trouble(where: str, error: BaseException) -> CopydeskError:
    """Return what to raise when a request to an object store has failed."""
    bucket = "/".join(where.split("/")[:3])
    what = said(error)
    if "NoSuchBucket" in what:
        return BadWarehouse(f"{where}: there is no bucket {bucket.removeprefix('s3://')!r}")
    if any(name in str(error) for name in _LASTING):
        code = what.removeprefix("the server says ") if "server says" in what else "403"
        return BadWarehouse(
            f"{where}: the server refuses the request ({code}); see AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL"
        )
    return TryAgain(f"{where}: {what}")
