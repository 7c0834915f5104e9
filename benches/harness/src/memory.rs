//! Resident memory of this process.

/// The bytes of memory that this process alone has, by the kernel's exact sum; `/proc/self/status` lags behind.
///
/// # Panics
///
/// Where the system does not say, as on others than Linux.
pub fn resident() -> i64 {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup").expect("Linux tells it");
    let kilobytes: i64 = text
        .lines()
        .filter(|line| line.starts_with("Private_Dirty:") || line.starts_with("Private_Clean:"))
        .filter_map(|line| line.split_whitespace().nth(1)?.parse::<i64>().ok())
        .sum();
    kilobytes * 1024
}

/// What `make` adds to memory.
pub fn growth<T>(make: impl FnOnce() -> T) -> (i64, T) {
    let before = resident();
    let made = make();
    (resident() - before, made)
}
