//! The attacks, as data. Each file holds one kind.

mod controls;
mod paths;
mod searches;
mod starving;
mod writes;

use crate::attack::Attack;

/// Returns every attack except the races, in display order.
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
    fn each_attack_has_a_unique_name_a_tree_and_a_reason() {
        let mut ids = BTreeSet::new();
        for attack in all() {
            assert!(ids.insert(attack.id), "{} is a duplicate", attack.id);
            assert!(attack.id.len() <= 19, "{} is too long for its column", attack.id);
            assert!(attack.setting().is_some(), "{} does not name a row of the suite", attack.id);
            assert!(attack.why.len() > 40, "{} has no reason", attack.id);
            assert!(attack.title.len() <= 48, "{}: the title is too long", attack.id);
        }
    }

    #[test]
    fn there_are_enough_attacks_and_enough_from_the_suite() {
        let attacks = all().filter(|attack| attack.goal != Goal::Served);
        let (all, shared) = attacks.fold((0, 0), |(all, shared), attack| {
            let is_shared = attack.setting().is_some_and(|setting| setting.row.is_some());
            (all + 1, shared + usize::from(is_shared))
        });
        assert!(all >= 24 && shared >= 12, "{all} attacks, {shared} of the suite");
    }
}
