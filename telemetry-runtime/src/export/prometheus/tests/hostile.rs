//! Names and attributes that take a scrape down elsewhere, and must not here.

use super::*;

/// The one sample line of a counter with these attributes.
fn series(pairs: &[(&'static str, AttributeData)]) -> String {
    let text = encode(&snapshot(vec![counter("seen", vec![point(pairs, Number::U64(1))])]), TEXT);
    text.lines().nth(2).unwrap_or_default().to_owned()
}

#[test]
fn no_key_makes_an_invalid_label() {
    let cases = [
        ("", "key_"),
        ("___", "key_"),
        ("1st", "key_1st"),
        ("a:b", "a_b"),
        ("a.b-c/d", "a_b_c_d"),
        ("__name__", "exported_name"),
        ("__x__", "exported_x"),
        ("ключ", "key_"),
        ("with space", "with_space"),
        ("new\nline", "new_line"),
    ];
    for (key, label) in cases {
        let labels = [(key, string("v"))];
        assert_eq!(series(&labels), format!("seen_total{{{label}=\"v\"}} 1"), "key {key:?}");
    }
}

#[test]
fn keys_that_meet_in_one_label_are_joined_in_the_order_of_the_keys() {
    let labels = [("a.b", string("dot")), ("a-b", string("dash")), ("a_b", string("line"))];
    assert_eq!(series(&labels), "seen_total{a_b=\"dash;dot;line\"} 1");
}

#[test]
fn points_that_differ_in_no_label_are_one_series() {
    let sets =
        [("a.b", string("1")), ("a-b", string("1")), ("a_b", AttributeData::I64(1)), ("a_b", string("2"))];
    let points = || {
        (2..).zip(&sets).map(|(value, set)| point(std::slice::from_ref(set), Number::U64(value))).collect()
    };
    let text = encode(&snapshot(vec![counter("seen", points())]), TEXT);
    assert!(text.ends_with("\nseen_total{a_b=\"1\"} 9\nseen_total{a_b=\"2\"} 5\n"), "{text}");
    let text = encode(&snapshot(vec![gauge("level", points())]), TEXT);
    assert!(text.ends_with("\nlevel{a_b=\"1\"} 4\nlevel{a_b=\"2\"} 5\n"), "the last one: {text}");
    let of = |key: &'static str| histogram_point(&[(key, string("1"))], 0.5, &[1, 2]);
    let mut wait = histogram("wait", &[1.0], of("a.b"));
    if let MetricData::Histogram { points, .. } = &mut wait.data {
        points.push(of("a-b"));
    }
    let text = encode(&snapshot(vec![wait]), TEXT);
    let lines = [
        "bucket{a_b=\"1\",le=\"1.0\"} 2",
        "bucket{a_b=\"1\",le=\"+Inf\"} 6",
        "sum{a_b=\"1\"} 1.0",
        "count{a_b=\"1\"} 6",
    ];
    let expected = lines.map(|line| format!("wait_seconds_{line}\n")).concat();
    assert!(text.ends_with(&expected), "{text}");
}

#[test]
fn the_order_of_keys_makes_no_series() {
    // Each in the order of its keys.
    let sets = [[("a-b", string("1")), ("a.a", string("2"))], [("a.a", string("2")), ("a.b", string("1"))]];
    let points = sets.map(|set| point(&set, Number::U64(1))).to_vec();
    let text = encode(&snapshot(vec![counter("seen", points)]), TEXT);
    assert!(text.ends_with("\nseen_total{a_a=\"2\",a_b=\"1\"} 2\n"), "{text}");
}

#[test]
fn an_empty_label_is_none() {
    let points = || {
        let sets: [&[_]; 3] = [&[("a", string(""))], &[], &[("a", string("")), ("b", string("1"))]];
        sets.map(|set| point(set, Number::U64(1))).to_vec()
    };
    let text = encode(&snapshot(vec![counter("seen", points())]), TEXT);
    assert!(text.ends_with("\nseen_total 2\nseen_total{b=\"1\"} 1\n"), "{text}");
    let labels = [("a.b", string("")), ("a-b", string(""))];
    assert_eq!(series(&labels), "seen_total{a_b=\";\"} 1", "two values are something");
    let sample = histogram_point(&[("a", string(""))], 0.5, &[1, 0]);
    let text = encode(&snapshot(vec![histogram("wait", &[1.0], sample)]), TEXT);
    assert!(text.contains("wait_seconds_bucket{le=\"1.0\"} 1\n"), "{text}");
    assert!(text.contains("wait_seconds_count 1\n"), "{text}");
}

#[test]
fn scopes_that_differ_in_no_label_show_a_metric_once() {
    let scope = |key: &'static str| {
        let mut scope = plugin("catalog");
        scope.attributes.push((key.into(), "1".into()));
        (scope, vec![counter("seen", vec![point(&[], Number::U64(1))])])
    };
    let text = encode(&scopes(vec![scope("a.b"), scope("a-b")]), TEXT);
    assert_eq!(text.matches("seen_total{").count(), 1, "{text}");
}

#[test]
fn le_is_reserved_on_a_histogram_only() {
    let labels = [("le", string("1"))];
    assert_eq!(series(&labels), "seen_total{le=\"1\"} 1");
    let sample = histogram_point(&labels, 0.5, &[1, 0]);
    let text = encode(&snapshot(vec![histogram("wait", &[1.0], sample)]), TEXT);
    assert!(text.contains("wait_seconds_bucket{exported_le=\"1\",le=\"1.0\"} 1\n"), "{text}");
    assert!(text.contains("wait_seconds_count{exported_le=\"1\"} 1\n"), "{text}");
}

#[test]
fn a_point_cannot_override_the_labels_of_its_scope() {
    let labels = [("otel.scope.name", string("forged")), ("otel_scope_backstage_plugin_id", string("other"))];
    let metrics = vec![counter("seen", vec![point(&labels, Number::U64(1))])];
    let text = encode(&scopes(vec![(plugin("catalog"), metrics)]), TEXT);
    assert!(text.contains(r#"otel_scope_backstage_plugin_id="catalog",exported_otel_scope_backstage_plugin_id="other",exported_otel_scope_name="forged""#), "{text}");
}

#[test]
fn scope_attributes_named_like_the_scope_s_own_labels_are_dropped() {
    let mut scope = plugin("catalog");
    scope.attributes.push(("name".into(), "forged".into()));
    scope.attributes.push(("version".into(), "forged".into()));
    let text = encode(&scopes(vec![(scope, vec![counter("seen", vec![point(&[], Number::U64(1))])])]), TEXT);
    assert!(!text.contains("forged"), "{text}");
}

#[test]
fn a_renamed_label_is_not_taken_twice() {
    let mut scope = plugin("catalog");
    // It meets the label of the schema's URL, which the specification reserves.
    scope.attributes.push(("schema.url".into(), "a".into()));
    let labels = [("exported_otel_scope_schema_url", string("b"))];
    let text =
        encode(&scopes(vec![(scope, vec![counter("seen", vec![point(&labels, Number::U64(1))])])]), TEXT);
    let expected = r#"exported_otel_scope_schema_url="a",otel_scope_backstage_plugin_id="catalog",exported_exported_otel_scope_schema_url="b"} 1"#;
    assert!(text.contains(expected), "{text}");
}

#[test]
fn values_are_escaped_and_otherwise_left_alone() {
    let cases = [
        ("quote\" back\\slash\nline", "quote\\\" back\\\\slash\\nline"),
        ("nul\0 tab\t return\r", "nul\0 tab\t return\r"),
        ("\u{2028}\u{200b}é😀", "\u{2028}\u{200b}é😀"),
        ("a\"} 1\nevil_metric 42\n#", "a\\\"} 1\\nevil_metric 42\\n#"),
    ];
    for (value, written) in cases {
        let expected = format!("seen_total{{k=\"{written}\"}} 1");
        let text = encode(
            &snapshot(vec![counter("seen", vec![point(&[("k", string(value))], Number::U64(1))])]),
            TEXT,
        );
        assert!(text.ends_with(&format!("\n{expected}\n")), "{text}");
    }
}

#[test]
fn help_text_stays_on_its_line() {
    let mut metric = counter("seen", vec![]);
    metric.description = "a \"b\" \\ c\nevil_metric 1".into();
    let snapshot = snapshot(vec![metric]);
    assert!(encode(&snapshot, TEXT).starts_with("# HELP seen_total a \"b\" \\\\ c\\nevil_metric 1\n#"));
    assert!(encode(&snapshot, OPEN_METRICS).starts_with("# HELP seen a \\\"b\\\" \\\\ c\\nevil_metric 1\n#"));
}

#[test]
fn resource_keys_follow_the_same_rules() {
    let resource = resource(&[("1st", "a"), ("", "b"), ("a.b", "c"), ("a-b", "d"), ("__name__", "e")]);
    let (text, _) = encode_with(&snapshot(vec![]), &resource, TEXT);
    let labels = r#"a_b="d;c",exported_name="e",key_="b",key_1st="a""#;
    assert!(text.ends_with(&format!("\ntarget_info{{{labels}}} 1\n")), "{text}");
}

#[test]
fn a_metric_of_another_type_is_left_out_and_reported() {
    let one = Number::U64(1);
    let (text, conflicts) = encode_with(
        &snapshot(vec![counter("kind", vec![point(&[], one)]), gauge("kind.total", vec![point(&[], one)])]),
        &resource(&[]),
        TEXT,
    );
    assert_eq!(text.matches("# TYPE").count(), 1);
    assert_eq!(conflicts.len(), 1);
    assert_eq!(
        conflicts[0].to_string(),
        "metric `kind.total` is not exposed as `kind_total`: a series of another metric has this name"
    );
}

#[test]
fn a_series_name_belongs_to_one_family() {
    let sample = histogram_point(&[], 1.0, &[1, 0]);
    let level = || gauge("wait.seconds.count", vec![point(&[], Number::U64(1))]);
    let wait = || histogram("wait", &[1.0], sample.clone());
    for metrics in [vec![wait(), level()], vec![level(), wait()]] {
        let (text, conflicts) = encode_with(&snapshot(metrics), &resource(&[]), TEXT);
        assert_eq!(text.matches("# TYPE").count(), 1, "{text}");
        assert_eq!(conflicts.len(), 1);
    }
}

#[test]
fn two_metrics_of_a_scope_do_not_share_series() {
    let one = || vec![point(&[], Number::U64(1))];
    let (text, conflicts) =
        encode_with(&snapshot(vec![counter("a.b", one()), counter("a_b", one())]), &resource(&[]), TEXT);
    assert_eq!(text.matches("\na_b_total 1\n").count(), 1);
    assert_eq!(conflicts.len(), 1);
}

#[test]
fn target_info_cannot_be_forged() {
    let forged = vec![gauge("target.info", vec![point(&[], Number::U64(7))])];
    let (text, conflicts) = encode_with(&snapshot(forged), &resource(&[("a", "b")]), TEXT);
    assert_eq!(text.matches("\ntarget_info").count(), 1);
    assert_eq!(conflicts.len(), 1);
}

#[test]
fn the_infinite_bucket_is_the_count() {
    let mut sample = histogram_point(&[], 1.0, &[1, 2, 3]);
    // A third-party histogram whose parts do not agree.
    sample.count = 9;
    let text = encode(&snapshot(vec![histogram("wait", &[1.0, 2.0], sample)]), TEXT);
    assert!(text.contains("wait_seconds_bucket{le=\"+Inf\"} 9\n"));
    assert!(text.contains("wait_seconds_count 9\n"));
}

#[test]
fn open_metrics_omits_sums_that_could_fall() {
    let negative = histogram_point(&[], -3.0, &[1, 0, 0]);
    let snapshot = snapshot(vec![
        histogram("change", &[-1.0, 1.0], negative.clone()),
        histogram("odd", &[1.0], HistogramPoint { bucket_counts: vec![1, 0], ..negative }),
        counter("broken", vec![point(&[], Number::F64(f64::NAN))]),
    ]);
    let text = encode(&snapshot, OPEN_METRICS);
    assert!(!text.contains("_sum") && !text.contains("_count"), "{text}");
    assert!(!text.contains("NaN"), "{text}");
    assert!(encode(&snapshot, TEXT).contains("change_seconds_sum -3.0\n"));
}
