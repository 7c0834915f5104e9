//! What the areas share: the size of a run, how a row's figures are printed, and who may start telemetry.

use std::fmt;
use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How much a row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// What a row can do within seconds.
    Ci,
    /// What the matrix asks for.
    Full,
}

impl Size {
    /// What this run was asked for.
    pub(crate) fn of_run() -> Self {
        match std::env::var("RELIABILITY").as_deref() {
            Ok("full") => Self::Full,
            Ok(other) => panic!("RELIABILITY is `full` or not set, and not `{other}`"),
            Err(_) => Self::Ci,
        }
    }

    /// One value for each size.
    pub(crate) fn pick<T>(self, ci: T, full: T) -> T {
        match self {
            Self::Ci => ci,
            Self::Full => full,
        }
    }
}

/// Prints what a row showed, past the test harness, which shows the output of failed tests only.
///
/// ```text
/// row 13 (size of CI): 6,000,000 spans made, 5,998,000 delivered, 2,000 dropped, RSS +31 MB
/// ```
pub(crate) fn row(number: u32, figures: impl fmt::Display) {
    let size = Size::of_run().pick(" (size of CI)", "");
    print(&format!("row {number}{size}: {figures}\n"));
}

/// As [`row`], for a row that does the same at every size.
pub(crate) fn whole_row(number: u32, figures: impl fmt::Display) {
    print(&format!("row {number}: {figures}\n"));
}

fn print(line: &str) {
    std::io::stderr().write_all(line.as_bytes()).expect("standard error can be written");
}

/// A count with its thousands apart: `6,000,000`.
pub(crate) fn count(number: impl TryInto<u64>) -> String {
    let Ok(number) = number.try_into() else { panic!("a count is not negative") };
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What came on top, or went, of bytes: `+31.0 MB`.
pub(crate) fn growth(before: u64, after: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a figure to be read")]
    let megabytes = (after as f64 - before as f64) / f64::from(1 << 20);
    format!("{megabytes:+.1} MB")
}

/// The right to start telemetry in this process, of which there is one at a time.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    // A test that failed has dropped its telemetry, so the next one may go on.
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn figures_are_printed_in_one_form() {
    assert_eq!(count(7), "7");
    assert_eq!(count(1_234), "1,234");
    assert_eq!(count(6_000_000), "6,000,000");
    assert_eq!(growth(1 << 20, 32 << 20), "+31.0 MB");
    assert_eq!(growth(32 << 20, 31 << 20), "-1.0 MB");
}
