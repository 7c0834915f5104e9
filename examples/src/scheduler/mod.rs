//! The scheduler: a core service that runs tasks again and again.

mod metrics;

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use telemetry_runtime::{AttributeValue, Label, backstage_core, traced};
use tokio::task::JoinSet;
use tokio::time;

use crate::timed::Timed;

use metrics::{METRICS, RunResult, TaskRun, TaskStart};

/// What a task's work fails with.
pub type TaskFailure = Box<dyn Error + Send + Sync>;

type Work = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), TaskFailure>> + Send>> + Send + Sync>;

/// Where a task runs when there are several backends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AttributeValue)]
pub enum TaskScope {
    /// In one backend at a time.
    Global,
    /// In every backend.
    Local,
}

impl TaskScope {
    const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Local => "local",
        }
    }
}

/// Work that is done again and again.
pub struct Task {
    id: &'static str,
    scope: TaskScope,
    every: Duration,
    work: Work,
}

impl Task {
    /// A task that does `work`, with a rest of `every` between two runs.
    pub fn new<F, W>(id: &'static str, scope: TaskScope, every: Duration, work: F) -> Self
    where
        F: Fn() -> W + Send + Sync + 'static,
        W: Future<Output = Result<(), TaskFailure>> + Send + 'static,
    {
        Self { id, scope, every, work: Box::new(move || Box::pin(work())) }
    }
}

/// Why a run failed.
#[derive(Debug)]
pub enum RunError {
    /// The work failed.
    Failed(TaskFailure),
    /// Another backend runs the task at the moment, so there was no run.
    Elsewhere,
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(failure) => failure.fmt(f),
            Self::Elsewhere => f.write_str("another backend runs the task"),
        }
    }
}

impl Error for RunError {}

/// Which global tasks run at the moment. Backends that share it stand for backends that share a database.
#[derive(Clone, Default)]
pub struct Leases {
    held: Arc<Mutex<BTreeSet<&'static str>>>,
}

impl Leases {
    /// The right to run a task until the lease is dropped.
    fn acquire(&self, id: &'static str) -> Option<Lease> {
        let taken = self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        taken.then(|| Lease { leases: self.clone(), id })
    }
}

struct Lease {
    leases: Leases,
    id: &'static str,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.leases.held.lock().unwrap_or_else(PoisonError::into_inner).remove(self.id);
    }
}

/// The scheduler of one backend.
#[backstage_core(service = "scheduler")]
#[derive(Clone, Default)]
pub struct Scheduler {
    leases: Leases,
}

impl Scheduler {
    /// Runs a task once, now.
    ///
    /// # Errors
    ///
    /// If the work fails, or if the task is global and runs elsewhere.
    pub async fn run(&self, task: &Task) -> Result<(), RunError> {
        let _lease = match task.scope {
            TaskScope::Global => Some(self.leases.acquire(task.id).ok_or(RunError::Elsewhere)?),
            TaskScope::Local => None,
        };
        run_once(task).await.map_err(RunError::Failed)
    }

    /// Runs tasks periodically until the returned set is dropped. A failed run is told on standard error, and the task
    /// goes on.
    pub fn start(&self, tasks: Vec<Task>) -> JoinSet<()> {
        let mut loops = JoinSet::new();
        for task in tasks.into_iter().map(Arc::new) {
            let scheduler = self.clone();
            loops.spawn(async move {
                loop {
                    time::sleep(task.every).await;
                    scheduler.run_guarded(&task).await;
                }
            });
        }
        loops
    }

    /// One run in a task of its own, so that a panic ends the run and not the loop.
    async fn run_guarded(&self, task: &Arc<Task>) {
        let (scheduler, running) = (self.clone(), Arc::clone(task));
        let mut run = JoinSet::new();
        run.spawn(async move { scheduler.run(&running).await });
        match run.join_next().await {
            Some(Ok(Ok(()) | Err(RunError::Elsewhere))) | None => {}
            Some(Ok(Err(error))) => eprintln!("task {} failed: {error}", task.id),
            Some(Err(error)) => eprintln!("task {} did not end: {error}", task.id),
        }
    }
}

/// One run: a trace of its own, and one count.
#[traced(name = "task", root, plugin = Scheduler, attributes(taskId = task.id, scope = task.scope.name()))]
async fn run_once(task: &Task) -> Result<(), TaskFailure> {
    let task_id = Label::new(task.id);
    METRICS.started.set_with(metrics::now(), TaskStart { task_id });
    let mut timed = Timed::start(RunResult::Failed, |result, seconds| {
        let run = TaskRun { task_id, scope: task.scope, result };
        METRICS.runs.add_with(1, run);
        METRICS.duration.record_with(seconds, run);
        METRICS.completed.set_with(metrics::now(), run);
    });
    (task.work)().await?;
    timed.ends_as(RunResult::Completed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use telemetry_runtime::testing::Capture;
    use tokio::sync::Notify;

    use super::*;

    fn waiting(scope: TaskScope, gate: &Arc<Notify>) -> Task {
        let gate = Arc::clone(gate);
        Task::new("test:wait", scope, Duration::ZERO, move || {
            let gate = Arc::clone(&gate);
            async move {
                gate.notified().await;
                Ok(())
            }
        })
    }

    /// Starts a run on one backend, then tries the same task on a second one that shares the leases.
    async fn second_run(scope: TaskScope) -> Option<Result<(), RunError>> {
        let here = Scheduler::default();
        let there = Scheduler { leases: here.leases.clone() };
        let gate = Arc::new(Notify::new());
        let (first, second) = (waiting(scope, &gate), waiting(scope, &gate));
        let mut first = Box::pin(here.run(&first));
        tokio::select! {
            biased;
            _ = &mut first => None,
            second = there.run(&second) => Some(second),
            () = std::future::ready(()) => None,
        }
    }

    #[tokio::test]
    async fn global_task_runs_in_one_backend_at_a_time() {
        assert!(matches!(second_run(TaskScope::Global).await, Some(Err(RunError::Elsewhere))));
    }

    #[tokio::test]
    async fn local_task_runs_in_every_backend() {
        assert!(second_run(TaskScope::Local).await.is_none(), "the second run should wait like the first");
    }

    #[tokio::test]
    async fn lease_ends_with_its_run() {
        let scheduler = Scheduler::default();
        let fails =
            Task::new("test:fail", TaskScope::Global, Duration::ZERO, || async { Err("broken".into()) });
        for _ in 0..2 {
            let error = scheduler.run(&fails).await.unwrap_err();
            assert_eq!(error.to_string(), "broken");
        }
    }

    #[tokio::test]
    async fn panic_ends_the_run_but_not_the_task() {
        let runs = Arc::new(AtomicUsize::new(0));
        let done = Arc::new(Notify::new());
        let task = Task::new("test:panic", TaskScope::Global, Duration::ZERO, {
            let (runs, done) = (Arc::clone(&runs), Arc::clone(&done));
            move || {
                let (runs, done) = (Arc::clone(&runs), Arc::clone(&done));
                async move {
                    assert!(runs.fetch_add(1, Ordering::Relaxed) > 0, "the first run panics");
                    done.notify_one();
                    Ok(())
                }
            }
        });
        let _loops = Scheduler::default().start(vec![task]);
        time::timeout(Duration::from_secs(10), done.notified()).await.expect("there was no second run");
    }

    #[telemetry_runtime::test]
    #[tokio::test]
    async fn failed_run_is_a_trace_of_its_own_and_one_count(capture: &Capture) {
        let fails =
            Task::new("test:fail", TaskScope::Local, Duration::ZERO, || async { Err("broken".into()) });
        Scheduler::default().run(&fails).await.unwrap_err();
        capture.assert_spans("task [error] taskId=test:fail scope=local");
        let failed = [("task_id", "test:fail"), ("result", "failed")];
        assert_eq!(capture.counter("task.runs.count", &failed), 1);
        assert_eq!(capture.histogram("task.runs.duration", &failed).count(), 1);
        assert_eq!(capture.counter("task.runs.count", &[("result", "completed")]), 0);
    }
}
