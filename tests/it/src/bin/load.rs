//! Makes spans at a rate, and says at the end what became of them, what the calls took and how the memory grew.
//!
//! usage: `load <threads> <spans a second, all threads together; 0: as fast as it goes> <seconds>`
//!
//! Where the exporters send is said by the environment. It prints one `name value` for a line, at the end.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use telemetry_runtime::metrics::{AttributeData, MetricData, Number};
use telemetry_runtime::trace::queue;
use telemetry_runtime::{Telemetry, backstage_plugin};

#[backstage_plugin(id = "load")]
mod load {
    use telemetry_runtime::traced;

    #[traced(attributes(load.number = number, load.kind = "entity"))]
    pub(super) fn call(number: u64) -> u64 {
        super::black_box(number)
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let mut next = || arguments.next().and_then(Result::ok).expect("three numbers: threads, rate, seconds");
    let (threads, rate, seconds) = (next(), next(), next());
    let telemetry = Telemetry::builder()
        .without_config_files()
        .prometheus_port(0)
        .bootstrap()
        .expect("the environment is a valid configuration");
    println!("rss.start {}", status("VmRSS:"));
    let end = Instant::now() + Duration::from_secs(seconds);
    let workers: Vec<_> = (0..threads).map(|_| thread::spawn(move || work(rate / threads, end))).collect();
    let mut memory = Vec::new();
    while workers.iter().any(|worker| !worker.is_finished()) {
        memory.push(status("VmRSS:"));
        thread::park_timeout(Duration::from_millis(500));
    }
    let mut times = Times::default();
    for worker in workers {
        times.add(&worker.join().expect("no call panics"));
    }
    // The first part of the time is for what is allocated once.
    let warm = memory.get(memory.len() / 8).copied().unwrap_or_default();
    println!("rss.warm {warm}");
    println!("rss.last {}", memory.last().copied().unwrap_or_default());
    println!("rss.peak {}", status("VmHWM:"));
    println!("threads {}", status("Threads:"));
    println!("metric.dropped.full {}", dropped_full(&telemetry));
    let start = Instant::now();
    let ended = telemetry.shutdown();
    println!("shutdown.ms {}", start.elapsed().as_millis());
    println!("shutdown.ok {}", u8::from(ended.is_ok()));
    let counts = queue::counts();
    println!("called {}", times.calls());
    println!("made {}", counts.made);
    println!("exported {}", counts.exported);
    println!("failed {}", counts.failed);
    println!("dropped.full {}", counts.dropped_full);
    println!("dropped.closed {}", counts.dropped_closed);
    println!("waiting {}", counts.waiting);
    println!("call.p50.ns {}", times.quantile(0.5));
    println!("call.p99.ns {}", times.quantile(0.99));
    println!("call.p999.ns {}", times.quantile(0.999));
}

/// What the metric of processed spans says about those that found no room.
fn dropped_full(telemetry: &Telemetry) -> u64 {
    let snapshot = telemetry.collect().expect("metrics are on");
    let mut metrics = snapshot.scopes.iter().flat_map(|scope| &scope.metrics);
    let processed =
        metrics.find(|metric| &*metric.name == "otel.sdk.processor.span.processed").expect("it is exported");
    let MetricData::Sum { points, .. } = &processed.data else { panic!("it is a sum") };
    let full = AttributeData::String("queue_full".into());
    let mut of_full = points.iter().filter(|point| point.attributes.iter().any(|(_, value)| *value == full));
    match of_full.next().map(|point| point.value) {
        Some(Number::U64(spans)) => spans,
        other => panic!("{other:?}"),
    }
}

/// Calls at `rate` until `end`; 0 is no rate.
fn work(rate: u64, end: Instant) -> Times {
    let mut times = Times::default();
    let start = Instant::now();
    let mut number = 0;
    loop {
        let now = Instant::now();
        if now >= end {
            return times;
        }
        let due = if rate == 0 {
            number + 1000
        } else {
            u64::try_from(now.duration_since(start).as_micros()).unwrap_or(u64::MAX) * rate / 1_000_000
        };
        while number < due {
            let before = Instant::now();
            black_box(load::call(number));
            times.record(before.elapsed());
            number += 1;
        }
        if rate > 0 {
            thread::park_timeout(Duration::from_millis(1));
        }
    }
}

/// How long calls took, in steps of an eighth of a power of two.
struct Times([u64; 512]);

impl Default for Times {
    fn default() -> Self {
        Self([0; 512])
    }
}

impl Times {
    fn record(&mut self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).max(8);
        let power = nanos.ilog2();
        let eighth = (nanos >> (power - 3)) & 7;
        self.0[power as usize * 8 + usize::try_from(eighth).unwrap_or(0)] += 1;
    }

    fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    fn calls(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The upper end of the step that the quantile is in, in nanoseconds.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a quantile is an estimate"
    )]
    fn quantile(&self, part: f64) -> u64 {
        let rank = (self.calls() as f64 * part).ceil() as u64;
        let mut seen = 0;
        for (step, count) in self.0.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return (step as u64 % 8 + 9) << (step / 8).saturating_sub(3);
            }
        }
        0
    }
}

/// A line of `/proc/self/status`: kB, or a number; 0 on systems without it.
fn status(line: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let value = text.lines().find_map(|found| found.strip_prefix(line));
    value.and_then(|value| value.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
