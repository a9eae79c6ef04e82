"""A corpus, or a part of it, as plain files for other programs: `export` in tasks/export/job.py."""
