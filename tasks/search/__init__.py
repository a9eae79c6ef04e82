"""Full-text search: a derived index of the articles, its queries, and what their hits look like."""
