//! What instruments take.

use std::sync::{Barrier, OnceLock};

use bench_harness::memory::{growth, resident};
use telemetry_runtime::{Counter, Histogram, MetricSet, Scope};

use crate::exporters;
use crate::steps::Step;

/// Plugins that have the instruments each.
const PLUGINS: usize = 100;

/// Instruments of a set.
const INSTRUMENTS: usize = 10;

/// Threads that record.
const THREADS: usize = 512;

macro_rules! set {
    ($set:ident, $kind:ident, $instrument:ty, $($field:ident $name:literal),+) => {
        #[derive(MetricSet)]
        #[metric_set(plugin = "bench-memory")]
        #[allow(dead_code, reason = "some of them stay idle")]
        struct $set {
            $(
                /// One of many.
                #[metric($kind = $name)]
                $field: $instrument,
            )+
        }
    };
}

set!(
    Counters, counter, Counter<u64, Step>, a "many.a", b "many.b", c "many.c", d "many.d", e "many.e", f "many.f",
    g "many.g", h "many.h", i "many.i", j "many.j"
);
set!(
    Histograms, histogram, Histogram<f64, Step>, a "sizes.a", b "sizes.b", c "sizes.c", d "sizes.d", e "sizes.e",
    f "sizes.f", g "sizes.g", h "sizes.h", i "sizes.i", j "sizes.j"
);

/// The plugin of a number.
fn scope(number: usize) -> Scope {
    Scope::plugin(format!("memory-{number}").leak())
}

fn sets<T: MetricSet>(plugins: usize) -> Vec<T> {
    (0..plugins).map(|number| T::for_plugin(scope(number))).collect()
}

/// Prints the bytes of an idle counter, of an idle histogram, each of sixteen series, and of 100 counters of which each of
/// 512 threads touched a series.
pub fn print() {
    let exporters = exporters::start();
    // What the first one takes is not the instrument's.
    drop((sets::<Counters>(1), sets::<Histograms>(1)));
    exporters.flush();
    let each = (PLUGINS * INSTRUMENTS) as i64;
    let (counters, kept) = growth(|| sets::<Counters>(PLUGINS));
    let (histograms, kept_too) = growth(|| sets::<Histograms>(PLUGINS));
    drop((kept, kept_too));
    println!("{} {} {}", counters / each, histograms / each, threads());
}

/// 100 counters, and what they take once so many threads that live have added to one series of each.
fn threads() -> i64 {
    static SETS: OnceLock<Vec<Counters>> = OnceLock::new();
    let sets = SETS.get_or_init(|| sets(10));
    let barrier = Barrier::new(THREADS + 1);
    std::thread::scope(|scope| {
        for number in 0..THREADS {
            let barrier = &barrier;
            let thread = std::thread::Builder::new().stack_size(64 * 1024);
            let work = move || {
                barrier.wait();
                barrier.wait();
                for set in sets {
                    let step = Step::at(number as u64);
                    for counter in
                        [&set.a, &set.b, &set.c, &set.d, &set.e, &set.f, &set.g, &set.h, &set.i, &set.j]
                    {
                        counter.add_with(1, step);
                    }
                }
                barrier.wait();
                barrier.wait();
            };
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
