//! [`syntax_tree`]: the parts of a regular expression, and how deep they may nest.
//!
//! May import: nothing of this crate.

use regex_syntax::ast::Ast;
use regex_syntax::ast::parse::ParserBuilder;

/// Most groups and classes within each other.
pub(super) const MOST_NESTED: u32 = 50;

/// Parses an expression; `None` if it is not valid or too deep.
pub(super) fn syntax_tree(expression: &str) -> Option<Ast> {
    ParserBuilder::new().nest_limit(MOST_NESTED).build().parse(expression).ok()
}
