"""Words, and the tables of words, that the annotators of wording share."""
