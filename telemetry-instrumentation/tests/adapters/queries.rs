//! Queries of a database.

use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_sdk::trace::SpanData;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Row as _};
use telemetry_instrumentation::sqlx::{Recorded, recorded};
use telemetry_runtime::traced;

use crate::fixture::{self, Running, attribute};

const DURATION: &str = "db_client_operation_duration_seconds_count";

/// A database in memory, of one connection, with a table of two entities.
async fn shop(name: &str) -> Recorded<SqlitePool> {
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    sqlx::raw_sql("CREATE TABLE entities (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        .execute(&pool)
        .await
        .unwrap();
    for name in ["cart", "stock"] {
        sqlx::query("INSERT INTO entities (name) VALUES (?)").bind(name).execute(&pool).await.unwrap();
    }
    recorded(pool).namespace(name).server("db.example", 5432)
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn queries(running: &Running) -> Vec<SpanData> {
    let mut spans = running.all_spans();
    spans.retain(|span| attribute(span, "db.system.name").is_some());
    spans
}

#[traced(plugin = "shop")]
async fn find(pool: &Recorded<SqlitePool>) -> Result<String, sqlx::Error> {
    let row = sqlx::query("SELECT name FROM entities WHERE id = ?").bind(2).fetch_one(pool).await?;
    row.try_get("name")
}

#[test]
fn query_is_a_client_span_with_its_text_and_without_its_values() {
    let running = fixture::defaults().start();
    let name = block_on(async { find(&shop("found").await).await });
    assert_eq!(name.unwrap(), "stock");
    let spans = queries(&running);
    assert_eq!(spans.len(), 1, "what went past the recorded pool is not recorded");
    let mut attributes: Vec<String> =
        spans[0].attributes.iter().map(|pair| format!("{}={}", pair.key, pair.value)).collect();
    attributes.sort();
    assert_eq!(
        attributes,
        [
            "backstage.core.service=database",
            "db.namespace=found",
            "db.operation.name=SELECT",
            "db.query.text=SELECT name FROM entities WHERE id = ?",
            "db.system.name=sqlite",
            "server.address=db.example",
            "server.port=5432",
        ]
    );
    assert_eq!((&*spans[0].name, &spans[0].span_kind), ("SELECT found", &SpanKind::Client));
    assert_eq!(spans[0].parent_span_id, running.span("find").span_context.span_id());
    let labels = [
        ("db_namespace", "found"),
        ("db_operation_name", "SELECT"),
        ("db_system_name", "sqlite"),
        ("outcome", "ok"),
        ("server_address", "db.example"),
        ("server_port", "5432"),
    ];
    assert_eq!(running.scrape().sum(DURATION, &labels), Some(1.0));
}

#[test]
fn all_ways_to_run_a_query_are_recorded_once() {
    let running = fixture::defaults().start();
    block_on(async {
        let pool = shop("ways").await;
        let all = sqlx::query("SELECT id FROM entities").fetch_all(&pool).await.unwrap();
        assert_eq!(all.len(), 2);
        let done = sqlx::query("UPDATE entities SET name = ?").bind("x").execute(&pool).await.unwrap();
        assert_eq!(done.rows_affected(), 2);
        let none =
            sqlx::query("DELETE FROM entities WHERE id = ?").bind(9).fetch_optional(&pool).await.unwrap();
        assert!(none.is_none());
        let mut transaction = pool.begin().await.unwrap();
        let insert = sqlx::query("INSERT INTO entities (name) VALUES (?)").bind("new");
        insert.execute(recorded(&mut *transaction)).await.unwrap();
        transaction.commit().await.unwrap();
    });
    let names: Vec<_> = queries(&running).iter().map(|span| span.name.to_string()).collect();
    assert_eq!(names, ["SELECT ways", "UPDATE ways", "DELETE ways", "INSERT"]);
}

#[test]
fn what_may_be_a_value_is_not_in_the_text() {
    let running = fixture::defaults().start();
    block_on(async {
        let pool = shop("secrets").await;
        let made = AssertSqlSafe(format!("SELECT id FROM entities WHERE name = '{}'", "secret"));
        sqlx::query(made).fetch_all(&pool).await.unwrap();
        // Sent as it is, without a prepared statement.
        sqlx::raw_sql("DELETE FROM entities WHERE id = 4711").execute(&pool).await.unwrap();
    });
    let spans = queries(&running);
    assert_eq!(spans.len(), 2);
    assert!(spans.iter().all(|span| attribute(span, "db.query.text").is_none()), "{spans:?}");
    assert!(!format!("{spans:?}").contains("secret'"));
}

#[test]
fn error_of_the_database_is_its_code_and_not_its_text() {
    let running = fixture::defaults().start();
    block_on(async {
        let pool = shop("errors").await;
        let again = sqlx::query("INSERT INTO entities (id, name) VALUES (?, ?)").bind(1).bind("secret");
        assert!(again.execute(&pool).await.unwrap_err().as_database_error().unwrap().is_unique_violation());
        let missing = sqlx::query("SELECT name FROM entities WHERE id = ?").bind(9).fetch_one(&pool).await;
        assert!(matches!(missing, Err(sqlx::Error::RowNotFound)));
    });
    let spans = queries(&running);
    assert_eq!(spans[0].status, Status::error(""));
    // SQLITE_CONSTRAINT_PRIMARYKEY
    assert_eq!(attribute(&spans[0], "error.type").as_deref(), Some("1555"));
    assert_eq!(attribute(&spans[0], "db.response.status_code").as_deref(), Some("1555"));
    assert_eq!((&spans[1].status, attribute(&spans[1], "error.type")), (&Status::Unset, None));
    assert!(!format!("{spans:?}").contains("secret"));
    let failed = [("db_namespace", "errors"), ("error_type", "1555"), ("outcome", "error")];
    assert_eq!(running.scrape().sum(DURATION, &failed), Some(1.0));
}

#[test]
fn pool_without_a_free_connection_is_an_error_of_its_own() {
    let running = fixture::defaults().start();
    block_on(async {
        let options = SqlitePoolOptions::new().max_connections(1);
        let options = options.acquire_timeout(std::time::Duration::from_millis(20));
        let pool = recorded(options.connect("sqlite::memory:").await.unwrap());
        let _held = pool.acquire().await.unwrap();
        assert!(sqlx::query("SELECT 1").fetch_one(&pool).await.is_err());
    });
    assert_eq!(attribute(&running.span("SELECT"), "error.type").as_deref(), Some("pool_timed_out"));
}

#[test]
fn query_that_is_given_up_is_cancelled() {
    let running = fixture::defaults().start();
    block_on(async {
        let pool = shop("cancelled").await;
        let _held = pool.acquire().await.unwrap();
        let mut query = Box::pin(sqlx::query("SELECT name FROM entities").fetch_all(&pool));
        let mut task = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(query.as_mut().poll(&mut task).is_pending());
    });
    let span = running.span("SELECT cancelled");
    assert_eq!((attribute(&span, "outcome").as_deref(), &span.status), (Some("cancelled"), &Status::Unset));
    assert_eq!(
        running.scrape().sum(DURATION, &[("db_namespace", "cancelled"), ("outcome", "cancelled")]),
        Some(1.0)
    );
}

#[test]
fn switched_off_by_its_name() {
    let running = fixture::yaml("telemetry: { instrumentations: { sqlx: false } }").start();
    assert_eq!(block_on(async { find(&shop("off").await).await }).unwrap(), "stock");
    assert_eq!(queries(&running).len(), 0);
    assert_eq!(running.scrape().sum(DURATION, &[("db_namespace", "off")]), None);
}
