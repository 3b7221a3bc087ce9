//! Any string as a path is refused or parsed to valid names.

use preopen::path::{
    MAX_NAME_BYTES, MAX_PATH_BYTES, Name, VirtualPath, brief, join, percent_decoded,
    percent_encoded, printable, readings,
};

use crate::served::deceives;

pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for shown in [brief(&text), printable(&text), VirtualPath::from(&*text).whole()] {
        assert!(!deceives(&shown) && !shown.contains('\n'), "{shown:?}");
    }
    assert_eq!(percent_decoded(&percent_encoded(bytes)).as_deref(), Some(bytes));
    if let Some(name) = Name::from_bytes(bytes) {
        assert_eq!(name.as_bytes(), bytes);
        check_round_trip(&[name]);
    }
    let Ok(spelling) = VirtualPath::from(&*text).parse() else { return };
    assert!(text.len() <= MAX_PATH_BYTES);
    assert_eq!(spelling.absolute, text.starts_with('/'));
    for name in &spelling.names {
        let bytes = name.as_bytes();
        assert!(!matches!(bytes, b"" | b"." | b".."), "{text:?}");
        assert!(!bytes.contains(&b'/') && !bytes.contains(&0), "{text:?}");
        assert!(bytes.len() <= MAX_NAME_BYTES, "{text:?}");
    }
    check_round_trip(&spelling.names);
    for reading in readings(&text) {
        assert!(!reading.path.is_empty() && reading.path.len() <= text.len(), "{reading:?}");
    }
}

/// Checks that displayed names parse to the same names, unless they are too long.
fn check_round_trip(names: &[Name]) {
    let shown = join(names);
    assert!(!deceives(&shown) && !shown.contains('\n'), "{shown:?}");
    let too_long = shown.len() > MAX_PATH_BYTES
        || names.iter().any(|name| name.as_bytes().len() > MAX_NAME_BYTES);
    match VirtualPath::from(shown.as_str()).parse() {
        Ok(spelling) => assert_eq!(spelling.names, names),
        Err(why) => assert!(too_long, "{shown:?}: {why:?}"),
    }
}
