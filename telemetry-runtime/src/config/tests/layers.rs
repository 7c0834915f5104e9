//! Files over files, references inside them, `APP_CONFIG_*` over all.

use super::super::*;
use super::Setup;

#[test]
fn the_local_file_wins_key_by_key() {
    let config = Setup::yaml("telemetry:\n  resource: { serviceName: a, serviceVersion: '1' }\n")
        .file("app-config.local.yaml", "telemetry:\n  resource: { serviceName: b }\n")
        .config();
    assert_eq!(config.telemetry.resource.service_name, "b");
    assert_eq!(config.telemetry.resource.service_version.as_deref(), Some("1"));
}

#[test]
fn a_list_is_replaced_whole() {
    let config =
        Setup::yaml("telemetry:\n  metrics:\n    exporters: [ { type: console }, { type: otlp } ]\n")
            .file("app-config.local.yaml", "telemetry:\n  metrics:\n    exporters: [ { type: console } ]\n")
            .config();
    assert_eq!(config.telemetry.metrics.exporters, [MetricExporterConfig::Console]);
}

#[test]
fn null_takes_back_what_an_earlier_file_says() {
    let config = Setup::yaml("telemetry:\n  resource: { serviceName: a, serviceVersion: '1' }\n")
        .file("app-config.local.yaml", "telemetry:\n  resource: { serviceName: null, serviceVersion: ~ }\n")
        .config();
    assert_eq!(config.telemetry.resource, ResourceConfig::default());
}

#[test]
fn a_mistake_names_the_file_that_made_it() {
    let errors = Setup::yaml("telemetry:\n  enabled: true\n")
        .file("app-config.local.yaml", "telemetry:\n\n  enabled: 7\n")
        .errors();
    assert_eq!(
        errors,
        ["app-config.local.yaml:3:12: telemetry.enabled: expected `true` or `false`, got \"7\""]
    );
}

fn service_name(yaml: &str) -> Setup {
    Setup::yaml(&format!("telemetry:\n  resource:\n    serviceName: {yaml}\n"))
}

#[test]
fn variables_are_substituted() {
    for (yaml, expected) in [
        ("${NAME}", "portal"),
        ("a-${NAME}-b", "a-portal-b"),
        ("${ NAME }", "portal"),
        ("${ABSENT:-fallback}", "fallback"),
        ("${EMPTY:-fallback}", "fallback"),
        ("${NAME:-fallback}", "portal"),
        ("'$${NAME}'", "${NAME}"),
        ("'$NAME ${NAME'", "$NAME ${NAME"),
        ("{ $env: NAME }", "portal"),
    ] {
        let config = service_name(yaml).variable("NAME", "portal").variable("EMPTY", "").config();
        assert_eq!(config.telemetry.resource.service_name, expected, "{yaml}");
    }
}

#[test]
fn a_value_is_not_substituted_twice() {
    let config = service_name("${NAME}").variable("NAME", "${OTHER}").variable("OTHER", "x").config();
    assert_eq!(config.telemetry.resource.service_name, "${OTHER}");
}

#[test]
fn a_substituted_number_and_switch_are_read_as_such() {
    let config = Setup::yaml(
        "telemetry:\n  enabled: ${ON}\n  metrics:\n    exporters: [ { type: prometheus, config: { port: '${PORT}' } } ]\n",
    )
    .variable("ON", "false")
    .variable("PORT", "19464")
    .config();
    assert!(!config.telemetry.enabled);
    let expected = PrometheusConfig { port: 19464, ..PrometheusConfig::default() };
    assert_eq!(config.telemetry.metrics.exporters, [MetricExporterConfig::Prometheus(expected)]);
}

#[test]
fn a_missing_variable_leaves_the_whole_value_out() {
    let setup = service_name("a-${ABSENT}");
    assert_eq!(setup.load().config, Config::default());
    assert_eq!(
        setup.notices(),
        [
            "app-config.yaml:3:18: telemetry.resource.serviceName: the variable `ABSENT` is not set, so the value is left out"
        ]
    );
    let over = Setup::yaml("telemetry:\n  resource:\n    serviceName: base\n")
        .file("app-config.local.yaml", "telemetry:\n  resource:\n    serviceName: ${ABSENT}\n");
    assert_eq!(over.load().config.telemetry.resource.service_name, "base");
}

#[test]
fn files_are_read_and_included() {
    let setup = service_name("{ $file: name.txt }").file("name.txt", "portal\n\n");
    assert_eq!(setup.config().telemetry.resource.service_name, "portal");
    let setup = service_name("{ $include: 'other.yaml#deep.name' }")
        .file("other.yaml", "deep: { name: '${NAME}' }\n");
    assert_eq!(setup.variable("NAME", "x").config().telemetry.resource.service_name, "x");
    let setup = Setup::yaml("telemetry: { $include: t.json }\n").file("t.json", "{\"enabled\": false}");
    assert!(!setup.config().telemetry.enabled);
}

#[test]
fn a_reference_that_leads_nowhere_is_a_mistake() {
    let place = "app-config.yaml:3:";
    for (yaml, expected) in [
        ("{ $file: absent.txt }", "27: absent.txt cannot be opened: "),
        ("{ $include: absent.yaml }", "30: absent.yaml cannot be opened: "),
        ("{ $include: 'other.yaml#a.c' }", "30: other.yaml has no key `c` (in `a.c`)"),
        ("{ $include: name.txt }", "30: `$include` takes a .yaml, .yml or .json file"),
        (
            "{ $include: app-config.yaml#telemetry.resource.serviceName }",
            "30: more than 16 files include one another",
        ),
        ("{ $envv: X }", "20: `$envv` is not known (known: `$env`, `$file`, `$include`)"),
        ("{ $env: [X] }", "26: `$env` takes a text"),
    ] {
        let errors = service_name(yaml).file("other.yaml", "a: { b: 1 }\n").errors();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].starts_with(&format!("{place}{expected}")), "{yaml}: {errors:?}");
    }
}

#[test]
fn a_mistake_in_an_included_file_names_that_file() {
    let errors = Setup::yaml("telemetry: { $include: part.yaml }\n")
        .file("part.yaml", "enabled: true\nmetric: 1\n")
        .errors();
    assert_eq!(errors, ["part.yaml:2:1: telemetry.metric: unknown key (nearest: `metrics`)"]);
}

#[test]
fn app_config_variables_beat_files() {
    let config = Setup::yaml("telemetry:\n  enabled: true\n  resource: { serviceVersion: '1' }\n")
        .variable("APP_CONFIG_telemetry_enabled", "false")
        .variable("APP_CONFIG_telemetry_resource_serviceName", "portal")
        .variable("APP_CONFIG_telemetry_metrics_exporters", r#"[{"type": "console"}]"#)
        .variable("APP_CONFIG_backend_metrics_serviceName", "acme")
        .variable("APP_CONFIG_app_baseUrl", "http://not.ours")
        .variable("APP_CONFIG_telemetry_tracing_enabled", "")
        .config();
    assert!(!config.telemetry.enabled && config.telemetry.tracing.enabled);
    assert_eq!(config.telemetry.resource.service_name, "portal");
    assert_eq!(config.telemetry.resource.service_version.as_deref(), Some("1"));
    assert_eq!(config.telemetry.metrics.exporters, [MetricExporterConfig::Console]);
    assert_eq!(config.backend.service_name, "acme");
}

#[test]
fn a_wrong_app_config_variable_is_a_mistake_that_names_it() {
    let errors = Setup::new()
        .variable("APP_CONFIG_telemetry_enabled", "7")
        .variable("APP_CONFIG_telemetry_metrics", "{\"enable\": true}")
        .variable("APP_CONFIG_telemetry_metrics_enabled", "true")
        .variable("APP_CONFIG_telemetry_resource_serviceName", "null")
        .variable("APP_CONFIG_telemetry__x", "1")
        .errors();
    assert_eq!(
        errors,
        [
            "APP_CONFIG_telemetry__x: each part of the name between underscores must be a key of letters, digits and `-`",
            "APP_CONFIG_telemetry_enabled: telemetry.enabled: expected `true` or `false`, got \"7\"",
            "APP_CONFIG_telemetry_metrics: telemetry.metrics.enable: unknown key (nearest: `enabled`)",
            "APP_CONFIG_telemetry_metrics_enabled: contradicts `APP_CONFIG_telemetry_metrics`: one is a part of the other",
            "APP_CONFIG_telemetry_resource_serviceName: `null` cannot be set by a variable",
        ]
    );
}

#[test]
fn a_whole_section_is_set_by_one_variable() {
    let config = Setup::yaml("telemetry: { resource: { serviceName: a } }\n")
        .variable("APP_CONFIG_telemetry", r#"{"tracing": {"enabled": false}}"#)
        .variable("APP_CONFIG_telemetryx", "not ours")
        .config();
    assert!(!config.telemetry.tracing.enabled);
    assert_eq!(config.telemetry.resource.service_name, "a");
}
