//! What a healthy snapshot looks like.

use super::*;

fn example() -> Snapshot {
    let processed = vec![
        point(&[("kind", string("component"))], Number::U64(3)),
        point(&[("kind", string("api"))], Number::U64(u64::MAX)),
    ];
    let duration = histogram_point(&[("outcome", string("ok"))], 1.25, &[1, 0, 2]);
    scopes(vec![
        (
            plugin("catalog"),
            vec![
                counter("backstage.plugin.catalog.entities.processed", processed),
                histogram("backstage.plugin.catalog.processing.duration", &[0.5, 10.0], duration),
            ],
        ),
        (
            plugin("scaffolder"),
            vec![gauge("backstage.plugin.scaffolder.load", vec![point(&[], Number::F64(0.5))])],
        ),
    ])
}

#[test]
fn the_text_format_is_as_written_down() {
    let resource = resource(&[("service.name", "backstage"), ("service.version", "1.2.3")]);
    let (text, conflicts) = encode_with(&example(), &resource, TEXT);
    let expected = r#"# HELP target_info Target metadata
# TYPE target_info gauge
target_info{service_name="backstage",service_version="1.2.3"} 1
# HELP backstage_plugin_catalog_entities_processed_total Things seen.
# TYPE backstage_plugin_catalog_entities_processed_total counter
backstage_plugin_catalog_entities_processed_total{otel_scope_name="backstage",otel_scope_version="1.2.3",otel_scope_backstage_plugin_id="catalog",kind="component"} 3
backstage_plugin_catalog_entities_processed_total{otel_scope_name="backstage",otel_scope_version="1.2.3",otel_scope_backstage_plugin_id="catalog",kind="api"} 18446744073709551615
# HELP backstage_plugin_catalog_processing_duration_seconds Things seen.
# TYPE backstage_plugin_catalog_processing_duration_seconds histogram
backstage_plugin_catalog_processing_duration_seconds_bucket{otel_scope_name="backstage",otel_scope_version="1.2.3",otel_scope_backstage_plugin_id="catalog",outcome="ok",le="0.5"} 1
backstage_plugin_catalog_processing_duration_seconds_bucket{otel_scope_name="backstage",otel_scope_version="1.2.3",otel_scope_backstage_plugin_id="catalog",outcome="ok",le="10.0"} 1
backstage_plugin_catalog_processing_duration_seconds_bucket{otel_scope_name="backstage",otel_scope_version="1.2.3",otel_scope_backstage_plugin_id="catalog",outcome="ok",le="+Inf"} 3
backstage_plugin_catalog_processing_duration_seconds_sum{otel_scope_name="backstage",otel_scope_version="1.2.3",otel_scope_backstage_plugin_id="catalog",outcome="ok"} 1.25
backstage_plugin_catalog_processing_duration_seconds_count{otel_scope_name="backstage",otel_scope_version="1.2.3",otel_scope_backstage_plugin_id="catalog",outcome="ok"} 3
# HELP backstage_plugin_scaffolder_load Things seen.
# TYPE backstage_plugin_scaffolder_load gauge
backstage_plugin_scaffolder_load{otel_scope_name="backstage",otel_scope_version="1.2.3",otel_scope_backstage_plugin_id="scaffolder"} 0.5
"#;
    assert_eq!(text, expected);
    assert_eq!(conflicts, []);
}

#[test]
fn open_metrics_names_a_counter_without_total_and_ends_with_eof() {
    let text = encode(&example(), OPEN_METRICS);
    assert!(text.contains("# TYPE backstage_plugin_catalog_entities_processed counter\n"));
    assert!(text.contains("\nbackstage_plugin_catalog_entities_processed_total{"));
    assert!(text.contains("# UNIT backstage_plugin_catalog_processing_duration_seconds seconds\n"));
    assert!(!text.contains("_created"));
    assert!(text.ends_with("\n# EOF\n"));
}

#[test]
fn open_metrics_shows_the_resource_as_an_info() {
    let (text, _) = encode_with(&snapshot(vec![]), &resource(&[("service.name", "a")]), OPEN_METRICS);
    assert_eq!(
        text,
        "# HELP target Target metadata\n# TYPE target info\ntarget_info{service_name=\"a\"} 1\n# EOF\n"
    );
}

#[test]
fn a_metric_without_points_shows_help_and_type() {
    let text = encode(&snapshot(vec![counter("seen", vec![])]), TEXT);
    assert_eq!(text, "# HELP seen_total Things seen.\n# TYPE seen_total counter\n");
}

#[test]
fn a_series_without_labels_has_no_braces() {
    let sample = histogram_point(&[], 0.0, &[0, 0]);
    let text = encode(
        &snapshot(vec![counter("seen", vec![point(&[], Number::U64(0))]), histogram("wait", &[1.0], sample)]),
        TEXT,
    );
    assert!(text.contains("\nseen_total 0\n"));
    assert!(text.contains("\nwait_seconds_bucket{le=\"1.0\"} 0\n"));
    assert!(text.contains("\nwait_seconds_sum 0.0\nwait_seconds_count 0\n"));
}

#[test]
fn one_family_has_one_help_and_type_over_all_scopes() {
    let in_scope = |id| (plugin(id), vec![counter("seen", vec![point(&[], Number::U64(1))])]);
    let text = encode(&scopes(vec![in_scope("a"), in_scope("b")]), TEXT);
    assert_eq!(text.matches("# TYPE").count(), 1);
    assert_eq!(text.matches("# HELP").count(), 1);
    assert_eq!(text.matches("\nseen_total{").count(), 2);
}

#[test]
fn the_first_help_that_is_not_empty_is_shown() {
    let silent = |id, help: &'static str| {
        let mut metric = counter("seen", vec![]);
        metric.description = help.into();
        (plugin(id), vec![metric])
    };
    let text = encode(&scopes(vec![silent("a", ""), silent("b", "Said."), silent("c", "Other.")]), TEXT);
    assert_eq!(text, "# HELP seen_total Said.\n# TYPE seen_total counter\n");
}

#[test]
fn numbers_are_written_as_both_formats_read_them() {
    let cases = [
        (Number::F64(f64::NAN), "NaN"),
        (Number::F64(f64::INFINITY), "+Inf"),
        (Number::F64(f64::NEG_INFINITY), "-Inf"),
        (Number::F64(1e300), "1e300"),
        (Number::F64(0.1), "0.1"),
        (Number::I64(i64::MIN), "-9223372036854775808"),
        (Number::U64(0), "0"),
    ];
    for (number, expected) in cases {
        let text = encode(&snapshot(vec![gauge("level", vec![point(&[], number)])]), TEXT);
        assert!(text.ends_with(&format!("\nlevel {expected}\n")), "{number:?} in {text}");
    }
}

#[test]
fn attributes_that_are_no_strings_have_their_json_form() {
    let array = AttributeData::Array(vec![string("a\"b"), AttributeData::I64(1), AttributeData::Bool(false)]);
    let labels = [("array", array), ("flag", AttributeData::Bool(true)), ("size", AttributeData::I64(-4))];
    let text = encode(&snapshot(vec![gauge("level", vec![point(&labels, Number::U64(1))])]), TEXT);
    assert!(text.contains(r#"level{array="[\"a\\\"b\",1,false]",flag="true",size="-4"} 1"#), "{text}");
}

#[test]
fn points_of_one_metric_may_have_different_keys() {
    let points = vec![
        point(&[("a", string("1"))], Number::U64(1)),
        point(&[("otel.metric.overflow", AttributeData::Bool(true))], Number::U64(2)),
        point(&[("a", string("2"))], Number::U64(3)),
    ];
    let text = encode(&snapshot(vec![counter("seen", points)]), TEXT);
    let series =
        "seen_total{a=\"1\"} 1\nseen_total{otel_metric_overflow=\"true\"} 2\nseen_total{a=\"2\"} 3\n";
    assert!(text.ends_with(series), "{text}");
}

#[test]
fn an_encoder_follows_metrics_that_come_and_go() {
    let with = |names: &[&str]| {
        let metrics = names.iter().map(|name| gauge(name, vec![point(&[], Number::U64(1))])).collect();
        snapshot(metrics)
    };
    let mut encoder = Encoder::default();
    for names in [&["a", "b"][..], &["a", "b"], &["a", "b", "c"], &["b"], &[], &["c", "a.b", "a_b"]] {
        let snapshot = with(names);
        let fresh = encode_with(&snapshot, &resource(&[]), TEXT);
        let kept = encoder.encode(&snapshot, &resource(&[]), TEXT);
        assert_eq!((String::from_utf8(kept.text).unwrap(), kept.conflicts), fresh, "{names:?}");
    }
}

#[test]
fn an_encoder_follows_series_that_come_and_go() {
    let kinds = ["a", "b", "c"].map(|kind| attributes(&[("kind", string(kind))]));
    let with = |order: &[usize], id| {
        let number =
            |kind: &usize| NumberPoint { attributes: kinds[*kind].clone(), ..point(&[], Number::U64(1)) };
        let mut sample = histogram_point(&[], 1.0, &[1, 0]);
        sample.attributes = kinds[order.len() % 3].clone();
        let seen = counter("seen", order.iter().map(number).collect());
        scopes(vec![(plugin(id), vec![seen, histogram("wait", &[1.0], sample)])])
    };
    let mut encoder = Encoder::default();
    let orders: [(&[usize], _); 6] =
        [(&[0, 1], "p"), (&[0, 1, 2], "p"), (&[2, 1], "p"), (&[], "p"), (&[1], "p"), (&[1], "q")];
    for (order, id) in orders {
        let snapshot = with(order, id);
        for format in [TEXT, OPEN_METRICS] {
            let kept = encoder.encode(&snapshot, &resource(&[]), format).text;
            assert_eq!(String::from_utf8(kept).unwrap(), encode(&snapshot, format), "{order:?} of {id}");
        }
    }
}
