//! Every shape of function does the same with the attributes as without.
//!
//! The shapes are linted here as any code of this crate, so that no attribute brings a warning to a function that has none.
#![deny(warnings, clippy::all, clippy::pedantic)]

use shapes::observe;

/// Runs a shape in all variants, with and without a recorder, and compares what it logs with what the first variant does.
fn compare(shape: &str, variants: &[(&str, fn())]) {
    let (_, plain) = variants[0];
    let expected = observe(plain);
    assert!(!expected.is_empty(), "`{shape}` shows nothing");
    let mut differences = String::new();
    for (variant, run) in variants {
        let observed = observe(*run);
        if observed != expected {
            differences += &difference(variant, &observed, &expected);
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

/// The first line that differs.
fn difference(variant: &str, observed: &[String], expected: &[String]) -> String {
    let same = observed.iter().zip(expected).take_while(|(observed, expected)| observed == expected).count();
    let line = |lines: &[String]| lines.get(same).map_or("nothing more", String::as_str).to_owned();
    format!("\n{variant}, line {same}: {}\n  expected: {}", line(observed), line(expected))
}

include!(concat!(env!("OUT_DIR"), "/shapes.rs"));
