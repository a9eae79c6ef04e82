-- How many tokens has each language without duplicates and boilerplate, and why is every byte gone?
-- One row per language and reason. byte_count adds up over the reasons of a language to all bytes of
-- its documents, document_bytes; document_count does not, for a document loses bytes for several.
-- step orders the reasons: 1 copies byte for byte, or with the same URL and text; 2 rejected (by
-- reason) or left for the next run; language NULL; 3 not_text: markup, other fields, what cleaning
-- and extraction took (articles.removed counts the places) less what UTF-8 adds: may be below 0;
-- 4 of texts: an earlier version, a copy (another article stands for its story, folded_articles);
-- 5 of the texts kept: paragraphs that are page furniture, boilerplate of the source or repeated in
-- the same words, and blank lines; 6 kept. token_count: words as articles.word_count has them, NULL
-- where no text was made of it. Bytes of texts are UTF-8. Captions and bylines are kept.
WITH met AS (
    SELECT f.outcome, f.byte_count, f.reason AS why, a.article_id, a.source, a.language_code,
           a.word_count, a.paragraph_count, a.is_latest, a.is_kept
    FROM files f LEFT JOIN unfolded_articles a ON a.article_id = f.article_id
    WHERE f.outcome <> 'container'
), dropped AS (  -- paragraphs
    SELECT p.article_id, list({'start': p.char_start, 'end': p.char_end, 'reason':
               CASE WHEN p.kind = 'furniture' THEN 'furniture' WHEN b.source IS NOT NULL
                    THEN 'boilerplate' ELSE 'repeated_paragraph' END}) AS places
    FROM paragraphs p
    JOIN met d ON d.article_id = p.article_id AND d.outcome = 'article' AND d.is_kept
    LEFT JOIN (SELECT DISTINCT source, text_sha256 FROM boilerplate) b
      ON b.source = d.source AND b.text_sha256 = p.text_sha256
    WHERE p.kind = 'furniture' OR p.repeat_kind = 'repeated' OR b.source IS NOT NULL
    GROUP BY p.article_id
), texts AS MATERIALIZED (  -- the only look at the words, which is most of the work
    SELECT a.article_id, strlen(a.text) AS text_bytes,
           [{'reason': p.reason, 'piece': substring(a.text, p.start + 1, p.end - p.start)}
            FOR p IN d.places] AS pieces
    FROM articles a LEFT JOIN dropped d ON d.article_id = a.article_id
), documents AS (
    SELECT m.*, t.text_bytes FROM met m LEFT JOIN texts t ON t.article_id = m.article_id
), pieces AS (
    SELECT article_id, reason, sum(strlen(piece)) AS piece_bytes,
           sum(len(regexp_extract_all(piece,
               '[\p{Thai}\p{Lao}\p{Tibetan}\p{Myanmar}\p{Khmer}\p{Hiragana}\p{Katakana}\p{Han}]'
               || '|[^\s\p{Thai}\p{Lao}\p{Tibetan}\p{Myanmar}\p{Khmer}\p{Hiragana}\p{Katakana}'
               || '\p{Han}]+'))) AS piece_words
    FROM (SELECT article_id, unnest(pieces, recursive := true) FROM texts)
    GROUP BY article_id, reason
), less AS (
    SELECT article_id, sum(piece_bytes) AS piece_bytes, sum(piece_words) AS piece_words
    FROM pieces GROUP BY article_id
), parts AS (
    SELECT language_code, outcome AS reason, 1 AS step, byte_count AS bytes, NULL::BIGINT AS tokens
    FROM documents WHERE outcome IN ('same_bytes', 'same_text')
    UNION ALL
    SELECT NULL, outcome || coalesce(': ' || why, ''), 2, byte_count, NULL
    FROM documents WHERE outcome IN ('rejected', 'left')
    UNION ALL
    SELECT language_code, 'not_text', 3, byte_count - text_bytes, NULL
    FROM documents WHERE outcome = 'article'
    UNION ALL
    SELECT language_code, CASE WHEN is_latest THEN 'copy' ELSE 'earlier_version' END, 4, text_bytes,
           word_count
    FROM documents WHERE outcome = 'article' AND NOT is_kept
    UNION ALL
    SELECT d.language_code, p.reason, 5, p.piece_bytes, p.piece_words
    FROM pieces p JOIN documents d ON d.article_id = p.article_id AND d.outcome = 'article'
    UNION ALL
    SELECT language_code, 'blank_lines', 5, 2 * (paragraph_count - 1), 0
    FROM documents WHERE outcome = 'article' AND is_kept
    UNION ALL
    SELECT d.language_code, 'kept', 6, d.text_bytes - 2 * (d.paragraph_count - 1)
               - coalesce(l.piece_bytes, 0), d.word_count - coalesce(l.piece_words, 0)
    FROM documents d LEFT JOIN less l ON l.article_id = d.article_id
    WHERE d.outcome = 'article' AND d.is_kept
)
SELECT language_code, step, reason, count(*) AS document_count, sum(bytes)::BIGINT AS byte_count,
       sum(tokens)::BIGINT AS token_count,
       (sum(sum(bytes)) OVER (PARTITION BY language_code))::BIGINT AS document_bytes
FROM parts
GROUP BY language_code, step, reason
ORDER BY language_code NULLS LAST, step, reason
