//! The configuration: any file is read or refused, at once, and no message shows a secret.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use telemetry_runtime::ErrorKind;
use telemetry_runtime::config::{Environment, Sources, explain, load};
use tempfile::TempDir;

/// What a variable holds, and nothing shows.
const CANARY: &str = "canary-7f3a19";

/// Far more than any file needs, sanitisers and a busy machine included.
const LIMIT: Duration = Duration::from_secs(10);

thread_local! {
    static FOLDER: OnceCell<TempDir> = const { OnceCell::new() };
}

fn folder() -> PathBuf {
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(|| tempfile::tempdir().expect("a temporary folder"));
        folder.path().to_owned()
    })
}

/// Reads `data` as `app-config.yaml`, or, by its first byte, as the file in `OTEL_CONFIG_FILE` or as a variable's value.
///
/// # Panics
///
/// If something does not hold.
pub fn check(data: &[u8]) {
    // What a file says itself is no secret.
    if data.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()) {
        return;
    }
    let (kind, text) = data.split_first().map_or((0, data), |(first, rest)| (*first, rest));
    let directory = folder();
    let mut variables = vec![("SECRET".to_owned(), CANARY.to_owned())];
    let mut yaml = "telemetry: {}".as_bytes();
    match kind {
        b'0' => {
            std::fs::write(directory.join("declarative.yaml"), text).expect("a written file");
            variables.push(("OTEL_CONFIG_FILE".to_owned(), "declarative.yaml".to_owned()));
        }
        b'1' => {
            let text = String::from_utf8_lossy(text);
            let (name, value) = text.split_once('=').unwrap_or((&text, ""));
            variables.push((name.to_owned(), value.to_owned()));
        }
        _ => yaml = text,
    }
    std::fs::write(directory.join("app-config.yaml"), yaml).expect("a written file");
    let sources = Sources { directory, environment: Environment::from_iter(variables), ..Sources::default() };
    read(&sources);
}

/// Reads these sources both ways.
///
/// # Panics
///
/// If something does not hold.
pub fn read(sources: &Sources) {
    let start = Instant::now();
    let loaded = load(sources);
    let explanation = explain(sources);
    let time = start.elapsed();
    assert!(time < LIMIT, "{time:?}");
    let outcome = match &loaded {
        Ok(loaded) => {
            assert!(explanation.problems().is_empty(), "{explanation}");
            format!("{:?}", loaded.notices)
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(!error.to_string().is_empty() && !explanation.problems().is_empty());
            format!("{error} {error:?}")
        }
    };
    let said = format!("{explanation} {explanation:?} {outcome}");
    assert!(!said.contains(CANARY), "{said}");
}
