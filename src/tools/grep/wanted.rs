//! What of each file a call of `grep` wants, and which of its arguments have no effect on that.
//!
//! May import: `grep`, its neighbours.

use super::args::{Args, Output};
use crate::grep::{Lines, Wanted};

/// Most lines about a match.
const MOST_CONTEXT: usize = 100;

/// What of each file is wanted, and at most `per_file` of it where the client does not say.
pub(super) fn wanted(args: &Args, per_file: usize, page: usize) -> Wanted {
    let of = match args.per_file.unwrap_or(per_file) {
        0 => usize::MAX,
        some => some,
    };
    let about = |one: Option<usize>| one.or(args.context).unwrap_or(0).min(MOST_CONTEXT);
    let (before, after) =
        if args.only_matching { (0, 0) } else { (about(args.before), about(args.after)) };
    let output = match args.output {
        Output::Content if args.from_end => Lines::Last { of, page },
        Output::Content => Lines::First { of, page },
        Output::Count => Lines::Counted,
        Output::Files => Lines::Any,
    };
    Wanted { output, before, after, only_matching: args.only_matching }
}

/// Says which arguments were given that the form of the output leaves without effect.
pub(super) fn without_effect(args: &Args) -> Option<String> {
    let is_some = |lines: Option<usize>| lines.is_some_and(|lines| lines > 0);
    let about = [
        ("before", is_some(args.before)),
        ("after", is_some(args.after)),
        ("context", is_some(args.context)),
    ];
    let of_lines = [("per_file", is_some(args.per_file)), ("from_end", args.from_end)];
    let (form, given) = match args.output {
        Output::Content if args.only_matching => ("only_matching=true", about.to_vec()),
        Output::Content => return None,
        Output::Count => ("output=count", [&about[..], &of_lines].concat()),
        Output::Files => {
            let matches = [("only_matching", args.only_matching)];
            ("output=files", [&about[..], &of_lines, &matches].concat())
        }
    };
    let given = given.iter().filter(|(_, is_given)| *is_given);
    let given: Vec<String> = given.map(|(argument, _)| format!("`{argument}`")).collect();
    let does = if given.len() == 1 { "does" } else { "do" };
    (!given.is_empty()).then(|| format!("{} {does} not apply to {form}", given.join(" and ")))
}
