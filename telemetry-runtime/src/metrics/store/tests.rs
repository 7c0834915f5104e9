use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use crate::metrics::testing::{metric, numbers};
use crate::metrics::{Counter, Descriptor, Histogram, InstrumentKind, MetricData, NumberKind};
use crate::plugin::Scope;

macro_rules! descriptor {
    ($kind:ident, $number:ident, $plugin:literal, $name:literal) => {{
        static D: Descriptor = Descriptor::new(
            InstrumentKind::$kind,
            NumberKind::$number,
            Scope::plugin($plugin),
            $name,
            "telemetry-runtime",
        );
        // Declared, so that a collection before the first measurement has it as well.
        inventory::submit! { crate::metrics::Declared::new(&D) }
        &D
    }};
}

#[test]
fn sums_are_exact_while_threads_come_and_go_and_collections_run() {
    static C: Counter<u64> = Counter::declared(descriptor!(Counter, U64, "s-churn", "a.u"));
    static F: Counter<f64> = Counter::declared(descriptor!(Counter, F64, "s-churn", "a.f"));
    static H: Histogram<u64> = Histogram::declared(descriptor!(Histogram, U64, "s-churn", "a.h"));
    static DONE: AtomicBool = AtomicBool::new(false);
    const WRITERS: u32 = 8;
    const THREADS: u32 = 150;
    const ADDS: u32 = 40;
    let reader = thread::spawn(|| {
        let mut last = 0.0;
        while !DONE.load(Relaxed) {
            let now = numbers("s-churn", "a.u").first().map_or(0.0, |point| point.1);
            assert!(now >= last, "a counter went back from {last} to {now}");
            last = now;
        }
    });
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            thread::spawn(|| {
                for _ in 0..THREADS {
                    let short = thread::spawn(|| {
                        for n in 0..ADDS {
                            C.add(1);
                            F.add(0.25);
                            H.record(n.into());
                        }
                    });
                    short.join().unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    DONE.store(true, Relaxed);
    reader.join().unwrap();
    let total = WRITERS * THREADS * ADDS;
    assert_eq!(numbers("s-churn", "a.u")[0].1.to_bits(), f64::from(total).to_bits());
    assert_eq!(numbers("s-churn", "a.f")[0].1.to_bits(), (f64::from(total) / 4.0).to_bits());
    let Some(MetricData::Histogram { points, .. }) = metric("s-churn", "a.h") else {
        panic!("no histogram");
    };
    assert_eq!(points[0].count, total.into());
    assert_eq!(points[0].sum.to_bits(), f64::from(WRITERS * THREADS * (0..ADDS).sum::<u32>()).to_bits());
    assert_eq!((points[0].min, points[0].max), (Some(0.0), Some(f64::from(ADDS - 1))));
}

#[test]
fn measurements_from_destructors_of_a_thread_count() {
    static C: Counter<u64> = Counter::declared(descriptor!(Counter, U64, "s-late", "a.u"));
    struct AddsOnDrop;
    impl Drop for AddsOnDrop {
        fn drop(&mut self) {
            C.add(1);
        }
    }
    thread_local! {
        static EARLY: AddsOnDrop = const { AddsOnDrop };
        static LATE: AddsOnDrop = const { AddsOnDrop };
    }
    for recorded_before in [true, false] {
        for _ in 0..20 {
            thread::spawn(move || {
                // Destructors run in the reverse order of first use: one before, one after the slab is handed back.
                EARLY.with(|_| ());
                if recorded_before {
                    C.add(1);
                }
                LATE.with(|_| ());
            })
            .join()
            .unwrap();
        }
    }
    assert_eq!(numbers("s-late", "a.u")[0].1.to_bits(), 100.0_f64.to_bits());
}
