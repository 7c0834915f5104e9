//! How `opentelemetry_sdk` records third-party instruments: with the configured buckets and limits. Names and attributes are
//! the snapshot's matter, as for our own metrics.

use std::sync::Arc;

use opentelemetry_sdk::metrics::{Aggregation, Instrument, InstrumentKind as SdkKind, Stream};

use crate::metrics::InstrumentKind;
use crate::metrics::views::{Subject, SubjectKind, Views};

/// The one view of the SDK's meter provider. `limit` is for series of instruments that have none of their own.
pub(crate) fn sdk_view(
    views: Arc<Views>,
    limit: usize,
) -> impl Fn(&Instrument) -> Option<Stream> + Send + Sync + 'static {
    move |instrument| {
        let attributes = instrument.scope().attributes();
        let plugin = attributes
            .filter(|attribute| attribute.key.as_str() == "backstage.plugin.id")
            .map(|attribute| attribute.value.to_string())
            .next();
        let kind = kind(instrument.kind());
        let recorded = views.recorded_by_others(&Subject {
            name: instrument.name(),
            kind: SubjectKind::Instrument(kind),
            unit: instrument.unit(),
            meter: instrument.scope().name(),
            plugin: plugin.as_deref(),
        });
        let mut stream = Stream::builder().with_cardinality_limit(recorded.limit.unwrap_or(limit));
        if let Some(boundaries) = recorded.bounds.filter(|_| kind == InstrumentKind::Histogram) {
            let record_min_max = true;
            stream =
                stream.with_aggregation(Aggregation::ExplicitBucketHistogram { boundaries, record_min_max });
        }
        // Without a stream the SDK takes its defaults, which lose nothing.
        stream.build().ok()
    }
}

fn kind(kind: SdkKind) -> InstrumentKind {
    match kind {
        SdkKind::Counter => InstrumentKind::Counter,
        SdkKind::UpDownCounter => InstrumentKind::UpDownCounter,
        SdkKind::Histogram => InstrumentKind::Histogram,
        SdkKind::Gauge => InstrumentKind::Gauge,
        SdkKind::ObservableCounter => InstrumentKind::ObservableCounter,
        SdkKind::ObservableUpDownCounter => InstrumentKind::ObservableUpDownCounter,
        SdkKind::ObservableGauge => InstrumentKind::ObservableGauge,
    }
}
