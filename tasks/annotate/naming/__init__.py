"""Names in a text: models, word tables, titles, and which names are the same."""
