//! What owners read in English.

use portavoz_text::language::Language;

use super::{Words, decimal, dollars, figure, moment};
use crate::alerts::Kind;
use crate::alerts::rules::{Finding, Ground};

const EN: Language = Language::En;

pub(super) const WORDS: Words = Words {
    figure: "Figure",
    limit: "Limit",
    since: "Since",
    until: "Until",
    recovered: "Over",
    over: |began, lasted, worst| format!("It began {began} and lasted {lasted}. The worst figure was {worst}."),
    test_title: "A test",
    test_text: "Alerts of portavoz reach you here. Nothing is wrong: somebody sent a test.",
    message_title: |name| match name {
        Some(name) => format!("A message from {name}"),
        None => "A visitor left you a message".to_owned(),
    },
    name: "Name",
    email: "E-mail",
    received: "Received",
    desk: "In the dashboard",
};

pub(super) fn title(kind: Kind, subject: &str) -> String {
    let of_budget = |period: &str| match subject {
        "100" => format!("The budget of the {period} is spent"),
        share => format!("{share} % of the budget of the {period} are spent"),
    };
    match kind {
        Kind::ResponseTime => "Visitors wait too long".to_owned(),
        Kind::CostDay => "The day is expensive".to_owned(),
        Kind::Quality => "Answers got worse".to_owned(),
        Kind::Efficiency => "Many tokens serve nothing".to_owned(),
        Kind::FallbackRate => "Models fail often".to_owned(),
        Kind::ProviderDown => format!("`{subject}` does not answer"),
        Kind::BudgetDay => of_budget("day"),
        Kind::BudgetMonth => of_budget("month"),
        Kind::Lifecycle => format!("The end of `{}`", subject.split_once(' ').map_or(subject, |(model, _)| model)),
        Kind::Orphans => "Paid calls were broken off".to_owned(),
        Kind::ExperimentGuardrail => format!("The variant `{}` does harm", variant_of(subject)),
        Kind::ExperimentRatio => format!("The experiment `{subject}` is out of proportion"),
    }
}

pub(super) fn message(finding: &Finding) -> String {
    let Finding { kind, subject, value, limit, ground, .. } = finding;
    let is = figure(*kind, *value, EN);
    let limit = figure(*kind, *limit, EN);
    let over = |what: &str| match ground {
        Ground::Turns { since, turns } => format!("{turns} {what} since {}", moment(*since)),
        _ => what.to_owned(),
    };
    match kind {
        Kind::ResponseTime => format!(
            "One in twenty visitors waited {is} or longer for the first words ({}); the limit is {limit} \
             (`thresholds.response_ms`). `portavoz stats` shows what is slow. A faster model helps, and so does a smaller \
             `context.max_tokens`.",
            over("turns")
        ),
        Kind::CostDay => format!(
            "Models cost {is} since midnight UTC; the limit is {limit} a day (`thresholds.cost_day_usd`). This stops \
             nothing: `budget.day_usd` does. `portavoz stats` shows what the money went on."
        ),
        Kind::Quality => format!(
            "The mean quality is {is} ({}); it should be at least {limit} (`thresholds.quality`). Read the answers with the \
             lowest scores on the dashboard: mostly a document is missing, or does not say plainly what visitors ask.",
            over("answers")
        ),
        Kind::Efficiency => format!(
            "The mean token efficiency is {is} ({}); it should be at least {limit} (`thresholds.efficiency`). Models read \
             much that their answers do not use: lower `retrieval.max_results` or `context.max_tokens`.",
            over("answers")
        ),
        Kind::FallbackRate => format!(
            "Models failed in {is} of turns ({}); the limit is {limit} (`thresholds.fallback_rate`). Visitors were answered \
             by the next model or from the documents. `portavoz stats` shows why, `portavoz doctor` asks the provider.",
            over("turns that asked one")
        ),
        Kind::ProviderDown => provider_down(subject, &is, &limit, ground),
        Kind::BudgetDay => budget("day", "until midnight UTC", "budget.day_usd", finding),
        Kind::BudgetMonth => budget("month", "until the month ends", "budget.month_usd", finding),
        Kind::Lifecycle => match ground {
            Ground::Said(text) => text.clone(),
            _ => format!("{} has an end. `portavoz models` says more.", title(*kind, subject)),
        },
        Kind::ExperimentGuardrail | Kind::ExperimentRatio => match ground {
            Ground::Said(text) => text.clone(),
            _ => format!("{}. `portavoz experiment list` says more.", title(*kind, subject)),
        },
        Kind::Orphans => {
            let Ground::Charges(count) = ground else { return is };
            format!(
                "A process died in the middle of paid calls ({count} of them). Nobody knows what the provider bills for them, \
                 so they stay charged at their estimate, {is}. If that was no power cut, read the log before the last start. \
                 `portavoz doctor` proves the balance."
            )
        }
    }
}

/// The label before the guardrail.
pub(super) fn variant_of(subject: &str) -> &str {
    subject.split_once(' ').map_or(subject, |(label, _)| label)
}

fn provider_down(model: &str, failures: &str, limit: &str, ground: &Ground) -> String {
    let reasons = match ground {
        Ground::Calls { reasons } => {
            reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    };
    format!(
        "The last {failures} calls of `{model}` failed ({reasons}); {limit} in a row count as down \
         (`thresholds.provider_failures`). Visitors are answered by the next model or from the documents. Look at the \
         provider's status page, and check key and address with `portavoz doctor`."
    )
}

fn budget(period: &str, until: &str, key: &str, finding: &Finding) -> String {
    let Ground::Money { cap_usd, refused } = finding.ground else { return title(finding.kind, &finding.subject) };
    let spent =
        format!("{} of {} of the {period} are spent (`{key}`)", decimal(finding.value, 4, EN), dollars(cap_usd, EN));
    match (finding.subject.as_str(), refused) {
        ("100", true) => format!(
            "{spent}, and a call was refused because it could have passed the cap. Such calls are not made {until}: answers \
             are quoted from the documents instead. Raise `{key}` if models are to answer before."
        ),
        ("100", false) => format!(
            "{spent}. Answers are quoted from the documents {until}. Raise `{key}` if models are to answer before."
        ),
        _ => format!("{spent}. Nothing needs doing: once all is spent, answers are quoted from the documents {until}."),
    }
}
