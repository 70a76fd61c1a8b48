//! What visitors think of answers, in PostgreSQL.

use async_trait::async_trait;
use sqlx::{PgConnection, PgPool};

use super::PgStorage;
use super::errors::{failed, retrying};
use crate::rows::{Counted, FeedbackColumns, MOST, RatedRow, thumbs};
use crate::{Ratings, Result, TurnRating};

#[async_trait]
impl Ratings for PgStorage {
    async fn rate(&self, rating: &TurnRating) -> Result<bool> {
        retrying(|| rate(&self.pool, rating)).await
    }
}

/// A thumb is given, changed or taken back. Of two at once for one turn, the second waits for the first. The turn is
/// locked before its sums, as a settlement does it.
async fn rate(pool: &PgPool, rating: &TurnRating) -> Result<bool> {
    let mut transaction = pool.begin().await.map_err(failed)?;
    let locked = sqlx::query("SELECT id FROM turns WHERE site = $1 AND id = $2 FOR UPDATE")
        .bind(rating.site.as_str())
        .bind(rating.turn.to_string())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
    if locked.is_none() {
        return Ok(false);
    }
    let row = sqlx::query(
        "SELECT t.id, t.settled, t.model, t.prompt_version, t.variant, f.rating
        FROM turns t JOIN conversations c ON c.site = t.site AND c.id = t.conversation
            LEFT JOIN feedback f ON f.site = t.site AND f.turn = t.id
        WHERE t.site = $1 AND t.id = $2 AND c.visitor = $3 AND t.settled IS NOT NULL",
    )
    .bind(rating.site.as_str())
    .bind(rating.turn.to_string())
    .bind(rating.visitor.to_string())
    .fetch_optional(&mut *transaction)
    .await
    .map_err(failed)?;
    let Some(row) = row else { return Ok(false) };
    let row = RatedRow::from_postgres(&row)?;
    keep(&mut transaction, rating).await?;
    let counted = row.counted();
    for (measure, is_given) in thumbs(&row, rating)? {
        if is_given {
            add(&mut transaction, rating, &counted, &measure).await?;
        } else {
            take_out(&mut transaction, rating, &counted, &measure).await?;
        }
    }
    transaction.commit().await.map_err(failed)?;
    Ok(true)
}

async fn keep(connection: &mut PgConnection, rating: &TurnRating) -> Result<()> {
    let columns = rating.feedback.as_ref().map(FeedbackColumns::from);
    let query = match columns {
        Some(columns) => sqlx::query(
            "INSERT INTO feedback (site, turn, rating, reason, comment, rated) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (site, turn) DO UPDATE SET rating = excluded.rating, reason = excluded.reason,
                comment = excluded.comment, rated = excluded.rated",
        )
        .bind(rating.site.as_str())
        .bind(rating.turn.to_string())
        .bind(columns.rating)
        .bind(columns.reason)
        .bind(columns.comment)
        .bind(columns.rated),
        None => sqlx::query("DELETE FROM feedback WHERE site = $1 AND turn = $2")
            .bind(rating.site.as_str())
            .bind(rating.turn.to_string()),
    };
    query.execute(connection).await.map(drop).map_err(failed)
}

async fn add(connection: &mut PgConnection, rating: &TurnRating, counted: &Counted, measure: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO traffic (site, start, hours, model, prompt, variant, measure, amount)
        VALUES ($1, $2, 1, $3, $4, $5, $6, 1)
        ON CONFLICT (site, start, hours, model, prompt, variant, measure) DO UPDATE SET amount = LEAST(traffic.amount + 1, $7)",
    )
    .bind(rating.site.as_str())
    .bind(counted.hour)
    .bind(counted.key.model.as_str())
    .bind(counted.key.prompt.as_str())
    .bind(counted.key.variant.as_str())
    .bind(measure)
    .bind(MOST)
    .execute(connection)
    .await
    .map(drop)
    .map_err(failed)
}

/// Takes one out of the hour, or out of its day if the hour has none: then it was compacted since.
async fn take_out(connection: &mut PgConnection, rating: &TurnRating, counted: &Counted, measure: &str) -> Result<()> {
    for (start, hours) in [(counted.hour, 1_i64), (counted.day, 24)] {
        let done = sqlx::query(
            "UPDATE traffic SET amount = amount - 1 WHERE site = $1 AND start = $2 AND hours = $3 AND model = $4
                AND prompt = $5 AND variant = $6 AND measure = $7 AND amount > 0",
        )
        .bind(rating.site.as_str())
        .bind(start)
        .bind(hours)
        .bind(counted.key.model.as_str())
        .bind(counted.key.prompt.as_str())
        .bind(counted.key.variant.as_str())
        .bind(measure)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
        if done.rows_affected() > 0 {
            break;
        }
    }
    Ok(())
}
