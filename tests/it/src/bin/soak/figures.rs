//! What a run showed, and whether that is good enough.

use std::fmt;
use std::time::{Duration, Instant};

use it::exposition::{Exposition, Sample as Series};
use it::process::Usage;
use it::requests::SPANS_PER_REQUEST;

use crate::ALLOCATOR;

/// Bytes an hour by which memory may grow.
const GROWTH: f64 = 1_048_576.0;

/// One look at what the program uses.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    /// After the start.
    at: Duration,
    process: Usage,
    /// Bytes that the program has allocated and not given back.
    heap: usize,
}

/// The program at one time, with what telemetry says of itself.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    look: Look,
    requests: usize,
    /// Spans that ended, as telemetry counts them.
    made: u64,
    /// Spans that the exporter delivered.
    delivered: u64,
    /// Spans that the queue did not take.
    dropped: u64,
    /// Spans that the exporter could not deliver.
    failed: u64,
    waiting: u64,
}

impl Sample {
    pub(crate) fn new(look: Look, requests: usize, scrape: &str) -> Self {
        let scrape = Exposition::parse(scrape);
        let lost = |series: &&Series| series.labels.get("error_type").is_some_and(|loss| !loss.is_empty());
        let (dropped, entered) = parts(&scrape, "otel_sdk_processor_span_processed_total", lost);
        let (failed, delivered) = parts(&scrape, "otel_sdk_exporter_span_exported_total", lost);
        let (_, waiting) = parts(&scrape, "otel_sdk_processor_span_queue_size", lost);
        Self { look, requests, made: entered + dropped, delivered, dropped, failed, waiting }
    }
}

impl Look {
    pub(crate) fn since(start: Instant) -> Self {
        let heap = ALLOCATOR.stats();
        let heap = heap.bytes_allocated.saturating_sub(heap.bytes_deallocated);
        Self { at: start.elapsed(), process: Usage::own(), heap }
    }

    fn hours(&self) -> f64 {
        self.at.as_secs_f64() / 3600.0
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
    fn heap(&self) -> f64 {
        self.heap as f64
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
    fn resident(&self) -> f64 {
        self.process.resident as f64
    }
}

/// The sums of the series that `choose` takes and of the others.
fn parts(scrape: &Exposition, name: &str, choose: impl Fn(&&Series) -> bool) -> (u64, u64) {
    let series = scrape.samples.iter().filter(|series| series.name == name);
    let (chosen, others): (Vec<&Series>, Vec<&Series>) = series.partition(choose);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let sum = |series: Vec<&Series>| series.iter().map(|series| series.value).sum::<f64>() as u64;
    (sum(chosen), sum(others))
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>5.0} s: {} requests, {} spans made, {} delivered, {} dropped, {} failed, {} waiting; RSS {:.2} MB, heap {:.2} MB, {} threads, {} files",
            self.look.at.as_secs_f64(),
            self.requests,
            self.made,
            self.delivered,
            self.dropped,
            self.failed,
            self.waiting,
            self.look.resident() / 1_048_576.0,
            self.look.heap() / 1_048_576.0,
            self.look.process.threads,
            self.look.process.files,
        )
    }
}

/// All looks of a run.
pub(crate) struct Figures {
    warm_up: Duration,
    looks: Vec<Look>,
}

impl Figures {
    pub(crate) fn new(warm_up: Duration) -> Self {
        // Written once, so that what the run notes is not taken for growth: there is room for a night.
        let mut looks = vec![Look::since(Instant::now()); 12 * 3600];
        looks.clear();
        Self { warm_up, looks }
    }

    pub(crate) fn add(&mut self, look: Look) {
        self.looks.push(look);
    }

    /// Prints the verdict. `received` is what the collector counted, where there was one.
    pub(crate) fn judge(&self, last: &Sample, received: Option<u64>) -> bool {
        let warm: Vec<Look> = self.looks.iter().filter(|look| look.at >= self.warm_up).copied().collect();
        let (Some(first), true) = (warm.first(), warm.len() > 3) else {
            println!("not long enough to say anything about memory");
            return false;
        };
        let (resident, in_use) = (Growth::of(&warm, Look::resident), Growth::of(&warm, Look::heap));
        let expected = (last.requests * SPANS_PER_REQUEST) as u64;
        let accounted = last.made == expected
            && last.made == last.delivered + last.dropped + last.failed + last.waiting
            && received.is_none_or(|received| received == last.delivered);
        let range = |of: fn(&Usage) -> usize| {
            let values = warm.iter().map(|look| of(&look.process));
            (values.clone().min().unwrap_or(0), values.max().unwrap_or(0))
        };
        let (threads, files) = (range(|usage| usage.threads), range(|usage| usage.files));
        // The export of metrics, once a minute, has a connection of its own for half of it.
        let (early, late) = warm.split_at(warm.len() / 2);
        let most = |of: &[Look]| of.iter().map(|look| look.process.files).max();
        let steady = threads.0 == threads.1 && most(late) <= most(early);
        let [low, high] = [f64::min, f64::max].map(|best| {
            let resident = warm.iter().map(Look::resident);
            resident.reduce(best).unwrap_or(0.0) / 1_048_576.0
        });
        println!(
            "after {:.0} s of warm-up: memory {resident} ({low:.2} to {high:.2} MB), of which in use {in_use}, {} to {} threads, {} to {} files: {}",
            first.at.as_secs_f64(),
            threads.0,
            threads.1,
            files.0,
            files.1,
            verdict(resident.slope < GROWTH && steady),
        );
        println!(
            "{:.0} requests/s; {expected} spans expected, {} made = {} delivered + {} dropped + {} failed + {} waiting, {}: {}",
            f64::from(u32::try_from(last.requests).unwrap_or(u32::MAX)) / last.look.at.as_secs_f64(),
            last.made,
            last.delivered,
            last.dropped,
            last.failed,
            last.waiting,
            received.map_or_else(|| "no collector".to_owned(), |received| format!("{received} received")),
            verdict(accounted),
        );
        resident.slope < GROWTH && steady && accounted
    }
}

fn verdict(good: bool) -> &'static str {
    if good { "met" } else { "NOT met" }
}

/// By how many bytes an hour memory grows: the line that fits best (least squares).
struct Growth {
    slope: f64,
    /// The standard error of the slope, as if what is beside the line were by chance.
    error: f64,
}

impl Growth {
    fn of(looks: &[Look], memory: fn(&Look) -> f64) -> Self {
        let count = f64::from(u32::try_from(looks.len()).unwrap_or(u32::MAX));
        let mean = |of: fn(&Look) -> f64| looks.iter().map(of).sum::<f64>() / count;
        let (time, middle) = (mean(Look::hours), mean(memory));
        let products = looks.iter().map(|look| (look.hours() - time) * (memory(look) - middle));
        let squares: f64 = looks.iter().map(|look| (look.hours() - time).powi(2)).sum();
        let slope = products.sum::<f64>() / squares;
        let beside = looks.iter().map(|look| (memory(look) - middle - slope * (look.hours() - time)).powi(2));
        Self { slope, error: (beside.sum::<f64>() / (count - 2.0) / squares).sqrt() }
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:+.2} ± {:.2} MB/h", self.slope / 1_048_576.0, self.error / 1_048_576.0)
    }
}
