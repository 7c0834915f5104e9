//! A query as it is sent, taken apart to see its text.

use sqlx_core::database::Database;
use sqlx_core::error::BoxDynError;
use sqlx_core::executor::Execute;
use sqlx_core::sql_str::SqlStr;

/// The words with which queries begin, so that `db.operation.name` is one of few.
const OPERATIONS: [&str; 24] = [
    "ALTER",
    "ANALYZE",
    "BEGIN",
    "CALL",
    "COMMIT",
    "COPY",
    "CREATE",
    "DELETE",
    "DROP",
    "EXPLAIN",
    "GRANT",
    "INSERT",
    "LOCK",
    "MERGE",
    "PRAGMA",
    "REPLACE",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "TRUNCATE",
    "UPDATE",
    "WITH",
];

/// A query whose parts were taken from another one; it does what that would.
pub(super) struct Query<DB: Database> {
    sql: SqlStr,
    statement: Option<DB::Statement>,
    // Taken once, by whoever runs the query.
    arguments: Result<Option<DB::Arguments>, BoxDynError>,
    persistent: bool,
}

impl<DB: Database> Query<DB> {
    pub(super) fn of<'q>(mut query: impl Execute<'q, DB>) -> Self {
        let statement = query.statement().cloned();
        let arguments = query.take_arguments();
        let persistent = query.persistent();
        Self { sql: query.sql(), statement, arguments, persistent }
    }

    /// The first word, where it is one of SQL.
    pub(super) fn operation(&self) -> Option<&'static str> {
        operation(self.sql.as_str())
    }

    /// The text, where nothing in it can be a value.
    pub(super) fn text(&self) -> Option<&str> {
        let is_prepared = matches!(self.arguments, Ok(Some(_)));
        Some(self.sql.as_str()).filter(|text| is_prepared && !has_literal(text))
    }
}

impl<DB: Database> Execute<'_, DB> for Query<DB> {
    fn sql(self) -> SqlStr {
        self.sql
    }

    fn statement(&self) -> Option<&DB::Statement> {
        self.statement.as_ref()
    }

    fn take_arguments(&mut self) -> Result<Option<DB::Arguments>, BoxDynError> {
        std::mem::replace(&mut self.arguments, Ok(None))
    }

    fn persistent(&self) -> bool {
        self.persistent
    }
}

pub(super) fn operation(sql: &str) -> Option<&'static str> {
    let word = sql.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty())?;
    // What stands before the first word, such as a comment, makes it no operation.
    let starts = sql.trim_start_matches(|c: char| c.is_whitespace() || c == '(').starts_with(word);
    OPERATIONS.into_iter().find(|operation| starts && operation.eq_ignore_ascii_case(word))
}

/// Whether there is a quoted text, in the quotes of SQL or the dollars of `PostgreSQL`.
fn has_literal(sql: &str) -> bool {
    sql.contains('\'') || sql.contains("$$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operation_is_the_first_word_of_sql() {
        assert_eq!(operation("select 1"), Some("SELECT"));
        assert_eq!(operation("\n  INSERT INTO a VALUES (?)"), Some("INSERT"));
        assert_eq!(operation("(SELECT 1)"), Some("SELECT"));
        assert_eq!(operation("-- SELECT\n DELETE FROM a"), None);
        assert_eq!(operation("selected"), None);
        assert_eq!(operation(""), None);
    }

    #[test]
    fn quoted_texts_may_be_values() {
        assert!(has_literal("SELECT * FROM a WHERE name = 'me'"));
        assert!(has_literal("SELECT $$me$$"));
        assert!(!has_literal("SELECT * FROM \"a\" WHERE name = $1 AND age > ?"));
    }
}
