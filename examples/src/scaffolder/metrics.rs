//! The scaffolder's metrics. Their names, kinds and attributes are Backstage's; all of them start with
//! `backstage.plugin.scaffolder.`.

use std::sync::LazyLock;

use telemetry_runtime::{AttributeValue, Counter, Histogram, Label, MetricAttributes, MetricSet};

use super::{Scaffolder, StepResult};

/// The metrics of the scaffolder plugin.
pub static METRICS: LazyLock<&ScaffolderMetrics> = LazyLock::new(ScaffolderMetrics::get);

#[derive(MetricSet)]
#[metric_set(plugin = Scaffolder)]
pub struct ScaffolderMetrics {
    /// Tasks run; each counts once, however many of its steps fail.
    #[metric(counter = "task.count", unit = "{task}")]
    pub tasks: Counter<u64, TaskRun<'static>>,
    /// Time that a task takes from end to end.
    #[metric(histogram = "task.duration", unit = "s")]
    pub task_duration: Histogram<f64, TaskRun<'static>>,
    /// Steps run or skipped.
    #[metric(counter = "step.count", unit = "{step}")]
    pub steps: Counter<u64, StepRun<'static>>,
    /// Time that a step takes.
    #[metric(histogram = "step.duration", unit = "s")]
    pub step_duration: Histogram<f64, StepRun<'static>>,
}

#[derive(Clone, Copy, MetricAttributes)]
pub struct TaskRun<'a> {
    #[attribute(limit = 500)]
    pub template: Label<'a>,
    pub result: TaskResult,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AttributeValue)]
pub enum TaskResult {
    Ok,
    Failed,
}

#[derive(Clone, Copy, MetricAttributes)]
pub struct StepRun<'a> {
    #[attribute(limit = 500)]
    pub template: Label<'a>,
    /// The step's name.
    #[attribute(limit = 1000)]
    pub step: Label<'a>,
    pub result: StepResult,
}
