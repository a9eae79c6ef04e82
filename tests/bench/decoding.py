"""Measure how well bytes become text: our decode() beside the detectors it could have used.

    python -m tests.bench.decoding FOLDER [--documents N] [--only NAME,NAME] [--misses]

FOLDER holds `sentences/XX.txt`, one sentence a line in UTF-8, XX an ISO 639-1 code. Every language
is written in every encoding that was in use for it, as running text, as a web page without a
declaration and as subtitles. A document counts as right when the decoded text equals the original.
With the package opencc installed Chinese is also converted to traditional letters for Big5.
"""

from __future__ import annotations

import argparse
import codecs
import random
import re
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tasks.charset import codec_for, prescan
from tasks.decode import decode
from warehouse.errors import CannotRead

Decoder = Callable[[bytes], str]

WEST = "cp1252 iso8859-1 iso8859-15 mac-roman cp850"
CENTRAL = "cp1250 iso8859-2 mac-latin2 cp852"
BALTIC = "cp1257 iso8859-13 iso8859-4 cp775"
TURKIC = "cp1254 iso8859-9 mac-turkish cp857"
CYRILLIC = "cp1251 iso8859-5 mac-cyrillic cp855"
WESTERN = (
    "af",
    "ca",
    "de",
    "es",
    "eu",
    "fr",
    "id",
    "it",
    "nb",
    "nl",
    "nn",
    "pt",
    "sq",
    "sv",
    "sw",
    "tl",
)
CENTRAL_EUROPEAN = ("bs", "cs", "hr", "hu", "pl", "sk", "sl")
ENCODINGS = {  # language -> single- and multibyte encodings in use before UTF-8
    **dict.fromkeys(WESTERN, WEST),
    "en": WEST,
    "da": WEST + " cp865",
    "fi": WEST + " iso8859-10",
    "is": WEST + " cp861 mac-iceland iso8859-10",
    "ga": WEST + " iso8859-14",
    "cy": "iso8859-14",
    **dict.fromkeys(CENTRAL_EUROPEAN, CENTRAL),
    "ro": CENTRAL + " iso8859-16",
    **dict.fromkeys(("lt", "lv", "et"), BALTIC),
    "tr": TURKIC,
    "eo": "iso8859-3",
    "ru": CYRILLIC + " koi8-r cp866",
    "uk": "cp1251 koi8-u iso8859-5 mac-cyrillic cp1125",
    "be": "cp1251 iso8859-5 cp866",
    "bg": CYRILLIC + " cp866",
    "mk": "cp1251 iso8859-5 mac-cyrillic",
    "sr": "cp1251 iso8859-5 mac-cyrillic",
    "kk": "kz1048 ptcp154",
    "el": "cp1253 iso8859-7 mac-greek cp737 cp869",
    "he": "cp1255 iso8859-8 cp862",
    "ar": "cp1256 iso8859-6 cp720",
    "fa": "cp1256",
    "ur": "cp1256",
    "th": "tis-620 cp874",
    "vi": "cp1258",
    "ja": "shift_jis cp932 euc_jp iso2022_jp",
    "zh": "gb2312 gbk gb18030 hz",
    "zh-Hant": "big5 big5hkscs",
    "ko": "euc_kr cp949 johab iso2022_kr",
}
OTHER_SCRIPTS = frozenset(
    {"ru", "uk", "be", "bg", "mk", "sr", "kk", "el", "he", "ar", "fa", "ur", "th", "ja", "zh", "ko"}
)
UNICODE = "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le"
UNUSUAL = frozenset({"johab", "kz1048", "ptcp154"})
STRAY_CONTROL = re.compile("[\x7f-\x9f]")
VIETNAMESE_TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True, slots=True)
class Sample:
    """One document of the test set."""

    language: str
    encoding: str
    form: str  # text, page or subtitles, with the number of characters aimed at
    text: str
    data: bytes

    @property
    def group(self) -> str:
        """Unicode, an encoding that browsers know, or one of DOS, Mac and others."""
        if self.encoding in UNICODE.split():
            return "unicode"
        is_off_web = self.encoding.startswith(("cp4", "cp7", "cp8", "cp11", "mac-"))
        is_off_web = is_off_web and self.encoding not in {"cp874", "cp866", "mac-cyrillic"}
        return "dos, mac, rare" if is_off_web or self.encoding in UNUSUAL else "web"


def as_text(sentences: list[str]) -> str:
    """Return paragraphs of three sentences."""
    paragraphs = [" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3)]
    return "\r\n\r\n".join(paragraphs) + "\r\n"


def as_page(sentences: list[str]) -> str:
    """Return a small web page with the usual ASCII around the words and no declared charset."""
    links = "".join(
        f'<li class="nav-item"><a href="/news/{n}.html">{s[:20]}</a></li>\n'
        for n, s in enumerate(sentences[:8])
    )
    body = "\n".join(f'<p class="article-text" align="left">{s}</p>' for s in sentences)
    style = (
        "<style>body { font-family: Verdana, Arial; margin: 0 } .nav-item { float: left }</style>"
    )
    head = f"<html>\n<head><title>{sentences[0][:40]}</title>\n{style}</head>\n"
    return f'{head}<body bgcolor="#ffffff"><ul>\n{links}</ul>\n{body}\n</body></html>\n'


def as_subtitles(sentences: list[str]) -> str:
    """Return SubRip subtitles, a sentence each."""
    times = (f"00:{n // 60:02}:{n % 60:02},120" for n in range(1, len(sentences) + 1))
    return "".join(
        f"{n}\r\n{at} --> {at}\r\n{s}\r\n\r\n"
        for n, (at, s) in enumerate(zip(times, sentences, strict=True), 1)
    )


FORMS: dict[str, tuple[Callable[[list[str]], str], int]] = {
    "text 200": (as_text, 200),
    "text 1000": (as_text, 1000),
    "text 4000": (as_text, 4000),
    "page 1000": (as_page, 1000),
    "subtitles 1000": (as_subtitles, 1000),
}


def read_sentences(folder: Path) -> dict[str, list[str]]:
    """Return the sentences of every language, traditional Chinese added if it can be made."""
    lines = {
        path.stem: path.read_text("utf-8").splitlines()
        for path in sorted(folder.rglob("sentences/*.txt"))
    }
    try:
        from opencc import OpenCC
    except ImportError:
        return lines
    convert = OpenCC("s2twp").convert
    return {**lines, "zh-Hant": [convert(line) for line in lines.get("zh", [])]}


def written_in(encoding: str, sentence: str) -> str | None:
    """Return the sentence as people wrote it in `encoding`, or None when it cannot be."""
    if encoding == "cp1258":  # letters composed, tones as combining marks
        sentence = "".join(split_tone(letter) for letter in sentence)
    if encoding in {"cp1250", "iso8859-2", "cp852", "mac-latin2"}:  # Romanian before iso8859-16
        sentence = sentence.translate(str.maketrans("șțȘȚ", "şţŞŢ"))
    if STRAY_CONTROL.search(sentence):  # damage in the source, not in the encoding
        return None
    try:
        is_kept = sentence.encode(encoding).decode(encoding) == sentence
    except UnicodeError:
        return None
    return sentence if is_kept else None


def split_tone(letter: str) -> str:
    """Return a Vietnamese letter with its tone mark, and only that, apart."""
    parts = unicodedata.normalize("NFD", letter)
    tone = "".join(mark for mark in parts[1:] if mark in VIETNAMESE_TONES)
    rest = "".join(mark for mark in parts if mark not in VIETNAMESE_TONES)
    return unicodedata.normalize("NFC", rest) + tone


def draw(sentences: list[str], chars: int, chance: random.Random) -> list[str]:
    """Return random sentences of at least `chars` characters together, the last one cut."""
    drawn: list[str] = []
    missing = chars
    for sentence in chance.sample(sentences, len(sentences)):
        drawn.append(sentence[: max(missing, 20)])
        missing -= len(sentence)
        if missing <= 0:
            return drawn
    return []


def make_samples(folder: Path, documents: int) -> Iterator[Sample]:
    """Yield `documents` samples per language, encoding and form; the same ones on every call."""
    for language, sentences in read_sentences(folder).items():
        for encoding in f"{ENCODINGS.get(language, '')} {UNICODE}".split():
            chance = random.Random(f"{language} {encoding}")
            usable = [kept for line in sentences if (kept := written_in(encoding, line))]
            for form, (shape, chars) in FORMS.items():
                for _ in range(documents):
                    if not (drawn := draw(usable, chars, chance)):
                        continue
                    text = shape(drawn)
                    if not text.isascii() or encoding in UNICODE:
                        yield Sample(language, encoding, form, text, text.encode(encoding))


def by_charset_normalizer(data: bytes) -> str:
    """Decode with the best guess of charset-normalizer."""
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return "" if best is None else str(best)


def by_chardet(data: bytes, prefer_superset: bool) -> str:
    """Decode with the guess of chardet."""
    import chardet

    found = chardet.detect(data, prefer_superset=prefer_superset, compat_names=False)
    return data.decode(found["encoding"] or "latin-1", "replace")


def by_cchardet(data: bytes) -> str:
    """Decode with the guess of faust-cchardet."""
    import cchardet

    return data.decode(cchardet.detect(data)["encoding"] or "latin-1", "replace")


def by_us(data: bytes) -> str:
    """Decode as the pipeline does."""
    return decode(data).text


DECODERS: dict[str, Decoder] = {
    "charset-normalizer": by_charset_normalizer,
    "chardet": partial(by_chardet, prefer_superset=False),
    "chardet superset": partial(by_chardet, prefer_superset=True),
    "faust-cchardet": by_cchardet,
    "decode()": by_us,
}


def is_right(decoder: Decoder, sample: Sample) -> bool:
    """Say whether `decoder` gives back the text; a byte order mark left over is forgiven."""
    try:
        return decoder(sample.data).removeprefix("\ufeff") == sample.text
    except (LookupError, UnicodeError, CannotRead):
        return False


def measure(decoder: Decoder, samples: list[Sample]) -> tuple[list[Sample], float]:
    """Return the samples decoded wrongly and the CPU milliseconds per sample."""
    is_right(decoder, samples[0])  # imports and tables are not part of the figure
    start = time.process_time()
    missed = [sample for sample in samples if not is_right(decoder, sample)]
    return missed, (time.process_time() - start) * 1000 / len(samples)


def shares(samples: list[Sample], missed: list[Sample], key: str) -> dict[str, float]:
    """Return the share of right answers by an attribute of the samples."""
    total = Counter(getattr(sample, key) for sample in samples)
    wrong = Counter(getattr(sample, key) for sample in missed)
    return {value: 1 - wrong[value] / total[value] for value in total}


def break_utf8(samples: list[Sample], broken: int, chance: random.Random) -> Iterator[Sample]:
    """Yield the UTF-8 samples with `broken` bytes replaced by random ones from 0x80 to 0xFF."""
    for sample in samples:
        if sample.encoding == "utf-8" and not sample.text.isascii():
            data = bytearray(sample.data)
            for _ in range(broken):
                data[chance.randrange(len(data))] = chance.randrange(0x80, 0x100)
            text = data.decode("utf-8", "replace")
            yield Sample(sample.language, f"{broken} broken", sample.form, text, bytes(data))


def print_broken(samples: list[Sample]) -> None:
    """Print how often broken UTF-8 is still read as UTF-8, by length and number of bad bytes."""
    print(f"\n{'UTF-8 with broken bytes, decode()':40}", *(f"{form:>15}" for form in FORMS))
    for broken in (1, 2, 4, 8, 16):
        hurt = list(break_utf8(samples, broken, random.Random(broken)))
        missed, _ = measure(by_us, hurt)
        right = shares(hurt, missed, "form")
        print(f"{broken:>40}", *(f"{right[form]:>15.4f}" for form in FORMS))


def print_table(samples: list[Sample], names: list[str], is_listing: bool) -> None:
    """Print a row per decoder: share right in all, by group and by form, CPU ms a document."""
    groups, forms = ["unicode", "web", "dos, mac, rare"], list(FORMS)
    print(f"{len(samples)} documents")
    print(f"{'':20}{'CPU ms':>8}{'all':>8}", *(f"{name:>15}" for name in groups + forms))
    for name in names:
        missed, cost = measure(DECODERS[name], samples)
        right = shares(samples, missed, "group") | shares(samples, missed, "form")
        columns = (f"{right.get(key, 0):>15.4f}" for key in groups + forms)
        print(f"{name:20}{cost:>8.3f}{1 - len(missed) / len(samples):>8.4f}", *columns)
        if is_listing:
            print_misses(missed)


def print_misses(missed: list[Sample]) -> None:
    """Print for every encoding missed how often and for which languages."""
    languages: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sample in missed:
        languages[sample.encoding][sample.language] += 1
    for encoding, counts in sorted(languages.items(), key=lambda item: -item[1].total()):
        print(
            f"    {encoding:14}{counts.total():>5} ", *(f"{k} {v}" for k, v in counts.most_common())
        )


def print_lies(samples: list[Sample]) -> None:
    """Print what becomes of 8-bit text that is declared as Latin-1, rightly or wrongly."""
    declared_latin = partial(decode, charset="iso-8859-1")
    eight_bit = [s for s in samples if s.group != "unicode" and not s.data.isascii()]
    honest = [s for s in eight_bit if s.encoding in {"cp1252", "iso8859-1"}]
    lying = [s for s in eight_bit if s.language in OTHER_SCRIPTS]
    for name, group in (("Latin-1 declared and true", honest), ("declared, other script", lying)):
        missed, _ = measure(lambda data: declared_latin(data).text, group)
        print(f"{name:40}{1 - len(missed) / len(group):>15.4f} of {len(group)}")


def print_declarations(folder: Path) -> None:
    """Print how many pages of the html5lib tests are given the encoding browsers give them."""
    cases = [
        block.rsplit(b"\n#encoding\n", 1)
        for path in sorted(folder.rglob("html5lib/encoding/*.dat"))
        for block in re.split(rb"(?:\A|\n)#data\n", path.read_bytes())[1:]
    ]
    wrong = [page for page, name in cases if declared(page) != codec_for(name.strip().decode())]
    print(f"\nhtml5lib declarations: {len(cases) - len(wrong)} of {len(cases)} as browsers do")
    for page in wrong:
        print(f"    {page[:160]!r}")


def declared(page: bytes) -> str | None:
    """Return the codec that the head of a page asks for; windows-1252 is the default."""
    if page.startswith(codecs.BOM_UTF8):
        return "utf-8"
    return codec_for(prescan(page) or "windows-1252")


def main() -> None:
    """Run the measurement named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=2, help="per language, encoding and form")
    parser.add_argument("--only", help="names of decoders, with commas between")
    parser.add_argument("--misses", action="store_true", help="list what was decoded wrongly")
    asked = parser.parse_args()
    samples = list(make_samples(asked.folder, asked.documents))
    names = asked.only.split(",") if asked.only else list(DECODERS)
    print_table(samples, names, asked.misses)
    print_broken(samples)
    print_lies(samples)
    print_declarations(asked.folder)


if __name__ == "__main__":
    main()
