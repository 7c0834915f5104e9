//! Cases 1 to 14: the metrics service of one plugin.

use telemetry_runtime::metrics::FreeAttributes;

use crate::fixture::{self, Running};

#[test]
fn case_10_a_plugin_without_configuration_has_the_default_scope() {
    let running = fixture::defaults().start();
    let telemetry = running.telemetry();
    let metrics = telemetry.plugin("my-plugin").expect("a plugin id").metrics();
    metrics.counter::<u64>("case.ten").build().expect("a new metric").add_with(3, FreeAttributes(&[]));
    // The design puts all plugins below one meter, named like the root of their metrics, and tells them apart by a scope
    // attribute; the original has one meter for each, named `backstage-plugin-my-plugin`.
    let (scope, _) = running.metric("backstage.plugin.my-plugin.case.ten");
    assert_eq!(scope.scope.name, "backstage");
    assert_eq!(scope.scope.attributes, [("backstage.plugin.id".into(), "my-plugin".into())]);
    assert_eq!(running.total("backstage.plugin.my-plugin.case.ten"), 3);
}

#[test]
fn case_11_the_configured_meter_name_is_the_scope() {
    let running =
        fixture::yaml("backend: {metrics: {plugin: {my-plugin: {meter: {name: custom-meter}}}}}").start();
    count(&running, "case.eleven");
    let (scope, _) = running.metric("backstage.plugin.my-plugin.case.eleven");
    assert_eq!((&*scope.scope.name, scope.scope.version), ("custom-meter", None));
}

#[test]
fn case_12_the_configured_version_and_schema_url_are_exported() {
    let running = fixture::yaml(
        "backend: {metrics: {plugin: {my-plugin: {meter: {version: 1.2.3, schemaUrl: 'https://example.org/1'}}}}}",
    )
    .otlp()
    .start();
    count(&running, "case.twelve");
    let metric = running.otlp().wait_for_metric("backstage.plugin.my-plugin.case.twelve");
    assert_eq!((&*metric.scope.name, &*metric.scope.version), ("backstage", "1.2.3"));
    let (scope, _) = running.metric("backstage.plugin.my-plugin.case.twelve");
    assert_eq!(scope.scope.schema_url.as_deref(), Some("https://example.org/1"));
}

fn count(running: &Running, name: &str) {
    let metrics = running.telemetry().plugin("my-plugin").expect("a plugin id").metrics();
    metrics.counter::<u64>(name).build().expect("a new metric").add_with(1, FreeAttributes(&[]));
}
