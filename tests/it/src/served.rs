//! The program `served` beside a test.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::process;

/// A running `served`, in a folder of its own.
#[derive(Debug)]
pub struct Served {
    child: Child,
    /// Where its scrape endpoint listens.
    pub address: SocketAddr,
    _folder: TempDir,
}

impl Served {
    /// Starts the program (`env!("CARGO_BIN_EXE_served")`) with this `app-config.yaml`, and waits until it has recorded.
    /// `with` adds variables and arguments: how many series, and how many threads that go on recording.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start(program: &str, yaml: &str, with: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut child = spawn(program, folder.path(), yaml, with);
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("text");
        let Some(address) = line.trim_end().parse().ok() else {
            panic!("served does not start: {line}{}", finish(child));
        };
        Self { child, address, _folder: folder }
    }

    /// Its memory in bytes, where the system says so.
    ///
    /// # Panics
    ///
    /// If it has ended.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        Some(kibibytes * 1024)
    }

    /// Ends it, and gives all that it wrote to standard error.
    #[must_use]
    pub fn end(mut self) -> String {
        drop(self.child.stdin.take());
        let mut said = String::new();
        if let Some(mut pipe) = self.child.stderr.take() {
            // It ends with its last export.
            let _ = pipe.read_to_string(&mut said);
        }
        said
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(program: &str, folder: &Path, yaml: &str, with: impl FnOnce(&mut Command) -> &mut Command) -> Child {
    fs::write(folder.join("app-config.yaml"), yaml).expect("a written file");
    let mut command = process::command(program);
    command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    with(&mut command).spawn().unwrap_or_else(|error| panic!("{program} does not start: {error}"))
}

fn finish(mut child: Child) -> String {
    drop(child.stdin.take());
    let output = child.wait_with_output().expect("the program ends");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
