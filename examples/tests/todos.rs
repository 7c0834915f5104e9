//! Tests of what a plugin records, as the README shows one.

use std::fs;

use telemetry_runtime::testing::Capture;
use telemetry_runtime::{backstage_plugin, metric, traced};

#[backstage_plugin(id = "todos")]
mod todos {
    use super::*;

    #[traced(attributes(todo.length = text.len()))]
    #[metric(counter("items.added", unit = "{item}"), histogram = "adding.duration")]
    pub(super) fn add(text: &str) -> Result<(), String> {
        if text.is_empty() { Err("an item needs a text".to_owned()) } else { Ok(()) }
    }
}

#[telemetry_runtime::test]
fn item_without_text_is_an_error(capture: &Capture) {
    let _ = todos::add("");
    capture.assert_spans("add [error] todo.length=0");
    assert_eq!(capture.counter("items.added", &[("outcome", "error")]), 1);
}

#[test]
fn readme_shows_this_test() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let (_, from_test) = include_str!("todos.rs").split_once("#[telemetry_runtime::test]").unwrap();
    let (test, _) = from_test.split_once("\n}\n").unwrap();
    assert!(readme.contains(test), "the README and examples/tests/todos.rs differ");
}

#[telemetry_runtime::test]
fn readme_shows_what_a_wrong_expectation_prints(capture: &Capture) {
    let _ = todos::add("");
    let failed = std::panic::catch_unwind(|| capture.assert_spans("add [ok] todo.length=0"));
    let text = failed.unwrap_err().downcast::<String>().unwrap();
    let (difference, _) = text.split_once("\n\n").unwrap();
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    assert!(readme.contains(difference), "the README shows something else than\n{difference}");
}
