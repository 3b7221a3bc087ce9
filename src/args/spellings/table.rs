//! The table of foreign names: those of the official file server, Claude Code, Cursor, Codex, Gemini CLI, VS Code, Roo,
//! Cline, Windsurf and Desktop Commander, and of the programs whose flags models know: rg, grep, ls, tree, mkdir, mv, cp, rm.
//!
//! A name may be in several rows. The first row that applies is used: rows of this tool come before rows of all tools, and
//! a row applies if the tool has the argument and the value fits.

use super::names::{
    CASE, CONTENT, EXCLUDE, GLOB, HIDDEN, IGNORE_CASE, LINE_ENDS, MATCH_CASE, NO_IGNORE, PATH,
    PATH_OR_GLOB, PATHS, QUERIES, QUERY, RESPECT, SOURCE,
};
use super::row::Default::{AnyBool, Bool, Empty, Number, Utf8, Word};
use super::row::Means::{
    Already, Chooses, Extensions, FirstLine, Flag, Globs, Harmless, Instead, Is, LastLine,
    LineRange, One, Opposite, Text, Wild, ZeroIsNone,
};
use super::row::{Means, Row};

const fn row(names: &'static [&'static str], means: Means) -> Row {
    Row { names, tools: &[], means }
}

impl Row {
    /// The same, for these tools only.
    const fn of(self, tools: &'static [&'static str]) -> Self {
        Self { names: self.names, tools, means: self.means }
    }
}

/// `edit_file`, and one of its edits.
const EDIT: &[&str] = &["edit_file", "edits"];
const PLAIN_TEXT: &str =
    "`old_text` is plain text and not a pattern: give it as it stands in the file";
const READ: &[&str] = &["read_text_file"];
const READ_MANY: &[&str] = &["read_multiple_files"];
const GREP: &[&str] = &["grep"];
const FIND: &[&str] = &["search_files"];
const COUNT: &[&str] = &["keyword_search"];
const LIST: &[&str] = &["list_directory"];
const TREE: &[&str] = &["directory_tree"];
const LIST_OR_TREE: &[&str] = &["list_directory", "directory_tree"];
const WRITE: &[&str] = &["write_file"];
const MKDIR: &[&str] = &["create_directory"];
const MOVE_OR_COPY: &[&str] = &["move_file", "copy_file"];
const DELETE: &[&str] = &["delete_file"];
/// Tools that read more than the paths in their arguments.
const LOOK: &[&str] =
    &["list_directory", "directory_tree", "search_files", "grep", "keyword_search"];

const NEXT_PAGE: &str = "use `cursor` from the previous answer";
const EACH: &str = "give one `path` a call, or their common directory";

/// All rows.
#[rustfmt::skip]
pub(super) const TABLE: &[Row] = &[
    // Paths.
    row(&["name", "file_name", "file"], Is("pattern")).of(FIND),
    row(PATH_OR_GLOB, Wild("pattern")).of(FIND),
    row(PATH_OR_GLOB, Wild("glob")).of(GREP),
    row(PATH_OR_GLOB, Wild("include_patterns")).of(COUNT),
    row(&["name", "names"], Instead("use `glob`, such as [\"*.rs\"], or `path`")).of(GREP),
    row(&["name", "names"], Instead("use `include_patterns`, such as [\"*.rs\"], or `root_paths`")).of(COUNT),
    row(GLOB, Is("pattern")).of(FIND),
    row(GLOB, Instead("use search_files, whose `pattern` is a glob")).of(LIST_OR_TREE),
    row(&["cwd", "working_directory", "working_dir", "workdir"], Is("path")).of(LOOK),
    row(&["cwd", "working_directory", "working_dir", "workdir"], Is("root_paths")).of(LOOK),
    row(&["to", "dst", "dest", "new_path", "target", "destination_path", "dest_path", "to_path", "dst_path", "target_path",
        "new_location", "output_path", "destination_file", "target_file"], Is("destination")),
    row(&["target_directory", "target_dir", "directory", "dir", "folder", "output_dir", "destination_dir", "-t"],
        Instead("use `destination`, which is the whole new path")).of(MOVE_OR_COPY),
    row(&["new_name"], Instead("use `destination`, which is the whole new path")).of(MOVE_OR_COPY),
    row(&["old_name"], Instead("use `source`, which is the whole path")).of(MOVE_OR_COPY),
    row(SOURCE, Is("source")),
    row(&["sources"], One("source", "give one `source` a call, such as their directory")),
    row(PATH, Is("path")),
    row(PATH, Is("file_path")),
    row(PATH, Is("paths")),
    row(PATH, Is("root_paths")),
    row(&["path", "file_path", "file", "file_name", "absolute_path", "uri", "file_uri"], Is("source")),
    row(PATHS, Is("paths")),
    row(PATHS, Is("root_paths")),
    row(PATHS, One("path", "use read_multiple_files, which takes `paths`")).of(READ),
    row(PATHS, One("path", "give one `path` a call; `glob` narrows it down")).of(GREP),
    row(PATHS, One("path", EACH)),
    row(PATHS, One("file_path", "give one `file_path` a call")),
    row(PATHS, One("source", "give one `source` a call, such as their directory")),

    // Pieces of a file.
    row(&["offset", "start_line", "line_start", "first_line", "from_line", "begin_line", "starting_line", "line_offset",
        "start_line_one_indexed", "start_line_number", "offset_lines"], FirstLine("offset")).of(READ),
    row(&["end_line", "line_end", "last_line", "to_line", "stop_line", "ending_line", "end_line_number",
        "end_line_one_indexed", "end_line_inclusive", "end_line_one_indexed_inclusive"], LastLine).of(READ),
    row(&["view_range", "line_range", "lines", "range", "lines_range"], LineRange).of(READ),
    row(&["max_lines", "num_lines", "line_count", "number_of_lines", "lines", "length", "line_limit", "n_lines",
        "limit_lines"], Is("limit")).of(READ),
    row(&["first_lines", "head_lines"], Is("head")),
    row(&["last_lines", "tail_lines", "last_n_lines"], Is("tail")),
    row(&["limit", "max_lines", "num_lines", "lines", "line_limit", "max_lines_per_file"], Is("head")).of(READ_MANY),
    row(&["line", "line_number", "start", "begin"], Instead("use `offset`, the first line, and `limit`")).of(READ),
    row(&["end"], Instead("use `offset` and `limit`")).of(READ),
    row(&["start_byte", "byte_start", "offset_bytes"], Is("byte_offset")),
    row(&["max_bytes", "byte_count", "num_bytes", "length_bytes"], Is("byte_limit")),
    row(&["page", "pages"], Instead("use `offset` and `limit`")).of(READ),
    row(&["should_read_entire_file", "read_entire_file", "entire_file", "whole_file"], Harmless).of(READ),
    row(&["line_numbers", "show_line_numbers", "include_line_numbers", "with_line_numbers", "number_lines", "numbered",
        "number", "-n"], Is("line_numbers")),
    row(&["encoding", "charset"], Is("encoding")),
    row(&["encoding", "charset"], Already(Utf8, "leave it out: the encoding is detected from the bytes")),

    // What is searched for.
    row(&["regex", "regexp"], Opposite("literal")),
    row(&["regex", "regexp"], Flag("use_regex")).of(COUNT),
    row(&["regex", "regexp"], Instead("use `keyword` with `use_regex`=true")).of(COUNT),
    row(&["regex", "regexp", "-e", "text", "string"], Text("pattern")).of(GREP),
    row(&["regex", "regexp", "is_regex", "is_regexp", "use_regex"], Already(Bool(false),
        "`pattern` is a glob or a part of a name; for contents use grep")).of(FIND),
    row(&["text", "content", "contents"], Instead("for contents use grep; `pattern` is a name")).of(FIND),
    row(QUERY, Is("pattern")),
    row(QUERY, Is("keyword")),
    row(QUERIES, One("pattern", "join them in one `pattern`: a|b|c")).of(GREP),
    row(QUERIES, One("pattern", "join them in one `pattern`: *.ts,*.md")).of(FIND),
    row(QUERIES, One("keyword", "join them in one `keyword` with `use_regex`=true: a|b|c")).of(COUNT),
    row(&["is_regex", "is_regexp", "use_regex", "regex_mode"], Opposite("literal")),
    row(&["is_regex", "is_regexp", "use_regex", "regex_mode"], Is("use_regex")),
    row(&["fixed_strings", "fixed_string", "literal", "is_literal", "plain_text", "-F"], Is("literal")),
    row(&["fixed_strings", "fixed_string", "literal", "is_literal", "plain_text", "-F"], Opposite("use_regex")),
    row(IGNORE_CASE, Is("ignore_case")),
    row(IGNORE_CASE, Is("case_insensitive")),
    row(MATCH_CASE, Opposite("ignore_case")),
    row(MATCH_CASE, Opposite("case_insensitive")),
    row(IGNORE_CASE, Instead("a part of a name without capitals matches any case; `[Aa]` in a glob matches both")).of(FIND),
    row(MATCH_CASE, Instead("globs are case-sensitive; a part of a name is only if it has a capital")).of(FIND),
    row(CASE, Opposite("ignore_case")).of(GREP),
    row(CASE, Opposite("case_insensitive")).of(COUNT),
    row(CASE, Instead("use `ignore_case`, true or false")).of(GREP),
    row(CASE, Instead("use `case_insensitive`, true or false")).of(COUNT),
    row(CASE, Instead("a part of a name without capitals matches any case; `[Aa]` in a glob matches both")).of(FIND),
    row(&["smart_case", "-S"], Already(Bool(false), "use `ignore_case`")).of(GREP),
    row(&["word", "words", "word_regexp", "whole_word", "whole_words", "match_whole_word", "-w"], Is("word")),
    row(&["multiline", "dot_all", "multiline_dotall", "-U"], Is("multiline")),
    row(&["line_regexp", "whole_line", "-x"], Already(Bool(false), "use `pattern`, such as ^text$")).of(GREP),
    row(&["pcre2", "perl_regexp", "-P"], Already(Bool(false),
        "`pattern` is a regular expression of ripgrep's, without look-around and back-references")).of(GREP),
    row(&["binary", "text", "search_binary", "-a"], Already(Bool(false),
        "binary files are not searched; for texts in another encoding than UTF-8 there is `encoding`")).of(GREP),
    row(&["files_without_match", "files_without_matches"], Already(Bool(false),
        "files without a match cannot be listed; keyword_search with `include_zero`=true lists them")).of(GREP),
    row(&["type_not", "not_type", "-T"], Instead("use `exclude`, such as [\"*.rs\"]")).of(GREP),
    row(&["sort", "sort_by", "order", "order_by"], Already(Word("path"), "files are always in the order of their paths")).of(GREP),
    row(&["invert", "invert_match", "-v"], Already(Bool(false), "lines that do not match cannot be listed")).of(GREP),
    row(&["only_matching", "matches_only", "-o"], Is("only_matching")),

    // Where it is searched.
    row(GLOB, Is("glob")),
    row(GLOB, Is("include_patterns")),
    row(&["skip", "skips"], Globs("exclude")).of(LOOK),
    row(&["skip", "skips"], Globs("exclude_patterns")).of(LOOK),
    row(EXCLUDE, Is("exclude")),
    row(EXCLUDE, Is("exclude_patterns")),
    row(EXCLUDE, Already(Empty, "use directory_tree, which has `exclude`")).of(LIST),
    row(&["extension", "extensions", "ext", "file_extension", "file_extensions"], Extensions("glob")),
    row(&["extension", "extensions", "ext", "file_extension", "file_extensions"], Extensions("include_patterns")),
    row(&["extension", "extensions", "ext", "file_extension", "file_extensions"], Instead("use `pattern`, such as *.rs"))
        .of(FIND),
    row(&["type", "file_type", "language", "lang", "kind", "entry_type", "-t"], Is("type")),
    row(&["type", "types", "file_type", "file_types", "language"], Instead("use `include_patterns`, such as [\"*.rs\"]")).of(COUNT),
    row(&["file_types", "types", "languages"], One("type", "use `glob`, such as [\"*.rs\", \"*.toml\"]")),
    row(&["directories_only", "dirs_only", "only_directories", "folders_only"], Chooses("type", "dir", None)).of(FIND),
    row(&["files_only", "only_files"], Chooses("type", "file", None)).of(FIND),
    row(HIDDEN, Is("hidden")).of(GREP),
    row(HIDDEN, Already(Bool(true), "dotfiles are always shown")).of(LOOK),
    row(RESPECT, Is("respect_ignore")),
    row(NO_IGNORE, Opposite("respect_ignore")),
    row(RESPECT, Already(Bool(false), "use directory_tree, which leaves out what git ignores")).of(LIST),
    row(NO_IGNORE, Already(Bool(true), "use directory_tree, which leaves out what git ignores")).of(LIST),
    row(&["file_filtering_options"], Instead("use `respect_ignore`")).of(&["directory_tree", "search_files", "grep"]),
    row(&["follow", "follow_symlinks", "follow_links", "-L"], Already(Bool(false),
        "links to directories are not followed; give such a link as the path")).of(&["search_files", "grep", "keyword_search",
        "list_directory"]),
    row(&["follow", "follow_symlinks", "follow_links"], Already(Bool(false),
        "links to directories are not followed; give such a link as the path")).of(TREE),
    row(&["depth", "max_depth", "levels", "level", "max_level", "max_levels", "-L", "-d"], Is("max_depth")),
    row(&["depth", "max_depth", "levels", "-L", "-d"], Already(Number(1), "use directory_tree with `max_depth`")).of(LIST),
    row(&["depth", "max_depth", "-d"], Instead("use `glob`, such as [\"/*/*\"]")).of(GREP),
    row(&["depth", "max_depth", "-d"], Instead("say the levels in `pattern`, such as */*.rs, or use directory_tree"))
        .of(FIND),
    row(&["recursive", "-R", "-r"], Already(Bool(false), "use directory_tree, or search_files for names")).of(LIST),
    row(&["recursive", "-R", "-r"], Already(Bool(true), "use `max_depth`=1, or list_directory")).of(TREE),
    row(&["recursive", "-R", "-r"], Already(Bool(true), "use `glob`, such as [\"/*\"]")).of(GREP),
    row(&["recursive", "-R", "-r"], Already(Bool(true), "use list_directory, or `pattern` /*")).of(FIND),
    row(&["recursive", "-R", "-r"], Already(Bool(true), "give the files as `root_paths`")).of(COUNT),
    row(&["since", "newer_than", "modified_since", "changed_since", "changed_after", "mtime_after", "-newermt"],
        Is("modified_after")),
    row(&["modified_before", "older_than", "until"], Instead("use `sort_by`=mtime, which shows the newest first")).of(FIND),

    // What is shown.
    row(&["output", "output_mode", "output_format", "mode"], Is("output")),
    row(&["files_with_matches", "files_only", "names_only", "list_files", "only_files", "filenames_only", "-l"],
        Chooses("output", "files", None)),
    row(&["count", "count_only", "counts", "-c"], Chooses("output", "count", None)).of(GREP),
    row(&["after", "after_context", "context_after", "lines_after", "-A"], Is("after")),
    row(&["before", "before_context", "context_before", "lines_before", "-B"], Is("before")),
    row(&["context", "context_lines", "lines_context", "num_context_lines", "surrounding_lines", "lines_of_context", "-C"],
        Is("context")),
    row(&["line_numbers", "line_number", "show_line_numbers", "include_line_numbers", "with_line_numbers", "with_filename",
        "no_heading", "heading", "color", "-H", "-I"], Harmless).of(GREP),
    row(&["-n"], Already(AnyBool, "lines always have their numbers; `limit` and `context` are numbers of lines")).of(GREP),
    row(&["extended_regexp", "-E"], Already(Bool(true), "`pattern` is a regular expression of ripgrep's")).of(GREP),
    row(&["max_count", "max_per_file", "max_matches_per_file", "matches_per_file", "limit_per_file", "-m"], Is("per_file")),
    row(&["head_limit"], ZeroIsNone("limit")),
    row(&["limit", "max_results", "max_result", "max_matches", "total_max_matches", "max_entries", "max_files", "max_items",
        "max_lines", "max_count", "num_results", "result_limit", "results_limit", "n_results", "top_k", "page_size",
        "max_total", "count"], Is("limit")),
    row(&["offset", "skip", "start_index", "start"], Already(Number(0), NEXT_PAGE)).of(LOOK),
    row(&["page", "page_number"], Already(Number(1), NEXT_PAGE)).of(LOOK),
    row(&["page_token", "next_cursor", "continuation", "after_cursor"], Is("cursor")),
    row(&["sort", "sort_by", "sorting", "order", "order_by", "sort_order", "sort_key"], Is("sort_by")),
    row(&["reverse", "descending"], Already(Bool(false), "use `sort_by`")).of(&["list_directory", "search_files"]),
    row(&["sizes", "with_sizes", "show_sizes", "include_sizes", "show_size", "size", "long", "detailed", "details", "-l"],
        Is("sizes")),
    row(&["hash", "checksum", "sha256", "include_hash", "with_hash"], Is("hash")),

    // Changes.
    row(CONTENT, Is("content")),
    row(&["base64", "content_b64", "data_base64", "base64_content", "b64"], Is("content_base64")),
    row(&["code_edit", "diff", "patch", "instructions_patch"], Instead("send the whole text as `content`, or use edit_file"))
        .of(WRITE),
    row(&["code_edit", "diff", "patch"], Instead("use `edits`, each with `old_text` and `new_text`")).of(&["edit_file"]),
    row(&["start_line", "end_line", "line", "lines", "line_number", "line_start", "line_end", "first_line", "last_line",
        "from_line", "to_line", "line_range", "lines_range", "range", "view_range", "start", "end", "offset", "limit", "num_lines",
        "start_line_one_indexed", "end_line_one_indexed_inclusive"], Instead(
        "edit_file does not take line numbers: give the text of the lines as `old_text`")).of(EDIT),
    row(&["insert_line", "insert_text", "insert_at", "insert_after", "insert_before", "insert", "after_line", "before_line",
        "position", "anchor"], Instead(
        "to insert, give an existing line as `old_text`, and that line plus the new text as `new_text`")).of(EDIT),
    row(&["line_ends", "line_ending", "line_endings", "newline", "newlines", "eol"], Instead(
        "an edit keeps the line ends of the file; write_file has `line_ends`")).of(EDIT),
    row(&["regex", "use_regex", "is_regex", "regexp", "is_regexp", "regular_expression"],
        Already(Bool(false), PLAIN_TEXT)).of(EDIT),
    row(&["pattern", "regex_pattern"], Instead(PLAIN_TEXT)).of(EDIT),
    row(&["command", "action", "operation", "type"], Instead("edit_file replaces `old_text` with `new_text`; read_text_file shows a \
        file, and write_file creates one; to insert, give an existing line as `old_text`, and that line plus the new text as `new_text`"))
        .of(EDIT),
    row(&["old_text", "old_string", "old_str", "old_content", "search", "find"], Instead(
        "with `edits`, every `old_text` and its `new_text` go into `edits`")).of(&["edit_file"]),
    row(&["new_text", "new_string", "new_str", "new_content", "replacement", "replace", "content", "contents", "text"], Instead(
        "`new_text` goes with `old_text`, the text that it replaces; write_file writes a whole file")).of(&["edit_file"]),
    row(&["append", "-a"], Chooses("mode", "append", None)).of(WRITE),
    row(&["overwrite", "allow_overwrite", "replace_existing", "overwrite_existing"],
        Chooses("mode", "overwrite", Some("create"))).of(WRITE),
    row(&["create_only", "create_new", "exclusive", "no_clobber", "fail_if_exists"], Chooses("mode", "create", None)).of(WRITE),
    row(&["write_mode", "if_exists"], Is("mode")).of(WRITE),
    row(&["line_count"], Harmless).of(WRITE),
    row(LINE_ENDS, Is("line_ends")),
    row(LINE_ENDS, Instead("an edit keeps the line ends of the file; write_file has `line_ends`")).of(&["edit_file"]),
    row(&["create_directories", "create_dirs", "create_dir", "mkdir", "mkdirs", "mkdir_p", "make_dirs", "make_parents",
        "parents", "ensure_dir", "create_parent_dirs", "create_parent_directories", "create_missing_directories"],
        Is("create_parents")),
    row(&["recursive", "parents", "create_parents", "make_parents", "mkdirs", "exist_ok", "-p"], Already(Bool(true),
        "parents are always made, and a directory that exists is left as it is")).of(MKDIR),
    row(&["recursive", "-r", "-R"], Already(Bool(true), "a directory is moved or copied with its contents")).of(MOVE_OR_COPY),
    row(&["force", "replace", "replace_existing", "allow_overwrite", "-f"], Is("overwrite")),
    row(&["no_clobber", "-n"], Opposite("overwrite")),
    row(&["-r", "-R", "rf"], Is("recursive")).of(DELETE),
    row(&["force", "-f", "confirm"], Harmless).of(DELETE),
    row(&["missing_ok", "ignore_missing"], Already(Bool(false), "a path that does not exist is refused")).of(DELETE),
    row(&["permanent", "permanently"], Already(Bool(true), "deleting is always permanent")).of(DELETE),
    row(&["version", "expected_version", "if_version", "etag", "base_version", "match_version"], Is("if_match")),
    row(&["dry_run", "preview", "dry", "simulate", "preview_only"], Is("dry_run")),
    row(&["dry_run", "preview", "dry", "simulate", "preview_only"], Already(Bool(false),
        "this tool has no dry run; edit_file has `dry_run`")),
    row(&["edits", "changes", "replacements", "operations", "edit_operations"], Is("edits")),
    row(&["old_text", "old_string", "old_str", "old", "search", "find", "search_text", "find_text", "search_string",
        "original", "original_text", "old_content", "target_content", "old_code"], Is("old_text")),
    row(&["new_text", "new_string", "new_str", "new", "replace", "replacement", "replace_text", "replace_with",
        "new_content", "replacement_content", "replacement_text", "replace_string", "new_code"], Is("new_text")),
    row(&["replace_all", "all", "global", "replace_all_occurrences", "all_occurrences", "allow_multiple", "multiple"],
        Is("replace_all")),
    row(&["expected_replacements", "expected_occurrences", "occurrences", "count"],
        Already(Number(1), "use `replace_all`=true for every place")).of(&["edit_file", "edits"]),
    row(&["code", "source", "content", "text", "python_code", "python", "snippet"], Is("source_code")),

    // What some clients add to every call: words for their user.
    row(&["explanation", "reason", "reasoning", "thought", "thoughts", "description", "instruction", "instructions",
        "justification", "tool_summary", "task_progress", "intent", "purpose", "wait_for_previous_tools"], Harmless),
];
