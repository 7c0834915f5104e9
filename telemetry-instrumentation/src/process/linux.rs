//! What `/proc` says of this process (`man 5 proc_pid_stat`).

use std::fs;

use super::Reading;

/// Reads the process's state.
pub(super) fn read() -> Option<Reading> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    parse(&stat, &uptime, rustix::param::clock_ticks_per_second(), rustix::param::page_size())
}

/// The number of open files, without the one by which they are counted.
pub(super) fn open_files() -> Option<i64> {
    let entries = fs::read_dir("/proc/self/fd").ok()?;
    i64::try_from(entries.count()).ok().map(|count| count - 1)
}

#[expect(clippy::cast_precision_loss, reason = "ticks since the start stay far below 2^52")]
fn parse(stat: &str, uptime: &str, ticks_per_second: u64, page_size: usize) -> Option<Reading> {
    // The second field is the program's name in brackets, which may hold anything, also brackets and spaces.
    let (_, after_name) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = after_name.split_ascii_whitespace().collect();
    // The manual counts from one, and the third field is the first after the name.
    let field = |number: usize| fields.get(number - 3).copied();
    let seconds = |number| Some(field(number)?.parse::<u64>().ok()? as f64 / ticks_per_second as f64);
    let since_boot: f64 = uptime.split_ascii_whitespace().next()?.parse().ok()?;
    let resident_pages: i64 = field(24)?.parse().ok()?;
    Some(Reading {
        user_seconds: seconds(14)?,
        system_seconds: seconds(15)?,
        threads: field(20)?.parse().ok()?,
        // The start is known to a tick, so that a young process may seem to start later than now.
        uptime_seconds: (since_boot - seconds(22)?).max(0.0),
        virtual_bytes: field(23)?.parse().ok()?,
        resident_bytes: resident_pages.checked_mul(i64::try_from(page_size).ok()?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_behind_any_name() {
        let stat = "7 (a ) b (c) S 1 7 7 0 -1 4194560 10 0 0 0 250 75 0 0 20 0 3 0 1000 4096000 25 18446744073709551615";
        let reading = parse(stat, "12.50 40.00\n", 100, 4096).unwrap();
        assert_eq!((reading.user_seconds, reading.system_seconds), (2.5, 0.75));
        assert_eq!((reading.threads, reading.virtual_bytes), (3, 4_096_000));
        assert_eq!((reading.resident_bytes, reading.uptime_seconds), (102_400, 2.5));
    }

    #[test]
    fn unknown_formats_are_no_reading() {
        assert!(parse("7 (name) S 1", "1.0 2.0", 100, 4096).is_none());
        assert!(parse("", "", 100, 4096).is_none());
    }

    #[test]
    fn this_process_is_read() {
        let reading = read().unwrap();
        assert!(reading.threads >= 1 && reading.resident_bytes > 0, "{reading:?}");
        let before = open_files().unwrap();
        assert!(before > 0, "standard output is open");
    }
}
