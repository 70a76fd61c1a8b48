//! Rows of `alerts`.

use portavoz_domain::alerts::{Delivery, Episode};
use portavoz_domain::ids::{EpisodeId, SiteId};
use portavoz_domain::timestamp::Timestamp;

use super::stored_row;
use crate::values::{json, storable};
use crate::{Result, StorageError};

stored_row! {
    /// An episode.
    EpisodeRow of "alerts" by id {
        site: String,
        id: String,
        kind: String,
        subject: String,
        opened: i64,
        closed: Option<i64>,
        value: f64,
        threshold: f64,
        message: String,
        deliveries: String,
    }
}

impl TryFrom<EpisodeRow> for Episode {
    type Error = StorageError;

    fn try_from(row: EpisodeRow) -> Result<Self> {
        let column = |name| EpisodeRow::column(&row.id, name);
        Ok(Self {
            site: column("site").read(SiteId::parse(&row.site))?,
            id: column("id").read(EpisodeId::parse(&row.id))?,
            opened: Timestamp::from_millis(row.opened),
            closed: row.closed.map(Timestamp::from_millis),
            value: row.value,
            limit: row.threshold,
            deliveries: column("deliveries").json(&row.deliveries)?,
            kind: row.kind,
            subject: row.subject,
            message: row.message,
        })
    }
}

/// A delivery as JSON. A NUL goes before it is escaped: PostgreSQL's JSON functions refuse its escape, too.
pub(crate) fn delivery_json(delivery: &Delivery) -> Result<String> {
    json(&Delivery {
        channel: storable(&delivery.channel),
        error: delivery.error.as_deref().map(storable),
        ..delivery.clone()
    })
}

/// A list of deliveries as JSON.
pub(crate) fn deliveries_json(deliveries: &[Delivery]) -> Result<String> {
    Ok(format!("[{}]", deliveries.iter().map(delivery_json).collect::<Result<Vec<_>>>()?.join(",")))
}
