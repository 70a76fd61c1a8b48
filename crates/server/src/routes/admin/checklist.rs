//! `/admin/checklist`: what a running site can check of itself, each with its figures and what mends it.

use askama::Template;
use portavoz_app::checklist::{Line, State, examine};

use super::desk::{Desk, Frame, Page, Section, render};
use super::tongue::Tongue;

#[derive(Template)]
#[template(path = "admin/checklist.html")]
struct ChecklistPage {
    ui: Frame,
    lines: Vec<LineShown>,
    /// How many of them ask for something.
    amiss: usize,
}

struct LineShown {
    name: &'static str,
    tone: &'static str,
    word: &'static str,
    finding: String,
    mend: Option<String>,
    /// Where there is more of it: address and words.
    way: Option<(&'static str, &'static str)>,
}

/// The page.
pub(super) async fn checklist(desk: Desk) -> Page {
    let lines = examine(&desk.site, desk.tongue.language()).await;
    render(&ChecklistPage {
        ui: desk.frame(Section::Checklist),
        amiss: lines.iter().filter(|line| line.state != State::Fine).count(),
        lines: lines.into_iter().map(|line| shown(desk.tongue, line)).collect(),
    })
}

fn shown(tongue: Tongue, line: Line) -> LineShown {
    let Line { check, state, finding, mend } = line;
    let (tone, word) = match state {
        State::Fine => ("good", tongue.say("Bien", "Fine")),
        State::Warning => ("warn", tongue.say("A vigilar", "Worth a look")),
        State::Broken => ("bad", tongue.say("Mal", "Not good")),
    };
    LineShown { name: name(tongue, check), tone, word, finding, mend, way: way(tongue, check) }
}

/// The page that a line is about, if there is one.
fn way(tongue: Tongue, check: &str) -> Option<(&'static str, &'static str)> {
    match check {
        "evaluation metrics" => Some(("/admin/evaluation", tongue.say("Ver las evaluaciones", "See the evaluations"))),
        "A/B tests" => Some(("/admin/experiments", tongue.say("Ver los experimentos", "See the experiments"))),
        _ => None,
    }
}

/// A line's name in the owner's language; one that is not here is shown as it is.
fn name(tongue: Tongue, check: &'static str) -> &'static str {
    let es = match check {
        "cost monitoring" => "control de costes",
        "fine-tuning data" => "datos para el ajuste fino",
        "fallbacks" => "respuestas de reserva",
        "evaluation metrics" => "métricas de evaluación",
        "A/B tests" => "pruebas A/B",
        unknown => unknown,
    };
    tongue.say(es, check)
}
