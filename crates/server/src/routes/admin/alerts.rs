//! `/admin/alerts`: what is wrong, what was, who was told, and whether messages arrive.

use askama::Template;
use portavoz_app::alerts::{self, Reached};
use portavoz_domain::alerts::words::{Notice, title};
use portavoz_domain::alerts::{Delivery, Episode};

use super::desk::{Desk, Frame, OwnersForm, Page, Section, render};
use super::login::NoFields;
use super::tongue::Tongue;

/// More than anyone reads back.
const SHOWN_AT_MOST: u32 = 200;

#[derive(Template)]
#[template(path = "admin/alerts.html")]
struct AlertsPage {
    ui: Frame,
    open: Vec<EpisodeShown>,
    past: Vec<EpisodeShown>,
    /// What became of a test, channel by channel; `None` if there was none.
    tested: Option<Vec<Arrival>>,
}

struct EpisodeShown {
    title: String,
    message: String,
    /// Names and values: the figure, its limit, since when, until when.
    fields: Vec<(String, String)>,
    deliveries: Vec<Told>,
}

/// One attempt to tell the owner.
struct Told {
    channel: String,
    when: String,
    /// True if it told that the episode is over.
    recovery: bool,
    error: Option<String>,
}

/// What became of a test message.
struct Arrival {
    channel: &'static str,
    /// What went wrong, and what to do.
    failure: Option<(String, &'static str)>,
}

/// The page.
pub(super) async fn alerts(desk: Desk) -> Page {
    page(&desk, None).await
}

/// `POST /admin/alerts/test`: sends a message that says that it is a test, and shows what became of it.
pub(super) async fn test(desk: Desk, OwnersForm(NoFields {}): OwnersForm<NoFields>) -> Page {
    let reached = alerts::test(&desk.site).await;
    page(&desk, Some(reached.into_iter().map(arrival).collect())).await
}

async fn page(desk: &Desk, tested: Option<Vec<Arrival>>) -> Page {
    let tongue = desk.tongue;
    let episodes = alerts::list(&desk.site, false, SHOWN_AT_MOST).await?;
    let (open, past): (Vec<Episode>, Vec<Episode>) = episodes.into_iter().partition(|episode| episode.closed.is_none());
    let all_shown = |episodes: Vec<Episode>| episodes.into_iter().map(|episode| shown(tongue, episode)).collect();
    render(&AlertsPage {
        ui: desk.frame_of_form(Section::Alerts),
        open: all_shown(open),
        past: all_shown(past),
        tested,
    })
}

fn shown(tongue: Tongue, episode: Episode) -> EpisodeShown {
    let language = tongue.language();
    let of = if episode.closed.is_some() { Notice::of_end } else { Notice::of_opening };
    EpisodeShown {
        title: title(&episode, language),
        fields: of(&episode, language).fields,
        message: episode.message,
        deliveries: episode.deliveries.into_iter().map(|delivery| told(tongue, delivery)).collect(),
    }
}

fn told(tongue: Tongue, delivery: Delivery) -> Told {
    let Delivery { channel, at, recovery, error } = delivery;
    Told { channel, when: tongue.moment(at), recovery, error }
}

fn arrival(reached: Reached) -> Arrival {
    Arrival { channel: reached.channel, failure: reached.error.map(|error| (error.what, error.mend)) }
}
