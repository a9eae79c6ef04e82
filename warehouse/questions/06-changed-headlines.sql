-- Which headlines were changed after publication, and how?
-- One row per version of an article whose headline is another one than that of the version before
-- it at the same outlet (versions that other outlets printed have headlines of their own). change:
-- marker (only UPDATE 1-, CORRECTED- and the like), spelling (case, punctuation), figures (only
-- numbers), extended, shortened, reordered, edited (half of the words or more are in both),
-- rewritten, added, removed. words_out and words_in: what went and what came. hours_after is
-- counted from the version before; NULL where a date is not known. Not seen: a new headline over an
-- unchanged text at the same address is one article (files, outcome same_text), of which one
-- headline is kept. source: of this outlet; change: of this kind.
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
), bared AS (  -- without markers; patterns are literals: others are compiled for every row
    SELECT *, list_transform([headline, previous_headline], lambda h: regexp_replace(lower(h),
           '^\s*(?:[(\[【]?(?:official|updated?|correct(?:s|ed)|corrections?|clarification|recasts?'
           '|wrapup|lead|urgent|refile|rpt|repeat|actuali[sz]\w*|ampliaci.n|correcci.n|corregido'
           '|corrig.|korrektur|berichtig\w*|aktualisier\w*|更新|更正|訂正)(?: \d+)?'
           '(?:\s*[)\]】]|\s?[-–—:|])\s*)+', '')) AS bare
    FROM pairs WHERE previous_id IS NOT NULL AND headline IS DISTINCT FROM previous_headline
), worded AS (
    SELECT *, list_transform(bare, lambda h: regexp_extract_all(coalesce(h, ''),
           '\p{Han}|\p{Hiragana}+|\p{Katakana}+|\d+(?:[.,]\d+)*|[\p{L}\p{M}\p{N}]+')) AS two,
           two[1] AS words, two[2] AS words_before,
           list_filter(words, lambda w: NOT list_contains(words_before, w)) AS words_in,
           list_filter(words_before, lambda w: NOT list_contains(words, w)) AS words_out,
           array_to_string(list_concat(words_in, words_out), ' ') AS changed
    FROM bared
), named AS (
    SELECT *, CASE
        WHEN previous_headline IS NULL THEN 'added'
        WHEN headline IS NULL THEN 'removed'
        WHEN bare[1] = bare[2] AND lower(headline) <> lower(previous_headline)
            THEN 'marker'
        WHEN words = words_before THEN 'spelling'
        WHEN len(words_in) + len(words_out) = 0 THEN 'reordered'
        WHEN len(words_out) = 0 THEN 'extended'
        WHEN len(words_in) = 0 THEN 'shortened'
        WHEN NOT regexp_matches(changed, '[^\d., ]') THEN 'figures'
        WHEN 2 * (len(words) - len(words_in)) >= greatest(len(words), len(words_before))
            THEN 'edited'
        ELSE 'rewritten' END AS change
    FROM worded
)
SELECT n.first_id, n.version, n.source, n.change, n.previous_headline, n.headline, n.words_out,
       n.words_in, n.published_at, n.modified_at, round(n.hours_after, 2) AS hours_after,
       n.previous_id, n.article_id
FROM named n CROSS JOIN asked
WHERE (asked.source IS NULL OR n.source = asked.source)
  AND (asked.change IS NULL OR n.change = asked.change)
ORDER BY n.changed_at NULLS LAST, n.first_id, n.version
