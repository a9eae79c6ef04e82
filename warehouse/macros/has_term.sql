-- Does a text have a term: in any case, and as whole words where its script has them?
-- Words are letters, digits and underscores; a term that begins or ends with another sign (C++) may
-- touch a word there, and so may one in a script that sets no spaces. The blanks round the text make
-- an empty piece mean that two places touch each other. Most places have a blank or a sign of ASCII
-- on both sides: then the rest, ten times as slow, is not asked.
CREATE MACRO has_term(part, term) AS CASE
    WHEN trim(term) = '' OR NOT regexp_matches(part, term_pattern(term)) THEN false
    WHEN regexp_matches(part, '(?:^|[\x00-/:-@\[-^`{-\x7f])' || term_pattern(term)
                              || '(?:$|[\x00-/:-@\[-^`{-\x7f])') THEN true
    ELSE list_bool_or([
        NOT (is_word_part(trim(term)) AND is_word_part(right(trim(term) || around[1], 1)))
        AND NOT (is_word_part(right(trim(term), 1)) AND is_word_part(around[2] || trim(term)))
        FOR around IN list_zip(
            string_split_regex(' ' || part || ' ', term_pattern(term))[:-2],
            string_split_regex(' ' || part || ' ', term_pattern(term))[2:])])
END
