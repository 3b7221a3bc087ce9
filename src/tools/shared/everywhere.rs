//! [`everywhere`]: searches below each place that a call names.
//!
//! May import: `cap`, `error`, its neighbours.

use super::left_out::{PassedBy, Unsearched};
use super::trying::Names;
use crate::cap::{Read, Scoped, Target, Walked};
use crate::error::{Group, ToolError};

/// Searches below each place of a call; `add` takes what each thread has found. Of several grants, those that the globs
/// leave out are not searched. One that the host does not give, such as a drive that is gone, is reported as skipped, and
/// the others are searched.
pub(in crate::tools) fn everywhere<F>(
    at: &Scoped<Read>,
    names: &Names,
    below: impl Fn(&Target<Read>) -> Result<Walked<(PassedBy, F)>, ToolError>,
    mut add: impl FnMut(F),
) -> Result<Unsearched, ToolError> {
    let targets = match at {
        Scoped::One(target) => std::slice::from_ref(target),
        Scoped::Roots(targets) => targets,
    };
    let mut unsearched = Unsearched::default();
    let mut refused = vec![];
    for target in targets {
        if matches!(at, Scoped::Roots(_))
            && let Some(by) = names.leave_grant(target.grant_name())
        {
            unsearched.left_out_grant(by, target.display_path());
            continue;
        }
        match below(target) {
            Ok(walked) => unsearched.add(walked, &mut add),
            Err(error) if error.code().group() == Group::Host => {
                unsearched.skipped.unreadable.one(target.display_path());
                refused.push(error);
            }
            Err(error) => return Err(error),
        }
    }
    match refused.pop() {
        Some(error) if refused.len() + 1 == targets.len() => Err(error),
        _ => Ok(unsearched),
    }
}
