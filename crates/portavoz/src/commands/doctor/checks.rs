//! The lines of the checklist about configuration and models. Each looks for itself, changes nothing, and never stops
//! the others.

use std::time::Duration;

use portavoz_app::checklist::Line;
use portavoz_llm::catalogue::{Card, Catalogue, Sampling};
use portavoz_llm::openai::{Timeouts, http_client, list_models};
use portavoz_llm::tokens::tokenizer_for;
use portavoz_text::language::Language;
use time::Date;

use crate::assemble;
use crate::config::keys;
use crate::config::place::shown;
use crate::config::verify::Mode;
use crate::config::{Loaded, Settings};
use crate::models;
use crate::output::counted;

/// Warn this long before a model is switched off. Unit: days.
const SHUTDOWN_WARNING_DAYS: i64 = 90;
/// Longest wait for the provider's list of models.
const PROVIDER_PATIENCE: Duration = Duration::from_secs(5);

/// Is the configuration right, and where is it documented?
pub fn configuration(loaded: &Loaded) -> Line {
    let file = loaded.settings.place.file.as_deref().map_or_else(|| "no file".to_owned(), shown);
    let finding =
        format!("{file}, {} set; `portavoz config example` documents every key", counted(loaded.origins.len(), "key"));
    match loaded.warnings.first() {
        None => Line::fine("configuration", finding),
        Some(warning) => {
            Line::warning("configuration", format!("{finding}; {warning}"), "correct or remove the variable")
        }
    }
}

/// Is a model set, does it answer to its name, and for how long still?
pub async fn model(settings: &Settings, catalogue: &Catalogue, today: Option<Date>) -> Line {
    const CHECK: &str = "model";
    let names = settings.model.names();
    let Some(name) = names.first() else {
        return Line::fine(CHECK, "none: answers are quoted from the documents, at no cost");
    };
    if !settings.provider.is_usable() {
        return Line::warning(
            CHECK,
            format!("{name}, but there is no key for OpenAI: answers are quoted from the documents"),
            "set `OPENAI_API_KEY`, or `model.name = \"none\"` if that is what you want",
        );
    }
    let card = catalogue.card(name);
    let price = describe_price(&card);
    let listed = match listed(settings).await {
        Ok(listed) => listed,
        Err(error) => {
            return Line::broken(
                CHECK,
                format!("{name}: {} does not answer as it should: {error}", settings.provider.base_url),
                "check `provider.base_url` and the key; until then answers are quoted from the documents",
            );
        }
    };
    if let Some(line) = shutdown(CHECK, "model.name", &card, &price, today) {
        return line;
    }
    if !listed.is_empty() && !listed.iter().any(|listed| listed == name) {
        return Line::warning(
            CHECK,
            format!("{name} is not among the {} models of {}", listed.len(), settings.provider.base_url),
            format!("set `model.name` to one of them, such as `{}`", listed.first().map_or("", String::as_str)),
        );
    }
    if card.tariff.is_none() {
        return Line::warning(
            CHECK,
            format!("{name} has no known price, so its cost cannot be shown"),
            "add it to a file that `models.overrides` names; a local model may have the price 0",
        );
    }
    Line::fine(CHECK, format!("{name} at {}, {price}", settings.provider.base_url))
}

/// The day the model ends, if that is near or past.
fn shutdown(check: &'static str, key: &str, card: &Card, price: &str, today: Option<Date>) -> Option<Line> {
    let (today, shutdown) = (today?, card.lifecycle.shutdown?);
    let days = (shutdown - today).whole_days();
    let mend = match &card.lifecycle.successor {
        Some(successor) => format!("try `{key} = \"{successor}\"`, its successor"),
        None => "choose another model".to_owned(),
    };
    if days <= 0 {
        return Some(Line::broken(check, format!("{} was switched off on {shutdown}", card.name), mend));
    }
    let finding = format!("{}, {price}; it is switched off on {shutdown}, in {days} days", card.name);
    (days <= SHUTDOWN_WARNING_DAYS).then(|| Line::warning(check, finding, mend))
}

/// The models that the provider says it has.
async fn listed(settings: &Settings) -> Result<Vec<String>, String> {
    let http = http_client(&models::timeouts(&settings.provider)).map_err(|error| error.to_string())?;
    let provider = &settings.provider;
    let connection = models::connection(&http, &provider.base_url, provider.api_key.as_ref());
    let patience = Timeouts { first_token: PROVIDER_PATIENCE, ..models::timeouts(provider) };
    let models = list_models(connection, &patience).await.map_err(|error| error.to_string())?;
    Ok(models.into_iter().map(|model| model.id).collect())
}

fn describe_price(card: &Card) -> String {
    let dollars = |micros: u64| micros as f64 / 1e6;
    match card.price() {
        Some(price) => {
            format!("${:.2} in, ${:.2} out per million tokens", dollars(price.input), dollars(price.output))
        }
        None => "price unknown".to_owned(),
    }
}

/// Which generation parameters are sent, and does the model take them?
pub fn parameters(settings: &Settings, catalogue: &Catalogue) -> Line {
    const CHECK: &str = "generation parameters";
    let model = &settings.model;
    let Some(card) = models::cards(settings, catalogue).into_iter().next() else {
        return Line::fine(CHECK, "not used without a model");
    };
    let mut finding =
        format!("temperature {}, top_p {}, at most {} tokens", model.temperature, model.top_p, model.max_tokens);
    if card.dialect.sampling == Sampling::Never {
        finding.push_str(&format!("; {} takes no temperature and no top_p, so neither is sent", card.name));
    }
    match card.max_output {
        Some(limit) if model.max_tokens > limit => Line::broken(
            CHECK,
            format!("{finding}; {} writes at most {limit}", card.name),
            format!("set `model.max_tokens` to at most {limit}"),
        ),
        _ => Line::fine(CHECK, finding),
    }
}

/// Do the templates work, and how long is the static part of the prompt?
pub fn prompt(settings: &Settings, catalogue: &Catalogue) -> Line {
    const CHECK: &str = "prompt";
    let counter = tokenizer_for(&counting_card(settings, catalogue));
    let system = assemble::prompts(settings).and_then(|prompts| Ok(prompts.system(site_language(settings))?));
    match system {
        Ok(system) => {
            let own = settings.prompt_folder.as_deref().map_or_else(
                || "built-in templates".to_owned(),
                |folder| format!("templates of `{}` over the built-in ones", shown(folder)),
            );
            let finding = format!("{own}, system message of {} tokens", counter.count(&system));
            if settings.owner.name.is_some() {
                Line::fine(CHECK, finding)
            } else {
                Line::warning(CHECK, format!("{finding}; it does not know the owner's name"), "set `owner.name`")
            }
        }
        Err(error) => Line::broken(CHECK, format!("{error:#}"), "mend the template, or remove it from `prompt.folder`"),
    }
}

/// Does everything together fit into the model?
pub fn limits(settings: &Settings, catalogue: &Catalogue) -> Line {
    const CHECK: &str = "token limits";
    let context = &settings.context;
    let history = settings.conversation.max_tokens;
    let finding = format!(
        "passages {} (never above {}), conversation {history}, answer {}",
        context.max_tokens, context.hard_max_tokens, settings.model.max_tokens
    );
    let Some(card) = models::cards(settings, catalogue).into_iter().next() else {
        return Line::fine(CHECK, finding);
    };
    // The question is bounded in characters, and a character is at most a few tokens; one is the usual upper end.
    let question = u32::try_from(settings.server.max_message_chars).unwrap_or(u32::MAX);
    let all = context
        .hard_max_tokens
        .saturating_add(history)
        .saturating_add(settings.model.max_tokens)
        .saturating_add(question);
    match card.context_window {
        Some(window) if all > window => Line::broken(
            CHECK,
            format!("{finding}: with the question {all} together, but {} reads {window}", card.name),
            "lower `context.hard_max_tokens` or `conversation.max_tokens`",
        ),
        Some(window) => Line::fine(CHECK, format!("{finding}; {} reads {window}", card.name)),
        None => Line::fine(CHECK, format!("{finding}; how much {} reads is not known", card.name)),
    }
}

/// Are the models that stand in still there?
pub fn fallback_models(settings: &Settings, catalogue: &Catalogue, today: Option<Date>) -> Vec<Line> {
    const CHECK: &str = "fallback models";
    let gone = models::cards(settings, catalogue).into_iter().skip(1);
    let gone = gone.filter(|card| today.is_some_and(|today| card.is_shut_down(today)));
    gone.map(|card| {
        let mend = "remove it from `model.fallbacks`";
        Line::warning(CHECK, format!("{} is switched off", card.name), mend)
    })
    .collect()
}

/// Is every key of the configuration explained, also the one that no longer does anything?
pub fn documentation(loaded: &Loaded) -> Line {
    let keys = keys::all();
    let explained = keys.iter().filter(|key| !key.doc.is_empty()).count();
    let finding = format!(
        "{} of {} keys set, all of them in the schema; {explained} of {} explained by `portavoz config example`. The \
         guide's `prompt_loss_weight` is no key: no API takes it any more, and the `weight` of single messages of a \
         training file stands in its place",
        loaded.origins.len(),
        keys.len(),
        keys.len()
    );
    Line::fine("documentation", finding)
}

/// Are a model's answers checked, and by whom?
pub fn verification(settings: &Settings, catalogue: &Catalogue, today: Option<Date>) -> Line {
    const CHECK: &str = "verification";
    let mode = match settings.verify.mode {
        Mode::Strict => "strict: sentences with facts that the documents do not say are withheld",
        Mode::Annotate => "annotate: sentences that the documents do not say are marked",
        Mode::Off => {
            let finding = "off: what a model says reaches visitors unchecked";
            return Line::warning(CHECK, finding, "set `verify.mode = \"strict\"`, or `annotate` to mark instead");
        }
    };
    let Some(name) = settings.verify.judge() else { return Line::fine(CHECK, format!("{mode}; no judge")) };
    let Some(card) = models::judge_card(settings, catalogue) else {
        let finding = format!("{mode}; the judge {name} cannot be asked: there is no key for OpenAI");
        return Line::warning(CHECK, finding, "set `OPENAI_API_KEY`, or remove `verify.judge`");
    };
    let price = describe_price(&card);
    shutdown(CHECK, "verify.judge", &card, &price, today)
        .unwrap_or_else(|| Line::fine(CHECK, format!("{mode}; the judge is {name}, {price}")))
}

fn counting_card(settings: &Settings, catalogue: &Catalogue) -> Card {
    models::cards(settings, catalogue).into_iter().next().unwrap_or_else(|| catalogue.card(&settings.model.name))
}

fn site_language(settings: &Settings) -> Language {
    settings.site.language.unwrap_or(Language::En)
}
