//! ripgrep, to compare with.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// ripgrep, not yet started, in an environment with this home directory and nothing else. A test fails where there is
/// no ripgrep, rather than say nothing about it.
#[must_use]
pub fn ripgrep(home: &Path) -> Command {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(find);
    let mut command = Command::new(&*PROGRAM);
    command.env_clear().env("HOME", home);
    command
}

/// In `PATH`, or where cargo installs it: not every `PATH` has that.
fn find() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from).or(home);
    let places = std::env::split_paths(&path).chain(cargo.map(|cargo| cargo.join("bin")));
    let is_new = |program: &PathBuf| {
        let said = Command::new(program).arg("--version").output();
        let said = said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned());
        let version = said
            .ok()
            .and_then(|said| said.strip_prefix("ripgrep ")?.split('.').next()?.parse::<u32>().ok());
        version.is_some_and(|version| version >= 15)
    };
    places.map(|place| place.join("rg")).find(is_new).expect(
        "this test compares with ripgrep 15 or later, which is neither in PATH nor in ~/.cargo/bin; \
         `make setup` installs it",
    )
}
