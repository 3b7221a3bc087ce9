//! Any calls on any tree: a grant contains links that stay inside, lead out, or form circles, and a server is called
//! repeatedly. After each call, the tree matches a simple model. Files outside are unchanged and never appear in an answer.
//!
//! The model is a function from the tree before the call, and the call, to the expected result. It does not depend on how
//! preopen works: it looks up names in a map.

mod step;
mod tree;

use arbitrary::{Result, Unstructured};
use preopen::error::Code;
use preopen::limits::Limits;

use self::step::{Expected, Step};
use self::tree::Tree;
use crate::served::{Served, call, gives_away};

/// The maximum number of steps on one tree.
const MOST_STEPS: usize = 24;

pub fn run(bytes: &[u8]) {
    let _ = run_steps(&mut Unstructured::new(bytes));
}

fn run_steps(bytes: &mut Unstructured<'_>) -> Result<()> {
    let served = Served::new("rwd");
    let dispatcher = served.dispatcher(Limits::default(), &[]);
    let root = served.at("");
    let outside = served.at("../outside");
    let beside = Tree::of(&outside);
    let mut steps = vec![];
    for _ in 0..MOST_STEPS {
        if bytes.is_empty() {
            break;
        }
        let step = Step::any(bytes)?;
        steps.push(step.to_string());
        let before = Tree::of(&root);
        let Step::Call(called) = step else {
            step.on_host(&root);
            continue;
        };
        let (tool, arguments) = called.as_call();
        let answer = call(&dispatcher, tool, &arguments);
        let after = Tree::of(&root);
        let details = || format!("{steps:#?}\n{answer:?}\nbefore {before:?}\nafter {after:?}");
        assert_eq!(Tree::of(&outside), beside, "outside was changed: {}", details());
        let text = answer.as_ref().unwrap_or_else(|(_, text)| text);
        assert!(!gives_away(text, b""), "the answer contains the secret: {}", details());
        let code = answer.as_ref().err().map(|(code, _)| *code);
        assert!(!matches!(code, Some(Code::Internal | Code::OsError)), "{}", details());
        if code.is_some() {
            assert_eq!(after, before, "refused, but the tree changed: {}", details());
        }
        match called.expected(&before) {
            Expected::Done(tree) => {
                assert!(code.is_none() && after == tree, "not {tree:?}: {}", details());
            }
            Expected::Contains(part) => {
                assert!(
                    code.is_none() && text.contains(&part),
                    "the answer does not contain {part:?}: {}",
                    details()
                );
                assert_eq!(after, before, "{}", details());
            }
            Expected::Refused(because) => {
                assert!(
                    code.is_some() && because.is_none_or(|because| code == Some(because)),
                    "not {because:?}: {}",
                    details()
                );
            }
            Expected::Either(trees) => {
                assert!(
                    code.is_some() || trees.contains(&after),
                    "none of {trees:?}: {}",
                    details()
                );
            }
        }
    }
    Ok(())
}
