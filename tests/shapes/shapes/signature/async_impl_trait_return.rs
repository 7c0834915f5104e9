// Calls: 2 ok, 1 error.
// Also known as x13_async_impl_ret.
use shapes::prelude::*;

#[shape]
async fn even(limit: u32) -> impl Iterator<Item = u32> {
    pending_once().await;
    (0..limit).filter(|n| n % 2 == 0)
}

#[shape]
async fn checked(values: &[u32]) -> Result<impl Iterator<Item = &u32>, &'static str> {
    if values.is_empty() {
        return Err("empty");
    }
    pending_once().await;
    Ok(values.iter().rev())
}

pub(super) fn run() {
    auto_traits!("even", even(3));
    show("even", block_on(even(7)).collect::<Vec<_>>());
    show("checked", block_on(checked(&[1, 2])).map(Vec::from_iter));
    show("checked", block_on(checked(&[])).map(Vec::from_iter));
}
