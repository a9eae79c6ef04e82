"""The language of articles and paragraphs."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

from tasks.detectors import SEED, Factory, fast_factory, load_detectors, profiles, quick_factory
from tasks.language import detect_language, paragraph_languages
from tasks.scripts import FAMILIES, SIGNS, read_script

ROOT = Path(__file__).parents[1]
SEEDS = {
    path.stem.removeprefix("language-"): path.read_text(encoding="utf-8").partition("\n\n")[2]
    for path in sorted((ROOT / "seeds/txt").glob("language-*.txt"))
}

# One or two sentences each, written for these tests.
SAMPLES = {
    "az": "Şəhər rəhbərliyi bu gün yeni körpünün açılışını elan etdi və sakinləri mərasimə dəvət"
    " etdi. Tikinti işləri iki il çəkmişdir.",
    "be": "Гарадскія ўлады паведамілі, што новы мост адкрыецца ўжо ў пятніцу, і запрасілі ўсіх"
    " жыхароў на свята каля ракі.",
    "ca": "L'ajuntament ha anunciat que el pont vell tornarà a obrir dissabte, després de dos anys"
    " d'obres que han costat més del que s'havia previst.",
    "cy": "Dywedodd y cyngor y bydd y bont newydd yn agor ddydd Gwener ar ôl dwy flynedd o waith,"
    " a bod croeso i bawb ddod i'r seremoni.",
    "de": "Die Stadtverwaltung teilte am Freitag mit, dass die neue Brücke nach zwei Jahren"
    " Bauzeit wieder für den Verkehr geöffnet wird.",
    "eo": "La urba konsilo anoncis, ke la nova ponto malfermiĝos vendrede post du jaroj da laboroj,"
    " kaj ke ĉiuj loĝantoj estas invititaj al la festo.",
    "eu": "Udalak jakinarazi du zubi berria ostiralean irekiko dutela bi urteko lanen ondoren, eta"
    " herritar guztiak gonbidatu ditu ospakizunera.",
    "fi": "Kaupunki ilmoitti perjantaina, että uusi silta avataan liikenteelle kahden vuoden"
    " rakennustöiden jälkeen.",
    "ga": "D'fhógair an chomhairle inniu go n-osclófar an droichead nua Dé hAoine tar éis dhá"
    " bhliain oibre, agus tá fáilte roimh chách ag an searmanas.",
    "hi": "नगर निगम ने शुक्रवार को बताया कि नया पुल दो साल के काम के बाद अब लोगों के लिए खोल दिया"
    " जाएगा और सभी नागरिकों को समारोह में बुलाया गया है।",
    "is": "Bæjarstjórnin tilkynnti í dag að nýja brúin yrði opnuð á föstudaginn eftir tveggja ára"
    " framkvæmdir og að allir íbúar væru velkomnir á hátíðina.",
    "kk": "Қала әкімдігі жаңа көпірдің жұма күні ашылатынын хабарлады және барлық тұрғындарды"
    " салтанатты шараға шақырды.",
    "mk": "Градските власти соопштија дека новиот мост ќе се отвори во петок по две години работа"
    " и ги поканија сите жители на свеченоста.",
    "mn": "Хотын захиргаа шинэ гүүрийг баасан гарагт нээнэ гэж мэдэгдэж, бүх оршин суугчдыг"
    " ёслолын ажиллагаанд урьсан байна.",
    "pl": "Władze miasta poinformowały w piątek, że nowy most zostanie otwarty po dwóch latach"
    " budowy, a mieszkańcy zostali zaproszeni na uroczystość.",
    "ru": "Городские власти сообщили, что новый мост откроется в пятницу после двух лет работ, и"
    " пригласили всех жителей на праздник.",
    "sw": "Baraza la mji limetangaza kwamba daraja jipya litafunguliwa siku ya Ijumaa baada ya"
    " miaka miwili ya kazi, na wakazi wote wamealikwa kwenye sherehe.",
    "tr": "Belediye, yeni köprünün iki yıllık çalışmanın ardından cuma günü açılacağını duyurdu ve"
    " bütün halkı törene davet etti.",
    "vi": "Chính quyền thành phố thông báo cây cầu mới sẽ được mở vào thứ Sáu sau hai năm thi công"
    " và mời tất cả người dân đến dự lễ khánh thành.",
}
SCRIPTS = {
    "ka": "მთავრობამ ახალი ხიდი გახსნა",
    "hy": "Կառավարությունը բացեց նոր կամուրջը",
    "el": "Η κυβέρνηση άνοιξε τη νέα γέφυρα",
    "he": "הממשלה פתחה את הגשר החדש אחרי שנתיים",
    "yi": "די רעגירונג האָט געעפֿנט די נײַע בריק און אַלע זײַנען געקומען",
    "th": "รัฐบาลเปิดสะพานใหม่แล้ว",
    "ko": "정부는 새 다리를 개통했다",
    "ja": "政府は新しい橋を開通させた",
    "zh": "政府开通了新桥",
    "bn": "সরকার নতুন সেতু খুলে দিয়েছে",
    "as": "চৰকাৰে নতুন দলং মুকলি কৰিছে",
    "pa": "ਸਰਕਾਰ ਨੇ ਨਵਾਂ ਪੁਲ ਖੋਲ੍ਹਿਆ",
    "am": "መንግሥት አዲሱን ድልድይ ከፈተ",
    "ti": "መንግስቲ ኣብዚ ሓድሽ ድልድል ከፊቱ ኣሎ",
    "dv": "ސަރުކާރުން އާ ބްރިޖު ހުޅުވައިފި",
    "or": "ସରକାର ନୂଆ ପୋଲ ଖୋଲିଛନ୍ତି",
    "my": "အစိုးရက တံတားသစ်ကို ဖွင့်လိုက်သည်",
    "ckb": "حکومەت پردە نوێکەی کردەوە و هەموو خەڵکی بۆ ڕێوڕەسمەکە بانگهێشت کرد",
}


def similar_texts() -> list[str]:
    """Some hundred texts of real words: seeds and samples cut and put together at random."""
    chosen = random.Random(1)
    whole = [*SEEDS.values(), *SAMPLES.values(), *SCRIPTS.values()]
    pieces = [line for text in whole for line in text.replace(". ", "\n").splitlines()]
    mixed = [" ".join(chosen.choices(pieces, k=chosen.randint(1, 4))) for _ in range(200)]
    odd = ["ABC DEF ghi JKL mno", "İSTANBUL'da ŞEHİR [x] ^", "アイ 日本 ㄅ ề Ắ ș", "é" * 1200]
    return [text[:1000] for text in (*whole, *pieces, *mixed, *odd)]


NO_FEATURES = (LangDetectException, *load_detectors().no_features)


def probabilities(factory: Factory, text: str) -> list[tuple[str, float]]:
    """What one library says of a text, in full precision."""
    detector = factory.create()
    detector.append(text)
    try:
        return [(guess.lang, guess.prob) for guess in detector.get_probabilities()]
    except NO_FEATURES:
        return []


@pytest.fixture(scope="module")
def published() -> list[list[tuple[str, float]]]:
    """What langdetect as published says of the similar texts."""
    factory = DetectorFactory()
    factory.load_json_profile(profiles())
    factory.set_seed(SEED)
    return [probabilities(factory, text) for text in similar_texts()]


@pytest.mark.parametrize("code", SAMPLES)
def test_a_language_is_recognised_though_langdetect_may_not_know_it(code: str) -> None:
    """Eight of these 19 are outside langdetect's 55; it calls each by another name at about 1.0."""
    assert detect_language(SAMPLES[code]).code == code


@pytest.mark.parametrize("code", SCRIPTS)
def test_a_script_of_one_language_decides_without_a_probability(code: str) -> None:
    """Even few letters are enough, and nothing is calibrated, so confidence is NULL."""
    found = detect_language(SCRIPTS[code])

    assert (found.code, found.method, found.confidence) == (code, "script", None)


def test_georgian_is_not_estonian() -> None:
    """langdetect alone is certain that it is; the script and the second vote say otherwise."""
    found = detect_language(SEEDS["ka"])

    assert (found.code, found.second_code, found.is_agreed) == ("ka", "ka", True)


def test_two_agreeing_votes_are_kept_with_langdetects_probability() -> None:
    """Probabilities are rounded to 4 decimals."""
    found = detect_language(SEEDS["es"])

    assert (found.code, found.second_code, found.method) == ("es", "es", "both")
    assert found.confidence == round(found.confidence or 0, 4) > 0.99


def test_a_language_outside_langdetects_55_is_named_by_the_second_vote() -> None:
    """langdetect's own word is kept in the reason; its probability is not ours."""
    found = detect_language(SAMPLES["az"])

    assert (found.code, found.method, found.confidence) == ("az", "py3langid", None)
    assert found.is_agreed is False
    assert "langdetect says tr (" in (found.reason or "")


MAORI = (
    "I te ata nei ka puta te whakahau a te kaunihera kia huakina te piriti hou hei te Paraire, ā,"
    " ka pōwhiritia ngā tāngata katoa kia haere mai ki te hui whakanui i te taha o te awa."
)


@pytest.mark.parametrize(
    "text", [MAORI, "ПӀалъэ кӀэкӀым къриубыдэу зэӀущӀэ ирагъэкӀуэкӀащ, куэд кърихьэлӀащ абы."]
)
def test_a_language_that_neither_library_knows_is_undecided(text: str) -> None:
    """Maori and Kabardian: `und` with a reason, not the next best name."""
    found = detect_language(text)

    assert found.code == "und"
    assert found.confidence is None
    assert found.reason


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Vlada je posle dve nedelje odlučila gde će novi most biti: ovde, na mestu.", "sr"),
        ("Vlada je tijekom tjedna odlučila gdje će novi most biti: ovdje, na mjestu.", "hr"),
        ("Kerajaan berkata jambatan itu boleh dibuka kerana syarikat dan polis bersetuju.", "ms"),
        ("Pemerintah berkata jembatan itu bisa dibuka karena perusahaan dan polisi setuju.", "id"),
        ("Ang konseho mipahibalo nga ang taytayan ablihan sa Biyernes ug ang tanan giimbitar"
         " aron motambong sa kasaulogan nga adunay musika.", "ceb"),
    ],
)  # fmt: skip
def test_close_relatives_are_told_apart_by_their_small_words(text: str, code: str) -> None:
    """Letter statistics alone call all of them by one name."""
    assert detect_language(f"{text} {text}").code == code


@pytest.mark.parametrize(
    ("text", "reason"), [("", "no text"), (" \n\t", "no text"), ("12.5 % — 30/06 €!", "no letters")]
)
def test_without_letters_there_is_no_language(text: str, reason: str) -> None:
    """NULL and why; `und` would say that there was something to decide."""
    found = detect_language(text)

    assert (found.code, found.method, found.reason) == (None, None, reason)


def test_emoji_with_their_invisible_marks_are_no_letters() -> None:
    """A variation selector is a mark in Unicode, but nobody's letter."""
    assert detect_language("❤\ufe0f ✈\ufe0f 👍🏽").reason == "no letters"


def test_a_name_is_too_short_to_decide_on() -> None:
    """Both libraries would guess."""
    found = detect_language("Toyota Corolla")

    assert (found.code, found.reason) == ("und", "13 letters, 20 wanted")


def test_addresses_and_figures_do_not_vote() -> None:
    """A page that begins with 1,400 characters of English links is as Polish as its text."""
    links = "https://example.com/the-news-of-the-day/and-what-it-means www.example.org/weather"
    mails = " the.press.office@example.com 2024 "

    assert detect_language((links + mails) * 12 + SAMPLES["pl"]).code == "pl"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("新型の iPhone Pro Max と Galaxy Ultra が発表された。Apple Store で発売。", "ja"),
        ("Новый смартфон Samsung Galaxy Ultra и часы Apple Watch Series поступили в продажу в"
         " магазинах Media Markt по всей стране, сообщила компания.", "ru"),
        ("The word 日本 means Japan, and かな are its letters, a museum in Leeds says.", "en"),
        ("中国网友常用の字代替的字，这是网络流行语言的一个例子，老师们并不赞成。", "zh"),
    ],
)  # fmt: skip
def test_names_in_another_script_do_not_change_the_language(text: str, code: str) -> None:
    """Brand names, quoted words and a fashionable kana stay guests."""
    assert detect_language(text).code == code


def test_latin_names_do_not_vote_in_a_text_of_another_script() -> None:
    """A brand after every second Russian word left langdetect in doubt."""
    words = SAMPLES["ru"].split()
    brands = ["Manchester", "Real", "Madrid", "Microsoft", "Harvard", "Business", "School"] * 2
    mixed = " ".join(
        f"{word} {brands[at // 2]}" if at % 2 else word for at, word in enumerate(words)
    )

    assert (detect_language(mixed).confidence or 0) > 0.99


def test_shouted_text_is_read() -> None:
    """langdetect skips words in capitals and would judge by the agency's sign alone."""
    assert detect_language(SAMPLES["de"].upper() + " (dpa)").method == "both"


def test_only_the_first_thousand_characters_count() -> None:
    """A later change of language belongs to the paragraphs."""
    start = SAMPLES["ru"] * 10

    assert detect_language(start + SAMPLES["de"] * 40).code == "ru"


def test_the_half_french_article_is_seen_by_paragraphs() -> None:
    """As a whole it is English at probability 1.0."""
    found = paragraph_languages(SEEDS["en-fr"].splitlines())

    assert detect_language(SEEDS["en-fr"]).code == "en"
    assert [one and one.code for one in found] == ["en"] * 3 + ["fr"] * 3


def test_a_short_paragraph_has_no_language_of_its_own() -> None:
    """From 100 characters on the answer is worth something."""
    sentence = SAMPLES["de"]
    found = paragraph_languages([sentence[:99], sentence[:100], ""])

    assert [one and one.code for one in found] == [None, "de", None]


@pytest.mark.parametrize("text", [*SAMPLES.values(), *SEEDS.values(), MAORI])
def test_paragraphs_are_named_as_articles_are(text: str) -> None:
    """The cheaper way for paragraphs leaves questions out, it never answers differently."""
    found = paragraph_languages([text])[0]

    assert found is not None
    assert found.code == detect_language(text).code


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), min_size=100, max_size=300))
def test_any_text_gets_an_answer(text: str) -> None:
    """No letters, no code; no code, a reason; the paragraph way agrees. Nothing is raised."""
    found = detect_language(text)

    assert (found.code is None) == (read_script(text).letters == 0)
    assert found.code not in (None, "und") or found.reason
    assert [one and one.code for one in paragraph_languages([text])] == [found.code]


def test_the_answer_does_not_depend_on_what_ran_before() -> None:
    """langdetect draws at random; every text starts from the same seed."""
    texts = [*SAMPLES.values(), *SEEDS.values()]
    forwards = [detect_language(text) for text in texts]

    assert [detect_language(text) for text in reversed(texts)] == forwards[::-1]


def test_a_seed_set_by_others_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """langdetect's global seed belongs to the whole process."""
    before = detect_language(SAMPLES["ca"])
    monkeypatch.setattr(DetectorFactory, "seed", 12345)

    assert detect_language(SAMPLES["ca"]) == before


COLD_START = """
import json, sys, threading
if sys.argv[1] == "without fast":
    sys.modules["langdetect_rs"] = None
from tasks.detectors import load_detectors
from tasks.language import detect_language
texts = json.load(sys.stdin)
found = [None] * len(texts)
loaded = set()
gate = threading.Barrier(8)
def work(first):
    gate.wait()
    loaded.add(id(load_detectors()))
    for place in range(first, len(texts), 8):
        one = detect_language(texts[place])
        found[place] = [one.code, one.confidence, one.method, one.second_code]
threads = [threading.Thread(target=work, args=(first,)) for first in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
json.dump([len(loaded), found], sys.stdout)
"""


@pytest.mark.parametrize("way", ["with fast", "without fast"] * 2)
def test_eight_threads_from_a_cold_start_agree_with_one(way: str) -> None:
    """And the models are loaded once; langdetect's own start gives wrong labels or raises."""
    texts = [*SAMPLES.values(), *SEEDS.values()]
    command = [sys.executable, "-c", COLD_START, way]
    ran = subprocess.run(
        command, input=json.dumps(texts), capture_output=True, text=True, cwd=ROOT, check=True
    )
    alone = map(detect_language, texts)
    wanted = [[one.code, one.confidence, one.method, one.second_code] for one in alone]

    assert json.loads(ran.stdout) == [1, wanted]


def test_numpy_inside_changes_no_bit_of_a_probability(
    published: list[list[tuple[str, float]]],
) -> None:
    """The quick detector is langdetect, compared in full precision."""
    factory = quick_factory()

    assert [probabilities(factory, text) for text in similar_texts()] == published


def test_langdetect_rs_changes_no_bit_of_a_probability(
    published: list[list[tuple[str, float]]],
) -> None:
    """The extra `fast` may be there or not: the corpus is the same."""
    factory = fast_factory()
    if factory is None:
        pytest.skip("the extra `fast` (langdetect-rs) is not installed")

    assert [probabilities(factory, text) for text in similar_texts()] == published


def test_every_sign_and_family_names_a_language_once() -> None:
    """Two families with one code would hide one of them."""
    codes = [code for family in FAMILIES for code in family.words]

    assert len(codes) == len(set(codes))
    assert all(0 < sign.share < 1 for signs in SIGNS.values() for sign in signs)
