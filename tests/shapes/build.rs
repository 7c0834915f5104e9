//! Writes every shape's text once for each combination of attributes.
//!
//! A shape is a file below `shapes/`. It marks its functions with `#[shape]`, and its `run` calls them and logs what a
//! caller can tell.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// A variant's name, and the attributes that stand in place of `#[shape]`. `{metric}` is a name that no other function has.
const VARIANTS: &[(&str, &[&str])] = &[
    ("plain", &[]),
    ("traced", &["::telemetry_runtime::traced"]),
    ("metric", &[r#"::telemetry_runtime::metric(counter = "{metric}")"#]),
    (
        "traced_metric",
        &["::telemetry_runtime::traced", r#"::telemetry_runtime::metric(counter = "{metric}")"#],
    ),
    (
        "metric_traced",
        &[r#"::telemetry_runtime::metric(counter = "{metric}")"#, "::telemetry_runtime::traced"],
    ),
];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it")).join("shapes");
    println!("cargo::rerun-if-changed=shapes");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    find(&root, &mut files)?;
    files.sort();
    let mut generated = String::new();
    for file in &files {
        shape(&mut generated, &name(&root, file), &fs::read_to_string(file)?);
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets it"));
    fs::write(out.join("shapes.rs"), generated)
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// `body_panics` for `body/panics.rs`.
fn name(root: &Path, file: &Path) -> String {
    let below = file.strip_prefix(root).expect("it was found there").with_extension("");
    below.to_str().expect("a shape has a name in ASCII").replace(std::path::MAIN_SEPARATOR, "_")
}

/// Output: `mod name { mod plain { .. } mod traced { .. } .. #[test] fn .. }`.
fn shape(generated: &mut String, name: &str, text: &str) {
    assert!(text.contains("shape"), "`{name}` marks no function");
    let forbid = if text.contains("unsafe") { "" } else { "#![forbid(unsafe_code)]" };
    let mut runs = String::new();
    writeln!(generated, "mod {name} {{").expect("writing to a string");
    for (variant, attributes) in VARIANTS {
        let text = with_attributes(text, &format!("{name}.{variant}"), attributes);
        writeln!(generated, "mod {variant} {{ {forbid}\n{text}}}").expect("writing to a string");
        write!(runs, "(\"{variant}\", {variant}::run), ").expect("writing to a string");
    }
    writeln!(
        generated,
        "#[test]\nfn every_variant_behaves_as_written() {{ crate::compare(\"{name}\", &[{runs}]); }}\n}}"
    )
    .expect("writing to a string");
}

/// The text with `attributes` in place of each `#[shape]`, and of `shape` in a `cfg_attr`.
fn with_attributes(text: &str, metrics: &str, attributes: &[&str]) -> String {
    let mut written = String::new();
    let mut pieces = text.split("#[shape]");
    written.push_str(pieces.next().unwrap_or_default());
    for (number, piece) in pieces.enumerate() {
        for attribute in attributes {
            let attribute = attribute.replace("{metric}", &format!("{metrics}_{number}"));
            write!(written, "#[{attribute}] ").expect("writing to a string");
        }
        // No empty line is left where the attribute had one of its own.
        written.push_str(if attributes.is_empty() { piece.trim_start() } else { piece });
    }
    let listed = attributes.join(", ").replace("{metric}", &format!("{metrics}_conditional"));
    match listed.as_str() {
        "" => written.replace("#[cfg_attr(all(), shape)]", ""),
        _ => written.replace("(all(), shape)", &format!("(all(), {listed})")),
    }
}
