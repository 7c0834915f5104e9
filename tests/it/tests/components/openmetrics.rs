//! The parsers of the Python client library, of which the one for OpenMetrics is strict.

use it::exposition::Exposition;
use it::http;
use it::judges::{Parser, parse};

use crate::program;

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0";

#[test]
fn the_strict_openmetrics_parser_accepts_the_openmetrics_form() {
    let answer = http::get(program::address(), "/metrics", &[("accept", OPENMETRICS)]);
    assert_eq!(answer.status, 200);
    let content_type = answer.header("content-type").expect("a content type");
    assert!(content_type.starts_with(OPENMETRICS), "{content_type}");
    let Some(samples) = parse(Parser::OpenMetrics, answer.text()) else { return };
    let orders =
        samples.iter().filter(|sample| sample.name == "backstage_plugin_shop_floor_orders_count_total");
    // Ten customers have a series, the other five share the overflow series.
    assert_eq!(orders.count(), 11);
}

#[test]
fn the_parser_of_the_text_format_reads_what_was_recorded() {
    let answer = http::get(program::address(), "/metrics", &[]);
    let Some(samples) = parse(Parser::Text, answer.text()) else { return };
    let ours = Exposition::parse(answer.text());
    assert_eq!(samples.len(), ours.samples.len());
    for (theirs, ours) in samples.iter().zip(&ours.samples) {
        assert_eq!(theirs.name, ours.name);
        assert_eq!(theirs.labels.len(), ours.labels.len(), "{theirs:?}");
    }
    let customers: Vec<&str> =
        samples.iter().filter_map(|sample| sample.labels.get("customer_name")?.as_str()).collect();
    assert!(customers.iter().any(|customer| customer.starts_with(&program::HOSTILE[..20])), "{customers:?}");
}
