//! Writes every shape's text once for each combination of attributes.
//!
//! A shape is a file below `shapes/`. It marks its functions with `#[shape]`, and its `run` calls them and logs what a
//! caller can tell. Its first line says how the calls of marked functions end: `// Calls: 2 ok, 1 error.`
//!
//! With `SHAPES=body_,names_macros` in the environment, only shapes with these parts in their names are written.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// One way to write the attributes on a shape.
struct Variant {
    name: &'static str,
    /// What stands on the module that holds the whole text.
    module: &'static [&'static str],
    /// What stands in place of each `#[shape]`.
    function: &'static [&'static str],
    /// The variant of `shapes::Records`.
    records: &'static str,
}

const TRACED: &str = "::telemetry_runtime::traced";
/// `{metric}` is a name that no other function has.
const METRIC: &str = r#"::telemetry_runtime::metric(counter = "{metric}")"#;

const VARIANTS: &[Variant] = &[
    Variant { name: "plain", module: &[], function: &[], records: "Nothing" },
    Variant { name: "traced", module: &[], function: &[TRACED], records: "Spans" },
    Variant { name: "metric", module: &[], function: &[METRIC], records: "Metrics" },
    Variant { name: "traced_metric", module: &[], function: &[TRACED, METRIC], records: "Both" },
    Variant { name: "metric_traced", module: &[], function: &[METRIC, TRACED], records: "Both" },
    Variant {
        name: "plugin",
        module: &[r#"::telemetry_runtime::backstage_plugin(id = "shapes-block")"#],
        function: &[TRACED, METRIC],
        records: "Both",
    },
    // Every function of the text, those that carry no `#[shape]` too.
    Variant { name: "block", module: &[TRACED, METRIC], function: &[], records: "More" },
];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it")).join("shapes");
    println!("cargo::rerun-if-changed=shapes");
    println!("cargo::rerun-if-env-changed=SHAPES");
    let wanted = env::var("SHAPES").unwrap_or_default();
    let mut files = Vec::new();
    find(&root, &mut files)?;
    files.sort();
    let mut generated = String::new();
    for file in &files {
        let name = name(&root, file);
        if wanted.is_empty() || wanted.split(',').any(|part| name.contains(part)) {
            shape(&mut generated, &name, &fs::read_to_string(file)?);
        }
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
    let calls = text.lines().next().and_then(|line| line.strip_prefix("// Calls: ")?.strip_suffix('.'));
    let calls =
        calls.unwrap_or_else(|| panic!("`{name}` does not say in its first line how many calls it makes"));
    let forbid = if text.contains("unsafe") { "" } else { "#![forbid(unsafe_code)]" };
    let mut runs = String::new();
    writeln!(generated, "mod {name} {{").expect("writing to a string");
    for Variant { name: variant, module, function, records } in VARIANTS {
        let metrics = format!("{name}.{variant}");
        let module = attributes(module, &format!("{metrics}_block"));
        let text = with_attributes(text, &metrics, function);
        writeln!(generated, "{module}mod {variant} {{ {forbid}\n{text}}}").expect("writing to a string");
        // A block does not reach what a macro makes, and some shapes say what else it does not.
        let is_hidden =
            *records == "More" && (text.contains("macro_rules!") || text.contains("// A block reaches no"));
        let records = if is_hidden { "Anything" } else { records };
        write!(runs, "(\"{variant}\", {variant}::run, ::shapes::Records::{records}), ")
            .expect("writing to a string");
    }
    writeln!(
        generated,
        "#[test]\nfn every_variant_behaves_as_written() {{ ::shapes::compare(\"{name}\", \"{calls}\", &[{runs}]); }}\n}}"
    )
    .expect("writing to a string");
}

/// Output: `#[traced] #[metric(counter = "..")] `.
fn attributes(attributes: &[&str], metric: &str) -> String {
    let mut output = String::new();
    for attribute in attributes {
        write!(output, "#[{}] ", attribute.replace("{metric}", metric)).expect("writing to a string");
    }
    output
}

/// The text with `attributes` in place of each `#[shape]`, and of `shape` in a `cfg_attr`.
fn with_attributes(text: &str, metrics: &str, written: &[&str]) -> String {
    let mut output = String::new();
    let mut pieces = text.split("#[shape]");
    output.push_str(pieces.next().unwrap_or_default());
    for (number, piece) in pieces.enumerate() {
        output.push_str(&attributes(written, &format!("{metrics}_{number}")));
        // No empty line is left where the attribute had one of its own.
        output.push_str(if written.is_empty() { piece.trim_start() } else { piece });
    }
    let listed = written.join(", ").replace("{metric}", &format!("{metrics}_conditional"));
    match listed.as_str() {
        "" => output.replace("#[cfg_attr(all(), shape)]", ""),
        _ => output.replace("(all(), shape)", &format!("(all(), {listed})")),
    }
}
