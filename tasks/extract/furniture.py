"""Lines that stand among the paragraphs of an article and are not of it.

Extractors leave some of them in: buttons, calls to subscribe, links to other stories, rights. They
are recognised by their words, in short paragraphs only, because a sentence may begin likewise
("Share prices fell"). Nothing is deleted for it: the paragraph is marked.
"""

from __future__ import annotations

import re

from tasks.extract.blocks import Block

_LONGEST = 160  # characters; longer ones are sentences of the article more often than not
_LONGEST_LINK = 250  # a teaser; a paragraph of an article is no link from end to end
_LINK = 0.95  # share of its characters

# A whole paragraph, but for marks and figures around it; one line a language.
_WHOLE = """
share|share this|share this article|share this story|share on facebook|share on twitter|tweet|print
email|e-mail|email this|copy link|follow us|comment|comments|leave a comment|view comments|related
show comments|post a comment|read more|read next|see also|also read|related articles|related stories
related topics|related news|related coverage|related content|related posts|related links|more news
you may also like|you might also like|recommended|recommended for you|most read|most popular|loading
advertisement|advertisements|advert|ad|sponsored|sponsored content|story continues below|subscribe
story continues below advertisement|article continues below|article continues below advertisement
terms of use|terms of service|privacy policy|sign up|click here|trending|trending now|latest news
teilen|drucken|kommentare|anzeige|werbung|zum thema|mehr zum thema|das könnte sie auch interessieren
partager|imprimer|publicité|à lire aussi|lire aussi|à lire|sur le même sujet|sur le même thème
compartir|imprimir|publicidad|te puede interesar|te recomendamos|noticias relacionadas|lea también
compartilhe|compartilhar|publicidade|leia também|veja também|notícias relacionadas|leia mais
condividi|pubblicità|leggi anche|potrebbe interessarti|potrebbero interessarti|articoli correlati
delen|advertentie|lees ook|lees meer|dela|annons|läs mer|läs också|annonse|les også|annonce|læs også
udostępnij|reklama|czytaj także|czytaj też|zobacz też|sdílet|čtěte také|megosztás|hirdetés
paylaş|reklam|ilgili haberler|bagikan|iklan|baca juga|chia sẻ|xem thêm|quảng cáo|jaa|mainos
поделиться|реклама|читайте также|смотрите также|поділитися|читайте також|сподели|реклами
شارك|إعلان|إعلانات|اقرأ أيضا|اقرأ أيضاً|اقرأ المزيد|مواضيع ذات صلة|بیشتر بخوانید|انتهای پیام
यह भी पढ़ें|ये भी पढ़ें|शेयर करें|विज्ञापन|আরও পড়ুন|বিজ্ঞাপন|یہ بھی پڑھیں
分享|打印|列印|廣告|广告|相关阅读|相關新聞|相关新闻|延伸閱讀|推薦閱讀|更多新聞
関連記事|シェア|ツイート|広告|관련기사|관련 기사|공유하기
"""
# The beginning of a paragraph.
_OPENINGS = """
follow us on|like us on|read more:|read also:|also read:|related:|see also:|watch:|listen:|more from
read:|read next:|you may also like|you might also|sign up for|sign up to|subscribe to|subscribe now
get the latest|get our free|get our daily|join our newsletter|join our whatsapp|join our telegram
download our app|download the app|click here to|story continues below|article continues below
all rights reserved|copyright ©|copyright (c)|this article originally appeared|view comments
this article was originally published|get breaking news|receive our newsletter
folgen sie uns|lesen sie auch|lesen sie dazu|mehr dazu:|alle rechte vorbehalten|jetzt newsletter
lire aussi|à lire aussi|à lire également|lire également|voir aussi|suivez-nous|abonnez-vous
inscrivez-vous|tous droits réservés|la suite après la publicité|la suite après cette publicité
síguenos|lea también|lee también|leer también|ver también|mira también|lea además
te puede interesar:
suscríbete|suscríbase|todos los derechos reservados|siga-nos|leia também|veja também|leia mais:
inscreva-se|saiba mais:|continua após a publicidade|todos os direitos reservados|seguici|leggi anche
iscriviti|riproduzione riservata|tutti i diritti riservati|volg ons|lees ook|meld je aan
alle rechten voorbehouden|läs också|läs även|les også|læs også|czytaj także|czytaj też|zobacz także
przeczytaj także|przeczytaj również|wszelkie prawa zastrzeżone|čtěte také|olvassa el|ilgili haber
tüm hakları saklıdır|читайте также|читайте нас|читайте ещё|смотрите также|подписывайтесь|подпишитесь
все права защищены|читайте також|підписуйтесь|baca juga|ikuti kami|simak juga|xem thêm|đọc thêm
اقرأ أيضا|اقرأ أيضاً|اقرأ المزيد|جميع الحقوق محفوظة|بیشتر بخوانید|انتهای پیام|یہ بھی پڑھیں
यह भी पढ़ें|ये भी पढ़ें|इसे भी पढ़ें|আরও পড়ুন
相关阅读|相關新聞|延伸閱讀
責任編輯|责任编辑|版权所有|未经授权|無断転載|관련기사|무단 전재|무단전재|저작권자
"""


def _phrases(table: str) -> list[str]:
    return [phrase for line in table.split("\n") for phrase in line.split("|") if phrase]


_LINES = frozenset(_phrases(_WHOLE))
_STARTS = tuple(_phrases(_OPENINGS))
_AROUND = re.compile(r"\A[\W\d_]+|[\W\d_]+\Z")  # icons, bullets, arrows, the number of comments
_BEFORE = re.compile(r"\A[\W_]+")
_RIGHTS = re.compile(r"(?:©|\(c\)) ?(?:19|20)\d\d\b|\ball rights reserved\b")


def is_furniture(block: Block) -> bool:
    """Tell whether a paragraph is a button, a teaser, a call or a notice of rights."""
    text = block.text
    if block.kind == "body" and block.link_ratio >= _LINK and len(text) <= _LONGEST_LINK:
        return True
    if len(text) > _LONGEST:
        return False
    lower = text.casefold()
    return (
        _BEFORE.sub("", lower).startswith(_STARTS)
        or _AROUND.sub("", lower) in _LINES
        or _RIGHTS.search(lower) is not None
    )
