//! What a new path is likely meant to be, where it looks like a mistake.
//!
//! May import: `error`, `path`.

use crate::cap::grants::Grants;
use crate::cap::hints::existing::existing;
use crate::cap::hints::suggest::did_you_mean;
use crate::error::{Code, ToolError};
use crate::path::{Name, VirtualPath, begins_elsewhere, join, readings};

/// The answer to a new path that can hardly be meant as it is written.
pub(in crate::cap) fn foreign(grants: &Grants, said: &VirtualPath) -> ToolError {
    mistaken(grants, said, likely(grants, said).map(|path| format!("`{path}`")))
}

pub(in crate::cap) fn mistaken(
    grants: &Grants,
    said: &VirtualPath,
    meant: Option<String>,
) -> ToolError {
    let sentence = format!("`{said}` looks like a mistake as a new name");
    let next = match meant {
        Some(meant) => did_you_mean(&[meant]),
        None => format!("paths are {}.", grants.how_paths_look()),
    };
    ToolError::new(Code::BadPath, sentence)
        .hint(format!(r"{next} To use a special character literally, write it as `\xHH`"))
}

/// The path that is likely meant: as much of its end as lies in a directory that exists, or the whole with slashes.
pub(in crate::cap) fn likely(grants: &Grants, said: &VirtualPath) -> Option<String> {
    end_in_directory(grants, said).or_else(|| {
        let read = as_read(said);
        let is_said = begins_elsewhere(said.as_requested()) || read == *said;
        let (grant, names) = grants.place_of(&read).filter(|_| !is_said)?;
        Some(grants.display_path(&grant, &names))
    })
}

/// As much of the end of a path as lies in a directory that exists.
pub(in crate::cap) fn end_in_directory(grants: &Grants, said: &VirtualPath) -> Option<String> {
    let names = as_read(said).parse().ok()?.names;
    let ends = (0..names.len().min(MAX_LEFT_OUT)).filter_map(|from| names.get(from..));
    let mut in_directories = ends.filter(|end| end.len() > 1);
    in_directories.find_map(|end| in_existing_directory(grants, &join(end)))
}

/// The path as other programs mean it.
fn as_read(said: &VirtualPath) -> VirtualPath {
    let read = readings(said.as_requested()).pop();
    VirtualPath::from(read.map_or(said.as_requested().into(), |read| read.path))
}

pub(in crate::cap) fn in_existing_directory(grants: &Grants, path: &str) -> Option<String> {
    let (directory, name) = match path.trim_end_matches('/').rsplit_once('/') {
        Some((directory, name)) => (directory, name),
        None if grants.are_named_in_paths() => return None,
        None => ("", path),
    };
    let name = Name::from_bytes(name.as_bytes())?;
    let (grant, names) = existing(grants, directory).into_iter().next()?;
    Some(grants.display_path(&grant, &[names, vec![name]].concat()))
}

/// Most names in front of a path that are left out to find the directory that is meant.
const MAX_LEFT_OUT: usize = 32;
