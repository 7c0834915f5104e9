// Calls: 11 ok, 4 error.
use shapes::prelude::*;

#[shape]
fn wide(a: u128, b: i128) -> Result<i128, u128> {
    let Some(sum) = a.checked_add_signed(b) else { return Err(a) };
    i128::try_from(sum).map_err(|_| sum)
}

#[shape]
fn root(n: f64) -> f64 {
    if n.is_nan() {
        return n;
    }
    n.sqrt()
}

#[shape]
fn checked(n: f32) -> Result<f32, f32> {
    if n.is_finite() { Ok(n) } else { Err(n) }
}

#[shape]
async fn later(n: f64) -> (f64, u128) {
    pending_once().await;
    (-n, n.to_bits().into())
}

pub(super) fn run() {
    show("wide", (wide(u128::MAX, -1), wide(1, i128::MIN), wide(5, -7), wide(7, -5)));
    let strange = f64::from_bits(0x7FF0_0000_0000_0001);
    show(
        "root",
        [strange, -1.0, -0.0, f64::INFINITY].map(|n| (root(n).to_bits() & !(1 << 63), root(n).is_nan())),
    );
    show("checked", (checked(f32::MIN_POSITIVE), checked(f32::NAN)));
    show("later", block_on(later(0.0)));
}
