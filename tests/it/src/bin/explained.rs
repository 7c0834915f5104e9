//! Reads the `app-config.yaml` of its folder, starts nothing, and prints what is wrong with it. The last line has the time that
//! reading took in microseconds, and the memory in KiB that it took on top of what the program had.

use std::time::Instant;

use telemetry_runtime::Telemetry;

fn main() {
    let before = peak();
    let start = Instant::now();
    let explanation = Telemetry::builder().explain();
    let time = start.elapsed();
    let after = peak();
    for problem in explanation.problems() {
        println!("{problem}");
    }
    println!("{} {}", time.as_micros(), after.saturating_sub(before));
}

/// The most memory that the process has had, in KiB; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}
