//! What threads share: the standard library's, in one place, so that `tests/loom` can put a model of it there.

pub(crate) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError};
