//! Cases 47, 59, 60, 68 and 75, and what views, naming and temporality show at exporters.

use std::collections::BTreeSet;
use std::time::Duration;

use it::exposition::Exposition;
use it::sink::{SinkMetric, attribute, text};
use opentelemetry::KeyValue;
use opentelemetry::global;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, number_data_point};
use telemetry_runtime::metrics::{FreeAttributes, Meter};
use telemetry_runtime::{ErrorKind, Scope, ScopeKind};

use crate::fixture;

const NONE: FreeAttributes<'static> = FreeAttributes(&[]);

/// Makes instruments of a plugin at run time. They live as long as the program, so each test has plugins of its own.
fn meter(plugin: &str) -> Meter {
    Meter::new(Scope::new(ScopeKind::Plugin, plugin).expect("a plugin id"))
}

/// Adds to a counter, which is made unless it is there.
fn count(plugin: &str, name: &str, value: u64) {
    meter(plugin).counter::<u64>(name).build().expect("a metric").add_with(value, NONE);
}

/// The series of these exact names that a scrape shows.
fn shown(exposition: &Exposition, names: &[&str]) -> Vec<String> {
    let found: BTreeSet<&str> = exposition.samples.iter().map(|sample| sample.name.as_str()).collect();
    names.iter().filter(|name| found.contains(**name)).map(|name| (*name).to_owned()).collect()
}

#[test]
fn case_47_one_plugin_prefixes_several_names() {
    let running = fixture::defaults().start();
    for name in ["case47.requests", "case47.errors", "case47.retries"] {
        count("catalog", name, 1);
    }
    let names = [
        "backstage_plugin_catalog_case47_requests_total",
        "backstage_plugin_catalog_case47_errors_total",
        "backstage_plugin_catalog_case47_retries_total",
    ];
    assert_eq!(shown(&running.scrape(), &names), names);
}

#[test]
fn case_59_the_allow_list_chooses_metrics_of_every_meter_by_name() {
    for (list, expected) in [
        ("c1", &["c1_total"][..]),
        (" c1 , h1 ", &["c1_total", "h1_count"]),
        ("c*", &["c1_total", "c2_total"]),
        ("nothing", &[]),
        ("", &["c1_total", "c2_total", "h1_count"]),
    ] {
        let running = fixture::defaults().env("TELEMETRY_METRICS", list).start();
        // Ours, whose names are what the author wrote because they are absolute, and one of a third party.
        count("case59", "::c1", 1);
        meter("case59").histogram::<f64>("::h1").build().expect("a metric").record_with(1.0, NONE);
        global::meter("third-party").u64_counter("c2").build().add(1, &[]);
        let scrape = running.scrape();
        assert_eq!(shown(&scrape, &["c1_total", "c2_total", "h1_count"]), expected, "{list:?}");
        if list == "nothing" {
            let of_resource = |name: &str| name == "target_info";
            assert!(scrape.samples.iter().all(|sample| of_resource(&sample.name)), "{:?}", scrape.samples);
        }
    }
}

#[test]
fn case_60_the_resource_has_the_service_the_sdk_and_the_attributes_of_the_environment() {
    let running = fixture::yaml(
        "telemetry: {resource: {serviceName: shop, serviceVersion: 1.2.3, attributes: {app.name: main}}}",
    )
    .env("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test,host.name=a%20b")
    .otlp()
    .start();
    count("case60", "case.sixty", 1);
    let metric = running.otlp().wait_for_metric("backstage.plugin.case60.case.sixty");
    let value = |key: &str| attribute(&metric.resource.attributes, key).map(text);
    for (key, expected) in [
        ("service.name", "shop"),
        ("service.version", "1.2.3"),
        ("app.name", "main"),
        ("deployment.environment.name", "test"),
        ("host.name", "a b"),
        ("telemetry.sdk.language", "rust"),
    ] {
        assert_eq!(value(key).as_deref(), Some(expected), "{key}");
    }
    assert!(value("telemetry.sdk.name").is_some() && value("telemetry.sdk.version").is_some());
}

#[test]
fn case_68_two_plugins_with_one_name_are_one_valid_family() {
    let running = fixture::yaml("telemetry: {metrics: {naming: asIs}}").start();
    count("case68-a", "case68.jobs", 2);
    count("case68-b", "case68.jobs", 3);
    // Reading the scrape fails where a family has a second TYPE.
    let scrape = running.scrape();
    assert_eq!(scrape.types["case68_jobs_total"], "counter");
    assert_eq!(scrape.sum("case68_jobs_total", &[]), Some(5.0));
    for (plugin, expected) in [("case68-a", 2.0), ("case68-b", 3.0)] {
        let labels = [("otel_scope_backstage_plugin_id", plugin)];
        assert_eq!(scrape.sum("case68_jobs_total", &labels), Some(expected));
    }
}

#[test]
fn case_75_a_histogram_in_seconds_has_buckets_for_seconds() {
    let running = fixture::defaults().start();
    let histogram = meter("case75").histogram::<f64>("case75.duration").unit("s").build();
    histogram.expect("a metric").record_with(0.03, NONE);
    let scrape = running.scrape();
    let name = "backstage_plugin_case75_case75_duration_seconds_bucket";
    for (le, expected) in [("0.005", 0.0), ("0.025", 0.0), ("0.05", 1.0), ("10.0", 1.0)] {
        assert_eq!(scrape.sum(name, &[("le", le)]), Some(expected), "le={le}");
    }
    assert_eq!(scrape.sum(name, &[("le", "10000.0")]), None);
}

#[test]
fn a_view_renames_and_keeps_the_old_name_in_every_exporter() {
    let running = fixture::yaml(
        "
telemetry:
  metrics:
    views:
      - { instrument: backstage.plugin.renamed.jobs.done, name: jobs.finished, alsoAs: jobs_old, unit: '' }
      - { instrument: backstage.plugin.renamed.*, where: { kind: histogram }, name: short.* }
      - { instrument: backstage.plugin.renamed.jobs.secret, drop: true }
",
    )
    .otlp()
    .start();
    let meter = meter("renamed");
    meter.counter::<u64>("jobs.done").unit("s").build().expect("a metric").add_with(4, NONE);
    meter.histogram::<f64>("jobs.time").unit("s").build().expect("a metric").record_with(1.0, NONE);
    meter.counter::<u64>("jobs.secret").build().expect("a metric").add_with(1, NONE);
    meter.counter::<u64>("jobs.other").build().expect("a metric").add_with(1, NONE);
    let names = [
        "jobs_finished_total",
        "jobs_old_total",
        "short_jobs_time_seconds_count",
        "backstage_plugin_renamed_jobs_other_total",
        "backstage_plugin_renamed_jobs_done_total",
        "backstage_plugin_renamed_jobs_secret_total",
    ];
    let scrape = running.scrape();
    assert_eq!(shown(&scrape, &names), names[..4]);
    for name in &names[..2] {
        assert_eq!(scrape.sum(name, &[]), Some(4.0), "{name}");
    }
    let sink = running.otlp();
    let received: BTreeSet<String> =
        sink.last_metrics().into_iter().map(|metric| metric.metric.name).collect();
    for name in ["jobs.finished", "jobs_old", "short.jobs.time", "backstage.plugin.renamed.jobs.other"] {
        assert!(received.contains(name), "{name} in {received:?}");
    }
    assert!(!received.contains("backstage.plugin.renamed.jobs.secret"));
}

#[test]
fn third_party_metrics_have_the_same_views() {
    let running = fixture::yaml(
        "
telemetry:
  metrics:
    views:
      - { instrument: lib.calls, where: { meter: lib-* }, name: calls, attributes: [kind] }
      - { instrument: lib.time, buckets: [1, 2], cardinalityLimit: 2 }
      - { instrument: lib.noise, drop: true }
",
    )
    .start();
    let meter = global::meter("lib-http");
    let calls = meter.u64_counter("lib.calls").build();
    for (kind, id) in [("a", 1), ("a", 2), ("b", 3)] {
        calls.add(1, &[KeyValue::new("kind", kind), KeyValue::new("id", id)]);
    }
    let time = meter.f64_histogram("lib.time").build();
    for id in 0..5 {
        time.record(1.5, &[KeyValue::new("id", id)]);
    }
    meter.u64_counter("lib.noise").build().add(1, &[]);
    let scrape = running.scrape();
    assert_eq!(scrape.sum("calls_total", &[("kind", "a")]), Some(2.0));
    assert_eq!(scrape.samples.iter().filter(|sample| sample.name == "calls_total").count(), 2);
    assert_eq!(scrape.sum("lib_time_bucket", &[("le", "1.0")]), Some(0.0));
    assert_eq!(scrape.sum("lib_time_bucket", &[("le", "2.0")]), Some(5.0));
    let series = scrape.samples.iter().filter(|sample| sample.name == "lib_time_count").count();
    assert!(series <= 3, "{series} series");
    assert_eq!(shown(&scrape, &["lib_calls_total", "lib_noise_total"]), [""; 0]);
}

#[test]
fn buckets_of_a_view_hold_from_the_start_on() {
    let _alone = fixture::alone();
    // Before telemetry, as a constructor might.
    let early = meter("early-buckets");
    let histogram = early.histogram::<f64>("jobs.time").unit("s").build().expect("a metric");
    histogram.record_with(0.3, NONE);
    let running = fixture::yaml(
        "telemetry: {metrics: {views: [{instrument: backstage.plugin.early-buckets.*, buckets: [1, 60]}]}}",
    )
    .start();
    for value in [0.5, 30.0, 90.0, 90.0] {
        histogram.record_with(value, NONE);
    }
    let scrape = running.scrape();
    let name = "backstage_plugin_early_buckets_jobs_time_seconds";
    let bucket = |le: &str| scrape.sum(&format!("{name}_bucket"), &[("le", le)]);
    assert_eq!((bucket("1.0"), bucket("60.0"), bucket("+Inf")), (Some(1.0), Some(2.0), Some(4.0)));
    assert_eq!(bucket("0.5"), None);
    assert_eq!(scrape.sum(&format!("{name}_sum"), &[]), Some(210.5));
}

#[test]
fn the_next_telemetry_has_the_buckets_of_its_own_configuration() {
    let _alone = fixture::alone();
    let histogram = meter("next-buckets").histogram::<f64>("jobs.time").unit("s").build().expect("a metric");
    let name = "backstage_plugin_next_buckets_jobs_time_seconds_bucket";
    let view = |buckets: &str| {
        format!(
            "telemetry: {{metrics: {{views: [{{instrument: backstage.plugin.next-buckets.*, buckets: {buckets}}}]}}}}"
        )
    };
    let les = |running: &fixture::Running| {
        histogram.record_with(3.0, NONE);
        let scrape = running.scrape();
        let of_name = scrape.samples.iter().filter(|sample| sample.name == name);
        of_name.map(|sample| (sample.labels["le"].clone(), sample.value)).collect::<Vec<_>>()
    };
    let bound = |le: &str, count: f64| (le.to_owned(), count);
    let running = fixture::yaml(&view("[1, 2]")).start();
    assert_eq!(les(&running), [bound("1.0", 0.0), bound("2.0", 0.0), bound("+Inf", 1.0)]);
    let running = running.then(fixture::yaml(&view("[5]")));
    assert_eq!(les(&running), [bound("5.0", 1.0), bound("+Inf", 1.0)]);
    // The same buckets go on counting.
    let running = running.then(fixture::yaml(&view("[5]")));
    assert_eq!(les(&running), [bound("5.0", 2.0), bound("+Inf", 2.0)]);
    let running = running.then(fixture::yaml("telemetry: {}"));
    let declared = les(&running);
    assert_eq!((declared.len(), &declared[14]), (15, &bound("+Inf", 1.0)));
}

#[test]
fn merged_attributes_conserve_sums_in_the_scrape() {
    let running = fixture::yaml(
        "telemetry: {metrics: {views: [{instrument: backstage.plugin.merged.jobs.*, attributes: [result]}]}}",
    )
    .start();
    let meter = meter("merged");
    let (done, size) = (
        meter.counter::<u64>("jobs.done").build().expect("a metric"),
        meter.histogram::<f64>("jobs.size").build().expect("a metric"),
    );
    let level = meter.gauge::<u64>("jobs.level").build().expect("a metric");
    for user in 0..10_i64 {
        let result = if user % 2 == 0 { "ok" } else { "failed" };
        let attributes = [("result", result.into()), ("user", user.into())];
        done.add_with(1, FreeAttributes(&attributes));
        size.record_with(2.0, FreeAttributes(&attributes));
        level.set_with(1, FreeAttributes(&attributes));
    }
    let scrape = running.scrape();
    let count = |name: &str| scrape.samples.iter().filter(|sample| sample.name == name).count();
    let (done, size) = ("backstage_plugin_merged_jobs_done_total", "backstage_plugin_merged_jobs_size_sum");
    assert_eq!((count(done), scrape.sum(done, &[("result", "ok")])), (2, Some(5.0)));
    assert_eq!((count(size), scrape.sum(size, &[("result", "failed")])), (2, Some(10.0)));
    assert_eq!(count("backstage_plugin_merged_jobs_level"), 10, "values of a gauge are not merged");
    let told =
        "gauge `backstage.plugin.merged.jobs.level` keeps its attributes: values of a gauge cannot be merged";
    assert!(running.diagnostics().iter().any(|message| message == told), "{:?}", running.diagnostics());
}

#[test]
fn names_that_a_view_would_give_twice_stop_the_start_and_name_the_view() {
    let _alone = fixture::alone();
    let meter = meter("twice-named");
    meter.counter::<u64>("jobs.one").build().expect("a metric");
    meter.gauge::<u64>("jobs.two").build().expect("a metric");
    let views = "
telemetry:
  metrics:
    views:
      - { instrument: backstage.plugin.twice-named.jobs.one, name: NAME }
      - { instrument: backstage.plugin.twice-named.jobs.two, name: jobs_all }
";
    for name in ["jobs_all", "jobs.all"] {
        let error = fixture::yaml(&views.replace("NAME", name)).try_start().err().expect("refused");
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(
            error.to_string().contains("app-config.yaml:6:9: `backstage.plugin.twice-named.jobs.one` and"),
            "{error}"
        );
    }
}

#[test]
fn one_plugin_can_have_its_names_as_they_are_written() {
    let running = fixture::yaml("backend: {metrics: {plugin: {as-written: {naming: asIs}}}}").start();
    count("as-written", "mine.jobs", 1);
    count("with-prefix", "mine.jobs", 1);
    let names = ["mine_jobs_total", "backstage_plugin_with_prefix_mine_jobs_total"];
    assert_eq!(shown(&running.scrape(), &names), names);
}

/// The points of a metric's exports, in order: start, end and value.
fn points(metrics: &[SinkMetric], name: &str) -> Vec<(u64, u64, i64)> {
    let of_name = metrics.iter().filter(|metric| metric.metric.name == name);
    let mut found = Vec::new();
    for metric in of_name {
        let Some(Data::Sum(sum)) = &metric.metric.data else { panic!("{metric:?}") };
        for point in &sum.data_points {
            let Some(number_data_point::Value::AsInt(value)) = point.value else { panic!("{point:?}") };
            found.push((point.start_time_unix_nano, point.time_unix_nano, value));
        }
    }
    found
}

#[test]
fn deltas_go_to_the_receiver_that_wants_them_and_all_to_the_others() {
    let running =
        fixture::defaults().otlp().env("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta").start();
    let meter = meter("delta");
    let (done, level) = (
        meter.counter::<u64>("jobs.done").build().expect("a metric"),
        meter.up_down_counter::<i64>("jobs.waiting").build().expect("a metric"),
    );
    let size = meter.histogram::<f64>("jobs.size").build().expect("a metric");
    for value in [3, 0, 4] {
        done.add_with(value, NONE);
        level.add_with(2, NONE);
        size.record_with(1.0, NONE);
        running.telemetry().flush(Duration::from_secs(20)).expect("a flush in time");
    }
    let metrics = running.otlp().metrics();
    let sums = points(&metrics, "backstage.plugin.delta.jobs.done");
    assert_eq!(sums.iter().map(|point| point.2).collect::<Vec<_>>(), [3, 4], "what came each time");
    assert!(sums[1].0 >= sums[0].1, "a delta starts where an earlier one ended: {sums:?}");
    let levels = points(&metrics, "backstage.plugin.delta.jobs.waiting");
    assert_eq!(levels[..3].iter().map(|point| point.2).collect::<Vec<_>>(), [2, 4, 6]);
    let temporality = |name: &str| {
        let metric = metrics.iter().find(|metric| metric.metric.name == name).expect("exported");
        match &metric.metric.data {
            Some(Data::Sum(sum)) => sum.aggregation_temporality(),
            Some(Data::Histogram(histogram)) => histogram.aggregation_temporality(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(temporality("backstage.plugin.delta.jobs.done"), AggregationTemporality::Delta);
    assert_eq!(temporality("backstage.plugin.delta.jobs.size"), AggregationTemporality::Delta);
    assert_eq!(temporality("backstage.plugin.delta.jobs.waiting"), AggregationTemporality::Cumulative);
    // The endpoint and a sink that asks for nothing have everything since the start.
    assert_eq!(running.scrape().sum("backstage_plugin_delta_jobs_done_total", &[]), Some(7.0));
    assert_eq!(running.total("backstage.plugin.delta.jobs.done"), 7);
}
