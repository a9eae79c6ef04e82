"""The gazetteer in memory: places of a folded name, found in bulk."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.annotate.gazetteer.folding import Keys, keys_of, keys_of_bytes

FILE = Path(__file__).with_name("gazetteer.parquet")
# People per square kilometre of a built-up area, for the radius of a city by its inhabitants: the
# mean of Demographia World Urban Areas is near 4,000.
_DENSITY = 4_000
# Names whose places are kept once looked up: news repeats its names, and a look-up in bulk costs
# some 80 microseconds however few names it has. Emptied when full.
_MOST_KEPT = 1 << 16
_CHUNK = 20_000  # names numbered at once: bounds the memory that loading needs beyond its result


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the gazetteer; the names are those of the columns of the file."""

    row: int
    geonames_id: int | None
    name: str
    kind: str  # country, division, city, region, facility, water, continent
    level: (
        int  # of a division: 1 first-order, 2 second-order; of a city: 1 national capital; else 0
    )
    country: str | None  # ISO 3166-1 alpha-2
    division: str | None  # GeoNames code of the first-order division it is or lies in: IQ.01
    iso: str | None  # ISO 3166-2 of that division
    district: int | None  # GeoNames id of the second-order division it is or lies in
    latitude: float
    longitude: float
    population: int
    radius_km: float

    def is_inside(self, other: Place) -> bool:
        """Tell whether this place lies in `other`, by codes."""
        if self.row == other.row:
            return False
        if other.kind == "country":
            return self.country == other.country
        if other.kind != "division":
            return False
        if other.level == 2:
            return self.district is not None and self.district == other.district
        return self.division is not None and self.division == other.division


def _place(row: int, values: dict[str, Any], iso: Mapping[str, str | None]) -> Place:
    for name in ("latitude", "longitude"):
        values[name] = round(values[name], 2)  # kept as float32
    if values["radius_km"] is None:
        radius = math.sqrt(values["population"] / _DENSITY / math.pi)
        values["radius_km"] = round(max(1.0, radius), 1)
    values["iso"] = iso.get(values["division"])
    return Place(row=row, **values)


def distance_km(one: Place, other: Place) -> float:
    """Return the great-circle distance of two places (haversine, mean radius 6371 km)."""
    lat1, lat2 = math.radians(one.latitude), math.radians(other.latitude)
    half_lon = math.radians(other.longitude - one.longitude) / 2
    part = math.sin((lat2 - lat1) / 2) ** 2
    part += math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * 6371 * math.asin(min(1.0, math.sqrt(part)))


class Gazetteer:
    """Places by folded name. Immutable; shared by threads."""

    def __init__(self, table: pa.Table) -> None:
        names = table.column("names").combine_chunks()
        self._names: pa.StringArray = names.flatten()
        lengths = np.diff(names.offsets.to_numpy())
        owners = np.repeat(np.arange(len(table), dtype=np.int32), lengths)
        keys = _keys(self._names)
        self._order = np.argsort(keys, kind="stable").astype(np.int32)
        self._keys = keys[self._order]
        self._owners: npt.NDArray[np.int32] = owners
        self._columns = {
            field: table.column(field).combine_chunks()
            for field in table.column_names
            if field != "names"
        }
        self._places: dict[int, Place] = {}
        self._kept: dict[str, tuple[Place, ...]] = {}
        columns = self._columns
        is_first = pc.and_(pc.equal(columns["kind"], "division"), pc.equal(columns["level"], 1))
        rows = np.flatnonzero(is_first.to_numpy(zero_copy_only=False))
        codes = columns["division"].take(rows).to_pylist()
        self._iso = dict(zip(codes, columns["iso"].take(rows).to_pylist(), strict=True))
        self._divisions = dict(zip(self._iso.values(), rows.tolist(), strict=True))

    def division(self, iso: str) -> Place | None:
        """Return the first-order division with an ISO 3166-2 code."""
        row = self._divisions.get(iso)
        return None if row is None else self.place(row)

    def find(self, names: Iterable[str]) -> Mapping[str, tuple[Place, ...]]:
        """Return the places of each folded name that is known, in the order of the file."""
        wanted = dict.fromkeys(names)
        kept = self._kept
        fresh = [name for name in wanted if name and name not in kept]
        if not fresh:
            return {name: places for name in wanted if (places := kept.get(name))}
        looked_up = self._look_up(fresh)
        found = {
            name: places for name in wanted if (places := kept.get(name) or looked_up.get(name))
        }
        if len(kept) + len(fresh) > _MOST_KEPT:
            kept.clear()
        kept.update((name, looked_up.get(name, ())) for name in fresh[:_MOST_KEPT])
        return found

    def _look_up(self, names: Sequence[str]) -> dict[str, tuple[Place, ...]]:
        keys = keys_of(names)
        left = np.searchsorted(self._keys, keys, "left")
        right = np.searchsorted(self._keys, keys, "right")
        found: dict[str, tuple[Place, ...]] = {}
        for at in np.flatnonzero(right > left).tolist():
            rows = self._rows_of(names[at], int(left[at]), int(right[at]))
            if rows:
                found[names[at]] = tuple(map(self.place, rows))
        return found

    def _rows_of(self, name: str, left: int, right: int) -> list[int]:
        """Rows whose name it is indeed, not only in number: texts may be made to collide."""
        at = self._order[left:right].tolist()
        return sorted({int(self._owners[i]) for i in at if self._names[i].as_py() == name})

    def place(self, row: int) -> Place:
        """Return a row of the file."""
        known = self._places.get(row)
        if known is None:
            values = {name: column[row].as_py() for name, column in self._columns.items()}
            known = self._places[row] = _place(row, values, self._iso)
        return known

    def names_like(self, pattern: str) -> list[str]:
        """Return the folded names that match a regular expression (RE2)."""
        names: list[str] = self._names.filter(
            pc.match_substring_regex(self._names, pattern)
        ).to_pylist()
        return names

    @property
    def nbytes(self) -> int:
        """Return the bytes held by its arrays."""
        arrays = self._keys.nbytes + self._order.nbytes + self._owners.nbytes
        return int(arrays + self._names.nbytes + sum(c.nbytes for c in self._columns.values()))


def _keys(names: pa.StringArray) -> Keys:
    _, offsets_buffer, data_buffer = names.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32)[names.offset : names.offset + len(names) + 1]
    data = np.frombuffer(data_buffer, np.uint8)
    keys = np.empty(len(names), np.uint64)
    for start in range(0, len(names), _CHUNK):
        part = offsets[start : start + _CHUNK + 1].astype(np.int64)
        keys[start : start + _CHUNK] = keys_of_bytes(data, part)
    return keys


@cache
def gazetteer() -> Gazetteer:
    """Return the gazetteer of the package, read at the first call of a process."""
    with pq.ParquetFile(FILE) as file:
        found = Gazetteer(file.read(use_threads=False))  # threads would keep pools of their own
    pa.default_memory_pool().release_unused()
    return found
