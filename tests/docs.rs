//! Pages that would be wrong if the code changed without them.

use std::process::Stdio;

use crate::common::{Client, Era, preopen};

fn page(name: &str) -> String {
    std::fs::read_to_string(name).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn reference_pages_are_what_the_program_prints() {
    for name in ["errors", "tools", "limits", "protected"] {
        let output = preopen(&["explain", name]).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(page(&format!("docs/{name}.md")), printed, "run `dev/run reference`");
    }
}

#[test]
fn the_page_of_the_attacks_has_every_row() {
    let page = page("docs/attacks.md");
    for row in preopen_attacks::all() {
        let listed = format!("| {} | `` {} `` |", row.id, row.path.escape_debug());
        let listed = listed.replace("|id", "\\|id");
        assert!(page.contains(&listed), "{} is not there: run `dev/run attacks`", row.name());
    }
    for sequence in preopen_attacks::SEQUENCES {
        let listed = format!("| {} | {}", sequence.id, sequence.calls[0]);
        assert!(page.contains(&listed), "{} is not there: run `dev/run attacks`", sequence.id);
    }
}

#[test]
fn the_example_allowlist_is_a_valid_one() {
    let text = page("allowlist.toml");
    let list = preopen::allowlist::Allowlist::parse(&text, std::path::Path::new("/")).unwrap();
    assert!(!list.allow.is_empty());
}

/// Every page that somebody may read, here, in `docs/` and in `workshop/`.
fn pages() -> Vec<String> {
    let names =
        [".", "docs", "workshop"].into_iter().flat_map(|dir| std::fs::read_dir(dir).unwrap());
    let paths = names.map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let mut pages: Vec<_> = paths.map(|path| path.to_str().unwrap().to_owned()).collect();
    pages.sort();
    pages
}

/// Every `preopen` command in a shell block of a page is run, as it stands there, with standard
/// input at its end: it has to be understood. What it then serves is tested elsewhere.
#[test]
fn every_command_of_the_pages_is_understood() {
    let mut ran = 0;
    for line in pages().iter().flat_map(|name| shell_lines(&page(name))) {
        let line =
            line.split_once(" #").map_or(line.as_str(), |(command, _)| command).trim().to_owned();
        let Some(args) = line.strip_prefix("preopen ") else { continue };
        let (root, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let work = root.path().join("work");
        for dir in ["src", "docs", "project"] {
            std::fs::create_dir_all(work.join(dir)).unwrap();
        }
        std::fs::write(work.join("allowlist.toml"), "[[allow]]\npath = \"src\"\n").unwrap();
        let mut server = preopen(&["--allow", "src", "--audit", "../audit.jsonl"]);
        let served = server.current_dir(&work).stdin(Stdio::null()).output().unwrap();
        assert!(served.status.success());
        std::fs::copy(root.path().join("audit.jsonl"), work.join("audit.jsonl")).unwrap();
        let mut args: Vec<&str> = args.split_whitespace().collect();
        if args.first() == Some(&"install") {
            // Here nobody can be asked.
            args.push("--yes");
        }
        let mut command = preopen(&args);
        command.current_dir(&work).env("HOME", home.path()).stdin(Stdio::null());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        ran += 1;
    }
    assert!(ran >= 12, "only {ran} commands were found");
}

/// What a page says in passing, such as `preopen audit verify`, is a command with those flags.
#[test]
fn every_command_that_is_named_in_passing_exists() {
    let mut seen = 0;
    for name in pages() {
        let text = page(&name);
        let prose: String = text.split("```").step_by(2).collect();
        for quoted in prose.split('`').skip(1).step_by(2) {
            let quoted = quoted.replace('\n', " ");
            let Some(said) = quoted.strip_prefix("preopen ") else { continue };
            let words: Vec<&str> = said.split_whitespace().collect();
            let is_command = |word: &&&str| word.bytes().all(|b| b.is_ascii_lowercase());
            let depth = if words[0] == "audit" { 2 } else { 1 };
            let mut args: Vec<&str> =
                words.iter().take(depth).take_while(is_command).copied().collect();
            args.push("--help");
            let output = preopen(&args).output().unwrap();
            let help = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "{name} names `{quoted}`");
            for flag in words.iter().filter(|word| word.starts_with("--")) {
                assert!(help.contains(flag), "{name} names `{quoted}`, which has no {flag}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 10, "only {seen} commands are named");
}

/// The table of the clients is what the program prints; what a team commits serves the project, wherever
/// the client starts it.
#[test]
fn what_the_page_of_the_clients_says_to_write_works() {
    let text = page("docs/clients.md");
    let printed = preopen(&["explain", "clients"]).output().unwrap().stdout;
    assert!(text.contains(&String::from_utf8(printed).unwrap()), "run `preopen explain clients`");
    let blocks = text.split("```json\n").skip(1).map(|block| block.split("```").next().unwrap());
    let mut served = 0;
    for block in blocks {
        let said: serde_json::Value = serde_json::from_str(block).unwrap();
        let servers = said.get("mcpServers").or(said.get("servers")).unwrap();
        let server = &servers["preopen"];
        if server["command"] != "preopen" {
            continue;
        }
        let sandbox = crate::common::Sandbox::new().file("grant/a", "text\n").dir("home");
        let project = sandbox.path("grant");
        let args: Vec<String> = serde_json::from_value(server["args"].clone()).unwrap();
        let is_told = args.iter().any(|arg| arg.contains("${workspaceFolder}"));
        let args = args
            .iter()
            .map(|arg| arg.replace("${workspaceFolder}", project.to_str().unwrap()))
            .collect::<Vec<_>>();
        let mut command = preopen(&args.iter().map(String::as_str).collect::<Vec<_>>());
        command.current_dir(if is_told { sandbox.path("home") } else { project });
        let mut client = Client::spawn(command, Era::Modern, crate::common::Without::Nothing);
        let answer = client.call("read_text_file", &serde_json::json!({"path": "a"}));
        assert_eq!(answer.code(), "ok", "{block}");
        served += 1;
    }
    assert!(served >= 3, "only {served} were started");
}

/// The calls that pages show get the answers that they show.
#[test]
fn transcripts_in_the_docs_match_the_server() {
    for (name, calls) in [("README.md", 2), ("docs/changing.md", 2)] {
        let sandbox =
            crate::common::Sandbox::new().dir("grant/docs").link("grant/notes.txt", "/etc/passwd");
        for copy in ["LICENSE-MIT", "docs/LICENSE"] {
            std::fs::copy("LICENSE-MIT", sandbox.path("grant").join(copy)).unwrap();
        }
        let grant = format!("{}:rwd", sandbox.path("grant").display());
        let mut client = Client::start(&["--allow", &grant], Era::Modern);
        let page = page(name);
        let block = page.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
        let shown: Vec<&str> = block.split("> ").skip(1).collect();
        assert_eq!(shown.len(), calls, "{name}");
        for call in shown {
            let (asked, shown) = call.split_once('\n').unwrap();
            let (tool, arguments) = asked.split_once(' ').unwrap();
            let end = arguments.rfind('}').unwrap();
            let arguments = serde_json::from_str(&arguments[..=end]).unwrap();
            let answer = client.call(tool, &arguments).text;
            let shown = shown.trim_end().lines();
            let shown: Vec<&str> =
                shown.map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
            assert_eq!(crate::common::plain(&shown.join("\n")), answer, "{name}: {asked}");
        }
    }
}

/// What packages say of themselves is what the program says.
#[test]
fn every_package_has_the_version_of_the_program() {
    let version = env!("CARGO_PKG_VERSION");
    for (name, places) in [
        ("mcpb/manifest.json", &["/version"] as &[&str]),
        (
            "npm/package.json",
            &[
                "/version",
                "/optionalDependencies/@preopen~1linux-x64",
                "/optionalDependencies/@preopen~1linux-arm64",
            ],
        ),
        ("npm/platform.json", &["/version"]),
        ("server.json", &["/version", "/packages/0/version"]),
        ("claude-plugin/.claude-plugin/plugin.json", &["/version"]),
    ] {
        let text = page(&format!("dev/packaging/{name}"));
        let said: serde_json::Value = serde_json::from_str(&text).unwrap();
        for place in places {
            assert_eq!(said.pointer(place).unwrap(), version, "dev/packaging/{name}{place}");
        }
    }
}

/// Every `make` target and every `dev/run` that the documents name exists.
#[test]
fn every_run_that_is_named_exists() {
    let (makefile, runs) = (page("Makefile"), page("dev/run"));
    let mut seen = 0;
    for name in pages() {
        let page = page(&name);
        for (called, listed, start, end) in
            [("`make ", &makefile, "\n", ":"), ("`dev/run ", &runs, "\n## ", ": ")]
        {
            for (at, _) in page.match_indices(called) {
                let text = &page[at + called.len()..];
                let run: String =
                    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
                assert!(listed.contains(&format!("{start}{run}{end}")), "{name}: {called}{run}`");
                seen += 1;
            }
        }
    }
    assert!(seen >= 20, "only {seen} runs are named");
}

/// What the workflows call exists here; others' code is pinned by its commit; and nothing is permitted that is not said.
#[test]
fn every_command_of_the_workflows_exists() {
    let makefile = page("Makefile");
    for (name, called) in [("ci", 3), ("release", 2)] {
        let text = page(&format!(".github/workflows/{name}.yml"));
        let commands = text.lines().filter_map(|line| line.trim().strip_prefix("- run: "));
        let mut seen = 0;
        for command in commands {
            let first = command.split_whitespace().next().unwrap();
            match first {
                "make" => {
                    let target = &command["make ".len()..];
                    assert!(makefile.contains(&format!("\n{target}:")), "{name}: {command}");
                }
                _ if first.contains('/') => {
                    assert!(std::path::Path::new(first).is_file(), "{name}: {command}");
                }
                _ => continue,
            }
            seen += 1;
        }
        assert_eq!(seen, called, "{name}: commands of this repository");
        for action in text.lines().filter_map(|line| line.trim().strip_prefix("- uses: ")) {
            let commit = action.split(['@', ' ']).nth(1).unwrap_or_default();
            let is_commit = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_commit, "{name}: {action} is not pinned");
        }
        // For the whole workflow; what a job is permitted beyond that stands in the job.
        let is_least =
            ["\npermissions: {}\njobs:", "\npermissions:\n  contents: read\nconcurrency:"];
        assert!(is_least.iter().any(|least| text.contains(least)), "{name} is permitted more");
    }
}

/// Every test and attack that these pages name as evidence exists.
#[test]
fn every_piece_of_evidence_is_there() {
    let rows: Vec<String> = preopen_attacks::all().map(preopen_attacks::Row::name).collect();
    let kinds: std::collections::BTreeSet<&str> =
        rows.iter().map(|row| row.split_once('/').unwrap().0).collect();
    let (mut tests, mut attacks) = (0, 0);
    for name in [
        "SECURITY.md",
        "docs/threat-model.md",
        "docs/known-escapes.md",
        "docs/requirements.md",
        "docs/reviewer-answers.md",
        "docs/systems.md",
    ] {
        let text = page(name);
        for quoted in text.split('`').skip(1).step_by(2) {
            if let Some((module, test)) = quoted.split_once("::").filter(|(m, _)| *m != "std") {
                let all = page(&format!("tests/{module}.rs"));
                assert!(all.contains(&format!("fn {test}(")), "tests/{module}.rs has no {test}");
                tests += 1;
            } else if quoted.split_once('/').is_some_and(|(kind, _)| kinds.contains(kind)) {
                assert!(rows.iter().any(|row| row == quoted), "{name}: no attack is {quoted}");
                attacks += 1;
            }
        }
    }
    assert!(tests >= 15 && attacks >= 15, "only {tests} tests and {attacks} attacks are named");
}

/// Each of the requirements has one row; one that is there or moot has evidence, any other says why.
#[test]
fn all_requirements_are_there_each_once() {
    let text = page("docs/requirements.md");
    let mut numbers = vec![];
    for line in text.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let Ok(number) = cells[0].trim_end_matches(r"\*").parse::<usize>() else { continue };
        let [_, asked, state, here, evidence] = cells[..] else {
            panic!("row {number} has {} cells", cells.len());
        };
        numbers.push(number);
        assert!(!asked.is_empty() && !here.is_empty(), "row {number} says nothing");
        let has_evidence = evidence.contains('`') || evidence.contains("](");
        match state {
            "yes" | "moot" | "partly" => assert!(has_evidence, "row {number} has no evidence"),
            "refused" | "not yet" => {}
            _ => panic!("row {number}: {state} is not a state"),
        }
    }
    assert_eq!(numbers, (1..=46).collect::<Vec<_>>());
}

/// Every relative link leads to something.
#[test]
fn every_link_leads_somewhere() {
    let mut checked = 0;
    for name in pages() {
        let text = page(&name);
        for (at, _) in text.match_indices("](") {
            let target: String = text[at + 2..].chars().take_while(|c| *c != ')').collect();
            let file = target.split('#').next().unwrap();
            if !file.is_empty() && !file.contains("://") {
                let from = std::path::Path::new(&name).parent().unwrap();
                assert!(from.join(file).exists(), "{name} links to {file}");
                checked += 1;
            }
        }
    }
    assert!(checked >= 30, "only {checked} links");
}

fn shell_lines(text: &str) -> Vec<String> {
    let mut lines = vec![];
    let mut in_shell = false;
    for line in text.lines() {
        match line.trim() {
            "```sh" | "```console" => in_shell = true,
            "```" => in_shell = false,
            line if in_shell => lines.push(line.trim_start_matches("$ ").to_owned()),
            _ => {}
        }
    }
    lines
}
