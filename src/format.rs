//! Numbers as people read them, and what they count.
//!
//! May import: nothing of this crate. It makes no sentences.

/// A number with its thousands apart.
///
/// ```
/// assert_eq!(preopen::format::number(1_234_567), "1,234,567");
/// ```
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and what it counts: `1 line`, `2 lines`.
///
/// ```
/// assert_eq!(preopen::format::count(1, "line", "lines"), "1 line");
/// ```
pub fn count(n: u64, one: &str, more: &str) -> String {
    format!("{n} {}", noun(n, one, more))
}

/// The singular for one thing, else the plural.
pub fn noun<'w>(n: u64, one: &'w str, more: &'w str) -> &'w str {
    if n == 1 { one } else { more }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (n, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (5_310, "5,310"), (1_234_567, "1,234,567")]
        {
            assert_eq!(number(n), text);
        }
    }
}
