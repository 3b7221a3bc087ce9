//! `preopen install` as a recipe: read the client's files, show what would change, ask, change.
//!
//! What the files have to say is [`crate::install`]'s; they are opened and replaced by `authority`.
//!
//! May import: `authority`, `cli`, `install`, `path` (to print safely), `text` (for the diff). No change is made
//! that was not shown.

mod step;
mod terminal;

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};
use std::path::Path;

use step::Step;
use terminal::{safe, say};

use crate::authority::{self, AmbientAuthority, ClientFile, Permit, Refusal};
use crate::cli::Install;
use crate::install::{Client, Exclusive, File, Scope, Server};
use crate::path::printable;

/// Does it, and says so on standard output.
///
/// # Ambient Authority
/// Reads and changes files of the user; runs the client's own program where it has one for that.
///
/// # Errors
/// A [`Refusal`] when something cannot be done. If the user has agreed by then, the changes shown before the one that
/// it names are made, and the ones after it are not.
pub fn install(install: &Install, ambient: AmbientAuthority) -> Result<(), Refusal> {
    let client = install.client;
    let server = server(install, ambient)?;
    let files = client.files(&server, install.scope, install.exclusive || install.remove);
    let files = files.ok_or_else(|| Refusal {
        sentence: format!("{} has no such scope", client.shown()),
        hint: "leave `--scope` out".into(),
    })?;
    if install.print {
        for file in &files {
            // The file is not read: this is also the way out where it cannot be.
            let path = authority::client_path(file.base, file.path, ambient)?;
            say(&format!("{path}:\n{}\n", safe(&file.alone())));
        }
        return Ok(());
    }
    let mut steps = vec![];
    for file in &files {
        let on_disk = ClientFile::read(file.base, file.path, ambient)?;
        let new = wanted(file, &on_disk, install.remove).map_err(|why| Refusal {
            sentence: format!(
                "`{}` is not changed: {}",
                on_disk.shown(),
                printable(&why.to_string())
            ),
            hint: "`--print` shows what to add by hand".into(),
        })?;
        if new != on_disk.text {
            steps.push(Step::of(file, on_disk, new, install.remove, ambient)?);
        }
    }
    if steps.is_empty() {
        say(if install.remove {
            "There is nothing to take out.\n"
        } else {
            "It is installed already.\n"
        });
    } else {
        for step in &steps {
            say(&step.shown());
        }
        if !(install.yes || agreed()?) {
            say("Nothing was changed.\n");
            return Ok(());
        }
        for step in &steps {
            step.take(ambient)?;
        }
    }
    if !install.remove {
        say(&closing(client, install.exclusive));
    }
    Ok(())
}

/// Says how far the client is kept from touching files with tools of its own, and which of its files cannot
/// be read.
///
/// # Ambient Authority
/// Reads files of the user.
pub fn bound(client: Client, name: &str, ambient: AmbientAuthority) -> String {
    let server = Server { name: name.into(), command: String::new(), args: vec![] };
    let mut is_bound = false;
    let mut unreadable = vec![];
    for scope in [Scope::User, Scope::Project] {
        let files = client.taken(&server, scope);
        let mut says_all = !files.is_empty();
        for file in files {
            match ClientFile::read(file.base, file.path, ambient) {
                Ok(found) => {
                    let text = found.text;
                    says_all &= text.is_some() && file.said(text.as_deref()).ok() == text;
                }
                // The client may read it all the same; what it says there is not known.
                Err(refusal) => {
                    says_all = false;
                    if !unreadable.contains(&refusal.sentence) {
                        unreadable.push(refusal.sentence);
                    }
                }
            }
        }
        is_bound |= says_all;
    }
    let closing = closing(client, is_bound);
    let facts = [closing.trim_end().to_owned()].into_iter().chain(unreadable);
    facts.collect::<Vec<_>>().join("\n")
}

/// What the file shall say; nothing if it shall not be there.
fn wanted(
    file: &File,
    on_disk: &ClientFile,
    is_removal: bool,
) -> Result<Option<String>, crate::install::Unreadable> {
    let old = on_disk.text.as_deref();
    if !is_removal {
        return file.said(old).map(Some);
    }
    let Some(old) = old else { return Ok(None) };
    let new = file.unsaid(old, on_disk.before.as_deref())?;
    if new == old || !file.is_empty(&new) {
        return Ok(Some(new));
    }
    // It says nothing any more. Either it came with us, or it said nothing before.
    Ok(match &on_disk.before {
        None => None,
        Some(before) if file.is_empty(before) => Some(before.clone()),
        Some(_) => Some(new),
    })
}

fn server(install: &Install, ambient: AmbientAuthority) -> Result<Server, Refusal> {
    let mut specs = install.granted.specs();
    let is_shared = install.scope == Scope::Project;
    if !install.remove {
        if specs.is_empty() && install.granted.config.is_none() {
            return Err(Refusal {
                sentence: "nothing is granted".into(),
                hint: "add `--allow DIR`, or `--config FILE`".into(),
            });
        }
        check(install, ambient)?;
    }
    if is_shared {
        for spec in specs.iter_mut().filter(|spec| spec.path.is_relative()) {
            spec.written = install.client.in_project(&spec.written);
        }
    } else {
        specs = authority::in_full(&specs, ambient)?;
    }
    let path = |path: &Path| match is_shared {
        true if path.is_relative() => install.client.in_project(&path.display().to_string()),
        true => path.display().to_string(),
        false => authority::whole(path, ambient).display().to_string(),
    };
    let mut args: Vec<String> = vec![];
    if !specs.is_empty() {
        args.push("--allow".into());
        args.extend(specs.iter().map(ToString::to_string));
    }
    for (flag, file) in [("--config", &install.granted.config), ("--audit", &install.granted.audit)]
    {
        if let Some(file) = file {
            args.extend([flag.into(), path(file)]);
        }
    }
    if install.granted.allow_home {
        args.push("--allow-home".into());
    }
    let command = if is_shared { "preopen".into() } else { authority::program(ambient) };
    Ok(Server { name: install.name.clone(), command, args })
}

/// Returns an error if the server would not start with these grants.
fn check(install: &Install, ambient: AmbientAuthority) -> Result<(), Refusal> {
    let specs = install.granted.specs();
    if specs.is_empty() {
        return Ok(());
    }
    let permit = Permit { home: install.granted.allow_home, one_file_system: false };
    let granted = authority::open_grants(&specs, &[], permit, None, ambient)?;
    match granted.rows.iter().find_map(|row| Some((row, row.place.as_ref().err()?))) {
        None => Ok(()),
        Some((row, why)) => Err(Refusal {
            sentence: format!("`{}` cannot be granted: {why}", row.written_as),
            hint: "name a directory that exists".into(),
        }),
    }
}

fn closing(client: Client, exclusive: bool) -> String {
    let shown = client.shown();
    match (exclusive, client.exclusive()) {
        (true, Exclusive::Whole) => {
            format!("{shown} has no file tools but these: the grants bind it.\n")
        }
        (true, Exclusive::Partly(rest)) => {
            format!("{shown} is bound by these grants in part: {rest}.\n")
        }
        (false, Exclusive::Whole | Exclusive::Partly(_)) => {
            let once = client.once().map(|how| format!(" For one run so does:\n{how}"));
            format!(
                "{shown} keeps its own file tools; these grants do not bind it. `--exclusive` takes them away.{}\n",
                once.unwrap_or_default()
            )
        }
        (_, Exclusive::Not(why)) => {
            format!("{shown} keeps its own file tools; these grants do not bind it: {why}.\n")
        }
    }
}

/// Asks, where somebody can answer.
fn agreed() -> Result<bool, Refusal> {
    let input = io::stdin().lock();
    if !input.is_terminal() {
        return Err(Refusal {
            sentence: "nothing was changed: nobody is there to be asked".into(),
            hint: "`--yes` changes it unasked".into(),
        });
    }
    say("Change it? [y/N] ");
    let mut answer = String::new();
    // Longer than any answer that means yes.
    input.take(16).read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
