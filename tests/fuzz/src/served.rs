//! [`Served`]: a directory that is granted, in this process, with something beside it.

use std::fs;
use std::path::PathBuf;

use preopen::allowlist::GrantSpec;
use preopen::authority::{self, Permit};
use preopen::cap::{Grants, OpenFile, Read};
use preopen::dispatch::Dispatcher;
use preopen::error::Code;
use preopen::limits::{Budget, Limits, Watch};
use preopen::path::VirtualPath;
use preopen::tool::Content;
use preopen::tools::TOOLS;
use serde_json::Value;
use tempfile::TempDir;

/// What lies outside, and must be seen in no answer.
const SECRET: &str = "FLAG{the-secret-outside}";

/// Does it tell what lies outside? The fuzzer finds that text in the program, and what was sent may be told again.
pub fn gives_away(said: &str, sent: &[u8]) -> bool {
    said.contains(SECRET) && !sent.windows(SECRET.len()).any(|part| part == SECRET.as_bytes())
}

/// `grant/` is granted, `outside/secret` is not. Gone when it is dropped.
pub struct Served {
    root: TempDir,
    grants: Grants,
}

/// What a call came to: its text, or the code and the text of a refusal.
pub type Answer = Result<String, (Code, String)>;

impl Served {
    /// An empty directory with these rights.
    pub fn new(rights: &str) -> Self {
        Self::with(rights, &[])
    }

    /// An empty directory with all rights, in which every change is refused when all else is in order.
    pub fn read_only() -> Self {
        Self::with("rwd", &["*".into()])
    }

    fn with(rights: &str, readonly: &[String]) -> Self {
        let root = tempfile::Builder::new().prefix("fuzz-").tempdir().unwrap();
        for (path, text) in [("grant", None), ("outside", Some(SECRET))] {
            fs::create_dir(root.path().join(path)).unwrap();
            text.map_or(Ok(()), |text| fs::write(root.path().join(path).join("secret"), text))
                .unwrap();
        }
        let spec = format!("g={}:{rights}", root.path().join("grant").display());
        let mut spec: GrantSpec = spec.parse().unwrap();
        spec.readonly = readonly.to_vec();
        let specs = [spec];
        let granted =
            authority::open_grants(&specs, &[], Permit::default(), None, authority::mint());
        Self { root, grants: granted.unwrap_or_else(|why| panic!("{}", why.sentence)).grants }
    }

    /// Where a path of the grant is on the host; `../outside` is what is beside it.
    pub fn at(&self, path: &str) -> PathBuf {
        self.root.path().join("grant").join(path)
    }

    /// Puts a file into the grant.
    pub fn put(&self, path: &str, bytes: &[u8]) {
        fs::write(self.at(path), bytes).unwrap();
    }

    /// The file at a path, opened as tools open it.
    pub fn open(&self, path: &str) -> OpenFile {
        let target = self.grants.attenuate::<Read>(&VirtualPath::from(path)).unwrap();
        target.place(&budget()).unwrap().open_file().unwrap()
    }

    /// Who answers calls of these tools, or of all.
    pub fn dispatcher(&self, limits: Limits, only: &[&str]) -> Dispatcher {
        let only: Vec<String> = only.iter().map(ToString::to_string).collect();
        let clock = authority::clock(authority::mint());
        Dispatcher::new(TOOLS, self.grants.clone(), limits, clock, None, &only).unwrap()
    }
}

/// What a call may use, by default.
pub fn budget() -> Budget {
    Budget::new(std::sync::Arc::default(), authority::clock(authority::mint()), Watch::unattended())
}

/// One call. A crash is never right.
pub fn call(dispatcher: &Dispatcher, tool: &str, arguments: &Value) -> Answer {
    let arguments = arguments.as_object().cloned().unwrap_or_default();
    let answer = dispatcher.call(tool, arguments, Watch::unattended());
    match answer.unwrap_or_else(|fault| panic!("{tool}: {fault:?}")) {
        Ok(contents) => Ok(contents
            .into_iter()
            .map(|content| match content {
                Content::Text(text) => text,
                Content::Media { base64, .. } => base64,
            })
            .collect()),
        Err(error) => Err((error.code(), error.to_string())),
    }
}

/// Does a text hold a character that could disguise what stands around it?
pub fn deceives(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{E0000}'..='\u{E007F}')
    })
}
