//! The README's first use, which is also a program.

use std::fs;
use std::process::{Command, Stdio};

#[test]
fn program_is_the_one_of_the_readme() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let readme = fs::read_to_string(format!("{root}/README.md")).unwrap();
    let program = fs::read_to_string(format!("{root}/examples/src/bin/quickstart.rs")).unwrap();
    let (_, block) = readme.split_once("```rust\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let code = program.find("use telemetry_runtime").unwrap();
    assert_eq!(block, &program[code..], "the README and examples/src/bin/quickstart.rs differ");
    assert!(block.lines().count() < 25, "a first use is short");
}

#[test]
fn program_counts_what_it_adds_and_what_it_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let config = "telemetry: { metrics: { exporters: [{ type: console }] } }";
    fs::write(folder.path().join("app-config.yaml"), config).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    for (name, _) in std::env::vars_os() {
        if ["OTEL_", "TELEMETRY_", "APP_CONFIG_"]
            .iter()
            .any(|prefix| name.to_string_lossy().starts_with(prefix))
        {
            command.env_remove(name);
        }
    }
    let output = command.current_dir(folder.path()).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let (_, metric) = text.split_once("backstage.plugin.todos.items.added {item}\n").unwrap();
    let points: Vec<&str> = metric.lines().map(str::trim).take(2).collect();
    assert_eq!(points, ["outcome=ok 1", "outcome=error 1"]);
}
