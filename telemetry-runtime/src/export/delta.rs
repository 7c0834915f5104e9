//! Delta temporality: what came since the last export that the destination took.
//!
//! Every collection is cumulative, and each destination that wants deltas keeps the values that it took last. So readers of
//! both kinds see the same measurements, a collection that one destination does not get costs it nothing, and the deltas of a
//! series add up to its cumulative value.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use opentelemetry_sdk::Resource;

use super::sink::{BoxFuture, ExportError, MetricSink, Receipt};
use crate::config::TemporalityPreference;
use crate::metrics::views::Point;
use crate::metrics::{
    ByAttributes, Exemplar, HistogramPoint, InstrumentKind, MeterScope, Metric, MetricData, Number,
    NumberPoint, ScopeMetrics, Snapshot, Temporality,
};

/// A sink that gets deltas.
pub(super) struct DeltaSink {
    sink: Box<dyn MetricSink>,
    /// Whether observable counters stay cumulative.
    low_memory: bool,
    taken: Mutex<Taken>,
}

/// What the destination took so far.
#[derive(Default)]
struct Taken {
    /// When the last snapshot that it took was made.
    time: Option<SystemTime>,
    metrics: HashMap<MeterScope, HashMap<Arc<str>, TakenMetric>>,
}

/// The cumulative points that were taken last.
enum TakenMetric {
    Numbers(ByAttributes<NumberPoint>),
    Histograms(Arc<[f64]>, ByAttributes<HistogramPoint>),
}

impl DeltaSink {
    /// The sink itself, or around it what makes the deltas that it asks for.
    pub(super) fn around(sink: Box<dyn MetricSink>) -> Box<dyn MetricSink> {
        let low_memory = match sink.temporality() {
            TemporalityPreference::Cumulative => return sink,
            TemporalityPreference::Delta => false,
            TemporalityPreference::LowMemory => true,
        };
        Box::new(Self { sink, low_memory, taken: Mutex::default() })
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, Taken> {
        // A panic under the lock leaves values that were taken once.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MetricSink for DeltaSink {
    fn name(&self) -> &str {
        self.sink.name()
    }

    fn export<'a>(
        &'a self,
        snapshot: &'a Arc<Snapshot>,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        Box::pin(async move {
            let deltas = Arc::new(self.taken().since(snapshot, self.low_memory));
            let receipt = self.sink.export(&deltas, resource).await?;
            // What was not taken is part of the next delta.
            self.taken().take(snapshot, self.low_memory);
            Ok(receipt)
        })
    }

    fn shutdown(&self) -> BoxFuture<'_, ()> {
        self.sink.shutdown()
    }
}

/// Whether deltas are exported of a metric: of a histogram and of a sum that only grows.
fn has_deltas(metric: &Metric, low_memory: bool) -> bool {
    match metric.data {
        MetricData::Gauge { .. } | MetricData::Sum { monotonic: false, .. } => false,
        MetricData::Histogram { .. } => true,
        MetricData::Sum { monotonic: true, .. } => {
            !(low_memory && metric.kind == Some(InstrumentKind::ObservableCounter))
        }
    }
}

impl Taken {
    /// What came since.
    fn since(&self, snapshot: &Snapshot, low_memory: bool) -> Snapshot {
        let scope = |scope: &ScopeMetrics| {
            let taken = self.metrics.get(&scope.scope);
            let metric = |metric: &Metric| {
                if !has_deltas(metric, low_memory) {
                    return metric.clone();
                }
                let taken = taken.and_then(|metrics| metrics.get(&metric.name));
                let data = self.delta(&metric.data, taken);
                Metric { data, temporality: Temporality::Delta, ..metric.clone() }
            };
            ScopeMetrics { scope: scope.scope.clone(), metrics: scope.metrics.iter().map(metric).collect() }
        };
        Snapshot { time: snapshot.time, scopes: snapshot.scopes.iter().map(scope).collect() }
    }

    fn delta(&self, data: &MetricData, taken: Option<&TakenMetric>) -> MetricData {
        match (data, taken) {
            (MetricData::Sum { monotonic, points }, taken) => {
                let taken = match taken {
                    Some(TakenMetric::Numbers(taken)) => Some(taken),
                    _ => None,
                };
                let points = points.iter().filter_map(|point| self.number(point, taken)).collect();
                MetricData::Sum { monotonic: *monotonic, points }
            }
            (MetricData::Histogram { bounds, points }, taken) => {
                let taken = match taken {
                    Some(TakenMetric::Histograms(known, taken)) if known == bounds => Some(taken),
                    _ => None,
                };
                let points = points.iter().filter_map(|point| self.histogram(point, taken)).collect();
                MetricData::Histogram { bounds: Arc::clone(bounds), points }
            }
            (MetricData::Gauge { .. }, _) => data.clone(),
        }
    }

    /// Since when a point that was not taken before counts: it is there since the last snapshot that was taken, or began
    /// later.
    fn start(&self, start_time: SystemTime) -> SystemTime {
        self.time.map_or(start_time, |time| time.max(start_time))
    }

    fn number(&self, point: &NumberPoint, taken: Option<&ByAttributes<NumberPoint>>) -> Option<NumberPoint> {
        let start_time = self.start(point.start_time);
        let known = taken.and_then(|taken| point.known(taken));
        let Some(value) = known.and_then(|known| minus(point.value, known.value)) else {
            return Some(NumberPoint { start_time, ..point.clone() });
        };
        // A series that nothing happened to has nothing to tell.
        (value != 0).then(|| NumberPoint { start_time, value, ..point.clone() })
    }

    fn histogram(
        &self,
        point: &HistogramPoint,
        taken: Option<&ByAttributes<HistogramPoint>>,
    ) -> Option<HistogramPoint> {
        let start_time = self.start(point.start_time);
        let known = taken.and_then(|taken| point.known(taken));
        let counts = known.and_then(|known| {
            let pairs = point.bucket_counts.iter().zip(&known.bucket_counts);
            pairs.map(|(now, then)| now.checked_sub(*then)).collect::<Option<Vec<u64>>>()
        });
        let (Some(known), Some(bucket_counts)) = (known, counts) else {
            let exemplars = self.exemplars(point);
            return Some(HistogramPoint { start_time, exemplars, ..point.clone() });
        };
        let count = bucket_counts.iter().sum();
        // Without a measurement there is no sum to tell either (`HistogramDataPoint` of OTLP). It may have grown all the same:
        // see `Cumulative::is_at_rest`.
        (count > 0).then(|| HistogramPoint {
            attributes: point.attributes.clone(),
            start_time,
            count,
            sum: point.sum - known.sum,
            // Of the whole time they are known, of a part of it not.
            min: None,
            max: None,
            bucket_counts,
            exemplars: self.exemplars(point),
        })
    }

    /// Those of the time that the delta is about.
    fn exemplars(&self, point: &HistogramPoint) -> Vec<Exemplar> {
        let is_new = |exemplar: &&Exemplar| self.time.is_none_or(|time| exemplar.time > time);
        point.exemplars.iter().filter(is_new).cloned().collect()
    }

    /// Keeps what a destination took.
    fn take(&mut self, snapshot: &Snapshot, low_memory: bool) {
        self.time = Some(snapshot.time);
        for scope in &snapshot.scopes {
            if !self.metrics.contains_key(&scope.scope) {
                self.metrics.insert(scope.scope.clone(), HashMap::new());
            }
            let Some(metrics) = self.metrics.get_mut(&scope.scope) else { continue };
            for metric in scope.metrics.iter().filter(|metric| has_deltas(metric, low_memory)) {
                match (&metric.data, metrics.get_mut(&metric.name)) {
                    (MetricData::Sum { points, .. }, Some(TakenMetric::Numbers(taken))) => {
                        keep(taken, points);
                    }
                    (
                        MetricData::Histogram { bounds, points },
                        Some(TakenMetric::Histograms(known, taken)),
                    ) if known == bounds => {
                        keep(taken, points);
                    }
                    (MetricData::Sum { points, .. }, _) => {
                        let mut taken = ByAttributes::default();
                        keep(&mut taken, points);
                        metrics.insert(Arc::clone(&metric.name), TakenMetric::Numbers(taken));
                    }
                    (MetricData::Histogram { bounds, points }, _) => {
                        let mut taken = ByAttributes::default();
                        keep(&mut taken, points);
                        let taken = TakenMetric::Histograms(Arc::clone(bounds), taken);
                        metrics.insert(Arc::clone(&metric.name), taken);
                    }
                    (MetricData::Gauge { .. }, _) => {}
                }
            }
        }
    }
}

/// A point of a series whose values are those since its start.
trait Cumulative: Point + Clone {
    fn start_time(&self) -> SystemTime;
    /// Whether a delta since the other point, of the same start, tells nothing.
    fn is_at_rest(&self, taken: &Self) -> bool;

    /// The point that was taken of the series, unless it began anew since.
    fn known<'a>(&self, taken: &'a ByAttributes<Self>) -> Option<&'a Self> {
        taken.get(self.attributes()).filter(|known| known.start_time() == self.start_time())
    }
}

impl Cumulative for NumberPoint {
    fn start_time(&self) -> SystemTime {
        self.start_time
    }

    fn is_at_rest(&self, taken: &Self) -> bool {
        self.value == taken.value
    }
}

impl Cumulative for HistogramPoint {
    fn start_time(&self) -> SystemTime {
        self.start_time
    }

    /// The counts decide. A collection reads them before the sum, so what is recorded in between is in the sum and not in
    /// the counts yet: where they did not grow, what came to the sum is told with the count that follows.
    fn is_at_rest(&self, taken: &Self) -> bool {
        self.bucket_counts == taken.bucket_counts
    }
}

/// Keeps of each series the point up to which the destination was told.
fn keep<P: Cumulative>(taken: &mut ByAttributes<P>, points: &[P]) {
    for point in points {
        match taken.get_mut(point.attributes()) {
            Some(known) if known.start_time() == point.start_time() && point.is_at_rest(known) => {}
            Some(known) => *known = point.clone(),
            None => {
                taken.insert(point.attributes(), point.clone());
            }
        }
    }
}

/// How much a sum has grown; `None` where it has not, because it is another sum.
fn minus(now: Number, then: Number) -> Option<Number> {
    match (now, then) {
        (Number::U64(now), Number::U64(then)) => now.checked_sub(then).map(Number::U64),
        (Number::I64(now), Number::I64(then)) if now >= then => now.checked_sub(then).map(Number::I64),
        (Number::F64(now), Number::F64(then)) if now >= then => Some(Number::F64(now - then)),
        _ => None,
    }
}

#[cfg(test)]
mod churn;
#[cfg(test)]
mod tests;
