//! Copies of rows, out of PostgreSQL and into it.

use async_trait::async_trait;
use futures::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{Column as _, PgConnection, Postgres, QueryBuilder, Row, TypeInfo};
use tokio::sync::mpsc;

use super::errors::failed;
use super::{PgStorage, migrations};
use crate::migration::{self, Migration};
use crate::portable::{self, Column, Kind, Loaded, MIGRATIONS, Piece, ROWS_AT_ONCE, Selection, Table, Value};
use crate::{Portable, Result};

#[async_trait]
impl Portable for PgStorage {
    fn schema(&self) -> i64 {
        migration::latest(migration::POSTGRES)
    }

    async fn dump(&self, selection: &Selection, pieces: mpsc::Sender<Piece>) -> Result<()> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let mut snapshot = self.pool.begin_with(begin).await.map_err(failed)?;
        for table in tables(&mut snapshot).await? {
            if !send_table(&mut snapshot, table, selection, &pieces).await? {
                break;
            }
        }
        snapshot.commit().await.map_err(failed)
    }

    async fn load(&self, schema: i64, replace: bool, pieces: mpsc::Receiver<Result<Piece>>) -> Result<Loaded> {
        let (before, after) = migration::split_at(migration::POSTGRES, schema)?;
        let mut transaction = self.pool.begin().await.map_err(failed)?;
        let ours = tables(&mut transaction).await?;
        for table in &ours {
            // Nobody reads or writes until this is over; whoever did before has ended.
            let mut lock = QueryBuilder::<Postgres>::new("LOCK TABLE ");
            lock.push(&table.name).build().execute(&mut *transaction).await.map_err(failed)?;
        }
        if !replace {
            check_empty(&mut transaction, &ours).await?;
        }
        let generation = last_generation(&mut transaction).await?;
        // Children first: no table goes while another refers to it.
        for table in ours.iter().rev().map(|table| table.name.as_str()).chain([MIGRATIONS]) {
            let mut drop_table = QueryBuilder::<Postgres>::new("DROP TABLE ");
            drop_table.push(table).build().execute(&mut *transaction).await.map_err(failed)?;
        }
        drop_sequences(&mut transaction).await?;
        apply_all(&mut transaction, before).await?;
        let loaded = insert_all(&mut transaction, pieces).await?;
        apply_all(&mut transaction, after).await?;
        sqlx::query("UPDATE knowledge SET generation = generation + $1")
            .bind(generation.map_or(0, |generation| generation.saturating_add(1)))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(loaded)
    }
}

/// Every table but the list of migrations.
async fn tables(connection: &mut PgConnection) -> Result<Vec<Table>> {
    let rows = sqlx::query(
        "SELECT t.relname::text AS table_name, a.attname::text AS name, format_type(a.atttypid, NULL) AS type,
            k.indexrelid IS NOT NULL AS key
        FROM pg_class t
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        LEFT JOIN pg_index k ON k.indrelid = t.oid AND k.indisprimary AND a.attnum = ANY(k.indkey)
        WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r' AND t.relname <> $1
        ORDER BY t.relname COLLATE \"C\", a.attnum",
    )
    .bind(MIGRATIONS)
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    let columns = rows.iter().map(read_column).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    Ok(portable::tables(columns))
}

fn read_column(row: &PgRow) -> Result<(String, Column), sqlx::Error> {
    // The types that the migrations use.
    let kind = match row.try_get::<&str, _>("type")? {
        "bigint" | "integer" | "smallint" => Kind::Integer,
        "boolean" => Kind::Boolean,
        "double precision" => Kind::Real,
        "bytea" => Kind::Bytes,
        _ => Kind::Text,
    };
    let key = row.try_get("key")?;
    Ok((row.try_get("table_name")?, Column { name: row.try_get("name")?, kind, key }))
}

/// False if nobody receives any more.
async fn send_table(
    connection: &mut PgConnection,
    table: Table,
    selection: &Selection,
    pieces: &mpsc::Sender<Piece>,
) -> Result<bool> {
    let Some(mut query) = portable::selecting::<Postgres>(&table, selection) else { return Ok(true) };
    if pieces.send(Piece::Table(table.clone())).await.is_err() {
        return Ok(false);
    }
    let mut found = query.build().persistent(false).fetch(connection);
    let mut rows = Vec::with_capacity(ROWS_AT_ONCE);
    while let Some(row) = found.try_next().await.map_err(failed)? {
        rows.push(read_row(&row, &table).map_err(failed)?);
        if rows.len() == ROWS_AT_ONCE && pieces.send(Piece::Rows(std::mem::take(&mut rows))).await.is_err() {
            return Ok(false);
        }
    }
    Ok(rows.is_empty() || pieces.send(Piece::Rows(rows)).await.is_ok())
}

fn read_row(row: &PgRow, table: &Table) -> Result<Vec<Value>, sqlx::Error> {
    let read = |(index, column): (usize, &Column)| {
        let value = match column.kind {
            Kind::Text => row.try_get::<Option<String>, _>(index)?.map(Value::Text),
            Kind::Integer => read_integer(row, index)?.map(Value::Integer),
            Kind::Boolean => row.try_get::<Option<bool>, _>(index)?.map(|truth| Value::Integer(truth.into())),
            Kind::Real => row.try_get::<Option<f64>, _>(index)?.map(Value::Real),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(index)?.map(Value::Bytes),
        };
        Ok(value.unwrap_or(Value::Null))
    };
    table.columns.iter().enumerate().map(read).collect()
}

/// A whole number of any width.
fn read_integer(row: &PgRow, index: usize) -> Result<Option<i64>, sqlx::Error> {
    Ok(match row.try_column(index)?.type_info().name() {
        "INT2" => row.try_get::<Option<i16>, _>(index)?.map(i64::from),
        "INT4" => row.try_get::<Option<i32>, _>(index)?.map(i64::from),
        _ => row.try_get(index)?,
    })
}

/// Sequences are made by the migrations, and hold nothing that a copy would have to keep.
async fn drop_sequences(connection: &mut PgConnection) -> Result<()> {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S'
        ORDER BY relname",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(failed)?;
    for name in names {
        let mut drop_sequence = QueryBuilder::<Postgres>::new("DROP SEQUENCE ");
        drop_sequence.push(name).build().execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

async fn check_empty(connection: &mut PgConnection, tables: &[Table]) -> Result<()> {
    for table in tables {
        let mut query = QueryBuilder::<Postgres>::new("SELECT EXISTS (SELECT 1 FROM ");
        query.push(&table.name).push(")");
        if query.build_query_scalar().fetch_one(&mut *connection).await.map_err(failed)? {
            return Err(portable::not_empty(&table.name));
        }
    }
    Ok(())
}

/// The highest generation of any site's knowledge.
async fn last_generation(connection: &mut PgConnection) -> Result<Option<i64>> {
    sqlx::query_scalar("SELECT max(generation) FROM knowledge").fetch_one(connection).await.map_err(failed)
}

async fn apply_all(connection: &mut PgConnection, migrations: &[Migration]) -> Result<()> {
    for migration in migrations {
        migrations::apply(connection, migration).await?;
    }
    Ok(())
}

async fn insert_all(connection: &mut PgConnection, mut pieces: mpsc::Receiver<Result<Piece>>) -> Result<Loaded> {
    let ours = tables(connection).await?;
    let mut loaded = Loaded::default();
    let mut into = None;
    while let Some(piece) = pieces.recv().await {
        match piece? {
            Piece::Table(table) => {
                into = Some(portable::matching(&ours, &table)?);
                loaded.tables += 1;
            }
            Piece::Rows(rows) => {
                let table = into.as_ref().ok_or_else(portable::headless)?;
                loaded.rows += insert(connection, table, rows).await?;
            }
        }
    }
    Ok(loaded)
}

async fn insert(connection: &mut PgConnection, table: &Table, rows: Vec<Vec<Value>>) -> Result<u64> {
    // PostgreSQL takes 65,535 values in a statement, more than any table has columns in that many rows.
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let rows = rows.iter().map(|row| portable::fitting_row(row, table)).collect::<Result<Vec<_>>>()?;
        let mut query = portable::inserting::<Postgres>(table);
        query.push_values(rows, |mut row, values| {
            for (value, column) in values.iter().zip(&table.columns) {
                match (value, column.kind) {
                    (Value::Null, Kind::Text) => row.push_bind(None::<String>),
                    (Value::Null, Kind::Integer) => row.push_bind(None::<i64>),
                    (Value::Null, Kind::Boolean) => row.push_bind(None::<bool>),
                    (Value::Null, Kind::Real) => row.push_bind(None::<f64>),
                    (Value::Null, Kind::Bytes) => row.push_bind(None::<Vec<u8>>),
                    (Value::Integer(number), Kind::Boolean) => row.push_bind(*number != 0),
                    (Value::Integer(number), _) => row.push_bind(*number),
                    (Value::Real(number), _) => row.push_bind(*number),
                    (Value::Text(text), _) => row.push_bind(text.as_str()),
                    (Value::Bytes(bytes), _) => row.push_bind(bytes.as_slice()),
                };
            }
        });
        query.build().persistent(false).execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}
