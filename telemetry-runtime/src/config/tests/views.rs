//! `telemetry.metrics.views`, `include`, `naming` and `temporality`.

use super::super::*;
use super::{Setup, assert_errors};

fn metrics(yaml: &str) -> MetricsConfig {
    let indented = yaml.replace('\n', "\n    ");
    Setup::yaml(&format!("telemetry:\n  metrics:\n    {indented}\n")).config().telemetry.metrics
}

#[test]
fn every_key_of_a_view_is_read() {
    let view = metrics(
        "views:
  - instrument: a.*
    where: { kind: observable_gauge, unit: s, meter: \"m*\", plugin: catalog }
    name: b.*
    alsoAs: [c.*, d.*]
    description: ''
    unit: ''
    buckets: [0, 1, 2.5]
    attributes: { included: [k*], excluded: [key] }
    renameAttributes: { event_type: eventType }
    cardinalityLimit: 7",
    )
    .views
    .remove(0);
    assert!(view.place.ends_with("app-config.yaml:4:9"), "{}", view.place);
    assert_eq!(
        view,
        ViewConfig {
            place: view.place.clone(),
            selector: ViewSelector {
                instrument: "a.*".to_owned(),
                kind: Some(InstrumentType::ObservableGauge),
                unit: Some("s".to_owned()),
                meter: Some("m*".to_owned()),
                plugin: Some("catalog".to_owned()),
            },
            name: Some("b.*".to_owned()),
            also_as: vec!["c.*".to_owned(), "d.*".to_owned()],
            description: Some(String::new()),
            unit: Some(String::new()),
            drop: false,
            buckets: Some(vec![0.0, 1.0, 2.5]),
            attributes: Some(AttributeKeys {
                included: vec!["k*".to_owned()],
                excluded: vec!["key".to_owned()]
            }),
            rename_attributes: [("event_type".to_owned(), "eventType".to_owned())].into(),
            cardinality_limit: Some(7),
        }
    );
}

#[test]
fn short_forms_are_read() {
    let views = metrics(
        "views:\n  - { instrument: a, alsoAs: b, attributes: [] }\n  - { where: { unit: s }, drop: true }",
    )
    .views;
    assert_eq!(views[0].also_as, ["b"]);
    assert_eq!(views[0].attributes, Some(AttributeKeys { included: Vec::new(), excluded: Vec::new() }));
    assert_eq!((views[1].selector.instrument.as_str(), views[1].drop), ("*", true));
}

#[test]
fn the_allow_list_of_the_environment_wins_trimmed() {
    let include = |value: &str| {
        let setup = Setup::yaml("telemetry: { metrics: { include: [file] } }\n");
        setup.variable("TELEMETRY_METRICS", value).config().telemetry.metrics.include
    };
    assert_eq!(include("c1"), ["c1"]);
    assert_eq!(include(" c1 , h1 ,"), ["c1", "h1"]);
    assert_eq!(include(""), ["file"]);
    assert_eq!(include(" , "), ["file"]);
}

#[test]
fn naming_is_read_for_all_and_for_one_plugin() {
    let config = Setup::yaml(
        "telemetry: { metrics: { naming: asIs } }\nbackend: { metrics: { plugin: { catalog: { naming: prefixed } } } }\n",
    )
    .config();
    assert_eq!(config.telemetry.metrics.naming, MetricNaming::AsIs);
    assert_eq!(config.backend.naming["catalog"], MetricNaming::Prefixed);
    assert!(config.backend.meters.is_empty());
}

#[test]
fn temporality_comes_from_the_file_and_the_variable_wins_in_any_case() {
    let temporality = |setup: Setup| {
        let MetricExporterConfig::Otlp(otlp) = &setup.config().telemetry.metrics.exporters[0] else {
            panic!("no otlp exporter");
        };
        otlp.temporality
    };
    let yaml =
        "telemetry: { metrics: { exporters: [ { type: otlp, config: { temporality: lowMemory } } ] } }\n";
    assert_eq!(temporality(Setup::yaml(yaml)), TemporalityPreference::LowMemory);
    for (value, expected) in [
        ("Delta", TemporalityPreference::Delta),
        ("cumulative", TemporalityPreference::Cumulative),
        ("lowmemory", TemporalityPreference::LowMemory),
        ("LowMemory", TemporalityPreference::LowMemory),
    ] {
        let setup = Setup::yaml(yaml).variable("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", value);
        assert_eq!(temporality(setup), expected, "{value}");
    }
    let aggregation = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION";
    let plain = Setup::new().variable(aggregation, "explicit_bucket_histogram");
    assert_eq!(plain.notices(), Vec::<String>::new());
}

#[test]
fn mistakes_in_views_name_their_place() {
    assert_errors(
        "\
telemetry:
  metrics:
    include: []
    naming: asis
    views:
      - name: x
      - { instrument: a.*, name: b }
      - { instrument: a, name: b.* }
      - { instrument: a.*, alsoAs: [\"*.*\"] }
      - { instrument: a, name: 9lives }
      - { instrument: a, name: \"::b\" }
      - { instrument: a, buckets: [1, x, 2] }
      - { instrument: a, buckets: [1, 2, 2] }
      - { instrument: a, drop: true, name: b }
      - { instrument: a, cardinalityLimit: 0, attribute: [] }
      - { instrument: a, attributes: { include: [k] } }
      - { where: { kind: counters } }
      - { instrument: a, unit: a b }
      - { instrument: a, renameAttributes: { a: c, b: c } }
",
        &[
            "app-config.yaml:3:14: telemetry.metrics.include: an empty list leaves no metric; write `[\"*\"]` for all, or \
             `enabled: false` for none",
            "app-config.yaml:4:13: telemetry.metrics.naming: expected one of `prefixed`, `asIs`, got \"asis\" (nearest: \
             `asIs`)",
            "app-config.yaml:6:9: telemetry.metrics.views[0]: `instrument` is missing: which metrics is the view about?",
            "app-config.yaml:6:15: telemetry.metrics.views[0].name: several metrics cannot have one name; write one `*` in \
             `instrument` and in the name, or name one instrument",
            "app-config.yaml:7:34: telemetry.metrics.views[1].name: several metrics cannot have one name; write one `*` in \
             `instrument` and in the name, or name one instrument",
            "app-config.yaml:8:32: telemetry.metrics.views[2].name: a name has at most one `*`, which stands for the one \
             `*` of `instrument`",
            "app-config.yaml:9:37: telemetry.metrics.views[3].alsoAs[0]: a name has at most one `*`, which stands for the \
             one `*` of `instrument`",
            "app-config.yaml:10:32: telemetry.metrics.views[4].name: metric name must start with an ASCII letter, got \
             \"9lives\"",
            "app-config.yaml:11:32: telemetry.metrics.views[5].name: expected the whole exported name, without `::`, got \
             \"::b\"",
            "app-config.yaml:12:39: telemetry.metrics.views[6].buckets[1]: expected a number, got \"x\"",
            "app-config.yaml:13:42: telemetry.metrics.views[7].buckets[2]: bounds must be strictly increasing",
            "app-config.yaml:14:32: telemetry.metrics.views[8].drop: what is dropped has no name, buckets or the like; \
             remove `drop` or the other keys",
            "app-config.yaml:15:44: telemetry.metrics.views[9].cardinalityLimit: expected a whole number (1 to 10000000), \
             got \"0\"",
            "app-config.yaml:15:47: telemetry.metrics.views[9].attribute: unknown key (nearest: `attributes`)",
            "app-config.yaml:16:40: telemetry.metrics.views[10].attributes.include: unknown key (nearest: `included`)",
            "app-config.yaml:17:26: telemetry.metrics.views[11].where.kind: expected one of `counter`, `up_down_counter`, \
             `histogram`, `gauge`, `observable_counter`, `observable_up_down_counter`, `observable_gauge`, got \
             \"counters\" (nearest: `counter`)",
            "app-config.yaml:18:32: telemetry.metrics.views[12].unit: expected a unit of at most 63 ASCII characters, got \
             \"a b\"",
            "app-config.yaml:19:44: telemetry.metrics.views[13].renameAttributes: `b` and another key would both be called \
             `c`",
        ],
    );
}
