//! Metrics of the process.

use std::hint::black_box;

use telemetry_instrumentation::process::ProcessMetrics;

use crate::fixture;

#[test]
fn scrape_shows_what_the_system_says() {
    let running =
        fixture::defaults().build(|builder| builder.register_instrumentation(ProcessMetrics)).start();
    // Some CPU time to be seen: the clock of the system has ticks of 10 ms.
    let mut rounds = 0_u64;
    let cpu = it::wait::until("CPU time was counted", || {
        rounds = (0..2_000_000).fold(rounds, |sum, n| black_box(sum.wrapping_add(n)));
        let user = running.scrape().sum("process_cpu_time_seconds_total", &[("cpu_mode", "user")]);
        user.filter(|seconds| *seconds > 0.0)
    });
    assert!(cpu < 600.0, "{cpu} are seconds, and not ticks");
    let scrape = running.scrape();
    let value = |name| scrape.sum(name, &[]).unwrap_or_else(|| panic!("{name} is exposed"));
    assert!(value("process_memory_usage_bytes") > 1_000_000.0);
    assert!(value("process_memory_virtual_bytes") >= value("process_memory_usage_bytes"));
    assert!(value("process_thread_count") >= 3.0, "the test and two of telemetry's own");
    assert!(value("process_unix_file_descriptor_count") >= 3.0);
    assert!((0.0..600.0).contains(&value("process_uptime_seconds")));
    drop(running);
    let without = fixture::defaults().start();
    assert_eq!(without.scrape().sum("process_memory_usage_bytes", &[]), None, "nothing observes any more");
}

#[test]
fn switched_off_by_its_name() {
    let running = fixture::yaml("telemetry: { instrumentations: { process: false } }")
        .build(|builder| builder.register_instrumentation(ProcessMetrics))
        .start();
    assert_eq!(running.scrape().sum("process_memory_usage_bytes", &[]), None);
}

#[test]
fn open_files_are_counted() {
    let running =
        fixture::defaults().build(|builder| builder.register_instrumentation(ProcessMetrics)).start();
    let files = || running.total("process.unix.file_descriptor.count").as_f64();
    let before = files();
    let open: Vec<_> = (0..20).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
    let after = files();
    drop(open);
    // Telemetry's own connections come and go.
    assert!((15.0..=25.0).contains(&(after - before)), "{before}, then {after}");
}
