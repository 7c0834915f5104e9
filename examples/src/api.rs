//! The HTTP API: a thin layer over the plugins.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use telemetry_instrumentation::tower::HttpServerLayer;

use crate::catalog::Catalog;
use crate::scaffolder::Scaffolder;
use crate::search;

/// What the handlers work with.
#[derive(Clone)]
pub struct Plugins {
    pub catalog: Arc<Catalog>,
    pub scaffolder: Arc<Scaffolder>,
}

/// Every route of the backend.
pub fn router(plugins: Plugins) -> Router {
    Router::new()
        .route("/health", get(handlers::health))
        .route("/api/catalog/entities", get(handlers::list_entities))
        .route("/api/catalog/entities/by-name/{kind}/{namespace}/{name}", get(handlers::read_entity))
        .route("/api/scaffolder/tasks", post(handlers::create_task))
        .route("/api/events/scm", post(handlers::receive_scm_message))
        .route("/api/search/query", get(handlers::query))
        // The last one, so that it sees the template of the route. It leaves `/health` out by itself.
        .layer(HttpServerLayer::new())
        .with_state(plugins)
}

/// The handlers. Their spans and metrics are the layer's, and those of the plugins are below them.
mod handlers {
    use axum::Json;
    use axum::extract::{Path, Query, State};
    use axum::http::StatusCode;
    use axum::response::{IntoResponse, Response};
    use serde::{Deserialize, Serialize};
    use serde_json::{Map, Value, json};

    use super::{Plugins, search};
    use crate::catalog::{EntityRef, Kind, ScmMessage};

    pub async fn health() -> Response {
        respond(StatusCode::OK, json!({ "status": "ok" }))
    }

    /// `?kind=component`, or as Backstage writes it `?filter=kind=component`.
    #[derive(Deserialize)]
    pub struct EntityFilter {
        kind: Option<String>,
        filter: Option<String>,
    }

    pub async fn list_entities(
        State(plugins): State<Plugins>,
        Query(query): Query<EntityFilter>,
    ) -> Response {
        let filter = query.filter.as_deref();
        if filter.is_some_and(|filter| !filter.starts_with("kind=")) {
            return refuse(StatusCode::BAD_REQUEST, "a filter must be `kind=<kind>`");
        }
        let name = query.kind.as_deref().or(filter.and_then(|filter| filter.strip_prefix("kind=")));
        let entities = match name.map(Kind::from_name) {
            None => plugins.catalog.entities(None),
            Some(Some(kind)) => plugins.catalog.entities(Some(kind)),
            // A kind that the catalog does not know has no entities.
            Some(None) => Vec::new(),
        };
        respond(StatusCode::OK, entities)
    }

    pub async fn read_entity(
        State(plugins): State<Plugins>,
        Path((kind, namespace, name)): Path<(String, String, String)>,
    ) -> Response {
        let reference = EntityRef::new(&kind, &namespace, &name);
        match plugins.catalog.entity(&reference) {
            Some(entity) => respond(StatusCode::OK, entity),
            None => refuse(StatusCode::NOT_FOUND, &format!("there is no entity `{reference}`")),
        }
    }

    /// `{"template": "template:default/service", "parameters": {}}`
    #[derive(Deserialize)]
    pub struct TaskRequest {
        template: String,
        #[serde(default)]
        parameters: Map<String, Value>,
    }

    pub async fn create_task(State(plugins): State<Plugins>, Json(request): Json<TaskRequest>) -> Response {
        let Some(reference) = EntityRef::parse(&request.template, Some(Kind::Template), "default") else {
            return refuse(StatusCode::BAD_REQUEST, &format!("`{}` is not a template", request.template));
        };
        match plugins.scaffolder.run(&reference, request.parameters).await {
            Ok(report) => respond(StatusCode::OK, report),
            Err(error) => refuse(StatusCode::NOT_FOUND, &error.to_string()),
        }
    }

    pub async fn receive_scm_message(
        State(plugins): State<Plugins>,
        Json(message): Json<ScmMessage>,
    ) -> Response {
        match plugins.catalog.receive(&message).await {
            Ok(refreshed) => respond(StatusCode::ACCEPTED, json!({ "refreshed": refreshed })),
            Err(error) => refuse(StatusCode::BAD_REQUEST, &error.to_string()),
        }
    }

    /// `?term=payment`
    #[derive(Deserialize)]
    pub struct SearchQuery {
        term: String,
    }

    pub async fn query(State(plugins): State<Plugins>, Query(query): Query<SearchQuery>) -> Response {
        respond(StatusCode::OK, json!({ "results": search::search(&plugins.catalog, &query.term) }))
    }

    /// A refusal is the caller's mistake, so it is an answer and not an error.
    fn refuse(status: StatusCode, message: &str) -> Response {
        respond(status, json!({ "error": message }))
    }

    fn respond(status: StatusCode, body: impl Serialize) -> Response {
        (status, Json(body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use crate::backend::Backend;

    /// Serves the example's own catalog, sends one request, and gives the status and the body of the answer.
    async fn request(method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/catalog");
        let backend = Backend::new(folder.into(), Duration::from_secs(60));
        backend.first_pass().await.unwrap();
        let server = backend.listen(0).await.unwrap();
        let mut stream = TcpStream::connect(server.address().unwrap()).await.unwrap();
        let serving = tokio::spawn(server.serve_until(std::future::pending()));
        let body = body.map_or_else(String::new, |body| body.to_string());
        let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
        let head = format!("{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        serving.abort();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    #[tokio::test]
    async fn entities_are_listed_by_kind() {
        for query in ["?kind=domain", "?filter=kind=Domain"] {
            let (status, body) = request("GET", &format!("/api/catalog/entities{query}"), None).await;
            assert_eq!((status, body.as_array().unwrap().len()), (200, 3), "{query}");
        }
    }

    #[tokio::test]
    async fn one_entity_is_read_with_its_relations() {
        let (status, body) = request("GET", "/api/catalog/entities/by-name/api/default/Books", None).await;
        assert_eq!(status, 200);
        assert!(body["relations"].as_array().is_some_and(|relations| !relations.is_empty()), "{body}");
        assert_eq!(request("GET", "/api/catalog/entities/by-name/api/default/none", None).await.0, 404);
    }

    #[tokio::test]
    async fn template_is_run_with_the_given_parameters() {
        let parameters = json!({"name": "web", "owner": "platform", "repoUrl": "github.com?owner=a&repo=b"});
        let body = json!({"template": "service", "parameters": parameters});
        let (status, report) = request("POST", "/api/scaffolder/tasks", Some(body)).await;
        assert_eq!((status, &report["ok"]), (200, &json!(true)), "{report}");
        let unknown = json!({"template": "nothing"});
        assert_eq!(request("POST", "/api/scaffolder/tasks", Some(unknown)).await.0, 404);
    }

    #[tokio::test]
    async fn scm_message_makes_its_documents_due() {
        let message = json!({"type": "location.updated", "path": "org/users.yaml"});
        let (status, body) = request("POST", "/api/events/scm", Some(message)).await;
        assert_eq!((status, &body["refreshed"]), (202, &json!(4)));
        assert_eq!(request("POST", "/api/events/scm", Some(json!({"type": "weather"}))).await.0, 400);
    }

    #[tokio::test]
    async fn search_finds_entities_by_their_text() {
        let (status, body) = request("GET", "/api/search/query?term=WAREHOUSE", None).await;
        assert_eq!(status, 200);
        assert!(body["results"].as_array().is_some_and(|results| !results.is_empty()), "{body}");
        let (_, body) = request("GET", "/api/search/query?term=no-such-thing", None).await;
        assert_eq!(body, json!({ "results": [] }));
    }

    #[tokio::test]
    async fn health_is_told() {
        assert_eq!(request("GET", "/health", None).await, (200, json!({"status": "ok"})));
    }
}
