-- Who is said to have said what? Quotations and reported speech of the latest versions of articles.
-- kind: direct, partial (words inside a reported sentence) or indirect.
-- speaker_name: Fullest form of the speaker's name in the article; NULL: no entity of it.
SELECT q.article_id, q.quote, q.kind, q.surface, q.speaker, e.name AS speaker_name, q.speaker_kind,
       q.is_anonymous, q.anonymity_reason, q.verb, q.verb_class, q.cue, q.chain, q.chain_is_certain,
       q.field, q.char_start, q.char_end, a.headline, a.source, a.published_at, a.language_code
FROM quotes q JOIN latest_articles a USING (article_id)
LEFT JOIN entities e ON e.article_id = q.article_id AND e.entity_id = q.speaker_entity_id
WHERE q.kind <> 'scare'
