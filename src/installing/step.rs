//! [`Step`]: one change that an installation makes, as it is shown and as it is made.
//!
//! May import: `authority`, `install`, `path` (to print safely), `text` (for the diff). This module does not
//! know why the change is made.

use std::path::PathBuf;

use super::terminal::{safe, say};
use crate::authority::{self, AmbientAuthority, ClientFile, Refusal};
use crate::install::File;
use crate::path::printable;
use crate::text;

/// Lines of one file's diff that are shown.
const MOST_LINES: usize = 200;

/// A change of a file, or a run of the client's own program that makes it.
pub(super) enum Step {
    Replace { file: Box<ClientFile>, text: Option<String>, keeps_old: bool },
    Run { name: &'static str, program: PathBuf, runs: Vec<Vec<String>> },
}

impl Step {
    /// The step after which the file has that text.
    pub(super) fn of(
        file: &File,
        on_disk: ClientFile,
        text: Option<String>,
        is_removal: bool,
        ambient: AmbientAuthority,
    ) -> Result<Self, Refusal> {
        if let Some((name, runs)) = file.own_program(on_disk.text.as_deref(), is_removal)
            && let Some(program) = authority::find_program(name, ambient)
        {
            return Ok(Self::Run { name, program, runs });
        }
        on_disk.check_may_be_replaced(ambient)?;
        let keeps_old = on_disk.text.as_deref().is_some_and(|text| !file.is_told(text));
        Ok(Self::Replace { file: Box::new(on_disk), text, keeps_old })
    }

    /// What the user agrees to. Nothing that comes from a file or a name reaches the terminal as it is.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Replace { file, text: None, .. } => format!("remove {}\n\n", file.shown()),
            Self::Replace { file, text: Some(new), .. } => {
                let old = file.text.as_deref().unwrap_or_default();
                let diff = text::compared(old, new, MOST_LINES);
                let more = match diff.left_out {
                    0 => String::new(),
                    lines => format!("[{lines} more lines]\n"),
                };
                format!("{}\n{}{more}\n", file.shown(), safe(&diff.text))
            }
            Self::Run { name, program, runs } => {
                let line = |args: &Vec<String>| format!("$ {}\n", command(name, args));
                let runs: String = runs.iter().map(line).collect();
                format!("{}\n{runs}\n", printable(&program.to_string_lossy()))
            }
        }
    }

    /// Makes the change.
    pub(super) fn take(&self, ambient: AmbientAuthority) -> Result<(), Refusal> {
        match self {
            Self::Replace { file, text, keeps_old } => {
                if let Some(kept) = file.replace(text.as_deref(), *keeps_old, ambient)? {
                    say(&format!(
                        "{} said something before; that is kept in {kept}\n",
                        file.shown()
                    ));
                }
                Ok(())
            }
            Self::Run { name, program, runs } => {
                for args in runs {
                    let ran = authority::run(program, args, ambient);
                    if let Ok(ran) = &ran {
                        say(&safe(&ran.output));
                        if ran.left_out > 0 {
                            say(&format!("[{} more bytes]\n", ran.left_out));
                        }
                    }
                    if !ran.is_ok_and(|ran| ran.is_ok) {
                        return Err(Refusal {
                            sentence: format!("`{}` failed", command(name, args)),
                            hint: "its own message, if any, is above; `--print` shows what to add by hand"
                                .into(),
                        });
                    }
                }
                Ok(())
            }
        }
    }
}

/// A command as a shell would take it.
fn command(name: &str, args: &[String]) -> String {
    let is_plain = |arg: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=".contains(c);
        !arg.is_empty() && arg.chars().all(plain)
    };
    let quoted = |arg: &String| {
        if is_plain(arg) {
            return arg.clone();
        }
        format!("'{}'", printable(arg).replace('\'', r"'\''"))
    };
    let args: Vec<String> = args.iter().map(quoted).collect();
    format!("{name} {}", args.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_a_shell_takes_it() {
        let args = ["mcp", "--scope", "a b", "it's", "", "\x1b[2J"].map(str::to_owned);
        assert_eq!(command("claude", &args), r"claude mcp --scope 'a b' 'it'\''s' '' '\x1B[2J'");
    }
}
