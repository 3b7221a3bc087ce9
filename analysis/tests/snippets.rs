//! Labelled Python: a comment at the end of a line names each expected finding, and there are no others.
#![allow(clippy::unwrap_used, reason = "a test")]
#![allow(clippy::disallowed_methods, reason = "a test reads its own data")]

use preopen_analysis::performance_check;

/// Snippets start with `# === description`.
const HEAD: &str = "# === ";

#[test]
fn findings_match_the_labels() {
    let mut wrong = vec![];
    let mut count = 0;
    for (file, text) in files() {
        for snippet in text.split(HEAD).skip(1) {
            count += 1;
            let (name, source) = snippet.split_once('\n').unwrap();
            let report = performance_check(source).unwrap();
            let mut found: Vec<_> = report
                .issues()
                .map(|issue| {
                    let (category, confidence) =
                        (issue.category.as_str(), issue.confidence.as_str());
                    (issue.line_number, format!("{category} {confidence}"))
                })
                .collect();
            found.sort();
            let want = labels(source);
            if found != want {
                wrong.push(format!("{file}: {name}\n  want  {want:?}\n  found {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "of {count} snippets:\n{}", wrong.join("\n"));
    assert!(count >= 80, "{count} snippets");
}

#[test]
fn snippets_cover_every_category_and_confidence() {
    let all: String = files().into_iter().map(|(_, text)| text).collect();
    let labels: Vec<_> = labels(&all).into_iter().map(|(_, label)| label).collect();
    let has = |part: &str| labels.iter().any(|label| label.split(' ').any(|word| word == part));
    for category in preopen_analysis::Category::ALL {
        assert!(has(category.as_str()), "{category:?}");
    }
    for confidence in ["low", "medium", "high"] {
        assert!(has(confidence), "{confidence}");
    }
}

/// Returns the labels with their line numbers.
fn labels(source: &str) -> Vec<(usize, String)> {
    let of_line = |(number, line): (usize, &str)| {
        let (_, label) = line.split_once("  # ")?;
        let category = label.split(' ').next()?;
        let all = preopen_analysis::Category::ALL;
        all.iter().any(|one| one.as_str() == category).then(|| (number + 1, label.to_owned()))
    };
    source.lines().enumerate().filter_map(of_line).collect()
}

fn files() -> Vec<(String, String)> {
    let entries = std::fs::read_dir("tests/snippets").unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let text = |path: &std::path::PathBuf| std::fs::read_to_string(path).unwrap();
    paths.iter().map(|path| (path.display().to_string(), text(path))).collect()
}
