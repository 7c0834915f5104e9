//! Records at every moment at which the code of a program can run: before `main`, in destructors of threads that end, and in
//! those of the main thread, before and after telemetry ends in one of them. The argument says how `main` ends.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use telemetry_runtime::{
    AttributeValue, Counter, Histogram, MetricAttributes, MetricSet, Telemetry, backstage_plugin,
};

/// How many threads record in their destructors only, and how many before that too.
const THREADS: usize = 50;

/// When something is recorded.
#[derive(Clone, Copy, AttributeValue)]
enum Moment {
    BeforeMain,
    Main,
    ThreadEnd,
    Exit,
    AfterShutdown,
}

#[derive(Clone, Copy, MetricAttributes)]
struct When {
    moment: Moment,
}

#[backstage_plugin(id = "moments")]
mod moments {
    use super::{Counter, Histogram, MetricSet, When};

    /// What every moment records.
    #[derive(MetricSet)]
    pub(super) struct Metrics {
        /// Moments.
        #[metric(counter = "moments.reached", unit = "{moment}")]
        pub(super) reached: Counter<u64, When>,
        /// The same by a histogram.
        #[metric(histogram = "moments.measured", unit = "{moment}")]
        pub(super) measured: Histogram<u64, When>,
    }
}

fn record(moment: Moment) {
    let metrics = moments::Metrics::get();
    metrics.reached.add_with(1, When { moment });
    metrics.measured.record_with(1, When { moment });
}

/// Whether `main` has begun.
static BEGUN: AtomicBool = AtomicBool::new(false);

/// A value that is registered in a constructor of the program, which asks for the registry.
struct Constructed;

inventory::submit! { Constructed }

// By hand, so that the constructor runs code of this program.
impl inventory::Collect for Constructed {
    fn registry() -> &'static inventory::Registry {
        static REGISTRY: inventory::Registry = inventory::Registry::new();
        record(if BEGUN.load(Ordering::Relaxed) { Moment::Main } else { Moment::BeforeMain });
        &REGISTRY
    }
}

/// Records when it is destroyed.
struct Records(Moment);

impl Drop for Records {
    fn drop(&mut self) {
        record(self.0);
    }
}

/// Starts telemetry when it is destroyed, and ends it again: what was recorded since the last one is exported.
struct Restarts;

impl Drop for Restarts {
    fn drop(&mut self) {
        record(Moment::AfterShutdown);
        drop(start());
    }
}

// They are destroyed in the reverse order of their first use.
thread_local! {
    static AT_THREAD_END: Records = const { Records(Moment::ThreadEnd) };
    static AT_EXIT: Records = const { Records(Moment::Exit) };
    static RUNNING: RefCell<Option<Telemetry>> = const { RefCell::new(None) };
    static AT_LAST: Restarts = const { Restarts };
}

fn start() -> Telemetry {
    Telemetry::builder().without_config_files().bootstrap().expect("the defaults are a valid configuration")
}

fn end_threads() {
    for number in 0..2 * THREADS {
        let thread = thread::spawn(move || {
            // With a record before it, the destructor runs when the thread's cells are given back already.
            AT_THREAD_END.with(|_| ());
            if number % 2 == 0 {
                record(Moment::Main);
            }
        });
        thread.join().expect("the thread ends");
    }
}

fn main() {
    BEGUN.store(true, Ordering::Relaxed);
    AT_LAST.with(|_| ());
    // Some before telemetry runs, and some while it does.
    end_threads();
    RUNNING.set(Some(start()));
    end_threads();
    AT_EXIT.with(|_| ());
    record(Moment::Main);
    if std::env::args().nth(1).as_deref() == Some("exit") {
        std::process::exit(0);
    }
}
