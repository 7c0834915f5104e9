//! Metrics of the running process: CPU time, memory, threads, open files and uptime.
//!
//! | metric | kind | unit | attributes |
//! |---|---|---|---|
//! | `process.cpu.time` | counter | `s` | `cpu.mode`: `user`, `system` |
//! | `process.memory.usage` | up-down counter | `By` | |
//! | `process.memory.virtual` | up-down counter | `By` | |
//! | `process.thread.count` | up-down counter | `{thread}` | |
//! | `process.unix.file_descriptor.count` | up-down counter | `{file_descriptor}` | |
//! | `process.uptime` | gauge | `s` | |
//!
//! The names are those of OpenTelemetry's semantic conventions ("OS process metrics", 1.42), without the prefix of a plugin.
//! They are read at each collection from `/proc/self`, which takes some microseconds. On other systems than Linux
//! nothing is observed.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use other as system;

use telemetry_runtime::metrics::{CallbackHandle, MetricNumber};
use telemetry_runtime::{
    AttributeValue, Error, Instrumentation, InstrumentationGuard, MetricAttributes, Observer, Telemetry,
    backstage_core,
};

/// What the system says of this process.
#[derive(Clone, Copy, Debug)]
struct Reading {
    user_seconds: f64,
    system_seconds: f64,
    resident_bytes: i64,
    virtual_bytes: i64,
    threads: i64,
    uptime_seconds: f64,
}

#[derive(Clone, Copy, AttributeValue)]
enum Mode {
    User,
    System,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Cpu {
    #[attribute("cpu.mode")]
    mode: Mode,
}

#[backstage_core(service = "process")]
mod declared {
    use telemetry_runtime::{MetricSet, ObservableCounter, ObservableGauge, ObservableUpDownCounter};

    use super::Cpu;

    #[derive(MetricSet)]
    pub(super) struct Metrics {
        /// CPU seconds that the process used, by mode.
        #[metric(observable_counter = "::process.cpu.time", unit = "s")]
        pub(super) cpu_time: ObservableCounter<f64, Cpu>,
        /// Physical memory in use.
        #[metric(observable_up_down_counter = "::process.memory.usage", unit = "By")]
        pub(super) memory_usage: ObservableUpDownCounter<i64>,
        /// Committed virtual memory.
        #[metric(observable_up_down_counter = "::process.memory.virtual", unit = "By")]
        pub(super) memory_virtual: ObservableUpDownCounter<i64>,
        /// Threads of the process.
        #[metric(observable_up_down_counter = "::process.thread.count", unit = "{thread}")]
        pub(super) threads: ObservableUpDownCounter<i64>,
        /// Open file descriptors.
        #[metric(
            observable_up_down_counter = "::process.unix.file_descriptor.count",
            unit = "{file_descriptor}"
        )]
        pub(super) files: ObservableUpDownCounter<i64>,
        /// How long the process has been running.
        #[metric(observable_gauge = "::process.uptime", unit = "s")]
        pub(super) uptime: ObservableGauge<f64>,
    }
}

use declared::Metrics;

/// Observes the process for as long as telemetry runs.
///
/// `telemetry.instrumentations.process: false` switches it off.
///
/// ```
/// use telemetry_instrumentation::process::ProcessMetrics;
/// use telemetry_runtime::Telemetry;
///
/// # fn main() -> Result<(), telemetry_runtime::Error> {
/// let telemetry = Telemetry::builder()
///     .without_config_files()
///     .prometheus_port(0)
///     .register_instrumentation(ProcessMetrics)
///     .bootstrap()?;
/// # telemetry.shutdown()
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessMetrics;

impl Instrumentation for ProcessMetrics {
    fn name(&self) -> &'static str {
        "process"
    }

    fn start(&self, _: &Telemetry) -> Result<InstrumentationGuard, Error> {
        let callbacks = observe();
        Ok(InstrumentationGuard::new(move || drop(callbacks)))
    }
}

/// Observes the process until the handles are dropped.
fn observe() -> [CallbackHandle; 6] {
    let metrics = Metrics::get();
    [
        metrics.cpu_time.observe_with(|observer| {
            if let Some(reading) = system::read() {
                observer.observe_with(reading.user_seconds, Cpu { mode: Mode::User });
                observer.observe_with(reading.system_seconds, Cpu { mode: Mode::System });
            }
        }),
        metrics.memory_usage.observe_with(|observer| {
            report(observer, system::read().map(|reading| reading.resident_bytes));
        }),
        metrics.memory_virtual.observe_with(|observer| {
            report(observer, system::read().map(|reading| reading.virtual_bytes));
        }),
        metrics.threads.observe_with(|observer| {
            report(observer, system::read().map(|reading| reading.threads));
        }),
        metrics.files.observe_with(|observer| {
            report(observer, system::open_files());
        }),
        metrics.uptime.observe_with(|observer| {
            report(observer, system::read().map(|reading| reading.uptime_seconds));
        }),
    ]
}

/// Observes what the system says, if it does.
fn report<T: MetricNumber>(observer: &mut Observer<'_, T>, value: Option<T>) {
    if let Some(value) = value {
        observer.observe(value);
    }
}
