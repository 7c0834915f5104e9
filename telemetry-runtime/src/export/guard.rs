//! User code in our threads: its panics end here.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use super::sink::ExportError;

/// Runs the future that `make` gives, and turns a panic of either, or the end of `limit` (zero: none), into an error.
pub(super) async fn guarded<T, F>(limit: Duration, make: impl FnOnce() -> F) -> Result<T, ExportError>
where
    F: Future<Output = Result<T, ExportError>>,
{
    let panicked = || ExportError::new("the exporter panicked");
    let future = catch_unwind(AssertUnwindSafe(make)).map_err(|_| panicked())?;
    let mut future = pin!(future);
    // A future that panicked is not polled again.
    let caught = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll,
        Err(_) => Poll::Ready(Err(panicked())),
    });
    if limit.is_zero() {
        return caught.await;
    }
    match tokio::time::timeout(limit, caught).await {
        Ok(result) => result,
        Err(_) => Err(ExportError::new(format!("no answer within {limit:?}"))),
    }
}

/// What `call` gives, unless it panics.
pub(super) fn caught<T>(call: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(call)).ok()
}

/// Runs a future on this thread, outside any runtime.
pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}
