//! What the guides tell users to write into their configuration.

use std::fs;
use std::path::{Path, PathBuf};

use telemetry_runtime::config::{self, Sources};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// The blocks of the guide in this language, and the line in which each begins.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<(usize, String)> {
    let fence = format!("```{language}");
    let mut found = Vec::new();
    let mut open: Option<(usize, Vec<&'a str>)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut open {
            Some((start, lines)) if line == "```" => {
                found.push((*start, lines.join("\n")));
                open = None;
            }
            Some((_, lines)) => lines.push(line),
            None if line == fence => open = Some((number + 2, Vec::new())),
            None => {}
        }
    }
    found
}

#[test]
fn every_configuration_in_a_guide_is_one() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut read = 0;
    for guide in ["migration.md", "production.md", "instrumentation.md"] {
        let text = fs::read_to_string(docs().join(guide)).expect("the guide is there");
        for (line, block) in blocks(&text, "yaml") {
            if !block.lines().any(|line| line == "telemetry:" || line == "backend:") {
                continue;
            }
            let file = folder.path().join("app-config.yaml");
            fs::write(&file, &block).expect("the folder is ours");
            let sources = Sources { files: Some(vec![file]), ..Sources::default() };
            let loaded = config::load(&sources);
            assert!(loaded.is_ok(), "docs/{guide}:{line}: {}", loaded.unwrap_err());
            read += 1;
        }
    }
    assert!(read >= 4, "only {read} configurations were found");
}
