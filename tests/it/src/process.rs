//! Processes: how to start one beside a test, and what one uses.

use std::ffi::OsStr;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

/// Tells GNU's `env`, which becomes the program that it starts.
const DEFAULT_SIGNALS: &str = "--default-signal=INT,TERM";

/// The command of a program that sees none of the telemetry settings in this process's environment, and which signals end as
/// they end a program that a user starts: what a shell starts in the background ignores some, and so do its children.
#[must_use]
pub fn command(program: impl AsRef<OsStr>) -> Command {
    static RESETS: LazyLock<bool> = LazyLock::new(|| {
        let tried = Command::new("env").args([DEFAULT_SIGNALS, "true"]).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    });
    let mut command = if *RESETS {
        let mut command = Command::new("env");
        command.arg(DEFAULT_SIGNALS).arg(program);
        command
    } else {
        Command::new(program)
    };
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["OTEL_", "TELEMETRY_", "APP_CONFIG_"].iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}

/// A child process that ends with its owner.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts a program whose output nobody reads.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| panic!("{command:?} does not start: {error}")))
    }

    /// Whether it still runs.
    ///
    /// # Panics
    ///
    /// If the operating system does not tell.
    pub fn is_running(&mut self) -> bool {
        self.0.try_wait().expect("the state of a child is known").is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends a signal to a process.
///
/// # Panics
///
/// If that is not possible.
pub fn signal(process: u32, signal: i32) {
    let sent = Command::new("kill").arg(format!("-{signal}")).arg(process.to_string()).status();
    assert!(sent.expect("`kill` runs").success(), "process {process} takes signal {signal}");
}

/// What a process uses, as Linux counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Resident memory, in bytes.
    pub resident: u64,
    /// Threads.
    pub threads: usize,
    /// Open files, sockets among them.
    pub files: usize,
}

impl Usage {
    /// What the process with this id uses now.
    ///
    /// # Panics
    ///
    /// If there is none, or this is not Linux.
    #[must_use]
    pub fn of(process: u32) -> Self {
        Self::read(&format!("/proc/{process}"))
    }

    /// What this process uses now.
    ///
    /// # Panics
    ///
    /// If this is not Linux.
    #[must_use]
    pub fn own() -> Self {
        Self::read("/proc/self")
    }

    fn read(folder: &str) -> Self {
        let status = fs::read_to_string(format!("{folder}/status")).expect("the process runs on Linux");
        let field = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            number.unwrap_or_else(|| panic!("{name} in {status}"))
        };
        let files = fs::read_dir(format!("{folder}/fd")).expect("the files of the process").count();
        let threads = usize::try_from(field("Threads")).expect("a small number");
        Self { resident: field("VmRSS") * 1024, threads, files }
    }
}

/// A loopback port that was free a moment ago, for a program that cannot choose one itself.
///
/// # Panics
///
/// If there is none.
#[must_use]
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    listener.local_addr().expect("a bound listener has an address").port()
}
