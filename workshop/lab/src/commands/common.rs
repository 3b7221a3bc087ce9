//! What several commands share: the patience, the verdict on a server, and JSON output.

use std::io::{self, Write as _};
use std::time::Duration;

use crate::attack::Attack;
use crate::cli::Options;
use crate::matrix::Column;

pub(super) fn patience(options: &Options, otherwise: Duration) -> Duration {
    options.patience.map_or(otherwise, Duration::from_millis)
}

/// Returns whether a server contained every attack that a file server can stop, and served every harmless request.
pub(super) fn column_held(attacks: &[&'static Attack], column: Option<&Column>) -> bool {
    column.is_some_and(|column| {
        column.findings.len() == attacks.len()
            && column.findings.iter().zip(attacks).all(|(found, attack)| {
                found.verdict.is_fine() || found.verdict.is_harm() && attack.known_limit().is_some()
            })
    })
}

pub(super) fn print_json(value: &serde_json::Value) -> io::Result<()> {
    writeln!(io::stdout(), "{value:#}")
}
