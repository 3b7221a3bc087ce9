//! [`doubled`]: a member that a message names twice.
//!
//! JSON does not define which of the two counts, and readers differ. So such a message is refused by the name of the member.
//! What a message holds elsewhere, such as in `_meta`, is not looked at.
//!
//! May import: nothing outside `args`.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A member that is given twice.
#[derive(Debug, PartialEq)]
pub enum Doubled {
    /// One of the message or its `params`, such as `id`.
    OfMessage(String),
    /// One of the arguments of a call, such as `edits[0].old_text`.
    OfArguments(String),
}

/// The first member that a message gives twice. `None` too if it is not JSON: that is answered elsewhere.
pub fn doubled(line: &[u8]) -> Option<Doubled> {
    first(line, &Place::Message)
}

/// The first member that arguments which are sent as a text give twice.
pub fn doubled_argument(text: &str) -> Option<Doubled> {
    first(text.as_bytes(), &Place::Arguments)
}

fn first(json: &[u8], place: &Place<'_>) -> Option<Doubled> {
    let mut found = None;
    let mut json = serde_json::Deserializer::from_slice(json);
    json.deserialize_any(Look { place, found: &mut found }).ok()?;
    found
}

/// Where in a message something is.
enum Place<'a> {
    Message,
    Params,
    Arguments,
    /// A member of an object in the arguments.
    Member(&'a Place<'a>, &'a str),
    /// An item of a list in the arguments.
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn member(&self, name: &str) -> Doubled {
        match self {
            Self::Message | Self::Params => Doubled::OfMessage(name.to_owned()),
            _ => Doubled::OfArguments(format!("{}{name}", self.prefix())),
        }
    }

    /// What comes before the name of a member of this place.
    fn prefix(&self) -> String {
        let mut prefix = self.name();
        if !prefix.is_empty() {
            prefix.push('.');
        }
        prefix
    }

    fn name(&self) -> String {
        match self {
            Self::Message | Self::Params | Self::Arguments => String::new(),
            Self::Member(of, name) => format!("{}{name}", of.prefix()),
            Self::Item(of, n) => format!("{}[{n}]", of.name()),
        }
    }
}

/// Looks at a value, and notes the first member that is given twice.
struct Look<'a> {
    place: &'a Place<'a>,
    found: &'a mut Option<Doubled>,
}

/// Keeps the first one. One of the message comes before those of its arguments: such a message cannot be read as a call.
fn note(found: &mut Option<Doubled>, doubled: Doubled) {
    match (&found, &doubled) {
        (None, _) | (Some(Doubled::OfArguments(_)), Doubled::OfMessage(_)) => {
            *found = Some(doubled);
        }
        _ => {}
    }
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { place, found } = self;
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if names.contains(&name) {
                note(found, place.member(&name));
            }
            let inner = match (place, name.as_str()) {
                (Place::Message, "params") => Some(Place::Params),
                (Place::Params, "arguments") => Some(Place::Arguments),
                (Place::Message | Place::Params, _) => None,
                _ => Some(Place::Member(place, &name)),
            };
            match inner {
                Some(place) => map.next_value_seed(Look { place: &place, found: &mut *found })?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            names.insert(name);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { place, found } = self;
        // A batch is refused as a whole.
        if matches!(place, Place::Message | Place::Params) {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let mut n = 0;
        while items
            .next_element_seed(Look { place: &Place::Item(place, n), found: &mut *found })?
            .is_some()
        {
            n += 1;
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_member_that_is_given_twice_is_named() {
        let of_message = |name: &str| Some(Doubled::OfMessage(name.into()));
        let of_arguments = |name: &str| Some(Doubled::OfArguments(name.into()));
        for (line, found) in [
            (r#"{"id":1,"id":1}"#, of_message("id")),
            (r#"{"id":1,"\u0069d":2}"#, of_message("id")),
            (r#"{"params":{},"params":{}}"#, of_message("params")),
            (r#"{"params":{"name":1,"name":2}}"#, of_message("name")),
            (r#"{"params":{"arguments":{"a":1},"arguments":{}}}"#, of_message("arguments")),
            (r#"{"params":{"arguments":{"a":1,"b":2,"a":1}}}"#, of_arguments("a")),
            (r#"{"params":{"arguments":{"e":[{},{"o":1,"o":2}]}}}"#, of_arguments("e[1].o")),
            (r#"{"params":{"arguments":{"a":{"b":{"c":1,"c":1}}}}}"#, of_arguments("a.b.c")),
            (r#"{"params":{"arguments":{"a":1,"a":2}},"id":1,"id":2}"#, of_message("id")),
            (r#"{"params":{},"params":{"arguments":{"a":1,"a":2}}}"#, of_message("params")),
            (r#"{"params":{"_meta":{"a":1,"a":2}}}"#, None),
            (r#"{"params":{"arguments":{"a":[{"b":1},{"b":1}],"b":1}}}"#, None),
            (r#"[{"id":1,"id":2}]"#, None),
            (r#"{"id":1,"id":2"#, None),
            ("7", None),
        ] {
            assert_eq!(doubled(line.as_bytes()), found, "{line}");
        }
        assert_eq!(doubled_argument(r#"{"a":1,"a":2}"#), of_arguments("a"));
    }
}
