//! Numbers as people read them.
//!
//! May import: nothing of this crate. It makes no sentences.

/// A number with its thousands apart.
///
/// ```
/// assert_eq!(preopen::words::number(1_234_567), "1,234,567");
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
