//! That `docs/acceptance.md` lists the acceptance cases, and that none is missing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// How many cases there are.
const CASES: u32 = 78;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The tests of each case: their names, and the files they are in.
fn tests() -> BTreeMap<u32, Vec<(String, String)>> {
    let folder = "tests/it/tests/acceptance";
    let mut found: BTreeMap<u32, Vec<(String, String)>> = BTreeMap::new();
    for entry in fs::read_dir(root().join(folder)).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        let text = fs::read_to_string(&path).expect("source is text");
        let file = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        for line in text.lines() {
            let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("async ");
            let Some((name, _)) = line.strip_prefix("fn case_").and_then(|rest| rest.split_once('(')) else {
                continue;
            };
            let (number, claim) = name.split_once('_').expect("a case has a number and a claim");
            let number = number.parse().expect("the number of a case is one");
            let place = (claim.replace('_', " "), format!("{folder}/{file}"));
            found.entry(number).or_default().push(place);
        }
    }
    for tests in found.values_mut() {
        tests.sort();
    }
    found
}

fn document(tests: &BTreeMap<u32, Vec<(String, String)>>) -> String {
    let mut text = String::from(
        "# Acceptance cases\n\n\
         What the systems promise that this toolkit follows, by number, and the tests that hold it here: 1 to 46 are those of\n\
         Backstage's services and drafts, 47 to 50 of its catalog, 51 to 60 of NocoBase, and 61 to 78 gaps that neither tests. Each\n\
         test reads what an exporter got.\n\n\
         | case | what holds | test |\n|---|---|---|\n",
    );
    for (number, tests) in tests {
        for (claim, file) in tests {
            let name = file.rsplit('/').next().unwrap_or(file);
            writeln!(text, "| {number} | {claim} | [{name}](../{file}) |").expect("a string grows");
        }
    }
    text
}

#[test]
fn every_acceptance_case_has_a_test() {
    let tests = tests();
    let missing: Vec<u32> = (1..=CASES).filter(|number| !tests.contains_key(number)).collect();
    assert!(missing.is_empty(), "no test is named after the cases {missing:?}");
}

#[test]
fn the_list_of_acceptance_cases_is_current() {
    let file = root().join("docs/acceptance.md");
    let expected = document(&tests());
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::write(&file, &expected).expect("the folder is there");
    }
    let listed = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        listed == expected,
        "run the test with SNAPSHOTS=overwrite: docs/acceptance.md is not the list of today"
    );
}
