//! Cases 43 to 47: what metrics are called.

use telemetry_runtime::{ErrorKind, core_service, plugin};

use crate::fixture;

#[test]
fn case_43_a_core_service_counts_below_backstage_core() {
    let running = fixture::defaults().start();
    // The draft of the original had names without a category, and did not say which core service a metric is of. The design
    // refuses the first, and puts the service into the name.
    let metrics = core_service("http").expect("a service").metrics();
    metrics.create_counter::<u64>("requests.total").build().expect("a new metric").add(1);
    assert_eq!(running.total("backstage.core.http.requests.total"), 1);
    assert_eq!(running.scrape().sum("backstage_core_http_requests_total", &[]), Some(1.0));
    let refused = metrics.create_counter::<u64>("requests_total").build().expect_err("no category");
    assert_eq!(refused.kind(), ErrorKind::Name);
}

#[test]
fn case_44_a_plugin_counts_below_its_id() {
    let running = fixture::defaults().start();
    // Asked for at the root, as whoever makes plugins does, or from anywhere: it is one metric.
    for telemetry in [running.telemetry().root().plugin("catalog"), plugin("catalog")] {
        let metrics = telemetry.expect("a plugin id").metrics();
        metrics.create_counter::<u64>("requests.total").build().expect("the same metric").add(1);
    }
    assert_eq!(running.total("backstage.plugin.catalog.requests.total"), 2);
}

#[test]
fn case_45_a_plugin_without_an_id_is_a_typed_error() {
    for id in ["", "3scale", "My Plugin", "a.b"] {
        let error = plugin(id).expect_err("not a plugin id");
        assert_eq!(error.kind(), ErrorKind::Name, "{id}");
        assert!(error.to_string().contains(&format!("`{id}`")), "{error}");
    }
}

#[test]
fn case_46_one_core_service_names_several_metrics() {
    let running = fixture::defaults().start();
    let metrics = core_service("scheduler").expect("a service").metrics();
    for name in ["tasks.queued", "tasks.started", "workers.active"] {
        metrics.create_counter::<u64>(name).build().expect("a new metric").add(1);
        assert_eq!(running.total(&format!("backstage.core.scheduler.{name}")), 1);
    }
}

#[test]
fn case_47_one_plugin_names_several_metrics_and_keeps_its_hyphen() {
    let running = fixture::yaml("backend: {metrics: {serviceName: acme}}").start();
    let metrics = plugin("tech-docs").expect("a plugin id").metrics();
    for name in ["builds.active", "builds.failed", "::techdocs.cache.hits"] {
        metrics.create_counter::<u64>(name).build().expect("a new metric").add(1);
    }
    assert_eq!(running.total("acme.plugin.tech-docs.builds.active"), 1);
    assert_eq!(running.total("acme.plugin.tech-docs.builds.failed"), 1);
    assert_eq!(running.total("techdocs.cache.hits"), 1);
}
