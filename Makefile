# Rehome: `make demo` and `make test` need nothing done before.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help install build test test-long test-versions demo bench scale faults load worker-image clean check-node postgres

# npm writes this file at the end of a whole installation.
INSTALLED := node_modules/.package-lock.json

help:
	@echo "make demo     moves two worlds' data between throwaway PostgreSQL servers, under three minutes"
	@echo "make test     builds, lints and runs the tests"
	@echo "make bench    measures Rehome beside pgcopydb and pg_dump, and its growth: ONLY=copy,same-server,growth SCALE=1 ROUNDS=3"
	@echo "make load     moves a service online under many clients: WRITES=1000000 ROWS=100000"
	@echo "make scale    measures a copy that 1, 2 and 4 processes share: MEGABYTES=100"
	@echo "make worker-image  builds the image of the pods that share in a copy: IMAGE=name:tag BASE=node:22-bookworm-slim"
	@echo "make faults   moves services under faults: COUNT=300 SEED=1, or JOURNEY=7 of a seed again"
	@echo "make test-long  the tests that take long too, on every version of PostgreSQL: FILES=.long. for these alone"
	@echo "make test-versions  fetches PostgreSQL 16 to 18 and tests moves between versions"
	@echo "make install  the dependencies and, where that takes no question, PostgreSQL"
	@echo "make build    compiles the workspaces"
	@echo "make clean    stops every local server of this folder and deletes its data"

check-node:
	@scripts/check-node

$(INSTALLED): package-lock.json | check-node
	npm ci --include=dev --no-fund --no-audit --loglevel=error
	@touch $@

postgres:
	@scripts/install-postgres

install: $(INSTALLED) postgres

build: check-node $(INSTALLED)
	@npm run --silent build

test: install build
	@npm run --silent lint
	@npx --no-install vitest run

test-long: install build
	@scripts/install-postgres-versions
	@REHOME_LONG=1 npx --no-install vitest run $(FILES)

test-versions: install build
	@scripts/install-postgres-versions
	@REHOME_LONG=1 npx --no-install vitest run test/versions

demo: install build
	@node scripts/demo.mjs

COUNT ?= 300
SEED ?= 1
LANES ?= 2
faults: install build
	@node bench/faults/dist/bin.js --count $(COUNT) --seed $(SEED) --lanes $(LANES) $(if $(JOURNEY),--journey $(JOURNEY))

WRITES ?= 1000000
WRITERS ?= 16
ROWS ?= 100000
load: install build
	@node bench/load/dist/bin.js --writes $(WRITES) --writers $(WRITERS) --rows $(ROWS) --scale $(or $(SCALE),5)

ROUNDS ?= 3
bench: install build
	@node bench/compare/dist/bin.js --rounds $(ROUNDS) --scale $(or $(SCALE),1) $(if $(ONLY),--only $(ONLY))

MEGABYTES ?= 100
scale: install build
	@node bench/compare/dist/scale/bin.js --megabytes $(MEGABYTES)

IMAGE ?= rehome-worker:latest
worker-image: install build
	@runner/build-image $(IMAGE) $(if $(BASE),--base $(BASE))

clean: check-node
	@node scripts/clean.mjs
