//! How the page of a report looks: light and dark, wide and narrow, and on paper.
//!
//! May import: nothing of this crate. The page loads nothing from elsewhere.

/// The style sheet.
pub(super) const STYLE: &str = r":root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #fff; --text: #1b1d21; --soft: #555b65; --line: #d9dce1;
  --read: #2f6fb5; --change: #a86400; --deny: #b3261e; --fail: #7a4fa3;
  --good: #14663a; --good-card: #e9f5ee; --bad: #9b1c15; --bad-card: #fdecea;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14161a; --card: #1c1f25; --text: #e7e9ec; --soft: #a9afb9; --line: #363b44;
    --read: #6eaaf0; --change: #e3a33d; --deny: #f4776d; --fail: #bd9be6;
    --good: #7fd6a3; --good-card: #16291f; --bad: #ff9b92; --bad-card: #351c1b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 3rem;
  background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif;
}
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 0 0 .5rem; font-size: 1.15rem; line-height: 1.3; }
header p { margin: .35rem 0 0; }
p { margin: .5rem 0; max-width: 48rem; }
ul { margin: .5rem 0; padding-left: 1.25rem; }
a { color: inherit; }
nav { margin-top: .75rem; font-size: .9rem; }
nav a { display: inline-block; margin-right: 1rem; padding: .1rem 0; }
section {
  margin-top: 1rem; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--card);
}
.sound { border-color: var(--good); background: var(--good-card); }
.sound h2 { color: var(--good); }
.unsound { border: 2px solid var(--bad); background: var(--bad-card); }
.unsound h2 { color: var(--bad); font-size: 1.4rem; }
.soft, caption, .legend, .axis, footer { color: var(--soft); font-size: .9rem; }
code, bdi { overflow-wrap: anywhere; }
code { font: .875em/1.45 ui-monospace, monospace; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .75rem 1rem; margin: 0; }
.tiles div { border-left: 3px solid var(--line); padding-left: .6rem; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; line-height: 1.25; }
.tiles .read { border-color: var(--read); }
.tiles .change { border-color: var(--change); }
.tiles .deny { border-color: var(--deny); }
.tiles .fail { border-color: var(--fail); }
figure { margin: 0; }
.time { display: block; width: 100%; height: 9rem; border-bottom: 1px solid var(--soft); }
.axis { display: flex; max-width: none; justify-content: space-between; gap: 1rem; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .5rem 0; padding: 0; list-style: none; }
.legend svg { width: .8rem; height: .8rem; margin-right: .35rem; }
rect.read { fill: var(--read); }
rect.change { fill: var(--change); }
rect.deny { fill: var(--deny); }
rect.fail { fill: var(--fail); }
.bar { display: block; width: 100%; height: .75rem; }
table { width: 100%; border-collapse: collapse; font-size: .925rem; }
caption { padding-bottom: .4rem; text-align: left; }
th, td { padding: .3rem .5rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead td { border-top: 0; }
thead th { border-top: 0; color: var(--soft); font-size: .8rem; font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 400; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
.n { width: 4.75rem; text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.n.zero { color: var(--soft); }
.w { width: 22%; padding-top: .6rem; }
.id { min-width: 10.5rem; }
.hidden { position: absolute; clip-path: inset(50%); height: 1px; width: 1px; overflow: hidden; }
.when { white-space: nowrap; font-variant-numeric: tabular-nums; }
details { margin-top: .75rem; }
details.server { border-top: 1px solid var(--line); margin: 0; padding: .5rem 0; }
summary { cursor: pointer; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--read); outline-offset: 2px; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0 .25rem 1rem; font-size: .925rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; }
.warn { color: var(--bad); font-weight: 600; }
@media (max-width: 40rem) {
  body { padding: 1rem .6rem 2rem; }
  section { padding: .8rem .7rem; }
  .w { display: none; }
  th, td { padding: .3rem .3rem; }
  table { font-size: .85rem; }
  thead th { font-size: .72rem; }
  .id { min-width: 7rem; }
  .n { width: 1%; }
  th code { font-size: .8em; }
  .when { white-space: normal; }
  .facts { grid-template-columns: 1fr; margin-left: 0; }
  .facts dd { margin-bottom: .3rem; }
  table.calls, .calls tbody, .calls tr, .calls th, .calls td { display: block; }
  .calls thead { position: absolute; clip-path: inset(50%); }
  .calls tr { border-top: 1px solid var(--line); padding: .4rem 0; }
  .calls th, .calls td { border: 0; padding: 0; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; background: #fff; }
  nav { display: none; }
  section { break-inside: auto; }
  tr, figure, .tiles div { break-inside: avoid; }
  thead { display: table-header-group; }
  details::details-content { content-visibility: visible; block-size: auto; }
  rect { print-color-adjust: exact; }
}
";
