//! Prometheus: its linter and its server.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use it::exposition::Exposition;
use it::process::{Process, free_port};
use it::{component, http, wait};
use serde_json::Value;

use crate::program;

#[test]
fn promtool_accepts_the_text() {
    let Some(promtool) = component::promtool() else { return };
    let answer = http::get(program::address(), "/metrics", &[]);
    assert_eq!(answer.status, 200);
    let mut check = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool starts");
    check.stdin.take().expect("standard input is piped").write_all(&answer.body).expect("promtool reads");
    let output = check.wait_with_output().expect("promtool ends");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    // 3 is its lint of names: a counted thing may be called `count` here, as the originals' metrics are.
    match output.status.code() {
        Some(0) => {}
        Some(3) => {
            let others: Vec<&str> = said.lines().filter(|line| !is_known_lint(line)).collect();
            assert_eq!(others, Vec::<&str>::new(), "{}", answer.text());
        }
        code => panic!("promtool ends with {code:?}: {said}\n{}", answer.text()),
    }
}

/// Lints about names that somebody else chose: the originals' `count`, and everything of the third party.
fn is_known_lint(line: &str) -> bool {
    line.contains("should not have \"_count\" suffix") || line.to_ascii_lowercase().starts_with("third_party")
}

#[test]
fn a_prometheus_server_scrapes_every_series() {
    let Some(prometheus) = component::prometheus() else { return };
    let target = program::address();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = folder.path().join("prometheus.yml");
    let text = format!(
        "global: {{ scrape_interval: 1s }}\n\
         scrape_configs: [ {{ job_name: it, honor_labels: true, static_configs: [ {{ targets: ['{target}'] }} ] }} ]\n"
    );
    fs::write(&config, text).expect("the configuration is written");
    let api = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let mut server = Process::start(
        Command::new(prometheus)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={api}")),
    );
    wait::until("the server starts", || {
        assert!(server.is_running(), "the server ended");
        std::net::TcpStream::connect(api).ok()
    });
    let up = wait::until("the first scrape", || {
        let targets = query(api, "/api/v1/targets");
        let target = targets["data"]["activeTargets"].get(0)?.clone();
        (target["health"] != "unknown").then_some(target)
    });
    assert_eq!(up["health"], "up", "{}", up["lastError"]);
    let value = |expression: &str| {
        wait::until(expression, || {
            let answer = query(api, &format!("/api/v1/query?query={expression}"));
            answer["data"]["result"].get(0)?["value"][1].as_str().map(str::to_owned)
        })
    };
    assert_eq!(value("up"), "1");
    assert_eq!(value("sum(backstage_plugin_shop_floor_orders_count_total)"), "30");
    assert_eq!(value("backstage_plugin_shop_floor_visitors_inside"), "-2");
    assert_eq!(value("sum(third_party_requests_made_total)"), "7");
    // It took as many samples as the text has.
    let scrape = Exposition::parse(http::get(target, "/metrics", &[]).text());
    assert_eq!(value("scrape_samples_scraped"), scrape.samples.len().to_string());
    assert_eq!(value("scrape_samples_post_metric_relabeling"), scrape.samples.len().to_string());
}

fn query(api: SocketAddr, path: &str) -> Value {
    let answer = http::get(api, path, &[]);
    serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
}
