-- The words that two articles share: one row per span of a link, with its place and text in both.
-- span: Number of the span in the link, from 1: the longest.
-- a_start: First code point in the text of article_a, from 0.
-- a_end: One past the last in it.
-- b_start: First code point in the text of article_b, from 0.
-- b_end: One past the last in it.
-- text_a: The words in article_a.
-- text_b: The words in article_b.
WITH spans AS (
    SELECT link_id, article_a, article_b, relation, is_same_item,
           generate_subscripts(shared_spans, 1) AS span, unnest(shared_spans) AS place
    FROM links
)
SELECT s.link_id, s.article_a, s.article_b, s.relation, s.is_same_item, s.span, s.place.a_start,
       s.place.a_end, s.place.b_start, s.place.b_end,
       substring(a.text, s.place.a_start + 1, s.place.a_end - s.place.a_start) AS text_a,
       substring(b.text, s.place.b_start + 1, s.place.b_end - s.place.b_start) AS text_b
FROM spans s JOIN articles a ON a.article_id = s.article_a
JOIN articles b ON b.article_id = s.article_b
