//! What a scrape endpoint asks of its scrapers.

use super::super::*;
use super::{Setup, assert_errors};

fn yaml(config: &str) -> String {
    format!("telemetry:\n  metrics:\n    exporters:\n      - type: prometheus\n        config: {config}\n")
}

fn endpoint(setup: &Setup) -> PrometheusConfig {
    let exporters = setup.load().config.telemetry.metrics.exporters;
    let [MetricExporterConfig::Prometheus(prometheus)] = exporters.as_slice() else {
        panic!("{exporters:?}")
    };
    prometheus.clone()
}

#[test]
fn a_token_is_taken_from_a_variable_or_a_file() {
    let variable = Setup::yaml(&yaml("{ bearerToken: '${TOKEN}' }")).variable("TOKEN", "canary+/=");
    let token = endpoint(&variable).bearer_token.expect("a token");
    assert_eq!(token.expose(), "canary+/=");
    let file = Setup::yaml(&yaml("{ bearerToken: { $file: token } }")).file("token", "canary\n");
    assert_eq!(endpoint(&file).bearer_token.expect("a token").expose(), "canary");
    for setup in [variable, file] {
        let Loaded { config, notices, explanation } = setup.load();
        let shown = format!("{config:?} {notices:?} {explanation} {explanation:?}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[test]
fn a_token_does_not_stand_in_the_file() {
    assert_errors(
        &yaml("{ bearerToken: canary }"),
        &[
            "app-config.yaml:5:32: telemetry.metrics.exporters[0].config.bearerToken: a token does not belong in this file; refer to it, as `${METRICS_TOKEN}` or `$file`",
        ],
    );
}

#[test]
fn a_token_that_no_scraper_could_send_is_refused_and_not_shown() {
    for wrong in ["can ary", "canary\"", "=", "canäry"] {
        let errors = Setup::yaml(&yaml("{ bearerToken: '${TOKEN}' }")).variable("TOKEN", wrong).errors();
        assert_eq!(
            errors,
            [
                "app-config.yaml:5:32: telemetry.metrics.exporters[0].config.bearerToken: expected a token of letters, digits and `-._~+/`, with `=` at its end only"
            ]
        );
    }
}

#[test]
fn a_certificate_needs_its_key() {
    assert_errors(
        &yaml("{ tls: { certFile: a.pem } }"),
        &[
            "app-config.yaml:5:24: telemetry.metrics.exporters[0].config.tls: `certFile` and `keyFile` belong together, and one of them is missing",
        ],
    );
}

#[test]
fn what_an_endpoint_lacks_that_others_reach_is_noticed() {
    let tls = "tls: { certFile: a.pem, keyFile: a.key }";
    let token = "bearerToken: '${TOKEN}'";
    for (config, expected) in [
        (String::new(), "where other machines can reach it; `tls` and `bearerToken` restrict that"),
        (tls.to_owned(), "where other machines can reach it; `bearerToken` restricts that"),
        (token.to_owned(), "and the token of its scrapers is not encrypted; `tls` does that"),
        (format!("{tls}, {token}"), ""),
    ] {
        let setup = |host: &str| {
            Setup::yaml(&yaml(&format!("{{ host: '{host}', {config} }}"))).variable("TOKEN", "canary")
        };
        let expected: Vec<String> = (!expected.is_empty())
            .then(|| format!("the metrics endpoint listens on 0.0.0.0, {expected}"))
            .into_iter()
            .collect();
        assert_eq!(setup("0.0.0.0").notices(), expected);
        assert_eq!(setup("127.0.0.1").notices(), Vec::<String>::new());
    }
}

#[test]
fn a_protection_whose_variable_is_not_set_stops_the_start() {
    for value in ["{ bearerToken: '${UNSET}' }", "{ bearerToken: { $env: UNSET } }"] {
        let errors = Setup::yaml(&yaml(value)).variable("OTHER", "canary").errors();
        let [error] = errors.as_slice() else { panic!("{errors:?}") };
        assert!(error.ends_with("exporters.config.bearerToken: the variable `UNSET` is not set"), "{error}");
    }
    let empty = Setup::yaml(&yaml("{ bearerToken: '${UNSET:-}' }")).errors();
    assert!(empty[0].contains("expected a token"), "{empty:?}");
    let tls = Setup::yaml(&yaml("{ tls: { certFile: '${UNSET}', keyFile: '${UNSET}' } }")).errors();
    assert_eq!(tls.len(), 2, "{tls:?}");
}
