//! Where a symbolic link leads that a walk has met and not followed, for those who tell of it.
//!
//! The link is resolved like a path that a client gives: name by name from the handle of the grant. What lies outside is
//! never looked at, and what is hidden is not there, so links to either, to nothing, and in a circle are all the same.
//!
//! May import: `path`, `limits`. This module opens no file.

use super::beneath::Kind;
use super::by_name::Walk;
use super::target::Look;
use super::walked::WalkedDir;
use super::{Read, Target};
use crate::limits::Budget;
use crate::path::{Name, VirtualPath};

/// A file or directory that a link leads to.
pub struct Followed {
    /// Its real path, as clients say it.
    pub shown: String,
    /// Is it a directory?
    pub is_directory: bool,
}

impl WalkedDir {
    /// The file or directory to which a link in it leads, or one so many names below that; `None` if there is none.
    pub fn follow(&self, link: &[u8], below: &[&str], budget: &Budget) -> Option<Followed> {
        let below = below.iter().map(|name| Name::from_bytes(name.as_bytes()));
        let below: Vec<Name> = below.collect::<Option<_>>()?;
        let names = [self.names_to(&Name::from_bytes(link)?), below].concat();
        let said = VirtualPath::default();
        let target = Target::<Read>::new(self.grants.clone(), self.grant, names, false, said);
        let look = Look { exact: true, ..Look::THERE };
        let at = Walk::without_hints(&target, look, budget).run().ok()?;
        let is_directory = match at.found?.kind {
            Kind::Directory => true,
            Kind::File => false,
            Kind::Link | Kind::Special => return None,
        };
        Some(Followed { shown: self.grants.shown(at.grant, &at.below), is_directory })
    }
}
