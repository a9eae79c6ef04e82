"""`--map FIELD=COLUMN`: odd names of columns and keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.mapping import read_mapping
from tests.making import ask, ingest, outcomes, write
from warehouse.errors import BadSetting

ODD = '{"ttl_x9": "Die Mühle", "cnt_x9": "Ein Satz über die Mühle. Noch ein Satz."}\n'
MAP = {"ttl_x9": "headline", "cnt_x9": "body"}


def test_a_mapping_names_the_column_of_a_field() -> None:
    """Two columns may stand for one field, as several authors do."""
    assert read_mapping(["headline=titel", "author=a1", "author = a2"]) == {
        "titel": "headline",
        "a1": "author",
        "a2": "author",
    }


@pytest.mark.parametrize("pair", ["headline", "=titel", "headline=", "title=x"])
def test_a_pair_that_maps_nothing_is_a_wrong_setting(pair: str) -> None:
    """The message quotes it and says how it is written."""
    with pytest.raises(BadSetting, match="--map"):
        read_mapping([pair])


def test_a_column_stands_for_one_field_only() -> None:
    """Else the last one would win in silence."""
    with pytest.raises(BadSetting, match="already mapped"):
        read_mapping(["headline=x", "body=x"])


def test_what_was_rejected_without_a_mapping_is_read_with_one(tmp_path: Path) -> None:
    """The next run takes it up by itself, because its reader is another one."""
    source = write(tmp_path / "in", a__jsonl=ODD)
    ingest(tmp_path / "corpus", source)
    assert outcomes(tmp_path / "corpus") == {"rejected": 1, "container": 1}

    ingest(tmp_path / "corpus", source, columns=MAP)

    assert outcomes(tmp_path / "corpus") == {"article": 1, "container": 1}
    assert ask(tmp_path / "corpus", "SELECT headline FROM articles") == [("Die Mühle",)]
