//! The questions of an ordinary coding session, over three trees: this repository, a pnpm workspace, a Next.js
//! application. None gives an empty answer for a thing that is there.

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

/// A tool, its arguments, and what the answer must have.
type Question = (&'static str, Value, &'static str);

fn ask(client: &mut Client, questions: &[Question]) {
    for (tool, arguments, want) in questions {
        let answer = client.call(tool, arguments);
        assert!(!answer.is_error, "{tool} {arguments}: {}", answer.text);
        assert!(answer.text.contains(want), "{tool} {arguments}: no {want} in {}", answer.text);
    }
}

fn find(pattern: &str, want: &'static str) -> Question {
    ("search_files", json!({"pattern": pattern}), want)
}

fn find_in(path: &str, pattern: &str, want: &'static str) -> Question {
    ("search_files", json!({"pattern": pattern, "path": path}), want)
}

fn grep(arguments: Value, want: &'static str) -> Question {
    ("grep", arguments, want)
}

#[test]
fn this_repository() {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut client = Client::start(&[root], Era::Modern);
    let name = root.rsplit('/').next().unwrap();
    ask(
        &mut client,
        &[
            find("Cargo.toml", "Cargo.toml\n"),
            find("cargo.toml", "Cargo.toml\n"),
            find("readme", "README.md"),
            find("src", "\nsrc/\n"),
            find("src/", "\nsrc/\n"),
            find("tools", "src/tools/\n"),
            find("src/tools", "src/tools/\n"),
            find(".github", ".github/\n"),
            find(".gitignore", ".gitignore\n"),
            find(
                ".git",
                ".git left out: version control directories are searched only if given as `path`",
            ),
            find("*.rs", "src/allowlist.rs"),
            find("**/*.rs", "of "),
            find("src/**/*.rs", "src/args.rs"),
            find("src/*.rs", "src/main.rs"),
            find("./src/*.rs", "src/main.rs"),
            find("/Cargo.toml", "Cargo.toml\n[1 match"),
            find("tools/*.rs", "src/tools/grep.rs"),
            find("*.{toml,lock}", "Cargo.lock"),
            find("*.toml,*.lock", "Cargo.lock"),
            find("name_pattern", "src/tools/globs/name_pattern.rs"),
            find("GREP.rs", "src/tools/grep.rs"),
            find(&format!("{root}/src/*.rs"), "src/main.rs"),
            find(&format!("{name}/src/*.rs"), "src/main.rs"),
            find_in("src/tools", "src/tools/*.rs", "src/tools/grep.rs"),
            find_in("src", "*.rs", "src/main.rs"),
            grep(json!({"pattern": "fn main"}), "src/main.rs"),
            grep(json!({"pattern": "fn main", "glob": "src/*.rs"}), "src/main.rs"),
            grep(json!({"pattern": "fn main", "glob": "src"}), "src/main.rs"),
            grep(
                json!({"pattern": "fn main", "glob": ["*.rs", "!tests/**"], "output": "files"}),
                "src/main.rs",
            ),
            grep(
                json!({"pattern": "fn main", "exclude": ["tests", "lab"], "output": "files"}),
                "src/main.rs",
            ),
            grep(json!({"pattern": "pub struct Budget", "type": "rust"}), "src/limits.rs"),
            (
                "keyword_search",
                json!({"keyword": "Budget", "root_paths": ["src"], "include_patterns": ["*.rs"]}),
                "src/limits.rs",
            ),
            ("directory_tree", json!({"exclude": ["tests"], "max_depth": 1}), "src/"),
        ],
    );
}

fn workspace() -> Sandbox {
    let mut sandbox = Sandbox::new()
        .dir("repo/.git")
        .file("repo/.gitignore", "node_modules\ndist/\n.env*\n!.env.example\n")
        .file("repo/.npmrc", "x\n")
        .file("repo/.env.local", "TOKEN=1\n")
        .file("repo/.env.example", "TOKEN=\n")
        .file("repo/pnpm-workspace.yaml", "packages:\n  - packages/*\n")
        .file("repo/package.json", "{\"name\": \"root\"}\n");
    for package in ["ui", "api"] {
        let at = format!("repo/packages/{package}");
        sandbox = sandbox
            .file(&format!("{at}/package.json"), format!("{{\"name\": \"@acme/{package}\"}}\n"))
            .file(&format!("{at}/src/index.ts"), "export * from './Button'\n")
            .file(&format!("{at}/src/Button.tsx"), "export function Button() {}\n")
            .file(&format!("{at}/src/Button.test.tsx"), "test('Button')\n")
            .file(&format!("{at}/dist/index.js"), "built\n")
            .link(
                &format!("{at}/node_modules/lodash"),
                "../../../node_modules/.pnpm/lodash@4.17.21/node_modules/lodash",
            );
    }
    sandbox
        .file(
            "repo/node_modules/.pnpm/lodash@4.17.21/node_modules/lodash/debounce.js",
            "function debounce() {}\n",
        )
        .link("repo/node_modules/lodash", ".pnpm/lodash@4.17.21/node_modules/lodash")
        .link("repo/packages/shared", "ui/src")
}

#[test]
fn a_pnpm_workspace() {
    let sandbox = workspace();
    let mut client = Client::start(&[&sandbox.spec("repo", "ro")], Era::Modern);
    let root = sandbox.path("repo").canonicalize().unwrap();
    let everything = |pattern: &str| json!({"pattern": pattern, "respect_ignore": false});
    ask(
        &mut client,
        &[
            find("package.json", "packages/ui/package.json"),
            find("packages", "packages/\n"),
            find("packages/ui", "packages/ui/\n"),
            find("packages/*", "packages/api/\n"),
            find("packages/*/package.json", "packages/api/package.json"),
            find("**/package.json", "\npackages/ui/package.json"),
            find("ui/src/*.tsx", "packages/ui/src/Button.tsx"),
            find("Button", "packages/ui/src/Button.tsx"),
            find("button.tsx", "packages/ui/src/Button.tsx"),
            find("*.tsx,!*.test.tsx", "packages/ui/src/Button.tsx"),
            find("*.test.*", "packages/ui/src/Button.test.tsx"),
            find(".npmrc", ".npmrc"),
            find(".env*", ".env.example"),
            find(
                ".env.local",
                "ignored (e.g. .env.local, packages/api/dist); set respect_ignore=false",
            ),
            find("repo/packages/ui/src/*.ts", "packages/ui/src/index.ts"),
            find(&format!("{}/packages/**/*.ts", root.display()), "packages/api/src/index.ts"),
            find("pnpm-workspace", "pnpm-workspace.yaml"),
            find("lodash", "5 directories ignored (e.g. packages/api/dist)"),
            find("dist", "directories ignored (e.g. packages/api/dist)"),
            ("search_files", everything("lodash"), "node_modules/.pnpm/lodash@4.17.21/"),
            ("search_files", everything("debounce*"), "lodash/debounce.js"),
            ("search_files", everything("node_modules"), "packages/ui/node_modules/"),
            (
                "search_files",
                json!({"pattern": "*.js", "exclude": ["node_modules"], "respect_ignore": false}),
                "packages/ui/dist/index.js",
            ),
            find_in("packages/ui/node_modules/lodash", "*.js", "debounce.js"),
            find_in("packages/shared", "*.tsx", "Button.tsx"),
            grep(
                json!({"pattern": "Button", "glob": "packages/*/src/**"}),
                "packages/ui/src/Button.tsx",
            ),
            grep(json!({"pattern": "Button", "path": "packages/ui"}), "Button.tsx"),
            grep(
                json!({"pattern": "Button", "exclude": ["*.test.tsx"], "output": "files"}),
                "packages/api/src/index.ts",
            ),
            grep(
                json!({"pattern": "debounce", "path": "packages/ui/node_modules/lodash"}),
                "debounce.js",
            ),
            grep(
                json!({"pattern": "debounce", "path": "node_modules", "respect_ignore": false}),
                "debounce.js",
            ),
            grep(
                json!({"pattern": "debounce", "path": "packages", "respect_ignore": false}),
                "3 links not followed (e.g. packages/api/node_modules/lodash)",
            ),
            grep(
                json!({"pattern": "@acme/ui", "glob": "package.json"}),
                "packages/ui/package.json",
            ),
            (
                "keyword_search",
                json!({"keyword": "Button", "root_paths": ["packages"], "include_patterns": ["*.tsx"], "exclude_patterns": ["*.test.tsx"]}),
                "packages/ui/src/Button.tsx",
            ),
            ("directory_tree", json!({"path": "packages", "exclude": ["src"]}), "ui/"),
        ],
    );
}

fn application() -> Sandbox {
    [
        "app/layout.tsx",
        "app/page.tsx",
        "app/(auth)/login/page.tsx",
        "app/(auth)/layout.tsx",
        "app/@modal/default.tsx",
        "app/blog/[slug]/page.tsx",
        "app/blog/s/page.tsx",
        "app/docs/[...slug]/page.tsx",
        "app/shop/[[...slug]]/page.tsx",
        "app/users/[id]/page.tsx",
        "app/users/[id]/[postId]/edit.tsx",
        "app/api/[id]/route.ts",
        "components/ui/button.tsx",
        "next.config.mjs",
        ".next/server/app.js",
    ]
    .into_iter()
    .fold(Sandbox::new().dir("site/.git").file("site/.gitignore", ".next/\n"), |sandbox, path| {
        sandbox.file(&format!("site/{path}"), "export default 1\n")
    })
}

#[test]
fn a_next_js_application() {
    let sandbox = application();
    let mut client = Client::start(&[&sandbox.spec("site", "ro")], Era::Modern);
    let files = |glob: Value| json!({"pattern": "export", "output": "files", "glob": glob});
    ask(
        &mut client,
        &[
            find("page.tsx", "app/blog/[slug]/page.tsx"),
            find("app/users/[id]/page.tsx", "app/users/[id]/page.tsx\n[1 match"),
            find("app/blog/[slug]/page.tsx", "app/blog/[slug]/page.tsx\n[1 match"),
            find("blog/[slug]", "app/blog/[slug]/\n"),
            find("[slug]", "app/blog/[slug]/\n"),
            find("[...slug]", "app/docs/[...slug]/\n"),
            find("[[...slug]]", "app/shop/[[...slug]]/\n"),
            find("app/shop/[[...slug]]/page.tsx", "app/shop/[[...slug]]/page.tsx\n[1 match"),
            find("app/**/[id]/*.tsx", "app/users/[id]/page.tsx\n[1 match"),
            find("app/**/[postId]/**", "app/users/[id]/[postId]/edit.tsx"),
            find("**/[id]/**", "app/users/[id]/[postId]/edit.tsx"),
            find("app/api/[id]/*.{ts,js}", "app/api/[id]/route.ts"),
            find("(auth)", "app/(auth)/\n"),
            find("app/(auth)/**", "app/(auth)/login/page.tsx"),
            find("(auth)/*", "app/(auth)/layout.tsx"),
            find("@modal", "app/@modal/\n"),
            find("@modal/*", "app/@modal/default.tsx"),
            find("app/**/page.tsx", "app/(auth)/login/page.tsx"),
            find("app/*/*/page.tsx", "app/blog/s/page.tsx"),
            find("*.config.*", "next.config.mjs"),
            find("Button", "components/ui/button.tsx"),
            find("components/*.tsx", "components/ui/button.tsx"),
            find("site/app/page.tsx", "app/page.tsx"),
            find_in("app/users/[id]", "*", "app/users/[id]/page.tsx"),
            find_in("app", "app/**/[id]/**", "app/api/[id]/route.ts"),
            (
                "search_files",
                json!({"pattern": "page.tsx", "exclude": ["[id]", "(auth)"]}),
                "app/blog/s/page.tsx",
            ),
            grep(files(json!("app/**/[postId]/**")), "app/users/[id]/[postId]/edit.tsx"),
            grep(
                files(json!(["app/users/[id]/**", "!edit.tsx"])),
                "app/users/[id]/page.tsx\n[1 file",
            ),
            grep(files(json!("app/(auth)/**")), "app/(auth)/login/page.tsx"),
            grep(files(json!("app/shop/[[...slug]]/*")), "app/shop/[[...slug]]/page.tsx"),
            grep(files(json!("app/blog/[slug]/page.tsx")), "app/blog/[slug]/page.tsx\n[1 file"),
            (
                "keyword_search",
                json!({"keyword": "export", "root_paths": ["app"], "include_patterns": ["**/[id]/**"]}),
                "app/api/[id]/route.ts",
            ),
            ("directory_tree", json!({"path": "app/users/[id]"}), "[postId]/"),
            ("list_directory", json!({"path": "app/shop/[[...slug]]"}), "page.tsx"),
        ],
    );
}
