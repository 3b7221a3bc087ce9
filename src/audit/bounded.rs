//! [`bounded`]: the paths of a record, shortened where they would make it long.
//!
//! Each path stays in the record with its beginning and its end, so that a call cannot hide one path behind forty-nine
//! long ones.
//!
//! May import: nothing of this crate.

/// Most bytes of the paths of a record, as JSON has them; its places have as many.
pub(super) const MAX_BYTES: usize = 16 << 10;
/// Bytes that the note in a shortened path takes at most.
const NOTE: usize = 40;

/// The paths, each within its share of the bound if all of them are not, and how many were shortened.
pub(super) fn bounded(paths: Vec<String>) -> (Vec<String>, usize) {
    if paths.iter().map(|path| json_bytes(path)).sum::<usize>() <= MAX_BYTES {
        return (paths, 0);
    }
    let share = MAX_BYTES / paths.len().max(1);
    let mut count = 0;
    let short = |path: String| {
        if json_bytes(&path) <= share {
            return path;
        }
        count += 1;
        shortened(&path, share)
    };
    (paths.into_iter().map(short).collect(), count)
}

/// The beginning and the end of a path, and how many bytes are missing between them.
fn shortened(path: &str, most: usize) -> String {
    let half = most.saturating_sub(NOTE) / 2;
    let begin = fitting(path.chars(), half);
    let end = fitting(path.chars().rev(), half);
    let left_out = path.len() - begin - end;
    let begin = path.get(..begin).unwrap_or_default();
    let end = path.get(path.len() - end..).unwrap_or_default();
    format!("{begin}[... {left_out} bytes ...]{end}")
}

/// How many bytes of the first characters fit into so many bytes of JSON.
fn fitting(chars: impl Iterator<Item = char>, most: usize) -> usize {
    let mut bytes = 0;
    let mut json = 0;
    for c in chars {
        json += json_bytes_of(c);
        if json > most {
            break;
        }
        bytes += c.len_utf8();
    }
    bytes
}

fn json_bytes(text: &str) -> usize {
    text.chars().map(json_bytes_of).sum()
}

/// Paths arrive without control characters.
fn json_bytes_of(c: char) -> usize {
    if matches!(c, '"' | '\\') { 2 } else { c.len_utf8() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_have_room_stay_as_they_are() {
        let paths = vec!["a/b".to_owned(), "x".repeat(MAX_BYTES - 3)];
        assert_eq!(bounded(paths.clone()), (paths, 0));
        assert_eq!(bounded(vec![]), (vec![], 0));
    }

    #[test]
    fn each_path_keeps_its_beginning_and_its_end() {
        let long = |n: usize| format!("{n}/{}/é/{n}", "\\x01é".repeat(1_000));
        let paths: Vec<_> = (0..99).map(long).chain(["secret".into()]).collect();
        let (paths, count) = bounded(paths);
        assert_eq!((paths.len(), count, paths[99].as_str()), (100, 99, "secret"));
        for (n, path) in paths.iter().take(99).enumerate() {
            assert!(
                path.starts_with(&format!("{n}/")) && path.ends_with(&format!("é/{n}")),
                "{path}"
            );
            assert!(path.contains(" bytes ...]"), "{path}");
        }
        assert!(serde_json::to_string(&paths).unwrap().len() < MAX_BYTES + 400);
    }
}
