//! `portavoz alerts`: what was wrong and who was told of it, and whether messages arrive.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use portavoz_app::alerts::{Reached, language, list, test};
use portavoz_domain::alerts::Episode;
use portavoz_domain::alerts::words::title;
use portavoz_domain::timestamp::Timestamp;
use portavoz_text::language::Language;
use serde_json::{Value, json};

use super::{Ending, Invocation, wait_for};
use crate::assemble::{self, Assembled};
use crate::cli::Alerts;
use crate::logging::Audience;
use crate::output::{bold, dim};

/// Lists or tests.
pub fn run(invocation: &Invocation, command: &Alerts) -> anyhow::Result<Ending> {
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        let ended = match *command {
            Alerts::List { open, limit, json } => show(invocation, &assembled, open, limit, json).await,
            Alerts::Test { json } => send_test(invocation, &assembled, json).await,
        };
        assembled.close().await;
        ended
    })
}

async fn show(
    invocation: &Invocation,
    assembled: &Assembled,
    only_open: bool,
    limit: u16,
    json: bool,
) -> anyhow::Result<Ending> {
    let site = &assembled.site;
    let episodes = list(site, only_open, u32::from(limit)).await?;
    if json {
        let alerts: Vec<Value> = episodes.iter().map(|episode| as_json(episode, language(site))).collect();
        invocation.output.json(&json!({ "alerts": alerts }))?;
    } else {
        invocation.output.line(render(&episodes, only_open, language(site)))?;
    }
    Ok(Ending::Fine)
}

/// The shape of `GET /api/admin/alerts`.
fn as_json(episode: &Episode, language: Language) -> Value {
    let deliveries: Vec<Value> = episode
        .deliveries
        .iter()
        .map(|delivery| {
            json!({
                "channel": delivery.channel,
                "at": delivery.at.to_rfc3339(),
                "recovery": delivery.recovery,
                "error": delivery.error,
            })
        })
        .collect();
    json!({
        "id": episode.id.to_string(),
        "kind": episode.kind,
        "subject": episode.subject,
        "title": title(episode, language),
        "message": episode.message,
        "value": episode.value,
        "limit": episode.limit,
        "opened": episode.opened.to_rfc3339(),
        "closed": episode.closed.map(Timestamp::to_rfc3339),
        "deliveries": deliveries,
    })
}

fn render(episodes: &[Episode], only_open: bool, language: Language) -> String {
    if episodes.is_empty() {
        let what = if only_open { "nothing is wrong now" } else { "nothing was ever wrong" };
        return format!("{what}  (see whether alerts would reach you: `portavoz alerts test`)");
    }
    let mut lines = Vec::new();
    for episode in episodes {
        let (mark, until) = match episode.closed {
            None => (console::style("!").red().bold(), "still so".to_owned()),
            Some(closed) => (console::style("✓").green(), format!("until {}", minute(closed))),
        };
        let when = format!("{}, {until}", minute(episode.opened));
        lines.push(format!("{mark}  {}  {}", bold().apply_to(title(episode, language)), dim().apply_to(when)));
        lines.push(format!("   {}", episode.message));
        lines.extend(undelivered(episode).map(|line| format!("   {}", dim().apply_to(line))));
    }
    lines.join("\n")
}

/// The channels whose last attempt failed.
fn undelivered(episode: &Episode) -> impl Iterator<Item = String> {
    let deliveries = &episode.deliveries;
    let is_last =
        |place: usize, channel: &str| !deliveries.iter().skip(place + 1).any(|later| later.channel == channel);
    let last = deliveries.iter().enumerate().filter(move |(place, delivery)| is_last(*place, &delivery.channel));
    last.filter_map(|(_, delivery)| {
        let error = delivery.error.as_ref()?;
        Some(format!("did not arrive by {}: {error}, {}", delivery.channel, minute(delivery.at)))
    })
}

fn minute(at: Timestamp) -> String {
    at.to_rfc3339().chars().take(16).map(|letter| if letter == 'T' { ' ' } else { letter }).collect()
}

async fn send_test(invocation: &Invocation, assembled: &Assembled, json: bool) -> anyhow::Result<Ending> {
    let reached = test(&assembled.site).await;
    if json {
        let channels: Vec<Value> = reached
            .iter()
            .map(|one| {
                json!({
                    "channel": one.channel,
                    "delivered": one.error.is_none(),
                    "error": one.error.as_ref().map(|error| &error.what),
                    "hint": one.error.as_ref().map(|error| error.mend),
                })
            })
            .collect();
        invocation.output.json(&json!({ "channels": channels }))?;
    } else {
        invocation.output.line(render_test(&reached))?;
    }
    let arrived = reached.iter().all(|one| one.error.is_none());
    Ok(if arrived { Ending::Fine } else { Ending::FoundBroken })
}

fn render_test(reached: &[Reached]) -> String {
    if reached.is_empty() {
        return "no channel is set: name one under `[alerts]`, such as `alerts.webhook_url`".to_owned();
    }
    let mut table = Table::new();
    table.load_style(NOTHING);
    for Reached { channel, error } in reached {
        match error {
            None => table.add_row(["ok  ", channel, "delivered"]),
            Some(error) => {
                table.add_row(["BAD ", channel, &error.what]);
                table.add_row(["", "", &format!("→ {}", error.mend)])
            }
        };
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let only_log = matches!(reached, [Reached { channel: "log", error: None }]);
    let hint = if only_log {
        "\nalerts are only in the log: set `alerts.webhook_url` or `alerts.smtp_host` to be reached"
    } else {
        ""
    };
    format!("{}{hint}", table.trim_fmt())
}
