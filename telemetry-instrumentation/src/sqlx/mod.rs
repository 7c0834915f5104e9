//! Database queries: an executor for `sqlx`, of any of its databases.
//!
//! ```
//! use telemetry_instrumentation::sqlx::recorded;
//! # use sqlx::sqlite::SqlitePool;
//!
//! # async fn example() -> Result<(), sqlx::Error> {
//! let pool = recorded(SqlitePool::connect("sqlite::memory:").await?).namespace("shop");
//! let name: String = sqlx::query_scalar("SELECT name FROM entities WHERE id = ?").bind(7).fetch_one(&pool).await?;
//!
//! // What is not a pool is recorded where it is used.
//! let mut transaction = pool.begin().await?;
//! sqlx::query("DELETE FROM entities WHERE id = ?").bind(7).execute(recorded(&mut *transaction)).await?;
//! transaction.commit().await?;
//! # drop(name); Ok(())
//! # }
//! ```
//!
//! Each query is a span of the kind client, from the call until its last row was taken, and a measurement of
//! `db.client.operation.duration` (histogram, `s`).
//!
//! | attribute | span | metric | |
//! |---|---|---|---|
//! | `db.system.name` | x | x | `postgresql`, `mysql`, `sqlite`, or `other_sql` |
//! | `db.operation.name` | x | x | the first word of the query, where it is one of SQL |
//! | `db.query.text` | x | | see below |
//! | `db.namespace`, `server.address`, `server.port` | x | x | as given to [`Recorded`] |
//! | `db.response.status_code` | x | x | the code of the database's error |
//! | `error.type` | x | x | that code, or a word such as `pool_timed_out`, or `panic` |
//! | `outcome` | if `cancelled` | x | `cancelled` where the query was dropped before its last row |
//!
//! The text of a query is recorded as it is written, with its placeholders, where it is sent as a prepared statement and has no
//! quoted literal in it, which could be a value. Values and the texts of errors, which quote them, are never recorded.
//!
//! `telemetry.instrumentations.sqlx: false` switches it off. `sqlx` must have its feature `macros`, which is one of its
//! defaults: it adds a method to the trait that executors implement.

mod call;
mod executor;
mod metrics;
mod query;
mod recording;

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// Records the queries that `executor` runs: a pool, by reference to the result, or whatever else implements `Executor`.
pub fn recorded<E>(executor: E) -> Recorded<E> {
    Recorded { executor, target: Target::default() }
}

/// An executor whose queries are recorded; see the [module](self).
#[derive(Clone)]
pub struct Recorded<E> {
    executor: E,
    target: Target,
}

/// Which database is asked, as far as the program says so: an executor does not know.
#[derive(Clone, Debug, Default)]
struct Target {
    namespace: Option<Arc<str>>,
    server: Option<(Arc<str>, u16)>,
}

impl<E> Recorded<E> {
    /// Sets `db.namespace`, the name of the database. It is also part of the spans' names.
    #[must_use]
    pub fn namespace(mut self, name: &str) -> Self {
        self.target.namespace = Some(name.into());
        self
    }

    /// Sets `server.address` and `server.port`.
    #[must_use]
    pub fn server(mut self, address: &str, port: u16) -> Self {
        self.target.server = Some((address.into(), port));
        self
    }
}

impl<E> Deref for Recorded<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.executor
    }
}

impl<E> DerefMut for Recorded<E> {
    fn deref_mut(&mut self) -> &mut E {
        &mut self.executor
    }
}

impl<E: fmt::Debug> fmt::Debug for Recorded<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Recorded").field(&self.executor).finish()
    }
}
