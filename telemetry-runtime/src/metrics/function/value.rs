//! Values that a call gives to its metrics.

use std::time::Duration;

use crate::metrics::descriptor::NumberKind;

/// A number that `value = ..` of `#[metric]` takes: any integer or floating point number, or a [`Duration`], which
/// counts in seconds.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number that a metric can record",
    label = "not a number",
    note = "give an integer, an `f64`, an `f32` or a `std::time::Duration`"
)]
pub trait CallValue {
    /// The bits of the value in an instrument's number type; `None` if that type does not have the value, such as a
    /// negative number or a fraction where whole numbers are counted.
    fn bits_in(self, number: NumberKind) -> Option<u64>;
}

macro_rules! integers {
    ($($integer:ty),+) => {
        $(impl CallValue for $integer {
            #[inline]
            fn bits_in(self, number: NumberKind) -> Option<u64> {
                match number {
                    NumberKind::U64 => u64::try_from(self).ok(),
                    NumberKind::I64 => Some(i64::try_from(self).ok()?.cast_unsigned()),
                    #[expect(clippy::allow_attributes, reason = "not every integer type needs each of them")]
                    #[allow(clippy::cast_precision_loss, clippy::cast_lossless, reason = "the instrument's type")]
                    NumberKind::F64 => Some((self as f64).to_bits()),
                }
            }
        })+
    };
}

integers!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

impl CallValue for f64 {
    #[inline]
    fn bits_in(self, number: NumberKind) -> Option<u64> {
        /// 2^63 and 2^64, the first doubles that the integer types do not have.
        const I64_END: f64 = 9_223_372_036_854_775_808.0;
        const U64_END: f64 = 18_446_744_073_709_551_616.0;
        let whole = self.fract() == 0.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the ranges are checked")]
        match number {
            NumberKind::F64 => Some(f64::to_bits(self)),
            NumberKind::U64 => (whole && (0.0..U64_END).contains(&self)).then_some(self as u64),
            NumberKind::I64 => {
                (whole && (-I64_END..I64_END).contains(&self)).then_some((self as i64).cast_unsigned())
            }
        }
    }
}

impl CallValue for f32 {
    #[inline]
    fn bits_in(self, number: NumberKind) -> Option<u64> {
        f64::from(self).bits_in(number)
    }
}

impl CallValue for Duration {
    #[inline]
    fn bits_in(self, number: NumberKind) -> Option<u64> {
        self.as_secs_f64().bits_in(number)
    }
}

impl<V: CallValue + Copy> CallValue for &V {
    #[inline]
    fn bits_in(self, number: NumberKind) -> Option<u64> {
        (*self).bits_in(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_exactly_or_not_at_all() {
        assert_eq!(3_usize.bits_in(NumberKind::U64), Some(3));
        assert_eq!((-3_i32).bits_in(NumberKind::U64), None);
        assert_eq!((-3_i32).bits_in(NumberKind::I64), Some((-3_i64).cast_unsigned()));
        assert_eq!(2.0_f64.bits_in(NumberKind::U64), Some(2));
        assert_eq!(2.5_f64.bits_in(NumberKind::U64), None);
        assert_eq!(1e30_f64.bits_in(NumberKind::U64), None);
        assert_eq!(f64::NAN.bits_in(NumberKind::I64), None);
        assert_eq!(Duration::from_millis(1500).bits_in(NumberKind::F64), Some(1.5_f64.to_bits()));
        assert_eq!((&7_u8).bits_in(NumberKind::F64), Some(7.0_f64.to_bits()));
    }
}
