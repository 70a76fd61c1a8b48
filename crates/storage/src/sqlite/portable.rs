//! Copies of rows, out of SQLite and into it.

use async_trait::async_trait;
use futures::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, QueryBuilder, Row, Sqlite, SqliteConnection};
use tokio::sync::mpsc;

use super::connections::lease;
use super::errors::failed;
use super::{SqliteStorage, migrations};
use crate::migration::{self, Migration};
use crate::portable::{self, Column, Kind, Loaded, MIGRATIONS, Piece, ROWS_AT_ONCE, Selection, Table, Value};
use crate::{Portable, Result};

#[async_trait]
impl Portable for SqliteStorage {
    fn schema(&self) -> i64 {
        migration::latest(migration::SQLITE)
    }

    async fn dump(&self, selection: &Selection, pieces: mpsc::Sender<Piece>) -> Result<()> {
        let mut connection = self.connections.read().await?;
        // In WAL mode a reading transaction sees one snapshot from its first read on.
        let mut snapshot = connection.begin().await.map_err(failed)?;
        for table in tables(&mut snapshot).await? {
            if !send_table(&mut snapshot, table, selection, &pieces).await? {
                break;
            }
        }
        snapshot.commit().await.map_err(failed)
    }

    async fn load(&self, schema: i64, replace: bool, pieces: mpsc::Receiver<Result<Piece>>) -> Result<Loaded> {
        let (before, after) = migration::split_at(migration::SQLITE, schema)?;
        // The writer waits for the connection; so every write of this process comes before or after.
        let slot = self.connections.writing();
        let mut connection = lease(slot.lock().await)?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        let ours = tables(&mut transaction).await?;
        if !replace {
            check_empty(&mut transaction, &ours).await?;
        }
        let generation = last_generation(&mut transaction).await?;
        // Children first: no table goes while another refers to it.
        for table in ours.iter().rev().map(|table| table.name.as_str()).chain([MIGRATIONS]) {
            let mut drop_table = QueryBuilder::<Sqlite>::new("DROP TABLE ");
            drop_table.push(table).build().execute(&mut *transaction).await.map_err(failed)?;
        }
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
async fn tables(connection: &mut SqliteConnection) -> Result<Vec<Table>> {
    let rows = sqlx::query(
        "SELECT t.name AS table_name, c.name, c.type, c.pk FROM sqlite_schema t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND t.name <> $1 ORDER BY t.name, c.cid",
    )
    .bind(MIGRATIONS)
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    let columns = rows.iter().map(read_column).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    Ok(portable::tables(columns))
}

fn read_column(row: &SqliteRow) -> Result<(String, Column), sqlx::Error> {
    // The types of strict tables; there are no others.
    let kind = match row.try_get::<&str, _>("type")? {
        "INTEGER" | "INT" => Kind::Integer,
        "REAL" => Kind::Real,
        "BLOB" => Kind::Bytes,
        _ => Kind::Text,
    };
    let key = row.try_get::<i64, _>("pk")? > 0;
    Ok((row.try_get("table_name")?, Column { name: row.try_get("name")?, kind, key }))
}

/// False if nobody receives any more.
async fn send_table(
    connection: &mut SqliteConnection,
    table: Table,
    selection: &Selection,
    pieces: &mpsc::Sender<Piece>,
) -> Result<bool> {
    let Some(mut query) = portable::selecting::<Sqlite>(&table, selection) else { return Ok(true) };
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

fn read_row(row: &SqliteRow, table: &Table) -> Result<Vec<Value>, sqlx::Error> {
    let read = |(index, column): (usize, &Column)| {
        let value = match column.kind {
            Kind::Text => row.try_get::<Option<String>, _>(index)?.map(Value::Text),
            Kind::Integer | Kind::Boolean => row.try_get::<Option<i64>, _>(index)?.map(Value::Integer),
            Kind::Real => row.try_get::<Option<f64>, _>(index)?.map(Value::Real),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(index)?.map(Value::Bytes),
        };
        Ok(value.unwrap_or(Value::Null))
    };
    table.columns.iter().enumerate().map(read).collect()
}

async fn check_empty(connection: &mut SqliteConnection, tables: &[Table]) -> Result<()> {
    for table in tables {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT EXISTS (SELECT 1 FROM ");
        query.push(&table.name).push(")");
        if query.build_query_scalar().fetch_one(&mut *connection).await.map_err(failed)? {
            return Err(portable::not_empty(&table.name));
        }
    }
    Ok(())
}

/// The highest generation of any site's knowledge.
async fn last_generation(connection: &mut SqliteConnection) -> Result<Option<i64>> {
    sqlx::query_scalar("SELECT max(generation) FROM knowledge").fetch_one(connection).await.map_err(failed)
}

async fn apply_all(connection: &mut SqliteConnection, migrations: &[Migration]) -> Result<()> {
    for migration in migrations {
        migrations::apply(connection, migration).await?;
    }
    Ok(())
}

async fn insert_all(connection: &mut SqliteConnection, mut pieces: mpsc::Receiver<Result<Piece>>) -> Result<Loaded> {
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

async fn insert(connection: &mut SqliteConnection, table: &Table, rows: Vec<Vec<Value>>) -> Result<u64> {
    // SQLite takes 32,766 values in a statement, more than any table has columns in that many rows.
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let rows = rows.iter().map(|row| portable::fitting_row(row, table)).collect::<Result<Vec<_>>>()?;
        let mut query = portable::inserting::<Sqlite>(table);
        query.push_values(rows, |mut row, values| {
            for value in values {
                match value {
                    Value::Null => row.push_bind(None::<String>),
                    Value::Integer(number) => row.push_bind(*number),
                    Value::Real(number) => row.push_bind(*number),
                    Value::Text(text) => row.push_bind(text.as_str()),
                    Value::Bytes(bytes) => row.push_bind(bytes.as_slice()),
                };
            }
        });
        query.build().persistent(false).execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}
