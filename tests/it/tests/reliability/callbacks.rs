//! Row 11: callbacks that panic or hang cost their own metric only.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use it::exposition::Exposition;
use it::judges::Prometheus;
use it::{http, wait};
use telemetry_runtime::export::Diagnostics;
use telemetry_runtime::{Counter, MetricSet, ObservableGauge, Observer, Telemetry};

use crate::figures::{Size, alone, row};

/// Other tests of this program collect the gauges, too: they misbehave only where they are asked to.
static PANICS: AtomicBool = AtomicBool::new(false);
static CALLS: AtomicU64 = AtomicU64::new(0);
static HANGS: Mutex<bool> = Mutex::new(false);
static RELEASED: Condvar = Condvar::new();

/// What a scrape may take.
const SCRAPE: Duration = Duration::from_secs(1);

#[derive(MetricSet)]
#[metric_set(plugin = "misbehaving")]
struct Metrics {
    /// What goes on.
    #[metric(counter = "scrapes.made", unit = "{scrape}")]
    scrapes: Counter<u64>,
    /// Panics every second time.
    #[metric(observable_gauge = "calls.panicking", unit = "{call}", callback = panicking)]
    panicking: ObservableGauge<u64>,
    /// Blocks for a minute.
    #[metric(observable_gauge = "calls.hanging", unit = "{call}", callback = hanging)]
    hanging: ObservableGauge<u64>,
    /// What others observe.
    #[metric(observable_gauge = "calls.quiet", unit = "{call}", callback = quiet)]
    quiet: ObservableGauge<u64>,
}

fn panicking(observer: &mut Observer<'_, u64, ()>) {
    if PANICS.load(Ordering::Relaxed) {
        let calls = CALLS.fetch_add(1, Ordering::Relaxed);
        assert!(calls.is_multiple_of(2), "as the test says");
    }
    observer.observe(1);
}

fn hanging(observer: &mut Observer<'_, u64, ()>) {
    let hangs = HANGS.lock().unwrap_or_else(PoisonError::into_inner);
    let limit = Duration::from_secs(60);
    drop(RELEASED.wait_timeout_while(hangs, limit, |hangs| *hangs));
    observer.observe(1);
}

fn quiet(observer: &mut Observer<'_, u64, ()>) {
    observer.observe(1);
}

/// While it lives, a callback hangs.
struct Hanging;

impl Hanging {
    fn begin() -> Self {
        *HANGS.lock().unwrap_or_else(PoisonError::into_inner) = true;
        Self
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        *HANGS.lock().unwrap_or_else(PoisonError::into_inner) = false;
        RELEASED.notify_all();
    }
}

/// What scrapes saw.
#[derive(Default)]
struct Scrapes {
    made: u64,
    longest: Duration,
}

impl Scrapes {
    /// Scrapes once; all but the two gauges must be there.
    fn scrape(&mut self, address: SocketAddr) -> Exposition {
        Metrics::get().scrapes.add(1);
        self.made += 1;
        let start = Instant::now();
        let answer = http::get(address, "/metrics", &[]);
        self.longest = self.longest.max(start.elapsed());
        assert_eq!(answer.status, 200);
        let scrape = Exposition::parse(answer.text());
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let made = self.made as f64;
        assert_eq!(scrape.sum("backstage_plugin_misbehaving_scrapes_made_total", &[]), Some(made));
        assert_eq!(scrape.sum("backstage_plugin_misbehaving_calls_quiet", &[]), Some(1.0));
        scrape
    }
}

fn failures(scrape: &Exposition, name: &str, reason: &str) -> u64 {
    let sum = scrape.sum(&format!("backstage_core_telemetry_{name}_total"), &[("reason", reason)]);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let count = sum.unwrap_or(0.0) as u64;
    count
}

#[test]
fn callbacks_that_panic_or_hang_are_counted_and_cost_no_other_metric() {
    let _alone = alone();
    let size = Size::of_run();
    let telemetry = Telemetry::builder()
        .without_config_files()
        .prometheus_port(0)
        .diagnostics(Diagnostics::to_hook(|_| {}))
        .bootstrap()
        .expect("the defaults are a valid configuration");
    let address = telemetry.prometheus_address().expect("the endpoint listens");
    let metrics = Metrics::get();
    // They report by themselves, and a field that nobody reads would be a warning.
    let _ = (&metrics.panicking, &metrics.hanging, &metrics.quiet);
    let mut scrapes = Scrapes::default();
    let before = scrapes.scrape(address);

    PANICS.store(true, Ordering::Relaxed);
    let rounds: u64 = size.pick(10, 100);
    let mut seen = 0;
    // A collection that takes long, for a panic with its backtrace does, is not waited for and not one of them.
    while CALLS.load(Ordering::Relaxed) < rounds {
        let scrape = scrapes.scrape(address);
        seen += u64::from(scrape.sum("backstage_plugin_misbehaving_calls_panicking", &[]).is_some());
    }
    PANICS.store(false, Ordering::Relaxed);
    let panics = |scrape: &Exposition| failures(scrape, "measurements_dropped", "callback");
    let after = wait::until("every panic being counted", || {
        let scrape = scrapes.scrape(address);
        (panics(&scrape) == panics(&before) + CALLS.load(Ordering::Relaxed) / 2).then_some(scrape)
    });
    assert!(seen > 0, "it is there where it does not panic");
    let while_panicking = scrapes.longest;

    let hanging = Hanging::begin();
    let seconds: u32 = size.pick(3, 60);
    // It asks every second; up are the scrapes that it could read.
    let server = Prometheus::scrape(address);
    for second in 0..seconds {
        scrapes.scrape(address);
        if let Some(server) = &server {
            wait::until("the next scrape of the server", || {
                let looks: u32 = server.value("count_over_time(up[10m])").parse().ok()?;
                (looks > second).then_some(())
            });
        }
    }
    let late = failures(&scrapes.scrape(address), "callbacks_failed", "late");
    assert!(late > failures(&after, "callbacks_failed", "late"), "it is counted while it hangs");
    if let Some(server) = &server {
        assert_eq!(server.value("min_over_time(up[10m])"), "1");
    }
    drop(hanging);

    // What the criterion allows, and what a machine that does something else needs.
    assert!(scrapes.longest <= size.pick(SCRAPE * 10, SCRAPE), "a scrape took {:?}", scrapes.longest);
    let up = if server.is_some() { "1 throughout" } else { "not asked" };
    row(
        11,
        format_args!(
            "{} collections, every second with a panic: {} counted, the longest scrape {while_panicking:.2?}; blocked for \
             {seconds} s: the longest {:.2?}, `up` {up}; the others are in {made} of {made} scrapes",
            CALLS.load(Ordering::Relaxed),
            CALLS.load(Ordering::Relaxed) / 2,
            scrapes.longest,
            made = scrapes.made,
        ),
    );
}
