//! What an experiment says, in sentences, in Spanish and in English, each with what to do.

use portavoz_domain::experiment::{Experiment, ExperimentState};
use portavoz_text::language::Language;

use super::judge::{ArmFigures, Guardrail, GuardrailKind, GuardrailState, Judged, Judgement, Verdict};
use crate::lifecycle::reads_spanish;

/// Both languages stand side by side, so that neither is forgotten.
#[derive(Clone, Copy)]
pub(super) struct Tongue {
    is_spanish: bool,
}

impl Tongue {
    /// Spanish or English, whichever is nearer.
    pub(super) const fn of(language: Language) -> Self {
        Self { is_spanish: reads_spanish(language) }
    }

    pub(super) fn say(self, es: impl Into<String>, en: impl Into<String>) -> String {
        if self.is_spanish { es.into() } else { en.into() }
    }

    /// A number with so many digits after the point.
    pub(super) fn number(self, value: f64, digits: usize) -> String {
        // Never `-0`.
        let text = format!("{:.digits$}", if value.abs() < 0.5 * 10_f64.powi(-(digits as i32)) { 0.0 } else { value });
        if self.is_spanish { text.replace('.', ",") } else { text }
    }

    /// A share 0..=1 in per cent.
    pub(super) fn percent(self, share: f64) -> String {
        format!("{} %", self.number(share * 100.0, 0))
    }

    /// A difference of shares in percentage points, with its sign.
    fn points(self, difference: f64) -> String {
        let points = difference * 100.0;
        let sign = if points >= 0.05 { "+" } else { "" };
        let digits = if (points - points.round()).abs() < 0.05 { 0 } else { 1 };
        format!("{sign}{}", self.number(points, digits)).replace('-', "−")
    }
}

/// Gives every variant its sentence, and the whole one.
pub(super) fn put_into_words(judgement: &mut Judgement, experiment: &Experiment, language: Language) {
    let tongue = Tongue::of(language);
    let sentences: Vec<String> =
        judgement.variants.iter().map(|judged| sentence(judgement, judged, experiment, tongue)).collect();
    judgement.sentence = whole(judgement, &sentences, tongue);
    for (judged, sentence) in judgement.variants.iter_mut().zip(sentences) {
        judged.sentence = sentence;
    }
}

fn whole(judgement: &Judgement, sentences: &[String], tongue: Tongue) -> String {
    if judgement.ratio.alarm {
        return off_balance(judgement, tongue);
    }
    if judgement.observed == 0 && judgement.state == ExperimentState::Running {
        return tongue.say(
            "Todavía no ha preguntado ningún visitante: aún no hay nada que juzgar.",
            "No visitor has asked anything yet: there is nothing to judge.",
        );
    }
    sentences.join(" ")
}

/// The shares are not as planned.
fn off_balance(judgement: &Judgement, tongue: Tongue) -> String {
    let all = |numbers: Vec<String>| numbers.join(" : ");
    let got = all(judgement.ratio.got.iter().map(u64::to_string).collect());
    let expected = all(judgement.ratio.expected.iter().map(|expected| tongue.number(*expected, 0)).collect());
    let name = &judgement.experiment;
    tongue.say(
        format!(
            "No te fíes de estas cifras: las variantes recibieron {got} visitantes en lugar de {expected}, así que el reparto falla. \
             Para el experimento (`portavoz experiment stop {name}`) y busca la causa: bots, o una caché que responde a unos y no a otros."
        ),
        format!(
            "Do not trust these figures: the variants got {got} visitors instead of {expected}, so the assignment is broken. \
             Stop the experiment (`portavoz experiment stop {name}`) and look for the cause: bots, or a cache that answers some and not others."
        ),
    )
}

fn sentence(judgement: &Judgement, judged: &Judged, experiment: &Experiment, tongue: Tongue) -> String {
    let (name, of) = (&judged.name, &judgement.experiment);
    let seen = seen(judgement, judged, tongue);
    let range = range(judged, tongue);
    let text = match judged.verdict {
        Verdict::Better => {
            let next = match experiment.state {
                ExperimentState::Shipped => String::new(),
                _ => tongue.say(
                    format!(" Para quedártela: `portavoz experiment ship {of} {name}`."),
                    format!(" To keep it: `portavoz experiment ship {of} {name}`."),
                ),
            };
            tongue.say(
                format!("`{name}` es mejor que el control: {seen} ({range}).{next}"),
                format!("`{name}` is better than the control: {seen} ({range}).{next}"),
            )
        }
        Verdict::Worse => {
            let next = match experiment.state {
                ExperimentState::Running => tongue.say(
                    format!(" Para el experimento: `portavoz experiment stop {of}`."),
                    format!(" Stop the experiment: `portavoz experiment stop {of}`."),
                ),
                _ => String::new(),
            };
            tongue.say(
                format!("`{name}` es peor que el control: {seen} ({range}).{next}"),
                format!("`{name}` is worse than the control: {seen} ({range}).{next}"),
            )
        }
        Verdict::NoDifference => {
            let effect = tongue.number(judgement.effect * 100.0, 0);
            tongue.say(
                format!("Entre `{name}` y el control no hay una diferencia que importe: menos de {effect} puntos ({range}). Quédate con lo más barato o lo más sencillo."),
                format!("`{name}` and the control do not differ by as much as matters: less than {effect} points ({range}). Keep whichever is cheaper or simpler."),
            )
        }
        Verdict::CannotTell if judgement.ratio.alarm => off_balance(judgement, tongue),
        Verdict::CannotTell => {
            let compare = compare_offline(tongue);
            let visitors = judgement.observed;
            tongue.say(
                format!("Con {visitors} visitantes no se puede saber si `{name}` es mejor o peor ({range}). {compare}"),
                format!("After {visitors} visitors it cannot be told whether `{name}` is better or worse ({range}). {compare}"),
            )
        }
        Verdict::Running => running(judgement, judged, &range, tongue),
    };
    format!("{text}{}", broken(judged, tongue))
}

/// `81 % of its 310 visitors were answered from the documents, against 70 % of 302`.
fn seen(judgement: &Judgement, judged: &Judged, tongue: Tongue) -> String {
    let figures = |name: &str| judgement.arms.iter().find(|arm| arm.name.as_str() == name);
    let rate = |arm: Option<&ArmFigures>| {
        let rate = arm.and_then(|arm| arm.rate).map_or_else(|| "–".to_owned(), |rate| tongue.percent(rate));
        (rate, arm.map_or(0, |arm| arm.observed))
    };
    let (variant, visitors) = rate(figures(judged.name.as_str()));
    let (control, before) = rate(judgement.arms.first());
    tongue.say(
        format!(
            "los documentos respondieron al {variant} de sus {visitors} visitantes, frente al {control} de {before}"
        ),
        format!("{variant} of its {visitors} visitors were answered from the documents, against {control} of {before}"),
    )
}

/// `the difference is between +4 and +18 points`.
fn range(judged: &Judged, tongue: Tongue) -> String {
    let (low, high) = (tongue.points(judged.possible.low), tongue.points(judged.possible.high));
    tongue.say(
        format!("la diferencia está entre {low} y {high} puntos"),
        format!("the difference is between {low} and {high} points"),
    )
}

fn running(judgement: &Judgement, judged: &Judged, range: &str, tongue: Tongue) -> String {
    let name = &judged.name;
    let text = tongue.say(
        format!(
            "Aún no hay veredicto sobre `{name}` tras {} visitantes ({range}). Puedes mirar cuanto quieras.",
            judgement.observed
        ),
        format!("No verdict on `{name}` yet after {} visitors ({range}). Looking does no harm.", judgement.observed),
    );
    let Some(outlook) = judged.outlook.filter(|outlook| outlook.is_futile) else { return text };
    let (chance, horizon, compare) =
        (tongue.percent(outlook.chance_of_verdict), judgement.horizon, compare_offline(tongue));
    let advice = tongue.say(
        format!(" Seguir difícilmente merece la pena: la probabilidad de un veredicto antes de {horizon} visitantes es del {chance}. {compare}"),
        format!(" Going on will hardly pay: the chance of a verdict within {horizon} visitors is {chance}. {compare}"),
    );
    format!("{text}{advice}")
}

pub(super) fn compare_offline(tongue: Tongue) -> String {
    tongue.say(
        "`portavoz compare` compara las dos con las mismas preguntas y no necesita visitantes.",
        "`portavoz compare` compares both on the same questions, and needs no visitors.",
    )
}

/// ` But it costs more than allowed: ...`.
fn broken(judged: &Judged, tongue: Tongue) -> String {
    let broken = judged.guardrails.iter().filter(|guardrail| guardrail.state == GuardrailState::Broken);
    let said: Vec<String> = broken.map(|guardrail| guardrail_sentence(guardrail, tongue)).collect();
    if said.is_empty() { String::new() } else { format!(" {}", said.join(" ")) }
}

/// What a broken guardrail says.
pub(super) fn guardrail_sentence(guardrail: &Guardrail, tongue: Tongue) -> String {
    let dollars = |value: Option<f64>| format!("${}", tongue.number(value.unwrap_or_default(), 6));
    let share = |value: Option<f64>| tongue.percent(value.unwrap_or_default());
    let (now, before) = match guardrail.kind {
        GuardrailKind::Cost => (dollars(guardrail.variant), dollars(guardrail.control)),
        _ => (share(guardrail.variant), share(guardrail.control)),
    };
    match guardrail.kind {
        GuardrailKind::Cost => tongue.say(
            format!("Cuesta más de lo permitido: {now} por primera respuesta, frente a {before}."),
            format!("It costs more than allowed: {now} for a first answer, against {before}."),
        ),
        GuardrailKind::Slow => tongue.say(
            format!("Es más lenta de lo permitido: el {now} esperó demasiado, frente al {before}."),
            format!("It is slower than allowed: {now} waited too long, against {before}."),
        ),
        GuardrailKind::Withheld => tongue.say(
            format!("Se retienen más frases de lo permitido: al {now} de los visitantes, frente al {before}."),
            format!("More sentences are withheld than allowed: from {now} of visitors, against {before}."),
        ),
        GuardrailKind::Thumbs => tongue.say(
            format!("Gusta menos de lo permitido: el {now} de los pulgares son hacia abajo, frente al {before}."),
            format!("It is liked less than allowed: {now} of thumbs are down, against {before}."),
        ),
    }
}
