"""Which warehouses this copydesk reads and writes, and what it adds to an older one, said first.

The version of the schema is MAJOR.MINOR. A new minor version adds columns and tables and changes no
meaning: rows written before have NULL there, nothing is rewritten, and the readers of either
version read the warehouse before and after. So an older minor version is read as it is and brought
up by the next writer, by the plan of `plan`. A new major version changes what a column means. No
step here turns old rows into such ones: they are made anew from the documents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
from deltalake.schema import Schema

from warehouse import schema, store
from warehouse.errors import BadWarehouse
from warehouse.location import Location
from warehouse.schema import LATE_TABLES, TABLES, arrow_schema

_VERSION = re.compile(r"(\d+)\.(\d+)")

# What the user may do after the step to a version, so that old articles get what it brought.
AFTERWARDS: dict[str, str] = {
    "1.2": "copydesk maintain matches the articles read before with each other",
    "1.3": "copydesk enrich annotates articles",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What bringing a warehouse up to the schema adds. Nothing that is there is changed."""

    written: str
    wanted: str
    tables: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    reworded: Mapping[str, tuple[str, ...]]  # columns whose meaning is told in other words

    @property
    def steps(self) -> tuple[str, ...]:
        """Every step in words, in the order they are taken, and what remains to the user."""
        steps = [f"add table {name}" for name in self.tables]
        steps += [f"add to {name}: {', '.join(new)}" for name, new in self.columns.items()]
        steps += [f"reword in {name}: {', '.join(old)}" for name, old in self.reworded.items()]
        steps.append(f"note schema {self.wanted}")
        return (*steps, *self.afterwards)

    @property
    def afterwards(self) -> tuple[str, ...]:
        """What the user may do then."""
        between = (numbers(self.written), numbers(self.wanted))
        return tuple(
            words
            for version, words in AFTERWARDS.items()
            if between[0] < numbers(version) <= between[1]
        )

    def __str__(self) -> str:
        """One line for the user."""
        count = sum(map(len, self.columns.values()))
        added = f"{len(self.tables)} tables and {count} columns added (NULL in older rows)"
        line = f"schema {self.written} -> {self.wanted}: {added}, nothing rewritten"
        return "; ".join((line, *self.afterwards))


def plan(location: Location) -> Plan | None:
    """Return what the next writer adds to a warehouse; None when it is of the present schema.

    Tables of annotations are not in it: they come with their first row. Raises BadWarehouse when
    there is no warehouse, or one that this version must not touch.
    """
    store.check_readable(location)
    written = store.schema_version(location)
    if written == schema.SCHEMA_VERSION:
        return None
    there = {name: _meanings(location, name) for name in TABLES if store.has_table(location, name)}
    wanted = {name: {field.name: _meaning(field) for field in arrow_schema(name)} for name in there}
    new = {name: tuple(each for each in wanted[name] if each not in there[name]) for name in there}
    reworded = {
        name: tuple(
            each for each in old if each in wanted[name] and old[each] != wanted[name][each]
        )
        for name, old in there.items()
    }
    return Plan(
        written,
        schema.SCHEMA_VERSION,
        tuple(name for name in TABLES if name not in there and name not in LATE_TABLES),
        {name: names for name, names in new.items() if names},
        {name: names for name, names in reworded.items() if names},
    )


def bring_up(location: Location) -> Plan | None:
    """Carry out the plan, under the writer's lease, and return it; None when nothing is to be done.

    The version is noted last: after a kill the next writer plans what is left. Raises as `plan`,
    and what the storage raises.
    """
    planned = plan(location)
    if planned is None:
        return None
    for name in planned.tables:
        store.create_table(location, name)
    for name, names in planned.columns.items():
        added = pa.schema([arrow_schema(name).field(column) for column in names])
        store.open_table(location, name).alter.add_columns(list(Schema.from_arrow(added).fields))
    for name, names in planned.reworded.items():
        for column in names:
            words = {"description": _meaning(arrow_schema(name).field(column))}
            store.open_table(location, name).alter.set_column_metadata(column, words)
    for name in sorted(TABLES, key=lambda table: table == "commits"):
        if store.has_table(location, name):
            _describe(location, name)
    return planned


def _describe(location: Location, name: str) -> None:
    table = store.open_table(location, name)
    if table.metadata().description != store.table_description(name):
        table.alter.set_table_description(store.table_description(name))


def _meanings(location: Location, name: str) -> dict[str, str]:
    """The meanings of the columns of a table as it stands."""
    fields = store.open_table(location, name).schema().fields
    return {field.name: field.metadata.get("description", "") for field in fields}


def _meaning(field: pa.Field) -> str:
    return str(field.metadata[b"description"].decode())


def check_version(where: str, written: str, wanted: str) -> None:
    """Raise BadWarehouse, with the remedy, unless a copydesk of `wanted` may read `written`."""
    major, minor = numbers(written)
    knows = numbers(wanted)
    said = f"{where}: written with schema {written}, this copydesk knows {wanted}"
    if (major, minor) > knows:
        raise BadWarehouse(f"{said}; install the copydesk that wrote it, or a newer one")
    if major < knows[0]:
        raise BadWarehouse(
            f"{said}, in which columns mean other things; ingest the documents anew "
            "(copydesk ingest PATH --warehouse NEW), or ask this one with its catalog.duckdb and "
            f"plain DuckDB or with a copydesk of schema {major}"
        )


def numbers(version: str) -> tuple[int, int]:
    """Return major and minor of a schema version; BadWarehouse for what is none."""
    found = _VERSION.fullmatch(version)
    if found is None:
        raise BadWarehouse(f"schema version {version!r}: MAJOR.MINOR is expected, such as 1.3")
    return int(found[1]), int(found[2])
