use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use opentelemetry::Context;

use super::pool::slabs;
use super::{Busy, Isolated};
use crate::context::Attached;
use crate::metrics::health::{Drop as Reason, drops};
use crate::metrics::testing::{descriptor, metric, numbers};
use crate::metrics::{Counter, Descriptor, Histogram, Label, MetricData};

macro_rules! declared {
    ($($descriptor:tt)*) => {{
        static D: &Descriptor = descriptor!($($descriptor)*);
        // So that a collection before the first measurement has it as well.
        inventory::submit! { crate::metrics::Declared::new(D) }
        D
    }};
}

#[test]
fn sums_are_exact_while_threads_come_and_go_and_collections_run() {
    static C: Counter<u64> = Counter::declared(declared!(Counter, U64, "s-churn", "a.u"));
    static F: Counter<f64> = Counter::declared(declared!(Counter, F64, "s-churn", "a.f"));
    static H: Histogram<u64> = Histogram::declared(declared!(Histogram, U64, "s-churn", "a.h"));
    static DONE: AtomicBool = AtomicBool::new(false);
    // Miri is slow.
    const WRITERS: u32 = if cfg!(miri) { 2 } else { 8 };
    const THREADS: u32 = if cfg!(miri) { 3 } else { 300 };
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
    assert_eq!(points[0].count, u64::from(total));
    assert_eq!(points[0].sum.to_bits(), f64::from(WRITERS * THREADS * (0..ADDS).sum::<u32>()).to_bits());
    assert_eq!((points[0].min, points[0].max), (Some(0.0), Some(f64::from(ADDS - 1))));
}

#[test]
fn neither_sum_nor_extremes_are_behind_the_counts() {
    static H: Histogram<u64> = Histogram::declared(declared!(Histogram, U64, "s-behind", "a.h"));
    static DONE: AtomicBool = AtomicBool::new(false);
    const ALL: u32 = if cfg!(miri) { 200 } else { 2_000_000 };
    let read = || match metric("s-behind", "a.h") {
        Some(MetricData::Histogram { mut points, .. }) => points.pop(),
        other => panic!("{other:?}"),
    };
    let reader = thread::spawn(move || {
        while !DONE.load(Relaxed) {
            // The n-th measurement is n, so the count says the least that the others can be.
            let Some(point) = read().filter(|point| point.count > 0) else { continue };
            #[expect(clippy::cast_precision_loss, reason = "few")]
            let count = point.count as f64;
            assert!(point.sum >= count * (count + 1.0) / 2.0, "{point:?}");
            assert!(point.max >= Some(count) && point.min == Some(1.0), "{point:?}");
        }
    });
    thread::spawn(|| (1..=ALL).for_each(|n| H.record(n.into()))).join().unwrap();
    DONE.store(true, Relaxed);
    reader.join().unwrap();
    assert_eq!(read().map(|point| point.count), Some(ALL.into()));
}

#[test]
fn measurements_from_destructors_of_a_thread_count() {
    static C: Counter<u64> = Counter::declared(declared!(Counter, U64, "s-late", "a.u"));
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

#[test]
fn histograms_and_free_text_from_destructors_count_too() {
    static H: Histogram<f64> = Histogram::declared(declared!(Histogram, F64, "s-late-more", "a.h"));
    static L: Counter<u64, (Label<'static>,)> =
        Counter::declared(declared!(Counter, U64, "s-late-more", "a.l", attribute_keys(&["id"])));
    struct RecordsOnDrop(usize);
    impl Drop for RecordsOnDrop {
        fn drop(&mut self) {
            H.record(0.5);
            L.add_with(1, (Label::new(if self.0.is_multiple_of(2) { "even" } else { "odd" }),));
        }
    }
    thread_local! {
        static KEPT: OnceCell<RecordsOnDrop> = const { OnceCell::new() };
    }
    for n in 0..20 {
        thread::spawn(move || {
            KEPT.with(|kept| kept.get_or_init(|| RecordsOnDrop(n)).0);
            // The slab is handed back first, as it was taken last.
            H.record(0.5);
        })
        .join()
        .unwrap();
    }
    let Some(MetricData::Histogram { points, .. }) = metric("s-late-more", "a.h") else {
        panic!("no histogram");
    };
    assert_eq!((points[0].count, points[0].sum.to_bits()), (40, 20.0_f64.to_bits()));
    assert_eq!(numbers("s-late-more", "a.l"), [("id=even".to_owned(), 10.0), ("id=odd".to_owned(), 10.0)]);
}

#[test]
fn what_is_recorded_before_bootstrap_is_there() {
    static C: Counter<u64> = Counter::declared(declared!(Counter, U64, "s-early", "a.u"));
    static EARLY: LazyLock<u64> = LazyLock::new(|| {
        C.add(41);
        1
    });
    C.add(*EARLY);
    assert_eq!(numbers("s-early", "a.u")[0].1.to_bits(), 42.0_f64.to_bits());
}

#[test]
fn a_first_measurement_from_inside_the_store_is_counted_as_dropped() {
    static C: Counter<u64> = Counter::declared(declared!(Counter, U64, "s-inside", "a.u"));
    static L: Counter<u64, (Label<'static>,)> =
        Counter::declared(declared!(Counter, U64, "s-inside", "a.l", attribute_keys(&["id"])));
    // As an instrumented global allocator would do it.
    let before = drops(Reason::Reentrant);
    let busy = Busy::enter().expect("no one else is inside on this thread");
    C.add(1);
    L.add_with(1, (Label::new("x"),));
    drop(busy);
    assert_eq!(drops(Reason::Reentrant) - before, 2);
    C.add(1);
    // Now that it has cells, it is recorded from there too.
    let busy = Busy::enter().expect("no one else is inside on this thread");
    C.add(1);
    drop(busy);
    assert_eq!(numbers("s-inside", "a.u")[0].1.to_bits(), 2.0_f64.to_bits());
}

#[test]
fn slabs_are_used_again() {
    static C: Counter<u64> = Counter::declared(declared!(Counter, U64, "s-reuse", "a.u"));
    let count = || slabs(&Busy::enter().expect("no one else is inside on this thread")).len();
    let short = || {
        for _ in 0..if cfg!(miri) { 10 } else { 200 } {
            thread::spawn(|| C.add(1)).join().unwrap();
        }
    };
    short();
    let before = count();
    short();
    // Other tests take slabs meanwhile, but not one per thread of this one.
    assert!(count() < before + 100, "{before} slabs became {}", count());
}

#[test]
fn slabs_of_captures_are_emptied_and_used_again() {
    static C: Counter<u64> = Counter::declared(declared!(Counter, U64, "s-captured", "a.u"));
    let mut seen = HashSet::new();
    for _ in 0..if cfg!(miri) { 10 } else { 300 } {
        let isolated = Isolated::new();
        let _attached = Attached::new(isolated.within(&Context::current()));
        C.add(1);
        let slab = super::slab();
        let values: u64 = slab.iter().map(|cell| cell.load(Relaxed)).sum();
        assert_eq!(values, 1);
        seen.insert(slab.as_ptr().addr());
    }
    // Other tests take slabs meanwhile, but not one per capture of this one.
    assert!(seen.len() < 100, "{} slabs for captures one after the other", seen.len());
    assert!(numbers("s-captured", "a.u").iter().all(|point| point.1 == 0.0));
}
