//! Documents, chunks and problems in PostgreSQL.

use async_trait::async_trait;
use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::{Document, Facet, Problem};
use portavoz_domain::ids::{DocumentId, SiteId};
use portavoz_domain::timestamp::Timestamp;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder};

use super::PgStorage;
use super::errors::{failed, retrying};
use crate::rows::{ChunkRow, DocumentEntryRow, DocumentRow, Place, ProblemRow, format_name};
use crate::values::{Column, count, json, storable};
use crate::{DocumentEntry, IngestedDocument, Knowledge, KnowledgeChange, Result, conflicts};

/// Rows of one `INSERT`: few trips to the server, far below the protocol's limit of 65,535 values.
const ROWS_AT_ONCE: usize = 256;

#[async_trait]
impl Knowledge for PgStorage {
    async fn generation(&self, site: &SiteId) -> Result<u64> {
        let mut connection = self.pool.acquire().await.map_err(failed)?;
        generation(&mut connection, site).await
    }

    async fn apply(&self, site: &SiteId, change: &KnowledgeChange, now: Timestamp) -> Result<u64> {
        conflicts::check_chunks(change)?;
        retrying(|| apply(&self.pool, site, change, now)).await
    }

    async fn documents(&self, site: &SiteId) -> Result<Vec<DocumentEntry>> {
        let rows =
            sqlx::query("SELECT id, hash, title, chunk_count, token_count FROM documents WHERE site = $1 ORDER BY id")
                .bind(site.as_str())
                .fetch_all(&self.pool)
                .await
                .map_err(failed)?;
        rows.iter().map(|row| DocumentEntryRow::from_postgres(row)?.try_into()).collect()
    }

    async fn document(&self, site: &SiteId, id: &DocumentId) -> Result<Option<Document>> {
        let row = sqlx::query(
            "SELECT id, title, url, language, facet, tags, priority, format, text, blocks FROM documents
            WHERE site = $1 AND id = $2",
        )
        .bind(site.as_str())
        .bind(storable(id.as_str()))
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        row.map(|row| DocumentRow::from_postgres(&row)?.try_into()).transpose()
    }

    async fn chunks(&self, site: &SiteId) -> Result<(u64, Vec<Chunk>)> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let mut snapshot = self.pool.begin_with(begin).await.map_err(failed)?;
        let generation = generation(&mut snapshot, site).await?;
        let rows = sqlx::query(
            "SELECT document, id, facet, language, tokens, text, place FROM chunks
            WHERE site = $1 ORDER BY document, ordinal",
        )
        .bind(site.as_str())
        .fetch_all(&mut *snapshot)
        .await
        .map_err(failed)?;
        snapshot.commit().await.map_err(failed)?;
        let chunks = rows.iter().map(|row| ChunkRow::from_postgres(row)?.try_into()).collect::<Result<_>>()?;
        Ok((generation, chunks))
    }

    async fn problems(&self, site: &SiteId) -> Result<Vec<Problem>> {
        let rows =
            sqlx::query("SELECT document, cause, skipped FROM problems WHERE site = $1 ORDER BY document, ordinal")
                .bind(site.as_str())
                .fetch_all(&self.pool)
                .await
                .map_err(failed)?;
        rows.iter().map(|row| Ok(ProblemRow::from_postgres(row)?.into())).collect()
    }
}

async fn generation(connection: &mut PgConnection, site: &SiteId) -> Result<u64> {
    let stored: Option<i64> = sqlx::query_scalar("SELECT generation FROM knowledge WHERE site = $1")
        .bind(site.as_str())
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    Column { table: "knowledge", column: "generation", id: site.as_str() }.number(stored.unwrap_or(0))
}

/// One ingest's change, under the lock of the site's row: two ingests of one site happen one after the other.
async fn apply(pool: &PgPool, site: &SiteId, change: &KnowledgeChange, now: Timestamp) -> Result<u64> {
    let mut transaction = pool.begin().await.map_err(failed)?;
    lock(&mut transaction, site, now).await?;
    for id in &change.deletes {
        delete_document(&mut transaction, site, id).await?;
    }
    for ingested in &change.upserts {
        delete_document(&mut transaction, site, &ingested.document.id).await?;
        insert_document(&mut transaction, site, ingested).await?;
        insert_chunks(&mut transaction, site, ingested).await?;
    }
    replace_problems(&mut transaction, site, &change.problems).await?;
    if !change.upserts.is_empty() || !change.deletes.is_empty() {
        advance(&mut transaction, site, now).await?;
    }
    let generation = generation(&mut transaction, site).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(generation)
}

/// Takes the site's row, made first if this is its first ingest.
async fn lock(connection: &mut PgConnection, site: &SiteId, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO knowledge (site, generation, changed) VALUES ($1, 0, $2)
        ON CONFLICT (site) DO UPDATE SET site = excluded.site",
    )
    .bind(site.as_str())
    .bind(now.as_millis())
    .execute(connection)
    .await
    .map(drop)
    .map_err(failed)
}

/// The document's chunks go with it, by foreign key.
async fn delete_document(connection: &mut PgConnection, site: &SiteId, id: &DocumentId) -> Result<()> {
    sqlx::query("DELETE FROM documents WHERE site = $1 AND id = $2")
        .bind(site.as_str())
        .bind(storable(id.as_str()))
        .execute(connection)
        .await
        .map(drop)
        .map_err(failed)
}

async fn insert_document(connection: &mut PgConnection, site: &SiteId, ingested: &IngestedDocument) -> Result<()> {
    let IngestedDocument { document, hash, chunks } = ingested;
    sqlx::query(
        "INSERT INTO documents (site, id, hash, title, url, language, facet, tags, priority, format, text, blocks,
            chunk_count, token_count)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(site.as_str())
    .bind(storable(document.id.as_str()))
    .bind(hash.as_slice())
    .bind(storable(&document.title))
    .bind(document.url.as_deref().map(storable))
    .bind(document.language.code())
    .bind(document.facet.map(Facet::name))
    .bind(json(&document.tags)?)
    .bind(f64::from(document.priority))
    .bind(format_name(document.format)?)
    .bind(storable(&document.text))
    .bind(json(&document.blocks)?)
    .bind(count(chunks.len()))
    .bind(chunks.iter().map(|chunk| i64::from(chunk.tokens)).sum::<i64>())
    .execute(connection)
    .await
    .map(drop)
    .map_err(failed)
}

async fn insert_chunks(connection: &mut PgConnection, site: &SiteId, ingested: &IngestedDocument) -> Result<()> {
    let places = ingested.chunks.iter().map(|chunk| json(&Place::of(chunk))).collect::<Result<Vec<_>>>()?;
    let rows: Vec<_> = (0_i64..).zip(ingested.chunks.iter().zip(places)).collect();
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let mut query = QueryBuilder::<Postgres>::new(
            "INSERT INTO chunks (site, document, ordinal, id, facet, language, tokens, text, place) ",
        );
        query.push_values(rows, |mut row, (ordinal, (chunk, place))| {
            row.push_bind(site.as_str())
                .push_bind(storable(chunk.document.as_str()))
                .push_bind(*ordinal)
                .push_bind(storable(chunk.id.as_str()))
                .push_bind(chunk.facet.name())
                .push_bind(chunk.language.code())
                .push_bind(i64::from(chunk.tokens))
                .push_bind(storable(&chunk.text))
                .push_bind(place.as_str());
        });
        query.build().persistent(false).execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

async fn replace_problems(connection: &mut PgConnection, site: &SiteId, problems: &[Problem]) -> Result<()> {
    sqlx::query("DELETE FROM problems WHERE site = $1")
        .bind(site.as_str())
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    let rows: Vec<_> = (0_i64..).zip(problems).collect();
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let mut query =
            QueryBuilder::<Postgres>::new("INSERT INTO problems (site, ordinal, document, cause, skipped) ");
        query.push_values(rows, |mut row, (ordinal, problem)| {
            row.push_bind(site.as_str())
                .push_bind(*ordinal)
                .push_bind(storable(problem.document.as_str()))
                .push_bind(storable(&problem.cause))
                .push_bind(problem.skipped);
        });
        query.build().persistent(false).execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

async fn advance(connection: &mut PgConnection, site: &SiteId, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE knowledge SET generation = generation + 1, changed = $2 WHERE site = $1")
        .bind(site.as_str())
        .bind(now.as_millis())
        .execute(connection)
        .await
        .map(drop)
        .map_err(failed)
}
