//! The HTTP API: a thin layer over the plugins.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::catalog::{Catalog, EntityRef, Kind, ScmMessage};
use crate::scaffolder::{Scaffolder, TaskReport};

/// What the handlers work with.
#[derive(Clone)]
pub struct Plugins {
    pub catalog: Arc<Catalog>,
    pub scaffolder: Arc<Scaffolder>,
}

/// Every route of the backend.
pub fn router(plugins: Plugins) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/api/catalog/entities", get(list_entities))
        .route("/api/catalog/entities/by-name/{kind}/{namespace}/{name}", get(read_entity))
        .route("/api/scaffolder/tasks", post(create_task))
        .route("/api/events/scm", post(receive_scm_message))
        .with_state(plugins)
}

/// A refusal, as JSON.
struct ApiError {
    status: StatusCode,
    message: String,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.message }))).into_response()
    }
}

fn refuse(status: StatusCode, message: impl Into<String>) -> ApiError {
    ApiError { status, message: message.into() }
}

async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `?kind=component`, or as Backstage writes it `?filter=kind=component`.
#[derive(Deserialize)]
struct EntityFilter {
    kind: Option<String>,
    filter: Option<String>,
}

async fn list_entities(
    State(plugins): State<Plugins>,
    Query(query): Query<EntityFilter>,
) -> Result<Json<Vec<Value>>, ApiError> {
    let filter = query.filter.as_deref().map(|filter| {
        let kind = filter.strip_prefix("kind=");
        kind.ok_or_else(|| refuse(StatusCode::BAD_REQUEST, "a filter must be `kind=<kind>`"))
    });
    let kind = match query.kind.as_deref().or(filter.transpose()?) {
        Some(name) => match Kind::from_name(name) {
            Some(kind) => Some(kind),
            // A kind that the catalog does not know has no entities.
            None => return Ok(Json(Vec::new())),
        },
        None => None,
    };
    Ok(Json(plugins.catalog.entities(kind)))
}

async fn read_entity(
    State(plugins): State<Plugins>,
    Path((kind, namespace, name)): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    let reference = EntityRef::new(&kind, &namespace, &name);
    let entity = plugins.catalog.entity(&reference);
    entity.map(Json).ok_or_else(|| refuse(StatusCode::NOT_FOUND, format!("there is no entity `{reference}`")))
}

/// `{"template": "template:default/service", "parameters": {}}`
#[derive(Deserialize)]
struct TaskRequest {
    template: String,
    #[serde(default)]
    parameters: Map<String, Value>,
}

async fn create_task(
    State(plugins): State<Plugins>,
    Json(request): Json<TaskRequest>,
) -> Result<Json<TaskReport>, ApiError> {
    let reference =
        EntityRef::parse(&request.template, Some(Kind::Template), "default").ok_or_else(|| {
            refuse(StatusCode::BAD_REQUEST, format!("`{}` is not a template", request.template))
        })?;
    let report = plugins.scaffolder.run(&reference, request.parameters).await;
    report.map(Json).map_err(|error| refuse(StatusCode::NOT_FOUND, error.to_string()))
}

async fn receive_scm_message(
    State(plugins): State<Plugins>,
    Json(message): Json<ScmMessage>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let refreshed = plugins
        .catalog
        .receive(&message)
        .map_err(|error| refuse(StatusCode::BAD_REQUEST, error.to_string()))?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "refreshed": refreshed }))))
}
