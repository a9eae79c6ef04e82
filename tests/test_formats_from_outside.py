"""Formats that other packages add through the entry point group copydesk.readers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from tasks.readers import GROUP, load
from tests.making import ask, write
from warehouse.errors import BadSetting

ROOT = Path(__file__).parents[1]


def the_example() -> str:
    """Return the code in ARCHITECTURE.md."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found, "ARCHITECTURE.md shows no reader from outside"
    return textwrap.dedent(found[1])


def test_the_example_of_the_architecture_page_reads_its_format(tmp_path: Path) -> None:
    """Installed as a package beside copydesk, found by its entry point, run by the command."""
    site = write(tmp_path / "site", press_kit__py=the_example())
    entry = f"[{GROUP}]\npress-kit = press_kit:FORMAT\n"
    about = "Metadata-Version: 2.1\nName: press-kit\nVersion: 1\n"
    write(site / "press_kit-1.dist-info", entry_points__txt=entry, METADATA=about)
    body = "One line of the story.\nAnother line of the story.\n"
    write(tmp_path / "in", a__kit=f"%PRESSKIT\nThe mill opens\n{body}", b__txt=f"Told so\n\n{body}")

    subprocess.run(
        [sys.executable, "-m", "flows.cli", "ingest", "--no-prefect", "-q", tmp_path / "in"],
        env={**os.environ, "PYTHONPATH": str(site), "COPYDESK_WAREHOUSE": str(tmp_path / "corpus")},
        check=True,
        cwd=ROOT,
    )

    query = "SELECT headline, media_type, reader FROM origins JOIN files USING (path, media_type)"
    assert (("The mill opens", "application/x-press-kit", "press-kit 1")) in ask(
        tmp_path / "corpus", query
    )


@pytest.mark.parametrize("value", ["no_such_module:FORMAT", "json:no_such_name", "json:dumps"])
def test_an_entry_point_that_cannot_be_used_is_named(value: str) -> None:
    """One line that says which, and what to do."""
    with pytest.raises(BadSetting, match=re.escape(f"mine = {value}")):
        load([EntryPoint("mine", value, GROUP)])
