-- The regular expression (RE2) that finds a term in any case and across line breaks.
CREATE MACRO term_pattern(term) AS
    '(?i)' || replace(regexp_escape(regexp_replace(trim(term), '\s+', ' ', 'g')), '\ ', '\s+')
