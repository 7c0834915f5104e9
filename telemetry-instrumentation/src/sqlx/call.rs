//! One query, from the call until its last row.

use std::thread;
use std::time::Instant;

use sqlx_core::database::Database;
use sqlx_core::error::{DatabaseError, Error};
use telemetry_runtime::Scope;
use telemetry_runtime::metrics::{AttributeRef, FreeAttributes};
use telemetry_runtime::services::SpanOptions;
use telemetry_runtime::trace::SpanKind;

use super::Target;
use super::metrics::Metrics;
use super::query::Query;
use crate::span::{End, OpenSpan};

const SCOPE: Scope = Scope::core("database");

/// The telemetry of one query: ended once, or as cancelled or panicked where it is dropped before.
#[derive(Debug)]
pub(super) struct QueryCall(Option<Open>);

#[derive(Debug)]
struct Open {
    span: OpenSpan,
    started: Instant,
    system: &'static str,
    operation: Option<&'static str>,
    target: Target,
}

impl QueryCall {
    /// Not recorded.
    pub(super) const OFF: Self = Self(None);

    pub(super) fn begin<DB: Database>(query: &Query<DB>, target: &Target) -> Self {
        Self::begin_with(system_of(DB::NAME), query.operation(), query.text(), target)
    }

    /// The preparation of a statement, which is not run yet.
    pub(super) fn begin_prepare<DB: Database>(target: &Target) -> Self {
        Self::begin_with(system_of(DB::NAME), Some("PREPARE"), None, target)
    }

    fn begin_with(
        system: &'static str,
        operation: Option<&'static str>,
        text: Option<&str>,
        target: &Target,
    ) -> Self {
        let started = Instant::now();
        let server = target.server.as_ref();
        let options = SpanOptions::new()
            .kind(SpanKind::Client)
            .attribute("db.system.name", system)
            .attribute("db.operation.name", operation)
            .attribute("db.query.text", text)
            .attribute("db.namespace", target.namespace.as_deref())
            .attribute("server.address", server.map(|(address, _)| &**address))
            .attribute("server.port", server.map(|(_, port)| *port));
        let name = match (operation, &target.namespace) {
            (Some(operation), Some(namespace)) => format!("{operation} {namespace}"),
            (Some(operation), None) => operation.to_owned(),
            (None, Some(namespace)) => namespace.to_string(),
            (None, None) => system.to_owned(),
        };
        let span = OpenSpan::start(SCOPE, name, options);
        Self(Some(Open { span, started, system, operation, target: target.clone() }))
    }

    /// Runs `step` inside the span.
    pub(super) fn run<R>(&self, step: impl FnOnce() -> R) -> R {
        match &self.0 {
            Some(open) => open.span.run(step),
            None => step(),
        }
    }

    /// Ends it well.
    pub(super) fn complete(&mut self) {
        self.end(&End::Ok, None);
    }

    /// Ends it with an error. That there is no row is none: the query has answered.
    pub(super) fn fail(&mut self, error: &Error) {
        let code = error.as_database_error().and_then(DatabaseError::code);
        let kind = match (&code, kind_of(error)) {
            (_, None) => return self.complete(),
            (Some(code), _) => code.clone().into_owned().into(),
            (None, Some(kind)) => kind.into(),
        };
        self.end(&End::Error(kind), code.as_deref());
    }

    fn end(&mut self, end: &End, code: Option<&str>) {
        if let Some(open) = self.0.take() {
            open.span.set_attribute("db.response.status_code", code);
            open.record(end, code);
            open.span.end(end);
        }
    }
}

impl Drop for QueryCall {
    fn drop(&mut self) {
        let end = if thread::panicking() { End::Panic } else { End::Cancelled };
        self.end(&end, None);
    }
}

impl Open {
    fn record(&self, end: &End, code: Option<&str>) {
        let mut attributes: Vec<(&str, AttributeRef<'_>)> =
            vec![("db.system.name", self.system.into()), ("outcome", end.outcome().into())];
        let server = self.target.server.as_ref();
        let texts = [
            ("db.operation.name", self.operation),
            ("db.namespace", self.target.namespace.as_deref()),
            ("server.address", server.map(|(address, _)| &**address)),
            ("db.response.status_code", code),
            ("error.type", end.error_type()),
        ];
        attributes.extend(texts.into_iter().filter_map(|(key, text)| Some((key, text?.into()))));
        if let Some((_, port)) = server {
            attributes.push(("server.port", (*port).into()));
        }
        Metrics::get()
            .duration
            .record_with(self.started.elapsed().as_secs_f64(), FreeAttributes(&attributes));
    }
}

/// `db.system.name`, of the names that sqlx gives to databases.
fn system_of(name: &str) -> &'static str {
    match name {
        "PostgreSQL" => "postgresql",
        "MySQL" => "mysql",
        "SQLite" => "sqlite",
        _ => "other_sql",
    }
}

/// The kind of an error, in one of few words; none for what is no failure of the query.
fn kind_of(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::RowNotFound => return None,
        Error::Database(_) => "database",
        Error::Io(_) => "io",
        Error::Tls(_) => "tls",
        Error::Protocol(_) => "protocol",
        Error::PoolTimedOut => "pool_timed_out",
        Error::PoolClosed => "pool_closed",
        Error::WorkerCrashed => "worker_crashed",
        Error::Configuration(_) | Error::InvalidArgument(_) => "configuration",
        Error::Encode(_) => "encode",
        Error::Decode(_) | Error::ColumnDecode { .. } => "decode",
        Error::ColumnNotFound(_) | Error::ColumnIndexOutOfBounds { .. } | Error::TypeNotFound { .. } => {
            "schema"
        }
        _ => "_OTHER",
    })
}
