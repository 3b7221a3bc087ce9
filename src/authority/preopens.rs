//! The granted directories: opened once, named, and handed to `cap`.
//!
//! May import: `allowlist`, `cap`, `doctor` (for the rows it shows), `path`. A
//! directory that cannot be opened at the start stays unavailable.

use crate::authority::permit::Permit;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use cap_std::AmbientAuthority;

use super::forbidden::{Forbidden, refuse_nesting};
use super::host::{Identity, Opened, names};
use super::ignore_files::{UpwardLook, Usual};
use super::own_files::OwnFiles;
use crate::allowlist::GrantSpec;
use crate::authority::refusal::{Refusal, plain};
use crate::cap::{Above, BadGlob, Grants, Preopen, Rights, Rules, Unavailable};
use crate::doctor::{Row, Warning};
use crate::path::{Name, printable};

/// The opened grants, and what the operator may know of them.
pub struct Preopened {
    /// The authority.
    pub grants: Grants,
    /// One row a grant, in the order of the command line.
    pub rows: Vec<Row>,
    pub(super) identities: Vec<Identity>,
    /// The rules of each opened grant, by its name.
    rules: Vec<(String, Identity, Rules)>,
}

/// Opens every directory that is to be granted, once and for all.
///
/// `config` is the file that said so, if one did: it is not to be changed through a grant.
///
/// One that cannot be opened is noted and does not take the others down; one that must not be
/// granted stops the start.
///
/// # Ambient Authority
/// Opens any directory of the host.
///
/// # Errors
/// A [`Refusal`] when nothing is granted, or something that must not be.
pub fn open_grants(
    specs: &[GrantSpec],
    aliases: &[(String, String)],
    permit: Permit,
    config: Option<&Path>,
    ambient: AmbientAuthority,
) -> Result<Preopened, Refusal> {
    if specs.is_empty() {
        return Err(nothing_granted());
    }
    let forbidden = Forbidden::new(permit, ambient);
    let names = grant_names(specs, ambient)?;
    let mut opened: Vec<(String, &GrantSpec, Opened)> = vec![];
    let usual = Usual::new(ambient);
    let mut unavailable = vec![];
    let mut rows = vec![];
    let mut above = vec![];
    for (name, spec) in names.into_iter().zip(specs) {
        let mut ignore_rules = vec![];
        let place = match Opened::new(&spec.path, ambient) {
            Ok(dir) => {
                forbidden.check(spec, &dir)?;
                let found = UpwardLook::from(&dir, &usual, ambient);
                ignore_rules = found.sentences;
                above.push(found.above);
                let place = dir.place.clone();
                opened.push((name.clone(), spec, dir));
                Ok(place)
            }
            Err(reason) => {
                let written_as = spec.written.clone();
                unavailable.push(Unavailable {
                    name: name.clone(),
                    written_as,
                    reason: reason.clone(),
                });
                Err(reason)
            }
        };
        rows.push(Row {
            name,
            rights: spec.rights(),
            written_as: spec.written.clone(),
            hide: spec.hide.clone(),
            readonly: spec.readonly.clone(),
            unprotect: spec.unprotect.clone(),
            place,
            ignore_rules,
            warnings: vec![],
        });
    }
    if opened.is_empty() {
        return Err(nothing_opened(&unavailable));
    }
    refuse_nesting(&opened)?;
    refuse_unknown_aliases(&rows, aliases)?;
    let identities: Vec<_> = opened.iter().map(|(_, _, dir)| dir.identity()).collect();
    let own = OwnFiles::new(config, ambient);
    // A link in a grant that is only read may lead into one that is written to.
    let is_any_written = specs.iter().any(|spec| spec.rights().contains(Rights::WRITE));
    let preopens = opened
        .into_iter()
        .zip(above)
        .map(|(opened, above)| preopen(opened, above, aliases, &own, is_any_written));
    let preopens = preopens.collect::<Result<Vec<_>, _>>()?;
    let of_rules = preopens.iter().zip(&identities);
    let rules: Vec<_> =
        of_rules.map(|(p, identity)| (p.name.clone(), *identity, p.rules.clone())).collect();
    for preopen in preopens.iter().filter(|preopen| preopen.rights.contains(Rights::WRITE)) {
        if preopen.rules.protect_the_grant() {
            warn(&mut rows, &preopen.name, Warning::ProtectedItself);
        }
    }
    let grants =
        Grants::new(preopens, unavailable, permit.one_file_system).map_err(|error| Refusal {
            sentence: format!("the grants cannot be held: {}", plain(&error)),
            hint: "start without `--one-file-system` if this system does not tell mounts apart"
                .into(),
        })?;
    Ok(Preopened { grants, rows, identities, rules })
}

/// Warns of the directories in `PATH` that can be changed through a grant, or that can be made or led elsewhere there.
///
/// # Ambient Authority
/// Opens the directories that `PATH` names, and those above them.
#[expect(clippy::disallowed_methods, reason = "which programs the operator runs, for the doctor")]
pub fn warn_of_path(granted: &mut Preopened, ambient: AmbientAuthority) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut seen = vec![];
    for mut directory in std::env::split_paths(&path) {
        // An empty entry of `PATH` means the current directory.
        if directory.as_os_str().is_empty() {
            directory.push(".");
        }
        if seen.contains(&directory) {
            continue;
        }
        let ways = OwnFiles::programs_in(&directory, ambient);
        for (name, identity, rules) in &granted.rules {
            let is_written = granted
                .rows
                .iter()
                .any(|row| row.name == *name && row.rights.contains(Rights::WRITE));
            if is_written && ways.below(*identity).iter().any(|names| rules.permit_change(names)) {
                warn(&mut granted.rows, name, Warning::InPath(directory.clone()));
            }
        }
        seen.push(directory);
    }
}

fn warn(rows: &mut [Row], name: &str, warning: Warning) {
    if let Some(row) = rows.iter_mut().find(|row| row.name == name) {
        row.warnings.push(warning);
    }
}

fn refuse_unknown_aliases(rows: &[Row], aliases: &[(String, String)]) -> Result<(), Refusal> {
    match aliases.iter().find(|(name, _)| rows.iter().all(|row| row.name != *name)) {
        None => Ok(()),
        Some((name, _)) => Err(Refusal {
            sentence: format!("`--alias {name}=...` names no grant"),
            hint: format!(
                "the grants are {}",
                rows.iter().map(|row| format!("`{}`", row.name)).collect::<Vec<_>>().join(", ")
            ),
        }),
    }
}

fn preopen(
    (name, spec, opened): (String, &GrantSpec, Opened),
    above_it: Above,
    aliases: &[(String, String)],
    own: &OwnFiles,
    is_any_written: bool,
) -> Result<Preopen, Refusal> {
    let own = own.below(opened.identity());
    let for_it = aliases.iter().filter(|(alias, _)| *alias == name).map(|(_, path)| path);
    let mut spellings = opened.spellings;
    for alias in for_it.chain(&spec.also_known_as) {
        let path = Path::new(alias);
        spellings.push(names(path).filter(|_| path.is_absolute()).ok_or_else(|| Refusal {
            sentence: format!("`{alias}` cannot be another name of grant `{name}`"),
            hint: "it has to be an absolute path without `..`".into(),
        })?);
    }
    let rules = rules(spec, &name, &own, &spellings, is_any_written).map_err(|bad| Refusal {
        sentence: printable(&format!(
            "the glob `{}` of grant `{name}` cannot be used: {}",
            bad.glob, bad.why
        )),
        hint: "globs are written as in .gitignore: `.env*`, `**/*.pem`, `vendor/**`".into(),
    })?;
    Ok(Preopen {
        name,
        rights: spec.rights(),
        rules,
        dir: opened.dir,
        written_as: spec.written.clone(),
        host_aliases: spellings,
        above: above_it,
    })
}

/// Protected names matter only if something can be changed. The first of the spellings is the canonical one.
fn rules(
    spec: &GrantSpec,
    name: &str,
    own: &[Vec<Name>],
    spellings: &[Vec<Name>],
    is_any_written: bool,
) -> Result<Rules, BadGlob> {
    let above = spellings.first().map_or(&[][..], Vec::as_slice);
    let named = [Path::new(name), Path::new(&spec.written)].into_iter().filter_map(names);
    let all: Vec<_> = spellings.iter().cloned().chain(named).collect();
    let rules = Rules::new_in(&all, &spec.hide, &spec.readonly)?;
    if is_any_written { rules.protecting(&spec.unprotect, own, above) } else { Ok(rules) }
}

/// What clients call each grant. Of two directories with one name the later is `name-2`.
fn grant_names(specs: &[GrantSpec], ambient: AmbientAuthority) -> Result<Vec<String>, Refusal> {
    let mut taken: Vec<String> = vec![];
    for name in specs.iter().filter_map(|spec| spec.name.clone()) {
        if taken.contains(&name) {
            return Err(Refusal {
                sentence: format!("two grants are called `{name}`"),
                hint: "give one of them another name: `--allow NAME=DIR`".into(),
            });
        }
        taken.push(name);
    }
    let mut all = vec![];
    for spec in specs {
        all.push(match &spec.name {
            Some(name) => name.clone(),
            None => {
                let own = own_name(&spec.path, ambient);
                let numbered = (2..).map(|n| format!("{own}-{n}"));
                let free =
                    std::iter::once(own.clone()).chain(numbered).find(|name| !taken.contains(name));
                let free = free.unwrap_or(own);
                taken.push(free.clone());
                free
            }
        });
    }
    Ok(all)
}

#[expect(clippy::disallowed_methods, reason = "the name of a directory that the operator granted")]
fn own_name(path: &Path, _: AmbientAuthority) -> String {
    let spelled = path.file_name().map(OsStr::to_owned);
    let last =
        spelled.or_else(|| std::fs::canonicalize(path).ok()?.file_name().map(OsStr::to_owned));
    let name = last.and_then(|last| Name::from_bytes(last.as_bytes()));
    name.map_or_else(|| "root".into(), |name| name.to_string())
}

fn nothing_granted() -> Refusal {
    Refusal {
        sentence: "no directory is granted, so there is nothing to serve".into(),
        hint: "`preopen --allow DIR` grants DIR for reading, `--allow DIR:rw` also for changes, \
               `--allow DIR:rwd` also for deleting; `.` is the directory it is started in"
            .into(),
    }
}

fn nothing_opened(unavailable: &[Unavailable]) -> Refusal {
    let each = unavailable.iter().map(|u| format!("`{}`: {}", u.written_as, u.reason));
    Refusal {
        sentence: format!(
            "no granted directory can be opened ({})",
            each.collect::<Vec<_>>().join("; ")
        ),
        hint: "name an existing directory after `--allow`".into(),
    }
}
