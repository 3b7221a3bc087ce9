//! [`cost`]: how much of an answer's room a text takes, in characters of ordinary text.
//!
//! Clients bound answers by tokens, often by 25,000, and a character of one script costs many times as many as one of another.
//! So limits count characters by what they cost: a letter of English or of code counts once, a Chinese character as often
//! as five and a half letters.
//!
//! The weights are the highest cost per character that was measured with four tokenizers (`OpenAI`'s `cl100k` and `o200k`,
//! Anthropic's published one, Gemma's), for a limit of 40,000: 25,000 tokens are then 0.625 tokens for each. The test has the
//! figures.

/// The room that a text takes, rounded up.
pub fn cost(text: &str) -> usize {
    text.chars().map(halves).sum::<usize>().div_ceil(2)
}

/// The first characters of a text, as many as have room.
pub fn affordable(text: &str, most: usize) -> &str {
    let mut left = most.saturating_mul(2);
    let end = text.char_indices().find(|(_, c)| match left.checked_sub(halves(*c)) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    });
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// Half of the characters that one counts as.
fn halves(c: char) -> usize {
    match c {
        'a'..='z' | 'A'..='Z' | ' ' | '\n' => 2,
        // Some tokenizers have a token for each digit.
        '0'..='9' => 4,
        '!'..='~' | '\t' | '\r' => 3,
        '\0'..='\x7F' => 4,
        // By bytes in UTF-8: what is rare in a vocabulary costs about a token a byte.
        '\u{80}'..='\u{7FF}' => 5,
        '\u{800}'..='\u{FFFF}' => 11,
        _ => 13,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text of each kind, and hundredths of a token that a character of it was measured to cost at most.
    const MEASURED: &[(&str, usize)] = &[
        ("fn main() {\n    let name = args.next();\n}\n", 30),
        ("{\"name\": \"preopen\", \"version\": \"1.2.3\"},\n", 48),
        ("4f8a2c01b7e39d6588aa01f3c2", 88),
        ("q83vEjRWeJq83u8SNFZ4kKvN7w+/Zm9vYmFy", 72),
        ("3141592653589793", 100),
        ("1047,2931,55,8812,", 100),
        ("0.1828182845\n", 100),
        ("!#$%&()*+,-./:;<=>?@[]^_{|}~", 68),
        ("aZ0!bY1@cX2#dW3$", 79),
        ("QWERTYUIOPASDFGHJKL", 60),
        ("qxzvkjwpyfmbgh", 54),
        ("\u{1}\u{2}", 100),
        ("2f1c7a4e-93b0-4d52-8e61-0a7b9c3d5f24\n", 91),
        ("ßüöäéèêñ", 136),
        ("ЖъыщшюяэЪЫ", 112),
        ("ξψφθλαβγ", 132),
        ("صِفخَلق", 129),
        ("人人生而自由在尊严和权利上一律平等", 116),
        ("龘靐齉爩鱻麤", 235),
        ("㐂㐄㑇㒳", 299),
        ("すべての人間は生まれながらにして", 107),
        ("모든 인간은 태어날 때부터", 113),
        ("뷁쉛쫙쀍", 269),
        ("มนุษย์ทั้งหลายเกิดมา", 183),
        ("བོད་ཡིག", 339),
        ("─│┌┐└┘├┤", 184),
        ("⠃⠉⠙⠑", 298),
        ("😀🚀🔥🎉🇩🇪", 300),
        ("👨\u{200D}👩\u{200D}👧", 257),
        ("𒀀𒀁𒀂", 399),
        ("𠀀𠀁𠀂", 400),
    ];

    #[test]
    fn no_text_of_forty_thousand_costs_more_than_twenty_five_thousand_tokens() {
        for (text, hundredths) in MEASURED {
            let page = affordable_repeated(text, 40_000);
            let tokens = page.chars().count() * hundredths / 100;
            assert!(
                tokens <= 25_000,
                "{text}: {} characters, {tokens} tokens",
                page.chars().count()
            );
            assert!(cost(&page) <= 40_000, "{text}");
        }
    }

    fn affordable_repeated(text: &str, most: usize) -> String {
        affordable(&text.repeat(most), most).to_owned()
    }

    #[test]
    fn ordinary_text_counts_little_more_than_its_characters() {
        let code = "    let Some(row) = rows.iter().find(|row| row.name == name) else {\n        return Err(unknown(name));\n    };\n";
        let chars = code.chars().count();
        assert!(cost(code) < chars * 5 / 4, "{} for {chars}", cost(code));
        assert_eq!(cost("plain words\n"), 12);
        assert_eq!((cost(""), cost("1"), cost("語"), cost("語語")), (0, 2, 6, 11));
    }

    #[test]
    fn what_has_room_ends_between_characters() {
        assert_eq!(affordable("語語語", 11), "語語");
        assert_eq!(affordable("語", 5), "");
        assert_eq!(affordable("abc", 3), "abc");
        assert_eq!(affordable("abc", 2), "ab");
    }
}
