//! A histogram of the race windows: a picture and a table.

use crate::show::number;

/// The number of bars. The last bar contains all longer windows.
const BARS: usize = 24;

/// Returns the histogram for window lengths in nanoseconds.
pub(super) fn of(server: &str, windows: &[u64]) -> String {
    let mut sorted = windows.to_vec();
    sorted.sort_unstable();
    let at =
        |hundredth: usize| sorted.get((sorted.len().saturating_sub(1)) * hundredth / 100).copied();
    let (Some(least), Some(half), Some(most), Some(longest)) = (at(0), at(50), at(95), at(100))
    else {
        return "<p>No window was measured in this run.</p>\n".into();
    };
    let width = (most / (BARS as u64 - 1)).max(1);
    let mut bars = [0_usize; BARS];
    for window in &sorted {
        let nth = usize::try_from(window / width).unwrap_or(BARS).min(BARS - 1);
        if let Some(bar) = bars.get_mut(nth) {
            *bar += 1;
        }
    }
    let highest = bars.iter().copied().max().unwrap_or(1).max(1);
    let mut drawn = String::new();
    let mut rows = String::new();
    for (nth, count) in bars.iter().enumerate() {
        let from = width * nth as u64;
        let height = count * 100 / highest;
        let range = if nth + 1 == BARS {
            format!("{} ns or longer", number(from))
        } else {
            format!("{} to {} ns", number(from), number(from + width - 1))
        };
        if *count > 0 {
            let height = height.max(1);
            drawn += &format!(
                "<rect x=\"{}\" y=\"{}\" width=\"9\" height=\"{height}\"><title>{range}: {count}</title></rect>",
                nth * 10,
                100 - height
            );
            rows += &format!(
                "<tr><th scope=\"row\">{range}</th><td class=\"n\">{}</td></tr>\n",
                number(*count as u64)
            );
        }
    }
    format!(
        "<p>The window of {server} between the end of its check and its open, in {} calls: half were shorter than \
         <strong>{} ns</strong>, and one in twenty was longer than {} ns. The shortest was {} ns, the longest {} ns.</p>\n\
         <figure><svg class=\"bars\" viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"Histogram of window lengths; the table below contains the numbers\">{drawn}</svg>\n\
         <figcaption class=\"axis\"><span>0</span><span>calls by window length</span><span>{} ns or longer</span></figcaption></figure>\n\
         <details>\n<summary>Numbers of the histogram</summary>\n<table>\n<thead><tr><th scope=\"col\">Window length</th>\
         <th scope=\"col\" class=\"n\">Calls</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</details>\n",
        number(sorted.len() as u64),
        number(half),
        number(most),
        number(least),
        number(longest),
        BARS * 10,
        number(width * (BARS as u64 - 1)),
    )
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn every_window_is_in_a_bar() {
        let page = of("x", &[10, 20, 30, 40, 5_000]);
        let counts =
            page.split("<td class=\"n\">").skip(1).map(|cell| cell.split('<').next().unwrap());
        assert_eq!(counts.map(|count| count.parse::<u32>().unwrap()).sum::<u32>(), 5);
        assert!(page.contains("in 5 calls") && page.contains("the longest 5,000 ns"), "{page}");
        assert!(of("x", &[]).contains("No window"));
        of("x", &[0, 0, u64::MAX]);
    }
}
