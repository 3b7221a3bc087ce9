//! Times as clients write them, and as answers show them.
//!
//! May import: `error`, `limits`. The crates for durations that people write know no `yesterday`, and take `1m` for
//! a minute here and for a month there; the units are listed instead.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, Utc};

use crate::error::{Code, ToolError};
use crate::limits::Budget;

/// Units of a span, and their seconds.
const UNITS: [(&str, i64); 13] = [
    ("s", 1),
    ("sec", 1),
    ("second", 1),
    ("m", 60),
    ("min", 60),
    ("minute", 60),
    ("h", 3_600),
    ("hr", 3_600),
    ("hour", 3_600),
    ("d", 86_400),
    ("day", 86_400),
    ("w", 604_800),
    ("week", 604_800),
];

/// The seconds since 1970 of a time that `argument` gives: a time, a day, or a span before now.
///
/// # Errors
/// `bad_args`, with the time of the server.
pub(in crate::tools) fn seconds(
    argument: &str,
    given: &str,
    budget: &Budget,
) -> Result<i64, ToolError> {
    let now = DateTime::<Utc>::from(budget.time_of_day());
    let time = read(given.trim(), now);
    time.map(|time| time.timestamp()).ok_or_else(|| {
        let now = now.to_rfc3339_opts(SecondsFormat::Secs, true);
        let sentence = format!("`{argument}` is not a time; the server's time is {now}");
        ToolError::new(Code::BadArgs, sentence)
            .hint("give `2h`, `1d`, `1w`, `today`, `yesterday`, `2026-11-01` or `2026-11-01T12:00`, in UTC unless it has a zone")
    })
}

/// A time in an answer. File systems keep times that no calendar has.
pub(in crate::tools) fn shown(seconds: i64) -> String {
    let time = DateTime::from_timestamp(seconds, 0);
    time.map_or_else(
        || format!("{seconds} s since 1970"),
        |time| time.to_rfc3339_opts(SecondsFormat::Secs, true),
    )
}

fn read(given: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let lower = given.to_lowercase();
    match lower.as_str() {
        "now" => return Some(now),
        "today" => return Some(midnight(now.date_naive())),
        "yesterday" => return Some(midnight(now.date_naive().checked_sub_days(Days::new(1))?)),
        _ => {}
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(given) {
        return Some(time.to_utc());
    }
    let date_and_time =
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
    let naive = given.strip_suffix(['Z', 'z']).unwrap_or(given);
    let read = |form: &&str| NaiveDateTime::parse_from_str(naive, form).ok();
    if let Some(time) = date_and_time.iter().find_map(read) {
        return Some(time.and_utc());
    }
    if let Ok(time) = DateTime::parse_from_str(given, "%Y-%m-%dT%H:%M%:z") {
        return Some(time.to_utc());
    }
    given.parse().ok().map(midnight).or_else(|| before(&lower, now))
}

/// `2h`, `2 hours` or `2 hours ago`.
fn before(span: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let span = span.strip_suffix("ago").unwrap_or(span).trim();
    let span = span.strip_prefix('-').unwrap_or(span);
    let unit = span.trim_start_matches(|c: char| c.is_ascii_digit());
    let number: i64 = span.strip_suffix(unit)?.parse().ok()?;
    let unit = unit.trim();
    let (_, seconds) =
        UNITS.iter().find(|(name, _)| *name == unit || unit == format!("{name}s"))?;
    now.checked_sub_signed(TimeDelta::try_seconds(number.checked_mul(*seconds)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_mean_what_people_mean() {
        let now = DateTime::parse_from_rfc3339("2026-11-30T12:34:56Z").unwrap().to_utc();
        for (given, want) in [
            ("30s", "2026-11-30T12:34:26Z"),
            ("30m", "2026-11-30T12:04:56Z"),
            ("2h", "2026-11-30T10:34:56Z"),
            ("1d", "2026-11-29T12:34:56Z"),
            ("1w", "2026-11-23T12:34:56Z"),
            ("2 weeks ago", "2026-11-16T12:34:56Z"),
            ("1 hour", "2026-11-30T11:34:56Z"),
            ("90 mins ago", "2026-11-30T11:04:56Z"),
            ("-3d", "2026-11-27T12:34:56Z"),
            ("today", "2026-11-30T00:00:00Z"),
            ("Yesterday", "2026-11-29T00:00:00Z"),
            ("2026-11-29", "2026-11-29T00:00:00Z"),
            ("2026-11-29T12:00", "2026-11-29T12:00:00Z"),
            ("2026-11-29T12:00Z", "2026-11-29T12:00:00Z"),
            ("2026-11-29 12:00:07", "2026-11-29T12:00:07Z"),
            ("2026-11-29T12:00:07.5", "2026-11-29T12:00:07Z"),
            ("2026-11-29T12:00+01:00", "2026-11-29T11:00:00Z"),
            ("2026-11-29T12:00:00+01:00", "2026-11-29T11:00:00Z"),
        ] {
            let time = read(given, now).unwrap_or_else(|| panic!("{given}"));
            assert_eq!(shown(time.timestamp()), want, "{given}");
        }
        for given in ["", "soon", "1", "d", "1x", "2026-13-01", "99999999999999999w", "1d1"] {
            assert_eq!(read(given, now), None, "{given}");
        }
        assert_eq!(shown(i64::MAX), "9223372036854775807 s since 1970");
    }
}
