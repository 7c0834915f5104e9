//! `VictoriaMetrics` as a reader of pages, which are handed to it one after the other: more than scrapes ask for in the time.
//!
//! A page with lines that it cannot read is taken without them, so that its own counts are what tells.

use std::net::{SocketAddr, TcpStream};
use std::process::Command;

use tempfile::TempDir;

use crate::process::{Process, free_port};
use crate::{component, http, wait};

/// A running server.
#[derive(Debug)]
pub struct VictoriaMetrics {
    api: SocketAddr,
    _server: Process,
    _folder: TempDir,
}

/// What it made of all lines that were handed to it, comments apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Samples.
    pub read: usize,
    /// Lines that it could not read.
    pub invalid: usize,
}

impl VictoriaMetrics {
    /// Starts a server that knows nothing yet.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        let program = component::victoria_metrics()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let api = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let mut server = Process::start(
            Command::new(program)
                .arg(format!("-storageDataPath={}", folder.path().join("data").display()))
                .arg(format!("-httpListenAddr={api}"))
                // Every page has other series, of which none is asked for again.
                .arg("-memory.allowedBytes=256MB"),
        );
        wait::until("the server starts", || {
            assert!(server.is_running(), "the server ended");
            TcpStream::connect(api).ok()
        });
        Some(Self { api, _server: server, _folder: folder })
    }

    /// Hands it pages in text format 0.0.4, and gives its counts as soon as they have grown by `samples`.
    ///
    /// The counts are those of a moment ago, so that pages are better handed to it by the hundred.
    ///
    /// # Panics
    ///
    /// If it does not take the pages, or does not find so many lines in them.
    #[must_use]
    pub fn read(&self, pages: &str, samples: usize) -> Lines {
        let before = self.lines();
        let answer = http::request(self.api, "POST", "/api/v1/import/prometheus", &[], pages);
        assert_eq!(answer.status, 204, "{}", answer.text());
        let total = before.read + before.invalid + samples;
        wait::until(&format!("{total} samples counted"), || {
            let lines = self.lines();
            (lines.read + lines.invalid == total).then_some(lines)
        })
    }

    /// What it has counted since it started.
    fn lines(&self) -> Lines {
        let page = http::get(self.api, "/metrics", &[]);
        let count = |name: &str| {
            let series = format!("{name}{{type=\"prometheus\"}} ");
            let value = page.text().lines().find_map(|line| line.strip_prefix(&series));
            value.map_or(0, |value| value.parse().expect("a count"))
        };
        Lines { read: count("vm_protoparser_rows_read_total"), invalid: count("vm_rows_invalid_total") }
    }
}
