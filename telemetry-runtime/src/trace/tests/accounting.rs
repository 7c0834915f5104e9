//! Random programs of threads that record, of exports that fail in every way, of flushes, shutdowns and restarts, against a
//! count that cannot be wrong: every span is in one place at any time, and where the exporter says that it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

use super::{Capture, OUTER, call};
use crate::config::BatchConfig;
use crate::context::wrap;
use crate::export::{
    BoxFuture, Counters, Diagnostics, ExportError, ExportPlan, Exporters, Receipt, SpanSink, SpanSource,
    SpansPlan, start,
};
use crate::trace::TraceSettings;
use crate::trace::install::Recorder;
use crate::trace::queue::Queue;

/// Longer than anything here takes.
const ENOUGH: Duration = Duration::from_secs(60);

/// How an exporter answers, by its number.
const ANSWERS: usize = 6;

#[derive(Default)]
struct Backend {
    answer: AtomicUsize,
    delivered: AtomicU64,
}

struct Sink(Arc<Backend>);

impl SpanSink for Sink {
    fn name(&self) -> &'static str {
        "random"
    }

    fn max_concurrent_exports(&self) -> usize {
        1 + self.0.answer.load(Ordering::Relaxed) % 3
    }

    fn export<'a>(
        &'a self,
        batch: Vec<SpanData>,
        _: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        let answer = self.0.answer.load(Ordering::Relaxed);
        if answer == 1 {
            fail_at_once();
        }
        Box::pin(async move {
            let spans = batch.len() as u64;
            let rejected = match answer {
                0 => 0,
                2 => fail_at_once(),
                3 => return Err(ExportError::new("as the program says")),
                4 => spans / 2,
                _ => {
                    tokio::time::sleep(Duration::from_micros(300)).await;
                    0
                }
            };
            self.0.delivered.fetch_add(spans - rejected, Ordering::Relaxed);
            Ok(Receipt { rejected, message: String::new() })
        })
    }
}

/// A panic that nobody prints.
fn fail_at_once() -> ! {
    std::panic::resume_unwind(Box::new("as the program says"))
}

/// The queue of one recorder, as the exporter sees it.
struct Source(&'static Queue);

impl SpanSource for Source {
    fn drain(&self, max: usize) -> Vec<SpanData> {
        self.0.drain(max)
    }

    fn waiting(&self) -> usize {
        usize::try_from(self.0.counts().waiting).unwrap()
    }

    fn dropped(&self) -> u64 {
        self.0.counts().dropped_full
    }

    fn settle(&self, exported: usize, failed: usize) {
        self.0.settle(exported, failed);
    }

    fn on_full(&self, wake: Box<dyn Fn() + Send + Sync>) {
        self.0.on_batch(wake);
    }
}

struct Program {
    random: u64,
    queue: &'static Queue,
    capacity: usize,
    counters: Arc<Counters>,
    backend: Arc<Backend>,
    exporters: Option<Exporters>,
    threads: Vec<JoinHandle<()>>,
    made: u64,
}

impl Program {
    fn below(&mut self, limit: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % limit as u64).unwrap()
    }

    fn run(&mut self) {
        for _ in 0..2 + self.below(10) {
            match self.below(10) {
                0..=2 => {
                    let spans = self.below(40);
                    self.made += spans as u64;
                    self.threads.push(thread::spawn(wrap(move || record(spans))));
                }
                3 => {
                    let spans = self.below(10);
                    self.made += spans as u64;
                    record(spans);
                }
                4 | 5 => {
                    let answer = self.below(ANSWERS);
                    self.backend.answer.store(answer, Ordering::Relaxed);
                }
                6 => {
                    let limit = [Duration::from_micros(100), ENOUGH][self.below(2)];
                    if let Some(exporters) = &self.exporters {
                        // Whether it was in time and nothing was lost is not the question here.
                        drop(exporters.flush(limit));
                    }
                }
                7 => {
                    let limit = [Duration::ZERO, ENOUGH][self.below(2)];
                    self.stop(limit);
                }
                8 => drop(self.exporters.take()),
                _ => self.restart(),
            }
            assert_balanced(self.queue, &self.counters);
        }
    }

    fn stop(&mut self, limit: Duration) {
        if let Some(exporters) = self.exporters.take() {
            drop(exporters.shutdown(limit));
        }
        self.queue.close();
    }

    fn restart(&mut self) {
        drop(self.exporters.take());
        self.queue.configure(self.capacity, 1 + self.capacity / 2);
        let batch = BatchConfig {
            max_queue_size: self.capacity,
            max_export_batch_size: 1 + self.below(8),
            schedule_delay: Duration::from_millis(1),
            export_timeout: [Duration::from_micros(100), ENOUGH][self.below(2)],
        };
        let spans = SpansPlan {
            source: Arc::new(Source(self.queue)),
            batch,
            exporters: Vec::new(),
            sinks: vec![Box::new(Sink(Arc::clone(&self.backend)))],
        };
        let plan = ExportPlan {
            resource: Resource::builder_empty().build(),
            counters: Arc::clone(&self.counters),
            diagnostics: Diagnostics::to_hook(|_| {}),
            metrics: None,
            spans: Some(spans),
        };
        self.exporters = Some(start(plan).unwrap());
    }
}

fn record(spans: usize) {
    for _ in 0..spans {
        drop(call(&OUTER));
    }
}

/// Asserts that every span is in one place.
fn assert_balanced(queue: &Queue, counters: &Counters) {
    let books = counters.books();
    let counts = queue.counts();
    let offered = counters.spans_offered.get();
    drop(books);
    let known = counts.exported
        + counts.failed
        + counts.dropped_full
        + counts.dropped_closed
        + counts.waiting
        + counts.in_flight;
    assert_eq!(counts.made, known, "{counts:?}");
    assert_eq!(counts.taken, offered, "{counts:?}");
}

/// Runs one program, and looks at the counts all the time.
fn run(seed: u64) {
    let capacity = [1, 7, 64, 1_000][usize::try_from(seed % 4).unwrap()];
    let capture = Capture::with(TraceSettings { max_queue_size: capacity, ..TraceSettings::default() });
    let recorder: &'static Recorder = capture.recorder;
    let queue = recorder.queue;
    let mut program = Program {
        random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        queue,
        capacity,
        counters: Arc::default(),
        backend: Arc::default(),
        exporters: None,
        threads: Vec::new(),
        made: 0,
    };
    let over = Arc::new(AtomicBool::new(false));
    let watcher = {
        let (counters, over) = (Arc::clone(&program.counters), Arc::clone(&over));
        thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                assert_balanced(queue, &counters);
                thread::yield_now();
            }
        })
    };
    program.restart();
    program.run();
    for thread in std::mem::take(&mut program.threads) {
        thread.join().unwrap();
    }
    program.stop(ENOUGH);
    over.store(true, Ordering::Relaxed);
    watcher.join().unwrap();
    // Exports that a shutdown without time has left end on a thread of their own.
    let end = Instant::now() + ENOUGH;
    while queue.counts().in_flight > 0 {
        assert!(Instant::now() < end, "seed {seed}: {:?}", queue.counts());
        thread::yield_now();
    }
    let counts = queue.counts();
    assert_eq!(counts.made, program.made, "seed {seed}: {counts:?}");
    assert_eq!(counts.waiting, 0, "seed {seed}: {counts:?}");
    assert_eq!(counts.exported, program.backend.delivered.load(Ordering::Relaxed), "seed {seed}: {counts:?}");
    assert_balanced(queue, &program.counters);
}

#[test]
fn every_span_is_in_one_place_at_any_time_in_random_programs() {
    let full = std::env::var_os("RELIABILITY").is_some_and(|size| size == "full");
    // The long run is for whoever changes the queue or the exports.
    let short = if cfg!(miri) { 2 } else { 300 };
    let programs = if full { 100_000 } else { short };
    for seed in 0..programs {
        run(seed);
    }
}
