//! The parsers of the Python client library, of which the one for OpenMetrics is strict.

use std::io::Write;
use std::process::{Command, Stdio};

use it::exposition::Exposition;
use it::{component, http};
use serde_json::Value;

use crate::program;

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0";

/// Reads text from standard input and prints every sample as `[name, labels, value]`.
const PARSE: &str = "
import importlib, json, sys
parse = importlib.import_module(sys.argv[1]).text_string_to_metric_families
text = sys.stdin.buffer.read().decode()
samples = [[s.name, s.labels, repr(float(s.value))] for family in parse(text) for s in family.samples]
print(json.dumps(samples))
";

/// What the parser makes of `body`; `None` where there is no Python with it.
fn parse(module: &str, body: &[u8]) -> Option<Vec<Value>> {
    let python = component::python(&["prometheus_client"])?;
    let mut child = Command::new(python)
        .args(["-c", PARSE, module])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Python starts");
    child.stdin.take().expect("standard input is piped").write_all(body).expect("Python reads");
    let output = child.wait_with_output().expect("Python ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}\n{}", String::from_utf8_lossy(body));
    Some(serde_json::from_slice(&output.stdout).expect("the script prints a list"))
}

#[test]
fn the_strict_openmetrics_parser_accepts_the_openmetrics_form() {
    let answer = http::get(program::address(), "/metrics", &[("accept", OPENMETRICS)]);
    assert_eq!(answer.status, 200);
    let content_type = answer.header("content-type").expect("a content type");
    assert!(content_type.starts_with(OPENMETRICS), "{content_type}");
    let Some(samples) = parse("prometheus_client.openmetrics.parser", &answer.body) else { return };
    let orders =
        samples.iter().filter(|sample| sample[0] == "backstage_plugin_shop_floor_orders_count_total");
    // Ten customers have a series, the other five share the overflow series.
    assert_eq!(orders.count(), 11);
}

#[test]
fn the_parser_of_the_text_format_reads_what_was_recorded() {
    let answer = http::get(program::address(), "/metrics", &[]);
    let Some(samples) = parse("prometheus_client.parser", &answer.body) else { return };
    let ours = Exposition::parse(answer.text());
    assert_eq!(samples.len(), ours.samples.len());
    for (theirs, ours) in samples.iter().zip(&ours.samples) {
        assert_eq!(theirs[0], ours.name);
        assert_eq!(theirs[1].as_object().map(serde_json::Map::len), Some(ours.labels.len()), "{theirs}");
    }
    let customers: Vec<&str> =
        samples.iter().filter_map(|sample| sample[1]["customer_name"].as_str()).collect();
    assert!(customers.iter().any(|customer| customer.starts_with(&program::HOSTILE[..20])), "{customers:?}");
}
