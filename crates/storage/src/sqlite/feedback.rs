//! What visitors think of answers, in SQLite.

use async_trait::async_trait;
use sqlx::SqliteConnection;

use super::SqliteStorage;
use super::errors::failed;
use super::writer::Write;
use crate::rows::{Counted, FeedbackColumns, MOST, RatedRow, thumbs};
use crate::{Ratings, Result, TurnRating};

#[async_trait]
impl Ratings for SqliteStorage {
    async fn rate(&self, rating: &TurnRating) -> Result<bool> {
        self.writer.write(Rate(rating.clone())).await
    }
}

/// A thumb is given, changed or taken back.
struct Rate(TurnRating);

#[async_trait]
impl Write for Rate {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        let Self(rating) = self;
        let row = sqlx::query(
            "SELECT t.id, t.settled, t.model, t.prompt_version, t.variant, f.rating
            FROM turns t JOIN conversations c ON c.site = t.site AND c.id = t.conversation
                LEFT JOIN feedback f ON f.site = t.site AND f.turn = t.id
            WHERE t.site = $1 AND t.id = $2 AND c.visitor = $3 AND t.settled IS NOT NULL",
        )
        .bind(rating.site.as_str())
        .bind(rating.turn.to_string())
        .bind(rating.visitor.to_string())
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
        let Some(row) = row else { return Ok(false) };
        let row = RatedRow::from_sqlite(&row)?;
        keep(connection, rating).await?;
        let counted = row.counted();
        for (measure, is_given) in thumbs(&row, rating)? {
            if is_given {
                add(connection, rating, &counted, &measure).await?;
            } else {
                take_out(connection, rating, &counted, &measure).await?;
            }
        }
        Ok(true)
    }
}

async fn keep(connection: &mut SqliteConnection, rating: &TurnRating) -> Result<()> {
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

async fn add(connection: &mut SqliteConnection, rating: &TurnRating, counted: &Counted, measure: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO traffic (site, start, hours, model, prompt, variant, measure, amount)
        VALUES ($1, $2, 1, $3, $4, $5, $6, 1)
        ON CONFLICT (site, start, hours, model, prompt, variant, measure) DO UPDATE SET amount = MIN(amount + 1, $7)",
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
async fn take_out(
    connection: &mut SqliteConnection,
    rating: &TurnRating,
    counted: &Counted,
    measure: &str,
) -> Result<()> {
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
