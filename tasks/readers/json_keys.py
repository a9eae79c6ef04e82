"""What the keys of JSON articles mean: one table, and no code that knows a key beside it.

Keys are compared in lower case without blanks and the characters _ - . : /, so that
"date_publish", "datePublish" and "Date Publish" are one. Earlier rows are preferred; a key may
serve two fields ("source" is a publisher or an address, which its value tells). Keys at the top win
over those in an envelope. The rows name who writes a key; a language stands for tables that people
made by hand. What is left out on purpose: keys for the day on which a tool came by (crawl_date,
date_download, indexed_date of Media Cloud, seendate of GDELT).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

# field | key | who writes it
_TABLE = """
body | articleBody | schema.org NewsArticle
body | maintext | news-please
body | body_xhtml | ninjs 1
body | body_html | ninjs 1
body | bodies | ninjs 2 and 3
body | body | Fundus, Guardian, Event Registry, many
body | body_text | ninjs 1, Guardian: often without paragraphs
body | plaintext | Fundus
body | contents | TREC Washington Post
body | content_html | JSON Feed
body | content_text | JSON Feed
body | fulltext | archives
body | full_text | archives
body | plain_text | CC-News of Stanford OVAL
body | text | newspaper4k, trafilatura, Media Cloud, datatrove, CC-News, Webhose
body | article_text | common
body | article_content | common
body | news_text | common
body | news_content | common
body | full_content | common
body | cleaned_text | goose
body | textContent | Readability, where `content` has no text
body | raw_content | CCNet, RedPajama
body | raw_text | trafilatura
body | extracted_text | common
body | content | NewsAPI, WordPress, Signal-1M, All the News
body | article | CNN/DailyMail
body | document | XSum
body | story | common
body | paragraphs | common
body | cuerpo | Spanish
body | contenido | Spanish
body | texto | Spanish, Portuguese
body | volltext | German
body | artikeltext | German
body | inhalt | German, Dutch
body | contenu | French
body | texte | French
body | conteúdo | Portuguese
body | conteudo | Portuguese
body | corpo | Portuguese, Italian
body | testo | Italian
body | contenuto | Italian
body | tekst | Dutch, Polish
body | текст | Russian
body | 正文 | Chinese
body | 内容 | Chinese
body | 本文 | Japanese
html | html | Fundus, newspaper4k, Diffbot, crawlers: a web page, or a part of one
html | article_html | newspaper4k
html | raw_html | crawlers
html | page_html | crawlers
html | html_content | crawlers
html | page_source | Selenium
headline | headline | schema.org, ninjs 1, New York Times, Guardian
headline | headlines | ninjs 2 and 3
headline | title | news-please, newspaper4k, Fundus, trafilatura, Media Cloud, NewsAPI, many
headline | webTitle | Guardian
headline | article_title | common
headline | article_headline | common
headline | news_title | common
headline | headline_text | ABC News headlines
headline | heading | common
headline | title_full | Webhose
headline | og:title | OpenGraph
headline | titulo | Spanish
headline | título | Spanish
headline | titular | Spanish
headline | titel | German, Dutch
headline | überschrift | German
headline | schlagzeile | German
headline | titre | French
headline | titolo | Italian
headline | заголовок | Russian
headline | 标题 | Chinese
headline | タイトル | Japanese
headline | title_rss | news-please
headline | title_page | news-please: <title>, often with the site's name
description | description | schema.org, news-please, trafilatura, NewsAPI
description | abstract | schema.org, New York Times
description | descriptions | ninjs 2 and 3
description | description_text | ninjs 1
description | standfirst | Guardian
description | trailText | Guardian
description | summary | newspaper4k, RealNews, XSum, JSON Feed
description | excerpt | WordPress, trafilatura
description | subtitle | common
description | subheadline | common
description | dek | Postlight
description | teaser | common
description | lead_paragraph | New York Times
description | lede | common
description | meta_description | newspaper4k
description | og:description | OpenGraph
description | snippet | New York Times
description | highlights | CNN/DailyMail
description | resumen | Spanish
description | vorspann | German
description | chapô | French
description | desc | GDELT Article List
byline | byline | ninjs 1, Guardian, New York Times
byline | by | ninjs 2 and 3
author | author | schema.org, trafilatura, NewsAPI, Webhose
author | authors | news-please, newspaper4k, Fundus, Event Registry
author | creator | schema.org, Dublin Core
author | author_name | common
author | writer | common
author | writers | common
author | journalist | common
author | reporter | common
author | autor | Spanish
author | autores | Spanish, Portuguese
author | verfasser | German
author | auteur | French, Dutch
author | auteurs | French
author | autore | Italian
author | автор | Russian
author | 作者 | Chinese
author | 記者 | Japanese
publisher | publisher | schema.org
publisher | media_name | Media Cloud
publisher | publication | All the News
publisher | publication_name | common
publisher | publisher_name | common
publisher | site_name | common, Readability
publisher | sitename | trafilatura
publisher | og:site_name | OpenGraph
publisher | meta_site_name | newspaper4k
publisher | source | NewsAPI, Event Registry, Signal-1M
publisher | source_name | common
publisher | outlet | common
publisher | outletName | GDELT Article List
publisher | media_outlet | common
publisher | news_outlet | common
publisher | news_source | common
publisher | newspaper | common
publisher | SourceCommonName | GDELT Knowledge Graph
publisher | provider | schema.org
publisher | source_domain | news-please
publisher | source-hostname | trafilatura
publisher | hostname | trafilatura
publisher | domain | CC-News, RealNews
publisher | site | Webhose
publisher | fuente | Spanish
publisher | medio | Spanish
publisher | quelle | German
publisher | zeitung | German
publisher | journal | French
publisher | источник | Russian
publisher | 来源 | Chinese
section | articleSection | schema.org
section | section | All the News, common
section | sectionName | Guardian
section | section_name | New York Times
section | news_category | common
section | category_name | common
section | title_section | news-please
section | site_section | common
section | category | common
section | categories | trafilatura, common
section | channel | common
section | news_desk | New York Times
section | seccion | Spanish
section | sección | Spanish
section | categoria | Spanish
section | categoría | Spanish
section | ressort | German
section | rubrik | German
section | rubrique | French
section | рубрика | Russian
section | 栏目 | Chinese
keyword | keywords | schema.org, newspaper4k, New York Times
keyword | tags | trafilatura, JSON Feed, newspaper4k
keyword | topics | Fundus
keyword | subjects | ninjs 2 and 3
keyword | subject | ninjs 1
keyword | meta_keywords | newspaper4k
keyword | tag | common
keyword | keyword | common
keyword | news_keywords | Google News
keyword | etiquetas | Spanish
keyword | schlagwörter | German
keyword | schlagworte | German
url | url | schema.org, news-please, newspaper4k, Media Cloud, datatrove, many
url | link | WordPress, feeds
url | article_url | TREC Washington Post
url | web_url | New York Times
url | webUrl | Guardian
url | article_link | common
url | news_url | common
url | story_url | common
url | responded_url | Fundus, CC-News of Stanford OVAL
url | requested_url | Fundus, CC-News of Stanford OVAL
url | final_url | crawlers
url | resolved_url | crawlers
url | warc-target-uri | OSCAR, DCLM
url | target_uri | crawlers
url | original_url | newspaper4k
url | source_url | common
url | page_url | common
url | permalink | common
url | og:url | OpenGraph
url | uri | ninjs: often a urn, then no address
url | source | trafilatura
url | mainEntityOfPage | schema.org
url | @id | JSON-LD
url | enlace | Spanish
url | lien | French
url | ссылка | Russian
url | 链接 | Chinese
url | DocumentIdentifier | GDELT Knowledge Graph
canonical_url | canonical_link | newspaper4k
canonical_url | canonical_url | common
canonical_url | canonical | common
published | datePublished | schema.org
published | date_publish | news-please
published | publish_date | newspaper4k, Media Cloud, RealNews
published | publishing_date | Fundus
published | published_date | TREC Washington Post
published | date_published | JSON Feed
published | publication_date | Bright Data, common
published | publishedTime | Readability
published | publish_time | common
published | publication_time | common
published | publish_datetime | common
published | published_on | common
published | date_posted | common
published | posted_at | common
published | post_date | WordPress tables
published | release_date | press releases
published | news_date | common
published | article_date | common
published | publishedAt | NewsAPI
published | published_at | mediastack
published | published | Webhose, Signal-1M, Atom
published | webPublicationDate | Guardian
published | firstPublicationDate | Guardian
published | pub_date | New York Times
published | pubDate | RSS
published | dateTimePub | Event Registry
published | article:published_time | OpenGraph
published | firstcreated | ninjs: the first version
published | contentcreated | ninjs 1.4
published | date_gmt | WordPress, in UTC
published | date | trafilatura, WordPress, All the News, common
published | dateTime | Event Registry
published | datetime | common
published | dateCreated | schema.org
published | versioncreated | ninjs: this version
published | fecha | Spanish
published | fecha_publicacion | Spanish
published | datum | German, Dutch
published | veröffentlicht | German
published | erscheinungsdatum | German
published | date_publication | French
published | дата | Russian
published | 日期 | Chinese
published | 发布时间 | Chinese
published | created_at | common
published | created | common
published | timestamp | common
published | time | common
modified | dateModified | schema.org
modified | date_modify | news-please
modified | date_modified | JSON Feed
modified | modified_gmt | WordPress, in UTC
modified | modified | WordPress
modified | versioncreated | ninjs
modified | lastModified | Guardian
modified | article:modified_time | OpenGraph
modified | updated_at | common
modified | updated | Atom
modified | last_updated | common
language | inLanguage | schema.org
language | language | news-please, ninjs, Media Cloud, trafilatura
language | lang | Fundus, Event Registry, Readability
language | meta_lang | newspaper4k
language | language_code | common
language | idioma | Spanish
language | sprache | German
language | langue | French
language | humanLanguage | Diffbot
image_url | image_url | news-please, CC-News
image_url | top_image | newspaper4k
image_url | meta_img | newspaper4k
image_url | lead_image_url | Postlight
image_url | urlToImage | NewsAPI
image_url | image | schema.org, trafilatura, Event Registry
image_url | thumbnail | Guardian
image_url | thumbnailUrl | schema.org
image_url | main_image | Webhose
image_url | og:image | OpenGraph
license | license | schema.org, trafilatura
license | usageterms | ninjs
license | rights | Dublin Core
license | copyrightnotice | ninjs
copyright_holder | copyrightHolder | schema.org, ninjs
is_accessible_for_free | isAccessibleForFree | schema.org
is_accessible_for_free | free_access | Fundus
"""

# Objects that hold some or all of the article's fields: envelopes and metadata.
ENVELOPES: Mapping[str, str] = {
    "_source": "Elasticsearch",
    "metadata": "datatrove",
    "meta": "common",
    "fields": "Guardian",
    "response": "Guardian",
    "content": "Guardian",
    "data": "common",
    "article": "common",
    "attributes": "JSON:API",
    "thread": "Webhose",
    "item": "feeds as JSON",
    "post": "common",
    "row": "data set viewer of Hugging Face",
    "html": "Fundus: the page, its address and when it came",
    "warc_headers": "OSCAR",
    "warc-headers": "OSCAR",
}


_DROPPED = str.maketrans("", "", " _-.:/")


@lru_cache(maxsize=4096)
def plain_key(key: str) -> str:
    """Return `key` as keys are compared."""
    return key.lower().translate(_DROPPED)


def _read_table() -> Mapping[str, tuple[tuple[str, int], ...]]:
    uses: dict[str, tuple[tuple[str, int], ...]] = {}
    for rank, line in enumerate(_TABLE.strip().splitlines()):
        field, key, _ = (part.strip() for part in line.split("|"))
        name = plain_key(key)
        if field not in (known for known, _ in uses.get(name, ())):
            uses[name] = (*uses.get(name, ()), (field, rank))
    return uses


# Compared key -> the fields it may serve, each with its rank; a smaller rank is preferred.
KEYS: Mapping[str, tuple[tuple[str, int], ...]] = _read_table()
