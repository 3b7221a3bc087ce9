//! The picture of names, links and inodes. It is narrow enough for a phone.

use super::scenes::Scene;
use super::words::text;

/// The id of the place of the secret outside.
pub(super) const SECRET: &str = "22";
/// The id of the place for servers that open nothing.
pub(super) const REFUSED: &str = "no";

/// The names, each with its vertical position.
const NAMES: [(&str, u32); 5] = [
    ("grant/", 38),
    ("notes.txt", 91),
    ("sub/file.txt", 159),
    ("outside/", 222),
    ("secret.txt", 275),
];

/// The inodes: number, description, top and height.
const INODES: [(&str, &str, u32, u32); 5] = [
    ("11", "directory: the handle", 24, 28),
    ("12", "a file", 62, 58),
    ("13", "another file", 130, 58),
    ("21", "directory", 208, 28),
    ("22", "the secret", 246, 58),
];

/// The lines: id, SVG path, and whether the line is a link or a path.
pub(super) const EDGES: [(&str, &str, bool); 10] = [
    ("grant", "M165 38H210", false),
    ("n12", "M165 91H210", false),
    ("n22", "M165 91C195 100 180 270 210 275", false),
    ("sub", "M165 159H210", false),
    ("out", "M165 222H210", false),
    ("sec", "M165 275H210", false),
    ("n-sub", "M50 91C20 95 20 155 46 159", true),
    ("n-sec", "M50 91C0 100 0 268 46 275", true),
    ("g-out", "M50 38C0 48 0 212 46 222", true),
    ("up", "M50 38C0 48 0 262 46 275", true),
];

/// Returns where servers are drawn at a place: left, top, and the number in a row.
fn slots(place: &str) -> (u32, u32, u32) {
    if place == REFUSED {
        return (56, 344, 5);
    }
    let top = INODES.iter().find(|(number, ..)| *number == place).map_or(0, |(.., top, _)| *top);
    (218, top + 22, 3)
}

/// Describes a place.
pub(super) fn place_in_words(place: Option<&str>) -> &'static str {
    match place {
        Some(SECRET) => "the secret outside",
        Some(REFUSED) => "nothing: refused",
        Some(_) => "the file inside",
        None => "not tried",
    }
}

/// Describes that a server ended at a place.
pub(super) fn reached(place: Option<&str>) -> &'static str {
    match place {
        Some(SECRET) => "reached the secret outside",
        Some(REFUSED) => "opened nothing",
        Some(_) => "reached the file inside",
        None => "did not take part in this run",
    }
}

/// Draws a scene, with each server at the place where it ends.
pub(super) fn of(scene: &Scene, ends: &[(String, Option<&'static str>)]) -> String {
    let mut drawn = String::from(
        "<svg class=\"picture\" id=\"picture\" viewBox=\"0 0 410 372\" role=\"img\" aria-labelledby=\"picture-t\">\n\
         <title id=\"picture-t\">Names on the left, inodes on the right, and each server at the place where it ends</title>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerUnits=\"userSpaceOnUse\" markerWidth=\"9\" markerHeight=\"9\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\n\
         <text class=\"head\" x=\"50\" y=\"14\">map: names</text><text class=\"head\" x=\"210\" y=\"14\">territory: inodes</text>\n\
         <line class=\"border\" x1=\"0\" x2=\"410\" y1=\"198\" y2=\"198\"/><text class=\"head\" x=\"56\" y=\"193\">inside the grant</text>\n",
    );
    for (name, y) in NAMES {
        drawn += &format!(
            "<rect class=\"name\" x=\"50\" y=\"{}\" width=\"115\" height=\"26\" rx=\"4\"/><text class=\"mono\" x=\"58\" y=\"{}\">{name}</text>\n",
            y - 13,
            y + 4
        );
    }
    for (number, what, top, height) in INODES {
        let class = if number == SECRET { "inode secret" } else { "inode" };
        // Draw this file only if the name leads to it.
        let off = if number == "12" && !has(scene, "n12") { " class=\"off\"" } else { "" };
        let edge = if number == "12" { " data-edge=\"n12\"" } else { "" };
        drawn += &format!(
            "<g{edge}{off}><rect class=\"{class}\" x=\"210\" y=\"{top}\" width=\"192\" height=\"{height}\" rx=\"10\"/>\
             <text x=\"220\" y=\"{}\">#{number} {what}</text></g>\n",
            top + 16
        );
    }
    drawn += &format!(
        "<rect class=\"inode none\" x=\"50\" y=\"320\" width=\"352\" height=\"48\" rx=\"4\"/><text x=\"58\" y=\"337\">opens nothing: refused</text>\n\
         <text class=\"asked\" id=\"asked\" x=\"394\" y=\"337\" text-anchor=\"end\">request: {}</text>\n",
        text(scene.asked)
    );
    for (id, way, is_names) in EDGES {
        let off = if has(scene, id) { "" } else { " off" };
        let kind = if is_names { "edge names" } else { "edge" };
        drawn += &format!(
            "<path class=\"{kind}{off}\" data-edge=\"{id}\" d=\"{way}\" marker-end=\"url(#tip)\"/>\n"
        );
    }
    drawn += &tokens(ends);
    drawn + "</svg>\n"
}

fn has(scene: &Scene, id: &str) -> bool {
    scene.edges.split(' ').any(|edge| edge == id)
}

/// Draws the servers, each at the place where it ends.
fn tokens(ends: &[(String, Option<&'static str>)]) -> String {
    let mut drawn = String::from("<g id=\"tokens\"");
    for place in INODES.map(|(number, ..)| number).into_iter().chain([REFUSED]) {
        let (left, top, row) = slots(place);
        drawn += &format!(" data-p{place}=\"{left} {top} {row}\"");
    }
    drawn += ">\n";
    for (nth, (server, place)) in ends.iter().enumerate() {
        let before = ends.iter().take(nth).filter(|(_, other)| other == place).count();
        let before = u32::try_from(before).unwrap_or_default();
        let (left, top, row) = slots(place.unwrap_or(REFUSED));
        let x = left + before % row * 62;
        let y = top + before / row * 18;
        let off = if place.is_none() { " off" } else { "" };
        let ours = if server == crate::servers::OURS { " ours" } else { "" };
        drawn += &format!(
            "<g class=\"token{ours}{off}\" data-server=\"{}\" transform=\"translate({x} {y})\"><rect width=\"58\" height=\"16\" rx=\"8\"/>\
             <text x=\"29\" y=\"12\" text-anchor=\"middle\">{}</text></g>\n",
            text(server),
            text(&server.chars().take(9).collect::<String>())
        );
    }
    drawn + "</g>\n"
}
