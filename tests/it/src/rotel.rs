//! The Rotel collector beside a test: an OTLP receiver and sender that shares nothing with ours.

use std::net::{SocketAddr, TcpStream};
use std::process::Command;

use tempfile::TempDir;

use crate::process::{Process, free_port};
use crate::{component, wait};

/// A running collector that hands on what it receives, over gRPC.
#[derive(Debug)]
pub struct Rotel {
    grpc: SocketAddr,
    http: SocketAddr,
    _agent: Process,
    _folder: TempDir,
}

impl Rotel {
    /// Starts a collector in front of the receiver at `url`.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start(url: &str) -> Option<Self> {
        let program = component::rotel()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = || SocketAddr::from(([127, 0, 0, 1], free_port()));
        let (grpc, http) = (address(), address());
        let file = |name: &str| folder.path().join(name).display().to_string();
        let mut agent = Process::start(
            Command::new(program)
                .args(["start", "--exporter", "otlp", "--otlp-exporter-protocol", "grpc"])
                .args(["--otlp-exporter-endpoint", url])
                .args(["--otlp-grpc-endpoint", &grpc.to_string()])
                .args(["--otlp-http-endpoint", &http.to_string()])
                .args(["--pid-file", &file("pid"), "--log-file", &file("log")]),
        );
        wait::until("the collector starts", || {
            assert!(agent.is_running(), "the collector ended");
            TcpStream::connect(grpc).and_then(|_| TcpStream::connect(http)).ok()
        });
        Some(Self { grpc, http, _agent: agent, _folder: folder })
    }

    /// Where it receives over `protocol`, by the name that the configuration has for it.
    #[must_use]
    pub fn url(&self, protocol: &str) -> String {
        format!("http://{}", if protocol == "grpc" { self.grpc } else { self.http })
    }
}
