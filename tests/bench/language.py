"""Measure how well and how fast languages are recognised, beside each detector alone.

    python -m tests.bench.language FOLDER [--chars 100,800] [--texts 40] [--misses]

FOLDER holds `CODE.txt`, one sentence a line in UTF-8, CODE a BCP 47 code. Sentences are strung
together to texts of about the wanted length (a third of it in Chinese and Japanese).
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

from tasks.detectors import (
    SEED,
    Factory,
    ask_py3langid,
    fast_factory,
    load_detectors,
    profiles,
    quick_factory,
)
from tasks.language import READ_CHARS, detect_language, paragraph_languages

SAME = {"nb": "no", "zh-cn": "zh", "zh-tw": "zh"}  # other names for what we call no and zh
UNSPACED = {"zh", "ja", "yue", "wuu"}


@dataclass(frozen=True)
class Sample:
    """One text of known language."""

    code: str
    chars: int  # wanted, not exact
    text: str


def samples_of(path: Path, chars: int, texts: int) -> Iterator[Sample]:
    """Yield `texts` samples of about `chars` characters from one file, the same ones each time."""
    sentences = path.read_text(encoding="utf-8").split("\n")
    random.Random(7).shuffle(sentences)
    wanted = chars // 3 if path.stem in UNSPACED else chars
    at = 0
    for _ in range(texts):
        text = ""
        while len(text) < wanted:
            text += f"{sentences[at % len(sentences)].strip()} "
            at += 1
        code = SAME.get(path.stem, path.stem)
        yield Sample(code, chars, text[: wanted * 5 // 4].rpartition(" ")[0] or text)


def by_langdetect(factory: Factory) -> Callable[[str], str]:
    """Return a function that names the language as `factory`'s detectors do, "und" for nothing."""
    silence = (LangDetectException, *load_detectors().no_features)

    def name(text: str) -> str:
        detector = factory.create()
        detector.append(text[:READ_CHARS])
        try:
            found = detector.get_probabilities()
        except silence:
            return "und"
        return SAME.get(found[0].lang, found[0].lang) if found else "und"

    return name


def plain_factory() -> Factory:
    """Return langdetect as it is published, seeded."""
    factory = DetectorFactory()
    factory.load_json_profile(profiles())
    factory.set_seed(SEED)
    return cast(Factory, factory)


def count(samples: list[Sample], name: Callable[[str], str]) -> tuple[Counter[str], Counter[str]]:
    """Return how many are right, wrong and undecided, and the wrong pairs."""
    found: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for sample in samples:
        code = name(sample.text)
        kind = "right" if code == sample.code else "und" if code == "und" else "wrong"
        found[kind] += 1
        if kind != "right":
            pairs[f"{sample.code} as {code}"] += 1
    return found, pairs


def rate(texts: list[str], work: Callable[[str], object]) -> float:
    """Return texts per CPU second."""
    start = time.process_time()
    for text in texts:
        work(text)
    return len(texts) / (time.process_time() - start)


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def show_accuracy(samples: list[Sample], *, misses: bool) -> None:
    """Print a table of right, wrong and undecided texts in percent."""
    ways: dict[str, Callable[[str], str]] = {
        "detect_language": lambda text: detect_language(text).code or "und",
        "langdetect alone": by_langdetect(load_detectors().langdetect),
        "py3langid alone": lambda text: ask_py3langid(text[:READ_CHARS]).code,
    }
    print("| characters | way | texts | right % | wrong % | und % |\n|---|---|---|---|---|---|")
    for chars in sorted({sample.chars for sample in samples}):
        these = [sample for sample in samples if sample.chars == chars]
        for way, name in ways.items():
            found, pairs = count(these, name)
            shares = " | ".join(
                f"{found[kind] * 100 / len(these):.1f}" for kind in ("right", "wrong", "und")
            )
            print(f"| {chars} | {way} | {len(these)} | {shares} |")
            if misses and way == "detect_language":
                print(", ".join(f"{pair} {times}" for pair, times in pairs.most_common(40)))


def show_speed(texts: list[str]) -> None:
    """Print texts per CPU second of every step, and what loading costs."""
    average = sum(min(len(text), READ_CHARS) for text in texts) / len(texts)
    print(f"\n| step ({average:.0f} characters) | texts per CPU second |\n|---|---|")
    fast = fast_factory()
    ways: dict[str, Callable[[str], object]] = {
        "langdetect as published": by_langdetect(plain_factory()),
        "langdetect, numpy inside": by_langdetect(quick_factory()),
        "py3langid": ask_py3langid,
        "detect_language": detect_language,
        "paragraph_languages": lambda text: paragraph_languages([text]),
    }
    if fast is not None:
        ways["langdetect-rs"] = by_langdetect(fast)
    for way, work in ways.items():
        print(f"| {way} | {rate(texts, work):.0f} |")


def main() -> None:
    """Run the measurement for a folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--chars", default="100,800")
    parser.add_argument("--texts", type=int, default=40)
    parser.add_argument("--misses", action="store_true")
    given = parser.parse_args()
    print(f"loading both detectors: {cpu_seconds(load_detectors):.2f} CPU seconds")
    samples = [
        sample
        for path in sorted(given.folder.glob("*.txt"))
        for chars in map(int, given.chars.split(","))
        for sample in samples_of(path, chars, given.texts)
    ]
    show_accuracy(samples, misses=given.misses)
    longest = max(sample.chars for sample in samples)
    texts = [sample.text for sample in samples if sample.chars == longest]
    show_speed(random.Random(7).sample(texts, min(400, len(texts))))


if __name__ == "__main__":
    main()
