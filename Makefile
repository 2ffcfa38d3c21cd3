# The targets call small scripts in scripts/, which can be read and run by themselves.
# PYTHON, PORT, DATABASE_URL and KECS_VAR_DIR may be given here (make run PORT=8080) or in the environment.
.DEFAULT_GOAL := help
.PHONY: help setup run test bench attacks faults lint format lock clean pictures
export PYTHON PORT DATABASE_URL KECS_VAR_DIR

help: ## List these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/    make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

setup: ## Make the environment, the command line .venv/bin/kecs and the assets
	@scripts/setup

run: ## Serve a development installation on http://127.0.0.1:8000 (PORT, DATABASE_URL, KECS_VAR_DIR)
	@python=$$(scripts/python) && exec "$$python" scripts/run

test: ## Run every check and test, in a real browser and on PostgreSQL too
	@scripts/test

bench: ## Measure registrations, writing benchmarks/results (BENCH="--rounds 1" and the like)
	@scripts/setup
	@scripts/postgres install
	@.venv/bin/python -m benchmarks.registration $(BENCH)

attacks: ## Play the thief's playbook against a server of its own, and print what got through (ATTACKS="--quick")
	@scripts/setup --dev
	@scripts/browser >/dev/null
	@scripts/postgres install
	@.venv/bin/python -m tests.attacks $(ATTACKS)

faults: ## Break things, and print what held (FAULTS="--quick", "--only mailer", "--share 0.1")
	@scripts/setup --dev
	@scripts/postgres install
	@scripts/postfix || true
	@.venv/bin/python -m tests.faults $(FAULTS)
	@scripts/postgres with -- .venv/bin/python -m tests.faults $(FAULTS)
	@scripts/postgres with -- .venv/bin/python tests/faults/kill.py $(filter --quick,$(FAULTS))
	@scripts/postgres with -- .venv/bin/python tests/faults/points.py $(filter --quick,$(FAULTS))
	@.venv/bin/python tests/faults/kill_import.py $(filter --quick,$(FAULTS))
	@.venv/bin/python -m tests.faults.database $(filter --quick,$(FAULTS))
	@.venv/bin/python -m tests.faults.failover $(filter --quick,$(FAULTS))
	@.venv/bin/python -m tests.faults.shortage $(filter --quick,$(FAULTS))
	@.venv/bin/python -m tests.faults.volume $(filter --quick,$(FAULTS))
	@scripts/postgres with -- .venv/bin/python tests/faults/rotate.py $(filter --quick,$(FAULTS))
	@scripts/softhsm && scripts/postgres with -- .venv/bin/python tests/faults/rotate.py --hsm $(filter --quick,$(FAULTS))
	@.venv/bin/python tests/faults/restore_drill.py $(filter --quick,$(FAULTS))
	@scripts/postgres with -- .venv/bin/python tests/faults/restore_drill.py $(filter --quick,$(FAULTS))
	@scripts/postgres with -- .venv/bin/python -m tests.faults.versions $(filter --quick,$(FAULTS))
	@scripts/postgres with -- .venv/bin/python -m tests.faults.clock $(filter --quick,$(FAULTS))
	@scripts/postgres with --durable -- .venv/bin/python -m tests.faults.opening_day $(filter --quick,$(FAULTS))

lint: ## Run the checks only: style, types, import contracts, migrations
	@scripts/setup --dev
	@scripts/lint

format: ## Put the code into the one format
	@scripts/setup --dev
	@.venv/bin/ruff check --fix-only --quiet . $$(grep -lE '^#!.*python' scripts/*)
	@.venv/bin/ruff format --quiet . $$(grep -lE '^#!.*python' scripts/*)

messages: ## Bring src/kecs/locale up to date with the words in the code (needs GNU gettext)
	@scripts/messages

lock: ## Rewrite requirements/ from pyproject.toml (make lock UPGRADE=1 takes the newest versions)
	@scripts/lock $(if $(UPGRADE),--upgrade)

pictures: ## Take the pictures in docs/ anew: the guides, and every page in both languages
	@scripts/pictures

clean: ## Remove what make setup made; var/ stays
	@rm -rf .venv build node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
