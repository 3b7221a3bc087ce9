//! Where a symbolic link leads that a walk has met and not followed.
//!
//! The link is resolved like a path that a client gives: name by name from the handle of the grant. Anything outside is
//! never looked at, and hidden entries do not exist, so links to either, to nothing, and in a circle are all the same.
//!
//! May import: `path`, `limits`. This module opens no file.

use crate::cap::handle::step::Kind;
use crate::cap::place::LookupOptions;
use crate::cap::read::walked::WalkedDir;
use crate::cap::resolve::walk::PathWalk;
use crate::cap::rights::Read;
use crate::cap::target::Target;
use crate::error::{Group, ToolError};
use crate::limits::Budget;
use crate::path::{Name, VirtualPath};
use std::sync::Arc;

/// A file or directory that a link leads to.
pub struct Followed {
    /// Its real path, as clients say it.
    pub shown: String,
    /// Is it a directory?
    pub is_directory: bool,
}

impl WalkedDir {
    /// The file or directory that a link in this directory leads to, or that these names below it lead to; `None` if
    /// there is none.
    ///
    /// # Errors
    /// The codes of the host, `timed_out` and `cancelled`: then it is unknown where the link leads.
    pub fn follow(
        &self,
        link: &[u8],
        below: &[&str],
        budget: &Budget,
    ) -> Result<Option<Followed>, ToolError> {
        let below = below.iter().map(|name| Name::from_bytes(name.as_bytes()));
        let (Some(link), Some(below)) = (Name::from_bytes(link), below.collect::<Option<Vec<_>>>())
        else {
            return Ok(None);
        };
        let names = [self.names_to(&link), below].concat();
        let said = VirtualPath::default();
        let target =
            Target::<Read>::new(self.grants.clone(), Arc::clone(&self.grant), names, false, said);
        let look = LookupOptions { exact: true, ..LookupOptions::THERE };
        let at = match PathWalk::without_hints(&target, look, budget).run() {
            Ok(at) => at,
            Err(error) if matches!(error.code().group(), Group::Host | Group::Limit) => {
                return Err(error);
            }
            Err(_) => return Ok(None),
        };
        let is_directory = match at.found.map(|found| found.kind) {
            Some(Kind::Directory) => true,
            Some(Kind::File) => false,
            Some(Kind::Link | Kind::Special) | None => return Ok(None),
        };
        Ok(Some(Followed { shown: self.grants.display_path(&at.grant, &at.below), is_directory }))
    }
}
