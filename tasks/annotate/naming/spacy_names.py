"""Names by a spaCy pipeline, with nothing of it but its named entity recogniser."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import spacy

from tasks.annotate.naming.models import NamedSpan, kinds
from tasks.annotate.records import Model, ModelMissing

if TYPE_CHECKING:
    from spacy.language import Language

# Of what pipelines are made of beside `ner`; without them the scores are the same and it is 2.2
# times as fast (measured, DESIGN section 8). `tok2vec` and `transformer` stay where `ner` listens.
_NOT_NEEDED = (
    "tagger", "parser", "morphologizer", "attribute_ruler", "lemmatizer", "trainable_lemmatizer",
    "senter", "sentencizer", "textcat", "textcat_multilabel", "entity_linker",
)  # fmt: skip
_SHARED = ("tok2vec", "transformer", "curated_transformer")
# Curly marks are rare in what pipelines were trained on; one code point for one.
_STRAIGHT = str.maketrans("’‘‛`“”„‟«»\u00a0\u202f\u2007", '\'\'\'\'""""""   ')
# The tokeniser takes marks off a token one by one: quadratic in its length. No name is this long.
_ENDLESS = re.compile(r"\S{300,}")
_UNSPACED = frozenset({"zh", "ja", "th", "km", "lo", "my", "yue"})
# Memory grows with it (260 MB in all at 16, 470 MB at 64), speed does not.
_BATCH = 32


class SpacyNames:
    """A pipeline of spaCy as a `NameModel`."""

    piece_chars = 5_000  # memory grows with it, and nothing is gained beyond

    def __init__(self, nlp: Language, model: Model) -> None:
        self.name, self.version, self.sha256 = model.name, model.version, model.sha256
        self._nlp = nlp

    @classmethod
    def load(cls, folder: Path, model: Model) -> SpacyNames:
        """Load the pipeline in `folder`; raises ModelMissing if it cannot be, or has no names."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # made by another minor version of spaCy
            try:
                nlp = spacy.load(folder, exclude=[*_NOT_NEEDED, *_SHARED])
                if _listens(nlp):
                    nlp = spacy.load(folder, exclude=list(_NOT_NEEDED))
            except (OSError, ValueError, ImportError) as error:
                raise ModelMissing(f"{folder}: {error}; install it for this spaCy") from error
        if "ner" not in nlp.pipe_names:
            raise ModelMissing(f"{folder}: the pipeline has no `ner`; name another in name_models")
        return cls(nlp, model)

    def names(self, texts: Sequence[str]) -> list[list[NamedSpan]]:
        """Return the names in each text."""
        plain = [self._plain(text) for text in texts]
        # The zone lets go of the words it met, else memory grows with the corpus.
        with self._nlp.memory_zone():
            return [list(_spans(doc)) for doc in self._nlp.pipe(plain, batch_size=_BATCH)]

    def _plain(self, text: str) -> str:
        plain = text.translate(_STRAIGHT)
        if self._nlp.lang not in _UNSPACED:
            plain = _ENDLESS.sub(lambda match: " " * len(match[0]), plain).rstrip()
        return plain if plain.isascii() else plain.encode("utf-8", "replace").decode("utf-8")


def _listens(nlp: Language) -> bool:
    """Does `ner` read with a component that others use too?"""
    model: Any = nlp.config["components"].get("ner", {}).get("model", {})
    return "Listener" in model.get("tok2vec", {}).get("@architectures", "")


def _spans(doc: Any) -> Iterator[NamedSpan]:
    known = kinds()
    for span in doc.ents:
        kind = known.get(span.label_.upper())
        if kind:
            yield NamedSpan(span.start_char, span.end_char, kind)
