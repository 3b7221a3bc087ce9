//! A string of globs with commas means what a list of its parts means, also where its parts are written as in other
//! programs; and parentheses and brackets each mean what they mean at their place.

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

/// What grep answers for these globs.
fn grep(client: &mut Client, glob: &Value) -> String {
    let arguments = json!({"pattern": ".", "output": "files", "glob": glob});
    let Answer { text, is_error, .. } = client.call("grep", &arguments);
    assert!(!is_error, "{arguments}: {text}");
    text
}

/// The paths that an answer lists, sorted.
fn files(answer: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = answer.lines().collect();
    lines.pop();
    lines.sort_unstable();
    lines
}

fn tree(paths: &[&str]) -> (Sandbox, Client) {
    let mut sandbox = Sandbox::new();
    for path in paths {
        sandbox = sandbox.file(&format!("repo/{path}"), "x\n");
    }
    let client = Client::start(&[&sandbox.spec("repo", "ro")], Era::Modern);
    (sandbox, client)
}

#[test]
fn a_string_with_commas_is_read_as_a_list_of_its_parts() {
    let all = ["src/a.ts", "src/b.ts", "src/c.tsx", "lib/d.ts", "lib/sub/e.ts", "README.md"];
    let (_sandbox, mut client) = tree(&all);
    let [a, b, c, d, deep, readme] = all;
    for (parts, want) in [
        (vec!["src/a.ts:12", "src/b.ts:5"], vec![a, b]),
        (vec!["@src/a.ts", "@src/b.ts"], vec![a, b]),
        (vec!["src/...", "lib/..."], vec![d, deep, a, b, c]),
        (vec!["\"src/a.ts\"", "\"src/b.ts\""], vec![a, b]),
        (vec!["src/*.(ts|tsx)", "*.md"], vec![readme, a, b, c]),
        (vec!["src/a.ts:12", "nosuch.zz"], vec![a]),
        (vec!["src/a.ts#L3", "lib/d.ts"], vec![d, a]),
        (vec!["src/!(a).ts", "lib/!(d).ts"], vec![b]),
        (vec!["/home/me/src/a.ts", "/lib/d.ts"], vec![d, a]),
        (vec![r"C:\work\src\a.ts", "`lib/d.ts`", "nosuch.zz"], vec![d, a]),
        (vec!["SRC/A.ts", "./lib/d.ts"], vec![d, a]),
    ] {
        let list = grep(&mut client, &json!(parts));
        for separator in [",", ", "] {
            let text = parts.join(separator);
            let answer = grep(&mut client, &json!([text]));
            assert_eq!(files(&answer), want, "{text}: {answer}");
            assert_eq!(answer, list, "{text}");
        }
    }
}

#[test]
fn a_spelling_that_has_commas_itself_is_still_read() {
    let (_sandbox, mut client) = tree(&["src/a.ts", "src/b.md", "lib/c.py"]);
    for (text, want) in [
        ("src/a.ts(12,5)", vec!["src/a.ts"]),
        (r#"["*.ts", "*.md"]"#, vec!["src/a.ts", "src/b.md"]),
        ("\"*.ts,*.md\"", vec!["src/a.ts", "src/b.md"]),
        ("@(a,b).md", vec!["src/b.md"]),
    ] {
        let answer = grep(&mut client, &json!([text]));
        assert_eq!(files(&answer), want, "{text}: {answer}");
    }
}

#[test]
fn parentheses_without_a_bar_are_characters_in_other_spellings_as_well() {
    let (_sandbox, mut client) =
        tree(&["app/(auth)/a.ts", "app/(auth)/b.tsx", "app/auth/x.ts", "lib/c.ts"]);
    let (a, b, c) = ("app/(auth)/a.ts", "app/(auth)/b.tsx", "lib/c.ts");
    for (text, want) in [
        ("app/(auth)/*.ts;lib/*.ts", vec![a, c]),
        ("app/(auth)/*.ts|lib/*.ts", vec![a, c]),
        ("app/(auth)/*.ts lib/*.ts", vec![a, c]),
        ("app/(auth)/*.ts or lib/*.ts", vec![a, c]),
        ("app/(auth)/*.(ts|tsx)", vec![a, b]),
        ("app/(auth)/*.{ts|tsx}", vec![a, b]),
        ("\"app/(auth)/a.ts\"", vec![a]),
        ("app/(auth)/...", vec![a, b]),
    ] {
        let answer = grep(&mut client, &json!([text]));
        assert_eq!(files(&answer), want, "{text}: {answer}");
    }
}

#[test]
fn each_bracket_is_a_name_if_that_is_there_and_a_class_otherwise() {
    let (_sandbox, mut client) = tree(&[
        "app/[id]/a.ts",
        "app/[id]/c.ts",
        "app/i/a.ts",
        "app/i/b.ts",
        "lib/x/[slug].ts",
        "lib/y/s.ts",
        "[all]/[id]/a.ts",
        "a/i/a.ts",
    ]);
    for (glob, want) in [
        ("app/[id]/[ab]*.ts", vec!["app/[id]/a.ts"]),
        ("app/[id]/[ab].ts", vec!["app/[id]/a.ts"]),
        ("lib/[xy]/[slug]*", vec!["lib/x/[slug].ts"]),
        ("lib/[xyz]/[slug].ts", vec!["lib/x/[slug].ts"]),
        ("[all]/[id]/[ab]*.ts", vec!["[all]/[id]/a.ts"]),
        ("**/[id]/[ab]*.ts", vec!["[all]/[id]/a.ts", "app/[id]/a.ts"]),
        ("app/[ij]/[ab]*.ts", vec!["app/i/a.ts", "app/i/b.ts"]),
        ("APP/[id]/[ab]*.ts", vec!["app/[id]/a.ts"]),
        ("app/[id]/[ab]*.ts,lib/[yz]/*.ts", vec!["app/[id]/a.ts", "lib/y/s.ts"]),
    ] {
        let answer = grep(&mut client, &json!([glob]));
        assert_eq!(files(&answer), want, "{glob}: {answer}");
    }
    let answer = grep(&mut client, &json!(["app/[id]/[ab]*.ts"]));
    let note = "some brackets of `app/[id]/[ab]*.ts` are a part of a name here";
    assert!(answer.contains(note), "{answer}");
}

#[test]
fn directory_names_with_commas_match_in_globs_with_stars() {
    let (_sandbox, mut client) = tree(&["Smith, John/x.ts", "Smith, John/sub/y.ts", "b.ts"]);
    for (glob, want) in [
        ("Smith, John/**", vec!["Smith, John/sub/y.ts", "Smith, John/x.ts"]),
        ("Smith, John/*.ts", vec!["Smith, John/x.ts"]),
    ] {
        let answer = grep(&mut client, &json!([glob]));
        assert_eq!(files(&answer), want, "{glob}: {answer}");
        assert!(answer.contains("the commas of"), "{glob}: {answer}");
    }
}

#[test]
fn a_negation_in_exclude_that_takes_back_nothing_is_named() {
    let (_sandbox, mut client) = tree(&["a.ts", "b.md", "keep.md"]);
    for (exclude, named) in [
        (json!(["*.md", "!nosuch.md"]), true),
        (json!(["*.md,!nosuch.md"]), true),
        (json!(["*.md", "!keep.md"]), false),
    ] {
        let arguments = json!({"pattern": ".", "output": "files", "exclude": exclude});
        let answer = client.call("grep", &arguments).text;
        let note = "nothing matches exclude `!nosuch.md`";
        assert_eq!(answer.contains(note), named, "{exclude}: {answer}");
        assert!(named || !answer.contains("nothing matches"), "{exclude}: {answer}");
    }
}
