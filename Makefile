# Each target does all of its own set-up, in .venv: the first costs a minute, the next nothing.
# make PYTHON=python3.12 TARGET takes that Python; make VENV=.venv-3.12 TARGET keeps a second set-up.

MAKEFLAGS += --no-print-directory
VENV ?= .venv
BENCH_INPUT ?= seeds
export VENV PYTHON

bin = $(VENV)/bin

.PHONY: help demo test check format bench quality lock clean set-up set-up-dev
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: set-up ## build a corpus from seeds/, annotate it, ask it six questions
	@$(bin)/copydesk ingest seeds --exclude README.md
	@echo
	@$(bin)/copydesk enrich --no-prefect
	@echo
	$(bin)/copydesk sql "SELECT outcome, count(*) AS documents FROM files WHERE outcome <> 'container' GROUP BY ALL ORDER BY documents DESC, outcome"
	@echo
	$(bin)/copydesk sql "SELECT language_code, count(*) AS articles, sum(word_count) AS words, count(published_at) AS dated FROM articles GROUP BY ALL ORDER BY articles DESC, language_code"
	@echo
	$(bin)/copydesk sql "SELECT headline, paragraph_count, published_reason FROM articles JOIN files USING (article_id) WHERE path LIKE '%000_1925a3406a3489e1.txt'"
	@echo
	$(bin)/copydesk sql "SELECT headline, article_count AS articles, text_count AS texts, source_count AS sources, first_source FROM stories WHERE article_count > 1 ORDER BY articles DESC, headline"
	@echo
	$(bin)/copydesk sql "SELECT surface, object, modality, as_of_start AS since, place, attribution FROM quantities JOIN files USING (article_id) WHERE path LIKE '%000_1925a3406a3489e1.txt' ORDER BY quantity"
	@echo
	$(bin)/copydesk sql "SELECT speaker, is_anonymous AS anonymous, verb_class AS verb, left(replace(surface, chr(10), ' '), 56) AS says FROM attributions JOIN files USING (article_id) WHERE path LIKE '%000_1925a3406a3489e1.txt' ORDER BY quote"
	@echo
	@echo 'What became of one file, and why:'
	@echo '  $(bin)/copydesk explain seeds/txt/mojibake.txt'

# Four processes also on two cores, for many tests wait for processes of theirs; a module stays in one,
# so that what its tests share is made once.
test: set-up-dev ## run the tests; TESTS=tests/test_x.py for some of them
	@$(bin)/python -m pytest -n 4 --dist loadscope --no-loadscope-reorder $(TESTS)

check: set-up-dev ## format, lint, types, the arrow of imports, the data dictionary
	@$(bin)/ruff format --check --quiet
	@$(bin)/ruff check --quiet
	@$(bin)/mypy
	@$(bin)/lint-imports --no-cache --no-logo
	@$(bin)/python -m warehouse.dictionary --check

format: set-up-dev ## rewrite the sources as ruff would have them
	@$(bin)/ruff check --fix --quiet
	@$(bin)/ruff format --quiet

bench: set-up-dev ## measure ingest; BENCH_INPUT=FOLDER|FILE for other input than seeds/
	@$(bin)/python -m tests.bench.ingest $(BENCH_INPUT)

quality: set-up-dev ## precision and recall of the annotators on the labelled articles
	@$(bin)/python -m tests.quality --half seen
	@$(bin)/python -m tests.quality --half unseen

# Versions already locked stay unless LOCK_FLAGS=--upgrade. `fewest` keeps one version of a package
# for every Python where that is possible. The second lock holds everything of the first.
compile = .venv-lock/bin/uv pip compile pyproject.toml --extra fast --extra ner --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-emit-index-url --quiet \
	--custom-compile-command "make lock" $(LOCK_FLAGS)

lock: ## write requirements.lock and requirements-dev.lock anew from pyproject.toml
	@python=$$(sh .ci/python) && "$$python" -m venv .venv-lock
	@.venv-lock/bin/python -m pip install -qq uv
	$(compile) --output-file requirements.lock
	$(compile) --extra topics --extra notebook --extra s3 --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean: ## remove what the targets made, never the warehouse
	@rm -rf .venv .venv-* build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -not -path './warehouse/data/*' -exec rm -rf {} +

set-up:
	@sh .ci/venv run

set-up-dev:
	@sh .ci/venv dev
