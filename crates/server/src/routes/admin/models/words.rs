//! Sentences about models in the owner's language: who answers, what ends, why a model was not changed.

use portavoz_app::lifecycle::Warning;
use portavoz_app::models::migrate::MigrateError;
use portavoz_app::models::sheet::Overview;

use super::super::tongue::Tongue;

/// Who answers, by whose choice, and when the provider was last asked for its models.
pub(super) fn standing(tongue: Tongue, overview: &Overview) -> Vec<String> {
    let is_spanish = tongue == Tongue::Es;
    let mut sentences = vec![match &overview.answering {
        Some(model) if is_spanish => format!("Responde {model}."),
        Some(model) => format!("{model} answers."),
        None => tongue
            .say(
                "Ningún modelo responde: las respuestas se citan de los documentos.",
                "No model answers: answers are quoted from the documents.",
            )
            .to_owned(),
    }];
    if let Some(choice) = &overview.chosen {
        let (model, before, at) = (&choice.model, &choice.instead_of, tongue.moment(choice.at));
        sentences.push(match (is_spanish, overview.chosen_in_force) {
            (true, true) => format!("Elegiste {model} en lugar de {before} el {at} UTC."),
            (false, true) => format!("You chose {model} in place of {before} on {at} UTC."),
            (true, false) => {
                format!("Elegiste {model} el {at} UTC, pero la configuración ha cambiado desde entonces y manda ella.")
            }
            (false, false) => {
                format!("You chose {model} on {at} UTC, but the configuration has changed since and goes first.")
            }
        });
    }
    sentences.extend(overview.checked.map(|at| match tongue {
        Tongue::Es => format!("Los modelos del proveedor se consultaron el {} UTC.", tongue.moment(at)),
        Tongue::En => format!("The provider was asked for its models on {} UTC.", tongue.moment(at)),
    }));
    sentences
}

/// What the owner should know of an end: tone and sentence. `takes_over`: whether successors do so by themselves.
pub(in super::super) fn warning(tongue: Tongue, warning: &Warning, takes_over: bool) -> (&'static str, String) {
    let (model, day) = (&warning.model, tongue.day(&warning.shutdown));
    let is_over = warning.level == "ended";
    let left = tongue.counted(warning.days.unsigned_abs(), ("día", "day"), ("días", "days"));
    let end = match (tongue, is_over) {
        (Tongue::Es, true) => format!("{model} se apagó el {day}"),
        (Tongue::En, true) => format!("{model} was switched off on {day}"),
        (Tongue::Es, false) => format!("{model} se apaga el {day}, en {left}"),
        (Tongue::En, false) => format!("{model} is switched off on {day}, in {left}"),
    };
    let next = match (&warning.successor, takes_over, tongue) {
        (Some(next), true, Tongue::Es) if is_over => format!("responde {next} en su lugar; cámbialo para que sea fijo"),
        (Some(next), true, Tongue::En) if is_over => {
            format!("{next} answers in its place; move to make that permanent")
        }
        (Some(next), true, Tongue::Es) => format!("entonces le sucede {next}; puedes cambiar ya"),
        (Some(next), true, Tongue::En) => format!("{next} takes its place then; you can move now"),
        (Some(next), false, Tongue::Es) => format!("cambia a su sucesor, {next}"),
        (Some(next), false, Tongue::En) => format!("move to its successor, {next}"),
        (None, _, Tongue::Es) => "no se le conoce sucesor: elige otro".to_owned(),
        (None, _, Tongue::En) => "no successor is known: choose another".to_owned(),
    };
    let is_urgent = is_over || warning.level == "7";
    (if is_urgent { "bad" } else { "warn" }, format!("{end}: {next}."))
}

/// Why the model was not changed.
pub(super) fn refusal(tongue: Tongue, refused: &MigrateError) -> String {
    // English is what the error says itself, for every one.
    if tongue == Tongue::En {
        return match refused.hint() {
            Some(hint) => format!("{refused}: {hint}"),
            None => refused.to_string(),
        };
    }
    match refused {
        MigrateError::NoModel => {
            "no hay ningún modelo configurado del que cambiar: pon `model.name` y la clave".to_owned()
        }
        MigrateError::NoSuccessor(model) => format!("no se conoce sucesor de `{model}`: elige un modelo de la lista"),
        MigrateError::Same(model) => format!("`{model}` ya es el que responde"),
        MigrateError::NoChat(model) => format!("`{model}` no responde mensajes, hace vectores"),
        MigrateError::Ended { model, shutdown } => format!("`{model}` se apagó el {}", tongue.day(shutdown)),
        MigrateError::NotOffered { model, offered } if offered.is_empty() => {
            format!("el proveedor no ofrece `{model}`")
        }
        MigrateError::NotOffered { model, offered } => {
            format!("el proveedor no ofrece `{model}`; sí ofrece {}", offered.join(", "))
        }
        MigrateError::Unusable { model, problem } => format!("a `{model}` no se le puede preguntar: {problem}"),
        MigrateError::NothingToUndo(model) => {
            format!("no hay cambio que deshacer: `{model}` es el de la configuración")
        }
        MigrateError::Worse { model, sentence } => {
            format!("tus propios casos hablan en contra de `{model}` ({sentence})")
        }
        MigrateError::Runs(_) | MigrateError::Storage(_) => "la base de datos no responde".to_owned(),
    }
}
