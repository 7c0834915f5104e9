//! Numbers as both formats write them.

use std::fmt::Write as _;

use crate::metrics::Number;

/// Writes a sample's value.
pub(super) fn write_number(out: &mut String, number: Number) {
    match number {
        Number::U64(value) => write_integer(out, value),
        Number::I64(value) => {
            if value < 0 {
                out.push('-');
            }
            write_integer(out, value.unsigned_abs());
        }
        Number::F64(value) => write_float(out, value),
    }
}

/// Writes an integer without the machinery of `fmt`: most samples are integers.
pub(super) fn write_integer(out: &mut String, mut value: u64) {
    // 20 digits hold `u64::MAX`.
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        let digit = (value % 10) as u8;
        digits[start] = b'0' + digit;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.push_str(std::str::from_utf8(&digits[start..]).unwrap_or_default());
}

/// Writes a float with the fewest digits that give the same float back.
///
/// Whole numbers keep their `.0`. `OpenMetrics` demands that of `le`, and one form for both formats keeps the series
/// of a histogram the same when a scraper changes the format.
pub(super) fn write_float(out: &mut String, value: f64) {
    if value.is_nan() {
        out.push_str("NaN");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "+Inf" } else { "-Inf" });
    } else {
        // `Debug` turns to exponents where `Display` would write hundreds of digits.
        let _ = write!(out, "{value:?}");
    }
}

/// Whether `OpenMetrics` allows the value where a sum is expected.
pub(super) fn is_sum(number: Number) -> bool {
    match number {
        Number::U64(_) => true,
        Number::I64(value) => value >= 0,
        Number::F64(value) => value >= 0.0,
    }
}
