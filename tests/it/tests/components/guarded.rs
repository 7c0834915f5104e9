//! An endpoint that wants https and a token, and a Prometheus server that has both, or not.

use it::certificates::Authority;
use it::judges::{Credentials, Prometheus};
use it::served::Served;

#[test]
fn a_prometheus_server_scrapes_with_authorization_and_tls_and_not_without() {
    let Some(authority) = Authority::new() else { return };
    let yaml = format!(
        "telemetry:
  metrics:
    exporters:
      - type: prometheus
        config:
          port: 0
          bearerToken: ${{SCRAPE_TOKEN}}
          tls: {{ certFile: '{}', keyFile: '{}' }}
",
        authority.file("server.pem").display(),
        authority.file("server.key").display()
    );
    let served = Served::start(env!("CARGO_BIN_EXE_served"), &yaml, |command| {
        command.arg("3").env("SCRAPE_TOKEN", "canary")
    });
    let trusted = authority.file("authority.pem");
    let ask = |token, authority| Prometheus::scrape_with(served.address, Credentials { authority, token });
    let Some(right) = ask("canary", &trusted) else { return };
    let scraper = right.expect("the scrape is answered");
    assert_eq!(scraper.value("up"), "1");
    assert_eq!(scraper.value("sum(backstage_plugin_served_items_seen_total)"), "3");
    let refused = ask("other", &trusted).expect("prometheus is there").expect_err("a wrong token");
    assert!(refused.contains("401 Unauthorized"), "{refused}");
    let said = served.end();
    assert!(!said.contains("canary"), "{said}");
}
