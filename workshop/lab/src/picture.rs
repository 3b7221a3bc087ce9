//! Draws the lines of a terminal as an SVG picture, in light or dark colours depending on the reader's settings.
//!
//! It knows only the few escape codes that `show` writes.

use std::fmt::Write as _;

use crate::show::WIDTH;

/// The width of a character and the height of a line, in SVG units.
const ACROSS: usize = 8;
const DOWN: usize = 19;
/// The margin around the text, and the height of the title bar.
const EDGE: usize = 16;
const BAR: usize = 30;

/// The style sheet. Words carry the meaning; colours only repeat it.
const STYLE: &str = "\
text { font: 13.3px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre; fill: #1b1d21 }
.back { fill: #fbfbfa; stroke: #d5d9df } .bar { fill: #eceef1 } .dot { fill: #c3c8d0 }
.bad { fill: #a3180f; font-weight: 700 } .good { fill: #10532f } .dim { fill: #555b65 } .head { font-weight: 700 } .typed { fill: #2f5fa5; font-weight: 700 }
@media (prefers-color-scheme: dark) {
text { fill: #e7e9ec } .back { fill: #14161a; stroke: #3a404a } .bar { fill: #1f232a } .dot { fill: #4a515c }
.bad { fill: #ff9d94 } .good { fill: #93dfb2 } .dim { fill: #a9afb9 } .typed { fill: #82b4f5 }
}
";

/// Returns the lines as an SVG document.
pub fn svg(lines: &[&str]) -> String {
    let width = WIDTH * ACROSS + 2 * EDGE;
    let height = lines.len() * DOWN + 2 * EDGE + BAR;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"t d\">\n\
         <title id=\"t\">A session with preopen-lab</title>\n<desc id=\"d\">{}</desc>\n<style>\n{STYLE}</style>\n\
         <rect class=\"back\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"8\"/>\n\
         <path class=\"bar\" d=\"M1 {BAR}V8a7 7 0 0 1 7-7h{}a7 7 0 0 1 7 7v{}z\"/>\n",
        escaped(&described(lines)),
        width - 1,
        height - 1,
        width - 16,
        BAR - 8,
    );
    for nth in 0..3 {
        let _ = writeln!(
            svg,
            "<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"5\"/>",
            20 + nth * 18,
            BAR / 2
        );
    }
    for (nth, line) in (1..).zip(lines) {
        let x = EDGE;
        let y = BAR + EDGE / 2 + nth * DOWN;
        let mut spans = String::new();
        for (class, text) in spans_of(line) {
            let text = escaped(&text);
            let _ = match class {
                "" => write!(spans, "{text}"),
                class => write!(spans, "<tspan class=\"{class}\">{text}</tspan>"),
            };
        }
        if !spans.is_empty() {
            let _ =
                writeln!(svg, "<text x=\"{x}\" y=\"{y}\" xml:space=\"preserve\">{spans}</text>");
        }
    }
    svg + "</svg>\n"
}

/// Returns the text of the lines for screen readers, without layout.
fn described(lines: &[&str]) -> String {
    let plain = lines.iter().map(|line| {
        let text: String = spans_of(line).into_iter().map(|(_, text)| text).collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    plain.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(". ")
}

/// Splits a line into pieces, each with its CSS class.
fn spans_of(line: &str) -> Vec<(&'static str, String)> {
    if line.starts_with("$ ") {
        return vec![("typed", line.to_owned())];
    }
    let mut spans = vec![];
    let mut class = "";
    for (nth, piece) in line.split("\x1b[").enumerate() {
        let text = match piece.split_once('m') {
            Some((code, text)) if nth > 0 => {
                class = match code {
                    "1;31" => "bad",
                    "32" => "good",
                    "2" => "dim",
                    "1" => "head",
                    _ => "",
                };
                text
            }
            _ => piece,
        };
        if !text.is_empty() {
            spans.push((class, text.to_owned()));
        }
    }
    spans
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{spans_of, svg};

    #[test]
    fn escape_codes_become_css_classes() {
        let line = "a  \x1b[1;31mESCAPED \x1b[0m\x1b[32mcontained\x1b[0m";
        let want = [("", "a  "), ("bad", "ESCAPED "), ("good", "contained")];
        let got = spans_of(line);
        assert!(got.iter().map(|(class, text)| (*class, text.as_str())).eq(want), "{got:?}");
        let svg = svg(&["$ x", line, "", "<&>"]);
        assert!(!svg.contains('\x1b') && svg.contains("&lt;&amp;&gt;"), "{svg}");
        assert_eq!(svg.matches("<text ").count(), 3);
    }
}
