//! Prometheus: its linter and its server.

use it::exposition::Exposition;
use it::http;
use it::judges::{Prometheus, promtool_lints};

use crate::program;

#[test]
fn promtool_accepts_the_text() {
    let answer = http::get(program::address(), "/metrics", &[]);
    assert_eq!(answer.status, 200);
    let Some(mut lints) = promtool_lints(answer.text()) else { return };
    lints.retain(|lint| !is_known_lint(lint));
    assert_eq!(lints, Vec::<String>::new(), "{}", answer.text());
}

/// Lints about names that somebody else chose: the originals' `count`, and everything of the third party.
fn is_known_lint(line: &str) -> bool {
    line.contains("should not have \"_count\" suffix") || line.to_ascii_lowercase().starts_with("third_party")
}

#[test]
fn a_prometheus_server_scrapes_every_series() {
    let target = program::address();
    let Some(server) = Prometheus::scrape(target) else { return };
    assert_eq!(server.value("up"), "1");
    assert_eq!(server.value("sum(backstage_plugin_shop_floor_orders_count_total)"), "30");
    assert_eq!(server.value("backstage_plugin_shop_floor_visitors_inside"), "-2");
    assert_eq!(server.value("sum(third_party_requests_made_total)"), "7");
    // It took as many samples as the text has.
    let scrape = Exposition::parse(http::get(target, "/metrics", &[]).text());
    assert_eq!(server.value("scrape_samples_scraped"), scrape.samples.len().to_string());
    assert_eq!(server.value("scrape_samples_post_metric_relabeling"), scrape.samples.len().to_string());
}
