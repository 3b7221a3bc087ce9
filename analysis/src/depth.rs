//! [`check`]: how deep a source can be nested, before a parser that recurses sees it.
//!
//! An upper bound, by tokens alone. What makes an expression deeper is an operator, a keyword, a dot or
//! a bracket; what lies between two commas is one expression, and what is in brackets is one level
//! below it. So the depth is at most the number of such tokens between commas, and the deepest bracket
//! among them. Blocks are counted by their indentation. The bound holds for broken sources as well,
//! where the parser goes on in its own way after an error:
//!
//! - a comma behind `lambda` parts its arguments, not expressions, up to its `:`; any other `:` parts;
//! - the end of a line ends an expression only if the next line cannot continue it: the parser may have
//!   lost count of the brackets, to which line ends mean nothing;
//! - it may also see a block where there is none, but not one that is deeper than the line's own indent.
//!
//! May import: nothing of this crate. Absent on purpose: recursion, and what the code means.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

use super::refusal::Refusal;

/// Most blocks in one another, as in Python itself.
const MOST_BLOCKS: usize = 100;
/// Most blanks at the beginning of a line.
const MOST_INDENT: usize = 500;
/// Most brackets in one another, as in Python itself.
const MOST_BRACKETS: usize = 200;
/// Most that an expression may be nested.
const MOST_NESTED: usize = 1_000;

/// Most tokens. A syntax tree takes some hundred bytes for each; code has one in four or five bytes.
const MOST_TOKENS: usize = 2_000_000;

/// What lies between two commas in one bracket.
#[derive(Clone, Copy, Default)]
struct Frame {
    /// Tokens that nest.
    tokens: usize,
    /// The deepest bracket among them.
    below: usize,
    /// The deepest of what came before the last comma.
    deepest: usize,
    /// `lambda`s whose `:` is yet to come.
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

/// Is it nested no deeper than can be parsed, and not more than can be held?
pub(super) fn check(plain: &str) -> Result<(), Refusal> {
    if plain.split(['\n', '\r']).any(is_far_in) {
        return Err(Refusal::TooDeep);
    }
    let mut tokens = lexer::lex(plain, Mode::Module);
    let (mut open, mut frame, mut blocks) = (Vec::<Frame>::new(), Frame::default(), 0_usize);
    // Tokens that nest around the bracket that is open.
    let mut above = 0;
    // What the line's end is worth is known by what comes next.
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

/// It begins behind more blanks than there are blocks to be.
fn is_far_in(line: &str) -> bool {
    let code = line.trim_start_matches([' ', '\t', '\x0c']);
    line.len() - code.len() > MOST_INDENT && !code.is_empty()
}

fn is_trivia(token: TokenKind) -> bool {
    matches!(token, TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::Newline)
}

/// It neither nests nor parts.
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

/// May it be the middle of an expression?
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
