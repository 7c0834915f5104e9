//! The invariants of ARCHITECTURE.md that the text of the repository can show.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace exists")
}

/// Every Rust file below `folder`, with its path from the root and its text.
fn rust_files(folder: &str) -> Vec<(String, String)> {
    let root = root();
    let mut files = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("the file is text");
                let name = path.strip_prefix(&root).expect("below the root").display().to_string();
                files.push((name, text));
            }
        }
    }
    assert!(!files.is_empty(), "no Rust files below {folder}");
    files.sort();
    files
}

/// The lines outside comments and unit tests, numbered from 1.
fn code_lines(text: &str) -> Vec<(usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .collect()
}

/// Whether the file holds unit tests only.
fn is_test(name: &str) -> bool {
    name.ends_with("/tests.rs")
        || name.contains("/tests/")
        || name.ends_with("/testing.rs")
        || name.contains("/export/testing/")
}

/// Places in `folder` whose code contains one of `words`, but for files that start with one of `except`.
fn places(folder: &str, words: &[&str], except: &[&str]) -> Vec<String> {
    let mut places = Vec::new();
    for (name, text) in rust_files(folder) {
        if is_test(&name) || except.iter().any(|allowed| name.starts_with(allowed)) {
            continue;
        }
        for (number, line) in code_lines(&text) {
            if words.iter().any(|word| line.contains(word)) {
                places.push(format!("{name}:{number}: {}", line.trim()));
            }
        }
    }
    places
}

fn assert_none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

const RUNTIME: &str = "telemetry-runtime/src";
const INSTRUMENTATION: &str = "telemetry-instrumentation/src";

#[test]
fn only_export_names_exporter_crates() {
    let words = ["opentelemetry_proto", "tonic::", "hyper::", "hyper_util::", "prost::", "flate2::"];
    assert_none(
        &places(RUNTIME, &words, &["telemetry-runtime/src/export/"]),
        "exporter crates outside `export`",
    );
}

#[test]
fn only_config_env_reads_environment_variables() {
    let words = ["env::var", "env::vars", "env::var_os"];
    assert_none(
        &places(RUNTIME, &words, &["telemetry-runtime/src/config/env"]),
        "environment read outside `config::env`",
    );
}

#[test]
fn config_knows_no_opentelemetry_types() {
    let words = ["opentelemetry::", "opentelemetry_sdk"];
    assert_none(&places("telemetry-runtime/src/config", &words, &[]), "OpenTelemetry named in `config`");
}

#[test]
fn lower_modules_do_not_use_upper_ones() {
    let order: [(&str, &[&str]); 4] = [
        (
            "telemetry-runtime/src/metrics",
            &["crate::bootstrap", "crate::export", "crate::config", "crate::services", "crate::testing"],
        ),
        (
            "telemetry-runtime/src/trace",
            &["crate::bootstrap", "crate::export", "crate::services", "crate::metrics", "crate::testing"],
        ),
        (
            "telemetry-runtime/src/config",
            &["crate::bootstrap", "crate::export", "crate::metrics", "crate::trace"],
        ),
        ("telemetry-runtime/src/export", &["crate::bootstrap", "crate::services"]),
    ];
    for (folder, upper) in order {
        assert_none(&places(folder, upper, &[]), "a lower module uses an upper one");
    }
}

#[test]
fn instrumentations_use_the_public_api() {
    assert_none(&places(INSTRUMENTATION, &["__private"], &[]), "an adapter uses what only macros may");
}

#[test]
fn macros_do_not_know_opentelemetry() {
    let mut found = places("telemetry-macros/src", &["opentelemetry"], &[]);
    // A message to the user may name it.
    found.retain(|place| !place.contains(".help(\"") && !place.contains(".note(\""));
    assert_none(&found, "OpenTelemetry named in the macro crate");
}

#[test]
fn macros_do_not_unwrap_what_users_wrote() {
    // `::core::panic!` is emitted, for constants that an error has made meaningless already.
    let words = [".unwrap()", " panic!(", "unreachable!(", "todo!("];
    assert_none(&places("telemetry-macros/src", &words, &[]), "a macro may panic");
}

#[test]
fn programs_are_built_without_the_feature_of_tests() {
    let features =
        fs::read_to_string(root().join("telemetry-runtime/Cargo.toml")).expect("the manifest is text");
    let default =
        features.lines().find(|line| line.starts_with("default = ")).expect("there are default features");
    assert!(!default.contains("testing"), "{default}");
    for package in ["examples", "tests/it"] {
        let manifest =
            fs::read_to_string(root().join(package).join("Cargo.toml")).expect("the manifest is text");
        let (program, _) = manifest.split_once("[dev-dependencies]").expect("tests have dependencies");
        let runtime =
            program.lines().find(|line| line.starts_with("telemetry-runtime = ")).unwrap_or_default();
        assert!(!runtime.contains("testing"), "{package}: {runtime}");
    }
}

#[test]
fn traits_that_bound_what_users_write_say_what_to_do() {
    /// Traits for whoever extends the toolkit, who reads their documentation; and those that the compiler chooses among,
    /// of which the last one always holds.
    const OTHERS: &[&str] = &[
        "Sealed",
        "SpanSink",
        "MetricSink",
        "Instrumentation",
        "BoxedError",
        "LendsError",
        "Anything",
        "Inspect",
        "Class",
        "Text",
        "Begin",
    ];
    let mut silent = Vec::new();
    for (name, text) in rust_files(RUNTIME) {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let Some(found) = line.trim_start().strip_prefix("pub trait ") else { continue };
            // The attributes of an item stand above it, up to an empty line.
            let above = lines[..number].iter().rev().take_while(|line| !line.is_empty());
            let speaks = above.into_iter().any(|line| line.contains("diagnostic::on_unimplemented"));
            if !speaks && !is_test(&name) && !OTHERS.iter().any(|other| found.starts_with(other)) {
                silent.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert_none(&silent, "a trait that users meet in an error says which attribute or derive to use");
}

#[test]
fn there_is_no_unsafe_code() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest is text");
    assert!(manifest.contains("unsafe_code = \"forbid\""), "the workspace forbids unsafe code");
    for package in [
        "telemetry-naming",
        "telemetry-macros",
        "telemetry-runtime",
        "telemetry-instrumentation",
        "examples",
        "tests/it",
        "tests/ui",
    ] {
        let manifest =
            fs::read_to_string(root().join(package).join("Cargo.toml")).expect("the manifest is text");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{package} takes the workspace's lints");
    }
}

#[test]
fn files_stay_small_enough_to_answer_one_question() {
    let mut long = Vec::new();
    for folder in ["telemetry-naming/src", "telemetry-macros/src", RUNTIME, INSTRUMENTATION, "examples/src"] {
        for (name, text) in rust_files(folder) {
            let lines = code_lines(&text).iter().filter(|(_, line)| !line.trim().is_empty()).count();
            if lines > 600 {
                long.push(format!("{name}: {lines} lines of code"));
            }
        }
    }
    assert_none(&long, "split these files");
}

#[test]
fn ci_runs_the_test_command_of_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).expect("the README is text");
    let ci = fs::read_to_string(root().join(".ci/run")).expect(".ci/run is text");
    let command = "cargo test --workspace";
    assert!(readme.contains(command), "the README names `{command}`");
    assert!(ci.contains(command), ".ci/run calls `{command}`");
}

#[test]
fn versions_of_the_published_crates_are_one() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest is text");
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = \""))
        .and_then(|rest| rest.split('"').next())
        .expect("the workspace has a version");
    for package in ["telemetry-naming", "telemetry-macros", "telemetry-runtime", "telemetry-instrumentation"]
    {
        let dependency = manifest
            .lines()
            .find(|line| line.starts_with(&format!("{package} = ")))
            .expect("the workspace lists the crate");
        assert!(
            dependency.contains(&format!("version = \"={version}\"")),
            "{dependency} is not at {version}"
        );
    }
    assert!(
        fs::read_to_string(root().join("CHANGELOG.md"))
            .expect("the changelog is text")
            .contains("## Unreleased"),
        "the changelog has an open section"
    );
}
