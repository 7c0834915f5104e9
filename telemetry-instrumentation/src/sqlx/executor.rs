//! The executor that records, around the one that runs queries.

use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use sqlx_core::Either;
use sqlx_core::database::Database;
use sqlx_core::describe::Describe;
use sqlx_core::error::Error;
use sqlx_core::executor::{Execute, Executor};
use sqlx_core::sql_str::SqlStr;
use telemetry_runtime::is_instrumentation_on;

use super::call::QueryCall;
use super::query::Query;
use super::recording::Recording;
use super::{Recorded, Target, recorded};

/// What a query gives, one after the other: how many rows it changed, or a row.
type Step<DB> = Result<Either<<DB as Database>::QueryResult, <DB as Database>::Row>, Error>;

impl<'c, E: Executor<'c>> Executor<'c> for Recorded<E> {
    type Database = E::Database;

    fn fetch_many<'e, 'q: 'e, Q>(self, query: Q) -> BoxStream<'e, Step<E::Database>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, E::Database>,
    {
        let query = Query::of(query);
        let call = begin(&self.target, |target| QueryCall::begin(&query, target));
        let steps = call.run(|| self.executor.fetch_many(query));
        Box::pin(Recording::new(steps, call))
    }

    fn fetch_optional<'e, 'q: 'e, Q>(
        self,
        query: Q,
    ) -> BoxFuture<'e, Result<Option<<E::Database as Database>::Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, E::Database>,
    {
        let query = Query::of(query);
        let call = begin(&self.target, |target| QueryCall::begin(&query, target));
        let row = call.run(|| self.executor.fetch_optional(query));
        Box::pin(Recording::new(row, call))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [<E::Database as Database>::TypeInfo],
    ) -> BoxFuture<'e, Result<<E::Database as Database>::Statement, Error>>
    where
        'c: 'e,
    {
        let call = begin(&self.target, QueryCall::begin_prepare::<E::Database>);
        let statement = call.run(|| self.executor.prepare_with(sql, parameters));
        Box::pin(Recording::new(statement, call))
    }

    // Only the macros of sqlx call this, while they are expanded.
    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<E::Database>, Error>>
    where
        'c: 'e,
    {
        self.executor.describe(sql)
    }
}

/// A reference to a recorded pool records as the pool itself would.
impl<'c, P, DB> Executor<'c> for &'c Recorded<P>
where
    DB: Database,
    P: std::fmt::Debug + Sync,
    &'c P: Executor<'c, Database = DB>,
{
    type Database = DB;

    fn fetch_many<'e, 'q: 'e, Q>(self, query: Q) -> BoxStream<'e, Step<DB>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, DB>,
    {
        self.borrowed().fetch_many(query)
    }

    fn fetch_optional<'e, 'q: 'e, Q>(self, query: Q) -> BoxFuture<'e, Result<Option<DB::Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, DB>,
    {
        self.borrowed().fetch_optional(query)
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [DB::TypeInfo],
    ) -> BoxFuture<'e, Result<DB::Statement, Error>>
    where
        'c: 'e,
    {
        self.borrowed().prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<DB>, Error>>
    where
        'c: 'e,
    {
        self.borrowed().describe(sql)
    }
}

impl<P> Recorded<P> {
    fn borrowed(&self) -> Recorded<&P> {
        Recorded { target: self.target.clone(), ..recorded(&self.executor) }
    }
}

/// Begins a query's telemetry, unless it is switched off.
fn begin(target: &Target, call: impl FnOnce(&Target) -> QueryCall) -> QueryCall {
    if is_instrumentation_on("sqlx") { call(target) } else { QueryCall::OFF }
}
