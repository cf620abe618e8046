# Everything runs in .venv, which is made from pyproject.toml when it is needed.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test check bench measure samples networks clean
.DEFAULT_GOAL := demo

demo: networks
	@mkdir -p out
	@$(BIN)/poseguard gallery create out/calon.faces --force --note "samples/"
	@$(BIN)/poseguard gallery add out/calon.faces --id contoh --name "Calon Contoh" --election pilkada-2024 \
		--number 2 --source "samples/draw.py" samples/calon-contoh/*.jpg
	@$(BIN)/poseguard scan samples/ --election pilkada-2024 --posted 2024-10-15 \
		--gallery out/calon.faces --purpose demo --format text --format html --output out/demo.html || test $$? -eq 1 -o $$? -eq 3
	@echo
	@echo "out/demo.html shows the same with pictures: open it in a browser."

test: networks
	@$(BIN)/python -m pytest

check: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict

bench: networks
	@$(BIN)/python -m benchmarks.bench

# The networks measured saw the train side only (benchmarks/twins); make measure WEIGHTS=DIR measures others;
# PALM=DIR (with the mediapipe wheel) adds MediaPipe's own search.
measure: networks
	@$(BIN)/python -m benchmarks.measure $(if $(WEIGHTS),--weights $(WEIGHTS)) $(if $(PALM),--palm $(PALM))

samples: $(READY)
	@$(BIN)/python samples/draw.py

networks: $(READY)
	@$(BIN)/poseguard weights pull --quiet

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Setting up .venv (once; a few minutes at most) ..." >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv build dist out .mypy_cache .pytest_cache .ruff_cache
