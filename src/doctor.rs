//! `preopen doctor`: what would be granted, and which wall this machine holds up.
//!
//! Pure: what `authority` found goes in, a page or JSON comes out. It is for the operator, so host
//! paths are shown. May import: `cap`, `limits`, `path`, `sandbox`. It looks
//! nothing up, and claims no wall that was not tried.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use crate::cap::{Grants, Resolver, Rights};
use crate::limits::Limits;
use crate::path::printable;
use crate::sandbox::{Sealed, Wall as Kernel};

/// One grant as the operator may see it, host paths and all.
#[derive(Clone, Debug)]
pub struct Row {
    /// What clients call it.
    pub name: String,
    /// What may be done in it.
    pub rights: Rights,
    /// As it was written.
    pub written_as: String,
    /// Its globs.
    pub hide: Vec<String>,
    /// Its globs.
    pub readonly: Vec<String>,
    /// Globs of what is changed although it can run code.
    pub unprotect: Vec<String>,
    /// Where it is, or why it is not available.
    pub place: Result<HostPlace, String>,
    /// Which ignore files outside it apply in it.
    pub ignore_rules: Vec<String>,
    /// What the operator should know before an agent writes there.
    pub warnings: Vec<Warning>,
}

/// Why a grant is more dangerous than it looks, though it is permitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The directory is protected itself, or lies in a protected one, so no protection holds in it.
    ProtectedItself,
    /// `PATH` has this directory, which can be changed through the grant.
    InPath(PathBuf),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ProtectedItself => f.write_str(
                "this directory is protected in a grant of the directory above it, but nothing in it is protected here; \
                 grant the directory above it, or this one with `ro`",
            ),
            Self::InPath(directory) => write!(
                f,
                "`{}` is in `PATH` and can be changed through this grant: an agent can replace programs that you run; \
                 grant it with `ro`, or name the directory under `readonly` in the file for `--config`",
                printable(&directory.to_string_lossy())
            ),
        }
    }
}

/// Where a granted directory is on this host.
#[derive(Clone, Debug)]
pub struct HostPlace {
    /// Its path without links.
    pub canonical: PathBuf,
    /// The device of its file system.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
}

/// What the doctor found.
#[derive(Serialize)]
pub struct Report {
    version: &'static str,
    grants: Vec<Grant>,
    walls: Vec<Wall>,
    not_covered: Vec<String>,
    limits: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
struct Grant {
    name: String,
    rights: String,
    kernel: &'static str,
    spelled: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    canonical: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inode: Option<u64>,
    hide: Vec<String>,
    readonly: Vec<String>,
    unprotect: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unavailable: Option<String>,
    ignore_rules: Vec<String>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Wall {
    name: &'static str,
    holds: bool,
    how: String,
}

impl Wall {
    fn new(name: &'static str, holds: bool, how: &str) -> Self {
        Self { name, holds, how: how.to_owned() }
    }

    fn kernel(name: &'static str, wall: &Kernel) -> Self {
        match wall {
            Kernel::Holds(how) | Kernel::Partly(how) => Self::new(name, true, how),
            Kernel::Missing(why) => Self::new(name, false, why),
        }
    }
}

impl Report {
    /// Puts together what is known. `client` says how far a client is bound.
    pub fn new(
        rows: &[Row],
        grants: &Grants,
        sealed: &Sealed,
        limits: &Limits,
        client: Option<String>,
    ) -> Self {
        let resolver = match grants.resolver() {
            Resolver::OpenAt2 => {
                "openat2 with RESOLVE_BENEATH; paths with links in them name by name"
            }
            Resolver::Walk => {
                "name by name from the handle (this system has no openat2, or refuses it)"
            }
        };
        Self {
            version: env!("CARGO_PKG_VERSION"),
            grants: rows.iter().map(|row| grant(row, sealed)).collect(),
            walls: vec![
                Wall::new("names resolve only from handles", true, resolver),
                Wall::new("rights are types", true, "checked when the program was compiled"),
                Wall::kernel("the kernel: which files can be reached (Landlock)", &sealed.landlock),
                Wall::kernel("the kernel: which calls there are (seccomp)", &sealed.seccomp),
                Wall::kernel(
                    "the kernel: absolute paths name nothing (empty root directory)",
                    &sealed.root,
                ),
            ],
            not_covered: not_covered(rows, sealed)
                .into_iter()
                .map(Into::into)
                .chain(client)
                .collect(),
            limits: limits
                .rows()
                .into_iter()
                .map(|(name, value, _)| (name.into(), value.into()))
                .collect(),
        }
    }

    /// For programs.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut page = format!("preopen {}\n\ngrants\n", self.version);
        for grant in &self.grants {
            page += &format!(
                "  {}  {}  {}\n",
                printable(&grant.name),
                grant.rights,
                printable(&grant.spelled)
            );
            if let (Some(path), Some(device), Some(inode)) =
                (&grant.canonical, grant.device, grant.inode)
            {
                page += &format!("      is {} (device {device}, inode {inode})\n", printable(path));
            }
            page += &format!("      in the kernel: {}\n", grant.kernel);
            for (word, globs) in [
                ("hidden", &grant.hide),
                ("read only", &grant.readonly),
                ("not protected", &grant.unprotect),
            ] {
                if !globs.is_empty() {
                    page += &format!(
                        "      {word}: {} (enforced by wall 1 only: the kernel does not check names)\n",
                        printable(&globs.join(", "))
                    );
                }
            }
            if !grant.ignore_rules.is_empty() {
                let rules = grant.ignore_rules.join("; ");
                page += &format!("      ignore rules from outside, read at the start: {rules}\n");
            }
            if let Some(reason) = &grant.unavailable {
                page += &format!("      NOT AVAILABLE: {reason}\n");
            }
            for warning in &grant.warnings {
                page += &format!("      WARNING: {warning}\n");
            }
        }
        page += "\nwalls\n";
        for (i, wall) in self.walls.iter().enumerate() {
            let holds = if wall.holds { "holds" } else { "MISSING" };
            page += &format!("  {} {}: {holds}\n      {}\n", i + 1, wall.name, wall.how);
        }
        page += "\nnot covered\n";
        for gap in &self.not_covered {
            page += &format!("  {gap}\n");
        }
        page += "\nlimits\n";
        for (name, value) in &self.limits {
            page += &format!("  {name} = {value}\n");
        }
        page
    }
}

/// What no wall holds here, or only one.
fn not_covered(rows: &[Row], sealed: &Sealed) -> Vec<&'static str> {
    let missing = |wall: &Kernel| matches!(wall, Kernel::Missing(_));
    let changes =
        |row: &Row| row.rights.contains(Rights::WRITE) && !row.rights.contains(Rights::REMOVE);
    let rules = |row: &Row| !row.hide.is_empty() || !row.readonly.is_empty();
    let mut gaps = vec![
        "a file that has a second name outside: who could make that name could read the file",
        "a directory that is mounted below a grant belongs to it, unless `--one-file-system`",
    ];
    if rows.iter().any(changes) {
        gaps.push("only wall 2 enforces that `rw` does not delete: the kernel has no such right");
    }
    if rows.iter().any(rules) {
        gaps.push(
            "`hide` and `readonly` are enforced by wall 1 only: the kernel does not check names",
        );
    }
    // Landlock covers opening a file, and not looking at it.
    gaps.push(if missing(&sealed.landlock) {
        "files outside, should walls 1 and 2 have a hole: Landlock is missing"
    } else if missing(&sealed.root) {
        "sizes and times of files outside, should wall 1 have a hole: the host's tree is not left"
    } else {
        "sizes and times of files outside, should wall 1 let a `..` through: Landlock does not cover them"
    });
    if missing(&sealed.seccomp) {
        gaps.push("programs and connections, should a dependency try: seccomp is missing");
    }
    gaps
}

fn grant(row: &Row, sealed: &Sealed) -> Grant {
    let place = row.place.as_ref();
    let rights = place.map_or(Rights::NONE, |_| row.rights);
    Grant {
        name: row.name.clone(),
        rights: rights.to_string(),
        kernel: sealed.kernel_rights(rights),
        spelled: row.written_as.clone(),
        canonical: place.ok().map(|place| place.canonical.display().to_string()),
        device: place.ok().map(|place| place.device),
        inode: place.ok().map(|place| place.inode),
        hide: row.hide.clone(),
        readonly: row.readonly.clone(),
        unprotect: row.unprotect.clone(),
        unavailable: place.err().cloned(),
        ignore_rules: row.ignore_rules.clone(),
        warnings: row.warnings.iter().map(ToString::to_string).collect(),
    }
}
