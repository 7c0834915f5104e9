//! How `opentelemetry_sdk` records third-party instruments: with the configured buckets and limits. Names and attributes are
//! the snapshot's matter, as for our own metrics.

use std::sync::Arc;

use opentelemetry_sdk::metrics::{Aggregation, Instrument, InstrumentKind as SdkKind, Stream};

use crate::metrics::InstrumentKind;
use crate::metrics::views::{Subject, SubjectKind, Views};

/// The highest limit that the SDK gets: it reserves memory for all series of an instrument at once, about 70 bytes for each.
const MOST_SERIES: usize = 20_000;

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
        let limit = recorded.limit.unwrap_or(limit).min(MOST_SERIES);
        let mut stream = Stream::builder().with_cardinality_limit(limit);
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

#[cfg(test)]
mod tests {
    use opentelemetry::KeyValue;
    use opentelemetry::metrics::MeterProvider as _;
    use opentelemetry_sdk::metrics::SdkMeterProvider;

    use super::*;
    use crate::export::SdkReader;
    use crate::metrics::views::Pattern;
    use crate::metrics::{MetricData, Naming};

    #[test]
    fn the_limit_of_all_metrics_holds_for_third_parties_and_reserves_no_memory_beyond_reason() {
        for (limit, expected) in [(3, 4), (usize::MAX, 10)] {
            let include = vec![Pattern::new("*")];
            let views = Arc::new(Views { naming: Naming::default(), include, list: Vec::new() });
            let reader = SdkReader::new();
            let provider = SdkMeterProvider::builder().with_reader(reader.clone());
            let provider = provider.with_view(sdk_view(views, limit)).build();
            let counter = provider.meter("m").u64_counter("c").build();
            for id in 0..10 {
                counter.add(1, &[KeyValue::new("id", id)]);
            }
            let collected = reader.read().unwrap();
            let MetricData::Sum { points, .. } = &collected.scopes[0].metrics[0].data else { panic!() };
            assert_eq!(points.len(), expected, "limit {limit}");
        }
    }
}
