//! otelite beside a test: a receiver of OTLP that shares nothing with ours, keeps what it gets, and tells it over an API.

use std::net::{SocketAddr, TcpStream};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Process, free_port};
use crate::{component, http, wait};

/// The most points of one metric that it is asked for.
const POINTS: usize = 1_000;

/// A running receiver.
#[derive(Debug)]
pub struct Otelite {
    grpc: SocketAddr,
    http: SocketAddr,
    api: SocketAddr,
    _server: Process,
    _folder: TempDir,
}

impl Otelite {
    /// Starts a receiver that knows nothing yet.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        let program = component::otelite()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = || SocketAddr::from(([127, 0, 0, 1], free_port()));
        let (grpc, http, api) = (address(), address(), address());
        let mut server = Process::start(
            Command::new(program)
                .args(["serve", "--addr", &api.to_string(), "--storage-path"])
                .arg(folder.path().join("data"))
                // Nothing of the user's holds for it.
                .env_clear()
                .env("HOME", folder.path())
                .env("OTELITE_OTLP_GRPC_PORT", grpc.port().to_string())
                .env("OTELITE_OTLP_HTTP_PORT", http.port().to_string())
                // It deletes what is older than 90 days, such as a span of the year 1970.
                .env("OTELITE_AUTO_PURGE_ENABLED", "false")
                // It asks GitHub for prices as it starts, and does without where it cannot reach it.
                .env("HTTPS_PROXY", format!("http://127.0.0.1:{}", free_port())),
        );
        wait::until("the receiver starts", || {
            assert!(server.is_running(), "the receiver ended");
            [grpc, http, api].into_iter().try_for_each(|address| TcpStream::connect(address).map(drop)).ok()
        });
        Some(Self { grpc, http, api, _server: server, _folder: folder })
    }

    /// Where it receives over `protocol`, by the name that the configuration has for it.
    #[must_use]
    pub fn url(&self, protocol: &str) -> String {
        format!("http://{}", if protocol == "grpc" { self.grpc } else { self.http })
    }

    /// How many spans it has, each once, however often it came.
    ///
    /// # Panics
    ///
    /// If it does not tell.
    #[must_use]
    pub fn span_count(&self) -> usize {
        let count = self.ask("/api/stats")["span_count"].as_u64().expect("a count");
        count.try_into().expect("a small number")
    }

    /// The spans that it has, 10,000 at most.
    ///
    /// # Panics
    ///
    /// If it does not tell.
    #[must_use]
    pub fn spans(&self) -> Vec<Value> {
        let Value::Array(spans) = self.ask("/api/traces/export") else { panic!("no list of spans") };
        spans
    }

    /// The values of the metric `name` at its latest time, one for each of its points: a number, or an object with the `count`
    /// of a histogram.
    ///
    /// What was asked before may be answered as it was then, for some seconds.
    ///
    /// # Panics
    ///
    /// If it does not tell.
    #[must_use]
    pub fn last_values(&self, name: &str) -> Vec<Value> {
        let answer = self.ask(&format!("/api/metrics?name={name}&limit={POINTS}"));
        let points = answer.as_array().expect("a list of points").iter();
        // It gives those of longer names too.
        points.filter(|point| point["name"] == name).map(|point| point["value"].clone()).collect()
    }

    fn ask(&self, path: &str) -> Value {
        let answer = http::get(self.api, path, &[]);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        serde_json::from_slice(&answer.body).expect("the answer is JSON")
    }
}
