//! The name of a metric family.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Kind, units};

/// The name under which Prometheus knows the metric, unit and type suffix included.
///
/// `backstage.plugin.catalog.entities.processed`, a counter, becomes `backstage_plugin_catalog_entities_processed_total`. A name of
/// separators only, which OpenTelemetry does not allow, becomes `_`.
pub fn metric_name(name: &str, unit: &str, kind: Kind) -> String {
    let mut tokens: Vec<String> = tokens(name).map(ToString::to_string).collect();
    let (main, per) = unit_suffixes(unit, &tokens);
    tokens.extend([main, per].into_iter().filter(|suffix| !suffix.is_empty()));
    if kind == Kind::Counter {
        move_to_end(&mut tokens, "total");
    }
    if kind == Kind::Gauge && unit == "1" {
        move_to_end(&mut tokens, "ratio");
    }
    let joined = tokens.join("_");
    if joined.is_empty() || joined.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{joined}")
    } else {
        joined
    }
}

/// The runs of characters that a metric name may have; an underscore separates, too, so that runs of it collapse.
fn tokens(name: &str) -> impl Iterator<Item = &str> {
    name.split(|character: char| !is_plain(character)).filter(|token| !token.is_empty())
}

fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == ':'
}

/// The suffixes for what is measured and for what it is divided by; empty where the name says it already.
fn unit_suffixes(unit: &str, tokens: &[String]) -> (String, String) {
    let (left, right) = unit.split_once('/').unwrap_or((unit, ""));
    let is_word = |text: &str| !text.is_empty() && !text.contains(['{', '}']);
    let is_said = |suffix: &str| tokens.iter().any(|token| token == suffix);

    let left = left.trim();
    let mut main = if is_word(left) { clean(units::plural(left)) } else { String::new() };
    if is_said(&main) {
        main.clear();
    }
    let right = right.trim();
    let mut per =
        if is_word(right) { clean(&format!("per_{}", units::singular(right))) } else { String::new() };
    if per == "per_" {
        per.clear();
    }
    strip_one_trailing_underscore(&mut per);
    if is_said(&per) {
        per.clear();
    }
    if !per.is_empty() {
        strip_one_trailing_underscore(&mut main);
    }
    (main, per)
}

/// Replaces what is not plain by `_`, collapses runs of it, and drops the first one.
fn clean(unit: &str) -> String {
    let mut cleaned = String::with_capacity(unit.len());
    for character in unit.chars() {
        if is_plain(character) {
            cleaned.push(character);
        } else if !cleaned.ends_with('_') {
            cleaned.push('_');
        }
    }
    cleaned.strip_prefix('_').map(ToString::to_string).unwrap_or(cleaned)
}

fn strip_one_trailing_underscore(text: &mut String) {
    if text.ends_with('_') {
        text.pop();
    }
}

fn move_to_end(tokens: &mut Vec<String>, suffix: &str) {
    tokens.retain(|token| token != suffix);
    tokens.push(suffix.to_string());
}

#[cfg(test)]
mod tests {
    use super::Kind::{Counter, Gauge, Histogram, UpDownCounter};
    use super::*;

    /// The vectors of `prometheus/otlptranslator` and the names of OpenTelemetry collector receivers that it quotes.
    #[rustfmt::skip]
    const UPSTREAM: &[(&str, &str, Kind, &str)] = &[
        ("system.filesystem.usage", "By", Gauge, "system_filesystem_usage_bytes"),
        ("system.io", "By", Counter, "system_io_bytes_total"),
        ("network_transmitted_bytes_total", "By", Counter, "network_transmitted_bytes_total"),
        ("\t system.filesystem.usage       ", "  By\t", Gauge, "system_filesystem_usage_bytes"),
        ("system.network.dropped", "{packets}", Gauge, "system_network_dropped"),
        ("system.network.dropped", "{packets}", Counter, "system_network_dropped_total"),
        ("system.network.dropped", "packets", Gauge, "system_network_dropped_packets"),
        ("system.network.packets.dropped", "packets", Gauge, "system_network_packets_dropped"),
        ("system.network.packets", "packets", Gauge, "system_network_packets"),
        ("system.network.dropped", "packets", Counter, "system_network_dropped_packets_total"),
        ("system.network.packets.dropped", "packets", Counter, "system_network_packets_dropped_total"),
        ("hw.gpu.memory.utilization", "1", Gauge, "hw_gpu_memory_utilization_ratio"),
        ("hw.fan.speed_ratio", "1", Gauge, "hw_fan_speed_ratio"),
        ("objects", "1", Counter, "objects_total"),
        ("hw.cpu.speed_limit", "Hz", Gauge, "hw_cpu_speed_limit_hertz"),
        ("broken.metric.speed", "km/h", Gauge, "broken_metric_speed_km_per_hour"),
        ("astro.light.speed_limit", "m/s", Gauge, "astro_light_speed_limit_meters_per_second"),
        ("broken.metric.success_ratio", "%", Gauge, "broken_metric_success_ratio_percent"),
        ("broken.metric.success_percent", "%", Gauge, "broken_metric_success_percent"),
        ("test.metric.no_unit", "", Gauge, "test_metric_no_unit"),
        ("test.metric.spaces", "   \t  ", Gauge, "test_metric_spaces"),
        ("unsupported.metric.temperature", "°F", Gauge, "unsupported_metric_temperature_F"),
        ("unsupported.metric.weird", "+=.,!* & #", Gauge, "unsupported_metric_weird"),
        ("unsupported.metric.redundant", "__test $/°C", Gauge, "unsupported_metric_redundant_test_per_C"),
        ("active_directory.ds.replication.object.rate", "{objects}/s", Gauge, "active_directory_ds_replication_object_rate_per_second"),
        ("apache.requests", "1", Counter, "apache_requests_total"),
        ("flink.jvm.gc.collections.time", "ms", Counter, "flink_jvm_gc_collections_time_milliseconds_total"),
        ("haproxy.connections.total", "connections", Counter, "haproxy_connections_total"),
        ("mongodbatlas.process.asserts", "{assertions}/s", Gauge, "mongodbatlas_process_asserts_per_second"),
        ("mongodbatlas.process.data_files", "MiBy", Gauge, "mongodbatlas_process_data_files_mebibytes"),
        ("riak.node.operation.time.mean", "us", Gauge, "riak_node_operation_time_mean_microseconds"),
        ("a.total.requests", "", Counter, "a_requests_total"),
        ("disk.io", "kBy", Counter, "disk_io_kBy_total"),
        ("disk.io", "KBy", Counter, "disk_io_kilobytes_total"),
        ("memory.used", "TiBy", UpDownCounter, "memory_used_tibibytes"),
        ("acceleration", "m/s2", Gauge, "acceleration_meters_per_s2"),
        ("x", "custom_unit", Gauge, "x_custom_unit"),
        ("123metric", "", Gauge, "_123metric"),
        ("metric@with#special$chars", "", Gauge, "metric_with_special_chars"),
        ("http.server.request.duration", "s", Histogram, "http_server_request_duration_seconds"),
        ("queue.utilization", "1", UpDownCounter, "queue_utilization"),
        ("a:b", "", Gauge, "a:b"),
    ];

    #[test]
    fn upstream_vectors_pass() {
        for &(name, unit, kind, expected) in UPSTREAM {
            assert_eq!(metric_name(name, unit, kind), expected, "{name:?} in {unit:?}");
        }
    }

    #[test]
    fn a_plugins_metric_keeps_its_prefix() {
        assert_eq!(
            metric_name("backstage.plugin.my-plugin.entities.processed", "{entity}", Kind::Counter),
            "backstage_plugin_my_plugin_entities_processed_total"
        );
    }

    /// Every string of up to four characters over one of each class, with every kind and some units.
    #[test]
    fn the_result_is_always_a_prometheus_name() {
        let alphabet = ['a', 'B', '7', '.', '_', '-', ':', ' ', 'é'];
        let mut names = std::vec![String::new()];
        for _ in 0..4 {
            names =
                names.iter().flat_map(|name| alphabet.iter().map(move |c| format!("{name}{c}"))).collect();
            for name in &names {
                for unit in ["", "s", "1", "_/_", "/", "{a}/s", "°", "By/1"] {
                    for kind in [Kind::Counter, Kind::Gauge] {
                        let spelled = metric_name(name, unit, kind);
                        let mut characters = spelled.chars();
                        assert!(
                            characters
                                .next()
                                .is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == ':')
                        );
                        assert!(characters.all(|c| is_plain(c) || c == '_'), "{name:?} gives {spelled:?}");
                        assert!(
                            kind != Kind::Counter || spelled.ends_with("total"),
                            "{name:?} gives {spelled:?}"
                        );
                    }
                }
            }
        }
    }
}
