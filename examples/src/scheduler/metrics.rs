//! The scheduler's metrics. Their names and kinds are Backstage's; all of them start with `backstage.core.scheduler.`.
//!
//! One thing differs: a run counts once in `task.runs.count`, by how it ended. Backstage counts a run when it starts
//! (`result="started"`) and again when it ends, so that the sum over `result` is twice the number of runs; here the sum
//! is the number of runs, and `task.runs.started` says when the last one began. And the attribute `taskId` is `task_id`
//! here, as Prometheus has its labels.

use std::sync::LazyLock;
use std::time::SystemTime;

use telemetry_runtime::{AttributeValue, Counter, Gauge, Histogram, Label, MetricAttributes, MetricSet};

use super::{Scheduler, TaskScope};

/// The metrics of the scheduler.
pub static METRICS: LazyLock<&SchedulerMetrics> = LazyLock::new(SchedulerMetrics::get);

#[derive(MetricSet)]
#[metric_set(plugin = Scheduler)]
pub struct SchedulerMetrics {
    /// Runs of tasks.
    #[metric(counter = "task.runs.count", unit = "{run}")]
    pub runs: Counter<u64, TaskRun<'static>>,
    /// Time that a run takes.
    #[metric(histogram = "task.runs.duration", unit = "s")]
    pub duration: Histogram<f64, TaskRun<'static>>,
    /// When the last run started, in seconds since 1970.
    #[metric(gauge = "task.runs.started", unit = "s")]
    pub started: Gauge<f64, TaskStart<'static>>,
    /// When the last run ended, in seconds since 1970.
    #[metric(gauge = "task.runs.completed", unit = "s")]
    pub completed: Gauge<f64, TaskRun<'static>>,
}

#[derive(Clone, Copy, MetricAttributes)]
pub struct TaskStart<'a> {
    #[attribute(limit = 100)]
    pub task_id: Label<'a>,
}

#[derive(Clone, Copy, MetricAttributes)]
pub struct TaskRun<'a> {
    #[attribute(limit = 100)]
    pub task_id: Label<'a>,
    pub scope: TaskScope,
    pub result: RunResult,
}

/// How a run ended. One that panics or is stopped half-way has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AttributeValue)]
pub enum RunResult {
    Completed,
    Failed,
}

/// Seconds since 1970.
pub fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
