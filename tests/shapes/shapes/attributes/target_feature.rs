// Calls: 2 ok, 1 error.
use shapes::prelude::*;

#[cfg(target_arch = "x86_64")]
#[shape]
#[target_feature(enable = "sse2")]
fn added(a: u32, b: u32) -> u32 {
    a.wrapping_add(b)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse2")]
#[shape]
fn checked(a: u32, b: u32) -> Result<u32, &'static str> {
    let sum = a.checked_add(b).ok_or("too much")?;
    Ok(sum + added(a, b))
}

#[cfg(not(target_arch = "x86_64"))]
#[shape]
unsafe fn checked(a: u32, b: u32) -> Result<u32, &'static str> {
    a.checked_add(b).map(|sum| sum + sum).ok_or("too much")
}

pub(super) fn run() {
    // SAFETY: each processor of the architecture has the feature.
    show("checked", unsafe { (checked(1, 2), checked(u32::MAX, 1)) });
}
