//! [`Said`]: what a pattern says about line ends.
//!
//! Files end their lines with `\n` or `\r\n`, often both in one tree, and patterns rarely say which. So `$` matches
//! before either, `.` and `\s` match neither, and a `\n` in a pattern matches both. Only a pattern that names `\r`
//! itself is about bytes: it sees a `\r` as a character like any other.

use std::ops::Range;

use regex_syntax::ast::{self, Ast, ClassSetItem, Visitor, visit};

use super::syntax::syntax_tree;

/// The line ends that a pattern names.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Does it name a line feed? Then its matches span lines.
    pub(super) line_feed: bool,
    /// Does it name a carriage return?
    pub(super) carriage_return: bool,
    /// Does it have a `.`?
    pub(super) dot: bool,
    /// What has to stand in the expression, and where, for its line feeds to match `\r\n` as well.
    changes: Vec<(Range<usize>, &'static str)>,
}

impl Said {
    /// What a pattern that is text says.
    pub(super) fn in_text(text: &str) -> Self {
        Self {
            line_feed: text.contains('\n'),
            carriage_return: text.contains('\r'),
            ..Self::default()
        }
    }

    /// What an expression says; nothing where it cannot be read.
    pub(super) fn in_expression(expression: &str) -> Self {
        let read = syntax_tree(expression).and_then(|ast| visit(&ast, Reader::default()).ok());
        read.unwrap_or_default()
    }

    /// The same expression with every line feed that it names matching `\r\n` as well.
    pub(super) fn with_any_line_end(&self, expression: &str) -> String {
        let mut text = String::new();
        let mut done = 0;
        for (span, change) in &self.changes {
            text += expression.get(done..span.start).unwrap_or_default();
            text += change;
            done = span.end;
        }
        text + expression.get(done..).unwrap_or_default()
    }
}

/// Text as an expression that matches it whichever line ends a file has.
pub(super) fn text_with_any_line_end(text: &str) -> String {
    regex_syntax::escape(text).replace('\n', r"(?:\r?\n)")
}

/// Reads the line ends in an expression.
#[derive(Default)]
struct Reader {
    said: Said,
    /// For each class around, is it negated? `[^\n]` does not ask for a line feed.
    classes: Vec<bool>,
    /// The line ends that the outermost of them names, and whether it leaves them out.
    in_class: Vec<(char, bool)>,
}

impl Reader {
    fn literal(&mut self, literal: &ast::Literal) {
        match literal.c {
            '\r' | '\n' if !self.classes.is_empty() => {
                self.in_class.push((literal.c, self.classes.contains(&true)));
            }
            '\r' => self.said.carriage_return = true,
            '\n' => {
                self.said.line_feed = true;
                self.said.changes.push((range(&literal.span), r"(?:\r?\n)"));
            }
            _ => {}
        }
    }

    /// The end of an outermost class.
    fn class(&mut self, span: &ast::Span) {
        let named = std::mem::take(&mut self.in_class);
        if named.contains(&('\n', false)) {
            self.said.line_feed = true;
            let Range { start, end } = range(span);
            self.said.changes.extend([(start..start, r"(?:\r?\n|"), (end..end, ")")]);
        }
        // `[^\r\n]` is whatever lies within a line, but `[^\r]` tells one line end from the other.
        let names_line_feed = named.iter().any(|(c, _)| *c == '\n');
        self.said.carriage_return |=
            named.contains(&('\r', false)) || (named.contains(&('\r', true)) && !names_line_feed);
    }
}

fn range(span: &ast::Span) -> Range<usize> {
    span.start.offset..span.end.offset
}

impl Visitor for Reader {
    type Output = Said;
    type Err = ();

    fn finish(self) -> Result<Said, ()> {
        Ok(self.said)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), ()> {
        match ast {
            Ast::Literal(literal) => self.literal(literal),
            Ast::ClassBracketed(class) => self.classes.push(class.negated),
            Ast::Dot(_) => self.said.dot = true,
            _ => {}
        }
        Ok(())
    }

    fn visit_post(&mut self, ast: &Ast) -> Result<(), ()> {
        if let Ast::ClassBracketed(class) = ast {
            self.classes.pop();
            self.class(&class.span);
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), ()> {
        match item {
            ClassSetItem::Literal(literal) => self.literal(literal),
            ClassSetItem::Bracketed(class) => self.classes.push(class.negated),
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_item_post(&mut self, item: &ClassSetItem) -> Result<(), ()> {
        if matches!(item, ClassSetItem::Bracketed(_)) {
            self.classes.pop();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_found_however_they_are_written() {
        for (expression, line_feed, carriage_return) in [
            ("foo", false, false),
            (r"foo\nbar", true, false),
            ("foo\nbar", true, false),
            (r"foo\x0abar", true, false),
            (r"foo\x{a}bar", true, false),
            (r"foo\u000Abar", true, false),
            (r"a[\n ]b", true, false),
            (r"a[^\n]b", false, false),
            (r"a[^\r\n]*b", false, false),
            (r"a[x[^\n]]b", false, false),
            (r"[^\r]\n", true, true),
            (r"[\r\n]", true, true),
            (r"a\\nb", false, false),
            (r"a\\r", false, false),
            (r"a\r$", false, true),
            (r"a[\r;]", false, true),
            (r"\r?\n", true, true),
            (r"\s", false, false),
            ("(?x) a \n b", false, false),
            (r"a(\n", false, false),
        ] {
            let said = Said::in_expression(expression);
            assert_eq!(
                (said.line_feed, said.carriage_return),
                (line_feed, carriage_return),
                "{expression:?}"
            );
        }
    }

    #[test]
    fn a_line_feed_matches_either_line_end() {
        for (expression, wanted) in [
            (r"a\nb", r"a(?:\r?\n)b"),
            ("a\n+b", r"a(?:\r?\n)+b"),
            (r"é\n[x\n]\n", r"é(?:\r?\n)(?:\r?\n|[x\n])(?:\r?\n)"),
            (r"[^\n]*", r"[^\n]*"),
            (r"[a[\nb]]+c", r"(?:\r?\n|[a[\nb]])+c"),
        ] {
            assert_eq!(Said::in_expression(expression).with_any_line_end(expression), wanted);
        }
        assert_eq!(text_with_any_line_end("a(\nb"), r"a\((?:\r?\n)b");
    }
}
