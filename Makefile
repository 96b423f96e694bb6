PYTHON ?= python

.PHONY: check format lint types imports test openapi evidence

check: lint types imports test

format:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy

imports:
	$(PYTHON) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

test:
	$(PYTHON) -m pytest

# The description of the HTTP API that a test pins.
openapi:
	$(PYTHON) -m nlp.serve.description > docs/openapi.json

# Full-size benchmarks. TRAIN, HELD_OUT and GOLD name labelled files, FILMS the test reviews of
# NSMC and NSMC the folder of all its reviews: none is in the repository.
evidence:
	$(PYTHON) benchmarks/pii.py
	$(PYTHON) benchmarks/stream.py --rows 1000000
	$(PYTHON) benchmarks/stream.py --rows 10000 --model
	$(PYTHON) benchmarks/stream.py --rows 50000 --model
	$(PYTHON) benchmarks/evidence.py
	$(PYTHON) benchmarks/robustness.py $(if $(HELD_OUT),--rows $(HELD_OUT) --source "held-out rows")
	$(PYTHON) benchmarks/throughput.py
	$(PYTHON) benchmarks/simulate_ranking.py --report
	$(PYTHON) benchmarks/report_scale.py
	$(PYTHON) benchmarks/kill_jobs.py --rows 1600 --kills 10 --report
	$(PYTHON) benchmarks/serve_load.py --rounds 2 --texts 500 --seconds 14 --report
	$(PYTHON) benchmarks/api_fuzz.py --cases 150
ifdef NSMC
	$(PYTHON) benchmarks/nsmc.py --train $(NSMC)/ratings_train.tsv --test $(NSMC)/ratings_test.tsv --report
endif
ifdef HELD_OUT
	$(PYTHON) benchmarks/quality.py --model $$($(PYTHON) -c "from nlp.resources import default_model_path as p; print(p())") \
		--train $(TRAIN) data/complaints/*.jsonl --held-out $(HELD_OUT) $(if $(GOLD),--gold $(GOLD))
	$(PYTHON) benchmarks/learning_curve.py --train $(TRAIN) data/complaints/*.jsonl --held-out $(HELD_OUT) --report
ifdef FILMS
	$(PYTHON) benchmarks/confidence.py --held-out $(HELD_OUT) --counted $(TRAIN) --films $(FILMS) --report
endif
endif
