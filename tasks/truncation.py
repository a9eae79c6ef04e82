"""Signs in the text alone that it is not all of the article.

One sign is enough to say so, so each must be rare in whole articles: a list of headlines, a poem or
a text without full stops gives none. What only the page or its metadata knows (markup of a paywall)
is found by the readers, with the same codes where they mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tasks.quality import BODY_KINDS
from tasks.records import DraftParagraph

CHAR_MARKER = "char_marker"
ELLIPSIS = "ellipsis"
MID_SENTENCE = "mid_sentence"
MORE_LINK = "more_link"
PAYWALL = "paywall"

# Every code and what it means; the values of articles.truncated_reasons that this module gives.
SIGNS: Mapping[str, str] = {
    CHAR_MARKER: 'the text ends in "[+1234 chars]", as NewsAPI ends what it cuts',
    ELLIPSIS: 'the text ends in "[...]", or in the only "..." that it has',
    MID_SENTENCE: "the last paragraph stops inside a sentence",
    MORE_LINK: 'the last paragraph is a link to the rest: "Read more", "Weiterlesen"',
    PAYWALL: "one of the last paragraphs asks to subscribe or to log in to read on",
}

_LOOKED_AT = 4  # paragraphs from the end: requests to pay come in one to three of them
_LONGEST_REQUEST = 300  # characters; a longer paragraph is prose that speaks of subscriptions
_LONGEST_LINK = 80
_TAIL = 60  # characters at the end of a paragraph that are looked at for marks


def truncation_signs(paragraphs: Sequence[DraftParagraph]) -> tuple[str, ...]:
    """Return the codes of SIGNS that `paragraphs` show, in the order of that table.

    The paragraphs are those of one article with their kinds. Raises nothing.
    """
    last = paragraphs[-_LOOKED_AT:]
    requests = [part.text for part in last if _asks_to_pay(part.text)]
    # A "Read more" among the furniture may belong to another story; readers see where it leads.
    links = [part.text for part in last if part.kind in BODY_KINDS and _leads_on(part.text)]
    body = [part.text for part in paragraphs if part.kind in BODY_KINDS]
    while body and (body[-1] in requests or body[-1] in links):  # the text ended before them
        body.pop()
    end = body[-1][-_TAIL:] if body else ""
    found = {
        CHAR_MARKER: _CHAR_MARKER.search(end) is not None,
        ELLIPSIS: _ends_in_ellipsis(body),
        MID_SENTENCE: _ends_mid_sentence(body),
        MORE_LINK: bool(links) or _MORE_AT_END.search(end) is not None,
        PAYWALL: bool(requests),
    }
    return tuple(code for code in SIGNS if found[code])


def _leads_on(text: str) -> bool:
    return len(text) <= _LONGEST_LINK and _MORE.fullmatch(text) is not None


def _asks_to_pay(text: str) -> bool:
    if len(text) > _LONGEST_REQUEST:
        return False
    lower = text.lower()
    return any(stem in lower for stem in _STEMS) and _PAYWALL.search(lower) is not None


# ---- marks at the end --------------------------------------------------------------------------
# https://newsapi.org/docs/endpoints/everything, field content: "truncated to 200 chars".
_CHAR_MARKER = re.compile(r"\[\+\d{1,7} chars\]\s*\Z")
_BRACKETED = re.compile(r"(?:\[\s*(?:\.{3,}|…)\s*\]|\((?:\.{3}|…)\))\s*\Z")
_ELLIPSIS = re.compile(r"(?:\.{3,}|…)\s*\Z")


def _ends_in_ellipsis(body: Sequence[str]) -> bool:
    """Tell whether the text was cut with an ellipsis; in brackets nobody writes it for style.

    Where another paragraph has one too, it is the author's way of writing.
    """
    if not body:
        return False
    if _BRACKETED.search(body[-1][-_TAIL:]):
        return True
    if not _ELLIPSIS.search(body[-1][-_TAIL:]) or not _is_prose(body[:-1]):
        return False
    before = _ELLIPSIS.sub("", body[-1][-_LONGEST_REQUEST:])
    return not any("..." in text or "…" in text for text in (*body[:-1], before))


# ---- the middle of a sentence ------------------------------------------------------------------
_CLOSED = re.compile(
    r"[.!?…。！？．؟۔।॥։።:：;|][\"'”’»›“‘」』）)\]*_\s]*\Z|[\"”»」』）)\]]\s*\Z"
)  # the second: after a quotation or a bracket the stop may be left out
# No sentence ends with one of these words, in whichever of these languages (so not "die", "no" or
# "do"): articles, conjunctions, and prepositions that never stand alone.
_NEVER_LAST = frozenset(
    (
        *("the", "a", "an", "and", "or", "of", "their", "its", "our", "my", "than", "because"),
        *("whose", "during", "despite", "between", "among", "which", "if", "but"),
        *("der", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines", "und", "oder"),
        *("dass", "weil", "sondern", "im", "vom", "zum", "zur", "für", "ohne"),
        *("el", "los", "las", "y", "o", "del", "al", "que", "para", "con", "por", "pero"),
        *("le", "les", "du", "et", "ou", "aux", "une", "dans", "sur", "par", "mais", "qui"),
        *("il", "gli", "della", "delle", "dei", "degli", "nella", "che", "e", "ed", "di"),
        *("os", "da", "dos", "em", "na", "um", "uma", "ao", "het", "een", "en", "van", "voor"),
        *("och", "att", "som", "för", "w", "z", "że", "oraz", "się", "przez", "ve", "ile", "bir"),
        *("и", "в", "на", "с", "что", "по", "из", "для", "от", "к", "у", "о", "но"),
    )
)
_LEAST_WORDS = 8  # a shorter last paragraph is a signature, a place or a line of a list
# Ends of paragraphs and sentences before, all with a stop, that make a missing one a sign. Of 1,769
# whole articles 6 are called cut; of 1,614 cut inside a sentence one in five is noticed (asking for
# two ends, one in three, and twice as many false ones).
_LEAST_STOPS = 3
_STOP_INSIDE = re.compile(r"[.!?][\"'”’»)]*\s+[\"'“„«(¿¡]?[^\W\d_a-zß-öø-ÿ]")
_OPEN_MARKS = (",", "，", "、", " -", " –", " —", "(", "¿", "¡", "„", "«", "&")
_LABEL = re.compile(r"\A[^:：.]{2,25}[:：]")  # "Read more: Ten dead in flood", "Photo: ..."
_LAST_WORD = re.compile(r"(?<![^\s\-–—'’\"“(])[^\W\d_]+\Z")  # no address of mail or web


def _ends_mid_sentence(body: Sequence[str]) -> bool:
    """Tell whether the last paragraph of a prose text is no whole sentence.

    Either it ends in a word or mark that ends no sentence, or, where all before ends with stops,
    in a word in lower case (a name may stand alone, as in "Editing by Ann Lee").
    """
    if not body or _CLOSED.search(body[-1][-_TAIL:]):
        return False
    last = body[-1].rstrip()
    is_prose = last.count(" ") + 1 >= _LEAST_WORDS and not _LABEL.match(last)
    if not is_prose or _ELLIPSIS.search(last[-_TAIL:]):
        return False
    others = body[:-1]
    if not _is_prose(others) or last.endswith(_OPEN_MARKS):
        return _is_prose(others)
    word = _LAST_WORD.search(last[-_TAIL:])
    if word is None or not word[0].islower():
        return False
    if word[0] in _NEVER_LAST:
        return True
    stops = len(others) + len(_STOP_INSIDE.findall(last))
    return _closed(others) == len(others) and stops >= _LEAST_STOPS


def _is_prose(paragraphs: Sequence[str]) -> bool:
    """Tell whether nine of ten paragraphs end as sentences do; verse and lists do not."""
    return _closed(paragraphs) * 10 >= len(paragraphs) * 9


def _closed(paragraphs: Sequence[str]) -> int:
    return sum(_CLOSED.search(text[-_TAIL:]) is not None for text in paragraphs)


# ---- links to the rest -------------------------------------------------------------------------
# A link that goes on ("Read more: Ten dead in flood") leads to another article.
_TARGET = r"(?:story|article|post|report|entry|release|news|here|online|on|this)"
_LINKS = (
    r"(?:(?:please )?(?:click|tap) (?:here )?(?:to|for) )?(?:read|see|view|learn|show)"
    rf" (?:the )?(?:more|full|rest|whole|entire|complete)(?: (?:of )?(?:the |this )?{_TARGET})*",
    rf"(?:continue|keep) reading(?: (?:the |this )?(?:full |rest of the )?{_TARGET})?",
    r"read on|more[.…]{1,3}|full (?:story|article)|click (?:here )?for more",
    r"(?:hier )?(?:weiter|mehr) ?lesen|lesen sie (?:hier )?(?:mehr|weiter)|mehr dazu|zum artikel"
    r"|den (?:ganzen|vollständigen) artikel (?:lesen|hier)",
    r"lire (?:la suite|plus|l['’]article(?: complet)?|l['’]intégralité)(?: de l['’]article)?",
    r"en savoir plus|voir (?:la suite|plus)",
    r"(?:leer|ver|saber) más|(?:seguir|sigue|continuar) leyendo|leer (?:la )?nota completa"
    r"|leer el artículo completo",
    r"(?:leia|ler|saiba|veja) mais|continu(?:e|ar) (?:lendo|a ler)"
    r"|leia a (?:notícia|matéria) completa",
    r"continua(?: a leggere)?|leggi(?: (?:di più|tutto|ancora|l['’]articolo completo))?",
    r"lees (?:meer|verder)|läs (?:mer|vidare|hela artikeln)|les (?:mer|videre|hele saken)"
    r"|læs (?:mere|videre)|lue lisää",
    r"czytaj (?:więcej|dalej)|číst dál(?:e)?|číst více|citește mai mult|devamını oku|tovább",
    r"читать (?:далее|дальше|полностью|ещё|еще)|подробнее|читати (?:далі|більше)",
    r"阅读(?:更多|全文|原文)|查看(?:更多|全文)|点击(?:查看|阅读)(?:更多|全文)|閱讀(?:更多|全文)|繼續閱讀|继续阅读",
    r"続きを(?:読む|見る)|全文を読む|もっと(?:見る|読む)|더 ?보기|계속 읽기|전문 보기",
    r"اقرأ المزيد|قراءة المزيد|المزيد|لقراءة المزيد|baca selengkapnya|selengkapnya|xem thêm|और पढ़ें",
)
_MORE = re.compile(
    rf"[\W_]*(?:{'|'.join(_LINKS)})[\W_]*", re.IGNORECASE
)  # with its arrow, dots or brackets
# At the end of a summary, where a full text has no such words: "... Read more", "[Read more...]".
_MORE_AT_END = re.compile(
    r"(?:…|\.{3}|\[)\s*(?:(?:read|see) (?:more|on|full (?:story|article))|continue reading|more"
    r"|weiter ?lesen|mehr lesen|mehr|lire la suite|leer más|sigue leyendo|leia mais"
    r"|continua a leggere|leggi tutto|lees (?:meer|verder)|читать далее|続きを読む)"
    r"[\s.…→»>\])]*\Z",
    re.IGNORECASE,
)

# ---- requests to pay or to log in --------------------------------------------------------------
_READ = r"(?:read|reading|view|viewing|access|unlock|see|continue)"
_REQUESTS = (
    rf"\bsubscribe (?:now |today |here )?(?:to|and) (?:continue|keep|{_READ})\b",
    rf"\b(?:sign|log) ?in (?:or (?:subscribe|register|sign up) )?to (?:continue|{_READ})",
    rf"\b(?:register|create (?:a|your) (?:free )?account) (?:for free )?to (?:continue|{_READ})",
    rf"\bto (?:continue reading|keep reading"
    rf"|{_READ} (?:the |this )?(?:full|rest|entire|whole|complete))"
    r"[^.]{0,60}\b(?:subscri|register|log ?in|sign ?in|sign up|purchase)",
    r"\b(?:this|the) (?:article|story|content|post|page) is (?:only )?(?:for|available (?:only )?to"
    r"|reserved for|exclusive(?:ly)? (?:to|for))[^.]{0,30}\b(?:subscribers|members)\b",
    r"\byou(?:'ve|’ve| have) (?:reached|used|read) (?:your|all|the)"
    r"[^.]{0,40}\bfree\b[^.]{0,20}\barticles?",
    r"\b(?:subscriber|member)[- ]only (?:content|article|story)",
    r"\b(?:want|like) to (?:read (?:more|on)|keep reading|see the rest)\?",
    r"\b(?:dieser|der (?:ganze|vollständige)) (?:artikel|beitrag|text)\b[^.]{0,60}\babonn?ent",
    r"\b(?:jetzt|um) (?:[^.]{0,40} )?weiter(?:zu)?lesen\b|\bweiterlesen mit\b|\bnur für abonnent",
    r"\bsie (?:möchten|wollen) (?:den artikel )?weiterlesen",
    r"\bréservée?s? (?:à|aux) (?:nos )?abonnés|\bil vous reste [\d.,]+ ?% de cet article",
    r"\babonnez-vous pour (?:lire|continuer|accéder)"
    r"|\bpour lire la suite[^.]{0,40}\b(?:abonn|connect)",
    r"\b(?:exclusivo|solo|sólo) para (?:suscriptores|socios|abonados)|\bexclusivo para assinantes",
    r"\bsuscríb(?:ete|ase) (?:para|y) (?:seguir|leer|continuar|sigue)"
    r"|\bpara (?:seguir|continuar) leyendo",
    r"\bassine (?:para|e) (?:continu|ler|leia)|\bpara continuar (?:lendo|a ler)",
    r"\b(?:riservato|solo) (?:agli|per gli|ai) abbonati|\babbonati (?:per|e) (?:continua|legg)",
    r"\b(?:alleen|exclusief) voor abonnees|\bword abonnee om|\bverder lezen\?",
    r"\bdla prenumeratorów|\bpro předplatitele|\b(?:för|for) (?:prenumeranter|abonnenter)",
    r"(?:доступн\w+|только) (?:только )?(?:для )?подписчик"
    r"|чтобы (?:продолжить|читать)[^.]{0,40}подпи",
    r"有料会員|会員限定|この記事は[^。]{0,20}会員|残り\d+文字|订阅后(?:继续|可)|登录后(?:继续)?(?:阅读|查看)"
    r"|付费(?:阅读|订阅)(?:全文)?后|구독하(?:고|시면)[^.]{0,20}(?:계속|전문)",
)
_PAYWALL = re.compile("|".join(_REQUESTS))  # of text in lower case
# Every request holds one of these; looking for them first spares nearly all texts the pattern.
_STEMS = (
    *("subscri", "sign in", "signin", "log in", "login", "sign up", "register", "account to"),
    *("purchase", "member", "free", "read", "weiterlesen", "weiterzulesen", "abonn", "réservé"),
    *("cet article", "suscri", "suscríb", "socios", "abonados", "seguir", "leyendo", "assin"),
    *("lendo", "a ler", "abbonati", "verder lezen", "prenumera", "předplatitel", "подпис"),
    *("会員", "残り", "订阅", "登录", "付费", "구독"),
)
