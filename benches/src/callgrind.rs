//! Runs a row under callgrind and reads what it counted.

use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The only function in which is counted, as callgrind shows it.
const MEASURED: &str = "bench_harness::run::measured*";

/// What a function of the C library is called that gives memory.
const ALLOCATORS: [&str; 6] = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"];

/// What was counted.
#[derive(Debug, Default)]
pub struct Profile {
    /// All instructions.
    pub instructions: u64,
    /// All calls that gave memory.
    pub allocations: u64,
    /// The instructions of each function alone, without those it called.
    pub functions: HashMap<String, u64>,
}

/// Repeats a row so often, on the calling thread, inside of the loop only; or on all threads, from the start of the program.
///
/// # Errors
///
/// Where valgrind is not there, the row does not stand its own check, or the result cannot be read.
pub fn profile(program: &Path, row: &str, count: u64, all_threads: bool) -> Result<Profile, Box<dyn Error>> {
    let out = output_path();
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--quiet"]);
    valgrind.arg(format!("--callgrind-out-file={}", out.display()));
    if !all_threads {
        valgrind.arg("--separate-threads=yes").arg(format!("--toggle-collect={MEASURED}"));
    }
    let ran = valgrind
        .arg(program)
        .args(["run", row, &count.to_string()])
        .stdout(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    let result = if all_threads { out.clone() } else { of_first_thread(&out) };
    let text = std::fs::read_to_string(&result);
    remove(&out);
    if !ran.status.success() {
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        return Err(format!("`{} run {row} {count}` failed:\n{said}", program.display()).into());
    }
    Ok(read(&text?))
}

fn output_path() -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("callgrind.{}.{number}", std::process::id()))
}

/// Callgrind appends the number of the thread; the first one is where `main` runs.
fn of_first_thread(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push("-01");
    name.into()
}

/// Removes the file of each thread.
fn remove(out: &Path) {
    let (Some(folder), Some(name)) = (out.parent(), out.file_name().and_then(|name| name.to_str())) else {
        return;
    };
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for file in files.filter(|file| file.file_name().to_string_lossy().starts_with(name)) {
        let _ = std::fs::remove_file(file.path());
    }
}

/// Reads callgrind's format: `fn=(id) name` and its cost lines; `cfn=(id) name` and `calls=n ..`, and then a line with what
/// the callee cost, which counts there. A name stands with the first mention of its id only.
fn read(text: &str) -> Profile {
    let mut names: HashMap<String, String> = HashMap::new();
    let mut profile = Profile::default();
    let mut current = String::new();
    let mut callee = String::new();
    let mut is_of_callee = false;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("fn=") {
            current = name(&mut names, rest);
        } else if let Some(rest) = line.strip_prefix("cfn=") {
            callee = name(&mut names, rest);
        } else if let Some(rest) = line.strip_prefix("calls=") {
            is_of_callee = true;
            let calls = rest.split_whitespace().next().and_then(|calls| calls.parse().ok()).unwrap_or(0);
            if ALLOCATORS.contains(&callee.as_str()) {
                profile.allocations += calls;
            }
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            if std::mem::take(&mut is_of_callee) {
                continue;
            }
            let cost: u64 = line.split_whitespace().nth(1).and_then(|cost| cost.parse().ok()).unwrap_or(0);
            profile.instructions += cost;
            *profile.functions.entry(current.clone()).or_default() += cost;
        }
    }
    profile
}

fn name(names: &mut HashMap<String, String>, text: &str) -> String {
    let (id, name) = text.split_once(' ').unwrap_or((text, ""));
    if !name.is_empty() {
        names.insert(id.to_owned(), name.to_owned());
    }
    names.get(id).cloned().unwrap_or_else(|| id.to_owned())
}
