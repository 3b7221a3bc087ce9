//! The attacks, a file for each way in. Only data.

mod controls;
mod paths;
mod searches;
mod starving;
mod writes;

use crate::attack::Attack;

/// Every attack that needs no race, in the order in which they are shown.
pub fn all() -> impl Iterator<Item = &'static Attack> {
    [controls::ROWS, paths::ROWS, searches::ROWS, starving::ROWS, writes::ROWS, controls::SHELL]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::all;
    use crate::attack::Goal;

    #[test]
    fn each_has_a_name_of_its_own_and_a_setting_and_says_why() {
        let mut ids = BTreeSet::new();
        for attack in all() {
            assert!(ids.insert(attack.id), "{} is there twice", attack.id);
            assert!(attack.id.len() <= 19, "{} is too long for its column", attack.id);
            assert!(attack.setting().is_some(), "{} names no row of the suite", attack.id);
            assert!(attack.why.len() > 40, "{} does not say why", attack.id);
            assert!(attack.title.len() <= 48, "{} has too long a title", attack.id);
        }
    }

    #[test]
    fn they_are_many_and_some_are_of_the_suite() {
        let attacks = all().filter(|attack| attack.goal != Goal::Served);
        let (all, shared) = attacks.fold((0, 0), |(all, shared), attack| {
            let is_shared = attack.setting().is_some_and(|setting| setting.row.is_some());
            (all + 1, shared + usize::from(is_shared))
        });
        assert!(all >= 24 && shared >= 12, "{all} attacks, {shared} of the suite");
    }
}
