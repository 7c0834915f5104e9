//! The actions of templates, as a dry run knows them: which inputs they need and which outputs they would give.

use std::error::Error;
use std::fmt;

use serde_json::{Map, Value};

/// An action that could not be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionError {
    /// No action has this name.
    Unknown(String),
    /// An input that the action needs is missing or empty.
    MissingInput { action: String, input: &'static str },
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(action) => write!(f, "there is no action `{action}`"),
            Self::MissingInput { action, input } => write!(f, "`{action}` needs the input `{input}`"),
        }
    }
}

impl Error for ActionError {}

/// A family of actions.
struct Action {
    /// An action's name, or with a colon at the end the start of many names.
    name: &'static str,
    inputs: &'static [&'static str],
    outputs: &'static [&'static str],
}

/// More particular names come first.
const ACTIONS: [Action; 10] = [
    Action { name: "catalog:write", inputs: &["entity"], outputs: &[] },
    Action { name: "catalog:", inputs: &[], outputs: &["entityRef", "catalogInfoUrl"] },
    Action { name: "debug:", inputs: &[], outputs: &[] },
    Action { name: "fetch:", inputs: &["url"], outputs: &[] },
    Action { name: "fs:", inputs: &[], outputs: &["path"] },
    Action { name: "github:", inputs: &[], outputs: &[] },
    Action { name: "gitlab:", inputs: &[], outputs: &[] },
    Action { name: "http:", inputs: &["path"], outputs: &["code", "body"] },
    Action { name: "notification:", inputs: &[], outputs: &[] },
    Action {
        name: "publish:",
        inputs: &["repoUrl"],
        outputs: &["remoteUrl", "repoContentsUrl", "commitHash"],
    },
];

/// Says what an action would give, without doing anything.
///
/// # Errors
///
/// If there is no such action, or if an input is missing.
pub fn dry_run(name: &str, input: &Value) -> Result<Map<String, Value>, ActionError> {
    let matches = |action: &Action| {
        name == action.name || (action.name.ends_with(':') && name.starts_with(action.name))
    };
    let action = ACTIONS.iter().find(|action| matches(action));
    let action = action.ok_or_else(|| ActionError::Unknown(name.to_owned()))?;
    for &wanted in action.inputs {
        if input[wanted].is_null() || input[wanted] == "" {
            return Err(ActionError::MissingInput { action: name.to_owned(), input: wanted });
        }
    }
    let outputs = action.outputs.iter();
    Ok(outputs.map(|output| ((*output).to_owned(), Value::from(format!("dry-run:{output}")))).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn outputs_can_be_used_by_later_steps() {
        let output = dry_run("publish:github", &json!({"repoUrl": "github.com?owner=a&repo=b"})).unwrap();
        assert_eq!(output["remoteUrl"], "dry-run:remoteUrl");
    }

    #[test]
    fn unknown_actions_and_missing_inputs_fail() {
        assert_eq!(
            dry_run("rocket:launch", &Value::Null),
            Err(ActionError::Unknown("rocket:launch".to_owned()))
        );
        assert!(dry_run("fetch:template", &json!({"url": ""})).is_err());
    }
}
