//! What a scraper reads about the metrics of a function.

use crate::fixture;

#[telemetry_runtime::backstage_plugin(id = "described")]
mod functions {
    use telemetry_runtime::metric;

    #[metric(
        counter = "calls.all",
        histogram = "calls.duration",
        in_flight = "calls.active",
        counter("calls.told", description = "What the author said."),
        gauge("calls.size", value = 3)
    )]
    pub(super) fn add() {}
}

#[test]
fn metrics_of_a_call_say_which_function_they_are_of() {
    fixture::start();
    functions::add();
    let scrape = fixture::scrape();
    let help =
        |name: &str| scrape.help.get(&format!("backstage_plugin_described_calls_{name}")).map(String::as_str);
    assert_eq!(help("all_total"), Some("Calls of `add`."));
    assert_eq!(help("duration_seconds"), Some("Duration of `add`."));
    assert_eq!(help("active"), Some("Calls of `add` in progress."));
    assert_eq!(help("told_total"), Some("What the author said."));
}

#[test]
fn a_value_is_not_described_for_its_author() {
    fixture::start();
    functions::add();
    let help = fixture::scrape().help.get("backstage_plugin_described_calls_size").cloned();
    assert!(help.unwrap_or_default().is_empty());
}
