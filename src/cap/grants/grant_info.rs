//! What anyone may know of the grants.
//!
//! May import: nothing of this crate but `Rights`. No file is touched: what is known was found at startup.

use crate::cap::grants::Grants;
use crate::cap::rights::Rights;

/// What anyone may know of a grant: no handle in it.
#[derive(Clone, Debug)]
pub struct GrantInfo {
    /// What clients call it.
    pub name: String,
    /// What may be done in it; none when it is not available.
    pub rights: Rights,
    /// How the operator wrote it.
    pub written_as: String,
    /// Was it mounted read only at startup? Then nothing is changed in it, whatever the rights.
    pub is_mounted_read_only: bool,
    /// Why it is not available, if it is not.
    pub unavailable: Option<String>,
}

impl Grants {
    /// What anyone may know of the grants, available or not, in the operator's order.
    pub fn grant_infos(&self) -> Vec<GrantInfo> {
        let open = self.inner().grants.iter().map(|g| GrantInfo {
            name: g.name.clone(),
            rights: g.rights,
            written_as: g.written_as.clone(),
            is_mounted_read_only: g.is_mounted_read_only,
            unavailable: None,
        });
        let shut = self.inner().unavailable.iter().map(|u| GrantInfo {
            name: u.name.clone(),
            rights: Rights::NONE,
            written_as: u.written_as.clone(),
            is_mounted_read_only: false,
            unavailable: Some(u.reason.clone()),
        });
        open.chain(shut).collect()
    }
}
