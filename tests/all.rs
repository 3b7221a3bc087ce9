//! The one integration binary: each module asks one thing of the program or of the crate.
#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::missing_panics_doc,
    clippy::too_many_lines,
    clippy::needless_pass_by_value,
    clippy::format_collect,
    clippy::cast_possible_truncation,
    unreachable_pub,
    reason = "tests set up what the program must not touch, and fail loudly"
)]

#[cfg(target_os = "linux")]
mod aliases; // second names of entries, as vfat and NTFS have them
mod analysis; // performance_check: one source, the fields, what is refused, and that it can be left out
mod architecture; // who may import whom, and that the checker bites
mod arguments; // what an argument of a change guards, in every tool that has it
mod attacks; // the table: path x tool x code x resolver x seal x user, and the weak servers
mod audit; // what is recorded, and that every change of it is found
mod bad_bytes; // bad bytes that edits move and copy, and what answers say of them
mod between; // somebody else changes a file between two steps of a call
mod bounds; // what one call may take, over the schemas of all tools
mod changing_races; // the tree changes while it is changed; the weak server plants files outside
mod charges; // every part of a large file is charged to the budget of its call
mod common; // the tree builder, the client, the naive victim
mod compile_fail; // what does not compile: forged targets, writing with the right to read
mod costs; // no page of any tool costs more tokens than clients take, in any script
mod docs; // pages equal to the code, commands of the README
mod doctor; // what doctor and start warn of: grants without guards, programs that an agent could replace
#[cfg(target_os = "linux")]
mod drives; // drives that give less than they are asked for, and slow ones
mod drop_in; // calls for the official server do the same here
mod edit_answers; // what edit_file answers: forms of a call, failing edits, diffs with little room
mod edit_forms; // forms in which other clients send an edit
mod editing; // what edit_file makes of a file, and the official server's own cases
mod edits; // edits against a slow model: every byte that is not edited is the same
mod encodings; // texts that are nearly in one encoding, hold NULs, or are in one that can only be guessed
mod encodings_chained; // random texts in sixteen encodings, appended to and edited: one encoding in each file
mod encodings_model; // seventeen encodings with bad bytes in them against a model that knows each character
mod encodings_named; // `encoding` means the same in all tools; a change of the encoding is named
mod encodings_sure; // nothing is written in an encoding that is not sure, and what is not found says why
mod failing; // a full disk, a read-only one, a limit: what is left of a change that fails
mod faults; // every call of the kernel for files fails, in every way
mod file_circles; // no two files of src import each other, and the check bites
#[cfg(target_os = "linux")]
mod filesystems; // the same promise on every file system, or a sentence that is true
mod followed_hints; // what a hint or a closing line asks for brings what was left out
mod footers; // what answers say of what they left out, of further pages, and of other readings
mod forms; // other names and forms of arguments and tools
mod from_end; // grep from the end of files, and matches over lines, page by page
mod glob_answers; // what answers say of globs that match nothing
mod glob_meanings; // what a glob is taken for where it matches nothing, each on its own
mod glob_names; // a path of a file is a glob for that file, whatever characters it has
mod glob_spellings; // names that look alike, escapes of bytes, and globs as other programs write them
mod globs; // globs against ripgrep, and where the two differ on purpose
mod globs_outside_path; // globs of what lies outside the directory that is searched
mod globs_past_left_out; // other readings of globs where something on the way is left out
mod globs_with_commas; // strings of globs with commas, and brackets and parentheses of names beside wildcards
mod grepping; // what grep and keyword_search say: line ends, long lines, what else a pattern may have meant
mod grepping_as_rg; // random patterns over random texts, against ripgrep
mod guards; // the clippy bans bite, counted exactly
mod hearing; // lines that are almost messages are answered under their ids
mod hints_of_paths; // names with wildcards, links, absolute paths and several grants in hints and globs
#[cfg(all(target_os = "linux", not(preopen_portable)))]
mod hostile_drives; // mounts, marks, sticky directories and drives that are gone: nothing is half done
mod hostile_install; // a tree that somebody else made, and an installation in it
mod ignoring; // random trees against git and ripgrep
mod in_order; // calls sent without waiting for answers: changes are made in the order sent
mod injected; // each call of the kernel fails once; the order of a write, from a trace
mod install; // the server is added to clients' files, and removed byte for byte
mod killing; // killed at any time, a change is there or is not
mod largest; // the largest arguments of every tool, and what they take
mod led_astray; // a link to the outside comes on the way between two steps of a change
mod lifetimes; // names move, mounts go, signals come, another server works there too
mod lines; // a table of raw lines, in both eras
mod links; // links that searches do not follow, and how answers lead to their targets
mod loads; // trees at their largest, long paths, names in every script
mod logging; // what standard error gets, and that nobody has to read it
mod meant_paths; // paths and globs that are nearly right, and what a hint says of them
mod messages; // several messages on a line, doubled members, responses, and random changes of good lines
mod misled_edits; // refusals of edits: reasons that are true, and hints that work
mod moving; // moving, copying, deleting: whole or not at all
mod named_reasons; // refused edits: the reasons are true, and the text that the hint gives is found
mod names; // searches by name: nothing that is there gives an empty answer
mod no_argument_is_ignored; // arguments of other programs have their meaning, or a clear error
mod own_files; // the server's own program, by whatever name it was started
mod paging_hints; // what answers say about going on, and counts of one
mod pains; // what users of such servers suffer, by name, and that ours do not
mod pains_of_changes; // the same, where files are changed
mod path_hints; // what a path is answered with that does not exist as it is written
#[cfg(all(target_os = "linux", not(preopen_portable)))]
mod permissions; // files and directories that may be read and not written to
mod places; // which requests and calls give up their places, and when
mod process; // what the program gives up of itself, sandbox or not
mod protected; // attacks of several calls on names that run code, with git as the judge
mod protocol; // both eras, schemas, instructions
mod races; // the tree changes while it is served; the weak server loses
mod repositories; // which ignore files count, above the grant and in worktrees
mod resolver; // our resolution against cap-std's
mod rooms; // the rooms of `src/cap` and `src/text` import each other one way
mod running; // calls that are slow, crash, are watched or taken back
mod sandbox; // what the kernel takes away, and that the program says what holds
mod search; // what is found, what is passed by, pages that give everything once
mod seen_and_searched; // patterns copied from pages: escapes of bytes, and text that only looks the same
mod session; // the questions of an ordinary session over three trees
#[cfg(all(target_os = "linux", not(preopen_portable)))]
mod shut_directories; // directories that a user may not write to, pass through or list
mod soak; // a hundred calls at once for a long time
mod special_files; // FIFOs, sockets and devices: one refusal for every tool, and no hint that leads back to it
mod spelled_paths; // names that look like another one, and the grant's own name in front of a path
mod spellings; // names that other servers and clients give to our arguments
mod startup; // every refusal at the start
mod strain; // few descriptors, wide directories, a file system that does not answer
mod text; // pages against a simple model, over chunk boundaries
mod tokens; // who uses ambient authority takes the token
mod tool_rooms; // one file for each tool, and rooms that import one way
mod tools; // what each tool answers
mod trace; // what the kernel is asked for, once the program serves
mod trail; // the audit trail with records, sessions and files cut out or added
mod true_answers; // what answers say of escapes, marks, encodings and counts of lines holds
mod turns; // two changes of one file in one server
mod two_servers; // two servers change one file at the same time
mod unlike_edits; // old texts that look like the file and are not, and those near it
mod unread; // what waits for a client that does not read is bounded, and the server ends
mod writing;
mod written_form; // the line ends and the mark that a written file keeps, and versions as answers write them // what is written, and what is not touched
mod written_texts; // texts that are sent in another form than the file has: line ends, marks, labels, escapes

/// A file in this directory that no module takes in would never run.
#[test]
fn every_file_here_is_a_module() {
    let all = std::fs::read_to_string("tests/all.rs").unwrap();
    for entry in std::fs::read_dir("tests").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "all") {
            assert!(all.contains(&format!("mod {module};")), "{name} is not in tests/all.rs");
        }
    }
}
