"""Finding raw files: order, filters, loops, odd names, what cannot be read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tasks.discover import Excluded, Filter, Unreadable, check_sources, discover
from tasks.records import RawFile, recorded_path
from tests.making import write
from warehouse.errors import BadSetting


def names(folder: Path, **wanted: tuple[str, ...]) -> list[str]:
    """Return the paths found below `folder`, relative to it."""
    found = discover((str(folder),), Filter(**wanted))  # type: ignore[arg-type]
    return [os.path.relpath(f.path, folder) for f in found if not isinstance(f, Excluded)]


def test_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    """Whatever order the disk lists them in."""
    write(tmp_path / "b", z="", a="")
    write(tmp_path, c="", a="")

    assert names(tmp_path) == ["a", "b/a", "b/z", "c"]


@pytest.mark.parametrize(
    ("include", "exclude", "found"),
    [
        (("*.txt",), (), ["a.txt", "b.txt", "old/a.txt"]),
        (("*.txt",), ("b.*", "old"), ["a.txt"]),
        ((), ("old/",), ["a.txt", "b.txt", "c.html"]),
        (("old/*",), (), ["old/a.txt"]),
        (("*.pdf",), (), []),
    ],
)
def test_globs_choose_by_name_folder_or_path(
    tmp_path: Path, include: tuple[str, ...], exclude: tuple[str, ...], found: list[str]
) -> None:
    """--include and --exclude, relative to the source; exclusion wins."""
    write(tmp_path / "old", a__txt="")
    write(tmp_path, a__txt="", b__txt="", c__html="")

    assert names(tmp_path, include=include, exclude=exclude) == found


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    """A folder that links to itself is walked once; a link to a file is a file."""
    write(tmp_path / "a", x__txt="")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "link.txt").symlink_to(tmp_path / "a" / "x.txt")

    assert names(tmp_path) == ["a/x.txt", "link.txt"]


def test_a_broken_link_is_told_with_the_reason(tmp_path: Path) -> None:
    """And tried again by the next run, when its target may be there."""
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "self").symlink_to(tmp_path / "self")

    found = list(discover((str(tmp_path),), Filter()))

    details = [item.rejection.detail for item in found if isinstance(item, Unreadable)]
    assert [d.split(" (")[0] for d in details] == [
        "No such file or directory",
        "Too many levels of symbolic links",
    ]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """It is neither file nor folder; opening it would hang."""
    os.mkfifo(tmp_path / "pipe")

    (found,) = discover((str(tmp_path),), Filter())

    assert isinstance(found, Unreadable)
    assert found.rejection.reason == "discover.not_a_file"


@pytest.mark.skipif(sys.platform == "darwin", reason="its file system refuses such names")
def test_a_name_that_is_no_utf8_becomes_a_file_uri(tmp_path: Path) -> None:
    """Parquet holds UTF-8 only; the URI can be turned back into the name."""
    os.close(os.open(os.fsencode(tmp_path) + b"/caf\xe9.txt", os.O_CREAT))

    (found,) = discover((str(tmp_path),), Filter())

    assert isinstance(found, RawFile)
    assert found.path == f"file://{tmp_path}/caf%E9.txt"


@pytest.mark.parametrize("name", ["a\nb.txt", "emoji 🦊.txt", "-rf", "café.txt", "a%20b"])
def test_other_odd_names_stay_as_they_are(name: str) -> None:
    """Only what cannot be stored is rewritten."""
    assert recorded_path(f"/x/{name}") == f"/x/{name}"


def test_a_source_inside_another_is_not_walked_twice(tmp_path: Path) -> None:
    """Sources are sorted; one below another adds nothing."""
    write(tmp_path / "a", x__txt="")

    sources = check_sources([str(tmp_path / "a"), str(tmp_path), str(tmp_path / "a" / "x.txt")])

    assert sources == (str(tmp_path),)


def test_a_source_that_is_not_there_stops_everything(tmp_path: Path) -> None:
    """A typing error should be told at once."""
    with pytest.raises(BadSetting, match="nowhere: no such file or folder"):
        check_sources([str(tmp_path / "nowhere")])


def test_a_deep_tree_does_not_exhaust_the_stack(tmp_path: Path) -> None:
    """Deeper than Python would recurse."""
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(400):
        os.mkdir("d", dir_fd=here)
        here = os.open("d", os.O_RDONLY, dir_fd=here)

    assert names(tmp_path) == []
