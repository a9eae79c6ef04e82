"""Articles labelled by hand, and what makes label files of them."""
