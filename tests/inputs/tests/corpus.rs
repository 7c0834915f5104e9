//! What the fuzz targets check, on stable: every file of their corpora, and thousands of inputs that follow from them.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use inputs::TARGETS;
use inputs::dice::Seeded;

/// How many inputs a target gets that are in no file.
const RANDOM: usize = 3000;

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(&path).expect("a file"))).collect()
}

fn run(name: &str) {
    let (_, check) = TARGETS.iter().find(|(target, _)| *target == name).expect("a target");
    let corpus = corpus(name);
    assert!(corpus.len() >= 5, "the corpus of {name} is in the repository");
    for (path, bytes) in &corpus {
        assert!(catch_unwind(|| check(bytes)).is_ok(), "{} does not pass", path.display());
    }
    for seed in 0..RANDOM {
        let mut order = Seeded::new(seed as u64 + 1);
        let bytes = if order.roll(4) == 0 {
            order.bytes(300)
        } else {
            let start = order.roll(corpus.len());
            order.mutated(&corpus[start].1)
        };
        let passed = catch_unwind(|| check(&bytes)).is_ok();
        assert!(passed, "the input {:?} of seed {seed} does not pass", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn any_snapshot_becomes_a_page_that_a_strict_reader_takes() {
    run("exposition");
}

#[test]
fn any_configuration_is_read_or_refused_without_a_secret() {
    run("configuration");
}

#[test]
fn any_headers_are_read_or_left_out_and_sent_on_right() {
    run("propagation");
}

#[test]
fn any_name_is_legal_everywhere_or_nowhere() {
    run("naming");
}
