//! Rows on their way out of one database and into another, whichever of the two each is.
//!
//! Tables and columns are read from the database itself, so that a table of a later migration is copied like the others.
//! A value is one of five kinds; what a kind is called, and how it is read and written, each database says for itself
//! (`sqlite/portable.rs`, `postgres/portable.rs`).

use async_trait::async_trait;
use portavoz_domain::ids::SiteId;
use sqlx::{Database, Encode, QueryBuilder, Type};
use tokio::sync::mpsc;

use crate::privacy::{push_scope, push_scope_of_messages};
use crate::{Result, Scope, StorageError};

/// Rows of one piece: small enough to hold many pieces, large enough for few trips.
pub(crate) const ROWS_AT_ONCE: usize = 256;

/// The tables that others refer to, before those that refer to them.
const PARENTS: [&str; 5] = ["conversations", "turns", "documents", "runs", "experiments"];

/// The list of migrations is not copied: a copy has the schema's number in its place.
pub(crate) const MIGRATIONS: &str = "portavoz_migrations";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8, often JSON.
    Text,
    /// Whole numbers, moments and truth values among them.
    Integer,
    /// 64-bit floating point.
    Real,
    /// Bytes.
    Bytes,
    /// Truth values, where the database tells them from numbers; they are copied as 0 and 1.
    Boolean,
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// See [`Kind::Integer`].
    Integer(i64),
    /// See [`Kind::Real`].
    Real(f64),
    /// See [`Kind::Text`].
    Text(String),
    /// See [`Kind::Bytes`].
    Bytes(Vec<u8>),
}

/// A table and those of its columns that are copied, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// True if it is part of the key that rows are ordered by.
    pub key: bool,
}

/// A piece of a copy. Tables come one after the other, each with all its rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// The rows that follow are this table's.
    Table(Table),
    /// Rows, each with a value for every column.
    Rows(Vec<Vec<Value>>),
}

/// What to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every row of every table.
    Database,
    /// Every row of a site, except secrets and what is made from documents.
    Site(SiteId),
    /// Turns of a site and what hangs on them, and messages of the same scope.
    Turns(SiteId, Scope),
}

/// What a copy did to the database that it was loaded into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Loaded {
    /// Tables in the copy.
    pub tables: u64,
    /// Rows of all of them.
    pub rows: u64,
}

/// Copies of rows.
#[async_trait]
pub trait Portable: Send + Sync {
    /// Number of the schema: the last migration.
    fn schema(&self) -> i64;

    /// Sends a selection, as it was at one moment, however long the sending takes and whatever is written meanwhile.
    /// Rows come by table and key. Ends early without an error if nobody receives any more.
    async fn dump(&self, selection: &Selection, pieces: mpsc::Sender<Piece>) -> Result<()>;

    /// Takes a copy of a whole database, made under `schema`, in place of everything that is there: whole or not at
    /// all. The channel must end with [`Ok`] pieces only; an error in it takes everything back. A copy of an older
    /// schema is brought up to date as a database of that age would be. A copy of a newer one is
    /// [`StorageError::Conflict`]; so are rows in the database, unless `replace` is set. Generations of the knowledge
    /// come out higher than those that were there, so that no index of before is taken for a fresh one.
    async fn load(&self, schema: i64, replace: bool, pieces: mpsc::Receiver<Result<Piece>>) -> Result<Loaded>;
}

impl Table {
    /// True if there is a column of that name.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|found| found.name == column)
    }
}

/// Tables from what a database says of their columns, which come table by table: parents first, then by name.
pub(crate) fn tables(columns: impl IntoIterator<Item = (String, Column)>) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for (table, column) in columns {
        match tables.last_mut().filter(|last| last.name == table) {
            Some(last) => last.columns.push(column),
            None => tables.push(Table { name: table, columns: vec![column] }),
        }
    }
    tables.sort_by_key(|table| PARENTS.iter().position(|parent| *parent == table.name).unwrap_or(PARENTS.len()));
    tables
}

/// The statement that reads a table's part of a selection; `None` if it has none.
pub(crate) fn selecting<DB>(table: &Table, selection: &Selection) -> Option<QueryBuilder<DB>>
where
    DB: Database,
    for<'t> String: Encode<'t, DB> + Type<DB>,
    for<'t> i64: Encode<'t, DB> + Type<DB>,
{
    let names =
        |columns: Vec<&Column>| columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
    let mut query = QueryBuilder::new("SELECT ");
    query.push(names(table.columns.iter().collect())).push(" FROM ").push(&table.name);
    match selection {
        Selection::Database => {}
        Selection::Site(site) => {
            if !table.has("site") || ["secrets", "chunks"].contains(&table.name.as_str()) {
                return None;
            }
            query.push(" WHERE site = ").push_bind(site.to_string());
        }
        Selection::Turns(site, scope) => push_turns_of(&mut query, table, site, *scope)?,
    }
    let key: Vec<_> = table.columns.iter().filter(|column| column.key).collect();
    if !key.is_empty() {
        query.push(" ORDER BY ").push(names(key));
    }
    Some(query)
}

/// The condition on rows that hang on turns: those of a visitor, of a conversation, of a turn.
fn push_turns_of<DB>(query: &mut QueryBuilder<DB>, table: &Table, site: &SiteId, scope: Scope) -> Option<()>
where
    DB: Database,
    for<'t> String: Encode<'t, DB> + Type<DB>,
    for<'t> i64: Encode<'t, DB> + Type<DB>,
{
    query.push(" WHERE ");
    let column = match (table.name.as_str(), scope) {
        ("turns", _) => {
            push_scope(query, site, scope);
            return Some(());
        }
        ("messages", _) => {
            push_scope_of_messages(query, site, scope);
            return Some(());
        }
        (_, Scope::Visitor(visitor)) if table.has("visitor") => {
            query.push("site = ").push_bind(site.to_string());
            query.push(" AND visitor = ").push_bind(visitor.to_string());
            return Some(());
        }
        ("conversations", _) => ("id", "conversation"),
        // A turn's charge has the turn's id.
        ("charges", _) => ("id", "id"),
        _ if table.has("turn") => ("turn", "id"),
        _ if table.has("conversation") => ("conversation", "conversation"),
        _ => return None,
    };
    query.push("site = ").push_bind(site.to_string()).push(" AND ").push(column.0);
    query.push(" IN (SELECT ").push(column.1).push(" FROM turns WHERE ");
    push_scope(query, site, scope);
    query.push(")");
    Some(())
}

/// The columns of the database that a copy's table is loaded into, in the copy's order.
pub(crate) fn matching(ours: &[Table], copied: &Table) -> Result<Table> {
    let unknown = |what: String| StorageError::Conflict(format!("the copy has {what}, which this schema has not"));
    let table = ours.iter().find(|table| table.name == copied.name);
    let table = table.ok_or_else(|| unknown(format!("a table `{}`", copied.name)))?;
    let column = |wanted: &Column| {
        let found = table.columns.iter().find(|column| column.name == wanted.name).cloned();
        found.ok_or_else(|| unknown(format!("a column `{}` in its table `{}`", wanted.name, copied.name)))
    };
    Ok(Table { name: table.name.clone(), columns: copied.columns.iter().map(column).collect::<Result<_>>()? })
}

/// A row whose values are what the columns take; the copy is to blame if they are not.
pub(crate) fn fitting_row<'a>(row: &'a [Value], table: &Table) -> Result<&'a [Value]> {
    let name = &table.name;
    if row.len() != table.columns.len() {
        let (values, columns) = (row.len(), table.columns.len());
        let what = format!("the copy has a row of {values} values in `{name}`, of which it has {columns} columns");
        return Err(StorageError::Conflict(what));
    }
    let fits = |value: &Value, kind: Kind| match value {
        Value::Null => true,
        Value::Text(_) => kind == Kind::Text,
        Value::Integer(_) => matches!(kind, Kind::Integer | Kind::Boolean),
        Value::Real(_) => kind == Kind::Real,
        Value::Bytes(_) => kind == Kind::Bytes,
    };
    match row.iter().zip(&table.columns).find(|(value, column)| !fits(value, column.kind)) {
        None => Ok(row),
        Some((_, column)) => {
            let what = format!("the copy has a value in `{name}.{}` that is of another kind", column.name);
            Err(StorageError::Conflict(what))
        }
    }
}

/// The statement that writes rows of a table, up to its values.
pub(crate) fn inserting<DB: Database>(table: &Table) -> QueryBuilder<DB> {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let mut query = QueryBuilder::new("INSERT INTO ");
    query.push(&table.name).push(" (").push(columns.join(", ")).push(") ");
    query
}

/// Rows before there was a table.
pub(crate) fn headless() -> StorageError {
    StorageError::Conflict("the copy has rows without a table".to_owned())
}

/// Loading without leave to replace what is there.
pub(crate) fn not_empty(table: &str) -> StorageError {
    StorageError::Conflict(format!("the database is not empty: `{table}` has rows"))
}

/// A copy from the future.
pub(crate) fn newer(schema: i64, known: i64) -> StorageError {
    StorageError::Conflict(format!(
        "the copy was made by a newer portavoz (schema {schema}; this one knows up to {known}): update portavoz"
    ))
}
