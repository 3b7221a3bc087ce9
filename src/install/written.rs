//! [`Doc`]: a JSON text that somebody wrote, with the position of everything in it, commas and comments included.
//!
//! A new entry is written like its neighbours: on a line of its own or not, with the same indentation, line ends and
//! trailing comma.
//!
//! May import: nothing of this crate. This module does not know what anything means.

use std::ops::Range;

use jsonc_parser::ast::{ObjectProp, Value as Node};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::tokens::Token;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions};
use serde_json::{Map, Value};

use crate::install::unreadable::Unreadable;

/// Which JSON a client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// As the standard has it.
    Strict,
    /// With comments and trailing commas.
    Commented,
}

/// A text that was read, without its mark.
pub(super) struct Doc<'t> {
    text: &'t str,
    /// Bytes of the mark.
    mark: usize,
    root: Option<Node<'t>>,
    /// Each token and comment: what it is, and where.
    tokens: Vec<(Kind, Range<usize>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Comma,
    LineComment,
    Other,
}

/// How far keys lead.
pub(super) enum Found<'d, 't, 'k> {
    /// There is no text.
    Nothing,
    /// To this.
    All(&'d ObjectProp<'t>),
    /// To this object, in which the first of the remaining keys is not there.
    Until(Container, &'k [&'k str]),
}

/// The inside of an object or array.
pub(super) struct Container {
    /// Behind the bracket, and where the other one is.
    inside: Range<usize>,
    pub(super) items: Vec<Range<usize>>,
    pub(super) keys: Vec<String>,
}

impl<'t> Doc<'t> {
    pub(super) fn read(text: &'t str, dialect: Dialect) -> Result<Self, Unreadable> {
        let (mark, body) = text.strip_prefix('\u{FEFF}').map_or((0, text), |body| (3, body));
        let is_lax = dialect == Dialect::Commented;
        let options = ParseOptions {
            allow_comments: is_lax,
            allow_trailing_commas: is_lax,
            allow_loose_object_property_names: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        // Taken as tokens, they are not refused.
        let comments = if is_lax {
            CommentCollectionStrategy::AsTokens
        } else {
            CommentCollectionStrategy::Off
        };
        let collect = CollectOptions { comments, tokens: true };
        let parsed = jsonc_parser::parse_to_ast(body, &collect, &options)
            .map_err(|error| Unreadable(error.to_string()))?;
        let kind = |token: &Token<'_>| match token {
            Token::Comma => Kind::Comma,
            Token::CommentLine(_) => Kind::LineComment,
            _ => Kind::Other,
        };
        let tokens = parsed.tokens.unwrap_or_default();
        Ok(Self {
            text: body,
            mark,
            root: parsed.value,
            tokens: tokens.iter().map(|t| (kind(&t.token), range(t.range))).collect(),
        })
    }

    pub(super) fn said(&self) -> Result<Value, Unreadable> {
        match &self.root {
            None => Ok(Value::Object(Map::new())),
            Some(root @ Node::Object(_)) => Ok(root.clone().into()),
            Some(_) => Err(Unreadable("it is not an object".into())),
        }
    }

    pub(super) fn find<'d, 'k>(
        &'d self,
        path: &'k [&'k str],
    ) -> Result<Found<'d, 't, 'k>, Unreadable> {
        let mut at = self.root.as_ref();
        let mut found = None;
        if at.is_none() {
            return Ok(Found::Nothing);
        }
        for (depth, key) in path.iter().enumerate() {
            let way = path.get(..depth).unwrap_or_default();
            let Some(Node::Object(object)) = at else {
                return Err(Unreadable::not_a("an object", way));
            };
            let mut same = object.properties.iter().filter(|prop| prop.name.as_str() == *key);
            match (same.next(), same.next()) {
                (Some(_), Some(_)) => {
                    return Err(Unreadable(format!("it says `{key}` twice")));
                }
                (Some(prop), None) => (at, found) = (Some(&prop.value), Some(prop)),
                (None, _) => {
                    return Ok(Found::Until(
                        self.container(way)?,
                        path.get(depth..).unwrap_or_default(),
                    ));
                }
            }
        }
        found.map(Found::All).ok_or_else(Unreadable::unexpected)
    }

    pub(super) fn container(&self, path: &[&str]) -> Result<Container, Unreadable> {
        let node = match path {
            [] => self.root.as_ref(),
            path => match self.find(path)? {
                Found::All(prop) => Some(&prop.value),
                Found::Nothing | Found::Until(..) => None,
            },
        };
        node.and_then(|node| Self::container_of(node))
            .ok_or_else(|| Unreadable::not_a("an object", path))
    }

    pub(super) fn container_of(node: &Node<'_>) -> Option<Container> {
        let all = range(node.range());
        let inside = all.start + 1..all.end - 1;
        let (items, keys) = match node {
            Node::Object(object) => (
                object.properties.iter().map(|prop| range(prop.range)).collect(),
                object.properties.iter().map(|prop| prop.name.as_str().to_owned()).collect(),
            ),
            Node::Array(array) => {
                (array.elements.iter().map(|e| range(e.range())).collect(), vec![])
            }
            _ => return None,
        };
        Some(Container { inside, items, keys })
    }

    /// The text with something in it, at the end of a container.
    pub(super) fn put_in(&self, container: &Container, item: &dyn Fn(&str) -> String) -> String {
        let Some(last) = container.items.last() else {
            // Directly after the bracket: the container was there, and empty.
            let at = container.inside.start;
            return self.with(&[(at..at, item(&self.indent_of(at)))]);
        };
        let first = container.items.first().unwrap_or(last);
        let line = self.indent_of(first.start);
        let (kind, end) = self.before(container.inside.end);
        let mut between = container.between(self, &line);
        if kind == Kind::LineComment && !between.contains('\n') {
            between = format!("{}{line}", self.line_end());
        }
        let is_own_line = between.contains('\n');
        let item = item(&if is_own_line { line } else { self.indent_of(end) });
        match self.comma(last.end..container.inside.end) {
            Some(_) => self.with(&[(end..end, format!("{between}{item},"))]),
            None => self
                .with(&[(last.end..last.end, ",".into()), (end..end, format!("{between}{item}"))]),
        }
    }

    /// The text without some neighbours.
    pub(super) fn take_out(&self, container: &Container, which: Range<usize>) -> String {
        let (Some(first), Some(last)) =
            (container.items.get(which.start), container.items.get(which.end - 1))
        else {
            return self.with(&[]);
        };
        let (_, from) = self.before(first.start);
        let next = container.items.get(which.end).map_or(container.inside.end, |next| next.start);
        let comma_before = which
            .start
            .checked_sub(1)
            .and_then(|i| container.items.get(i))
            .and_then(|previous| self.comma(previous.end..first.start));
        match (self.comma(last.end..next), comma_before) {
            (Some(comma), _) => self.with(&[(from..comma.end, String::new())]),
            (None, Some(comma)) => {
                let from = from.max(comma.end);
                self.with(&[(comma, String::new()), (from..last.end, String::new())])
            }
            (None, None) => self.with(&[(from..last.end, String::new())]),
        }
    }

    /// The last token before a place, and where it ends.
    fn before(&self, place: usize) -> (Kind, usize) {
        let found = self.tokens.iter().rev().find(|(_, range)| range.end <= place);
        found.map_or((Kind::Other, 0), |(kind, range)| (*kind, range.end))
    }

    fn comma(&self, within: Range<usize>) -> Option<Range<usize>> {
        let is_there =
            |range: &Range<usize>| range.start >= within.start && range.end <= within.end;
        let comma =
            self.tokens.iter().find(|(kind, range)| *kind == Kind::Comma && is_there(range));
        comma.map(|(_, range)| range.clone())
    }

    /// The blanks at the beginning of the line that holds a place.
    pub(super) fn indent_of(&self, place: usize) -> String {
        let before = self.text.get(..place).unwrap_or_default();
        let line = before.rsplit_once('\n').map_or(before, |(_, line)| line);
        line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
    }

    /// By how much the text indents.
    fn step(&self) -> String {
        let first = match &self.root {
            Some(Node::Object(object)) => object.properties.first(),
            _ => None,
        };
        let step = first.map(|prop| self.indent_of(prop.range.start)).unwrap_or_default();
        if step.is_empty() { "  ".into() } else { step }
    }

    pub(super) fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// A value as it stands in a line with that indentation.
    pub(super) fn shown(&self, value: &Value, line: &str) -> String {
        let inner = format!("{line}{}", self.step());
        let end = self.line_end();
        let within = |open: char, items: Vec<String>, close: char| {
            if items.is_empty() {
                return format!("{open}{close}");
            }
            let items = items.join(&format!(",{end}{inner}"));
            format!("{open}{end}{inner}{items}{end}{line}{close}")
        };
        match value {
            Value::Object(object) => {
                let member = |(key, value): (&String, &Value)| {
                    format!("{}: {}", quoted(key), self.shown(value, &inner))
                };
                within('{', object.iter().map(member).collect(), '}')
            }
            Value::Array(items) => {
                within('[', items.iter().map(|i| self.shown(i, &inner)).collect(), ']')
            }
            other => other.to_string(),
        }
    }

    /// The text with other text in these places, which follow one another.
    pub(super) fn with(&self, changes: &[(Range<usize>, String)]) -> String {
        let mut new = String::with_capacity(self.text.len() + self.mark);
        if self.mark > 0 {
            new.push('\u{FEFF}');
        }
        let mut at = 0;
        for (range, text) in changes {
            new += self.text.get(at..range.start).unwrap_or_default();
            new += text;
            at = range.end;
        }
        new + self.text.get(at..).unwrap_or_default()
    }
}

impl Container {
    /// Is its only entry directly after the bracket?
    pub(super) fn was_empty(&self) -> bool {
        self.items.first().is_some_and(|first| first.start == self.inside.start)
    }

    /// What stands between two of its items.
    pub(super) fn between(&self, doc: &Doc<'_>, line: &str) -> String {
        let first = self.items.first().map_or(self.inside.start, |first| first.start);
        let lead = doc.text.get(self.inside.start..first).unwrap_or_default();
        if lead.contains('\n') { format!("{}{line}", doc.line_end()) } else { " ".into() }
    }
}

/// A string as JSON writes it.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

pub(super) fn range(range: jsonc_parser::common::Range) -> Range<usize> {
    range.start..range.end
}
