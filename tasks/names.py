"""Who wrote it: author names out of the values and bylines of a document.

Only what the line plainly says is used: no gazetteer of persons, no guess at initials.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tasks.dates import MONTHS

_LONGEST_LINE = 1000  # characters; a longer "byline" is the text of the article
_LONGEST_NAME = 80  # characters
_LONGEST_SHORT = 4  # characters: "Jr." and "A.P." keep their dot, "Miller." ends a sentence
_MOST_WORDS = 7  # "Maria do Carmo de Souza e Silva" has 7
_MOST_PREFIXES = 3  # "Story: By our correspondent Jane Doe"

# News agencies by the names they sign with, in lower case without dots.
_AGENCY_NAMES = (
    "reuters, thomson reuters, afp, agence france-presse, agence france presse, ap, ap news, "
    "associated press, the associated press, dpa, deutsche presse-agentur, dpa-afx, "
    "upi, united press international, pa, pa media, press association, aap, cp, "
    "canadian press, the canadian press, la presse canadienne, efe, agencia efe, "
    "europa press, ansa, agi, adnkronos, lapresse, lusa, agência lusa, agência "
    "brasil, estadão conteúdo, folhapress, belga, anp, sid, epd, kna, apa, sda, "
    "keystone-sda, ats, keystone-ats, ntb, tt, ritzau, stt, bns, elta, leta, pap, "
    "čtk, ctk, tasr, sita, mti, agerpres, tanjug, beta, hina, tass, tacc, interfax, "
    "ria novosti, риа новости, тасс, интерфакс, ukrinform, укрінформ, unian, anadolu "
    "agency, anadolu ajansı, anadolu, aa, iha, dha, xinhua, xinhua news agency, 新华社, "
    "新華社, 中新社, 中央社, 路透社, 法新社, 美联社, kyodo, kyodo news, 共同通信, 時事, "
    "jiji, jiji press, yonhap, yonhap news agency, 연합뉴스, kcna, pti, "
    "press trust of india, ians, ani, uni, app, bernama, antara, vna, bloomberg, bloomberg news, "
    "dow jones, dow jones newswires, ips, inter press service, telam, télam, notimex, "
    "notiamérica, mena, spa, wam, qna, sana, irna, isna, cna, cnn, bbc, npr, pbs"
)
_AGENCIES = frozenset(name.strip() for name in _AGENCY_NAMES.split(","))
# A name with one of these words is an organisation. Not "Times", "Post", "Press", "Group": they
# are surnames or too common; the publisher's own name is compared as a whole instead.
_OF_ORGANISATIONS = re.compile(
    r"\b(?:news|newspapers?|agency|agencia|agence|agentur|agenzia|newswires?|press association|"
    r"media|radio|television|tv|magazine|foundation|institute|university|ministry|inc|ltd|llc|"
    r"gmbh|presseagentur|nachrichtenagentur|noticias|notícias)\b|^(?:bbc|cnn|npr|pbs|cbc|rtve|zdf)\b|"
    r"\b(?:gazette|courier|tribune|chronicle|observer|telegraph)$|"
    r"^the\b.*\b(?:times|post|journal|tribune|herald|telegraph|press|guardian|independent)$"
    r"|^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,4}$"  # the address of a site
    r"|通讯社|通訊社|日报|日報|新聞|新闻|网$|網$",
    re.IGNORECASE,
)
_OF_DESKS = re.compile(
    r"\b(?:desk|staff|newsroom|newsdesk|editorial(?: board| team)?|editors|bureau|web team|"
    r"(?:our|special|staff|own) (?:correspondents?|reporters?)|correspondents|reporters|"
    r"redaktion|redaktionen|redacci[oó]n|r[eé]daction|redazione|reda[cç][aã]o|redactie|redac[tț]ia|"
    r"redaksi|redakcja|redakce|redakcia|redaksjonen|redaktionen|toimitus|szerkesztőség|team|webmaster|"
    r"redaktor(?:i|zy)|admin(?:istrator)?)\b"
    r"|редакция|редакція|编辑部|編輯部|本报讯|本報訊|編集部",
    re.IGNORECASE,
)
_TITLES = (
    r"(?:correspondent|reporter|editor|writer|columnist|journalist|analyst|contributor|producer|"
    r"photographer|critic|commentator|anchor|blogger|(?:chef)?redakteur(?:in)?|korrespondent(?:in)?|"
    r"journaliste?n?|"
    r"correspondante?|envoyée? spéciale?|rédac(?:teur|trice)|corresponsal|enviad[oa] especial|"
    r"periodista|redactora?|giornalista|inviat[oa]|corrispondente|jornalista|repórter|"
    r"verslaggever|redacteur|toimittaja|muhabiri?|корреспондент|журналист|обозреватель)s?"
)
_BEFORE_TITLES = (
    r"(?:(?:senior|chief|deputy|associate|assistant|managing|political|business|science|"
    r"health|sports?|foreign|news|staff|world|economics|education|security|technology|"
    r"investigative|national|international|contributing|executive|digital|our)\s+)*"
)
_TITLE = re.compile(rf"\b{_TITLES}\b", re.IGNORECASE)
# A job title after a name without a comma, with the usual words before it, or before the name.
_TITLE_AFTER = re.compile(rf"\s+{_BEFORE_TITLES}{_TITLES}\b.*\Z", re.IGNORECASE)
_TITLE_BEFORE = re.compile(rf"{_BEFORE_TITLES}{_TITLES}:?\s+(?=\S+\s+\S)", re.IGNORECASE)
_OF_KOREA_AND_JAPAN = re.compile(
    r"(?<=[\uac00-\ud7a3\u4e00-\u9fff\u30ff])\s*(?:기자|特派員|記者)\Z"
)
# What a later part of a list tells of the name before it.
_ROLE = re.compile(
    r"\b(?:professors?|directors?|president|ceo|cto|founders?|(?:head|chief|member) of|manager|"
    r"lecturer|researcher|strategist|consultant|specialist|expert|presenter|intern|for the|"
    r"special to|contributed to)\b",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r",?\s+(?:M\.?D\.?|Ph\.?\s?D\.?|M\.?B\.?A\.?|M\.A\.|MA|MPH|R\.?N\.?|J\.?D\.?|Esq\.?|CFA|CFP|DDS|DVM|"
    r"FACP)(?=\s*(?:,|;|\Z|\band\b))"
)
_GENERATION = re.compile(r",\s*((?:Jr|Sr)\b\.?|I{2,3}\b|IV\b)", re.IGNORECASE)
_PLACE_AFTER = re.compile(
    r"\s+(?:(?:in|for|at|from|of|aus|für|bei)\s+[^\W\d_a-zß-öø-ÿ]|[Ss]pecial (?:to|for)\b).*\Z"
)
# What may begin a line before the names.
_BY = re.compile(
    r"\s*(?:(?:(?:written|reported|reporting|writing|posted|published|submitted|contributed|authored|"
    r"words|text|story|report)\s+)?by\b[\s:]*|"
    r"(?:view\s+)?(?:all\s+|more\s+)+(?:posts|articles|stories)?\s*(?:by|from)\s+|follow\s+(?=\S+\s+\S)|"
    r"(?:authors?|reporters?|autore?s?|auteure?s?|autorin|text|texto|texte|testo|tekst|teksti|story|words|"
    r"автор|текст|редактор|yazan|penulis|oleh)\s*[:：]\s*|"
    r"(?:автор|oleh|írta|theo)[:\s]+(?=\S+\s+\S)|"
    r"(?:بقلم|كتب|كتبت|מאת|द्वारा)\s*:?\s+|"
    r"(?:本报|本報|新华社|中新社)?(?:特约|特約)?(?:记者|記者|撰文|作者|文(?=\s*[:：/／]))\s*[:：/／]?\s*)",
    re.IGNORECASE,
)
# These begin names as well ("von Hammerstein"), so only with a capital, as a byline prints them.
_BY_CAPITAL = re.compile(
    r"(?:Von|VON|Par|PAR|Por|POR|Door|DOOR|Av|AV|Af|AF)(?::\s*|\s+(?=\S+(?:\s+\S|\.[a-z]{2,4}$)))"
)
_BY_AGAIN = re.compile(r"(?:by|mit|with)\s+", re.IGNORECASE)  # before the second name of a line
# What another hand did, and what follows a name on the line: up to its end, or to the next "by".
_OTHER_HANDS = re.compile(
    r"(?:^|(?<=[\s,;|.(]))(?:photos?|photographs?|photography|pictures?|images?|illustrations?|graphics?|"
    r"video|fotos?|fotograf[íi]as?|bild(?:er)?|grafik|imagen(?:es)?|edited|editing|translated|"
    r"updated|last updated|modified|aktualisiert|mis à jour|actualizado|aggiornato)"
    r"(?:\s*[:/|]|\s+(?:by|von|de|par|por|di|on|at|am|le|el)\b).*\Z",
    re.IGNORECASE | re.DOTALL,
)
_DOMAIN = r"(?:https?://|www\.)\S+"
_ADDRESS = re.compile(rf"<[^<>]*>|\S+@\S+|{_DOMAIN}|(?:^|\s)@\w+", re.IGNORECASE)
_BEHIND_ADDRESS = re.compile(r"<?\S+@\S+>?\s*\(([^()@]+)\)")  # RSS 2.0: mail@host (Jane Doe)
_BRACKETS = re.compile(r"[(\[（【]([^()\[\]（）【】]*)[)\]）】]")
_TOGETHER = re.compile(r"[(\[]\s*(?:with|avec|mit|con|com)\s+([^()\[\]]*)[)\]]", re.IGNORECASE)
_NICKNAMED = re.compile(r"[^\W\d_]+ \([^()@/]{1,30}\) [^\W\d_][\w.'’-]*")  # Richard (R.J.) Eskow
_MONTH = "|".join(sorted((name for name in MONTHS if len(name) > 2), key=len, reverse=True))
_DATE = re.compile(
    rf"(?:\b[^\W\d_]+day,?\s+)?(?:\d{{1,2}}(?:st|nd|rd|th|[.º])?[\s/-]+(?:de\s+)?(?:{_MONTH})\b\.?|"
    rf"\b(?:{_MONTH})\b\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b)(?:,?\s+(?:de\s+)?\d{{4}})?\d*",
    re.IGNORECASE,
)
_HARD = re.compile(r"\s*[;|\n]+\s*")
_SEPARATOR = re.compile(
    r"\s*[,/／、，；]+\s*(?:(?:and|und|et|och|og|y|e|&)\s+)?|"
    r"\s+(?:and|und|et|with|mit|avec|och|og|oraz|și|és|&|\+|[·•–—-]+)\s+",
    re.IGNORECASE,
)
# Words that join two names and also stand within one ("Ortega y Gasset"): in lower case, and only
# between names of two words and more.
_JOINING = re.compile(r"\s+(?:y|e|i|и|та|і|en|con|com|ve|ja|dan|a|in)\s+(?=[^\W\d_]\S*\s+\S)")
_PARTICLE = (
    r"(?:de|del|della|der|den|des|di|da|do|dos|du|van|von|vom|zu|zur|bin|ibn|al|el|la|le|ter|ten)"
)
_INVERTED = re.compile(  # "Jong, M. de", "van Gogh, Vincent"
    rf"(?:(?i:{_PARTICLE})\s+){{0,3}}[^\s,]+,\s*[^\s,]+(?:\s+(?:{_PARTICLE}|[^\W\d_]\.?))*"
)
_LOWER_START = re.compile(rf"(?!{_PARTICLE}\b|d['’])[a-zß-öø-ÿа-яё]")
_NO_NAME = re.compile(
    r"\d|^(?:none|null|unknown|anonymous|n/?a|nan|no author|not available|authors?|"
    r"guest(?: author)?|undefined|unbekannt|inconnu|sin autor|default|user(?:name)?|test|true|"
    r"false|by|share|print|e-?mail|follow(?: author)?|contact the author|about the author|"
    r"read more|advertisement|"
    r"[ap]\.?m\.?|e[sd]?t|gmt|utc|ist|uhr|at|on|(?:updated|published|posted|last)\b.*)$",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"[A-Z]{2,5}")  # "KUT"; a person's name of so few letters is not all capitals
_INITIALS = re.compile(r"[A-Z]{2,5}|[A-Z]\w{0,2}")
_NOT_A_LETTER = re.compile(r"[\W_]+")
_OF_SITES = re.compile(r"^(?:the|www)|(?:com|net|org|online|news)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """One name as printed; `kind` is person, organisation or desk."""

    name: str
    kind: str


def authors_in(line: str, *, publisher: str | None = None, kind: str = "") -> tuple[Author, ...]:
    """Return the authors that a byline or an author field names, in order, each once.

    Left out: "By" and its like, addresses, job titles, degrees, places ("in London"), credits for
    pictures and editing, and parts with figures, which are dates. A name equal to the publisher's
    is an organisation. `kind` is what the source says of the name: an organisation is one name
    and is not parted; "person" yields to an agency's or a desk's name, because content systems
    write it of all their users. A line above 1,000 characters names nobody.
    """
    if len(line) > _LONGEST_LINE:
        return ()
    if kind == "organisation" or (publisher and is_same_name(line, publisher)):
        names = _whole(line)
    else:
        names = _names(line)
    found: dict[str, Author] = {}
    for name in names:
        found.setdefault(name.casefold(), Author(name=name, kind=_kind(name, publisher, kind)))
    return tuple(found.values())


def is_same_name(name: str, publisher: str) -> bool:
    """Tell whether two spellings name one publisher: "The Coast", "coast.com", "Coast News"."""
    return _plain(name) == _plain(publisher)


@lru_cache(maxsize=256)
def _plain(name: str) -> str:
    letters = _NOT_A_LETTER.sub("", name.casefold())
    return _OF_SITES.sub("", _OF_SITES.sub("", letters)) or letters


def _whole(line: str) -> tuple[str, ...]:
    """Return the one name that an organisation's line is, if it is any."""
    name = " ".join(_ADDRESS.sub(" ", line).split())
    name = _BY.sub("", name, count=1) if _BY.match(name) else name
    is_name = (
        any(map(str.isalpha, name)) and not _NO_NAME.fullmatch(name) and len(name) <= _LONGEST_NAME
    )
    return (name,) if is_name else ()


@lru_cache(maxsize=64)  # asked for once per candidate, once for the article
def _names(line: str) -> tuple[str, ...]:
    line = " ".join(line.split(" ")).strip()
    if "@" in line and (behind := _BEHIND_ADDRESS.fullmatch(line)):
        line = behind[1]
    if _NICKNAMED.fullmatch(line):
        return (line,)
    line = _without_extras(_TOGETHER.sub(r", \1", line))
    bracketed = [inside for inside in _BRACKETS.findall(line) if is_agency(inside.strip())]
    line = _ADDRESS.sub(" ", _BRACKETS.sub(" ", line)).strip()
    pieces = [_without_by(piece.strip()) for piece in _HARD.split(line)]
    names = [_bare(part, is_first=first) for first, part in _numbered(pieces)]
    return tuple(name for name in (*names, *bracketed) if name)


def _without_extras(line: str) -> str:
    """Take off dates, degrees and the credits of other hands; "Jr." stays with its name."""
    if any(letter.isdigit() for letter in line):
        line = _DATE.sub(" | ", line)
    if "," in line:
        line = _GENERATION.sub(r" \1", line)
    return _OTHER_HANDS.sub("", _DEGREE.sub("", line))


def _without_by(piece: str) -> str:
    """Return a piece of a line without what introduces the names in it."""
    for _ in range(_MOST_PREFIXES):
        found = _BY.match(piece) or _BY_CAPITAL.match(piece)
        if found is None or found.end() == 0:
            break
        piece = piece[found.end() :]
    return piece


def _numbered(pieces: list[str]) -> Iterator[tuple[bool, str]]:
    """Yield the parts of all pieces and whether each is the first of its piece."""
    for piece in pieces:
        for number, part in enumerate(_parts(piece)):
            yield number == 0, part


def _parts(piece: str) -> list[str]:
    """Part a list of names.

    "Smith, John" and "Marks and Spencer" stay whole, being one name or two. A single word beside
    full names is a place ("Jane Doe, London") more often than a name, unless an agency or a desk.
    """
    split = [part.strip() for part in _SEPARATOR.split(piece) if part.strip()]
    parts = [name for part in split for name in _joined_names(part)]
    is_unspaced = not piece.isascii() and not any(" " in part for part in parts)
    if len(parts) < 2 or is_unspaced:
        return parts
    full = [part for part in parts if " " in part or _is_no_person(part)]
    is_one = len(parts) == 2 and not any(map(_is_no_person, parts))
    if is_one and (not full or _INVERTED.fullmatch(piece)):
        return [piece]
    return full or parts


def _joined_names(part: str) -> list[str]:
    """Part "Ana García y Luis Pérez", but not "José Ortega y Gasset"."""
    names = []
    start = 0
    for found in _JOINING.finditer(part):
        if " " in part[start : found.start()].strip():
            names.append(part[start : found.start()].strip())
            start = found.end()
    return [*names, part[start:]]


def _bare(part: str, *, is_first: bool) -> str | None:
    """Return the name in one part of a line, or None if there is none.

    A job title in the first part follows a name ("Jane Doe Political Editor") or comes before it;
    in a later one it is all there is ("Jane Doe, World Affairs Editor").
    """
    name = " ".join(part.split()).strip(" ,:;-–—*\"'“”|()")
    name = name.rstrip(".") if len(name.rpartition(" ")[2]) > _LONGEST_SHORT else name
    if _OF_DESKS.search(name):
        name = "" if not is_first and _TITLE.search(name) else name  # "Jane Doe, Staff Writer"
    else:
        again = _BY_AGAIN.match(name)
        name = _PLACE_AFTER.sub("", name[again.end() if again else 0 :])
        untitled = _without_title(name, is_first=is_first)
        if untitled is None:
            return None
        name = untitled
    is_name = any(map(str.isalpha, name)) and not _NO_NAME.search(name)
    is_short = len(name) <= _LONGEST_NAME and name.count(" ") < _MOST_WORDS
    return name if is_name and is_short else None


def _without_title(name: str, *, is_first: bool) -> str | None:
    """Return a name without its bearer's job, or None where the part holds nothing else."""
    name = _OF_KOREA_AND_JAPAN.sub("", name) if not name.isascii() else name
    if _TITLE.search(name):
        name = _TITLE_BEFORE.sub("", name, count=1) if is_first else name
        bare = _TITLE_AFTER.sub("", name)
        if _INITIALS.fullmatch(bare) and not is_agency(bare):
            return name  # "HT Correspondent" is a desk of the paper
        name = bare
        if _TITLE.search(name) or not (is_first or is_agency(name)):
            return None
    is_prose = not is_first and (_ROLE.search(name) or _LOWER_START.match(name))
    return None if is_prose and not is_agency(name) else name


def _kind(name: str, publisher: str | None, given: str) -> str:
    if is_agency(name) or (publisher and is_same_name(name, publisher)):
        return "organisation"
    if _OF_DESKS.search(name) or (_TITLE.search(name) and given != "organisation"):
        return "desk"
    if _ACRONYM.fullmatch(name):
        return "organisation"
    return "organisation" if _OF_ORGANISATIONS.search(name) else given or "person"


def is_agency(name: str) -> bool:
    """Tell an agency by its name; short ones in title case ("Ani", "Beta") are given names."""
    plain = name.replace(".", "")
    if len(plain) <= _LONGEST_SHORT and plain.istitle():
        return False
    return plain.casefold() in _AGENCIES


def _is_no_person(name: str) -> bool:
    return _kind(name.strip(), None, "") != "person" or bool(_TITLE.search(name))
