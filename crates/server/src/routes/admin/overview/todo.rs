//! What to do today: one line for each thing that asks for the owner, with the way to where it is done. What is as it
//! should be is not mentioned.

use portavoz_app::lifecycle::Warning;
use portavoz_app::stats::Figures;
use portavoz_domain::evaluation::{RunEntry, RunState};
use portavoz_domain::timestamp::Timestamp;

use super::super::models::words::warning;
use super::super::tongue::Tongue;
use super::cards::{About, Card, Standing};

/// A run that began this long ago and is not finished was left.
const LEFT_MS: i64 = 60 * 60 * 1_000;

/// One thing to do, or to know.
pub(super) struct Todo {
    /// `bad` or `warn`.
    pub(super) tone: &'static str,
    /// What it is about, as the headline names it.
    pub(super) name: String,
    pub(super) sentence: String,
    /// Where to act: address and words.
    pub(super) way: (&'static str, &'static str),
}

/// What is known when the list is made.
pub(super) struct Known<'a> {
    pub(super) cards: &'a [Card],
    pub(super) today: &'a Figures,
    pub(super) open_alerts: u64,
    pub(super) endings: &'a [Warning],
    /// The newest run of an evaluation.
    pub(super) last_run: Option<&'a RunEntry>,
    pub(super) now: Timestamp,
    /// Whether successors take over by themselves.
    pub(super) takes_over: bool,
}

/// Everything that asks for the owner, the most pressing first.
pub(super) fn todos(tongue: Tongue, known: &Known<'_>) -> Vec<Todo> {
    let mut todos: Vec<Todo> = known.cards.iter().filter_map(|card| of_card(tongue, card, known.today)).collect();
    if known.open_alerts > 0 {
        let count = tongue.counted(
            known.open_alerts,
            ("alerta abierta", "alert is open"),
            ("alertas abiertas", "alerts are open"),
        );
        let way = ("/admin/alerts", tongue.say("Ver las alertas", "See the alerts"));
        todos.push(Todo { tone: "bad", sentence: format!("{count}."), name: count, way });
    }
    todos.extend(known.endings.iter().map(|ending| {
        let (tone, sentence) = warning(tongue, ending, known.takes_over);
        let name = match tongue {
            Tongue::Es => format!("el final de {}", ending.model),
            Tongue::En => format!("the end of {}", ending.model),
        };
        Todo { tone, name, sentence, way: ("/admin/models", tongue.say("Ir a Modelos", "Go to Models")) }
    }));
    todos.extend(known.last_run.and_then(|run| left_half_way(tongue, run, known.now)));
    // Stable, so that equals stay in the order of the cards.
    todos.sort_by_key(|todo| todo.tone != "bad");
    todos
}

/// A run that nobody went on with.
fn left_half_way(tongue: Tongue, run: &RunEntry, now: Timestamp) -> Option<Todo> {
    let age = now.as_millis().saturating_sub(run.started.as_millis());
    if run.state != RunState::Running || age < LEFT_MS {
        return None;
    }
    let (name, asked) = (&run.name, run.results);
    let all = u64::from(run.cases) * run.targets.len() as u64;
    let sentence = match tongue {
        Tongue::Es => format!(
            "La evaluación {name} se quedó en {asked} de {all} respuestas. La misma orden la continúa sin pagar dos veces."
        ),
        Tongue::En => format!(
            "The run {name} was left at {asked} of {all} answers. The same command goes on with it and pays nothing twice."
        ),
    };
    Some(Todo {
        tone: "warn",
        name: tongue.say("una evaluación a medias", "a run left half way").to_owned(),
        sentence,
        way: ("/admin/evaluation", tongue.say("Ir a Evaluación", "Go to Evaluation")),
    })
}

/// The sentence above everything, as far as it goes before the names of what asks for the owner: all of it if nothing does.
pub(super) fn headline(tongue: Tongue, todos: &[Todo], nobody_asked: bool) -> &'static str {
    let is_pressing = todos.iter().any(|todo| todo.tone == "bad");
    match (todos.is_empty(), is_pressing) {
        (true, _) if nobody_asked => tongue.say(
            "Hoy no ha preguntado nadie todavía: no hay nada que hacer.",
            "Nobody has asked anything today yet: nothing needs doing.",
        ),
        (true, _) => tongue.say("Hoy va todo bien: no hay nada que hacer.", "All is well today: nothing needs doing."),
        (false, true) => tongue.say("Piden tu atención: ", "These ask for your attention: "),
        (false, false) => tongue.say("Nada urgente; conviene mirar: ", "Nothing pressing; worth a look: "),
    }
}

fn of_card(tongue: Tongue, card: &Card, today: &Figures) -> Option<Todo> {
    let tone = match card.standing {
        Standing::Amiss => "bad",
        Standing::Watch => "warn",
        Standing::Good | Standing::Unknown => return None,
    };
    let (what, way) = match (card.about, card.standing) {
        (About::Response, _) => (
            tongue.say(
                "uno de cada veinte visitantes espera más. Prueba un modelo más rápido, o baja context.max_tokens",
                "one visitor in twenty waits longer. Try a faster model, or lower context.max_tokens",
            ),
            ("/admin/models", tongue.say("Ir a Modelos", "Go to Models")),
        ),
        (About::Cost, Standing::Watch) => (
            tongue.say("queda poco para el límite del día", "the day's limit is near"),
            ("/admin/spending", tongue.say("Ver en qué se va", "See where it goes")),
        ),
        (About::Cost, _) => (
            tongue.say(
                "se ha gastado más de lo previsto. budget.day_usd pone un tope",
                "more was spent than planned. budget.day_usd sets a cap",
            ),
            ("/admin/spending", tongue.say("Ver en qué", "See on what")),
        ),
        (About::Quality, _) => {
            let weakest = weakest(tongue, today);
            return Some(Todo {
                tone,
                name: card.name.to_owned(),
                sentence: match tongue {
                    Tongue::Es => format!("{}: lo más flojo es {weakest}{}.", beyond(card), few(tongue, card)),
                    Tongue::En => format!("{}: weakest is {weakest}{}.", beyond(card), few(tongue, card)),
                },
                way: ("/admin/conversations?quality=low&period=day", tongue.say("Leer las peores", "Read the worst")),
            });
        }
        (About::Efficiency, _) => (
            tongue.say(
                "se pagan tokens que no sirven a la respuesta. Baja retrieval.max_results o context.max_tokens",
                "tokens are paid for that serve no answer. Lower retrieval.max_results or context.max_tokens",
            ),
            ("/admin/settings?q=max_", tongue.say("Ver esos ajustes", "See these settings")),
        ),
    };
    let sentence = format!("{}: {what}{}.", beyond(card), few(tongue, card));
    Some(Todo { tone, name: card.name.to_owned(), sentence, way })
}

/// `Espera 2,37 s (límite 2,00 s)`.
fn beyond(card: &Card) -> String {
    format!("{} {} ({})", card.name, card.figure, card.limit)
}

/// What keeps a figure from being called bad.
fn few(tongue: Tongue, card: &Card) -> &'static str {
    let is_too_few = card.standing == Standing::Watch && card.about != About::Cost;
    if is_too_few { tongue.say("; de momento son pocas preguntas", "; of few questions so far") } else { "" }
}

/// The term of the quality with the lowest mean.
fn weakest(tongue: Tongue, figures: &Figures) -> String {
    let scores = &figures.quality;
    let terms = [
        (tongue.say("la relevancia", "relevance"), scores.relevance_mean),
        (tongue.say("la exactitud", "accuracy"), scores.accuracy_mean),
        (tongue.say("la claridad", "clarity"), scores.clarity_mean),
    ];
    let known = terms.into_iter().filter_map(|(name, mean)| Some((name, mean?)));
    let lowest = known.min_by(|(_, one), (_, other)| one.total_cmp(other));
    lowest.map(|(name, mean)| format!("{name} ({})", tongue.decimal(mean, 2))).unwrap_or_default()
}
