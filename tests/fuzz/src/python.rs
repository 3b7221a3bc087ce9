//! Any text as Python is analysed or refused, in bounded time and on a small stack.

pub fn run(bytes: &[u8]) {
    let source = String::from_utf8_lossy(bytes);
    let Ok(report) = preopen_analysis::performance_check(&source) else { return };
    let lines = source.matches(['\r', '\n']).count() + 1;
    for issue in report.issues() {
        assert!((1..=lines).contains(&issue.line_number), "{issue:?} of {lines}");
    }
}
