//! Requests at a steady rate, on several threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use it::requests::handle;
use opentelemetry::{KeyValue, global};

const THREADS: u32 = 4;
/// How often a thread catches up with its share.
const SLICE: Duration = Duration::from_millis(10);
/// How far a thread may fall behind before it gives up on what is due: a machine that was away must not be punished.
const PATIENCE: f64 = 1.0;

/// Load that runs until it is stopped.
pub(crate) struct Load {
    requests: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts so many requests a second.
    pub(crate) fn start(rate: u32) -> Self {
        let requests = Arc::new(AtomicUsize::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let share = f64::from(rate) / f64::from(THREADS);
        let threads = (0..THREADS).map(|_| {
            let (requests, stop) = (Arc::clone(&requests), Arc::clone(&stop));
            std::thread::spawn(move || work(share, &requests, &stop))
        });
        Self { threads: threads.collect(), requests, stop }
    }

    /// How many were made.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Ends the load, and says how many were made.
    pub(crate) fn stop(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().expect("no request panics");
        }
        self.requests.load(Ordering::Relaxed)
    }
}

fn work(share: f64, requests: &AtomicUsize, stop: &AtomicBool) {
    // Third-party instruments are collected by a way of their own.
    let visits = global::meter("soak").u64_counter("soak.visits").build();
    let start = Instant::now();
    let mut due = 0.0;
    let mut begun = 0.0;
    while !stop.load(Ordering::Relaxed) {
        let now = start.elapsed().as_secs_f64();
        due = (share * now).max(due);
        begun = f64::max(begun, due - share * PATIENCE);
        while begun < due {
            begun += 1.0;
            let number = requests.fetch_add(1, Ordering::Relaxed);
            handle(number);
            visits.add(1, &[KeyValue::new("page", i64::try_from(number % 100).unwrap_or_default())]);
        }
        std::thread::sleep(SLICE);
    }
}
