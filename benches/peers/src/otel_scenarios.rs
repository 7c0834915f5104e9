//! Memory of instruments, and spans to a collector that takes its time: `opentelemetry_sdk` with default settings.

use std::sync::Barrier;
use std::time::Duration;

use bench_harness::collector::Collector;
use bench_harness::memory::{growth, resident};
use bench_harness::offered::offer;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, MeterProvider as _};
use opentelemetry::trace::{Tracer as _, TracerProvider as _};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::empty::plain;
use crate::sinks;

/// Instruments, of which an average is taken.
const INSTRUMENTS: i64 = 200;

/// Prints the bytes of an idle counter and of an idle histogram, and of 100 counters of which each of 512 threads touched a
/// series.
pub fn memory() {
    let (provider, _sink) = sinks::meter_provider();
    let meter = provider.meter("bench");
    drop(meter.u64_counter("first").build());
    let (counters, _kept) = growth(|| {
        (0..INSTRUMENTS).map(|number| meter.u64_counter(format!("c{number}")).build()).collect::<Vec<_>>()
    });
    let (histograms, _kept) = growth(|| {
        (0..INSTRUMENTS).map(|number| meter.f64_histogram(format!("h{number}")).build()).collect::<Vec<_>>()
    });
    let (idle, counters_of_threads) =
        growth(|| (0..100).map(|number| meter.u64_counter(format!("t{number}")).build()).collect::<Vec<_>>());
    let bytes = idle + threads(&counters_of_threads);
    println!("{} {} {bytes}", counters / INSTRUMENTS, histograms / INSTRUMENTS);
}

fn threads(counters: &[Counter<u64>]) -> i64 {
    const THREADS: usize = 512;
    let barrier = Barrier::new(THREADS + 1);
    std::thread::scope(|scope| {
        for number in 0..THREADS {
            let barrier = &barrier;
            let work = move || {
                barrier.wait();
                barrier.wait();
                let attributes = [KeyValue::new("kind", (number % 16) as i64)];
                counters.iter().for_each(|counter| counter.add(1, &attributes));
                barrier.wait();
                barrier.wait();
            };
            let thread = std::thread::Builder::new().stack_size(64 * 1024);
            thread.spawn_scoped(scope, work).expect("a thread");
        }
        barrier.wait();
        let before = resident();
        barrier.wait();
        barrier.wait();
        let after = resident();
        barrier.wait();
        after - before
    })
}

/// Prints how many spans a second were made, how many arrived, and how many were dropped.
pub fn throughput(rate: u64, seconds: u64) {
    let collector = Collector::start(Duration::from_millis(10));
    let exporter =
        SpanExporter::builder().with_http().with_endpoint(collector.url()).build().expect("an exporter");
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
    let tracer = provider.tracer("bench");
    let made = offer(rate, Duration::from_secs(seconds), |index| {
        tracer.in_span("work", |_| plain(index));
    });
    let _ = provider.shutdown();
    let arrived = collector.spans();
    println!("{} {} {}", made / seconds, arrived / seconds, made - arrived);
}
