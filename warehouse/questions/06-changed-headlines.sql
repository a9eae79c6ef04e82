-- Which headlines were changed after publication, and how?
-- One row per version of an article whose headline is another one than that of the version before
-- it at the same outlet (versions that other outlets printed have headlines of their own). change:
-- marker (only UPDATE 1-, CORRECTED- and the like), spelling (case, punctuation), figures (only
-- numbers), extended, shortened, reordered, edited (half of the words or more are in both),
-- rewritten, added, removed. words_out and words_in: what went and what came. hours_after is
-- counted from the version before; NULL where a date is not known. Not seen: a new headline over an
-- unchanged text at the same address is one article (files, outcome same_text), of which one
-- headline is kept; the other stands only in the bytes of its document (raw, by files.sha256).
-- source: of this outlet; change: of this kind.
WITH asked AS (
    SELECT
        NULL::VARCHAR AS source,
        NULL::VARCHAR AS change
), pairs AS (
    SELECT v.*, coalesce(v.modified_at, v.published_at) AS changed_at,
           lag(v.article_id) OVER before AS previous_id,
           lag(v.headline) OVER before AS previous_headline,
           epoch(changed_at - lag(changed_at) OVER before) / 3600 AS hours_after
    FROM versions v
    WINDOW before AS (PARTITION BY v.first_id, v.source ORDER BY v.version)
), changed AS (
    SELECT * FROM pairs
    WHERE previous_id IS NOT NULL AND headline IS DISTINCT FROM previous_headline
), worded AS (  -- patterns as literals, and not in a lambda: else they are compiled for every row
    SELECT headline, regexp_replace(lower(headline),
           '^\s*(?:[(\[【]?(?:official|updated?|correct(?:s|ed)|corrections?|clarification|recasts?'
           '|wrapup|lead|urgent|refile|rpt|repeat|actuali[sz]\w*|ampliaci.n|correcci.n|corregido'
           '|corrig.|korrektur|berichtig\w*|aktualisier\w*|更新|更正|訂正)(?: \d+)?'
           '(?:\s*[)\]】]|\s?[-–—:|])\s*)+', '') AS bare,  -- without markers
           regexp_extract_all(bare,
           '\p{Han}|\p{Hiragana}+|\p{Katakana}+|\d+(?:[.,]\d+)*|[\p{L}\p{M}\p{N}]+') AS parts
    FROM (SELECT headline FROM changed UNION SELECT previous_headline FROM changed)
), compared AS (
    SELECT c.*, n.bare, o.bare AS bare_before, coalesce(n.parts, []) AS words,
           coalesce(o.parts, []) AS words_before,
           list_filter(words, lambda w: NOT list_contains(words_before, w)) AS words_in,
           list_filter(words_before, lambda w: NOT list_contains(words, w)) AS words_out,
           array_to_string(list_concat(words_in, words_out), ' ') AS altered
    FROM changed c LEFT JOIN worded n ON n.headline = c.headline
    LEFT JOIN worded o ON o.headline = c.previous_headline
), named AS (
    SELECT *, CASE
        WHEN previous_headline IS NULL THEN 'added'
        WHEN headline IS NULL THEN 'removed'
        WHEN bare = bare_before AND lower(headline) <> lower(previous_headline)
            THEN 'marker'
        WHEN words = words_before THEN 'spelling'
        WHEN len(words_in) + len(words_out) = 0 THEN 'reordered'
        WHEN len(words_out) = 0 THEN 'extended'
        WHEN len(words_in) = 0 THEN 'shortened'
        WHEN NOT regexp_matches(altered, '[^\d., ]') THEN 'figures'
        WHEN 2 * (len(words) - len(words_in)) >= greatest(len(words), len(words_before))
            THEN 'edited'
        ELSE 'rewritten' END AS change
    FROM compared
)
SELECT n.first_id, n.version, n.source, n.change, n.previous_headline, n.headline, n.words_out,
       n.words_in, n.published_at, n.modified_at, round(n.hours_after, 2) AS hours_after,
       n.previous_id, n.article_id
FROM named n CROSS JOIN asked
WHERE (asked.source IS NULL OR n.source = asked.source)
  AND (asked.change IS NULL OR n.change = asked.change)
ORDER BY n.changed_at NULLS LAST, n.first_id, n.version
