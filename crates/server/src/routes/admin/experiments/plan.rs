//! `/admin/experiments/new`: what an experiment would take, before it is started.
//!
//! The form has one variant with one change, which is what tells most; several of them are the command line's.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use portavoz_app::experiments::plan::{Advice, Plan, plan};
use portavoz_app::experiments::{Draft, ExperimentError, start};
use portavoz_domain::evaluation::targets::parse;
use portavoz_domain::experiment::{Arm, Design, WHOLE};
use portavoz_domain::variation::VariantName;
use serde::Deserialize;

use super::super::desk::{Asked, Desk, Frame, OwnersForm, Page, Section, render};
use super::super::tongue::Tongue;
use super::super::trouble::Trouble;
use super::PATH;

/// What can be changed here: the name of a key of a variant, and its words.
const CHANGES: [(&str, &str, &str); 8] = [
    ("model", "el modelo", "the model"),
    ("temperature", "la temperatura (de 0 a 2)", "the temperature (0 to 2)"),
    ("max_tokens", "lo más largo que puede ser (tokens)", "the longest it may be (tokens)"),
    ("max_results", "cuántos pasajes se usan", "how many passages are used"),
    ("threshold", "la relevancia mínima (de 0 a 1)", "the least relevance (0 to 1)"),
    ("context_tokens", "los tokens de contexto", "the tokens of context"),
    ("tone", "el tono", "the tone"),
    ("specific", "la concreción (true o false)", "particulars of you (true or false)"),
];

#[derive(Template)]
#[template(path = "admin/experiment_plan.html")]
struct PlanPage {
    ui: Frame,
    wanted: Wanted,
    /// Why it cannot be.
    refused: Option<String>,
    plan: Option<PlanShown>,
}

/// What to expect.
struct PlanShown {
    tone: &'static str,
    word: &'static str,
    sentence: String,
    /// Name and figure.
    figures: Vec<(&'static str, String)>,
}

/// What the owner fills in.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(in super::super) struct Wanted {
    pub(super) name: String,
    pub(super) variant: String,
    /// One of [`CHANGES`].
    pub(super) change: String,
    pub(super) value: String,
    /// Of new visitors, in per cent.
    pub(super) share: String,
    /// The least that matters, in percentage points.
    pub(super) effect: String,
    pub(super) horizon: String,
    pub(super) note: String,
}

impl Default for Wanted {
    fn default() -> Self {
        let design = Design::default();
        Self {
            name: String::new(),
            variant: String::new(),
            change: String::new(),
            value: String::new(),
            share: "50".to_owned(),
            effect: format!("{:.0}", design.effect * 100.0),
            horizon: design.horizon.to_string(),
            note: String::new(),
        }
    }
}

/// The page.
pub(in super::super) async fn new(desk: Desk, Asked(wanted): Asked<Wanted>) -> Page {
    let is_filled = !wanted.name.trim().is_empty() || !wanted.value.trim().is_empty();
    if !is_filled {
        return page(&desk, wanted, None, None);
    }
    let planned = match wanted.draft(desk.tongue) {
        Ok(draft) => plan(&desk.site, &draft, desk.tongue.language()).await.map_err(told),
        Err(why) => Err(Ok(why)),
    };
    match planned {
        Ok(plan) => page(&desk, wanted, None, Some(shown(desk.tongue, &plan))),
        Err(Ok(why)) => page(&desk, wanted, Some(why), None),
        Err(Err(trouble)) => Err(trouble),
    }
}

/// `POST /admin/experiments`: starts what was planned.
pub(in super::super) async fn begin(desk: Desk, OwnersForm(wanted): OwnersForm<Wanted>) -> Result<Response, Trouble> {
    let started = match wanted.draft(desk.tongue) {
        Ok(draft) => start(&desk.site, &draft).await.map_err(told),
        Err(why) => Err(Ok(why)),
    };
    match started {
        Ok(experiment) => Ok(Redirect::to(&format!("{PATH}/{}", experiment.id)).into_response()),
        Err(Ok(why)) => Ok(page(&desk, wanted, Some(why), None)?.into_response()),
        Err(Err(trouble)) => Err(trouble),
    }
}

fn page(desk: &Desk, wanted: Wanted, refused: Option<String>, plan: Option<PlanShown>) -> Page {
    let mut ui = desk.frame_of_form(Section::Experiments);
    ui.title = desk.tongue.say("Nuevo experimento", "New experiment").to_owned();
    render(&PlanPage { ui, wanted, refused, plan })
}

/// Why it cannot be, with what to do; a database that does not answer is another matter.
pub(super) fn told(error: ExperimentError) -> Result<String, Trouble> {
    if matches!(error, ExperimentError::Storage(_)) {
        return Err(error.into());
    }
    let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
    Ok(format!("{error}{hint}"))
}

impl Wanted {
    /// What is to be changed, for the form: name, words, whether it is chosen.
    pub(super) fn changes(&self, tongue: Tongue) -> Vec<(&'static str, &'static str, bool)> {
        CHANGES.map(|(name, es, en)| (name, tongue.say(es, en), name == self.change)).into()
    }

    /// As the command line would read it.
    fn draft(&self, tongue: Tongue) -> Result<Draft, String> {
        let number = |name: (&str, &str), text: &str, most: f64| {
            let read = text.trim().replace(',', ".").parse::<f64>().ok();
            read.filter(|number| (0.0..=most).contains(number)).ok_or_else(|| match tongue {
                Tongue::Es => format!("{} es `{text}`; debe ser un número hasta {most}", name.0),
                Tongue::En => format!("{} is `{text}`; it must be a number up to {most}", name.1),
            })
        };
        let variant = VariantName::parse(self.variant.trim()).map_err(|error| error.to_string())?;
        if !CHANGES.iter().any(|(name, ..)| *name == self.change) {
            return Err(tongue.say("hay que elegir qué cambia", "choose what changes").to_owned());
        }
        let spec = parse(&format!("{variant}:{}={}", self.change, self.value.trim())).map_err(|it| it.to_string())?;
        let share = number(("la parte", "the share"), &self.share, 100.0)?;
        let of_variant = (share / 100.0 * f64::from(WHOLE)).round() as u32;
        let effect = number(("la diferencia", "the difference"), &self.effect, 100.0)? / 100.0;
        let horizon = number(("el máximo de visitantes", "the most visitors"), &self.horizon, 1e6)? as u32;
        Ok(Draft {
            name: self.name.trim().to_owned(),
            variants: vec![Arm { name: variant, variation: spec.variation }],
            shares: Some(vec![WHOLE - of_variant.min(WHOLE), of_variant]),
            design: Design { effect, horizon, ..Design::default() },
            note: self.note.clone(),
        })
    }
}

fn shown(tongue: Tongue, plan: &Plan) -> PlanShown {
    let say = |es, en| tongue.say(es, en);
    let (tone, word) = match plan.advice {
        Advice::Start => ("good", say("conviene", "worth it")),
        Advice::CompareOffline => ("warn", say("mejor compáralo sin visitantes", "better compared without visitors")),
        Advice::RaiseHorizon => ("warn", say("se acabaría antes de saberse", "it would end before it is known")),
        Advice::NoTraffic => ("bad", say("no vienen visitantes", "no visitors come")),
    };
    let unknown = || "–".to_owned();
    let days = |days: Option<f64>| days.map_or_else(unknown, |days| tongue.count(days.ceil() as u64));
    let visitors = |visitors: Option<u64>| {
        visitors.map_or_else(|| say("más de 20.000", "more than 20,000").to_owned(), |it| tongue.count(it))
    };
    let answered = if plan.base_of == 0 {
        format!("{} ({})", tongue.share(plan.base), say("supuesto", "assumed"))
    } else {
        format!("{} {} {}", tongue.share(plan.base), say("de", "of"), tongue.count(plan.base_of))
    };
    PlanShown {
        tone,
        word,
        sentence: plan.sentence.clone(),
        figures: vec![
            (say("Días hasta el veredicto", "Days to a verdict"), days(plan.days)),
            (say("… la mitad de las veces", "… half of the time"), days(plan.days_median)),
            (say("Visitantes que hacen falta", "Visitors it takes"), visitors(plan.visitors)),
            (
                say("Visitantes al día", "Visitors a day"),
                plan.visitors_per_day.map_or_else(unknown, |per_day| tongue.decimal(per_day, 1)),
            ),
            (say("Responden hoy los documentos", "Answered from the documents today"), answered),
        ],
    }
}
