//! Any JSON as the arguments of any tool is parsed or refused. Parsed arguments parse to the same value again.

use std::sync::LazyLock;

use preopen::args::{self, Object};
use preopen::dispatch::Dispatcher;
use preopen::error::Code;
use preopen::limits::Limits;
use preopen::tools::TOOLS;
use serde_json::Value;

use crate::served::{Served, call, deceives, gives_away};

/// The grant is read-only, so that every call finds the same tree.
static SERVED: LazyLock<(Served, Dispatcher)> = LazyLock::new(|| {
    let served = Served::read_only();
    std::fs::create_dir(served.at("sub")).unwrap();
    for (path, text) in [("a.py", "for a in b:\n    open(a).read()\n"), ("sub/b", "b\n")] {
        served.put(path, text.as_bytes());
    }
    std::os::unix::fs::symlink("../outside/secret", served.at("link")).unwrap();
    let dispatcher = served.dispatcher(Limits::default(), &[]);
    (served, dispatcher)
});

pub fn run(bytes: &[u8]) {
    let Some((which, text)) = bytes.split_first() else { return };
    let tool = &TOOLS[usize::from(*which) % TOOLS.len()];
    let Ok(Value::Object(sent)) = serde_json::from_slice(text) else { return };
    let schema = (tool.schema)();
    match args::parse::<Object>(tool.name, &schema, sent.clone()) {
        Ok(parsed) => {
            let known = schema.get("properties").and_then(Value::as_object);
            for name in parsed.keys() {
                assert!(known.is_some_and(|known| known.contains_key(name)), "{name}");
            }
            let again = args::parse::<Object>(tool.name, &schema, parsed.clone());
            assert_eq!(again.ok().as_ref(), Some(&parsed), "{sent:?}");
        }
        Err(error) => assert_eq!(error.code(), Code::BadArgs, "{error}"),
    }
    let (_, dispatcher) = &*SERVED;
    let sent = Value::Object(sent);
    let request = sent.to_string();
    match call(dispatcher, tool.name, &sent) {
        Ok(text) => assert!(!gives_away(&text, request.as_bytes()), "{text}"),
        Err((code, text)) => {
            assert!(code != Code::Internal, "{text}");
            assert!(!gives_away(&text, request.as_bytes()) && !deceives(&text), "{text:?}");
        }
    }
}
