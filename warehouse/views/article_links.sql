-- Relations from each side: every row of links twice, read as article_id RELATION other_id.
-- contained_in mirrors contains, revised_by mirrors revision (the other is the later version), and
-- syndicated_to mirrors syndicated (the other outlet printed it). In spans and differences a is this
-- article and b the other one; lag_seconds is how much later this one appeared.
-- article_id: This article.
-- other_id: The article on the other side of the relation.
-- containment: How much of this article's 5-grams the other one has; NULL: exact, revision,
--   syndicated.
-- containment_other: How much of the other one's 5-grams this article has; NULL as above.
SELECT link_id, article_a AS article_id, article_b AS other_id, relation, jaccard,
       containment_a AS containment, containment_b AS containment_other, shared_spans,
       is_same_item, differs, differences, reason, agency, lag_seconds, version
FROM links
UNION ALL
SELECT link_id, article_b, article_a,
       CASE relation WHEN 'contains' THEN 'contained_in' WHEN 'contained_in' THEN 'contains'
                     WHEN 'revision' THEN 'revised_by' WHEN 'syndicated' THEN 'syndicated_to'
                     ELSE relation END,
       jaccard, containment_b, containment_a,
       [{'a_start': s.b_start, 'a_end': s.b_end, 'b_start': s.a_start, 'b_end': s.a_end}
        FOR s IN shared_spans],
       is_same_item, differs, [{'kind': d.kind, 'a': d.b, 'b': d.a} FOR d IN differences],
       reason, agency, -lag_seconds, version
FROM links
