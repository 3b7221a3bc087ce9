# `make` lists the targets. `make check` is exactly what CI runs.
CARGO ?= cargo
.DEFAULT_GOAL := help
.PHONY: help setup build demo lab sample test test-here lint doc check cross test-portable attacks races kill trail interop review packages archive bench bench-tokens reference

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what the targets need and this machine lacks (Debian; elsewhere it says what)
	@scripts/setup

build: ## Build the program, optimised, as target/release/preopen
	$(CARGO) build --locked --release

demo: ## Build, then a real MCP client works on this repository and is refused the rest
	$(CARGO) build --locked --bin preopen --example demo
	target/debug/examples/demo target/debug/preopen

lab: ## Build, then attack four weak servers and this one, and race them
	$(CARGO) build --locked --release --workspace
	target/release/preopen-lab

sample: ## Make docs/lab-report.html anew, the report that is shipped as a sample
	$(CARGO) build --locked --release --workspace
	rm -f docs/lab-report.html
	target/release/preopen-lab --report docs/lab-report.html --sample --patience 2000

test: ## Run every test
	$(CARGO) test --locked --workspace

test-here: ## The tests of the program alone, without the lab: on macOS, where there is no Landlock for it
	$(CARGO) test --locked

lint: ## Formatting, clippy with the bans on ambient authority, dependency policy
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(CARGO) clippy --locked --no-default-features -- -D warnings
	scripts/deny

doc: ## Build the documentation; a warning is an error
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --workspace --no-deps --document-private-items

check: lint test doc ## What CI runs

cross: ## Does it compile for the other architecture and for macOS, and is Windows refused? (needs rustup, to fetch the targets)
	scripts/cross

test-portable: ## Every test, with what other systems have instead of Linux's own calls and walls
	RUSTFLAGS='--cfg preopen_portable' CARGO_TARGET_DIR=target/portable $(CARGO) test --locked

attacks: ## Every attack against the program and three weak servers, into docs/attacks.md
	PREOPEN_ATTACKS_PAGE=docs/attacks.md $(CARGO) test --locked --test all attacks:: -- --nocapture

races: ## The tree changes while it is served: RACE_SECONDS=60 of each kind, in memory and on the disk
	$(CARGO) test --locked --release --no-run --test all
	export RACE_SECONDS=$${RACE_SECONDS:-60}; \
	scripts/on-tmpfs $(CARGO) test --locked --release --test all races:: -- --nocapture --test-threads 1 && \
	$(CARGO) test --locked --release --test all changing_races:: -- --nocapture

kill: ## Killed while it changes files: KILL_ROUNDS=2000 times (the tests do it 100 times)
	KILL_ROUNDS=$${KILL_ROUNDS:-2000} $(CARGO) test --locked --release --test all killing:: -- --nocapture

trail: ## An audit trail of AUDIT_CALLS=100000 calls, changed in every way, each of which is named (the tests do it with 20,000)
	AUDIT_CALLS=$${AUDIT_CALLS:-100000} $(CARGO) test --locked --release --test all audit::whatever -- --nocapture

interop: build ## Other programs' clients (Claude Code and Codex, scripted; SDKs, Inspector) and the conformance suite of MCP (needs node and python3)
	$(CARGO) build --locked --example conformance
	tests/interop/run target/release/preopen target/debug/examples/conformance

review: ## What a reviewer runs, as a table: lints, docs, dependencies, our own rules, mutants of what guards (hours; needs npm and python3)
	review/run

packages: ## Every package, below target/packages, each checked by its own tool and started (needs npm and python3)
	packaging/build

archive: ## The program for this machine as target/archive/*.tar.gz, with the packages that are made already beside it
	scripts/archive

bench: build ## Side by side with the peers, into docs/performance.md (needs npm and python3)
	benches/run

bench-tokens: build ## What an agent has to read for ten jobs, by us and by the peers (needs npm and python3)
	benches/run tokens

reference: ## Print the reference pages of docs/ anew from the code
	for page in errors tools limits; do $(CARGO) run -q -- explain $$page > docs/$$page.md; done
