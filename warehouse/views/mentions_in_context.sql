-- Where are people, organisations and places named, and in which sentence of which article?
-- One row per mention in the latest versions of articles; copies count, see folded_articles.
-- name: The fullest form of the name in the article.
-- sentence_text: The sentence around it; NULL: sentences were not read.
-- entity_id: What it names, see entities.
-- role_title: Title before the name; NULL: none.
-- role_function: Function beside the name; NULL: none.
-- sentence: Its sentence, see sentences; NULL: sentences were not read.
SELECT m.article_id, m.mention, m.surface, e.name, m.kind, m.entity_id, m.role_title,
       m.role_function, m.field, m.char_start, m.char_end, m.sentence,
       substring(CASE m.field WHEN 'headline' THEN a.headline ELSE a.text END,
                 s.char_start + 1, s.char_end - s.char_start) AS sentence_text,
       a.headline, a.source, a.published_at, a.language_code
FROM mentions m JOIN latest_articles a USING (article_id)
LEFT JOIN entities e ON e.article_id = m.article_id AND e.entity_id = m.entity_id
LEFT JOIN sentences s ON s.article_id = m.article_id AND s.sentence = m.sentence
