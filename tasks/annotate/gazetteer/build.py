"""Build gazetteer.parquet and country_languages.tsv from packaged data.

    python -m tasks.annotate.gazetteer.build [FOLDER]

Needs the dependency group `gazetteer`; see README.md for sources and licences. The same packages
give the same file, byte for byte.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.annotate.gazetteer import sources
from tasks.annotate.gazetteer.folding import fold

SCHEMA = pa.schema(
    [
        ("geonames_id", pa.int32()),
        ("name", pa.string()),
        ("kind", pa.string()),
        ("level", pa.int8()),
        ("country", pa.string()),
        ("division", pa.string()),
        ("iso", pa.string()),
        ("district", pa.int32()),
        ("latitude", pa.float32()),
        ("longitude", pa.float32()),
        ("population", pa.int32()),
        ("radius_km", pa.float32()),
        ("names", pa.list_(pa.string())),
    ]
)
_CODES = ("kind", "level", "country", "division", "iso", "district", "latitude", "longitude")
ATTRIBUTION = (
    "Contains data of GeoNames (https://www.geonames.org/), licensed CC BY 4.0 "
    "(https://creativecommons.org/licenses/by/4.0/), selected, folded and joined; see README.md."
)


def _row(draft: sources.Draft) -> dict[str, object]:
    names = sorted({folded for name in (draft.name, *draft.names) if (folded := fold(name))})
    values = {name: getattr(draft, name) for name in SCHEMA.names if name != "names"}
    population = min(draft.population, 2**31 - 1)
    return values | {
        "names": names,
        "population": population,
        # 0.01 degree is a kilometre, the least radius
        "latitude": round(draft.latitude, 2),
        "longitude": round(draft.longitude, 2),
        "radius_km": round(draft.radius_km) if draft.kind != "city" else None,
        "iso": draft.iso if draft.kind == "division" else None,
    }


def build(folder: Path) -> Path:
    """Write the file into `folder` and return its path; raises ImportError without the group."""
    drafts = sorted(sources.drafts(), key=sources.order_of)
    rows = [row for draft in drafts if (row := _row(draft))["names"]]
    notes = {"attribution": ATTRIBUTION, "sources": sources.versions()}
    table = pa.Table.from_pylist(rows, SCHEMA).replace_schema_metadata(notes)
    path = folder / "gazetteer.parquet"
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=list(_CODES),
        column_encoding={"geonames_id": "DELTA_BINARY_PACKED"},
        dictionary_pagesize_limit=1 << 20,
        row_group_size=len(rows),
        data_page_size=8 << 20,
        write_statistics=False,
        store_schema=False,
    )
    return path


def build_languages(folder: Path) -> Path:
    """Write country_languages.tsv into `folder` and return its path."""
    path = folder / "country_languages.tsv"
    notes = (
        "# Short names of countries that English does not use, folded, and the languages that do:",
        "# in others they are words. Columns: name; languages. Written by build.py.",
        "# Source: Unicode CLDR through Babel, Unicode License v3.",
    )
    lines = [f"{name}\t{' '.join(spoken)}" for name, spoken in sources.country_languages()]
    path.write_text("\n".join((*notes, "name\tlanguages", *lines)) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    build_languages(target)
    written = build(target)
    sys.stdout.write(f"{written}: {written.stat().st_size:,} bytes\n")
