//! The scaffolder plugin: runs the steps of templates, as a dry run.

mod action;
mod expression;
mod metrics;
mod template;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};
use telemetry_runtime::{AttributeValue, Label, backstage_plugin, traced};

use crate::catalog::{Catalog, EntityRef, Kind};
use crate::timed::Timed;
use action::ActionError;
use expression::{ExpressionError, Scope};
use metrics::{METRICS, StepRun, TaskResult, TaskRun};
use template::{Step, Template};

/// Runs the templates of a catalog.
#[backstage_plugin(id = "scaffolder")]
pub struct Scaffolder {
    catalog: Arc<Catalog>,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, AttributeValue)]
#[serde(rename_all = "lowercase")]
pub enum StepResult {
    Ok,
    Failed,
    /// Its condition did not hold, or an earlier step failed.
    Skipped,
}

/// What became of one step.
#[derive(Clone, Debug, Serialize)]
pub struct StepReport {
    pub id: String,
    pub name: String,
    pub result: StepResult,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What became of a task.
#[derive(Clone, Debug, Serialize)]
pub struct TaskReport {
    pub template: String,
    /// Whether every step that ran succeeded.
    pub ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub steps: Vec<StepReport>,
}

/// Why a task failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskError {
    /// The catalog has no such template.
    NoTemplate(EntityRef),
    /// The parameters do not fit the template.
    Parameters(Vec<String>),
    /// A step failed.
    Step(String),
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTemplate(reference) => write!(f, "there is no template `{reference}`"),
            Self::Parameters(problems) => f.write_str(&problems.join("; ")),
            Self::Step(name) => write!(f, "step `{name}` failed"),
        }
    }
}

impl Error for TaskError {}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepError {
    /// An expression of the step cannot be evaluated.
    Expression(ExpressionError),
    /// The action cannot be run.
    Action(ActionError),
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expression(error) => error.fmt(f),
            Self::Action(error) => error.fmt(f),
        }
    }
}

impl Error for StepError {}

impl From<ExpressionError> for StepError {
    fn from(error: ExpressionError) -> Self {
        Self::Expression(error)
    }
}

impl From<ActionError> for StepError {
    fn from(error: ActionError) -> Self {
        Self::Action(error)
    }
}

impl Scaffolder {
    /// A scaffolder for the templates of `catalog`.
    pub fn new(catalog: Arc<Catalog>) -> Self {
        Self { catalog }
    }

    /// Runs every template of the catalog once, with example parameters.
    pub async fn run_examples(&self) -> Vec<TaskReport> {
        let templates = self.catalog.entities(Some(Kind::Template));
        let mut reports = Vec::new();
        for template in templates.iter().filter_map(Template::from_entity) {
            reports.push(run_task(&template, template.example_parameters()).await);
        }
        reports
    }

    /// Runs one template.
    ///
    /// # Errors
    ///
    /// If the catalog has no such template. A task that fails is a report.
    pub async fn run(
        &self,
        reference: &EntityRef,
        parameters: Map<String, Value>,
    ) -> Result<TaskReport, TaskError> {
        let entity = self.catalog.entity(reference);
        let template = entity.as_ref().and_then(Template::from_entity);
        let template = template.ok_or_else(|| TaskError::NoTemplate(reference.clone()))?;
        Ok(run_task(&template, parameters).await)
    }
}

async fn run_task(template: &Template, parameters: Map<String, Value>) -> TaskReport {
    let reference = template.reference.to_string();
    let mut steps = Vec::new();
    let result = run_steps(template, &reference, parameters, &mut steps).await;
    TaskReport {
        template: reference,
        ok: result.is_ok(),
        error: result.err().map(|error| error.to_string()),
        steps,
    }
}

/// Runs the steps in turn. After a failed one only those run whose condition asks for it (`always()`, `failure()`).
#[traced(name = "ScaffolderTask", plugin = Scaffolder, attributes(template = reference))]
async fn run_steps(
    template: &Template,
    reference: &str,
    parameters: Map<String, Value>,
    reports: &mut Vec<StepReport>,
) -> Result<(), TaskError> {
    let mut timed = Timed::start(TaskResult::Failed, |result, seconds| {
        let run = TaskRun { template: Label::new(reference), result };
        METRICS.tasks.add_with(1, run);
        METRICS.task_duration.record_with(seconds, run);
    });
    let parameters = template.parameters(parameters).map_err(TaskError::Parameters)?;
    let mut outputs = Map::new();
    let mut failed: Option<TaskError> = None;
    for step in &template.steps {
        let scope = Scope { parameters: &parameters, steps: &outputs, failed: failed.is_some() };
        let (result, error) = match run_step(reference, step, &scope).await {
            Ok(Some(output)) => {
                outputs.insert(step.id.clone(), json!({ "output": output }));
                (StepResult::Ok, None)
            }
            Ok(None) => (StepResult::Skipped, None),
            Err(error) => {
                failed.get_or_insert_with(|| TaskError::Step(step.name.clone()));
                (StepResult::Failed, Some(error.to_string()))
            }
        };
        reports.push(StepReport { id: step.id.clone(), name: step.name.clone(), result, error });
    }
    if let Some(error) = failed {
        return Err(error);
    }
    timed.ends_as(TaskResult::Ok);
    Ok(())
}

/// Runs one step and gives its output; `None` if it was skipped.
#[traced(name = "ScaffolderStep", plugin = Scaffolder, attributes(step = &*step.name, action = &*step.action))]
async fn run_step(template: &str, step: &Step, scope: &Scope<'_>) -> Result<Option<Value>, StepError> {
    let mut timed = Timed::start(StepResult::Failed, |result, seconds| {
        let run = StepRun { template: Label::new(template), step: Label::new(&step.name), result };
        METRICS.steps.add_with(1, run);
        METRICS.step_duration.record_with(seconds, run);
    });
    let wanted = match &step.condition {
        Some(condition) => {
            (!scope.failed || handles_failure(condition)) && expression::holds(condition, scope)?
        }
        None => !scope.failed,
    };
    if !wanted {
        timed.ends_as(StepResult::Skipped);
        return Ok(None);
    }
    let input = expression::render(&step.input, scope)?;
    let output = action::dry_run(&step.action, &input)?;
    timed.ends_as(StepResult::Ok);
    Ok(Some(Value::Object(output)))
}

/// Whether a condition asks to run after a failure.
fn handles_failure(condition: &Value) -> bool {
    condition.as_str().is_some_and(|text| text.contains("always()") || text.contains("failure()"))
}

#[cfg(test)]
mod tests {
    use telemetry_runtime::testing::Capture;

    use super::*;

    async fn task(steps: Value, parameters: Value) -> TaskReport {
        let template = Template::from_entity(&json!({
            "kind": "Template", "metadata": {"name": "service"},
            "spec": {
                "parameters": {"required": ["name"], "properties": {"name": {"type": "string"}}},
                "steps": steps,
            },
        }))
        .unwrap();
        run_task(&template, serde_json::from_value(parameters).unwrap()).await
    }

    fn results(report: &TaskReport) -> Vec<StepResult> {
        report.steps.iter().map(|step| step.result).collect()
    }

    #[tokio::test]
    async fn steps_see_parameters_and_earlier_outputs() {
        let report = task(
            json!([
                {"id": "publish", "action": "publish:github", "input": {"repoUrl": "${{ parameters.name }}"}},
                {"action": "fetch:plain", "input": {"url": "${{ steps.publish.output.remoteUrl }}"}},
            ]),
            json!({"name": "web"}),
        )
        .await;
        assert_eq!(results(&report), [StepResult::Ok, StepResult::Ok]);
        assert!(report.ok);
    }

    #[tokio::test]
    async fn step_whose_condition_does_not_hold_is_skipped() {
        let steps = json!([{"action": "debug:log", "if": "${{ parameters.name === 'api' }}"}]);
        assert_eq!(results(&task(steps, json!({"name": "web"})).await), [StepResult::Skipped]);
    }

    #[tokio::test]
    async fn failed_step_fails_the_task_and_skips_the_rest_but_the_clean_up() {
        let report = task(
            json!([
                {"id": "launch", "action": "rocket:launch"},
                {"action": "debug:log"},
                {"action": "debug:log", "if": "${{ always() }}"},
            ]),
            json!({"name": "web"}),
        )
        .await;
        assert_eq!(results(&report), [StepResult::Failed, StepResult::Skipped, StepResult::Ok]);
        assert_eq!(report.error.as_deref(), Some("step `launch` failed"));
        assert_eq!(report.steps[0].error.as_deref(), Some("there is no action `rocket:launch`"));
    }

    #[tokio::test]
    async fn missing_parameter_fails_the_task_before_any_step() {
        let report = task(json!([{"action": "debug:log"}]), json!({})).await;
        assert_eq!((report.ok, report.steps.len()), (false, 0));
    }

    #[telemetry_runtime::test]
    #[tokio::test]
    async fn failed_step_is_an_error_below_its_task(capture: &Capture) {
        let steps = json!([{"id": "launch", "action": "rocket:launch"}, {"action": "debug:log"}]);
        task(steps, json!({"name": "web"})).await;
        capture.assert_spans(
            "ScaffolderTask [error] template=template:default/service
               ScaffolderStep [error] action=rocket:launch
               ScaffolderStep [ok] action=debug:log",
        );
        for (result, steps) in [("failed", 1), ("skipped", 1), ("ok", 0)] {
            assert_eq!(capture.counter("step.count", &[("result", result)]), steps, "{result}");
        }
    }
}
