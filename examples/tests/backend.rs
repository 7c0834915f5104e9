//! The default program, run as a user runs it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The twenty metrics, as Prometheus spells them.
const METRICS: [&str; 20] = [
    "backstage_plugin_catalog_entities_count",
    "backstage_plugin_catalog_registered_locations_count",
    "backstage_plugin_catalog_relations_count",
    "backstage_plugin_catalog_processed_entities_count_total",
    "backstage_plugin_catalog_processing_duration_seconds_count",
    "backstage_plugin_catalog_processors_duration_seconds_count",
    "backstage_plugin_catalog_processing_queue_delay_seconds_count",
    "backstage_plugin_catalog_stitched_entities_count_total",
    "backstage_plugin_catalog_stitching_duration_seconds_count",
    "backstage_plugin_catalog_stitching_queue_length",
    "backstage_plugin_catalog_stitching_queue_delay_seconds_count",
    "backstage_plugin_catalog_events_scm_messages_total",
    "backstage_plugin_scaffolder_task_count_total",
    "backstage_plugin_scaffolder_task_duration_seconds_count",
    "backstage_plugin_scaffolder_step_count_total",
    "backstage_plugin_scaffolder_step_duration_seconds_count",
    "backstage_core_scheduler_task_runs_count_total",
    "backstage_core_scheduler_task_runs_duration_seconds_count",
    "backstage_core_scheduler_task_runs_started_seconds",
    "backstage_core_scheduler_task_runs_completed_seconds",
];

const PROCESSED: &str = "backstage_plugin_catalog_processed_entities_count_total";

/// The program with these arguments and without the environment's own telemetry settings, in an empty folder.
fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backend"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().into_owned();
        if text.starts_with("OTEL_") || text.starts_with("TELEMETRY_") || text.starts_with("APP_CONFIG_") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).args(arguments);
    command
}

/// The running backend.
struct Backend {
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    metrics: String,
    api: String,
    _folder: tempfile::TempDir,
}

impl Backend {
    /// Starts the program on free ports and waits until it says where it is. `interval` is in seconds.
    fn start(interval: &str) -> Self {
        Self::start_with(interval, "")
    }

    /// As [`Backend::start`], with this text as `app-config.yaml`.
    fn start_with(interval: &str, config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("app-config.yaml"), config).unwrap();
        let mut command = program(folder.path(), &["--port", "0", "--api-port", "0", "--interval", interval]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (mut metrics, mut api) = (None, None);
        let mut line = String::new();
        while stdout.read_line(&mut line).unwrap() > 0 && !line.starts_with("stop with") {
            if let Some(address) = line.strip_prefix("metrics  http://") {
                metrics = address.strip_suffix("/metrics\n").map(str::to_owned);
            }
            if let Some(url) = line.strip_prefix("API      http://") {
                api = url.split('/').next().map(str::to_owned);
            }
            line.clear();
        }
        Self {
            child,
            stdout: Some(stdout),
            metrics: metrics.expect("the program says where its metrics are"),
            api: api.expect("the program says where its API is"),
            _folder: folder,
        }
    }

    /// Every sample of a scrape: the name with its labels, and the value.
    fn scrape(&self) -> BTreeMap<String, String> {
        let text = request(&self.metrics, "GET", "/metrics", "");
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let samples = samples.filter_map(|line| line.rsplit_once(' '));
        samples.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Scrapes until `done` says so.
    fn scrape_until(&self, done: impl Fn(&BTreeMap<String, String>) -> bool) -> BTreeMap<String, String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let samples = self.scrape();
            if done(&samples) {
                return samples;
            }
            assert!(Instant::now() < deadline, "this never came: {samples:#?}");
            std::thread::yield_now();
        }
    }

    /// Waits for the end: the program's output closes when it ends.
    fn wait(&mut self) -> ExitStatus {
        let mut stdout = self.stdout.take().expect("the end is waited for once");
        let (ended, end) = mpsc::channel();
        std::thread::spawn(move || ended.send(stdout.read_to_end(&mut Vec::new())));
        end.recv_timeout(PATIENCE).expect("the program does not end").unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The body of the answer to one request.
fn request(address: &str, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap()
}

/// The sum of a metric of whole numbers over the series with a label, or over all of them.
fn sum(samples: &BTreeMap<String, String>, metric: &str, label: &str) -> usize {
    let series = samples.iter().filter(|(name, _)| name.split('{').next() == Some(metric));
    series.filter(|(name, _)| name.contains(label)).map(|(_, value)| value.parse::<usize>().unwrap()).sum()
}

/// The number after a row's name in the summary, or before a word of the row.
fn number(summary: &str, row: &str, part: Option<&str>) -> usize {
    let line = summary.lines().find(|line| line.starts_with(row)).unwrap();
    match part {
        None => line[row.len()..].split_whitespace().next().unwrap().parse().unwrap(),
        Some(part) => {
            let mut words = line.split([' ', ',']).filter(|word| !word.is_empty()).rev();
            words.by_ref().find(|word| *word == part).map_or(0, |_| words.next().unwrap().parse().unwrap())
        }
    }
}

#[test]
fn every_metric_gets_a_sample_from_one_run_and_one_message() {
    let backend = Backend::start("3600");
    let samples = backend.scrape();
    let missing: Vec<&str> = METRICS
        .into_iter()
        .filter(|metric| !samples.keys().any(|name| name.split('{').next() == Some(*metric)))
        .collect();
    assert_eq!(missing, ["backstage_plugin_catalog_events_scm_messages_total"]);
    request(&backend.api, "POST", "/api/events/scm", r#"{"type": "repository.updated"}"#);
    let samples = backend.scrape();
    assert_eq!(
        sum(&samples, "backstage_plugin_catalog_events_scm_messages_total", r#"event_type="repository""#),
        1
    );
}

/// The original plugins' metrics in the order of [`METRICS`], as Prometheus shows them there: without a suffix for the unit.
const ORIGINAL_METRICS: [&str; 20] = [
    "catalog_entities_count",
    "catalog_registered_locations_count",
    "catalog_relations_count",
    "catalog_processed_entities_count_total",
    "catalog_processing_duration_count",
    "catalog_processors_duration_count",
    "catalog_processing_queue_delay_count",
    "catalog_stitched_entities_count_total",
    "catalog_stitching_duration_count",
    "catalog_stitching_queue_length",
    "catalog_stitching_queue_delay_count",
    "catalog_events_scm_messages_total",
    "scaffolder_task_count_total",
    "scaffolder_task_duration_count",
    "scaffolder_step_count_total",
    "scaffolder_step_duration_count",
    "backend_tasks_task_runs_count_total",
    "backend_tasks_task_runs_duration_count",
    "backend_tasks_task_runs_started",
    "backend_tasks_task_runs_completed",
];

const ORIGINAL_NAMES: &str = include_str!("../original-names.yaml");

/// What of these metrics a backend with this configuration shows, after everything has happened in it once.
fn shown(config: &str, metrics: &[&str]) -> Vec<String> {
    let backend = Backend::start_with("3600", config);
    request(&backend.api, "POST", "/api/events/scm", r#"{"type": "repository.updated"}"#);
    let samples = backend.scrape();
    let found = |metric: &&&str| samples.keys().any(|name| name.split('{').next() == Some(**metric));
    metrics.iter().filter(found).map(|metric| (*metric).to_owned()).collect()
}

#[test]
fn every_metric_can_have_its_original_name_by_configuration_alone() {
    let both = [ORIGINAL_METRICS, METRICS].concat();
    assert_eq!(shown(ORIGINAL_NAMES, &both), ORIGINAL_METRICS);
}

#[test]
fn every_label_can_have_its_original_name_by_configuration_alone() {
    let backend = Backend::start_with("3600", ORIGINAL_NAMES);
    request(&backend.api, "POST", "/api/events/scm", r#"{"type": "repository.updated"}"#);
    let samples = backend.scrape();
    assert_eq!(sum(&samples, "catalog_events_scm_messages_total", r#"eventType="repository""#), 1);
    assert!(sum(&samples, "backend_tasks_task_runs_count_total", r#"taskId=""#) > 0);
    assert!(!samples.keys().any(|name| name.contains("task_id=") || name.contains("event_type=")));
}

#[test]
fn every_metric_can_have_both_names_while_dashboards_move() {
    let both = [ORIGINAL_METRICS, METRICS].concat();
    // The line that the file's own comment gives.
    let line = "\n      - instrument: \"backstage.*\"\n";
    assert!(ORIGINAL_NAMES.contains(line.trim()));
    let config = ORIGINAL_NAMES.replacen("\n    views:\n", &format!("\n    views:{line}"), 1);
    assert_eq!(shown(&config, &both), both);
    // As further names of one view, which share its units.
    let config = ORIGINAL_NAMES.replace("name: ", "alsoAs: ");
    let own = METRICS.map(|name| name.replace("_seconds", ""));
    let all: Vec<&str> = ORIGINAL_METRICS.into_iter().chain(own.iter().map(String::as_str)).collect();
    assert_eq!(shown(&config, &all), all);
}

#[test]
fn later_passes_over_an_unchanged_catalog_give_unchanged_only() {
    let backend = Backend::start("1");
    let first = backend.scrape();
    let documents = sum(&first, PROCESSED, "") - sum(&first, PROCESSED, r#"result="unchanged""#);
    let later =
        backend.scrape_until(|samples| sum(samples, PROCESSED, r#"result="unchanged""#) >= 2 * documents);
    for result in ["changed", "errors", "failed"] {
        let label = format!(r#"result="{result}""#);
        assert_eq!(sum(&first, PROCESSED, &label), sum(&later, PROCESSED, &label), "{result}");
    }
}

#[test]
fn what_a_run_counts_agrees_with_itself() {
    let backend = Backend::start("3600");
    let samples = backend.scrape();
    let catalog = |name: &str| sum(&samples, &format!("backstage_plugin_catalog_{name}"), "");
    assert_eq!(catalog("processed_entities_count_total"), catalog("processing_duration_seconds_count"));
    assert_eq!(catalog("processed_entities_count_total"), catalog("processing_queue_delay_seconds_count"));
    assert_eq!(catalog("stitched_entities_count_total"), catalog("stitching_duration_seconds_count"));
    let entities: serde_json::Value =
        serde_json::from_str(&request(&backend.api, "GET", "/api/catalog/entities", "")).unwrap();
    assert_eq!(catalog("entities_count"), entities.as_array().unwrap().len());
}

#[test]
fn one_pass_prints_a_summary_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let output = program(folder.path(), &["--once", "--port", "0"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let summary = String::from_utf8(output.stdout).unwrap();
    let part = |part| number(&summary, "documents processed", Some(part));
    assert_eq!(
        number(&summary, "documents processed", None),
        part("changed") + part("errors") + part("failed")
    );
    assert_eq!((part("errors"), part("failed")), (5, 2), "{summary}");
    assert!(summary.contains("error: wrong/syntax.yaml:14:5: "), "{summary}");
}

#[test]
fn summary_says_what_the_metrics_say() {
    let folder = tempfile::tempdir().unwrap();
    let config = "telemetry: { metrics: { exporters: [{ type: console }] } }";
    std::fs::write(folder.path().join("app-config.yaml"), config).unwrap();
    let output = program(folder.path(), &["--once"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (summary, metrics) = text.split_once("\nmetrics at ").unwrap();
    // The lines of one metric's points, without the attributes of a template and its step.
    let points = |metric: &str| {
        let lines = metrics.lines().skip_while(|line| line.split_whitespace().next() != Some(metric)).skip(1);
        lines.take_while(|line| line.starts_with("    ")).map(str::trim).collect::<Vec<_>>()
    };
    let total = |metric: &str, label: &str| {
        let values = points(metric).into_iter().filter(|point| point.contains(label));
        values.map(|point| point.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum::<usize>()
    };
    for (row, metric, results) in [
        (
            "documents processed",
            "catalog.processed.entities.count",
            ["changed", "errors", "failed"].as_slice(),
        ),
        ("entities stitched", "catalog.stitched.entities.count", &["changed", "abandoned"]),
        ("template tasks", "scaffolder.task.count", &["ok", "failed"]),
        ("template steps", "scaffolder.step.count", &["ok", "failed", "skipped"]),
    ] {
        let metric = format!("backstage.plugin.{metric}");
        assert_eq!(number(summary, row, None), total(&metric, ""), "{row}");
        for result in results {
            let label = format!("result={result}");
            assert_eq!(number(summary, row, Some(result)), total(&metric, &label), "{row}: {result}");
        }
    }
    // The gauges are asked once more at the very end.
    assert_eq!(number(summary, "entities  ", None), total("backstage.plugin.catalog.entities.count", ""));
    assert_eq!(number(summary, "relations", None), total("backstage.plugin.catalog.relations.count", ""));
}

#[test]
fn wrong_configuration_is_named_and_ends_with_78() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("wrong.yaml"), "telemetry:\n  metrics:\n    exporterz: []\n").unwrap();
    let output = program(folder.path(), &["--once", "--config", "wrong.yaml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(78));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("wrong.yaml:3:5: telemetry.metrics.exporterz"), "{text}");
}

#[test]
fn missing_catalog_folder_is_an_error_and_not_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let output = program(folder.path(), &["--once", "--port", "0", "--catalog", "nowhere"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot read nowhere"), "{output:?}");
}

#[cfg(unix)]
#[test]
fn interrupt_ends_the_program_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let mut backend = Backend::start("3600");
        let id = backend.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        assert!(backend.wait().success(), "{signal}");
    }
}

/// Real catalog files, where this checkout stands beside them.
#[test]
fn every_document_of_a_real_catalog_is_counted_once() {
    let catalog = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/entities");
    if !catalog.is_dir() {
        eprintln!("skipped: there are no real catalog files at ../shared/data/entities");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--once", "--port", "0", "--catalog", catalog.to_str().unwrap()];
    let output = program(folder.path(), &arguments).output().unwrap();
    let summary = String::from_utf8(output.stdout).unwrap();
    let (files, documents) = independent_count(&catalog);
    assert_eq!(number(&summary, "files", None), files);
    assert_eq!(number(&summary, "documents processed", None), documents);
}

/// Files, and documents by their `kind:` at the start of a line.
fn independent_count(folder: &Path) -> (usize, usize) {
    let mut count = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let below = independent_count(&path);
            count = (count.0 + below.0, count.1 + below.1);
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            let text = std::fs::read_to_string(&path).unwrap();
            count = (count.0 + 1, count.1 + text.lines().filter(|line| line.starts_with("kind:")).count());
        }
    }
    count
}

#[test]
fn the_configuration_is_printed_with_its_origins_and_nothing_starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("app-config.yaml");
    std::fs::write(&file, "telemetry:\n  resource:\n    serviceName: portal\n").expect("a file");
    let print = || {
        let mut program = program(folder.path(), &["--print-config", "--port", "7"]);
        program
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:9")
            .env("OTEL_EXPORTER_OTLP_HEADERS", "authorization=canary");
        program.output().expect("the program runs")
    };
    let output = print();
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0), "{text}");
    for (value, origin) in [
        ("serviceName: portal", "app-config.yaml:3:18"),
        ("port: 7", "the program's code"),
        ("endpoint: http://localhost:9/v1/traces", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        ("authorization: \"***\"", "OTEL_EXPORTER_OTLP_HEADERS"),
        ("cardinalityLimit: 2000", "default"),
    ] {
        let mut lines = text.lines();
        let found = lines.any(|line| line.contains(value) && line.ends_with(&format!("# {origin}")));
        assert!(found, "{value} from {origin} in\n{text}");
    }
    assert!(!text.contains("canary"), "{text}");

    std::fs::write(&file, "telemetry: { enabled: perhaps, resource: { serviceName: portal } }")
        .expect("a file");
    let output = print();
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(78), "{text}");
    assert!(text.contains("serviceName: portal"), "{text}");
    assert!(text.contains("# wrong: app-config.yaml:1:23: telemetry.enabled: expected"), "{text}");
}
