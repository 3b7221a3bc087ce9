# `make` lists the targets. `make check` is what CI runs.
CARGO ?= cargo
.DEFAULT_GOAL := help
.PHONY: help setup build demo lab test lint doc check fuzz bench

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo '  RUN      One of the long runs, by its name: dev/run lists them'

setup: ## Install what the targets need and this machine lacks (Debian; elsewhere it says what)
	@dev/scripts/setup

build: ## Build the program, optimised, as target/release/preopen
	$(CARGO) build --locked --release

demo: ## Build, then a real MCP client works on this repository and meets the refusals
	$(CARGO) build --locked --bin preopen --example demo
	target/debug/examples/demo target/debug/preopen

lab: ## Build, then attack and race four weak servers and this one
	$(CARGO) build --locked --release --workspace
	target/release/preopen-lab

test: ## Run every test
	$(CARGO) test --locked --workspace

lint: ## Formatting, clippy with the bans on ambient authority, dependency policy, prose
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(CARGO) clippy --locked --no-default-features -- -D warnings
	dev/scripts/deny
	dev/prose/check

doc: ## Build the documentation; a warning is an error
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --workspace --no-deps --document-private-items

check: lint test doc ## What CI runs

fuzz: ## Fuzz every target for FUZZ_SECONDS=900 (needs a C++ compiler and python3)
	tests/fuzz/run

bench: build ## Measure beside other servers, into docs/performance.md (needs npm and python3)
	dev/benches/run

.DEFAULT:
	@dev/run $@
