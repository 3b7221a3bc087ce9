//! [`Served`]: a granted directory in this process, with a secret next to it.

use std::fs;
use std::path::PathBuf;

use preopen::allowlist::GrantSpec;
use preopen::authority::{self, Permit};
use preopen::cap::{Grants, OpenFile, Read};
use preopen::dispatch::Dispatcher;
use preopen::error::Code;
use preopen::limits::{Budget, CallMonitor, Limits};
use preopen::path::VirtualPath;
use preopen::tool::Content;
use preopen::tools::TOOLS;
use serde_json::Value;
use tempfile::TempDir;

/// The secret outside, which no answer may contain.
const SECRET: &str = "FLAG{the-secret-outside}";

/// Returns whether an answer contains the secret and the request does not. The fuzzer can find the secret in the program,
/// and answers may repeat requests.
pub fn gives_away(answer: &str, sent: &[u8]) -> bool {
    answer.contains(SECRET) && !sent.windows(SECRET.len()).any(|part| part == SECRET.as_bytes())
}

/// A temporary tree in which `grant/` is granted and `outside/secret` is not. It is removed when dropped.
pub struct Served {
    root: TempDir,
    grants: Grants,
}

/// The result of a call: its text, or the code and the text of an error.
pub type Answer = Result<String, (Code, String)>;

impl Served {
    /// Grants an empty directory with these rights.
    pub fn new(rights: &str) -> Self {
        Self::with(rights, &[])
    }

    /// Grants an empty directory with all rights, in which all names are read-only, so that a change is refused last.
    pub fn read_only() -> Self {
        Self::with("rwd", &["*".into()])
    }

    fn with(rights: &str, readonly: &[String]) -> Self {
        let root = tempfile::Builder::new().prefix("fuzz-").tempdir().unwrap();
        for path in ["grant", "outside"] {
            fs::create_dir(root.path().join(path)).unwrap();
        }
        fs::write(root.path().join("outside/secret"), SECRET).unwrap();
        let spec = format!("g={}:{rights}", root.path().join("grant").display());
        let mut spec: GrantSpec = spec.parse().unwrap();
        spec.readonly = readonly.to_vec();
        let specs = [spec];
        let granted =
            authority::open_grants(&specs, &[], Permit::default(), None, authority::mint());
        Self { root, grants: granted.unwrap_or_else(|why| panic!("{}", why.sentence)).grants }
    }

    /// Returns the host path of a path in the grant. `../outside` is the directory next to it.
    pub fn at(&self, path: &str) -> PathBuf {
        self.root.path().join("grant").join(path)
    }

    /// Writes a file into the grant.
    pub fn put(&self, path: &str, bytes: &[u8]) {
        fs::write(self.at(path), bytes).unwrap();
    }

    /// Opens a file as tools do.
    pub fn open(&self, path: &str) -> OpenFile {
        let target = self.grants.attenuate::<Read>(&VirtualPath::from(path)).unwrap();
        target.place(&budget()).unwrap().open_file().unwrap()
    }

    /// Returns a dispatcher for these tools, or for all tools if the list is empty.
    pub fn dispatcher(&self, limits: Limits, only: &[&str]) -> Dispatcher {
        let only: Vec<String> = only.iter().map(ToString::to_string).collect();
        let clock = authority::clock(authority::mint());
        Dispatcher::new(TOOLS, self.grants.clone(), limits, clock, None, &only).unwrap()
    }
}

/// Returns the default budget of a call.
pub fn budget() -> Budget {
    Budget::new(
        std::sync::Arc::default(),
        authority::clock(authority::mint()),
        CallMonitor::unattended(),
    )
}

/// Calls a tool. Panics if the tool crashes.
pub fn call(dispatcher: &Dispatcher, tool: &str, arguments: &Value) -> Answer {
    let arguments = arguments.as_object().cloned().unwrap_or_default();
    let answer = dispatcher.call(tool, arguments, CallMonitor::unattended());
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

/// Returns whether a text contains a character that can disguise the text around it.
pub fn deceives(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{E0000}'..='\u{E007F}')
    })
}
