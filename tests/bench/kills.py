"""Kills during maintain, export, rollback and remove, each after new acknowledged work.

    python -m tests.bench.kills --kills 200

Each round ingests a new document (every third is a copy of an earlier article), then starts a real
process that does one of the four jobs and sends itself SIGKILL at a named point inside one of its
steps. After it every file has to be whole (`copydesk maintain --verify`), the articles those of
before the job or of after it, an export not there or whole. Then the job is done to its end, and
the articles have to be the right ones: known from a model that only counts documents. At the end,
and every twentieth round, the data tests are run. What is wrong is printed, and ends with exit 1.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path

from tasks.dropping.asked import Removal, rollback_of
from tasks.dropping.job import drop
from tasks.export import job as export_job
from tasks.export.order import Order
from tasks.export.uploading import SUMS
from tasks.upkeep import maintain
from tests import drop_child, upkeep_child
from tests.children import Child
from tests.crash_child import Killer, around
from tests.making import a_story, an_article, ask, ingest, write
from warehouse import compaction
from warehouse.catalog import open_catalog
from warehouse.checks import failed_checks
from warehouse.location import Location, locate
from warehouse.verify import verify

EXPORT_POINTS = (("table written", 1), ("sealed", 1), ("before placing", 1), ("placed", 1))
FEW_FILES = 3  # so that there is something to merge every time
CHECKED = 20  # every so many rounds the data tests are run
LATEST = 12  # runs and articles among which one is chosen


@dataclass
class Model:
    """Which documents stand in which run, and which articles they are."""

    article_of: dict[str, str] = field(default_factory=dict)  # by path
    run_of: dict[str, str] = field(default_factory=dict)
    seed_of: dict[str, int] = field(default_factory=dict)

    def articles(self) -> set[str]:
        return set(self.article_of.values())

    def without_run(self, run: str) -> set[str]:
        return {self.article_of[path] for path, each in self.run_of.items() if each != run}

    def forget(self, is_gone: Callable[[str], bool]) -> None:
        for path in [path for path in self.run_of if is_gone(path)]:
            del self.article_of[path], self.run_of[path], self.seed_of[path]


def main() -> None:
    """Kill as often as was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="copydesk-kills-") as folder:
        bench = Bench(Path(folder), random.Random(asked.seed))
        problems = bench.run(asked.kills)
    for (job, point), count in sorted(bench.killed.items()):
        print(f"{job:10}{point:20}{count:5}")
    print(f"{bench.killed.total()} kills, {bench.survived} jobs ended before their point")
    print("\n".join(problems) or "nothing was wrong")
    raise SystemExit(1 if problems else 0)


class Bench:
    """One corpus that everything is done to."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance = folder, chance
        self.where = folder / "corpus"
        self.location = locate(str(self.where))
        self.model = Model()
        self.killed: Counter[tuple[str, str]] = Counter()
        self.survived = 0
        self.rounds = 0

    def run(self, kills: int) -> list[str]:
        """Work until there were so many kills; return what was wrong."""
        for _ in range(LATEST):
            self.acknowledge()
        problems: list[str] = []
        for job, point, count in plan():
            self.rounds += 1
            self.acknowledge()
            problems += [
                f"round {self.rounds}, {job}, {point}: {each}"
                for each in self.kill(job, point, count)
            ]
            if self.killed.total() >= kills or problems:
                return [*problems, *self.checked()]
            if self.rounds % CHECKED == 0:
                problems += self.checked()
                print(f"{self.killed.total()} kills", flush=True)
        return problems

    def acknowledge(self) -> None:
        """Commit a new document: of a new article, or a copy of one that is there."""
        number = self.rounds * 100 + len(self.model.run_of)
        path = self.folder / "in" / f"{number}"
        seeds = sorted(set(self.model.seed_of.values()))
        is_copy = bool(seeds) and self.chance.random() < 1 / 3
        seed = self.chance.choice(seeds[-LATEST:]) if is_copy else number
        text = "\n\n".join(a_story(seed))
        document = an_article(seed, articleBody=text, author=f"Ann {number}" if is_copy else "")
        run = ingest(self.where, write(path, a__json=document)).row.run_id
        ((name, article),) = ask(
            self.where, f"SELECT path, article_id FROM files WHERE run_id = '{run}'"
        )
        self.model.article_of[name], self.model.run_of[name] = article, run
        self.model.seed_of[name] = seed

    def kill(self, job: str, point: str, count: int) -> Iterator[str]:
        """Kill one job, look, and do it to its end."""
        before, after, what = self._expected(job)
        said = self.folder / f"said-{self.rounds}"
        child = Child(said, JOBS[job], str(self.where), what, point, str(count))
        if child.wait() == -signal.SIGKILL:
            self.killed[job, point] += 1
        else:
            self.survived += 1
        yield from (f"{each.table}: {each.what}" for each in verify(self.location))
        found = self._articles()
        if job == "rollback":  # copies of what went come back one after the other
            if not found <= before or not found >= before & after - self._shared(what):
                yield f"{len(found - before)} articles too many, {len(after - found)} missing"
        elif found not in (before, after):
            yield "the articles are neither those of before nor those of after"
        yield from self._finish(job, what)
        if (found := self._articles()) != after:
            yield f"at the end {len(found - after)} too many, {len(after - found)} missing"

    def _expected(self, job: str) -> tuple[set[str], set[str], str]:
        before = self.model.articles()
        if job == "rollback":
            run = self.chance.choice(sorted(set(self.model.run_of.values()))[-LATEST:])
            return before, self.model.without_run(run), run
        if job == "remove":
            article = self.chance.choice(sorted(before)[-LATEST:])
            return before, before - {article}, article
        return before, before, str(self.folder / "out")

    def _shared(self, run: str) -> set[str]:
        return {
            self.model.article_of[path] for path, each in self.model.run_of.items() if each == run
        }

    def _finish(self, job: str, what: str) -> Iterator[str]:
        if job == "maintain":
            maintain(self.location, retention=timedelta(0))
        elif job == "export":
            yield from self._exported(Path(what))
        elif self.chance.random() < 0.5:
            maintain(self.location)
            finish(self.location, job, what)
        else:
            finish(self.location, job, what)
        if job == "rollback":
            self.model.forget(lambda path: self.model.run_of[path] == what)
        elif job == "remove":
            self.model.forget(lambda path: self.model.article_of[path] == what)

    def _exported(self, target: Path) -> Iterator[str]:
        if target.exists() and not (target / SUMS).exists():
            yield "half an export is visible"
        shutil.rmtree(target, ignore_errors=True)
        export(str(self.where), str(target), "never", "1")
        left = [path.name for path in target.parent.iterdir() if path.name.startswith(".")]
        if left:
            yield f"an export has left {left}"
        shutil.rmtree(target)

    def _articles(self) -> set[str]:
        return {article for (article,) in ask(self.where, "SELECT article_id FROM articles")}

    def checked(self) -> list[str]:
        """Run the data tests over everything."""
        with open_catalog(self.location) as connection:
            return [f"{each.name}: {each.example}" for each in failed_checks(connection, None)]


def finish(location: Location, job: str, what: str) -> None:
    """Do a rollback or a removal to its end."""
    drop(location, rollback_of(location, what) if job == "rollback" else Removal(articles=[what]))


def plan() -> Iterator[tuple[str, str, int]]:
    """Jobs in turn, each at its next point."""
    points = {
        "maintain": cycle(upkeep_child.POINTS),
        "rollback": cycle(drop_child.POINTS),
        "export": cycle(EXPORT_POINTS),
        "remove": cycle([each for each in drop_child.POINTS if each[0] not in ONLY_COPIES]),
    }
    for job in cycle(points):
        yield job, *next(points[job])


ONLY_COPIES = ("read again", "promoted")  # of a removal none is left


def keep_up(warehouse: str, what: str, point: str, count: str) -> None:
    """The child of maintain; `what` is not asked."""
    compaction.MOST_FILES = FEW_FILES
    upkeep_child.main(warehouse, point, count)


def export(warehouse: str, target: str, point: str, count: str) -> None:
    """The child of export."""
    killer = Killer(point, int(count))
    around(export_job._Job, "write_table", lambda *_: None, lambda *_: killer.at("table written"))
    around(export_job, "seal", lambda *_: None, lambda *_: killer.at("sealed"))
    around(
        export_job,
        "put_in_place",
        lambda *_: killer.at("before placing"),
        lambda *_: killer.at("placed"),
    )
    location = locate(warehouse)
    with open_catalog(location) as connection:
        order = Order(target=Path(target), format="parquet", tables=("articles", "paragraphs"))
        export_job.export(connection, location, order)


JOBS = {
    "maintain": keep_up,
    "rollback": drop_child.main,
    "export": export,
    "remove": drop_child.main,
}

if __name__ == "__main__":
    main()
