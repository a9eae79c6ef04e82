"""What the readers of zip and tar share: names of members, and which members are no documents.

No member is ever written to disk under its name, so a name can do no harm. One that leads out of
the archive is refused all the same: whoever made it had something else in mind than news.
"""

from __future__ import annotations

import re

from tasks.readers.parts import Part
from tasks.records import Rejection
from tasks.streams import ByteStream

MOST_MEMBERS = 1_000_000  # of one archive; dumps of that size come as one file or as many archives
LONGEST_NAME = 4096  # characters: PATH_MAX of Linux

_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# What file managers put beside the files (RFC 1740 describes AppleDouble).
_OF_FILE_MANAGERS = frozenset((".ds_store", "thumbs.db", "desktop.ini"))


def member(record: int, name: str, stream: ByteStream) -> Part:
    """Return the part that a readable file in an archive is."""
    return Part(record=record, stream=stream, name=name, record_id=name)


def refused(record: int, name: str, reason: str, detail: str) -> Part:
    """Return the part that says why a member is not read; `name` goes into the detail."""
    shown = name if len(name) <= LONGEST_NAME else name[:80] + "…"
    rejection = Rejection(reason, f"{shown!r} {detail}")
    return Part(record=record, rejection=rejection, name=shown, record_id=shown)


def broken(record: int, reason: str, detail: str) -> Part:
    """Return the part that says where an archive cannot be read."""
    return Part(record=record, rejection=Rejection(reason, detail))


def readable_name(raw: bytes, fallback: str = "") -> str:
    """Return a name as text that any table can hold: UTF-8, else `fallback`, else escaped bytes.

    Control characters, which could play tricks on a terminal, become escapes ("\\x1b").
    """
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = fallback or raw.decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), name)


def refusal(record: int, name: str) -> Part | None:
    """Return why the name of a member speaks against reading it, or None."""
    if len(name) > LONGEST_NAME:
        detail = f"is a name of {len(name):,} characters; at most {LONGEST_NAME:,} are allowed"
        return refused(record, name, "read.unsafe_path", detail)
    steps = name.replace("\\", "/").split("/")
    if ".." in steps or not steps[0] or _DRIVE.match(name):
        detail = "leads out of the archive: a name is relative, without '..' and drive"
        return refused(record, name, "read.unsafe_path", detail)
    base = steps[-1].lower()
    if "__MACOSX" in steps[:-1] or base.startswith("._") or base in _OF_FILE_MANAGERS:
        return refused(record, name, "read.not_a_document", "is a note of a file manager")
    return None
