//! Words and figures of evaluations, in both languages.

use portavoz_app::compare::Verdict;
use portavoz_app::compare::metric_name;
use portavoz_app::compare::runs::RunsError;
use portavoz_domain::evaluation::metrics::{Metric, Unit};
use portavoz_domain::evaluation::{CaseResult, RunState, Target};

use super::super::tongue::Tongue;

/// A run's name, or that it has none.
pub(super) fn named(tongue: Tongue, name: &str) -> String {
    if name.trim().is_empty() { tongue.say("sin nombre", "without a name").to_owned() } else { name.to_owned() }
}

/// Where a run stands: colour and words.
pub(super) fn state(tongue: Tongue, state: RunState) -> (&'static str, &'static str) {
    match state {
        RunState::Running => ("warn", tongue.say("en marcha o a medias", "under way, or left half way")),
        RunState::Waiting => ("plain", tongue.say("espera al proveedor", "waits for the provider")),
        RunState::Finished => ("good", tongue.say("terminada", "finished")),
    }
}

/// A verdict: colour and words.
pub(super) fn verdict(tongue: Tongue, verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Better => ("good", tongue.say("mejor", "better")),
        Verdict::NotWorse => ("good", tongue.say("no es peor", "not worse")),
        Verdict::Worse => ("bad", tongue.say("peor", "worse")),
        Verdict::Mixed => ("warn", tongue.say("mejor y peor", "better and worse")),
        Verdict::CannotTell => ("plain", tongue.say("no se sabe", "cannot tell")),
    }
}

/// Whether a case was passed: colour and word.
pub(super) fn passed(tongue: Tongue, passed: bool) -> (&'static str, &'static str) {
    if passed { ("good", tongue.say("superado", "passed")) } else { ("bad", tongue.say("fallado", "failed")) }
}

/// A metric's name, as a heading begins.
pub(super) fn metric(tongue: Tongue, metric: Metric) -> String {
    let name = metric_name(metric, tongue.language());
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A figure in its unit, as the owner's language writes it.
pub(super) fn figure(tongue: Tongue, value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => tongue.decimal(value, 2),
        Unit::YesNo => tongue.share(value),
        Unit::Dollars => tongue.dollars(value),
        Unit::Millis => tongue.duration(value),
    }
}

/// A difference in its unit, with its sign. What rounds to nothing has none.
pub(super) fn signed(tongue: Tongue, value: f64, unit: Unit) -> String {
    let size = match unit {
        Unit::YesNo => {
            format!("{:.0}\u{a0}{}", value.abs() * 100.0, tongue.say("puntos", "points"))
        }
        unit => figure(tongue, value.abs(), unit),
    };
    let is_nothing = !size.chars().any(|digit| ('1'..='9').contains(&digit));
    let sign = if is_nothing {
        ""
    } else if value < 0.0 {
        "−"
    } else {
        "+"
    };
    format!("{sign}{size}")
}

/// `entre −0,11 y −0,03`.
pub(super) fn between(tongue: Tongue, low: &str, high: &str) -> String {
    match tongue {
        Tongue::Es => format!("entre {low} y {high}"),
        Tongue::En => format!("between {low} and {high}"),
    }
}

/// The range of a figure: `[0,81 a 0,88]`.
pub(super) fn range(low: &str, high: &str) -> String {
    format!("[{low} – {high}]")
}

/// What differs from the configuration: key and value; nothing for the site as it is configured.
pub(super) fn differences(target: &Target) -> Vec<(&'static str, String)> {
    target.variation.differences()
}

/// What is wrong with an answer, worst first: what it is, and the words that it is about.
pub(super) fn faults(tongue: Tongue, result: &CaseResult) -> Vec<(&'static str, Vec<String>)> {
    let grade = &result.grade;
    let mut faults = Vec::new();
    if result.reply.outcome.is_none() {
        faults.push((tongue.say("No hubo respuesta.", "There was no answer."), Vec::new()));
    } else if grade.outcome_right == Some(false) {
        faults.push((tongue.say("No acabó como debía.", "It did not end as it should."), Vec::new()));
    }
    if !grade.forbidden.is_empty() {
        faults.push((tongue.say("Dice lo que no debe:", "Says what it must not:"), grade.forbidden.clone()));
    }
    if !grade.missing.is_empty() {
        faults.push((tongue.say("No dice lo que debe:", "Does not say what it must:"), grade.missing.clone()));
    }
    if grade.language_right == Some(false) {
        faults.push((tongue.say("Está en otro idioma.", "It is in another language."), Vec::new()));
    }
    if !grade.passed && faults.is_empty() {
        faults.push((tongue.say("Trata pocos de sus temas.", "Covers too few of its topics."), Vec::new()));
    }
    faults
}

/// Why two targets were not compared, and what to do.
pub(super) fn refused(tongue: Tongue, error: &RunsError) -> String {
    let en = || {
        let hint = error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{error}{hint}")
    };
    match (tongue, error) {
        (Tongue::Es, RunsError::NoRuns) => "todavía no hay ninguna evaluación; `portavoz eval` hace una".to_owned(),
        (Tongue::Es, RunsError::Unknown(text)) => format!("no hay ninguna evaluación `{text}`"),
        (Tongue::Es, RunsError::Neither { text, known }) => {
            format!("`{text}` no es ninguna evaluación, ni candidato de la última, que tiene {}", known.join(", "))
        }
        (Tongue::Es, RunsError::Ambiguous { text, count }) => {
            format!("`{text}` puede ser cualquiera de {count} evaluaciones: escribe más de su nombre")
        }
        (Tongue::Es, RunsError::UnknownTarget { run, target, known }) => {
            format!("en `{run}` no está `{target}`; están {}", known.join(", "))
        }
        (Tongue::Es, RunsError::WhichTarget { run, known }) => {
            format!("en `{run}` hay varios candidatos: {}; escribe cuál, como EVALUACIÓN:CANDIDATO", known.join(", "))
        }
        _ => en(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_have_a_sign_and_their_unit() {
        for (tongue, value, unit, expected) in [
            (Tongue::Es, -0.07, Unit::Share, "−0,07"),
            (Tongue::En, 0.07, Unit::Share, "+0.07"),
            (Tongue::En, -0.001, Unit::Share, "0.00"),
            (Tongue::Es, 0.031, Unit::YesNo, "+3\u{a0}puntos"),
            (Tongue::En, 0.0003, Unit::Dollars, "+0.00030\u{a0}USD"),
            (Tongue::En, -1_500.0, Unit::Millis, "−1.50\u{a0}s"),
        ] {
            assert_eq!(signed(tongue, value, unit), expected);
        }
    }
}
