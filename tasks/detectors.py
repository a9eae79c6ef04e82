"""The two detectors behind tasks.language: loaded once, asked for one vote per text.

Both models are loaded under a lock and are only read afterwards; every text gets a detector object
of its own with a fixed seed. langdetect's walk over random n-grams is done by langdetect-rs where
that is installed (extra `fast`), else by langdetect with numpy in its inner loops; both give
langdetect's own probabilities to the last bit.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import resources
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt
from langdetect.detector import Detector
from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import ErrorCode, LangDetectException
from langdetect.utils.ngram import NGram
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tasks.scripts import FAMILY_OF

SEED = 0  # any fixed number: langdetect draws its n-grams at random
WORDS_KEPT = 16_384  # with their n-grams; the common words of the languages at hand, about 8 MB

# How the libraries write what BCP 47 writes otherwise.
_BCP47 = {"zh-cn": "zh", "zh-tw": "zh", "nb": "no", "kik": "ki", "gug": "gn", "hbo": "he"}

Matrix = npt.NDArray[np.float64]


class Guess(Protocol):
    """One language and its probability."""

    lang: str
    prob: float


class TextDetector(Protocol):
    """Takes one text and ranks its languages."""

    def append(self, text: str) -> None:
        """Take the text."""

    def get_probabilities(self) -> list[Guess]:
        """Return the languages above 0.1, best first."""


class Factory(Protocol):
    """What langdetect and langdetect-rs have in common."""

    def create(self) -> TextDetector:
        """Return a detector for one text."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one library said."""

    code: str  # BCP 47
    probability: float  # 0..1


@dataclass(frozen=True, slots=True)
class Detectors:
    """Both libraries with their models, read-only after loading."""

    langdetect: Factory
    py3langid: LanguageIdentifier
    no_features: tuple[type[Exception], ...]  # what `langdetect` raises when it finds no n-gram


def ask_langdetect(text: str) -> Vote | None:
    """Return langdetect's first choice, None if it finds nothing that it knows."""
    loaded = load_detectors()
    detector = loaded.langdetect.create()
    detector.append(text)
    try:
        found = detector.get_probabilities()
    except loaded.no_features:
        return None
    if not found:  # seven ways to go, and no language above 0.1
        return None
    return Vote(_BCP47.get(found[0].lang, found[0].lang), float(found[0].prob))


def ask_py3langid(text: str) -> Vote:
    """Return py3langid's first choice, with the probability of it and its close relatives."""
    ranked = load_detectors().py3langid.rank(text)
    code = _BCP47.get(ranked[0][0], ranked[0][0])
    family = FAMILY_OF.get(code)
    if family is None:
        return Vote(code, ranked[0][1])
    return Vote(code, sum(p for name, p in ranked[:4] if _BCP47.get(name, name) in family.words))


_loading = threading.Lock()
_detectors: Detectors | None = None


def load_detectors() -> Detectors:
    """Return both detectors, loading them at the first call.

    That takes 0.8 CPU seconds and 100 MB with langdetect-rs, 1.3 and 170 MB without it.

    Safe from any thread: langdetect's own loader, entered by two threads at once, gives wrong
    labels or raises "Need to load profiles".
    """
    global _detectors
    if _detectors is None:
        with _loading:
            if _detectors is None:
                _detectors = _load()
    return _detectors


def _load() -> Detectors:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    fast = fast_factory()
    if fast is None:
        return Detectors(quick_factory(), identifier, (LangDetectException,))
    from langdetect_rs import LangDetectException as NoFeatures

    return Detectors(fast, identifier, (NoFeatures,))


def fast_factory() -> Factory | None:
    """Return langdetect-rs with langdetect's profiles, None where it is not installed."""
    try:
        import langdetect_rs
    except ImportError:
        return None
    factory = langdetect_rs.DetectorFactory()
    factory.load_json_profile(profiles())
    factory.set_seed(SEED)
    return cast(Factory, factory)


def profiles() -> list[str]:
    """Return langdetect's profiles (JSON) by name.

    langdetect itself takes them in the order of the folder, on which the last bits of its
    probabilities depend.
    """
    folder = resources.files("langdetect") / "profiles"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name[0] not in "._")
    return [(folder / name).read_text(encoding="utf-8") for name in names]


def quick_factory() -> Factory:
    """Return langdetect with its loops over 55 languages done by numpy.

    Same n-grams, same draws, same floating-point operations in the same order: the same
    probabilities to the last bit (a test compares them).
    """
    factory = DetectorFactory()
    factory.load_json_profile(profiles())
    factory.set_seed(SEED)
    table = np.array(list(factory.word_lang_prob_map.values()))
    numbers = {gram: number for number, gram in enumerate(factory.word_lang_prob_map)}
    factory.word_lang_prob_map = {}  # 60 MB; the table replaces it
    grams_of = lru_cache(maxsize=WORDS_KEPT)(partial(_grams_of, numbers))
    return QuickFactory(factory, table, grams_of)


def _grams_of(numbers: Mapping[str, int], word: str) -> tuple[int, ...]:
    """Return the numbers of the known n-grams (1 to 3 characters) of a word, in reading order.

    The word comes with the blank before it, and the one after it if there is one. Behind two
    capitals in a row langdetect expects an abbreviation and reads nothing.
    """
    found = []
    for end in range(1, len(word)):
        if word[end].isupper() and word[end - 1].isupper():
            continue
        for start in range(end, max(end - 3, -1), -1):
            gram = word[start : end + 1]
            if gram != " " and gram in numbers:
                found.append(numbers[gram])
    return tuple(found)


@dataclass(frozen=True, slots=True)
class QuickFactory:
    """langdetect's factory with its table of n-grams as a matrix (n-grams x languages)."""

    factory: DetectorFactory
    table: Matrix
    grams_of: Callable[[str], tuple[int, ...]]

    def create(self) -> QuickDetector:
        """Return a detector for one text."""
        return QuickDetector(self)


_normal = lru_cache(maxsize=65_536)(NGram.normalize)  # one character as the profiles write it
_FOREIGN = re.compile("[\u0300-\u1dff\u1f00-\U0010ffff]")  # beyond Latin and its accents
_NEAR_LATIN = re.compile("[A-z]")  # with the six signs between Z and a, as langdetect counts


class QuickDetector(Detector):  # type: ignore[misc]
    """langdetect's detector; overrides exactly the steps that cost time."""

    text: str

    def __init__(self, quick: QuickFactory) -> None:
        super().__init__(quick.factory)
        self._quick = quick

    def cleaning_text(self) -> None:
        """Drop Latin letters from a text that is mostly in another script."""
        if not self.text.isascii():
            latin = len(_NEAR_LATIN.findall(self.text))
            if latin * 2 < len(_FOREIGN.findall(self.text)):
                self.text = _NEAR_LATIN.sub("", self.text)

    def _extract_ngrams(self) -> list[int]:
        """Return the numbers of the known n-grams of the text, in reading order."""
        words = "".join(map(_normal, self.text)).split(" ")
        last = len(words) - 1
        grams_of = self._quick.grams_of
        found: list[int] = []
        for place, word in enumerate(words):
            if word:
                found += grams_of(f" {word}" if place == last else f" {word} ")
        return found

    def _detect_block(self) -> None:
        """Average the probabilities of seven random walks over the n-grams."""
        self.cleaning_text()
        grams = self._extract_ngrams()
        if not grams:
            raise LangDetectException(ErrorCode.CantDetectError, "No features in text.")
        self.random.seed(self.seed)
        mean = np.zeros(len(self.langlist))
        for _ in range(self.n_trial):
            alpha = self.alpha + self.random.gauss(0.0, 1.0) * self.ALPHA_WIDTH
            mean += self._walk(grams, alpha / self.BASE_FREQ) / self.n_trial
        self.langprob = mean.tolist()

    def _walk(self, grams: list[int], smoothing: float) -> Matrix:
        """Draw n-grams until one language is certain; langdetect looks at every fifth draw.

        The factors are multiplied row by row and summed by `sum`, as langdetect's loops do it;
        any other order would change the last bits.
        """
        draw, table = self.random.choice, self._quick.table
        factors: Matrix = np.empty((6, len(self.langlist)))
        factors[0] = 1.0 / len(self.langlist)
        for drawn in range(0, self.ITERATION_LIMIT + 1, 5):
            rows = 6 if drawn else 2
            factors[1:rows] = table[[draw(grams) for _ in range(rows - 1)]]
            factors[1:rows] += smoothing
            product = np.multiply.reduce(factors[:rows], axis=0)
            prob: Matrix = product / sum(product.tolist())
            if prob.max() > self.CONV_THRESHOLD:
                break
            factors[0] = prob
        return prob
