# `make` lists the targets. `make check` is exactly what CI runs.
CARGO ?= cargo
.DEFAULT_GOAL := help
.PHONY: help setup build demo lab sample exercise-11 test test-here lint doc check cross test-portable other-filesystems test-long fuzz faults soak load coverage attacks races kill ignoring trail interop review packages archive bench bench-tokens reference

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

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

sample: ## Make anew what is shipped of the lab's runs: the report and the session in docs/
	$(CARGO) build --locked --release --workspace
	rm -f docs/lab-report.html docs/lab-demo.cast docs/lab-demo.svg
	target/release/preopen-lab --report docs/lab-report.html --sample --patience 2000
	target/release/preopen-lab --cast docs/lab-demo.cast --picture docs/lab-demo.svg --patience 2000

exercise-11: build ## The one exercise that no test solves: a line of std::fs in a clone, and who notices (compiles everything)
	$(CARGO) build --locked --release --package preopen-lab
	scripts/exercise-11

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

test-portable: ## Every test, with what other systems have instead of Linux's own calls and walls (or ONLY='--test all search::')
	RUSTFLAGS='--cfg preopen_portable' CARGO_TARGET_DIR=target/portable $(CARGO) test --locked $(ONLY)

other-filesystems: ## The tests of changes on vfat, 9p and a directory that ignores case, in an emulated machine, MACHINE_SECONDS=1200 at most (needs qemu-system-x86, dosfstools and apt-get)
	scripts/other-filesystems

fuzz: ## Look for bytes that break what must hold, FUZZ_SECONDS=900 for each kind (needs a C++ compiler and python3)
	fuzz/run

faults: ## Every call of the kernel that a tool makes for files fails, with every error, one after the other (the tests try some)
	FAULTS=1 $(CARGO) test --locked --test all faults:: -- --nocapture

soak: ## A hundred calls at once for SOAK_SECONDS=1800, and side by side with the server that SOAK_PEER names
	$(CARGO) test --locked --release --no-run --test all
	SOAK_SECONDS=$${SOAK_SECONDS:-1800} $(CARGO) test --locked --release --test all soak:: -- --nocapture --test-threads 1

load: ## A million files, a hundred thousand directories, thousands of .gitignore (the tests take a hundredth; needs 5 GB where TMPDIR is)
	$(CARGO) test --locked --release --no-run --test all
	LOAD=1 $(CARGO) test --locked --release --test all loads:: -- --nocapture --test-threads 1

coverage: ## Which lines the tests and the fuzzer's seeds run, of what bytes and paths from outside go through
	scripts/coverage

test-long: ## A minute of each kind of fuzzing
	FUZZ_SECONDS=60 fuzz/run

attacks: ## Every attack against the program and three weak servers, into docs/attacks.md
	PREOPEN_ATTACKS_PAGE=docs/attacks.md $(CARGO) test --locked --test all attacks:: -- --nocapture

races: ## The tree changes while it is served: RACE_SECONDS=60 of each kind, in memory and on the disk
	$(CARGO) test --locked --release --no-run --test all
	export RACE_SECONDS=$${RACE_SECONDS:-60}; \
	scripts/on-tmpfs $(CARGO) test --locked --release --test all races:: -- --nocapture --test-threads 1 && \
	$(CARGO) test --locked --release --test all changing_races:: -- --nocapture

kill: ## Killed while it changes files: KILL_ROUNDS=2000 times (the tests do it 100 times)
	KILL_ROUNDS=$${KILL_ROUNDS:-2000} $(CARGO) test --locked --release --test all killing:: -- --nocapture

ignoring: ## Which files searches leave out, on IGNORE_TREES=20000 random trees, against git and ripgrep (the tests make 1,000)
	IGNORE_TREES=$${IGNORE_TREES:-20000} $(CARGO) test --locked --test all ignoring:: -- --nocapture

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
	for page in errors tools limits protected; do $(CARGO) run -q -- explain $$page > docs/$$page.md; done
