//! [`replacements`]: which of our tools does what a tool of another server or client does.
//!
//! A model calls tools by names that it was trained on, or with the prefix that its client shows. Such a call is refused, and
//! the refusal names the tool to call: to run it would be a guess, as its arguments are those of another tool.
//!
//! May import: nothing outside `tool`.

/// The most tools that a refusal names.
const MOST: usize = 3;

/// Names of other tools, and ours that do the same. Case and separators do not count.
const TABLE: &[(&[&str], &[&str])] = &[
    (
        &[
            "read",
            "cat",
            "view",
            "view_file",
            "open_file",
            "get_file",
            "get_file_contents",
            "file_read",
            "head",
            "tail",
            "less",
            "read_lines",
            "read_file_lines",
        ],
        &["read_text_file"],
    ),
    (&["read_files", "read_many_files", "batch_read", "view_files"], &["read_multiple_files"]),
    (
        &[
            "read_image",
            "view_image",
            "read_media",
            "read_binary",
            "read_binary_file",
            "read_audio",
            "read_pdf",
        ],
        &["read_media_file"],
    ),
    (
        &[
            "ls",
            "dir",
            "list",
            "list_dir",
            "list_files",
            "list_folder",
            "listdir",
            "read_dir",
            "readdir",
            "read_directory",
            "list_directory_contents",
            "get_directory_contents",
        ],
        &["list_directory"],
    ),
    (&["tree", "list_tree", "file_tree", "list_files_recursive", "repo_map"], &["directory_tree"]),
    (
        &[
            "stat",
            "file_info",
            "get_info",
            "file_stat",
            "get_metadata",
            "get_file_metadata",
            "exists",
            "file_exists",
            "wc",
            "du",
        ],
        &["get_file_info"],
    ),
    (
        &[
            "glob",
            "find",
            "find_files",
            "file_search",
            "glob_search",
            "glob_files",
            "locate",
            "find_file",
            "search_file",
            "file_glob_search",
            "fd",
        ],
        &["search_files"],
    ),
    (
        &[
            "rg",
            "ripgrep",
            "grep_search",
            "search_content",
            "search_file_content",
            "search_in_files",
            "search_text",
            "text_search",
            "code_search",
            "codebase_search",
            "search_code",
            "find_in_files",
            "grep_files",
            "content_search",
        ],
        &["grep"],
    ),
    (&["search", "find_text"], &["grep", "search_files"]),
    (&["count_keyword", "keyword_count", "count_matches"], &["keyword_search", "grep"]),
    (
        &[
            "write",
            "create_file",
            "new_file",
            "save_file",
            "save",
            "put_file",
            "write_to_file",
            "file_write",
            "write_text_file",
            "touch",
            "tee",
            "overwrite_file",
            "create_text_file",
            "append",
            "append_file",
            "append_to_file",
            "file_append",
        ],
        &["write_file"],
    ),
    (
        &[
            "edit",
            "multi_edit",
            "replace",
            "replace_in_file",
            "str_replace",
            "search_replace",
            "search_and_replace",
            "apply_diff",
            "apply_patch",
            "patch_file",
            "edit_block",
            "update_file",
            "modify_file",
            "file_edit",
            "sed",
            "edit_text_file",
            "insert_line",
            "insert_content",
        ],
        &["edit_file"],
    ),
    (
        &["str_replace_editor", "str_replace_based_edit_tool", "text_editor", "editor"],
        &["read_text_file", "write_file", "edit_file"],
    ),
    (
        &["mkdir", "make_directory", "make_dir", "create_dir", "create_folder", "new_directory"],
        &["create_directory"],
    ),
    (
        &["mv", "move", "rename", "rename_file", "move_directory", "move_path", "rename_path"],
        &["move_file"],
    ),
    (&["cp", "copy", "copy_directory", "copy_path", "duplicate_file"], &["copy_file"]),
    (
        &[
            "rm",
            "rmdir",
            "delete",
            "remove",
            "remove_file",
            "unlink",
            "delete_directory",
            "remove_directory",
            "delete_path",
            "delete_folder",
        ],
        &["delete_file"],
    ),
    (
        &[
            "pwd",
            "list_roots",
            "get_roots",
            "allowed_directories",
            "list_grants",
            "get_allowed_directories",
        ],
        &["list_allowed_directories"],
    ),
];

/// Names of our tools that do what `name` does, at most three: those that differ from it only in case, separators or a
/// prefix, or else those of the table. `ours` are all names that there are.
pub fn replacements<'a>(name: &str, ours: &[&'a str]) -> Vec<&'a str> {
    let of = |words: &str| -> Vec<&'a str> {
        if let Some(same) = ours.iter().find(|ours| letters(ours).eq(letters(words))) {
            return vec![*same];
        }
        let row =
            TABLE.iter().find(|(names, _)| names.iter().any(|n| letters(n).eq(letters(words))));
        let tools = row.into_iter().flat_map(|(_, tools)| tools.iter());
        tools.filter_map(|tool| ours.iter().copied().find(|ours| ours == tool)).take(MOST).collect()
    };
    // Try the whole name first, then what follows each separator: `mcp__files__read`, `fs_read_text_file`.
    let starts =
        name.char_indices().filter(|(_, c)| "_.:/-".contains(*c)).map(|(at, c)| at + c.len_utf8());
    std::iter::once(0)
        .chain(starts)
        .filter_map(|start| name.get(start..))
        .map(of)
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// A name without case and separators.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !"-_ .:/".contains(*c)).map(|c| c.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str) -> Vec<&'static str> {
        let ours: Vec<_> = crate::tools::TOOLS.iter().map(|tool| tool.name).collect();
        replacements(name, &ours)
    }

    #[test]
    fn names_of_other_tools_are_told_apart() {
        for (name, tools) in [
            ("Read_Text_File", &["read_text_file"][..]),
            ("readTextFile", &["read_text_file"]),
            ("read-text-file", &["read_text_file"]),
            ("mcp__preopen__read_text_file", &["read_text_file"]),
            ("preopen.read_text_file", &["read_text_file"]),
            ("preopen/grep", &["grep"]),
            ("fs_read_text_file", &["read_text_file"]),
            ("mcp__files__Read", &["read_text_file"]),
            ("Read", &["read_text_file"]),
            ("Grep", &["grep"]),
            ("Glob", &["search_files"]),
            ("LS", &["list_directory"]),
            ("Write", &["write_file"]),
            ("Edit", &["edit_file"]),
            ("MultiEdit", &["edit_file"]),
            ("str_replace_editor", &["read_text_file", "write_file", "edit_file"]),
            ("search", &["grep", "search_files"]),
            ("filesystem_move", &["move_file"]),
            ("no_such_tool", &[]),
            ("", &[]),
            ("_", &[]),
            ("é_ü", &[]),
        ] {
            assert_eq!(found(name), tools, "{name}");
        }
    }

    #[test]
    fn every_row_names_tools_that_there_are_and_no_name_is_in_two_rows() {
        for (n, (names, tools)) in TABLE.iter().enumerate() {
            assert!((1..=MOST).contains(&tools.len()), "{names:?}");
            for tool in *tools {
                assert!(crate::tools::TOOLS.iter().any(|entry| entry.name == *tool), "{tool}");
            }
            for name in *names {
                let again = TABLE.iter().skip(n + 1).flat_map(|(names, _)| names.iter());
                assert!(!again.clone().any(|other| letters(other).eq(letters(name))), "{name}");
            }
        }
    }
}
