//! Cases 1 to 14, and 66 to 72 and 76: the metrics service of one plugin.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use telemetry_runtime::ErrorKind;
use telemetry_runtime::metrics::{FreeAttributes, MetricData};
use telemetry_runtime::services::MetricsService;

use crate::fixture::{self, Running};

fn service(running: &Running) -> MetricsService {
    running.telemetry().plugin("my-plugin").expect("a plugin id").metrics()
}

#[test]
fn case_01_a_service_exports_under_one_scope_without_version_and_schema() {
    let running = fixture::defaults().start();
    service(&running).create_counter::<u64>("case.one").build().expect("a new metric").add(1);
    service(&running).create_gauge::<f64>("case.one_too").build().expect("a new metric").record(1.0);
    let scopes = running.metrics();
    let own: Vec<_> = scopes
        .iter()
        .filter(|scope| scope.scope.attributes.iter().any(|(_, value)| value == "my-plugin"))
        .collect();
    assert_eq!(own.len(), 1, "one meter for all instruments of the plugin");
    assert_eq!((&own[0].scope.version, &own[0].scope.schema_url), (&None, &None));
}

#[test]
fn case_02_name_version_and_schema_url_of_the_configuration_are_exported_together() {
    let running = fixture::yaml(
        "backend: {metrics: {plugin: {my-plugin: {meter: {name: mine, version: '2', schemaUrl: 'https://example.org/2'}}}}}",
    )
    .start();
    service(&running).create_counter::<u64>("case.two").build().expect("a new metric").add(1);
    let (scope, _) = running.metric("backstage.plugin.my-plugin.case.two");
    assert_eq!(scope.scope.name, "mine");
    assert_eq!(scope.scope.version.as_deref(), Some("2"));
    assert_eq!(scope.scope.schema_url.as_deref(), Some("https://example.org/2"));
}

#[test]
fn case_03_a_counter_adds_with_and_without_description_and_unit() {
    let running = fixture::defaults().otlp().start();
    let metrics = service(&running);
    metrics.create_counter::<u64>("case.three_plain").build().expect("a new metric").add(2);
    let described = metrics.create_counter::<f64>("case.three").description("Things done.").unit("{thing}");
    let described = described.build().expect("a new metric");
    described.add(0.5);
    described.add_with(2.0, [("kind", "api".into())]);
    assert_eq!(running.total("backstage.plugin.my-plugin.case.three_plain"), 2);
    assert_eq!(running.total("backstage.plugin.my-plugin.case.three"), 2.5);
    let exported = running.otlp().wait_for_metric("backstage.plugin.my-plugin.case.three").metric;
    assert_eq!((&*exported.description, &*exported.unit), ("Things done.", "{thing}"));
}

#[test]
fn case_04_an_up_down_counter_goes_both_ways() {
    let running = fixture::defaults().start();
    let active = service(&running).create_up_down_counter::<i64>("case.four").build().expect("a new metric");
    active.add(5);
    active.add(-7);
    let (_, metric) = running.metric("backstage.plugin.my-plugin.case.four");
    assert!(matches!(metric.data, MetricData::Sum { monotonic: false, .. }));
    assert_eq!(running.total("backstage.plugin.my-plugin.case.four"), -2);
}

#[test]
fn case_05_a_histogram_records_into_the_boundaries_that_were_asked_for() {
    let running = fixture::defaults().start();
    let metrics = service(&running);
    let sizes = metrics.create_histogram::<u64>("case.five").unit("By").boundaries(&[1.0, 5.0]);
    let sizes = sizes.build().expect("a new metric");
    sizes.record(1);
    sizes.record(7);
    let (_, metric) = running.metric("backstage.plugin.my-plugin.case.five");
    let MetricData::Histogram { bounds, points } = metric.data else { panic!("no histogram") };
    assert_eq!((&*bounds, &*points[0].bucket_counts), (&[1.0, 5.0][..], &[1, 0, 1][..]));
    // The original sorts boundaries that are not in order; here that is a typed error, as in the macros.
    let unsorted = metrics.create_histogram::<u64>("case.five_unsorted").boundaries(&[5.0, 1.0]).build();
    assert_eq!(unsorted.expect_err("not in order").kind(), ErrorKind::Name);
}

#[test]
fn case_06_a_gauge_shows_the_last_value_and_may_be_negative() {
    let running = fixture::defaults().start();
    let level = service(&running).create_gauge::<f64>("case.six").build().expect("a new metric");
    level.record(3.5);
    level.record(-1.5);
    assert_eq!(running.total("backstage.plugin.my-plugin.case.six"), -1.5);
}

#[test]
fn case_07_an_observable_counter_takes_callbacks_and_loses_them_again() {
    let running = fixture::defaults().start();
    let seen =
        service(&running).create_observable_counter::<u64>("case.seven").build().expect("a new metric");
    let token = seen.add_callback(|observer| observer.observe_with(7, FreeAttributes(&[("n", 1.into())])));
    let other = seen.add_callback(|observer| observer.observe_with(1, FreeAttributes(&[("n", 2.into())])));
    assert_eq!(running.total("backstage.plugin.my-plugin.case.seven"), 8);
    token.remove();
    assert_eq!(running.total("backstage.plugin.my-plugin.case.seven"), 1);
    other.keep();
    assert_eq!(running.total("backstage.plugin.my-plugin.case.seven"), 1);
}

#[test]
fn case_08_an_observable_up_down_counter_reports_what_its_callback_says() {
    let running = fixture::defaults().start();
    let length = service(&running)
        .create_observable_up_down_counter::<i64>("case.eight")
        .build()
        .expect("a new metric");
    let _token = length.add_callback(|observer| observer.observe_with(-8, FreeAttributes(&[])));
    assert_eq!(running.total("backstage.plugin.my-plugin.case.eight"), -8);
}

#[test]
fn case_09_an_observable_gauge_is_asked_at_each_collection() {
    let running = fixture::defaults().start();
    let value = Arc::new(AtomicU64::new(1));
    let gauge = service(&running).create_observable_gauge::<u64>("case.nine").build().expect("a new metric");
    let read = Arc::clone(&value);
    let _token = gauge.add_callback(move |observer| {
        observer.observe_with(read.load(Ordering::Relaxed), FreeAttributes(&[]));
    });
    assert_eq!(running.total("backstage.plugin.my-plugin.case.nine"), 1);
    value.store(9, Ordering::Relaxed);
    assert_eq!(running.total("backstage.plugin.my-plugin.case.nine"), 9);
}

#[test]
fn case_10_a_plugin_without_configuration_has_the_default_scope() {
    let running = fixture::defaults().start();
    service(&running).create_counter::<u64>("case.ten").build().expect("a new metric").add(3);
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
    service(&running).create_counter::<u64>("case.eleven").build().expect("a new metric").add(1);
    let core = running.telemetry().core_service("my-plugin").expect("a service").metrics();
    core.create_counter::<u64>("case.eleven").build().expect("a new metric").add(1);
    let (scope, _) = running.metric("backstage.plugin.my-plugin.case.eleven");
    assert_eq!((&*scope.scope.name, scope.scope.version), ("custom-meter", None));
    let (scope, _) = running.metric("backstage.core.my-plugin.case.eleven");
    assert_eq!(scope.scope.name, "backstage", "a core service is no plugin, whatever its name");
}

#[test]
fn case_12_the_configured_version_and_schema_url_are_exported() {
    let running = fixture::yaml(
        "backend: {metrics: {plugin: {my-plugin: {meter: {version: 1.2.3, schemaUrl: 'https://example.org/1'}}}}}",
    )
    .otlp()
    .start();
    service(&running).create_counter::<u64>("case.twelve").build().expect("a new metric").add(1);
    let metric = running.otlp().wait_for_metric("backstage.plugin.my-plugin.case.twelve");
    assert_eq!((&*metric.scope.name, &*metric.scope.version), ("backstage", "1.2.3"));
    let (scope, _) = running.metric("backstage.plugin.my-plugin.case.twelve");
    assert_eq!(scope.scope.schema_url.as_deref(), Some("https://example.org/1"));
}

#[test]
fn case_13_metrics_without_a_plugin_belong_to_the_crate() {
    // In the original a service without a plugin id had the default name; here there is always an owner at compile time:
    // the crate, where nothing else is said.
    #[telemetry_runtime::metric(counter = "case.thirteen", outcome = false)]
    fn counted() {}

    let running = fixture::defaults().start();
    counted();
    assert_eq!(running.total("backstage.plugin.it.case.thirteen"), 1);
}

#[test]
fn case_14_the_defaults_give_all_seven_instruments() {
    let running = fixture::defaults().start();
    let metrics = service(&running);
    let expect = "a new metric";
    metrics.create_counter::<u64>("case.fourteen_a").build().expect(expect).add(1);
    metrics.create_up_down_counter::<i64>("case.fourteen_b").build().expect(expect).add(1);
    metrics.create_histogram::<f64>("case.fourteen_c").build().expect(expect).record(1.0);
    metrics.create_gauge::<i64>("case.fourteen_d").build().expect(expect).record(1);
    let observed = metrics.create_observable_counter::<f64>("case.fourteen_e").build().expect(expect);
    let _e = observed.add_callback(|observer| observer.observe_with(1.0, FreeAttributes(&[])));
    let observed = metrics.create_observable_up_down_counter::<f64>("case.fourteen_f").build().expect(expect);
    let _f = observed.add_callback(|observer| observer.observe_with(1.0, FreeAttributes(&[])));
    let observed = metrics.create_observable_gauge::<i64>("case.fourteen_g").build().expect(expect);
    let _g = observed.add_callback(|observer| observer.observe_with(1, FreeAttributes(&[])));
    let scrape = running.scrape();
    for (letter, suffix) in
        [("a", "_total"), ("b", ""), ("c", "_count"), ("d", ""), ("e", "_total"), ("f", ""), ("g", "")]
    {
        let name = format!("backstage_plugin_my_plugin_case_fourteen_{letter}{suffix}");
        assert_eq!(scrape.sum(&name, &[]), Some(1.0), "{name}");
    }
}
