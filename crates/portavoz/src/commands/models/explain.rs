//! `portavoz models explain`: every figure of a model, and where it comes from.

use portavoz_app::models::sheet::{ModelSheet, Prices, TYPICAL};
use portavoz_llm::catalogue::price_template;

use crate::commands::Ending;
use crate::config::Settings;
use crate::models;
use crate::output::{Output, bold, dim};

/// Prints the sheet of a model; any name has one, if only to say that nothing is known.
pub fn run(settings: &Settings, name: &str, json: bool, output: &Output) -> anyhow::Result<Ending> {
    let sheet = ModelSheet::of(&models::catalogue(settings)?.card(name));
    if json {
        output.json(&sheet)?;
    } else {
        output.line(rendered(&sheet))?;
    }
    Ok(Ending::Fine)
}

fn rendered(sheet: &ModelSheet) -> String {
    let what = match (&sheet.family, sheet.fine_tuned) {
        (None, _) => "not in the catalogue: works, and is shown as unpriced".to_owned(),
        (Some(family), true) => format!("a fine-tune of {family}"),
        (Some(family), false) if *family == sheet.name => format!("a {} model", sheet.kind),
        (Some(family), false) => format!("a {} model, known as {family}", sheet.kind),
    };
    let mut lines = vec![format!("{}: {what}", bold().apply_to(&sheet.name))];
    // Most figures share a source, so that sources stand below, with the numbers that the figures carry.
    let mut sources: Vec<String> = Vec::new();
    let mut say = |figures: &str, name: &str, value: Option<String>| {
        let Some(value) = value else { return };
        let source = sheet.sources.iter().find(|source| source.figures == figures).map(|source| {
            let text = format!("{} ({})", source.source, source.as_of.as_deref().unwrap_or("no date"));
            let known = sources.iter().position(|known| *known == text).unwrap_or_else(|| {
                sources.push(text);
                sources.len() - 1
            });
            format!("  {}", dim().apply_to(format!("[{}]", known + 1)))
        });
        lines.push(format!("  {name:<22} {value}{}", source.unwrap_or_default()));
    };
    say("price", "price", sheet.price.as_ref().map(priced).or_else(|| Some("unknown, which is not free".to_owned())));
    say("tiers", "tier flex", sheet.flex.as_ref().map(priced));
    say("tiers", "tier priority (fast)", sheet.priority.as_ref().map(priced));
    say("batch_price", "batches", sheet.batch.as_ref().map(priced));
    say(
        "long_context",
        "long prompts",
        sheet.long_prompts.map(|long| {
            format!(
                "above {} tokens: {} times in, {} times out",
                long.above_tokens, long.input_times, long.output_times
            )
        }),
    );
    say("training", "training", sheet.training.map(|usd| format!("${usd} per million tokens and epoch")));
    say("training", "training closes", sheet.training_closes.clone());
    say(
        "price",
        "a typical answer",
        sheet
            .typical_answer
            .map(|usd| format!("${usd:.6} ({} tokens in, {} out)", TYPICAL.prompt_tokens, TYPICAL.completion_tokens)),
    );
    let tokens = |tokens: Option<u32>| tokens.map(|tokens| format!("{tokens} tokens"));
    say("limits", "context window", tokens(sheet.context_window));
    say("limits", "longest prompt", tokens(sheet.max_input));
    say("limits", "longest answer", tokens(sheet.max_output));
    say("limits", "vector", sheet.dimensions.map(|numbers| format!("{numbers} numbers")));
    say("limits", "rate", sheet.requests_per_minute.map(|rate| format!("{rate} requests a minute at most")));
    say(
        "dialect",
        "asked with",
        sheet.dialect.as_ref().map(|dialect| {
            let sampling = if dialect.sampling { "temperature, top_p" } else { "no temperature, no top_p" };
            let effort = dialect.reasoning_effort.as_ref().map(|effort| format!(", reasoning_effort {effort}"));
            format!(
                "{}, {sampling}{}, {} prompt cache",
                dialect.token_limit,
                effort.unwrap_or_default(),
                dialect.prompt_cache
            )
        }),
    );
    say("lifecycle", "deprecated", sheet.deprecated.clone());
    say("lifecycle", "switched off on", sheet.shutdown.clone());
    say("lifecycle", "successor", sheet.successor.clone());
    for (number, source) in sources.iter().enumerate() {
        lines.push(dim().apply_to(format!("  [{}] {source}", number + 1)).to_string());
    }
    if sheet.price.is_none() {
        lines.push("give it a price, in dollars per million tokens, in the file of `models.overrides`:".to_owned());
        lines.push(price_template(&sheet.name));
    }
    lines.join("\n")
}

fn priced(prices: &Prices) -> String {
    let Prices { input, cached_input, cache_write, output } = prices;
    let mut text = format!("${input} in");
    for (name, price) in [("cached", cached_input), ("cache writes", cache_write)] {
        if price != input {
            text.push_str(&format!(", ${price} {name}"));
        }
    }
    if *output > 0.0 {
        text.push_str(&format!(", ${output} out"));
    }
    text
}
