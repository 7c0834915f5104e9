//! Programs that tests need and that a machine may lack.
//!
//! A test asks for its component and returns where it gets none; the reason was printed then. Where the variable `CI` is
//! set, an absent component fails the test instead, so that nothing is skipped unseen. `.ci/run` installs all of them.

use std::env;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// `promtool`, of the Debian package `prometheus`.
#[must_use]
pub fn promtool() -> Option<PathBuf> {
    program("promtool")
}

/// The Prometheus server, of the Debian package `prometheus`.
#[must_use]
pub fn prometheus() -> Option<PathBuf> {
    program("prometheus")
}

/// `openssl`, the program.
#[must_use]
pub fn openssl() -> Option<PathBuf> {
    program("openssl")
}

/// `VictoriaMetrics`, of the Debian package `victoria-metrics`. A second opinion, so that a test without it is left out, in CI
/// too.
#[must_use]
pub fn victoria_metrics() -> Option<PathBuf> {
    let program = on_path("victoria-metrics");
    if program.is_none() {
        leave_out("`victoria-metrics` is not installed");
    }
    program
}

/// `otelite`, of the crate of that name. A second opinion, so that a test without it is left out, in CI too: it takes a quarter
/// of an hour to build.
#[must_use]
pub fn otelite() -> Option<PathBuf> {
    let program = on_path("otelite");
    if program.is_none() {
        leave_out("`otelite` is not installed");
    }
    program
}

/// The Rotel collector, of the Python package `rotel`: the one that the variable `ROTEL_AGENT` names, or that of a Python
/// which has the package. A second opinion, so that a test without it is left out, in CI too.
#[must_use]
pub fn rotel() -> Option<PathBuf> {
    let of_package = |python: PathBuf| {
        let code = "import os, rotel; print(os.path.join(os.path.dirname(rotel.__file__), 'rotel-agent'))";
        let output = Command::new(python).args(["-c", code]).stdin(Stdio::null()).output().ok()?;
        let path = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
        Some(PathBuf::from(path.trim_end()))
    };
    let named = env::var_os("ROTEL_AGENT").map(PathBuf::from);
    let found = named.or_else(|| pythons().find_map(of_package)).filter(|program| program.is_file());
    if found.is_none() {
        leave_out("no Python has the package `rotel`");
    }
    found
}

/// A Python that can import `modules`: the one that the variable `PYTHON` names, the virtual environment that `.ci/run`
/// makes, or the system's.
#[must_use]
pub fn python(modules: &[&str]) -> Option<PathBuf> {
    let code = format!("import {}", modules.join(", "));
    let can_import = |python: &PathBuf| {
        let status = Command::new(python)
            .args(["-c", &code])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    };
    let found = pythons().find(can_import);
    found.or_else(|| skip(&format!("no Python can import {}", modules.join(", "))))
}

/// The Pythons of this machine, the most particular first.
fn pythons() -> impl Iterator<Item = PathBuf> {
    let named = env::var_os("PYTHON").map(PathBuf::from);
    let candidates = [named, in_target("ci/venv/bin/python"), on_path("python3"), on_path("python")];
    candidates.into_iter().flatten()
}

/// The command that runs another one in a namespace of processes of its own, without `--pid --fork`.
///
/// Whether that is allowed is the system's to decide: where it is not, the calling test is left out, in CI too.
#[must_use]
pub fn pid_namespace() -> Option<Vec<&'static str>> {
    let ways: [&[&'static str]; 2] = [&["unshare"], &["unshare", "--user", "--map-root-user"]];
    let works = |way: &&&[&'static str]| {
        let mut command = Command::new(way[0]);
        command.args(&way[1..]).args(["--pid", "--fork", "true"]);
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let way = ways.iter().find(works);
    if way.is_none() {
        leave_out("namespaces of processes are not allowed here");
    }
    way.map(|way| way.to_vec())
}

/// A file beside the workspace's folder, such as `../shared/tools/otlp_receiver.py`.
///
/// It is no part of the project and nothing can install it: a test without it is left out, in CI too.
#[must_use]
pub fn beside_workspace(path: &str) -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join(path).canonicalize().ok();
    if file.is_none() {
        leave_out(&format!("there is no ../{path}"));
    }
    file
}

fn program(name: &str) -> Option<PathBuf> {
    on_path(name).or_else(|| skip(&format!("`{name}` is not installed")))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// A file below the folder that Cargo builds into, which holds this test program.
fn in_target(path: &str) -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    program.ancestors().map(|folder| folder.join(path)).find(|file| file.is_file())
}

/// Prints why the calling test is skipped, or fails it in CI.
fn skip(reason: &str) -> Option<PathBuf> {
    let test = test();
    let in_ci = env::var_os("CI").is_some_and(|value| !value.is_empty() && value != OsStr::new("false"));
    assert!(!in_ci, "{test} needs what is absent: {reason}");
    say(&format!("skipped: {test}: {reason}"));
    None
}

/// Prints why the calling test goes without something, wherever it runs.
fn leave_out(reason: &str) {
    say(&format!("left out: {}: {reason}", test()));
}

/// The name of the calling test, which the test harness gives to its thread.
fn test() -> String {
    std::thread::current().name().unwrap_or("a test").to_owned()
}

/// Prints a line past the test harness, which shows the output of failed tests only.
fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).expect("standard error can be written");
}
