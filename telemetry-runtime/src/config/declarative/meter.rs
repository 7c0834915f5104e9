//! `meter_provider`

use super::super::draft::Draft;
use super::super::otlp::Signal;
use super::super::read::Object;
use super::{exporter, number, unused, views};
use crate::config::sections;

pub(super) fn read(section: &Object<'_>, draft: &mut Draft) {
    let Some(readers) = section.get("readers") else { return section.problem("`readers` is missing") };
    let mut periodic = false;
    let mut limited = false;
    for element in readers.list().unwrap_or_default() {
        element.object(|object| {
            let Some((kind, value)) = object.variant(&["periodic", "pull"]) else { return };
            let Some(value) = value else { return object.problem("`exporter` is missing") };
            value.object(|reader| {
                if kind == "periodic" {
                    collection(reader, !periodic, draft);
                    periodic = true;
                    exporter::push(reader, Signal::Metrics, draft);
                } else {
                    exporter::pull(reader, draft);
                }
                unused(reader, "producers", "metrics come from this program only");
                cardinality(reader, &mut limited, draft);
            });
        });
    }
    if let Some(list) = section.get("views") {
        views::read(&list, draft);
    }
    if let Some(filter) = section.get("exemplar_filter") {
        sections::set("telemetry.metrics.exemplarFilter", &filter, draft);
    }
    unused(
        section,
        "view_matching_mode/development",
        "each view that selects a metric gives one stream of it",
    );
    unused(section, "meter_configurator/development", "meters are not configured one by one");
}

/// All metrics are pushed at once, so the first periodic reader's settings hold.
fn collection(reader: &Object<'_>, first: bool, draft: &mut Draft) {
    for (key, path) in [
        ("interval", "telemetry.metrics.collection.exportIntervalMillis"),
        ("timeout", "telemetry.metrics.collection.exportTimeoutMillis"),
    ] {
        let Some(value) = reader.get(key).filter(number) else { continue };
        if first {
            sections::set(path, &value, draft);
        } else {
            value.key_notice("all metrics are pushed at once; what the first periodic reader says holds");
        }
    }
}

/// One limit holds for all readers and all kinds of instruments.
fn cardinality(reader: &Object<'_>, limited: &mut bool, draft: &mut Draft) {
    let Some(limits) = reader.get("cardinality_limits") else { return };
    limits.object(|object| {
        if let Some(value) = object.get("default").filter(number) {
            if std::mem::replace(limited, true) {
                value.key_notice("one limit holds for all readers: the one of the first that has one");
            } else {
                sections::set("telemetry.metrics.cardinalityLimit", &value, draft);
            }
        }
        for kind in [
            "counter",
            "gauge",
            "histogram",
            "observable_counter",
            "observable_gauge",
            "observable_up_down_counter",
            "up_down_counter",
        ] {
            unused(object, kind, "`default` holds for all kinds; a view limits single metrics");
        }
    });
}
