//! [`below`]: what a rule means that spells out the grant it belongs to.
//!
//! Paths are given with the name of the grant or as absolute ones, so rules are written that way as well. Such a rule
//! holds as it is written, and also without what leads to the grant: a rule never protects less for it.
//!
//! May import: `path`. This module does not know what names are compared with.

use crate::cap::rules::fold::fold;
use crate::cap::rules::glob_parts::{
    Alternative, Component, Part, listed_alternatives, literal_alternatives,
};
use crate::cap::rules::spelled::trimmed;
use crate::path::Name;

/// The names that lead to a grant, folded: its own name, or those of an absolute path.
pub(in crate::cap) type Top = Vec<String>;

/// The names as a glob that spells them out is compared with them.
pub(in crate::cap) fn top(names: &[Name]) -> Top {
    names.iter().map(|name| folded(&name.to_string())).collect()
}

/// The glob without what leads to the grant, once for each way that it begins with. It is anchored at the top.
pub(in crate::cap) fn below(of: &Alternative, tops: &[Top]) -> Vec<Alternative> {
    let rest = |top: &Top| {
        let (way, rest) = of.components.split_at_checked(top.len())?;
        let is_way =
            !top.is_empty() && way.iter().map(spelled_out).eq(top.iter().cloned().map(Some));
        let is_about_some = rest.iter().any(|component| *component != Component::Deep);
        (is_way && is_about_some)
            .then(|| Alternative { is_pinned: true, components: rest.to_vec() })
    };
    tops.iter().filter_map(rest).collect()
}

/// Is the glob exactly the absolute path of the grant, and names nothing in it?
pub(in crate::cap) fn is_whole_grant(of: &Alternative, tops: &[Top]) -> bool {
    // A path of one name could be a directory in the grant.
    let absolute = tops.iter().filter(|top| of.is_pinned && top.len() > 1);
    let about = of.about();
    absolute.into_iter().any(|top| about.iter().map(spelled_out).eq(top.iter().cloned().map(Some)))
}

/// The directories that a glob spells out before it first leaves something open, folded. What cannot be
/// read has none; [`Globs`](crate::cap::rules::globs::Globs) refuses it.
pub(in crate::cap) fn beginnings(tops: &[Top], glob: &str) -> Vec<String> {
    let mut all = vec![];
    let meant = listed_alternatives(glob).unwrap_or_default();
    let mut meant: Vec<_> = meant.into_iter().chain(literal_alternatives(glob)).collect();
    let shorter: Vec<_> = meant.iter().flat_map(|one| below(one, tops)).collect();
    meant.extend(shorter);
    for Alternative { components, .. } in meant {
        let plain = components.iter().map_while(|component| match component {
            Component::Name(parts) => match parts.as_slice() {
                [Part::Text(text)] => Some(folded(text)),
                _ => None,
            },
            Component::Deep => None,
        });
        let plain: Vec<String> = plain.collect();
        // The last one is what the glob is about.
        let most = plain.len().min(components.len().saturating_sub(1));
        all.extend((1..=most).filter_map(|n| Some(plain.get(..n)?.join("/"))));
    }
    all
}

fn spelled_out(component: &Component) -> Option<String> {
    match component {
        Component::Name(parts) => match parts.as_slice() {
            [Part::Text(text)] => Some(folded(text)),
            _ => None,
        },
        Component::Deep => None,
    }
}

fn folded(text: &str) -> String {
    trimmed(&fold(text)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cap::rules::{Rules, Verdict};
    use crate::path::VirtualPath;

    fn names(path: &str) -> Vec<Name> {
        VirtualPath::from(path).parse().unwrap().names
    }

    #[test]
    fn a_rule_that_spells_out_its_grant_holds_with_and_without_that() {
        let spellings = ["abs/to/Repo", "repo"].map(names);
        for (glob, path, want) in [
            ("/abs/to/repo/secret.txt", "secret.txt", true),
            ("/abs/to/repo/secret.txt", "x/secret.txt", false),
            ("/abs/to/repo/{a,b}/**", "b/c", true),
            ("/abs/to/repo/*.pem,/abs/to/repo/k", "k", true),
            ("/abs/to/repo/[id]/k", "[id]/k", true),
            ("/abs/to/repo/**/k", "x/y/k", true),
            ("/abs/to/other/k", "k", false),
            ("repo/secret.txt", "secret.txt", true),
            ("repo/secret.txt", "repo/secret.txt", true),
            ("/REPO/d/**", "D/x", true),
            ("repo/**", "repo/x", true),
            ("repo/**", "x", false),
            ("repo", "x", false),
            ("*/secret", "secret", false),
        ] {
            for (hide, readonly) in
                [(vec![glob.to_owned()], vec![]), (vec![], vec![glob.to_owned()])]
            {
                let rules = Rules::new_in(&spellings, &hide, &readonly).unwrap();
                assert_eq!(rules.judge(&names(path)) != Verdict::Open, want, "{glob} and {path}");
            }
        }
        let rules = Rules::new_in(&spellings, &["repo/d/secret".to_owned()], &[]).unwrap();
        assert!(rules.begin_with(&names("d")) && !rules.begin_with(&names("e")));
        for glob in ["/abs/to/repo", "/abs/to/repo/**"] {
            let refused = Rules::new_in(&spellings, &[], &[glob.to_owned()]).unwrap_err();
            assert_eq!(refused.why, "it names the whole grant");
        }
    }

    #[test]
    fn the_beginning_of_a_rule_is_what_it_spells_out() {
        for (glob, want) in [
            ("a/b/*.c", &["a", "a/b"][..]),
            ("/A/b/c", &["a", "a/b"]),
            ("a/**", &["a"]),
            ("a./x", &["a"]),
            ("a/{b,c}/d", &["a", "a/c", "a", "a/b", "a", "a/c", "a", "a/b", "a", "a/{b,c}"]),
            ("**/a/b", &[]),
            ("*.pem", &[]),
            ("secret", &[]),
        ] {
            assert_eq!(beginnings(&[], glob), want, "{glob}");
        }
    }
}
