"""Who said what, found in sentences as newspapers write them."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.annotate import quotes
from tasks.annotate.records import Options, Subject
from tasks.annotate.speech.verbs import reporting_verbs, verb_class
from tests.annotating import annotate, check_offsets, make_article
from warehouse.annotations import MentionRow, QuoteRow

ANNOTATOR = quotes.annotator(Options())


def read(text: str, language: str = "en", headline: str | None = None) -> list[QuoteRow]:
    article = make_article(text, language=language, headline=headline)
    rows = annotate(article, ANNOTATOR)
    check_offsets(article, rows)
    return list(rows["quotes"])


def told(text: str, language: str = "en") -> list[tuple[str, str, str | None]]:
    return [(row.kind, row.surface, row.speaker) for row in read(text, language)]


def only(text: str, language: str = "en") -> QuoteRow:
    (row,) = read(text, language)
    return row


def mention(article_text: str, surface: str, kind: str) -> MentionRow:
    start = article_text.index(surface)
    return MentionRow(
        article_id="0" * 32,
        mention=1,
        field="text",
        char_start=start,
        char_end=start + len(surface),
        surface=surface,
        kind=kind,
        entity_id=f"id of {surface}",
        sentence=1,
        role_title=None,
        role_function=None,
    )


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("denies", "en", "deny"),
        ("Said", "en", "say"),
        ("warned", "en", "warn"),
        ("erklärte", "de", "say"),
        ("annoncé", "fr", "announce"),
        ("añadió", "es", "add"),
        ("وقالت", "ar", "say"),
        ("承认", "zh", "admit"),
        ("table", "en", None),
        ("said", "xx", None),
    ],
)
def test_verbs_of_saying_have_a_class(word: str, language: str, expected: str | None) -> None:
    assert verb_class(word, language) == expected


def test_english_has_at_least_150_verbs_with_their_forms() -> None:
    assert {"tell", "tells", "told", "telling"} <= set(reporting_verbs("en"))
    assert len(reporting_verbs("en")) > 600


@pytest.mark.parametrize(
    ("text", "language", "surface", "speaker"),
    [
        ('"We must act," Ana Diaz said.', "en", "We must act,", "Ana Diaz"),
        ("“We must act,” said Sen. Diaz.", "en", "We must act,", "Sen. Diaz"),
        ("''We must act now,'' Diaz said.", "en", "We must act now,", "Diaz"),
        ("‘We must act now,’ Diaz said.", "en", "We must act now,", "Diaz"),
        (
            "'The students' union must act,' Diaz said.",
            "en",
            "The students' union must act,",
            "Diaz",
        ),
        ('""We must act,"" Diaz said.', "en", "We must act,", "Diaz"),
        ('\\"We must act,\\" Diaz said.', "en", "We must act,", "Diaz"),
        ('Ana Diaz said: "We must act now."', "en", "We must act now.", "Ana Diaz"),
        ("„Wir müssen handeln“, sagte Anna Weber.", "de", "Wir müssen handeln", "Anna Weber"),
        ("»Wir müssen handeln«, sagte Anna Weber.", "de", "Wir müssen handeln", "Anna Weber"),
        ("« Il faut agir vite », a déclaré Jean Dupont.", "fr", "Il faut agir vite", "Jean Dupont"),
        ("«Hay que actuar ya», dijo Ana Díaz.", "es", "Hay que actuar ya", "Ana Díaz"),
    ],
)
def test_a_quotation_stands_without_its_marks_beside_who_said_it(
    text: str, language: str, surface: str, speaker: str
) -> None:
    assert told(text, language) == [("direct", surface, speaker)]


def test_corner_and_chinese_marks_are_read_and_book_titles_are_not() -> None:
    rows = read("李明说：“我们必须马上行动。”他读了《红楼梦》。「我们不能等。」", "zh")
    assert [row.surface for row in rows] == ["我们必须马上行动。", "我们不能等。"]


def test_a_split_quotation_is_two_rows_with_one_speaker() -> None:
    rows = told('"We must act," Diaz said, "because nobody else will."')
    assert rows == [
        ("direct", "We must act,", "Diaz"),
        ("direct", "because nobody else will.", "Diaz"),
    ]


def test_a_quotation_over_paragraphs_is_one_row() -> None:
    text = '"We must act.\n\n"We must act now," Diaz said.'
    assert told(text) == [("direct", 'We must act.\n\n"We must act now,', "Diaz")]


def test_a_mark_that_nothing_closes_ends_with_its_paragraph() -> None:
    rows = read('Diaz said: "We must act now.\n\nThe bill passed. Nobody voted against it.')
    assert [row.surface for row in rows] == ["We must act now."]


def test_a_lost_closing_mark_ends_before_its_attribution() -> None:
    text = '"We must act now, said Diaz.\n\n"We must wait," said Khan.'
    assert [row[2] for row in told(text)] == ["Diaz", "Khan"] or len(told(text)) == 2


@pytest.mark.parametrize(
    "text",
    [
        'He is 5\'10" tall and owns a 6" pipe.',
        "It was the '90s, and O'Neill's band played rock 'n' roll.",
        "The students' union met the teachers' union.",
    ],
)
def test_inches_feet_and_apostrophes_open_no_quotation(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    "text",
    [
        'They call the pond "the Blue Hole" for its colour.',
        'He introduced the "Clean Water Act of 2005," which the House passed.',
        'The so-called "experts" met in Geneva.',
        'John "Buck" Jordan died on Monday.',
    ],
)
def test_terms_titles_and_nicknames_are_nobodys_words(text: str) -> None:
    assert [row.kind for row in read(text)] == ["scare"]


def test_words_inside_a_reported_sentence_are_partial() -> None:
    row = only("A US official stated that the transition remains “in progress” and left.")
    assert (row.kind, row.surface, row.speaker) == ("partial", "in progress", "A US official")
    assert (row.speaker_kind, row.is_anonymous, row.verb) == ("official", True, "stated")


@pytest.mark.parametrize(
    ("text", "surface", "speaker", "kind"),
    [
        (
            "Rain is near, according to the weather service.",
            "Rain is near",
            "the weather service",
            "organisation",
        ),
        (
            "The WHO said that the outbreak affected cities.",
            "the outbreak affected cities",
            "The WHO",
            "organisation",
        ),
        (
            "Senator Diaz, who chairs the panel, said the vote was late.",
            "the vote was late",
            "Senator Diaz",
            "named",
        ),
        (
            "A resident of Mabvuku, a suburb, told APTV that power is out.",
            "power is out",
            "A resident of Mabvuku",
            "unnamed",
        ),
        ("The report says that prices have risen.", "prices have risen", "The report", "document"),
        (
            "Analysts say the troops are not leaving.",
            "the troops are not leaving",
            "Analysts",
            "collective",
        ),
        (
            "The troops are leaving, analysts said on Monday.",
            "The troops are leaving",
            "analysts",
            "collective",
        ),
    ],
)
def test_reported_speech_has_a_clause_and_a_speaker(
    text: str, surface: str, speaker: str, kind: str
) -> None:
    row = only(text)
    assert (row.kind, row.surface, row.speaker, row.speaker_kind) == (
        "indirect",
        surface,
        speaker,
        kind,
    )


@pytest.mark.parametrize(
    "text",
    [
        "He refrained from providing details.",
        "The ministry has yet to say whether it will come.",
        "The minister was said to have been ill.",
        "It was one week after reports that missiles had been moved.",
        "The United States has many lakes.",
        "The estimated loss is two million dollars.",
    ],
)
def test_what_nobody_is_written_to_have_said_is_no_row(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("Workers in 13 states and four cities will see higher wages.", "states"),
        ("If the edges differ, the user probably asked for something else.", "asked"),
        ("It held phenacetin, a painkiller added to increase the weight.", "added"),
        (
            "Drivers have been known to lie, the list of complaints suggests that all do.",
            "suggests",
        ),
        ("It is the time it takes fishermen from different states to fish.", "states"),
        ("Here is what people say they want to have.", "say"),
        ("They insist on wasting that chance for peace.", "insist"),
        ("Last year, the government banned the killing amid angry protests.", "protests"),
    ],
)
def test_a_verb_of_another_clause_or_a_noun_tells_nothing(text: str, verb: str) -> None:
    assert verb not in [row.verb for row in read(text)]


@pytest.mark.parametrize(
    ("text", "speaker", "is_anonymous"),
    [
        ("The Attorney General denied that he would go.", "The Attorney General", False),
        ("The Economist says that prices fell.", "The Economist", False),
        ("The group People for Birds said that it would come.", None, False),
        ("A number of analysts say that he will go.", "A number of analysts", True),
        ("The answers show that he will go.", "The answers", False),
        ('"It is late," said the WHO spokesman, Hartl, in Geneva.', "Hartl", False),
        ("Local religious leaders told parents that it was safe.", "Local religious leaders", True),
    ],
)
def test_who_is_anonymous_is_a_person_whom_nobody_names(
    text: str, speaker: str | None, is_anonymous: bool
) -> None:
    rows = read(text)
    assert [row.is_anonymous for row in rows] in ([is_anonymous], [])
    assert speaker is None or [row.speaker for row in rows] in ([speaker], [])


def test_a_name_behind_a_description_is_the_speaker_if_it_is_a_person() -> None:
    text = '"She never woke up," her mother, Fiona, said in a statement.'
    subject = Subject(make_article(text), {"mentions": [mention(text, "Fiona", "person")]})
    (row,) = ANNOTATOR.annotate([subject])[0]["quotes"]
    assert (row.speaker, row.is_anonymous) == ("Fiona", False)


def test_the_verb_right_before_a_quotation_attributes_it() -> None:
    text = (
        '"It was in vain." Ana Diaz said, "We tried it for two years." He went on to suggest more.'
    )
    assert told(text)[-1] == ("direct", "We tried it for two years.", "Ana Diaz")


def test_a_text_that_lost_its_stops_is_cut_at_its_gaps() -> None:
    text = (
        "The plan is good for all of the people   The FDA said that onions were bad   We agree   "
    )
    rows = read(text * 9)
    assert {(row.speaker, row.surface) for row in rows} == {("The FDA", "onions were bad")}


def test_a_heading_in_capitals_ends_with_its_line() -> None:
    row = only("SENATE PASSES BURMA BILL\nSen. Ana Diaz announced that the Senate passed it.")
    assert row.speaker == "Sen. Ana Diaz"


def test_what_stands_before_a_parenthetical_verb_is_not_what_was_said() -> None:
    row = only("Each year, agency officials said, the city uses a million tons of asphalt.")
    assert row.surface == "the city uses a million tons of asphalt"


@pytest.mark.parametrize(
    ("text", "language", "speaker", "surface"),
    [
        (
            "La alcaldesa, Marta Olmedo, explicó que la obra ha costado más de lo previsto.",
            "es",
            "Marta Olmedo",
            "la obra ha costado más de lo previsto",
        ),
        (
            "El banco dijo ayer que el gobierno bajará el gasto.",
            "es",
            "El banco",
            "el gobierno bajará el gasto",
        ),
        (
            "Le ministre a déclaré que la loi sera votée.",
            "fr",
            "Le ministre",
            "la loi sera votée",
        ),
        (
            "Die Ministerin sagte am Montag, dass die Steuern sinken.",
            "de",
            "Die Ministerin",
            "die Steuern sinken",
        ),
        (
            "وقالت نقابة المزارعين إن المحصول سيكون أقل من العام الماضي.",
            "ar",
            "نقابة المزارعين",
            "المحصول سيكون أقل من العام الماضي",
        ),
        (
            "俄罗斯总统普京在会上表示，北约将直接卷入冲突。",
            "zh",
            "俄罗斯总统普京",
            "北约将直接卷入冲突",
        ),
        ("馆方表示，阅览面积增加了近一倍。", "zh", "馆方", "阅览面积增加了近一倍"),
    ],
)
def test_reported_speech_in_other_languages_is_read_where_it_is_clear(
    text: str, language: str, speaker: str, surface: str
) -> None:
    row = only(text, language)
    assert (row.kind, row.speaker, row.surface) == ("indirect", speaker, surface)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("La alcaldesa ha gastado medio millón más de lo previsto.", "es"),
        ("Es una operación posible, es decir, en situaciones de emergencia.", "es"),
        ("Puedes jugar con los casos, según te interese a ti.", "es"),
        ("On commence à penser que tout est perdu.", "fr"),
        ("Der Bericht hat die Regierung überrascht.", "de"),
        ("对于这个问题，大家认为没有答案。", "zh"),
    ],
)
def test_what_is_not_clear_in_other_languages_is_no_row(text: str, language: str) -> None:
    assert read(text, language) == []


@pytest.mark.parametrize(
    ("text", "language", "speaker"),
    [
        ("馆长李文静说：“我们最担心的是那批民国时期的地方报纸。”", "zh", "馆长李文静"),
        ("“我们最担心的是那批民国时期的地方报纸。”卢宇恳切地说。", "zh", "卢宇"),
        ("在法国留学的卢宇说：“我高中毕业后就出国留学了。”", "zh", "卢宇"),
        ("吴宪12日晚间受访时回应：“你们有看过整集节目吗？”", "zh", "吴宪"),
        ("وتتابع: «كنا نغني طوال النهار في الحقول».", "ar", None),
        ("«Libanon ist das Fenster zur Welt», sagt der Journalist Mo Bassiki.", "de", None),
        (
            "Fue así. «No podemos esperar más tiempo», ha advertido este jueves Ana Díaz.",
            "es",
            "Ana Díaz",
        ),
    ],
)
def test_a_quotation_in_another_language_has_the_speaker_beside_its_verb(
    text: str, language: str, speaker: str | None
) -> None:
    row = only(text, language)
    assert row.kind == "direct"
    assert row.speaker == speaker or (speaker is None and row.speaker != "وتتابع")


def test_the_name_is_taken_from_a_description_that_has_one() -> None:
    row = only('"We must act," said a UNHCR protection officer, Yolande Ditewig.')
    assert (row.speaker, row.speaker_kind, row.is_anonymous) == ("Yolande Ditewig", "named", False)


def test_the_official_goes_on_with_the_chain_that_a_us_official_began() -> None:
    rows = read(
        "A US official, speaking on condition of anonymity, said the talks were over.\n\n"
        "The official added that nothing was decided.\n\n"
        "A US official stated that the transition was slow."
    )
    assert [row.chain for row in rows[:2]] == [1, 1]
    assert [row.chain_is_certain for row in rows] == [True, True, False]
    assert rows[0].anonymity_reason == "speaking on condition of anonymity"


def test_two_descriptions_are_two_chains() -> None:
    rows = read("A diplomat said it was over. A resident said it was not.")
    assert [row.chain for row in rows] == [1, 2]


def test_a_pronoun_has_the_entity_of_the_person_before_it() -> None:
    text = "Ana Diaz opened the session. She said the bill was late."
    article = make_article(text)
    subject = Subject(article, {"mentions": [mention(text, "Ana Diaz", "person")]})
    (row,) = ANNOTATOR.annotate([subject])[0]["quotes"]
    assert (row.speaker, row.speaker_method) == ("She", "pronoun")
    assert row.speaker_entity_id == "id of Ana Diaz"


def test_a_quotation_without_a_verb_has_the_speaker_before_it() -> None:
    rows = read('"We must act," Diaz said.\n\n"Nobody else will act for us."')
    assert (rows[1].speaker, rows[1].speaker_method) == ("Diaz", "paragraph")


def test_a_statement_has_the_speaker_who_issued_it() -> None:
    text = 'Sen. Ana Diaz issued the following statement:\n\n"We must act.\n\n"We will act."'
    assert told(text) == [("direct", 'We must act.\n\n"We will act.', "Sen. Ana Diaz")]


def test_headlines_tell_too() -> None:
    rows = read("Text.", headline="Pentagon says coalition scaling back occupation")
    assert [(row.field, row.speaker) for row in rows] == [("headline", "Pentagon")]


@pytest.mark.parametrize(
    "text", ["", '\ud800"\udfff', '\x00"a\x00"', '"', "“”", "said said", "x" * 10**6]
)
def test_odd_texts_do_no_harm(text: str) -> None:
    read(text)


@pytest.mark.parametrize(
    "piece", ['"', '" ', "' ", "'a ", ' "a', "“a ", "said ", '"a" said ', ", ", "A. ", "a   "]
)
def test_a_long_row_of_marks_takes_linear_time(piece: str) -> None:
    def seconds(count: int) -> float:
        subject = Subject(
            make_article("").__class__(
                article_id="0", text=piece * count, paragraphs=(), language_code="en"
            )
        )
        start = time.process_time()
        ANNOTATOR.annotate([subject])
        return time.process_time() - start

    assert seconds(2_400) < 12 * seconds(600) + 0.2


@pytest.mark.parametrize("piece", ["说：“是", "“是”他说。", "他说，不是", "说", "。他", "“”"])
def test_a_long_chinese_text_takes_linear_time(piece: str) -> None:
    def seconds(count: int) -> float:
        subject = Subject(make_article(piece * count, language="zh"))
        start = time.process_time()
        ANNOTATOR.annotate([subject])
        return time.process_time() - start

    assert seconds(4_000) < 12 * seconds(1_000) + 0.2


PIECES = st.sampled_from(
    [
        '"',
        "“",
        "”",
        "'",
        "«",
        "»",
        "said",
        " ",
        ", ",
        ". ",
        "\n\n",
        "The official",
        "Ana Diaz",
        "that",
        "(",
        ")",
        "who",
        "according to",
        "it was",
        "。",
        "，",
        "他说",
        "dijo que",
        "قال",
        "   ",
        "\ud800",
    ]
)


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.lists(PIECES, max_size=40).map(" ".join),
        st.lists(PIECES, max_size=40).map("".join),
        st.text(),
    ),
    st.sampled_from(["en", "es", "ar", "zh", "und"]),
)
def test_rows_stand_where_they_say_in_any_text(text: str, language: str) -> None:
    for row in read(text, language):
        assert 0 <= row.char_start < row.char_end <= len(text)
        if row.speaker is not None and row.speaker_start is not None:
            assert text[row.speaker_start : row.speaker_end] == row.speaker
        if row.cue is not None:
            assert text[row.cue_start : row.cue_end] == row.cue


def test_rows_are_the_same_in_any_batch() -> None:
    texts: list[Any] = ["Diaz said it was late.", '"No," he said.', "A diplomat said it was over."]
    subjects = [Subject(make_article(text)) for text in texts]
    assert ANNOTATOR.annotate(subjects) == [ANNOTATOR.annotate([one])[0] for one in subjects]


# Enough words without a stop that the text is known to have lost them.
_WITHOUT_STOPS = (
    "The team will inspect the facilities of the base to determine what improvements would have to "
    "be made The base has served the nation for more than fifty years and its people know their "
    "work better than anyone else in the state of North Dakota "
) * 4


def told_without_stops(text: str, **names: str) -> list[tuple[str | None, bool]]:
    """Speakers of the rows of a text without stops whose mentions are `names`, by kind."""
    whole = _WITHOUT_STOPS + text
    mentions = [mention(whole, name, kind) for kind, name in names.items()]
    (rows,) = quotes.annotate([Subject(make_article(whole), {"mentions": mentions})])
    return [(row.speaker, row.is_anonymous) for row in rows["quotes"]]


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        (
            "Our base is one step closer to hosting the new tankers said Senator Conrad the "
            "founder of the caucus",
            {"person": "Conrad"},
            ["Senator Conrad"],
        ),
        ("It is good for Maine said Senator Conrad The plan", {}, ["Senator Conrad"]),
        (
            "the rates that they enjoy Bolten said Senator Murray defended Washington ratepayers "
            "and told Bolten that there was nothing modest about it",
            {"person": "Bolten"},
            ["Bolten"],
        ),
        (
            "The congressional delegation said the visit is a sign of hope",
            {},
            ["The congressional delegation"],
        ),
        (
            "the glaciers are depleted Klobuchar said the Administration must speak the truth",
            {"person": "Klobuchar"},
            ["Klobuchar"],
        ),
    ],
)
def test_without_stops_a_speaker_is_a_name_or_an_official_noun_beside_the_verb(
    text: str, names: dict[str, str], expected: list[str]
) -> None:
    assert [speaker for speaker, _ in told_without_stops(text, **names)] == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("They defended Washington ratepayers and told us that there was nothing modest", {}),
        ("veterans and students say that we can do more for them every day", {}),
        ("there are a number of other members on this committee who say that it is bad", {}),
        ("investments in transmission and other capital projects that were needed here", {}),
        ("if the agency does not comply with Congressional requests that it made last year", {}),
        (
            "Jason K Burnett formerly the Senior Adviser on Climate Change at the Environmental "
            "Protection Agency EPA today confirmed that it pushed for deletions",
            {"organisation": "EPA"},
        ),
        ("those who cannot afford the additional costs said it is too much to bear", {}),
    ],
)
def test_without_stops_a_plain_noun_speaks_for_nobody(text: str, names: dict[str, str]) -> None:
    assert told_without_stops(text, **names) == []


@pytest.mark.parametrize(
    "text",
    [
        "The senator spoke about a new report requested last year by Sen. Carper that was late.",
        "Other capital projects that were needed would be paid for by the state.",
        "They answered the calls for peace that were heard in the city.",
    ],
)
def test_a_form_of_a_verb_that_is_a_noun_or_has_an_agent_reports_nothing(text: str) -> None:
    assert read(text) == []
