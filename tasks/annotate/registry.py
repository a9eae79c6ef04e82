"""Every annotator, in an order in which those that are needed come first.

An annotator from outside is an entry point in the group `copydesk.annotators`, under the name of
the annotator, that names a function `(options: Options) -> Annotator`. It writes to the table
`annotations`; with the name of one of ours it takes its place and writes to its tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from tasks.annotate.records import Annotator, Options
from warehouse.annotations import ANNOTATION_TABLES
from warehouse.errors import BadSetting

GROUP = "copydesk.annotators"


# Our own, each made by the module of its name in this folder.
BUILTIN = (
    "sentences", "acronyms", "entities", "places", "dates", "quotes", "quantities",
    "keywords", "topics", "loaded_terms", "readability",
)  # fmt: skip


def annotators(options: Options) -> tuple[Annotator, ...]:
    """Return every annotator by these settings, each behind those it needs.

    Raises BadSetting for one from outside that cannot be used, and where needs go in a circle.
    """
    ours = [_ours(name, options) for name in BUILTIN]
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    outside = [_from_outside(point, options) for point in points]
    names = {each.name for each in ours}
    for each in outside:
        if each.name not in names and {*each.tables} != {"annotations"}:
            raise BadSetting(
                f"annotator {each.name!r} writes {sorted(each.tables)}; under a name of its own it "
                "writes to 'annotations' alone"
            )
    return in_order({each.name: each for each in (*ours, *outside)})


def annotator(name: str, options: Options) -> Annotator:
    """Return the annotator of a name that `annotators` knows, loading no other."""
    points = entry_points(group=GROUP, name=name)
    return _from_outside(list(points)[-1], options) if points else _ours(name, options)


def in_order(known: Mapping[str, Annotator]) -> tuple[Annotator, ...]:
    """Return them so that each stands behind those it needs; else in the order given."""
    for each in known.values():
        _check(each, known)
    ordered: dict[str, Annotator] = {}

    def place(each: Annotator, waiting: tuple[str, ...]) -> None:
        if each.name in waiting:
            raise BadSetting(f"annotators need each other: {' -> '.join((*waiting, each.name))}")
        for name in each.needs:
            place(known[name], (*waiting, each.name))
        ordered.setdefault(each.name, each)

    for each in known.values():
        place(each, ())
    return tuple(ordered.values())


def chosen(names: Sequence[str], known: Iterable[Annotator]) -> tuple[Annotator, ...]:
    """Return the annotators of these names and those they need; all of them for no names.

    Raises BadSetting for a name that no annotator has.
    """
    by_name = {each.name: each for each in known}
    wanted: set[str] = set()
    waiting = list(names) or list(by_name)
    while waiting:
        name = waiting.pop()
        if name not in by_name:
            raise BadSetting(f"{name!r}: no annotator has this name; known: {', '.join(by_name)}")
        if name not in wanted:
            wanted.add(name)
            waiting += by_name[name].needs
    return tuple(each for each in by_name.values() if each.name in wanted)


def _check(each: Annotator, known: Mapping[str, Annotator]) -> None:
    strange = sorted({*each.tables} - ({*ANNOTATION_TABLES} - {"annotation_status"}))
    if strange or not each.tables:
        raise BadSetting(
            f"annotator {each.name!r} writes {strange or 'no table'}, which is none of ours"
        )
    missing = [name for name in each.needs if name not in known]
    if missing:
        raise BadSetting(f"annotator {each.name!r} needs {missing[0]!r}, which is not there")
    if "/" in each.name:
        raise BadSetting(f"annotator {each.name!r}: a name has no slash")


def _ours(name: str, options: Options) -> Annotator:
    made: Annotator = import_module(f"tasks.annotate.{name}").annotator(options)
    return made


def _from_outside(point: EntryPoint, options: Options) -> Annotator:
    try:
        made = point.load()(options)
    except BadSetting:
        raise
    except Exception as error:
        what = f"{GROUP}: {point.name} = {point.value}: {error}; mend or uninstall it"
        raise BadSetting(what) from error
    if not isinstance(made, Annotator):
        raise BadSetting(f"{GROUP}: {point.name} = {point.value} makes no Annotator")
    if made.name != point.name:
        raise BadSetting(
            f"{GROUP}: {point.name} = {point.value} makes the annotator {made.name!r}; an entry "
            "point has the name of what it makes"
        )
    origin = f"{point.dist.name} {point.dist.version}" if point.dist else point.value
    return replace(made, is_outside=True, version=f"{made.version} of {origin}")
