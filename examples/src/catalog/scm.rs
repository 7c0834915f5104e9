//! Messages of a source control system: what changed there is processed again at once.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use telemetry_runtime::{AttributeValue, traced};

use super::Catalog;
use super::files;
use super::metrics::{METRICS, ScmEvent};

/// A message as it arrives: `{"type": "location.updated", "path": "components/web.yaml"}`.
#[derive(Clone, Debug, Deserialize)]
pub struct ScmMessage {
    /// `location.<what happened>` or `repository.<what happened>`.
    #[serde(rename = "type")]
    event: String,
    /// The file or folder, relative to the catalog folder; without one everything is meant.
    #[serde(default)]
    path: String,
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AttributeValue)]
pub enum ScmEventType {
    Location,
    Repository,
}

/// A message about neither a location nor a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEvent(String);

impl fmt::Display for UnknownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is neither a location nor a repository event", self.0)
    }
}

impl Error for UnknownEvent {}

impl Catalog {
    /// Takes in a message, and says how many documents are processed again because of it.
    ///
    /// # Errors
    ///
    /// If the message is about something else than a location or a repository.
    #[traced(name = "ReceiveScmMessage", plugin = Catalog)]
    pub async fn receive(&self, message: &ScmMessage) -> Result<usize, UnknownEvent> {
        let event_type = message.event_type()?;
        METRICS.scm_messages.add_with(1, ScmEvent { event_type });
        // A path out of the catalog folder is about nothing that the catalog knows.
        let path = match event_type {
            ScmEventType::Location => files::resolve(Path::new(""), &message.path),
            ScmEventType::Repository => Some(PathBuf::new()),
        };
        match path {
            Some(path) => Ok(self.refresh(&path).await),
            None => Ok(0),
        }
    }
}

impl ScmMessage {
    fn event_type(&self) -> Result<ScmEventType, UnknownEvent> {
        match self.event.split('.').next() {
            Some("location") => Ok(ScmEventType::Location),
            Some("repository") => Ok(ScmEventType::Repository),
            _ => Err(UnknownEvent(self.event.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event_type(event: &str) -> Result<ScmEventType, UnknownEvent> {
        let message: ScmMessage = serde_json::from_value(serde_json::json!({ "type": event })).unwrap();
        message.event_type()
    }

    #[test]
    fn messages_are_about_locations_or_repositories() {
        assert_eq!(event_type("location.updated"), Ok(ScmEventType::Location));
        assert_eq!(event_type("repository.deleted"), Ok(ScmEventType::Repository));
        assert_eq!(event_type("locations.updated"), Err(UnknownEvent("locations.updated".to_owned())));
    }
}
