//! Behaviour of [`load`](super::load) as a whole.

mod declarative;
mod deserialize;
mod documentation;
mod environment;
mod every_key;
mod explanation;
mod files;
mod layers;
mod matrix;
mod mistakes;
mod samples;
mod schema;
mod scrape;
mod views;

use std::fs;

use tempfile::TempDir;

use super::{Code, Config, Environment, Loaded, RegisteredNames, Sources, load};

/// A folder with configuration files, and an environment.
pub(super) struct Setup {
    folder: TempDir,
    environment: Vec<(String, String)>,
    pub(super) code: Code,
}

impl Setup {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            environment: Vec::new(),
            code: Code::default(),
        }
    }

    /// With `app-config.yaml`.
    pub(super) fn yaml(text: &str) -> Self {
        Self::new().file("app-config.yaml", text)
    }

    pub(super) fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.folder.path().join(name), text).expect("a written file");
        self
    }

    pub(super) fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn sources(&self) -> Sources {
        Sources {
            files: None,
            directory: self.folder.path().to_owned(),
            environment: Environment::from_iter(self.environment.clone()),
            registered: RegisteredNames::default(),
            code: self.code.clone(),
        }
    }

    pub(super) fn load(&self) -> Loaded {
        load(&self.sources()).expect("a right configuration")
    }

    /// The configuration, where there is nothing to notice.
    pub(super) fn config(&self) -> Config {
        let Loaded { config, notices, .. } = self.load();
        assert!(notices.is_empty(), "{notices:?}");
        config
    }

    /// The notices, without the folder.
    pub(super) fn notices(&self) -> Vec<String> {
        let notices = self.load().notices;
        notices.iter().map(|notice| self.relative(&notice.to_string())).collect()
    }

    /// The lines of the error, without the folder.
    pub(super) fn errors(&self) -> Vec<String> {
        let error = load(&self.sources()).expect_err("a wrong configuration");
        assert_eq!(error.kind(), crate::ErrorKind::Config);
        error.to_string().lines().map(|line| self.relative(line)).collect()
    }

    fn relative(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

/// Asserts that `yaml` has exactly the mistakes `expected`.
pub(super) fn assert_errors(yaml: &str, expected: &[&str]) {
    assert_eq!(Setup::yaml(yaml).errors(), expected, "{yaml}");
}
