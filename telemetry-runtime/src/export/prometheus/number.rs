//! Numbers as both formats write them.

use std::io::Write as _;

use crate::metrics::Number;

/// Writes a sample's value.
pub(super) fn write_number(out: &mut Vec<u8>, number: Number) {
    match number {
        Number::U64(value) => write_integer(out, value),
        Number::I64(value) => {
            if value < 0 {
                out.push(b'-');
            }
            write_integer(out, value.unsigned_abs());
        }
        Number::F64(value) => write_float(out, value),
    }
}

/// Two digits each, from 00 to 99.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut number: u8 = 0;
    while number < 100 {
        pairs[number as usize] = [b'0' + number / 10, b'0' + number % 10];
        number += 1;
    }
    pairs
};

/// Writes an integer without the machinery of `fmt`: most samples are integers.
#[expect(clippy::cast_possible_truncation, reason = "remainders of a hundred")]
pub(super) fn write_integer(out: &mut Vec<u8>, mut value: u64) {
    // 20 digits hold `u64::MAX`.
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while value >= 10 {
        start -= 2;
        digits[start..start + 2].copy_from_slice(&PAIRS[(value % 100) as usize]);
        value /= 100;
    }
    if value > 0 || start == digits.len() {
        start -= 1;
        digits[start] = b'0' + value as u8;
    }
    out.extend_from_slice(&digits[start..]);
}

/// Writes a float with the fewest digits that give the same float back.
///
/// Whole numbers keep their `.0`. `OpenMetrics` demands that of `le`, and one form for both formats keeps the series
/// of a histogram the same when a scraper changes the format.
pub(super) fn write_float(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        out.extend_from_slice(b"NaN");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
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
