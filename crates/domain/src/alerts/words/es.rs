//! What owners read in Spanish.

use portavoz_text::language::Language;

use super::en::variant_of;
use super::{Words, decimal, dollars, figure, moment};
use crate::alerts::Kind;
use crate::alerts::rules::{Finding, Ground};

const ES: Language = Language::Es;

pub(super) const WORDS: Words = Words {
    figure: "Cifra",
    limit: "Límite",
    since: "Desde",
    until: "Hasta",
    recovered: "Resuelto",
    over: |began, lasted, worst| format!("Empezó el {began} y duró {lasted}. La peor cifra fue {worst}."),
    test_title: "Una prueba",
    test_text: "Las alertas de portavoz le llegan aquí. No pasa nada: alguien ha enviado una prueba.",
    message_title: |name| match name {
        Some(name) => format!("Mensaje de {name}"),
        None => "Un visitante le ha dejado un mensaje".to_owned(),
    },
    name: "Nombre",
    email: "Correo",
    received: "Recibido",
    desk: "En el panel",
};

pub(super) fn title(kind: Kind, subject: &str) -> String {
    let of_budget = |period: &str| match subject {
        "100" => format!("El presupuesto {period} está gastado"),
        share => format!("Se ha gastado el {share} % del presupuesto {period}"),
    };
    match kind {
        Kind::ResponseTime => "Los visitantes esperan demasiado".to_owned(),
        Kind::CostDay => "El día sale caro".to_owned(),
        Kind::Quality => "Las respuestas han empeorado".to_owned(),
        Kind::Efficiency => "Muchos tokens no sirven para nada".to_owned(),
        Kind::FallbackRate => "Los modelos fallan a menudo".to_owned(),
        Kind::ProviderDown => format!("`{subject}` no responde"),
        Kind::BudgetDay => of_budget("del día"),
        Kind::BudgetMonth => of_budget("del mes"),
        Kind::Lifecycle => format!("El final de `{}`", subject.split_once(' ').map_or(subject, |(model, _)| model)),
        Kind::Orphans => "Se interrumpieron llamadas de pago".to_owned(),
        Kind::ExperimentGuardrail => format!("La variante `{}` hace daño", variant_of(subject)),
        Kind::ExperimentRatio => format!("El experimento `{subject}` reparte mal"),
    }
}

pub(super) fn message(finding: &Finding) -> String {
    let Finding { kind, subject, value, limit, ground, .. } = finding;
    let is = figure(*kind, *value, ES);
    let limit = figure(*kind, *limit, ES);
    let over = |what: &str| match ground {
        Ground::Turns { since, turns } => format!("{turns} {what} desde el {}", moment(*since)),
        _ => what.to_owned(),
    };
    match kind {
        Kind::ResponseTime => format!(
            "Uno de cada veinte visitantes esperó {is} o más a las primeras palabras ({}); el límite es {limit} \
             (`thresholds.response_ms`). `portavoz stats` muestra qué va lento. Ayuda un modelo más rápido, y también un \
             `context.max_tokens` menor.",
            over("turnos")
        ),
        Kind::CostDay => format!(
            "Los modelos han costado {is} desde la medianoche UTC; el límite es {limit} al día \
             (`thresholds.cost_day_usd`). Esto no detiene nada: de eso se encarga `budget.day_usd`. `portavoz stats` muestra \
             en qué se ha ido el dinero."
        ),
        Kind::Quality => format!(
            "La calidad media es {is} ({}); debería ser al menos {limit} (`thresholds.quality`). Lea en el panel las \
             respuestas con peor nota: casi siempre falta un documento, o no dice con claridad lo que preguntan.",
            over("respuestas")
        ),
        Kind::Efficiency => format!(
            "La eficiencia media de tokens es {is} ({}); debería ser al menos {limit} (`thresholds.efficiency`). Los modelos \
             leen mucho que sus respuestas no usan: baje `retrieval.max_results` o `context.max_tokens`.",
            over("respuestas")
        ),
        Kind::FallbackRate => format!(
            "Los modelos fallaron en el {is} de los turnos ({}); el límite es {limit} (`thresholds.fallback_rate`). A los \
             visitantes les respondió el siguiente modelo, o los documentos. `portavoz stats` muestra por qué y \
             `portavoz doctor` pregunta al proveedor.",
            over("turnos que preguntaron a uno")
        ),
        Kind::ProviderDown => provider_down(subject, &is, &limit, ground),
        Kind::BudgetDay => budget("del día", "hasta la medianoche UTC", "budget.day_usd", finding),
        Kind::BudgetMonth => budget("del mes", "hasta que acabe el mes", "budget.month_usd", finding),
        Kind::Lifecycle => match ground {
            Ground::Said(text) => text.clone(),
            _ => format!("{} tiene fecha. `portavoz models` dice más.", title(*kind, subject)),
        },
        Kind::ExperimentGuardrail | Kind::ExperimentRatio => match ground {
            Ground::Said(text) => text.clone(),
            _ => format!("{}. `portavoz experiment list` dice más.", title(*kind, subject)),
        },
        Kind::Orphans => {
            let Ground::Charges(count) = ground else { return is };
            format!(
                "Un proceso murió en medio de llamadas de pago ({count}). Nadie sabe qué cobrará el proveedor por ellas, así \
                 que quedan cargadas por su estimación, {is}. Si no fue un corte de luz, lea el registro anterior al último \
                 arranque. `portavoz doctor` demuestra que las cuentas cuadran."
            )
        }
    }
}

fn provider_down(model: &str, failures: &str, limit: &str, ground: &Ground) -> String {
    let reasons = match ground {
        Ground::Calls { reasons } => {
            reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    };
    format!(
        "Han fallado las últimas {failures} llamadas de `{model}` ({reasons}); con {limit} seguidas se da por caído \
         (`thresholds.provider_failures`). A los visitantes les responde el siguiente modelo, o los documentos. Mire la \
         página de estado del proveedor, y compruebe la clave y la dirección con `portavoz doctor`."
    )
}

fn budget(period: &str, until: &str, key: &str, finding: &Finding) -> String {
    let Ground::Money { cap_usd, refused } = finding.ground else { return title(finding.kind, &finding.subject) };
    let spent =
        format!("Se han gastado {} de {} {period} (`{key}`)", decimal(finding.value, 4, ES), dollars(cap_usd, ES));
    match (finding.subject.as_str(), refused) {
        ("100", true) => format!(
            "{spent}, y se ha rechazado una llamada que podría haber pasado el tope. Esas llamadas no se hacen {until}: en su \
             lugar, las respuestas se citan de los documentos. Suba `{key}` si los modelos han de responder antes."
        ),
        ("100", false) => format!(
            "{spent}. Las respuestas se citan de los documentos {until}. Suba `{key}` si los modelos han de responder antes."
        ),
        _ => format!(
            "{spent}. No hay que hacer nada: cuando se gaste todo, las respuestas se citarán de los documentos {until}."
        ),
    }
}
