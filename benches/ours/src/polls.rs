//! Polls of a future with `#[traced]`.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bench_harness::{Row, Run, Started};

use crate::exporters::{self, Spans};

pub const ROWS: &[Row] = &[
    Row::new("poll_nested", "loop_poll", || {
        started("observed", |run| work::nested(|| polls(run, work::wait())), NESTED)
    }),
    Row::new("poll_root", "loop_poll", || started("observed", |run| polls(run, work::wait()), ROOT)),
    Row::new("permanent_poll_root", "loop_poll", || {
        started("permanent", |run| polls(run, work::wait()), ROOT)
    }),
    Row::new("lean_poll_nested", "loop_poll", || {
        started("lean", |run| work::nested(|| polls(run, work::wait())), NESTED)
    }),
    Row::new("lean_poll_root", "loop_poll", || started("lean", |run| polls(run, work::wait()), ROOT)),
];

const ROOT: Spans = Spans { count: 1, children: 0, attributes: 0, events: 0 };
const NESTED: Spans = Spans { children: 1, ..ROOT };

/// The same polls without a span.
pub fn bare() -> Started {
    Started::new(|run| polls(run, Waiting { left: u64::MAX }))
}

/// A future that is pending so many times.
struct Waiting {
    left: u64,
}

impl Future for Waiting {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.left == 0 {
            return Poll::Ready(());
        }
        self.left -= 1;
        Poll::Pending
    }
}

#[telemetry_runtime::backstage_plugin(id = "bench")]
mod work {
    use telemetry_runtime::traced;

    use super::Waiting;

    #[traced]
    pub fn nested(work: impl FnOnce()) {
        work();
    }

    #[traced]
    pub async fn wait() {
        Waiting { left: u64::MAX }.await;
    }
}

/// Polls a future again and again; its first poll, which starts the span, and its end are not measured.
fn polls(run: &mut Run, future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
    run.each(|_| future.as_mut().poll(&mut context).is_pending());
}

/// One span for each run, whose future is dropped in the end.
fn started(mode: &'static str, operate: fn(&mut Run), each: Spans) -> Started {
    let exporters = exporters::start_with(|builder| builder.config_value("telemetry.tracing.context", mode));
    let runs = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counted = Arc::clone(&runs);
    Started::new(move |run| {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        operate(run);
    })
    .checked(move |_| {
        let runs = runs.load(std::sync::atomic::Ordering::Relaxed);
        let expected = Spans { count: runs, children: each.children * runs, ..each };
        assert_eq!(exporters.spans("wait"), expected);
    })
}
