"""Plant edited copies of real articles and measure who finds them, in one run and one table.

    python -m tests.bench.dedup FILE.jsonl... [--seed 1] [--kept 20000] [--per-kind 300]
        [--peers datasketch,rensa] [--languages] [--real] [--ingest] [--misses 0]

FILE holds records with "text" (JSONL, also gzipped), or is plain text. A tenth of the articles is
never kept; their words, leads and bodies go into the copies. Copies and what counts as true:
planting.py and truth.py. Without --languages the articles in scripts without blanks are left out;
with it, articles of each script are measured by themselves, with edits of characters.

--real plants nothing: it compares the links among the articles of FILE with all pairs of a sample
that are alike by brute force. --ingest runs the whole product on the texts and reads its tables.
Peers that are not installed are left out and named. CPU time: of this process.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from tests.bench.dedup import ours, product, real, report
from tests.bench.dedup.corpus import Corpus, divide, read_texts
from tests.bench.dedup.peers import PEERS, SETTINGS, Answer
from tests.bench.dedup.planting import (
    KINDS,
    LANGUAGE_KINDS,
    UNSPACED,
    plant,
    script_of,
)
from tests.bench.dedup.truth import Truth


def asked_peers(names: str) -> list[str]:
    """Return the peers that are installed and say which are not."""
    wanted = [name for name in names.split(",") if name]
    for name in wanted:
        if find_spec(name) is None:
            print(f"{name} is not installed and left out\n")
    return [name for name in wanted if find_spec(name) is not None]


def planted(corpus: Corpus, kinds: Sequence[str], given: argparse.Namespace) -> report.Trial:
    """Return kept articles with copies of them."""
    kept = dict(enumerate(corpus.kept))
    copies = plant(kept, corpus.donors, kinds=kinds, per_kind=given.per_kind, seed=given.seed)
    truth = Truth([*corpus.kept, *(copy.text for copy in copies)])
    return report.Trial(corpus.kept, copies, truth)


def measure(title: str, trial: report.Trial, given: argparse.Namespace) -> None:
    """Print the tables of one trial."""
    new = [copy.text for copy in trial.copies]
    size = sum(map(len, trial.kept)) / 1e6
    print(
        f"## {title}: {len(new):,} copies among {len(trial.kept):,} kept "
        f"({size:.1f} M characters)\n"
    )
    said = (product.ingested if given.ingest else ours.matched)(trial.kept, new)
    answers: dict[str, Answer] = {}
    for name in asked_peers(given.peers):
        for setting in SETTINGS:
            answer = PEERS[name](trial.kept, new, setting)
            answer.pairs = {(trial.place(at), hit) for at, hit in answer.pairs}
            answers[f"{name} {setting}"] = answer
    print(report.table(trial, said, answers), end="\n\n")
    print(report.summary(trial, said, answers), end="\n\n")
    if given.misses:
        print(report.misses(trial, said, given.misses), end="\n\n")


def main() -> None:
    """Run what the command line asks for."""
    given = arguments()
    print(f"`python -m tests.bench.dedup {' '.join(sys.argv[1:])}`, seed {given.seed}\n")
    texts = read_texts(given.files, given.seed)
    if given.real:
        said = (product.ingested if given.ingest else ours.matched)(texts, [])
        print(real.measured(texts, said, given.seed, given.sample))
        return
    scripts: dict[str, list[str]] = {}
    for text in texts:
        scripts.setdefault(script_of(text), []).append(text)
    if given.languages:
        for script, found in sorted(scripts.items()):
            kinds = LANGUAGE_KINDS if script in UNSPACED else (*LANGUAGE_KINDS, "words 5 %")
            measure(script, planted(divide(found, given.kept, given.seed), kinds, given), given)
        return
    spaced = [text for name, found in scripts.items() if name not in UNSPACED for text in found]
    measure("Planted", planted(divide(spaced, given.kept, given.seed), KINDS, given), given)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept", type=int, default=20_000)
    parser.add_argument("--per-kind", type=int, default=300)
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--languages", action="store_true")
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--sample", type=int, default=2_000, help="articles of --real")
    parser.add_argument("--ingest", action="store_true")
    parser.add_argument("--misses", type=int, default=0, help="show so many misses of each kind")
    return parser.parse_args()


if __name__ == "__main__":
    main()
