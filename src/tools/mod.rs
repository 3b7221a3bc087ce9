//! The registry: one line a tool, one file a tool. What tools share is in two rooms, `globs` and `shared`; a directory with
//! the name of a tool has the parts of that tool.
//!
//! May import: `cap` (the types of rights and targets), `error`, `grep`, `ignore`, `limits`, `path`, `text`, `tool`, `format`.
//! Tools do not know the grants or MCP. A new tool is added to no other table.

mod copy_file;
mod create_directory;
mod delete_file;
mod directory_tree;
mod edit_file;
mod get_file_info;
mod grep;
mod keyword_search;
mod list_allowed_directories;
mod list_directory;
mod move_file;
#[cfg(feature = "analysis")]
mod performance_check;
mod read_media_file;
mod read_multiple_files;
mod read_text_file;
mod search_files;
mod write_file;

// Not tools.
mod globs;
mod shared;

use crate::tool::Entry;

/// Every tool, in the order in which clients see them.
pub const TOOLS: &[Entry] = &[
    Entry::of::<list_allowed_directories::ListAllowedDirectories>(),
    Entry::of::<read_text_file::ReadTextFile>(),
    Entry::of::<read_multiple_files::ReadMultipleFiles>(),
    Entry::of::<read_media_file::ReadMediaFile>(),
    Entry::of::<list_directory::ListDirectory>(),
    Entry::of::<directory_tree::DirectoryTree>(),
    Entry::of::<get_file_info::GetFileInfo>(),
    Entry::of::<search_files::SearchFiles>(),
    Entry::of::<grep::Grep>(),
    Entry::of::<keyword_search::KeywordSearch>(),
    #[cfg(feature = "analysis")]
    Entry::of::<performance_check::PerformanceCheck>(),
    Entry::of::<write_file::WriteFile>(),
    Entry::of::<edit_file::EditFile>(),
    Entry::of::<create_directory::CreateDirectory>(),
    Entry::of::<move_file::MoveFile>(),
    Entry::of::<copy_file::CopyFile>(),
    Entry::of::<delete_file::DeleteFile>(),
];
