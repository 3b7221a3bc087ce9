//! [`check`]: limits the nesting of a source before the recursive parser sees it.
//!
//! It computes an upper bound from the tokens. An operator, a keyword, a dot or a bracket makes an
//! expression deeper. The tokens between two commas form one expression, and a bracket is one level
//! deeper. So the depth is at most the number of such tokens between two commas, plus that of the deepest
//! bracket among them. Blocks are counted by their indentation. The bound also holds for broken sources,
//! where the parser continues after an error:
//!
//! - a comma after `lambda` separates its parameters and not expressions, up to its `:`; any other `:`
//!   separates expressions;
//! - the end of a line ends an expression only if the next line cannot continue it, since the parser may
//!   have lost count of the brackets, in which line ends do not count;
//! - the parser may see a block where there is none, but not one that is deeper than the line's indent.
//!
//! This module does not recurse and does not interpret the code.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

use super::refusal::Refusal;

/// The maximum number of nested blocks, as in Python itself.
const MOST_BLOCKS: usize = 100;
/// The maximum indentation of a line, in characters.
const MOST_INDENT: usize = 500;
/// The maximum number of nested brackets, as in Python itself.
const MOST_BRACKETS: usize = 200;
/// The maximum nesting of an expression.
const MOST_NESTED: usize = 1_000;

/// The maximum number of tokens. A syntax tree takes a few hundred bytes per token; ordinary code has one
/// token in four or five bytes.
const MOST_TOKENS: usize = 2_000_000;

/// The expression between two commas in one bracket.
#[derive(Clone, Copy, Default)]
struct Frame {
    /// The number of tokens that nest.
    tokens: usize,
    /// The depth of the deepest bracket among them.
    below: usize,
    /// The depth of the deepest expression before the last comma.
    deepest: usize,
    /// The number of `lambda`s whose `:` is still to come.
    lambdas: usize,
}

impl Frame {
    fn depth(self) -> usize {
        self.deepest.max(self.tokens + self.below)
    }

    fn part(&mut self) {
        *self = Self { deepest: self.depth(), ..Self::default() };
    }
}

/// Refuses a source that is nested too deeply or has too many tokens.
pub(super) fn check(plain: &str) -> Result<(), Refusal> {
    if plain.split(['\n', '\r']).any(is_too_indented) {
        return Err(Refusal::TooDeep);
    }
    let mut tokens = lexer::lex(plain, Mode::Module);
    let mut open = Vec::<Frame>::new();
    let mut frame = Frame::default();
    let mut blocks = 0_usize;
    // The number of nesting tokens around the innermost open bracket.
    let mut above = 0;
    // Whether a line end ends an expression depends on the next token.
    let mut has_ended = false;
    for _ in 0..MOST_TOKENS {
        let token = tokens.next_token();
        if has_ended && !is_trivia(token) {
            has_ended = false;
            if !continues(token) {
                frame = Frame::default();
            }
        }
        match token {
            TokenKind::EndOfFile => return Ok(()),
            TokenKind::Newline => has_ended = open.is_empty(),
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            TokenKind::Lambda => {
                frame.lambdas += 1;
                frame.tokens += 1;
            }
            TokenKind::Colon if frame.lambdas > 0 => frame.lambdas -= 1,
            TokenKind::Comma if frame.lambdas > 0 => {}
            TokenKind::Colon | TokenKind::Comma | TokenKind::Semi => frame.part(),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                frame.tokens += 1;
                above += frame.tokens;
                open.push(std::mem::take(&mut frame));
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                if let Some(outer) = open.pop() {
                    above -= outer.tokens;
                    frame = Frame { below: outer.below.max(frame.depth()), ..outer };
                }
            }
            _ if is_flat(token) => {}
            _ => frame.tokens += 1,
        }
        let deep = above + frame.depth() > MOST_NESTED;
        if deep || blocks > MOST_BLOCKS || open.len() > MOST_BRACKETS {
            return Err(Refusal::TooDeep);
        }
    }
    Err(Refusal::TooLarge)
}

/// Returns whether a line has more indentation than any block may have.
fn is_too_indented(line: &str) -> bool {
    let code = line.trim_start_matches([' ', '\t', '\x0c']);
    line.len() - code.len() > MOST_INDENT && !code.is_empty()
}

fn is_trivia(token: TokenKind) -> bool {
    matches!(token, TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::Newline)
}

/// Returns whether a token neither nests nor separates expressions.
fn is_flat(token: TokenKind) -> bool {
    is_trivia(token)
        || matches!(
            token,
            TokenKind::Name
                | TokenKind::Int
                | TokenKind::Float
                | TokenKind::Complex
                | TokenKind::String
                | TokenKind::True
                | TokenKind::False
                | TokenKind::None
                | TokenKind::Ellipsis
        )
}

/// Returns whether a token can continue an expression.
fn continues(token: TokenKind) -> bool {
    !matches!(token, TokenKind::Indent | TokenKind::Dedent | TokenKind::EndOfFile)
        && !is_flat(token)
        && !matches!(
            token,
            TokenKind::Assert
                | TokenKind::Break
                | TokenKind::Class
                | TokenKind::Continue
                | TokenKind::Def
                | TokenKind::Del
                | TokenKind::Elif
                | TokenKind::Except
                | TokenKind::Finally
                | TokenKind::From
                | TokenKind::Global
                | TokenKind::Import
                | TokenKind::Nonlocal
                | TokenKind::Pass
                | TokenKind::Raise
                | TokenKind::Return
                | TokenKind::Try
                | TokenKind::While
                | TokenKind::With
                | TokenKind::Match
                | TokenKind::Case
                | TokenKind::Type
                | TokenKind::Await
                | TokenKind::Yield
                | TokenKind::Lambda
        )
}
