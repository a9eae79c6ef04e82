-- Where articles come from: one row per article, with the document that gave its row.
-- sha256: SHA-256 of the document's own bytes, decompressed, hex; see raw.
SELECT a.article_id, a.headline, f.path, f.record, f.media_type, f.encoding, f.sha256, f.run_id
FROM articles a JOIN files f ON f.article_id = a.article_id AND f.outcome = 'article'
