// Calls: 7 ok.
use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use shapes::prelude::*;

#[shape]
fn counted() -> u32 {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

#[shape]
fn per_thread() -> Result<u32, std::thread::AccessError> {
    thread_local!(static COUNT: Cell<u32> = const { Cell::new(5) });
    let before = COUNT.try_with(|count| count.replace(count.get() + 1))?;
    Ok(before)
}

#[shape]
fn once() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| "text".to_owned())
}

#[shape]
async fn evaluated<T: Default + std::fmt::Debug>() -> String {
    const { assert!(size_of::<u32>() == 4) };
    pending_once().await;
    format!("{:?}", T::default())
}

pub(super) fn run() {
    let start = counted();
    show("counted", counted() - start);
    let start = per_thread().unwrap_or_default();
    show("per thread", per_thread().map(|now| now - start));
    show("once", once() == once());
    show("evaluated", block_on(evaluated::<u8>()));
}
