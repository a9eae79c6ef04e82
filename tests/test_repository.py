"""The promises of the files around the code: locks, package, documents, sizes."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PACKAGES = ("flows", "tasks", "warehouse")
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
WANTED = PROJECT["project"]["dependencies"] + EXTRAS["fast"] + EXTRAS["ner"]
# These extras are not what everybody gets, the group is for who builds the gazetteer anew.
FOR_SOME = EXTRAS["topics"] + EXTRAS["s3"] + PROJECT["dependency-groups"]["gazetteer"]
ASKED_FOR = {canonicalize_name(Requirement(wanted).name) for wanted in WANTED + FOR_SOME}
INCLUDED = {*sys.stdlib_module_names, *PACKAGES, "_typeshed"}  # the last is there for mypy alone
PROVIDERS = {
    module: {canonicalize_name(name) for name in names}
    for module, names in packages_distributions().items()
}
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ]+)(?: ; (?P<marker>.+?))? \\$", re.M)


def pins_of(lock: str) -> dict[str, Version]:
    """Return the versions that `lock` gives to this Python on this platform."""
    return {
        canonicalize_name(pin["name"]): Version(pin["version"])
        for pin in PIN.finditer((ROOT / lock).read_text())
        if pin["marker"] is None or Marker(pin["marker"]).evaluate()
    }


def modules_of(path: Path) -> set[str]:
    """Return the top-level names of everything that `path` imports, wherever in the file."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in named}


def sources() -> list[Path]:
    """Return every file of the packages that belongs into a wheel, relative to the root."""
    return sorted(
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and path.relative_to(ROOT).parts[:2]
        not in {("warehouse", "data"), ("warehouse", "data.state")}
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_folder_of_the_machine_that_wrote_it(lock: str) -> None:
    """A lock works with every registry and every clone only when it names none."""
    assert (
        re.findall(
            r"^.*(?:://|--(?:extra-)?index|(?<![\w.-])/\w).*$", (ROOT / lock).read_text(), re.M
        )
        == []
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_pinned_by_hash(lock: str) -> None:
    """One requirement without a hash makes pip --require-hashes refuse the whole lock."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", (ROOT / lock).read_text(), flags=re.M)[1:]

    assert [b for b in blocks if not PIN.match(b) or "--hash=sha256:" not in b] == []


@pytest.mark.parametrize("wanted", WANTED)
def test_the_lock_holds_what_the_project_asks_for(wanted: str) -> None:
    """A changed dependency without `make lock` would be missed by everyone who has a set-up."""
    requirement = Requirement(wanted)
    pinned = pins_of("requirements.lock").get(canonicalize_name(requirement.name))

    assert pinned is not None, f"{wanted} is not in requirements.lock; run: make lock"
    assert requirement.specifier.contains(pinned), f"{wanted}, but {pinned} locked; run: make lock"


@pytest.mark.parametrize("path", [p for p in sources() if p.suffix == ".py"], ids=str)
def test_what_is_imported_is_asked_for_by_name(path: Path) -> None:
    """A package that is there only because another needs it goes when the other does."""
    imported = modules_of(ROOT / path) - INCLUDED

    unasked = {m for m in imported if not ASKED_FOR & PROVIDERS.get(m, {m})}

    assert unasked == set(), "not in the dependencies of pyproject.toml"


def test_development_runs_on_the_versions_that_users_get() -> None:
    """Tests would prove nothing about the lock that users install, were the versions others."""
    assert pins_of("requirements.lock").items() <= pins_of("requirements-dev.lock").items()


@pytest.mark.parametrize("path", [p for p in sources() if p.suffix == ".py"], ids=str)
def test_a_source_file_stays_under_400_lines(path: Path) -> None:
    """A longer file has two subjects."""
    assert len((ROOT / path).read_text().splitlines()) <= 400


def test_a_wheel_holds_every_file_of_the_packages_and_nothing_else(tmp_path: Path) -> None:
    """A view or a word list left out fails only at the user's; tests and seeds stay out."""
    for path in [*sources(), *map(Path, ("pyproject.toml", "README.md", "LICENSE"))]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, tmp_path / path)
    build = "from setuptools import build_meta; build_meta.build_wheel('.')"
    subprocess.run([sys.executable, "-c", build], cwd=tmp_path, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")

    held = {Path(name) for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert held == set(sources())


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_first_screen_of_the_readme_shows_the_two_commands(command: str) -> None:
    """A stranger needs no more than the two to see the thing work; 60 lines are a screen."""
    assert command in "\n".join((ROOT / "README.md").read_text().splitlines()[:60])


def test_make_lists_every_target_that_a_person_may_call() -> None:
    """`make` alone is the manual of the Makefile."""
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.M)
    assert phony is not None
    shown = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    wanted = {t for t in phony[1].split() if not t.startswith("set-up")}

    assert {line.split()[1] for line in shown.splitlines()} == wanted
