// Calls: 4 ok, 4 error, 1 panic.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{LockResult, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, TryLockError};

use shapes::prelude::*;

#[shape]
fn locked(numbers: &Mutex<Vec<u32>>) -> LockResult<MutexGuard<'_, Vec<u32>>> {
    numbers.lock()
}

#[shape]
fn pushed(numbers: &Mutex<Vec<u32>>, n: u32) -> Result<usize, PoisonError<MutexGuard<'_, Vec<u32>>>> {
    let mut numbers = locked(numbers)?;
    assert!(n < 5, "too much");
    numbers.push(n);
    Ok(numbers.len())
}

#[shape]
fn tried<T>(value: &RwLock<T>) -> Result<RwLockReadGuard<'_, T>, TryLockError<RwLockReadGuard<'_, T>>> {
    let guard = value.try_read()?;
    Ok(guard)
}

pub(super) fn run() {
    let numbers = Mutex::new(vec![]);
    show("pushed", pushed(&numbers, 1).ok());
    show("panicked", catch_unwind(AssertUnwindSafe(|| pushed(&numbers, 7).is_ok())).is_err());
    show("poisoned", pushed(&numbers, 1).map_err(|error| error.into_inner().len()));
    show("taken", locked(&numbers).unwrap_or_else(PoisonError::into_inner).pop());
    let value = RwLock::new(1);
    show("read", tried(&value).map(|value| *value).ok());
    let writer = value.write();
    show("written", matches!(tried(&value), Err(TryLockError::WouldBlock)));
    drop(writer);
}
