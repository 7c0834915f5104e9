//! From the configured views to those in force.

use std::sync::Arc;

use super::settings;
use crate::config::{AttributeKeys, Config, InstrumentType, ViewConfig};
use crate::error::{Error, ErrorKind};
use crate::export::{DiagnosticKind, Diagnostics};
use crate::metrics::views::{Findings, Keys, Pattern, Settings, View, Views};
use crate::metrics::{self, InstrumentKind};

/// Lets the configured views decide from now on: about recording at once, about exports where the result is given.
///
/// # Errors
///
/// [`ErrorKind::Config`] with a line per view that cannot have its effect on a metric of this program.
pub(super) fn install(config: &Config, diagnostics: &Diagnostics) -> Result<Arc<Views>, Error> {
    let views = Arc::new(views(config));
    let Findings { errors, notices } = views.check();
    if !errors.is_empty() {
        return Err(Error::new(ErrorKind::Config, errors.join("\n")));
    }
    for notice in notices {
        diagnostics.report(DiagnosticKind::Configuration, notice);
    }
    if views.list.is_empty() {
        metrics::set_recording(None);
    } else {
        let recording = Arc::clone(&views);
        metrics::set_recording(Some(Arc::new(move |descriptor, scope| {
            recording.recorded(descriptor, scope)
        })));
    }
    Ok(views)
}

fn views(config: &Config) -> Views {
    let metrics = &config.telemetry.metrics;
    Views {
        naming: settings::naming(config),
        include: metrics.include.iter().map(|text| Pattern::new(text)).collect(),
        list: metrics.views.iter().map(view).collect(),
    }
}

fn view(config: &ViewConfig) -> View {
    let ViewConfig { place, selector, name, also_as, description, unit, drop, buckets, attributes, .. } =
        config;
    let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
    let keys = |keys: &AttributeKeys| Keys {
        included: patterns(&keys.included),
        excluded: patterns(&keys.excluded),
    };
    let renamed: Vec<(String, String)> =
        config.rename_attributes.iter().map(|(old, new)| (old.clone(), new.clone())).collect();
    View {
        place: place.clone(),
        instrument: Pattern::new(&selector.instrument),
        kind: selector.kind.map(kind),
        of_unit: selector.unit.clone(),
        meter: selector.meter.as_deref().map(Pattern::new),
        plugin: selector.plugin.clone(),
        name: name.clone(),
        also_as: also_as.clone(),
        drop: *drop,
        settings: Settings {
            description: description.clone(),
            unit: unit.clone(),
            bounds: buckets.as_deref().map(Arc::from),
            keys: attributes.as_ref().map(keys),
            renamed_keys: (!renamed.is_empty()).then_some(renamed),
            limit: config.cardinality_limit,
        },
    }
}

fn kind(instrument: InstrumentType) -> InstrumentKind {
    match instrument {
        InstrumentType::Counter => InstrumentKind::Counter,
        InstrumentType::UpDownCounter => InstrumentKind::UpDownCounter,
        InstrumentType::Histogram => InstrumentKind::Histogram,
        InstrumentType::Gauge => InstrumentKind::Gauge,
        InstrumentType::ObservableCounter => InstrumentKind::ObservableCounter,
        InstrumentType::ObservableUpDownCounter => InstrumentKind::ObservableUpDownCounter,
        InstrumentType::ObservableGauge => InstrumentKind::ObservableGauge,
    }
}
