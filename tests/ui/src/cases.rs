//! The compiler's verdict on every case, and that there is a case for every message.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use telemetry_runtime::naming::NameError;

use crate::message_id::MessageId;

/// Prefixes of cases that are not about one message of a macro.
const SEVERAL: &str = "several";
const COMPILER: &str = "compiler";

/// Messages that depend on more than one source file, and so have tests of their own.
const ELSEWHERE: &[&str] = &[crate::manifest::MESSAGE];

// Apart from what passes: where nothing is to be run, all cases are checked at once, and nothing is linked.
#[test]
fn the_compiler_says_what_is_expected() {
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}

#[test]
fn what_is_right_compiles_and_runs() {
    trybuild::TestCases::new().pass("pass/*.rs");
}

#[test]
fn every_message_has_a_case() {
    let with_case: BTreeSet<String> = cases().map(|case| message_of(&case)).collect();
    let without: Vec<&str> =
        messages().filter(|id| !with_case.contains(*id) && !ELSEWHERE.contains(id)).collect();
    assert!(without.is_empty(), "messages without a case in tests/ui/fail: {without:?}");
}

#[test]
fn every_case_has_a_message() {
    let known: BTreeSet<&str> = messages().chain([SEVERAL, COMPILER]).collect();
    let unknown: Vec<PathBuf> = cases().filter(|case| !known.contains(message_of(case).as_str())).collect();
    assert!(unknown.is_empty(), "cases whose name is no message: {unknown:?}");
}

#[test]
fn every_message_is_given_somewhere() {
    let mut sources = String::new();
    read_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../telemetry-macros/src"), &mut sources);
    for id in MessageId::ALL {
        assert!(
            sources.contains(&format!("MessageId::{id:?}")),
            "no macro gives the message {}",
            id.as_str()
        );
    }
}

#[test]
fn every_message_says_what_to_do() {
    for case in cases() {
        let stderr =
            fs::read_to_string(case.with_extension("stderr")).expect("every case has an expected text");
        // The compiler's own errors have a code.
        let errors = stderr.lines().filter(|line| line.starts_with("error: ")).count();
        let helped = stderr.matches("       help: ").count();
        assert!(helped >= errors, "{} has an error without `help:`", case.display());
    }
}

fn messages() -> impl Iterator<Item = &'static str> {
    MessageId::ALL.iter().map(|id| id.as_str()).chain(NameError::ALL.map(NameError::id))
}

fn cases() -> impl Iterator<Item = PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fail");
    let files = fs::read_dir(folder).expect("the folder of cases");
    files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
}

/// `unit-unknown` of `unit-unknown--symbol.rs`.
fn message_of(case: &Path) -> String {
    let stem = case.file_stem().unwrap_or_default().to_string_lossy();
    stem.split("--").next().unwrap_or_default().to_owned()
}

fn read_all(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder of the macros") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            read_all(&path, sources);
        } else {
            sources.push_str(&fs::read_to_string(path).expect("a source file"));
        }
    }
}
