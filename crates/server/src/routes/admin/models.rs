//! `/admin/models`: who answers, what each model costs and when it ends, and the way from one to the next and back.
//!
//! What was changed, or why it was not, stands on the page that the form answers with; `words` says it.

use askama::Template;
use portavoz_app::compare::runs::RunsError;
use portavoz_app::models::migrate::{MigrateError, Migration, migrate, rollback};
use portavoz_app::models::sheet::{ModelEntry, Overview, overview};
use portavoz_app::site::SiteError;
use portavoz_domain::lifecycle::Stage;
use serde::Deserialize;

use self::words::{refusal, standing, warning};
use super::desk::{Desk, Frame, OwnersForm, Page, Section, render};
use super::login::NoFields;
use super::tongue::Tongue;

pub(super) mod words;

#[derive(Template)]
#[template(path = "admin/models.html")]
struct ModelsPage {
    ui: Frame,
    /// Who answers, and by whose choice.
    standing: Vec<String>,
    /// What a form did; `None` if the page was only asked for.
    done: Option<Done>,
    /// Tone and sentence.
    warnings: Vec<(&'static str, String)>,
    used: Vec<Row>,
    others: Vec<Row>,
    /// Names of models to move to; empty if no model is configured, so that there is none to move from.
    choices: Vec<String>,
    /// The model that the configuration names, if the owner's choice stands in its place.
    back_to: Option<String>,
}

/// What a form did.
enum Done {
    Changed {
        from: String,
        to: String,
        changes: Vec<Change>,
        remarks: Vec<String>,
    },
    /// Why, and the model that can be had all the same.
    Refused(String, Option<String>),
}

struct Change {
    what: String,
    from: String,
    to: String,
}

/// A model.
struct Row {
    name: String,
    uses: Vec<&'static str>,
    /// US dollars per million tokens.
    input: String,
    output: String,
    context: String,
    ends: Option<String>,
    /// How long until then: tone and words.
    left: Option<(&'static str, String)>,
    successor: Option<String>,
    /// True if the provider was asked and does not list it.
    missing: bool,
}

/// Where to move to; empty for the successor.
#[derive(Debug, Deserialize)]
pub(super) struct Move {
    #[serde(default)]
    model: String,
    /// Not empty if the owner wants it although it is worse on their own cases.
    #[serde(default)]
    though_worse: String,
}

/// The page.
pub(super) async fn models(desk: Desk) -> Page {
    page(&desk, None).await
}

/// `POST /admin/models/migrate`: makes another model the first one.
pub(super) async fn move_on(desk: Desk, OwnersForm(chosen): OwnersForm<Move>) -> Page {
    let to = Some(chosen.model.trim()).filter(|model| !model.is_empty());
    let moved = migrate(&desk.site, to, !chosen.though_worse.is_empty()).await;
    page(&desk, Some(moved)).await
}

/// `POST /admin/models/rollback`: goes back to the model that the configuration names.
pub(super) async fn go_back(desk: Desk, OwnersForm(NoFields {}): OwnersForm<NoFields>) -> Page {
    let moved = rollback(&desk.site).await;
    page(&desk, Some(moved)).await
}

async fn page(desk: &Desk, moved: Option<Result<Migration, MigrateError>>) -> Page {
    let tongue = desk.tongue;
    let done = match moved {
        None => None,
        Some(Ok(migration)) => Some(changed(tongue, migration)),
        Some(Err(MigrateError::Storage(error) | MigrateError::Runs(RunsError::Storage(error)))) => {
            return Err(SiteError::from(error).into());
        }
        Some(Err(refused)) => {
            let why = refusal(tongue, &refused);
            let wanted = if let MigrateError::Worse { model, .. } = refused { Some(model) } else { None };
            Some(Done::Refused(why, wanted))
        }
    };
    let overview = overview(&desk.site).await.map_err(SiteError::from)?;
    let takes_over = desk.site.settings().lifecycle.auto_successor;
    let (used, others): (Vec<&ModelEntry>, Vec<&ModelEntry>) =
        overview.models.iter().partition(|entry| !entry.uses.is_empty());
    let rows = |entries: Vec<&ModelEntry>| entries.into_iter().map(|entry| row(tongue, entry)).collect();
    render(&ModelsPage {
        ui: desk.frame_of_form(Section::Models),
        standing: standing(tongue, &overview),
        done,
        warnings: overview.warnings.iter().map(|each| warning(tongue, each, takes_over)).collect(),
        choices: choices(&overview),
        back_to: overview.configured.clone().filter(|_| overview.chosen.is_some()),
        used: rows(used),
        others: rows(others),
    })
}

/// Those that could answer: the provider may still refuse one, which the form then says.
fn choices(overview: &Overview) -> Vec<String> {
    if overview.configured.is_none() {
        return Vec::new();
    }
    let can_answer =
        |entry: &&ModelEntry| entry.sheet.kind == "chat" && entry.stage != Stage::Ended && entry.offered != Some(false);
    let is_another = |entry: &&ModelEntry| !entry.uses.contains(&"primary");
    let models = overview.models.iter().filter(can_answer).filter(is_another);
    models.map(|entry| entry.sheet.name.clone()).collect()
}

fn row(tongue: Tongue, entry: &ModelEntry) -> Row {
    let sheet = &entry.sheet;
    let price = |dollars: Option<f64>| dollars.map_or_else(|| "–".to_owned(), |dollars| per_million(tongue, dollars));
    let days = |days: u16| tongue.counted(days.into(), ("día", "day"), ("días", "days"));
    Row {
        name: sheet.name.clone(),
        uses: entry.uses.iter().map(|name| tongue.of_models(name)).collect(),
        input: price(sheet.price.map(|price| price.input)),
        // Vectors have no output.
        output: price(sheet.price.filter(|_| sheet.kind == "chat").map(|price| price.output)),
        context: sheet
            .context_window
            .or(sheet.max_input)
            .map_or_else(|| "–".to_owned(), |tokens| tongue.count(tokens.into())),
        ends: entry.ends.as_deref().map(|end| tongue.day(end)),
        left: match entry.stage {
            Stage::Fine => None,
            Stage::Ending { days: left, .. } => Some(("warn", days(left))),
            Stage::Ended => Some(("bad", tongue.say("apagado", "switched off").to_owned())),
        },
        successor: sheet.successor.clone(),
        missing: entry.offered == Some(false),
    }
}

/// Whole cents as such, smaller amounts with the digits that they need.
fn per_million(tongue: Tongue, dollars: f64) -> String {
    let cents = dollars * 100.0;
    let decimals = if (cents - cents.round()).abs() < 1e-6 { 2 } else { 4 };
    tongue.decimal(dollars, decimals)
}

fn changed(tongue: Tongue, migration: Migration) -> Done {
    let changes = migration.changes.iter().map(|change| Change {
        what: tongue.of_models(change.what).to_owned(),
        from: tongue.of_models(&change.from).to_owned(),
        to: tongue.of_models(&change.to).to_owned(),
    });
    Done::Changed { changes: changes.collect(), from: migration.from, to: migration.to, remarks: migration.remarks }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_of_a_million_tokens_keep_fractions_of_cents() {
        for (dollars, expected) in [(0.15, "0,15"), (0.29, "0,29"), (0.075, "0,0750"), (10.0, "10,00"), (0.0, "0,00")] {
            assert_eq!(per_million(Tongue::Es, dollars), expected);
        }
    }
}
