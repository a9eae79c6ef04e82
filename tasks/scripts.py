"""What the letters and the small words of a text give away about its language.

Three tables, each from common knowledge of the writing systems (Unicode character names, the
exemplar letters of CLDR, closed-class words of the grammars):

* `ALONE`: the script has one language in the news, so the script decides.
* `SIGNS`: letters that one language of a shared script has and its neighbours do not.
* `FAMILIES`: close relatives that letter statistics confuse, told apart by their small words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

# Characters of these scripts carry about three Latin letters of text each, so that a Japanese
# paragraph with Latin brand names is weighed by what is said, not by what it takes to type it.
_DENSE = {"CJK": 3, "HIRAGANA": 2, "KATAKANA": 2, "HANGUL": 2, "YI": 3, "ETHIOPIC": 2}

# First words of Unicode names that name a form, a sign or a unit, not a script.
_NO_SCRIPT = frozenset(
    {
        "COMBINING",
        "MODIFIER",
        "FEMININE",
        "MASCULINE",
        "MATHEMATICAL",
        "VARIATION",
        "SUPERSCRIPT",
        "SUBSCRIPT",
        "MICRO",
        "OHM",
        "KELVIN",
        "ANGSTROM",
        "SCRIPT",
        "DOUBLE",
        "BLACK",
        "TURNED",
        "IDEOGRAPHIC",
        "VERTICAL",
        "MUSICAL",
        "VEDIC",
    }
)
_FORMS = ("FULLWIDTH ", "HALFWIDTH ")

ALONE = {
    "ARMENIAN": "hy",
    "BALINESE": "ban",
    "CHEROKEE": "chr",
    "GREEK": "el",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "JAVANESE": "jv",
    "KANNADA": "kn",
    "KHMER": "km",
    "LAO": "lo",
    "MALAYALAM": "ml",
    "MEETEI": "mni",
    "MONGOLIAN": "mn",
    "NKO": "nqo",
    "OL": "sat",  # Ol Chiki
    "ORIYA": "or",
    "SINHALA": "si",
    "SUNDANESE": "su",
    "SYRIAC": "syr",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAANA": "dv",
    "THAI": "th",
    "TIFINAGH": "zgh",
    "VAI": "vai",
    "YI": "ii",
    # With a sign of another language in SIGNS, which is asked first:
    "BENGALI": "bn",
    "CJK": "zh",
    "ETHIOPIC": "am",
    "GEORGIAN": "ka",
    "HEBREW": "he",
    "MYANMAR": "my",
    "TIBETAN": "bo",
}

# Scripts whose languages langdetect or py3langid know; any other script is left undecided.
VOTED = frozenset({"LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI"})


@dataclass(frozen=True, slots=True)
class Sign:
    """Letters or small words that give a language away when they make up `share` of the letters.

    `code` None: the sign belongs to languages that neither library knows, so nobody may guess.
    """

    code: str | None
    pieces: re.Pattern[str]
    share: float


def _sign(code: str | None, pieces: str, share: float) -> Sign:
    return Sign(code, re.compile(pieces), share)


SIGNS: dict[str, tuple[Sign, ...]] = {
    "ARABIC": (
        _sign("skr", r"[ݙݨ]|\b(?:کوں|اچ|ایں|کیتے)\b", 0.008),
        _sign("sd", "[ٻڄڃڇڌڏڊڙڳڱڻڦٿٺٽڀ]", 0.03),
        _sign("ckb", "[ڕڵێ]", 0.02),
        _sign("ks", "[ٲٳۄؠ]", 0.02),
        _sign("pnb", r"\b(?:نوں|وچ|ایہ|نیں|ایس|اوہ|توں|تے|نال|اے)\b", 0.015),
    ),
    "BENGALI": (_sign("as", "[ৰৱ]", 0.01),),
    "CANADIAN": (_sign("iu", "[ᖃᖅᖏᖑᖓᖕᙱᙳᙵ]", 0.02),),
    "CJK": (_sign("yue", "[嘅咗喺哋嚟冇嘢咁嗰啲佢唔]", 0.03),),
    "CYRILLIC": (
        _sign("cv", "[ӑӗӳ]", 0.02),
        _sign("ab", "[ҩҧҭҵҽҿӷ]", 0.02),
        _sign("sah", "ҕ", 0.005),
        _sign("os", "[ӕæ]", 0.04),
        _sign("udm", "[ӝӟӵӥ]", 0.01),
        # Caucasian languages with the palochka; Mari, Komi, Altai and Khakas with these vowels.
        _sign(None, "[Ӏӏ]", 0.01),
        _sign(None, "[ӧӱӹӓ]", 0.01),
    ),
    "ETHIOPIC": (_sign("ti", "[ኣቐ-ቖኸ-ኾ]|ናይ|እዩ|እዮም", 0.02),),
    "GEORGIAN": (_sign("xmf", "[ჷჸ]", 0.01),),
    "HEBREW": (
        _sign("yi", r"[\u05f0-\u05f2\ufb1d-\ufb2f]|א[ַָ]|\b(?:און|פון|איז|דער|נישט|זיך)\b", 0.015),
    ),
    "MYANMAR": (
        _sign("shn", "[\u1075-\u108d]", 0.1),
        _sign("mnw", "[\u105a-\u105d]", 0.01),
        _sign(None, "[\u1060-\u1074]", 0.03),  # the Karen languages
    ),
    "TIBETAN": (_sign("dz", "ཨིན|ཚུ་|འབདཝ|ཡོདཔ|མེདཔ|འདི་གིས|སྦེ་|ནང་ལུ", 0.009),),
}


@dataclass(frozen=True, slots=True)
class ScriptFinding:
    """What the script says: `script` is the first word of its Unicode names, "" without letters.

    `is_decided` with `code` None means: decided that no library knows this language.
    """

    script: str
    letters: int  # letters and marks, in code points, of the leading script
    is_decided: bool
    code: str | None = None


@lru_cache(maxsize=65_536)
def script_of(char: str) -> str:
    """Return the first word of the Unicode name of a letter ("LATIN", "CJK"), "" for no letter.

    Vowel signs of Indic scripts count as letters; combining accents belong to no script.
    """
    if unicodedata.category(char)[0] not in "LM":
        return ""
    name = unicodedata.name(char, "")
    for form in _FORMS:
        name = name.removeprefix(form)
    word = name.partition(" ")[0].partition("-")[0]
    return "" if word in _NO_SCRIPT else word


def count_scripts(text: str) -> Counter[str]:
    """Return letters per script in code points; one table look-up per different character."""
    found: Counter[str] = Counter()
    if text.isascii():
        found["LATIN"] = sum(map(str.isalpha, text))
        return +found
    for char, times in Counter(text).items():
        found[script_of(char)] += times
    del found[""]
    return found


def read_script(text: str) -> ScriptFinding:
    """Find the leading script of `text` and the language it decides, if it decides one."""
    counts = count_scripts(text)
    if not counts:
        return ScriptFinding("", 0, False)
    script = _leading(counts)
    letters = counts[script]
    if script == "JAPANESE":
        return ScriptFinding(script, letters, True, "ja")
    for sign in SIGNS.get(script, ()):
        if len(sign.pieces.findall(text)) >= sign.share * letters:
            return ScriptFinding(script, letters, True, sign.code)
    if script in VOTED:
        return ScriptFinding(script, letters, False)
    return ScriptFinding(script, letters, True, ALONE.get(script))


def _leading(counts: Counter[str]) -> str:
    """Return the script with most weight; ties go to the name first in the alphabet.

    Kana marks Japanese wherever it is a tenth of kana and Han together: Japanese prose has a half,
    Chinese prose quoting a Japanese name has one in a hundred.
    """
    kana = counts["HIRAGANA"] + counts["KATAKANA"]
    if kana and kana * 10 >= kana + counts["CJK"]:
        counts["JAPANESE"] = kana + counts["CJK"]
        for part in ("HIRAGANA", "KATAKANA", "CJK"):
            del counts[part]
    return min(counts, key=lambda name: (-counts[name] * _weight(name), name))


def _weight(script: str) -> int:
    return 3 if script == "JAPANESE" else _DENSE.get(script, 1)


@dataclass(frozen=True, slots=True)
class Family:
    """Close relatives and the small words of each; `share` of all words must be the winner's.

    A low share suits words that only one member has, a higher one suits mere function words.
    """

    share: float
    words: dict[str, frozenset[str]]


def _family(share: float, **words: str) -> Family:
    return Family(share, {code: frozenset(text.split()) for code, text in words.items()})


# The old vowel yat: "(i)je" in Croatian and Bosnian, "e" in Serbian.
_IJEKAVIAN = (
    "vrijeme gdje prije poslije dio dvije mjesto mjesta mjestu svijet svijeta svijetu uvijek ovdje"
    " čovjek djeca djece djecu djeteta lijepo riječ riječi mjera mjere zahtjev zahtjeva primjena"
    " primjene primjer rješenje rješenja cijele cijelo cijeli cijena cijene svjetski svjetske djelo"
    " djela nedjelju ponedjeljak sjever promjene posljedice sljedeće sljedeći vrijednost"
    " vrijednosti pobjeda pobjede vijeće vijeća smije"
)
_EKAVIAN = (
    "vreme vremena gde pre posle deo dve mesto mesta mestu svet sveta svetu uvek ovde čovek čoveka"
    " deca dece decu deteta lepo reč reči mera mere zahtev zahteva primena primene primer rešenje"
    " rešenja cele celo ceo cena cene svetski svetske delo dela nedelju ponedeljak sever promene"
    " posledice sledeće sledeći vrednost vrednosti pobeda pobede veće veća sme"
)
# Bosnian and Serbian against Croatian.
_EASTERN = (
    " ko neko niko svako tokom takođe hiljada hiljade univerzitet muzika muzike januara februara"
    " marta aprila maja juna jula oktobra novembra decembra uslovi uslov voz tačka tačno fudbal"
    " firma kompanija evropske evropski evropska porodica porodice"
)
FAMILIES = (
    _family(
        0.01,
        hr=_IJEKAVIAN
        + " tko netko nitko svatko tijekom također tjedan tjedna tisuća tisuće izvješće općina"
        " sveučilište glazba glazbe siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza"
        " rujna listopada studenoga prosinca uvjeti uvjet vlak točka točno posto nogomet tvrtka"
        " tvrtke europske europski europska povijest povijesti obitelj obitelji stoljeća stoljeću",
        bs=_IJEKAVIAN
        + _EASTERN
        + " sedmica sedmice izvještaj općina augusta historija historije vijeka vijeku bih",
        sr=_EKAVIAN
        + _EASTERN
        + " nedelja nedelje izveštaj opština avgusta istorija istorije odsto veka veku",
    ),
    _family(
        0.01,
        id="bahwa karena bisa mobil uang kantor inggris kota provinsi kabupaten berbeda butuh"
        " senin selasa sabtu agustus maret juni juli desember perusahaan polisi pemerintah usai"
        " namun sebuah resmi jerman prancis belanda eropa",
        ms="bahawa kerana boleh kereta wang pejabat inggeris bandar bandaraya negeri berbeza isnin"
        " khamis ogos mac jun julai disember syarikat polis kerajaan selepas manakala iaitu ialah"
        " beliau rasmi jerman perancis belanda eropah",
        min="nan jo untuak indak dek pado adolah sarato baliau urang taun",
    ),
    _family(
        0.2,
        tl="ng ang mga sa na ay at hindi niya ito dahil siya nang may isang mula upang ni si",
        ceb="nga ang mga sa ug kini dili niya siya aron gikan adunay usa ka si ngadto sila iyang",
        ilo="ti iti a dagiti ken nga ket kadagiti idi daytoy saan maysa manipud ni babaen",
        war="an han hin ngan nga mga in ha hini usa tikang diri iya hiya ini pinaagi",
        hil="ang sang nga kag sa mga indi isa ka iya gid siya ini amo halin si",
        bcl="an sa mga nin na asin kan saro si dai siya ini iyo",
        pam="ning ing ding king a at ampong ya karing da la ining na keng",
    ),
    _family(
        0.12,
        jv="lan ing sing kang ora iku karo saka dening ana kanthi minangka uga marang iki kanggo",
        su="jeung dina anu ku nu keur teu nyaéta ieu éta pikeun jadi sarta téh ti ka di",
        ban="lan ring sané sane miwah antuk punika saking inggih tan nenten wantah",
    ),
    _family(
        0.04,
        nso="tša tše tšeo bja gomme gobane gore go yeo eupša woo",
        tn="tsa tse tseo jwa mme kgotsa gore go nngwe gonne jaaka",
        st="tsa tse tseo mme kapa hore ho eo hobane jwalo empa",
    ),
    _family(
        0.12,
        sn="uye kuti ne kana pane asi iyi ari kubva izvo mumwe kune zvakare iye vanhu munhu",
        ny="ndi kuti kwa mu pa koma monga kapena ali cha wa za la ndipo iye anthu munthu",
    ),
    _family(
        0.12,
        rw="mu ku no kandi ko cyangwa ari uwo iyo icyo byo bya muri kuri yagize ubwo bose umuntu",
        rn="mu ku no kandi ko canke ari uwo iyo ico vyo vya muri kuri yagize kuko bose umuntu",
    ),
    _family(
        0.04,
        zu="futhi noma ukuthi kanye kodwa ngoba ukuba abantu umuntu wonke yena lapho uma",
        xh="kwaye okanye ukuba kunye kodwa kuba abantu umntu wonke yena apho xa ngokuba",
        ts="leswi lexi leswaku loko hikuva naswona kumbe ndzi hinkwavo eka xa ta swa",
        ss="futsi nobe kutsi kanye kodvwa ngobe kuba bantfu umuntfu wonkhe yena lapho nangabe",
    ),
    _family(
        0.2,
        de="und der die das nicht ist von mit auf ein eine für den dem zu sich im",
        nds="un de dat nich is vun van mit op en een för den to sik in ok",
        nl="en de het dat niet is van met op een voor den te zich in ook",
        lb="an de den dat net ass vun mat op eng e fir dem ze sech am och",
        gsw="und dr d s nid isch vo mit uf e en für em z sich im au",
    ),
    # Told apart by the letter statistics alone; the family only adds up their probabilities.
    _family(1.0, no="", nn="", da=""),
)
FAMILY_OF = {code: family for family in FAMILIES for code in family.words}
LEAST_FAMILY_WORDS = 3  # fewer may stand in one quoted sentence or a name
_WORD = re.compile(r"[^\W\d_]+")


def name_relative(text: str, code: str) -> str:
    """Return `code`, or the relative whose small words stand in `text` a third more often."""
    family = FAMILY_OF.get(code)
    if family is None:
        return code
    words = Counter(_WORD.findall(text.lower()))
    found = {name: sum(words[word] for word in own) for name, own in family.words.items()}
    best = max(found, key=lambda name: (found[name], name == code))
    least = max(LEAST_FAMILY_WORDS, family.share * words.total())
    return best if found[best] >= least and found[best] * 3 >= found[code] * 4 else code
