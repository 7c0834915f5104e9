//! Independent programs that read what the Prometheus endpoint says.
//!
//! Each function gives `None` where its program is absent; then the calling test is skipped, and the reason was printed.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::{Display, Path};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Process, free_port};
use crate::{component, http, wait};

/// What `promtool check metrics` says about an exposition in text format 0.0.4: its lints, none where all is well.
///
/// # Panics
///
/// If it cannot read the exposition.
#[must_use]
pub fn promtool_lints(text: &str) -> Option<Vec<String>> {
    let promtool = component::promtool()?;
    let output = pass(Command::new(promtool).args(["check", "metrics"]), text.as_bytes());
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    match output.status.code() {
        Some(0) => Some(Vec::new()),
        // The text is right, and the names could be better.
        Some(3) => Some(said.lines().map(str::to_owned).collect()),
        code => panic!("promtool ends with {code:?}: {said}\n{text}"),
    }
}

/// The parsers of the Python package `prometheus_client`.
#[derive(Clone, Copy, Debug)]
pub enum Parser {
    /// Text format 0.0.4; it overlooks much.
    Text,
    /// OpenMetrics 1.0; it is strict.
    OpenMetrics,
}

/// A sample as another program read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The series name.
    pub name: String,
    /// The labels.
    pub labels: serde_json::Map<String, Value>,
    /// The value as Python writes it.
    pub value: String,
}

/// Reads an exposition from standard input and prints every sample as `[name, labels, value]`.
const PARSE: &str = "
import importlib, json, sys
parse = importlib.import_module(sys.argv[1]).text_string_to_metric_families
text = sys.stdin.buffer.read().decode()
samples = [[s.name, s.labels, repr(float(s.value))] for family in parse(text) for s in family.samples]
print(json.dumps(samples))
";

/// Every sample that the parser finds.
///
/// # Panics
///
/// If it refuses the exposition.
#[must_use]
pub fn parse(parser: Parser, text: &str) -> Option<Vec<Read>> {
    let module = match parser {
        Parser::Text => "prometheus_client.parser",
        Parser::OpenMetrics => "prometheus_client.openmetrics.parser",
    };
    let python = component::python(&[module])?;
    let output = pass(Command::new(python).args(["-c", PARSE, module]), text.as_bytes());
    assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
    let samples: Vec<(String, serde_json::Map<String, Value>, String)> =
        serde_json::from_slice(&output.stdout).expect("the script prints samples");
    Some(samples.into_iter().map(|(name, labels, value)| Read { name, labels, value }).collect())
}

fn pass(command: &mut Command, input: &[u8]) -> Output {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    child.stdin.take().expect("standard input is piped").write_all(input).expect("the program reads");
    child.wait_with_output().expect("the program ends")
}

/// How a Prometheus server is let in.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    /// The file of the authority that it trusts.
    pub authority: &'a Path,
    /// The token that it shows.
    pub token: &'a str,
}

impl Credentials<'_> {
    fn yaml(&self) -> String {
        let Self { authority, token } = self;
        let authority = authority.display();
        format!(
            ", scheme: https, tls_config: {{ ca_file: '{authority}' }}, authorization: {{ credentials: '{token}' }}"
        )
    }
}

/// A Prometheus server, or one that does the same, that scrapes one target every second.
#[derive(Debug)]
pub struct Prometheus {
    api: SocketAddr,
    _server: Process,
    _folder: TempDir,
}

impl Prometheus {
    /// Starts a server and waits until it has scraped `target`.
    ///
    /// # Panics
    ///
    /// If the scrape fails; the text is the server's reason.
    #[must_use]
    pub fn scrape(target: SocketAddr) -> Option<Self> {
        let server = Self::start(target, None)?;
        server.wait_until_up();
        Some(server)
    }

    /// As [`Prometheus::scrape`], by `VictoriaMetrics`: another reader of the same text.
    ///
    /// # Panics
    ///
    /// As [`Prometheus::scrape`].
    #[must_use]
    pub fn scrape_by_victoria_metrics(target: SocketAddr) -> Option<Self> {
        let program = component::victoria_metrics()?;
        let server = Self::run(target, None, |config, data, api| {
            let mut command = Command::new(program);
            command
                .arg(format!("-promscrape.config={config}"))
                .arg(format!("-storageDataPath={data}"))
                .arg(format!("-httpListenAddr={api}"))
                // What was scraped just now is to be found.
                .arg("-search.latencyOffset=1s");
            command
        });
        server.wait_until_up();
        Some(server)
    }

    /// As [`Prometheus::scrape`], over https and with a token; and what the server says where it is not let in.
    ///
    /// # Errors
    ///
    /// The server's reason.
    pub fn scrape_with(target: SocketAddr, credentials: Credentials<'_>) -> Option<Result<Self, String>> {
        let server = Self::start(target, Some(credentials))?;
        let state = server.first_scrape();
        let reason = || state["lastError"].as_str().unwrap_or_default().to_owned();
        Some(if state["health"] == "up" { Ok(server) } else { Err(reason()) })
    }

    fn start(target: SocketAddr, credentials: Option<Credentials<'_>>) -> Option<Self> {
        let program = component::prometheus()?;
        Some(Self::run(target, credentials, |config, data, api| {
            let mut command = Command::new(program);
            command
                .arg(format!("--config.file={config}"))
                .arg(format!("--storage.tsdb.path={data}"))
                .arg(format!("--web.listen-address={api}"));
            command
        }))
    }

    /// Runs the server that `command` makes of the configuration's path, a folder for the data, and an address.
    fn run(
        target: SocketAddr,
        credentials: Option<Credentials<'_>>,
        command: impl FnOnce(Display<'_>, Display<'_>, SocketAddr) -> Command,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = folder.path().join("prometheus.yml");
        let text = format!(
            "global: {{ scrape_interval: 1s }}\n\
             scrape_configs: [ {{ job_name: it, static_configs: [ {{ targets: ['{target}'] }} ]{} }} ]\n",
            credentials.map(|credentials| credentials.yaml()).unwrap_or_default()
        );
        fs::write(&config, text).expect("the configuration is written");
        let api = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let data = folder.path().join("data");
        let mut server = Process::start(&mut command(config.display(), data.display(), api));
        wait::until("the server starts", || {
            assert!(server.is_running(), "the server ended");
            TcpStream::connect(api).ok()
        });
        Self { api, _server: server, _folder: folder }
    }

    /// Waits for a scrape that succeeds: on a machine that does more, the first one may take longer than it is given.
    fn wait_until_up(&self) {
        wait::until("a scrape that succeeds", || {
            let target = self.ask("/api/v1/targets")["data"]["activeTargets"].get(0)?.clone();
            (target["health"] == "up").then_some(())
        });
    }

    /// What became of the first scrape.
    fn first_scrape(&self) -> Value {
        wait::until("the first scrape", || {
            let targets = self.ask("/api/v1/targets");
            let target = targets["data"]["activeTargets"].get(0)?.clone();
            let failed = target["lastError"].as_str().is_some_and(|reason| !reason.is_empty());
            (target["health"] == "up" || failed).then_some(target)
        })
    }

    /// The value of a `PromQL` expression without spaces, as soon as it has one.
    ///
    /// # Panics
    ///
    /// If it has none in time.
    #[must_use]
    pub fn value(&self, expression: &str) -> String {
        wait::until(expression, || {
            let answer = self.ask(&format!("/api/v1/query?query={expression}"));
            answer["data"]["result"].get(0)?["value"][1].as_str().map(str::to_owned)
        })
    }

    fn ask(&self, path: &str) -> Value {
        // While it starts, the server answers with a sentence.
        serde_json::from_slice(&http::get(self.api, path, &[]).body).unwrap_or(Value::Null)
    }
}
