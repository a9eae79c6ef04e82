"""What tells, in six languages, whether a sentence with a date speaks of the past or looks ahead.

Closed lists from the grammars of the languages, kept strict: a sentence that only may look ahead
counts as one that does, because a bound that is missing does no harm and a wrong one does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """Patterns of one language.

    `past` and `ahead` are searched in the sentence, `governs` must not end right before the date
    (prepositions and infinitives that point forward), `will` is a finite verb of the future,
    `as_of` ends right before a date that the text describes as its present, `since` before one
    from which something has lasted until then (Spanish "desde" also begins what is to come).
    """

    past: re.Pattern[str]
    ahead: re.Pattern[str]
    governs: re.Pattern[str]
    will: re.Pattern[str]
    as_of: re.Pattern[str]
    since: re.Pattern[str]
    capital_months: bool = False  # are the names of months written with a capital?


def _grammar(
    past: str,
    ahead: str,
    governs: str,
    will: str,
    as_of: str,
    since: str = "",
    capital_months: bool = False,
) -> Grammar:
    return Grammar(
        past=re.compile(past),
        ahead=re.compile(rf"(?i:{ahead})"),
        governs=re.compile(rf"(?i:{governs})"),
        will=re.compile(rf"\b(?i:{will})\b"),
        as_of=re.compile(rf"\b(?i:{as_of})\s*\Z"),
        since=re.compile(rf"\b(?i:{since})\s+\Z" if since else r"(?!)"),
        capital_months=capital_months,
    )


# Verbs in "-ed" and "-t" that announce: what follows them may lie ahead.
_ENGLISH_AHEAD = (
    r"\b(?:will|would|shall|should|could|might|must|cannot|going to|set (?:to|for)|due|upcoming"
    r"|forthcoming|next|deadline|unless|if|effective|takes? place|taking place|starts?|starting"
    r"|begins|beginning|opens|kicks? off|closes|launches|runs|ends|ending|expir\w*|goes|hopes?"
    r"|hoping|aims?|eligible|invites?|available|through)\b|(?-i:\bmay\b)|['’]ll\b"
    r"|\b(?:schedul|slat|plan|expect|project|propos|announc|agree|vow|pledg|promis|postpon|delay"
    r"|extend|anticipat|forecast|predict|target|intend|sign up|submit|requir|register)\w*\b"
)

GRAMMARS: Mapping[str, Grammar] = {
    "en": _grammar(
        past=r"\b(?:was|were|had|did|became|began|won|lost|took|came|went|made|held|left|found|fell"
        r"|rose|met|shot|hit|struck|sent|saw|got|gave|ran|led|broke|stole|fought|drew|wrote|sank"
        r"|(?!aged|based|related|limited|united|need|indeed|hundred|speed|proceed|exceed|succeed"
        r"|feed|breed|seed|named|detailed|combined|advanced|interested|experienced|estimated"
        r"|reported|said|stated|added|noted|tied|dated)[a-z]{2,}ed)\b",
        ahead=_ENGLISH_AHEAD,
        governs=r"(?:\b(?:by|until|till|before|from|for|to|beyond|past|through|into|is|are|be|of)\s+"
        r"|[(])(?:the\s+)?(?:(?:early|mid|late)[\s-])?(?:\w+day,?\s+)?\Z"
        r"|\bto\s+(?!the\b|a\b|an\b|his\b|her\b|their\b|its\b|death\b)(?-i:[a-z]+)\b[^.]{0,60}\Z",
        will=r"will (?:be|take|start|begin|open|meet|hold|host|go|close|end|run|return|face|appear"
        r"|play|join|launch|speak|travel|visit|vote)|is scheduled|are scheduled|is due|is set",
        as_of=r"as (?:of|at)(?: (?:the )?\w+day,?)?",
        since=r"since(?: \w+day,)?",
        capital_months=True,
    ),
    "de": _grammar(
        past=r"\b(?:war|waren|wurde|wurden|hatte|hatten|starb|starben|begann|begannen|fand|fanden"
        r"|kam|kamen|ging|gingen|gab|traf|trafen|verlor|gewann|fiel|lag|stand|geschah|entstand"
        r"|(?:ist|sind|hat|haben)\b[^.]{0,80}\b\w*ge\w+(?:t|en))\b",
        ahead=r"\b(?:wird|werden|würden?|soll|sollen|sollten?|könnten?|kann|können|will|wollen|muss"
        r"|müssen|darf|dürfen|möchten?|plan\w*|geplant\w*|voraussichtlich|spätestens|frühestens"
        r"|demnächst|künftig\w*|nächste[nrms]?|kommende[nrms]?|angekündigt\w*|vorgesehen|falls|wenn"
        r"|beginnt|startet|endet|findet|läuft|öffnet|schließt|verschoben|angesetzt|terminiert|frist"
        r"|verlängert\w*|gültig|vereinbart\w*|beschloss\w*|beschlossen\w*|zu \w+en)\b",
        governs=r"\b(?:bis|ab|vor|zum|für|auf|von|vom)\s+(?:den\s+|dem\s+|zum\s+)?\Z",
        will=r"(?:wird|werden)\b(?=[^.]{3,120}\b(?:stattfinden|beginnen|starten|öffnen|treffen|enden))",
        as_of=r"stand(?:\s*:)?(?: vom| am)?(?: den)?",
        since=r"seit(?: dem)?",
        capital_months=True,
    ),
    "es": _grammar(
        past=r"\b(?:fue|fueron|era|eran|estaba|estaban|había|habían|hubo|hizo|murió|tuvo|dio|vino"
        r"|(?!anunci|asegur|declar|afirm|explic|acord|inform|indic|señal)\w{3,}(?:ó|aron|ieron))\b",
        ahead=r"\b(?:\w{2,}(?:ará|erá|irá|drá|arán|erán|irán|drán|ría|rían)|será|serán|va a|van a"
        r"|próxim\w+|previst\w+|prevé\w*|programad\w+|plane\w+|debe\w*|puede\w*|podr\w+|si"
        r"|hasta|antes|plazo|vence|comienza|empieza|inicia|termina|anunci\w+|convoc\w+|aplaz\w+"
        r"|acord\w+|fij\w+|prorrog\w+)\b",
        governs=r"\b(?:hasta|para|a partir|desde|antes|de aquí|hacia|al)\s+(?:del?|el|al)?\s*\Z",
        will=r"(?:será|serán|se celebrará|se celebrarán|tendrá lugar|comenzará|empezará|abrirá)",
        as_of=r"a fecha (?:de|del)|con corte al?",
    ),
    "fr": _grammar(
        past=r"\b(?:était|étaient|fut|furent|avait|avaient|(?:a|ont) été|est (?:mort|morte|né|née"
        r"|décédé|décédée|arrivé|survenu)|sont (?:morts|arrivés)|(?:a|ont|s['’]est|se sont)"
        r" (?!annonc|déclar|affirm|décid|prév|fix|report|prom|invit)\w{2,}"
        r"(?:é|és|ée|ées|u|us|it|is))\b",
        ahead=r"\b(?:\w{2,}(?:era|eront|ira|iront|dra|dront|rait|raient)|sera|seront|aura|auront"
        r"|va|vont|prochain\w*|prév\w+|doi(?:t|vent)|peu(?:t|vent)|si|lorsque|jusqu\w*|avant"
        r"|d['’]ici|échéance|commence|débute|ouvre|annonc\w+|report\w+|fix\w+|programm\w+|planif\w+"
        r"|prolong\w+)\b",
        governs=r"\b(?:jusqu['’]au|pour|avant|dès|à partir|d['’]ici)\s+(?:du|le|au|la)?\s*\Z",
        will=r"(?:sera|seront|aura lieu|auront lieu|se tiendra|se déroulera|débutera|commencera)",
        as_of=r"(?:en|à la) date du",
        since=r"depuis(?: le)?",
    ),
    "pt": _grammar(
        past=r"\b(?:foi|foram|era|eram|estava|estavam|tinha|tinham|havia|houve|fez|teve|deu|veio"
        r"|(?!anunci|afirm|declar|inform|explic|inform)\w{3,}(?:ou|eu|iu|aram|eram|iram))\b",
        ahead=r"\b(?:\w{2,}(?:ará|erá|irá|arão|erão|irão|ria|riam)|será|serão|vai|vão|próxim\w+"
        r"|previst\w+|prevê\w*|programad\w+|planej\w+|deve\w*|pode\w*|se|quando|até|antes|prazo"
        r"|começa|inicia|termina|anunci\w+|adi\w+|marc\w+|prorrog\w+)\b",
        governs=r"\b(?:até|para|a partir|desde|antes|rumo)\s+(?:de|do|o|a|ao|à)?\s*\Z",
        will=r"(?:será|serão|acontecerá|ocorrerá|começará|terá lugar|realizar-se-á)",
        as_of=r"(?:com|à) data de|com data-base de?",
    ),
    "it": _grammar(
        past=r"\b(?:era|erano|fu|furono|aveva|avevano|(?:è|sono) (?:stat[oaie]|mort[oaie]|nat[oaie]"
        r"|avvenut[oaie])|(?:ha|hanno) (?!annunci|dichiar|afferm|decis|previst|fissat)\w{2,}t[oaie]"
        r"|\w{3,}(?:ò|arono|erono|irono))\b",
        ahead=r"\b(?:\w{2,}(?:erà|irà|rà|ranno|rebbe|rebbero)|prossim\w+|previst\w+|prevede"
        r"|programmat\w+|deve|devono|può|possono|se|quando|entro|fino|prima|scadenza|inizia|parte"
        r"|comincia|termina|annunci\w+|rinviat\w+|fissat\w+|prorogat\w+)\b",
        governs=r"\b(?:entro|fino|per|dal|prima|verso|a partire)\s+"
        r"(?:il|al|del|dal|la|il mese di)?\s*\Z",
        will=r"(?:sarà|saranno|si terrà|si terranno|avrà luogo|inizierà|comincerà|aprirà)",
        as_of=r"alla data del|aggiornat[oaie] al",
    ),
}
