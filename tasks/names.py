"""Who wrote it: author names out of the values and bylines of a document.

Only what the line plainly says is used: no gazetteer of persons, no guess at initials.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_LONGEST_LINE = 1000  # characters; a longer "byline" is the text of the article
_LONGEST_NAME = 80  # characters
_LONGEST_SHORT = 4  # characters: "Jr." and "A.P." keep their dot, "Miller." ends a sentence
_MOST_WORDS = 7  # "Maria do Carmo de Souza e Silva" has 7

# News agencies by the names they sign with, in lower case without dots.
_AGENCY_NAMES = (
    "reuters, thomson reuters, afp, agence france-presse, agence france presse, ap, "
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
    r"|通讯社|通訊社|日报|日報|新聞|新闻|网$|網$",
    re.IGNORECASE,
)
_OF_DESKS = re.compile(
    r"\b(?:desk|staff|newsroom|newsdesk|editorial(?: board| team)?|editors|bureau|web team|"
    r"(?:our|special|staff|own) (?:correspondents?|reporters?)|correspondents|reporters|"
    r"redaktion|redaktionen|redacci[oó]n|r[eé]daction|redazione|reda[cç][aã]o|redactie|"
    r"redakcja|redakce|toimitus|team|admin(?:istrator)?)\b"
    r"|редакция|редакція|编辑部|編輯部|本报讯|本報訊|編集部",
    re.IGNORECASE,
)
_TITLES = (
    r"(?:correspondent|reporter|editor|writer|columnist|journalist|analyst|contributor|producer|"
    r"photographer|critic|commentator|anchor|redakteur(?:in)?|korrespondent(?:in)?|journaliste|"
    r"correspondante?|envoyée? spéciale?|corresponsal|enviad[oa] especial|periodista|redactora?|"
    r"giornalista|inviat[oa]|corrispondente|jornalista|repórter)s?"
)
_TITLE = re.compile(rf"\b{_TITLES}\b", re.IGNORECASE)
# A job title after a name without a comma, with the usual words before it.
_TITLE_AFTER = re.compile(
    r"\s+(?:(?:senior|chief|deputy|associate|assistant|managing|political|business|science|"
    r"health|sports?|foreign|news|staff|world|economics|education|security|technology)\s+)*"
    rf"{_TITLES}\b.*\Z",
    re.IGNORECASE,
)
_PLACE_AFTER = re.compile(r"\s+(?:in|for|at|from|of|aus|für|bei)\s+[^\W\d_a-zß-öø-ÿ].*\Z")
# What may begin a line before the names.
_BY = re.compile(
    r"\s*(?:(?:(?:written|reported|posted|words|text|story|report)\s+)?by\b[\s:]*|"
    r"(?:authors?|reporters?|autore?s?|text|texto|texte)\s*:\s*|"
    r"(?:本报|本報|新华社|中新社)?(?:特约|特約)?(?:记者|記者|撰文|作者|文)\s*[:：/／]?\s*)",
    re.IGNORECASE,
)
# These begin names as well ("von Hammerstein"), so only with a capital, as a byline prints them.
_BY_CAPITAL = re.compile(r"(?:Von|VON|Par|PAR|Por|POR|Door|DOOR|Av|AV)(?::\s*|\s+(?=\S+\s+\S))")
_BY_AGAIN = re.compile(r"(?:by|mit|with)\s+", re.IGNORECASE)  # before the second name of a line
_ADDRESS = re.compile(r"<[^<>]*>|\S+@\S+|(?:https?://|www\.)\S+|(?:^|\s)@\w+", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[（【]([^()\[\]（）【】]*)[)\]）】]")
_SEPARATOR = re.compile(
    r"\s*[,;|\n/／、，；·•]+\s*(?:(?:and|und|et|y|&)\s+)?|\s+[-–—]+\s+|"
    r"\s+(?:and|und|et|with|mit|avec|&|\+)\s+|\s+y\s+",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"\d|^(?:none|null|unknown|anonymous|n/?a|nan|author|guest|undefined|unbekannt|inconnu|"
    r"(?:updated|published|posted|last)\b.*)$",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """One name as printed; `kind` is person, organisation or desk."""

    name: str
    kind: str


def authors_in(line: str, *, publisher: str | None = None) -> tuple[Author, ...]:
    """Return the authors that a byline or an author field names, in order, each once.

    Left out: "By" and its like, addresses, job titles, places ("in London"), and parts with
    figures, which are dates. A name equal to the publisher's is an organisation. A line above
    1,000 characters names nobody.
    """
    if len(line) > _LONGEST_LINE:
        return ()
    found: dict[str, Author] = {}
    for name in _names(line):
        found.setdefault(name.casefold(), Author(name=name, kind=_kind(name, publisher)))
    return tuple(found.values())


@lru_cache(maxsize=64)  # asked for once per candidate, once for the article
def _names(line: str) -> tuple[str, ...]:
    line = _ADDRESS.sub(" ", line)
    bracketed = [inside for inside in _BRACKETS.findall(line) if _is_agency(inside.strip())]
    line = _BRACKETS.sub(" ", line).strip()
    line = _BY_CAPITAL.sub("", _BY.sub("", line, count=1), count=1)
    parts = (*_parts(line), *bracketed)
    names = (_bare(part, is_first=number == 0) for number, part in enumerate(parts))
    return tuple(name for name in names if name)


def _parts(line: str) -> list[str]:
    """Part a list of names.

    "Smith, John" and "Marks and Spencer" stay whole, being one name or two. A single word beside
    full names is a place ("Jane Doe, London") more often than a name, unless an agency or a desk.
    """
    parts = [part.strip() for part in _SEPARATOR.split(line) if part.strip()]
    is_unspaced = not line.isascii() and not any(" " in part for part in parts)
    if len(parts) < 2 or is_unspaced:
        return parts
    full = [part for part in parts if " " in part or _is_no_person(part)]
    if not full and len(parts) == 2:
        return [line]
    return full or parts


def _bare(part: str, *, is_first: bool) -> str | None:
    """Return the name in one part of a line, or None if there is none.

    A job title in the first part follows a name ("Jane Doe Political Editor"); in a later one it
    is all there is ("Jane Doe, World Affairs Editor").
    """
    name = " ".join(part.split()).strip(" ,:;-–—*\"'“”")
    name = name.rstrip(".") if len(name.rpartition(" ")[2]) > _LONGEST_SHORT else name
    if not _OF_DESKS.search(name):
        again = _BY_AGAIN.match(name)
        name = _PLACE_AFTER.sub("", name[again.end() if again else 0 :])
        if _TITLE.search(name):
            name = _TITLE_AFTER.sub("", name)
            if _TITLE.search(name) or not (is_first or _is_agency(name)):
                return None
    is_name = _LETTER.search(name) and not _NO_NAME.search(name)
    is_short = len(name) <= _LONGEST_NAME and name.count(" ") < _MOST_WORDS
    return name if is_name and is_short else None


def _kind(name: str, publisher: str | None) -> str:
    if _is_agency(name) or (publisher and name.casefold() == publisher.strip().casefold()):
        return "organisation"
    if _OF_DESKS.search(name):
        return "desk"
    return "organisation" if _OF_ORGANISATIONS.search(name) else "person"


def _is_agency(name: str) -> bool:
    """Tell an agency by its name; short ones in title case ("Ani", "Beta") are given names."""
    if len(name) <= _LONGEST_SHORT and name.istitle():
        return False
    return name.casefold().replace(".", "") in _AGENCIES


def _is_no_person(name: str) -> bool:
    return _kind(name.strip(), None) != "person" or bool(_TITLE.search(name))
