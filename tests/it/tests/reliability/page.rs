//! That `docs/reliability.md` has every row, and names tests that exist.

use std::fs;
use std::path::{Path, PathBuf};

/// The rows of the matrix.
const ROWS: usize = 27;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text of every Rust file below the folder.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *text += &fs::read_to_string(&path).expect("source is text");
        }
    }
}

#[test]
fn the_page_has_every_row_and_names_tests_that_exist() {
    let page = fs::read_to_string(root().join("docs/reliability.md")).expect("the page is there");
    let (matrix, _) = page.split_once("## What breaks").expect("the matrix comes first");
    for row in 1..=ROWS {
        assert!(matrix.contains(&format!("\n| {row} |")), "row {row} is on the page");
    }
    let mut text = String::new();
    for folder in [
        "telemetry-runtime/src",
        "telemetry-runtime/tests",
        "tests",
        "telemetry-macros/src",
        "telemetry-instrumentation/tests",
    ] {
        sources(&root().join(folder), &mut text);
    }
    let words = page.split('`').skip(1).step_by(2);
    // Names of tests are claims, and so are longer than any other name.
    let is_claim = |word: &&str| {
        word.matches('_').count() >= 4
            && !word.starts_with('_')
            && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    let missing: Vec<&str> =
        words.filter(is_claim).filter(|name| !text.contains(&format!("{name}("))).collect();
    assert_eq!(missing, Vec::<&str>::new(), "tests that are on the page only");
}
