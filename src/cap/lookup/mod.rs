//! The door to `resolve` for tools: looks a target up, and words what went wrong.
//!
//! `meant` takes the one entry that a misspelled path stands for. A change takes fewer of them than a read.
//!
//! May import: `error`, `limits`, `path`.

pub(super) mod meant;

use crate::cap::place::{LookupOptions, Place};
use crate::cap::rights::Right;
use crate::cap::target::Target;
use crate::error::ToolError;
use crate::limits::Budget;

impl<R: Right> Target<R> {
    /// Looks the target up: links are followed inside the grants, and the handle of the directory
    /// that holds it is pinned. Every later step of the call works on that place, which is noted in
    /// the budget for the audit trail.
    ///
    /// # Errors
    /// `not_found`, `not_a_directory`, `escapes_grant`, `bad_path` (a circle of links), `protected`
    /// (for a change), `special_file`, `os_denied` and the other codes of the host; `timed_out`.
    pub fn place(&self, budget: &Budget) -> Result<Place<R>, ToolError> {
        self.look(LookupOptions::THERE, budget)
    }

    pub(in crate::cap) fn look(
        &self,
        look: LookupOptions,
        budget: &Budget,
    ) -> Result<Place<R>, ToolError> {
        let place = self.find(look, budget)?;
        place.note(self, budget);
        Ok(place)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a tree to resolve in")]
mod tests {
    use std::os::unix::fs::symlink;

    use crate::cap::grants::Grants;
    use crate::cap::rights::{Read, Rights, Write};
    use crate::cap::rules::Rules;
    use crate::cap::testing::{FOLLOWED, budget, check, granted, preopen, resolve_both_ways, tree};
    use crate::path::VirtualPath;

    #[test]
    fn links_into_another_grant_are_read_and_never_changed() {
        let temp = tree(&[
            "o/d/f",
            "g/f",
            "g/rel -> ../o/d/f",
            "g/abs -> {root}/o/d/f",
            "g/dir -> ../o/d",
            "g/root -> ../o",
            "g/odd -> ../x/../o/d/f",
            "g/back -> ../g/f",
            "g/own -> {root}/g/f",
            "g/up -> {root}/x/../o/d/f",
        ]);
        let name = temp.path().file_name().unwrap().to_str().unwrap();
        symlink(format!("../../{name}/o/d/f"), temp.path().join("g/far")).unwrap();
        let grants = granted(&temp);
        let table = [
            ("rel", "o/d/f File"),
            ("abs", "o/d/f File"),
            ("far", "o/d/f File"),
            ("dir/f", "o/d/f File"),
            ("root", "o Directory"),
            ("root/d", "o/d Directory"),
            ("own", "g/f File"),
            // `..` after a name that was not looked up is undefined.
            ("odd", "escapes_grant"),
            ("up", "escapes_grant"),
            ("back", "escapes_grant"),
        ];
        check::<Read>(&grants, FOLLOWED, &table);
        let target = grants.attenuate::<Read>(&VirtualPath::from("g/rel")).unwrap();
        assert_eq!(
            (target.requested().to_string(), target.display_path()),
            ("g/rel".into(), "g/rel".into())
        );
        assert_eq!(target.place(&budget()).unwrap().display_path(), "o/d/f");
        for (path, real) in [("g/rel", Some("o/d/f")), ("g/own", Some("g/f")), ("g/f", None)] {
            let target = grants.attenuate::<Read>(&VirtualPath::from(path)).unwrap();
            let elsewhere = target.place(&budget()).unwrap().resolved_path_if_different(&target);
            assert_eq!(elsewhere.as_deref(), real, "{path}");
        }
        let place = |path: &str| {
            let target = grants.attenuate::<Read>(&VirtualPath::from(path)).unwrap();
            target.place(&budget()).unwrap()
        };
        let [inner, outer] = [place("o/d/f"), place("o/d")];
        assert!(inner.is_within(&outer) && outer.is_within(&outer) && !outer.is_within(&inner));
        assert!(!inner.is_within(&place("g/f")) && !inner.is_within(&place("g")));
        for (path, led_to) in table {
            let want = if led_to.starts_with('o') { "escapes_grant" } else { led_to };
            assert_eq!(resolve_both_ways::<Write>(&grants, path, FOLLOWED), want, "{path}");
        }
        let blind = [("g", Rights::RO), ("o", Rights::WRITE)];
        let blind = blind.map(|(name, rights)| preopen(&temp, name, rights, Rules::default()));
        let grants = Grants::new(blind.into(), vec![], false).unwrap();
        check::<Read>(&grants, FOLLOWED, &[("rel", "escapes_grant"), ("own", "g/f File")]);
    }
}
