//! Any calls over any tree: a grant with links in it, out of it and in circles, and a server that is
//! called again and again. After each call the tree is what a slow model says; what lies outside is as
//! it was, and in no answer.
//!
//! The model is a function from the tree before and the call to what must have come of it. It knows
//! nothing of how preopen works: it walks names in a map.

mod step;
mod tree;

use arbitrary::{Result, Unstructured};
use preopen::error::Code;
use preopen::limits::Limits;

use self::step::{Expected, Step};
use self::tree::Tree;
use crate::served::{Served, call, gives_away};

/// What is done to one tree.
const MOST_STEPS: usize = 24;

pub fn run(bytes: &[u8]) {
    let _ = played(&mut Unstructured::new(bytes));
}

fn played(bytes: &mut Unstructured<'_>) -> Result<()> {
    let served = Served::new("rwd");
    let dispatcher = served.dispatcher(Limits::default(), &[]);
    let (root, outside) = (served.at(""), served.at("../outside"));
    let beside = Tree::of(&outside);
    let mut said = vec![];
    for _ in 0..MOST_STEPS {
        if bytes.is_empty() {
            break;
        }
        let step = Step::any(bytes)?;
        said.push(step.to_string());
        let before = Tree::of(&root);
        let Step::Call(called) = step else {
            step.on_host(&root);
            continue;
        };
        let (tool, arguments) = called.as_call();
        let answer = call(&dispatcher, tool, &arguments);
        let after = Tree::of(&root);
        let told = || format!("{said:#?}\n{answer:?}\nbefore {before:?}\nafter {after:?}");
        assert_eq!(Tree::of(&outside), beside, "outside was changed: {}", told());
        let text = answer.as_ref().unwrap_or_else(|(_, text)| text);
        assert!(!gives_away(text, b""), "what is outside was told: {}", told());
        let code = answer.as_ref().err().map(|(code, _)| *code);
        assert!(!matches!(code, Some(Code::Internal | Code::OsError)), "{}", told());
        if code.is_some() {
            assert_eq!(after, before, "refused, and changed: {}", told());
        }
        match called.expected(&before) {
            Expected::Done(tree) => {
                assert!(code.is_none() && after == tree, "not {tree:?}: {}", told());
            }
            Expected::Told(part) => {
                assert!(code.is_none() && text.contains(&part), "{part:?} is not told: {}", told());
                assert_eq!(after, before, "{}", told());
            }
            Expected::Refused(because) => {
                assert!(
                    code.is_some() && because.is_none_or(|because| code == Some(because)),
                    "not {because:?}: {}",
                    told()
                );
            }
            Expected::Either(trees) => {
                assert!(code.is_some() || trees.contains(&after), "none of {trees:?}: {}", told());
            }
        }
    }
    Ok(())
}
