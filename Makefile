# A few words for people and CI alike. Works in a path with spaces and Chinese characters.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed
AIMOCK := @copilotkit/aimock@1.43.0

.PHONY: install demo test check evals bench ui wheel aimock clean

install: $(STAMP)

# Names, versions and hashes are pinned in constraints.txt; nothing else is fetched.
$(STAMP): constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("需要 Python 3.11 以上，现在是 " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r constraints.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(RUN) -m compileall -q assistant ui evals  # pip leaves an editable package uncompiled; half the start-up
	touch $(STAMP)

demo: install
	mkdir -p demo
	cp examples/*.yaml demo/
	$(RUN) -m ui.cli draft demo/half-year.yaml -o demo/half-year.docx || test $$? -eq 1  # 1: placeholders are left for the writer
	@echo "Word 成稿 demo/half-year.docx，核校稿 demo/half-year.review.docx，来源档 demo/half-year.audit.json"

test: install
	$(RUN) -m pytest -n 2 tests

check: install
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

evals: install
	$(RUN) -m ui.cli eval --baseline evals/baseline.json

ui: install
	$(RUN) -m ui.cli ui

bench: install
	$(RUN) -m benchmarks.retrieval quality known drafting copies speed
	$(RUN) -m benchmarks.batch briefs --units 40
	$(RUN) -m benchmarks.batch twins

aimock:
	npm install --no-save --no-package-lock --no-audit --no-fund --prefix build/aimock $(AIMOCK)

wheel: install
	$(RUN) -m hatchling build -t wheel

clean:
	rm -rf demo dist build
