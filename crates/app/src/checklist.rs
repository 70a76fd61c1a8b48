//! The checklist of a running site: those lines that can be checked with the site alone. Each is looked at now, with the
//! figure behind it and what mends it.
//!
//! The command `portavoz doctor` has more lines, which need files or the provider. To add one more: a function that gives a
//! [`Line`], and its call in [`examine`].

use portavoz_domain::budget::{Audit, Standing};
use portavoz_domain::evaluation::RunState;
use portavoz_domain::evaluation::metrics::Metric;
use portavoz_domain::experiment::ExperimentState;
use portavoz_domain::extract::{ExtractLimits, extract};
use portavoz_domain::question::{Question, Understood};
use portavoz_domain::understanding::understand;
use portavoz_domain::usage::usd;
use portavoz_text::language::Language;
use serde::Serialize;

use crate::compare::runs;
use crate::evaluation::summary;
use crate::experiments::{self, ExperimentError, judge};
use crate::facts;
use crate::lifecycle::reads_spanish;
use crate::site::{Site, SiteError};
use crate::stats::{Figures, Period};

/// Quality is looked at over so many days.
const QUALITY_DAYS: u32 = 30;
/// Turns that could be trained on or experimented with are looked for over so many days.
const LONG_DAYS: u32 = 365;
/// Passages that are searched for when the rung below the models is tried.
const PASSAGES_TRIED: usize = 8;
/// Questions that it is tried on.
const QUESTIONS_TRIED: usize = 3;
/// The fewest examples that a fine-tuning job takes, by the provider's documentation.
const FEWEST_EXAMPLES: u64 = 10;

/// How things stand with one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Fine,
    /// Works, but should be looked at.
    Warning,
    /// Does not work.
    Broken,
}

/// One line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What was checked.
    pub check: &'static str,
    /// How it stands.
    pub state: State,
    /// The figures behind it.
    pub finding: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Line {
    /// As it should be.
    pub fn fine(check: &'static str, finding: impl Into<String>) -> Self {
        Self { check, state: State::Fine, finding: finding.into(), mend: None }
    }

    /// To be looked at.
    pub fn warning(check: &'static str, finding: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, state: State::Warning, finding: finding.into(), mend: Some(mend.into()) }
    }

    /// To be mended.
    pub fn broken(check: &'static str, finding: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, state: State::Broken, finding: finding.into(), mend: Some(mend.into()) }
    }
}

/// Looks at everything, in the order of the guide's checklist, and tells it in Spanish or English, whichever is nearer to
/// `language`.
pub async fn examine(site: &Site, language: Language) -> Vec<Line> {
    let tongue = Tongue { is_spanish: reads_spanish(language) };
    vec![
        cost_monitoring(site, tongue).await,
        training_examples(site, tongue).await,
        fallbacks(site, tongue),
        evaluation_metrics(site, tongue).await,
        experiments(site, tongue).await,
    ]
}

/// What findings are told in: both stand side by side, so that neither is forgotten.
#[derive(Clone, Copy)]
struct Tongue {
    is_spanish: bool,
}

impl Tongue {
    fn say(self, es: impl Into<String>, en: impl Into<String>) -> String {
        if self.is_spanish { es.into() } else { en.into() }
    }

    fn database(self) -> String {
        self.say("comprueba la base de datos", "check the database")
    }
}

/// Are there caps, are all prices known, and do the sums balance?
async fn cost_monitoring(site: &Site, tongue: Tongue) -> Line {
    const CHECK: &str = "cost monitoring";
    let (standing, audit) = match money(site).await {
        Ok(found) => found,
        Err(error) => return Line::broken(CHECK, error.to_string(), tongue.database()),
    };
    let caps = site.settings().budget.caps;
    let cap = |micros: Option<u64>| match micros {
        None => tongue.say("sin tope", "no cap"),
        Some(micros) => tongue.say(format!("de ${:.2}", usd(micros)), format!("of ${:.2}", usd(micros))),
    };
    let (day, month, reserved) = (usd(standing.day), usd(standing.month), usd(standing.reserved));
    let (of_day, of_month) = (cap(caps.day), cap(caps.month));
    let mut finding = tongue.say(
        format!(
            "${day:.4} hoy ({of_day}), ${month:.4} este mes ({of_month}), ${reserved:.4} reservados; {} cargos cuadran con las \
             sumas de sus días",
            audit.charges
        ),
        format!(
            "${day:.4} today ({of_day}), ${month:.4} this month ({of_month}), ${reserved:.4} reserved; {} charges add up to \
             the sums of their days",
            audit.charges
        ),
    );
    if !audit.balances() {
        return out_of_balance(CHECK, &audit, tongue);
    }
    if audit.orphans > 0 {
        let (orphans, most) = (audit.orphans, usd(standing.orphaned));
        finding.push_str(&tongue.say(
            format!("; {orphans} se cortaron con el proceso y cuentan por lo máximo que pudieron costar (${most:.4} este mes)"),
            format!("; {orphans} cut off by a crash, charged at the most they can have cost (${most:.4} this month)"),
        ));
    }
    let unpriced = unpriced_models(site);
    if !unpriced.is_empty() {
        let names = unpriced.join(", ");
        let mend = tongue.say(
            "pon el precio de cada uno en el fichero de `models.overrides`; un modelo local puede costar 0",
            "give each a price in the file that `models.overrides` names; a local model may have the price 0",
        );
        let missing = tongue.say("no se sabe el precio de", "no price is known of");
        return Line::warning(CHECK, format!("{finding}; {missing} {names}"), mend);
    }
    if caps.day.or(caps.month).is_none() && !site.models().is_empty() {
        let mend =
            tongue.say("pon `budget.day_usd` o `budget.month_usd`", "set `budget.day_usd` or `budget.month_usd`");
        return Line::warning(CHECK, finding, mend);
    }
    Line::fine(CHECK, finding)
}

/// The books do not balance: a defect of ours, or a database that somebody else wrote into.
fn out_of_balance(check: &'static str, audit: &Audit, tongue: Tongue) -> Line {
    let (charged, summed, days) = (usd(audit.charged), usd(audit.summed), audit.days_out_of_balance);
    Line::broken(
        check,
        tongue.say(
            format!("las cuentas no cuadran: cargos de ${charged:.6}, sumas de ${summed:.6}, {days} días distintos"),
            format!("the books do not balance: charges of ${charged:.6}, sums of ${summed:.6}, {days} days differ"),
        ),
        tongue.say(
            "restaura una copia (`portavoz restore`) y avísanos: no debe ocurrir",
            "restore a backup (`portavoz restore`), and report this: it must not happen",
        ),
    )
}

async fn money(site: &Site) -> Result<(Standing, Audit), SiteError> {
    let spending = site.storage().spending();
    Ok(tokio::try_join!(spending.standing(site.id(), site.now()), spending.audit(site.id()))?)
}

/// Names of models, judge and embedder whose calls cannot be priced.
fn unpriced_models(site: &Site) -> Vec<String> {
    let models = site.models().into_iter().map(|model| model.model).chain(site.judge());
    let mut names: Vec<String> =
        models.filter(|model| model.tariff().is_none()).map(|model| model.name().to_owned()).collect();
    let embedder = site.embedder().filter(|embedder| embedder.price_per_million().is_none());
    names.extend(embedder.map(|embedder| embedder.name().to_owned()));
    names.dedup();
    names
}

/// Is there anything to train on?
async fn training_examples(site: &Site, tongue: Tongue) -> Line {
    const CHECK: &str = "fine-tuning data";
    let figures = match recent(site, LONG_DAYS).await {
        Ok(figures) => figures,
        Err(error) => return Line::broken(CHECK, error.to_string(), tongue.database()),
    };
    let answered = count(&figures.outcomes, "answered");
    let finding = if answered < FEWEST_EXAMPLES {
        tongue.say(
            format!("{answered} turnos del último año se respondieron con los documentos, menos de los {FEWEST_EXAMPLES} que pide un ajuste"),
            format!("{answered} turns of the last year were answered from the documents, fewer than the {FEWEST_EXAMPLES} that a job takes"),
        )
    } else {
        tongue.say(
            format!("{answered} turnos del último año se respondieron con los documentos, al menos los {FEWEST_EXAMPLES} que pide un ajuste"),
            format!("{answered} turns of the last year were answered from the documents, at least the {FEWEST_EXAMPLES} that a job takes"),
        )
    };
    let yet = tongue.say(
        "esta versión los guarda y aún no hace conjuntos de datos con ellos",
        "this version keeps them and does not make data sets of them yet",
    );
    Line::fine(CHECK, format!("{finding}; {yet}"))
}

/// What answers when no model does? Tried, not presumed.
fn fallbacks(site: &Site, tongue: Tongue) -> Line {
    const CHECK: &str = "fallbacks";
    let mut rungs: Vec<String> = site.models().iter().skip(1).map(|model| model.name().to_owned()).collect();
    rungs.push(tongue.say("frases citadas de los documentos", "sentences quoted from the documents"));
    rungs.push(tongue.say("tarjeta de contacto", "contact card"));
    let rungs = rungs.join(" → ");
    let asked: Vec<String> = site.suggestions(site.language()).into_iter().take(QUESTIONS_TRIED).collect();
    let silent: Vec<&String> = asked.iter().filter(|question| !answers_alone(site, question)).collect();
    let answered = asked.len() - silent.len();
    if asked.is_empty() {
        let finding = tongue.say(
            format!("{rungs}; sin probar: los documentos no responden a ninguna de las preguntas de muestra"),
            format!("{rungs}; not tried: the documents answer none of the stock questions"),
        );
        let mend = tongue.say("añade documentos y luego `portavoz ingest`", "add documents, then `portavoz ingest`");
        return Line::warning(CHECK, finding, mend);
    }
    let finding = tongue.say(
        format!("{rungs}; probado sin modelo: {answered} de {} preguntas respondidas", asked.len()),
        format!("{rungs}; tried without a model: {answered} of {} questions answered", asked.len()),
    );
    let Some(question) = silent.first() else { return Line::fine(CHECK, finding) };
    let mend = tongue.say(
        format!(
            "di en un documento lo que la responde; `portavoz search --explain \"{question}\"` enseña qué cerca quedan"
        ),
        format!(
            "say in a document what answers it; `portavoz search --explain \"{question}\"` shows how near they come"
        ),
    );
    let not = tongue.say("no", "not");
    Line::warning(CHECK, format!("{finding}; {not} «{question}»"), mend)
}

/// Whether the documents answer a question without any model.
fn answers_alone(site: &Site, question: &str) -> bool {
    let Understood::Question(question) = understand(question, None, &[], site.language()) else { return true };
    facts::computed(site, &question).is_some() || quotes(site, &question)
}

fn quotes(site: &Site, question: &Question) -> bool {
    let index = site.index();
    let threshold = site.settings().retrieval.threshold;
    let Ok(found) = index.search(question, None, PASSAGES_TRIED) else { return false };
    let best = found.hits.first().map_or(0.0, |hit| hit.relevance);
    let idf = |stem: &str| index.idf(stem);
    best.max(found.answerable) >= threshold && extract(question, &found.hits, &idf, ExtractLimits::default()).is_some()
}

/// Unfinished runs among the newest ones are passed over, so many of them at most.
const RUNS_LOOKED_AT: u32 = 20;

/// How good are the answers, and how many of them were looked at?
async fn evaluation_metrics(site: &Site, tongue: Tongue) -> Line {
    const CHECK: &str = "evaluation metrics";
    let figures = match recent(site, QUALITY_DAYS).await {
        Ok(figures) => figures,
        Err(error) => return Line::broken(CHECK, error.to_string(), tongue.database()),
    };
    let last_run = last_run(site, tongue).await;
    let quality = &figures.quality;
    let turns = figures.turns;
    let Some(mean) = quality.quality_mean else {
        if turns == 0 {
            let finding = tongue.say(
                format!("ningún turno en {QUALITY_DAYS} días; cada respuesta se puntúa al darla"),
                format!("no turns in {QUALITY_DAYS} days; every answer is scored as it is given"),
            );
            return Line::fine(CHECK, finding + &last_run);
        }
        let finding = tongue.say(
            format!("ninguna respuesta puntuada en {QUALITY_DAYS} días, de {turns} turnos"),
            format!("no answer was scored in {QUALITY_DAYS} days, of {turns} turns"),
        );
        let mend = tongue.say(
            "haz una pregunta a los documentos: `portavoz ask \"...\"`",
            "ask a question of the documents: `portavoz ask \"...\"`",
        );
        return Line::warning(CHECK, finding, mend);
    };
    let score = |score: Option<f64>| score.map_or_else(|| "–".to_owned(), |score| format!("{score:.2}"));
    let (relevance, accuracy) = (score(quality.relevance_mean), score(quality.accuracy_mean));
    let (clarity, efficiency) = (score(quality.clarity_mean), score(figures.efficiency.efficiency_mean));
    let scored = quality.scored_turns;
    let finding = tongue.say(
        format!(
            "calidad {mean:.2} en {QUALITY_DAYS} días (relevancia {relevance}, exactitud {accuracy}, claridad {clarity}), \
             {scored} de {turns} turnos puntuados; eficiencia de tokens {efficiency}"
        ),
        format!(
            "quality {mean:.2} over {QUALITY_DAYS} days (relevance {relevance}, accuracy {accuracy}, clarity {clarity}), \
             {scored} of {turns} turns scored; token efficiency {efficiency}"
        ),
    );
    let least = site.settings().alerts.thresholds.quality;
    if mean < least {
        let mend = tongue.say(
            "`portavoz stats --by model` enseña qué modelo; los turnos están en `/api/admin/turns?max_quality=0.6`",
            "`portavoz stats --by model` shows which model; the turns are at `/api/admin/turns?max_quality=0.6`",
        );
        let below = tongue.say("por debajo de", "below");
        return Line::warning(CHECK, format!("{finding}; {below} {least}{last_run}"), mend);
    }
    Line::fine(CHECK, finding + &last_run)
}

/// What the last finished evaluation found of its first target; nothing if there is none.
async fn last_run(site: &Site, tongue: Tongue) -> String {
    let found = async {
        let entries = runs::runs(site, RUNS_LOOKED_AT).await.ok()?;
        let entry = entries.into_iter().find(|entry| entry.state == RunState::Finished)?;
        let run = runs::load(site, entry.id).await.ok()??;
        let results = runs::results(site, &run).await.ok()?;
        let summary = summary(&run, &results, site.language()).into_iter().next()?;
        let quality = summary.figure(Metric::Quality)?.mean;
        let day = run.started.to_rfc3339().get(..10).unwrap_or_default().to_owned();
        Some((day, summary.target, quality, summary.passed, summary.count))
    };
    let Some((day, target, quality, passed, count)) = found.await else { return String::new() };
    tongue.say(
        format!("; última evaluación ({day}, `{target}`): calidad {quality:.2}, {passed} de {count} casos superados"),
        format!("; last evaluation ({day}, `{target}`): quality {quality:.2}, {passed} of {count} cases passed"),
    )
}

/// Does an experiment run?
async fn experiments(site: &Site, tongue: Tongue) -> Line {
    const CHECK: &str = "A/B tests";
    if !site.settings().experiments.enabled {
        let finding =
            tongue.say("apagados (`experiments.enabled = false`)", "switched off (`experiments.enabled = false`)");
        return Line::fine(CHECK, finding);
    }
    match experiments_now(site, tongue).await {
        Ok(line) => line,
        Err(error) => Line::broken(CHECK, error.to_string(), tongue.database()),
    }
}

async fn experiments_now(site: &Site, tongue: Tongue) -> Result<Line, ExperimentError> {
    const CHECK: &str = "A/B tests";
    let all = experiments::list(site).await?;
    let in_state = |state| all.iter().find(|experiment| experiment.state == state);
    if let Some(running) = in_state(ExperimentState::Running) {
        let language = if tongue.is_spanish { Language::Es } else { Language::En };
        let judgement = judge::judge(site, running.clone(), language).await?;
        let finding = format!("`{}`: {}", running.name, judgement.sentence);
        let look = format!("`portavoz experiment show {}`", running.name);
        return Ok(if judgement.ratio.alarm { Line::broken(CHECK, finding, look) } else { Line::fine(CHECK, finding) });
    }
    if let Some(shipped) = in_state(ExperimentState::Shipped) {
        let (name, arm) = (&shipped.name, shipped.shipped.as_ref());
        let differences =
            arm.and_then(|arm| shipped.arm(arm)).map(|arm| arm.variation.differences()).unwrap_or_default();
        let differences: Vec<String> = differences.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let (arm, differences) = (arm.map_or("", |arm| arm.as_str()), differences.join(", "));
        let finding = tongue.say(
            format!("la variante `{arm}` de `{name}` responde a todos en lugar de la configuración: {differences}"),
            format!("the variant `{arm}` of `{name}` answers everybody instead of the configuration: {differences}"),
        );
        let mend = tongue.say(
            format!("escríbelo en portavoz.toml y luego `portavoz experiment archive {name}`"),
            format!("write that into portavoz.toml, then `portavoz experiment archive {name}`"),
        );
        return Ok(Line::warning(CHECK, finding, mend));
    }
    let over = all.len();
    let finding = tongue.say(
        format!("ninguno en marcha, {over} terminados; `portavoz experiment plan` dice cuánto tardaría uno"),
        format!("none runs, {over} are over; `portavoz experiment plan` tells how long one would take"),
    );
    Ok(Line::fine(CHECK, finding))
}

async fn recent(site: &Site, days: u32) -> Result<Figures, SiteError> {
    crate::stats::figures(site, Period::last_days(site.now(), days)).await
}

fn count(shares: &[crate::stats::Share], name: &str) -> u64 {
    shares.iter().find(|share| share.name == name).map_or(0, |share| share.turns)
}
