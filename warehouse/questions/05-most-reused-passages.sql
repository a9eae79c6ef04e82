-- Which passages are reused most, by which outlets, and where do they stand?
-- A passage is named by the earliest article that has it (undated ones are taken as late); its
-- words are text[char_start + 1 : char_end] there. story_count counts the stories that have it,
-- copies of one story in the same words once; outlets and article_count count those copies, too.
-- places: in which other articles it stands, with the whole span they share; of equal texts one is
-- named. Known boilerplate of a source is not looked at. Of texts alike but apart links keep the 32
-- nearest. least_chars: the shortest passage. within_stories: true also counts copies of one story
-- as reuse. most: how many passages are shown.
WITH asked AS (
    SELECT
        100 AS least_chars,
        false AS within_stories,
        100 AS most
), stories AS (
    SELECT article_id, group_id AS story FROM article_groups
), pairs AS (
    SELECT l.article_id, l.other_id, l.shared_spans,
           (b.published_at IS NULL, b.published_at, b.article_id)
               > (a.published_at IS NULL, a.published_at, a.article_id) AS is_first,
           coalesce(t.story, l.other_id) AS other_story,
           coalesce(s.story, l.article_id) <> other_story AS is_other_story
    FROM article_links l
    JOIN articles a ON a.article_id = l.article_id JOIN articles b ON b.article_id = l.other_id
    LEFT JOIN stories s ON s.article_id = l.article_id
    LEFT JOIN stories t ON t.article_id = l.other_id
    WHERE len(l.shared_spans) > 0
), unnested AS (
    SELECT * EXCLUDE (shared_spans), unnest(shared_spans) AS place FROM pairs
), spans AS (
    SELECT * EXCLUDE (place), place.a_start AS low, place.a_end AS high,
           place.b_start AS other_low, place.b_end AS other_high
    FROM unnested CROSS JOIN asked WHERE place.a_end - place.a_start >= least_chars
), edges AS (  -- spans cut by half the least length overlap where they share all of it
    SELECT article_id, unnest([low, high - least_chars + 1]) AS place, unnest([1, -1]) AS step
    FROM spans WHERE is_first AND (is_other_story OR within_stories)
), depths AS (
    SELECT article_id, place, sum(sum(step)) OVER later AS depth,
           lead(place) OVER later AS next_place
    FROM edges GROUP BY article_id, place HAVING sum(step) <> 0
    WINDOW later AS (PARTITION BY article_id ORDER BY place)
), peaks AS (
    SELECT article_id, depth, place AS low, next_place + least_chars - 1 AS high
    FROM depths CROSS JOIN asked
    WINDOW later AS (PARTITION BY article_id ORDER BY place)
    QUALIFY depth > coalesce(lag(depth) OVER later, 0)
        AND depth > coalesce(lead(depth) OVER later, 0)
), islands AS (  -- peaks that overlap by half the least length are one passage
    SELECT *, sum(CAST(is_apart AS INTEGER)) OVER later AS island FROM (
        SELECT *, coalesce(low + least_chars / 2 > max(high) OVER before, true) AS is_apart
        FROM peaks CROSS JOIN asked
        WINDOW before AS (PARTITION BY article_id ORDER BY low
                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
    WINDOW later AS (PARTITION BY article_id ORDER BY low)
), passages AS (
    SELECT p.article_id, p.low, p.high FROM islands p
    ANTI JOIN spans s  -- most of it stands in an earlier article
      ON s.article_id = p.article_id AND NOT s.is_first
     AND 2 * (least(s.high, p.high) - greatest(s.low, p.low)) >= p.high - p.low
    QUALIFY row_number() OVER (PARTITION BY p.article_id, p.island ORDER BY p.depth DESC, p.low) = 1
), found AS (
    SELECT p.article_id, p.low, p.high,
           1 + count(DISTINCT s.other_story) FILTER (s.is_other_story) AS story_count,
           list({'article_id': s.other_id, 'char_start': s.other_low, 'char_end': s.other_high}
                ORDER BY s.other_id, s.other_low) AS places
    FROM passages p JOIN spans s ON s.article_id = p.article_id AND s.is_first
                                AND s.low <= p.low AND s.high >= p.high
    GROUP BY p.article_id, p.low, p.high
    ORDER BY story_count DESC, len(places) DESC, p.article_id, p.low LIMIT (SELECT most FROM asked)
), printed AS (  -- with those of equal text, which links do not name
    SELECT f.article_id, f.low, count(DISTINCT c.article_id) AS article_count,
           coalesce(list(DISTINCT c.source ORDER BY c.source) FILTER (c.source IS NOT NULL), [])
               AS outlets
    FROM (SELECT article_id, low, article_id AS member FROM found
          UNION ALL SELECT article_id, low, unnest(places).article_id FROM found) f
    JOIN articles a ON a.article_id = f.member
    JOIN articles c ON c.identity_sha256 = a.identity_sha256
    GROUP BY f.article_id, f.low
)
SELECT f.story_count, len(p.outlets) AS outlet_count, p.article_count, p.outlets,
       substring(a.text, f.low + 1, f.high - f.low) AS passage, f.article_id, a.headline, a.source,
       a.published_at, f.low AS char_start, f.high AS char_end, f.places
FROM found f JOIN printed p ON p.article_id = f.article_id AND p.low = f.low
JOIN articles a ON a.article_id = f.article_id
ORDER BY f.story_count DESC, p.article_count DESC, f.article_id, f.low
