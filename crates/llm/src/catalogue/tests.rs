//! Names, prices and overrides.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use portavoz_domain::tariff::LongContext;
use portavoz_domain::usage::Price;

fn price(input: u64, cached_input: u64, cache_write: u64, output: u64) -> Price {
    Price { input, cached_input, cache_write, output }
}

#[test]
fn golden_prices_in_micro_dollars_per_million() {
    let catalogue = Catalogue::embedded();
    for (name, normal, batch) in [
        ("gpt-4o-mini", price(150_000, 75_000, 150_000, 600_000), Some((75_000, 300_000))),
        ("ft:gpt-4o-mini-2024-07-18:maria::abc", price(300_000, 150_000, 300_000, 1_200_000), Some((150_000, 600_000))),
        ("gpt-6-luna", price(100_000, 10_000, 125_000, 500_000), Some((50_000, 250_000))),
        ("gpt-4o", price(2_500_000, 1_250_000, 2_500_000, 10_000_000), Some((1_250_000, 5_000_000))),
        ("gpt-4o-2024-05-13", price(5_000_000, 5_000_000, 5_000_000, 15_000_000), None),
        ("gpt-4", price(30_000_000, 30_000_000, 30_000_000, 60_000_000), None),
        ("gpt-4-turbo", price(10_000_000, 10_000_000, 10_000_000, 30_000_000), None),
        ("gpt-3.5-turbo", price(500_000, 500_000, 500_000, 1_500_000), None),
        ("gpt-4.1", price(2_000_000, 500_000, 2_000_000, 8_000_000), None),
        ("gpt-4.1-mini", price(400_000, 100_000, 400_000, 1_600_000), Some((200_000, 800_000))),
        ("ft:gpt-4.1-mini-2025-04-14:maria::abc", price(800_000, 200_000, 800_000, 3_200_000), None),
        ("gpt-4.1-nano", price(100_000, 25_000, 100_000, 400_000), None),
        ("gpt-5", price(1_250_000, 125_000, 1_250_000, 10_000_000), None),
        ("gpt-5-mini", price(250_000, 25_000, 250_000, 2_000_000), None),
        ("gpt-5-nano", price(50_000, 5_000, 50_000, 400_000), None),
        ("o4-mini", price(1_100_000, 275_000, 1_100_000, 4_400_000), None),
        ("text-embedding-3-small", price(20_000, 20_000, 20_000, 0), Some((10_000, 0))),
        ("text-embedding-3-large", price(130_000, 130_000, 130_000, 0), Some((65_000, 0))),
        ("text-embedding-ada-002", price(100_000, 100_000, 100_000, 0), Some((50_000, 0))),
    ] {
        let card = catalogue.card(name);
        assert_eq!(card.price(), Some(normal), "{name}");
        assert_eq!(card.batch_price.map(|price| (price.input, price.output)), batch, "{name}");
    }
    assert_eq!(catalogue.card("gpt-4o-mini").training.unwrap().price, 3_000_000);
}

#[test]
fn golden_prices_of_tiers() {
    let catalogue = Catalogue::embedded();
    for (name, flex, priority) in [
        ("gpt-4o-mini", None, Some(price(250_000, 125_000, 250_000, 1_000_000))),
        ("gpt-4o", None, Some(price(4_250_000, 2_125_000, 4_250_000, 17_000_000))),
        ("gpt-4o-2024-05-13", None, Some(price(8_750_000, 8_750_000, 8_750_000, 26_250_000))),
        ("gpt-4.1", None, Some(price(3_500_000, 875_000, 3_500_000, 14_000_000))),
        ("gpt-4.1-mini", None, Some(price(700_000, 175_000, 700_000, 2_800_000))),
        ("gpt-4.1-nano", None, Some(price(200_000, 50_000, 200_000, 800_000))),
        (
            "gpt-5",
            Some(price(625_000, 62_500, 625_000, 5_000_000)),
            Some(price(2_500_000, 250_000, 2_500_000, 20_000_000)),
        ),
        (
            "gpt-5-mini",
            Some(price(125_000, 12_500, 125_000, 1_000_000)),
            Some(price(450_000, 45_000, 450_000, 3_600_000)),
        ),
        ("gpt-5-nano", Some(price(25_000, 2_500, 25_000, 200_000)), None),
        ("o4-mini", None, Some(price(2_000_000, 500_000, 2_000_000, 8_000_000))),
        ("gpt-6-luna", Some(price(50_000, 5_000, 62_500, 250_000)), Some(price(200_000, 20_000, 250_000, 1_000_000))),
        ("ft:gpt-4o-mini-2024-07-18:maria::abc", None, None),
        ("gpt-4", None, None),
    ] {
        let tariff = catalogue.card(name).tariff.unwrap();
        assert_eq!((tariff.flex, tariff.priority), (flex, priority), "{name}");
    }
}

#[test]
fn every_listed_model_is_covered_by_the_table_of_prices() {
    let here = include_str!("tests.rs");
    for name in Catalogue::embedded().names() {
        assert!(here.contains(&format!("\"{name}\"")), "`{name}` has no golden price");
    }
}

#[test]
fn every_group_of_figures_names_a_dated_source() {
    let catalogue = Catalogue::embedded();
    for name in catalogue.names() {
        for group in catalogue.card(name).provenance {
            let has_figures = group.figures != "dialect" || catalogue.card(name).kind == ModelKind::Chat;
            if has_figures {
                assert!(group.as_of.is_some() && !group.source.is_empty(), "{name}: {group:?}");
            }
        }
    }
}

#[test]
fn names_resolve_to_families() {
    let catalogue = Catalogue::embedded();
    for (name, family, fine_tuned) in [
        ("gpt-4o-mini", Some("gpt-4o-mini"), false),
        ("GPT-4o-mini", Some("gpt-4o-mini"), false),
        ("gpt-4o-mini-2024-07-18", Some("gpt-4o-mini"), false),
        ("openai/gpt-4o-mini", Some("gpt-4o-mini"), false),
        ("openrouter/openai/gpt-4o-2024-11-20", Some("gpt-4o"), false),
        ("gpt-4o-2024-05-13", Some("gpt-4o-2024-05-13"), false),
        ("gpt-4-0613", Some("gpt-4"), false),
        ("ft:gpt-4o-mini-2024-07-18:acme:maria:9Xy", Some("gpt-4o-mini"), true),
        ("ft:gpt-4o-mini-2024-07-18:acme:maria:9Xy:ckpt-step-90", Some("gpt-4o-mini"), true),
        ("openai/ft:gpt-4o-mini", Some("gpt-4o-mini"), true),
        ("gpt-4o-audio-preview", None, false),
        ("gpt-4o-mini-9999-99-99", None, false),
        ("ft:llama-3:acme", None, false),
        ("llama3.2:3b", None, false),
        ("ñandú", None, false),
        ("", None, false),
    ] {
        let card = catalogue.card(name);
        assert_eq!((card.family.as_deref(), card.fine_tuned), (family, fine_tuned), "{name}");
        assert_eq!(card.name, name);
    }
}

#[test]
fn a_model_that_is_not_listed_works_and_is_unpriced() {
    let card = Catalogue::embedded().card("llama3.2:3b");
    assert_eq!(card.tariff, None);
    assert_eq!(card.dialect, Dialect::default());
    assert_eq!((card.context_window, card.requests_per_minute), (None, None));
}

#[test]
fn a_fine_tune_never_borrows_the_price_of_its_base() {
    let card = Catalogue::embedded().card("ft:gpt-4o-2024-08-06:acme::x");
    assert_eq!((card.family.as_deref(), card.tariff), (Some("gpt-4o"), None));
}

#[test]
fn long_prompts_of_luna_cost_twice_in_and_half_as_much_again_out() {
    let tariff = Catalogue::embedded().card("gpt-6-luna").tariff.unwrap();
    let long = LongContext { above_tokens: 272_000, input_per_mille: 2_000, output_per_mille: 1_500 };
    assert_eq!(tariff.long_context, Some(long));
}

#[test]
fn the_guides_model_has_the_guides_limits_and_its_end() {
    let card = Catalogue::embedded().card("gpt-4o-mini");
    assert_eq!((card.context_window, card.max_output), (Some(128_000), Some(16_384)));
    assert_eq!(card.requests_per_minute, Some(10_000));
    assert_eq!(card.lifecycle.successor.as_deref(), Some("gpt-6-luna"));
    assert!(!card.is_shut_down(parse_date("2027-01-13").unwrap()));
    assert!(card.is_shut_down(parse_date("2027-01-14").unwrap()));
}

#[test]
fn an_override_changes_its_keys_only_and_owns_the_source() {
    let catalogue = Catalogue::embedded()
        .with_overrides(
            "[models.gpt-4o-mini.price]\ninput = 0.2\n[models.\"Qwen3:8b\"]\nlimits.context_window = 32_768\n",
        )
        .unwrap();
    let card = catalogue.card("gpt-4o-mini");
    assert_eq!(card.price(), Some(price(200_000, 75_000, 200_000, 600_000)));
    let sources: Vec<_> = card.provenance.iter().map(|group| (group.figures.as_str(), group.as_of.is_some())).collect();
    assert!(sources.contains(&("price", false)) && sources.contains(&("limits", true)), "{sources:?}");
    assert_eq!(catalogue.card("qwen3:8b").context_window, Some(32_768));
    assert_eq!(catalogue.card("qwen3:8b").tariff, None);
}

#[test]
fn a_bad_override_names_the_model_and_the_key() {
    for (text, model, key, problem) in [
        ("[models.mine.price]\ninput = \"cheap\"\noutput = 1", "mine", "price.input", "number"),
        ("[models.mine.price]\ninput = -1\noutput = 1", "mine", "price.input", "at least 0"),
        ("[models.mine.price]\ninput = 0.00000015\noutput = 1", "mine", "price.input", "six decimals"),
        ("[models.mine.price]\ninput = nan\noutput = 1", "mine", "price.input", "number"),
        ("[models.mine.price]\noutput = 1", "mine", "price.input", "missing"),
        ("[models.gpt-4o-mini.price]\nimput = 1", "gpt-4o-mini", "price.imput", "unknown field"),
        ("[models.gpt-4o-mini]\ncolour = 1", "gpt-4o-mini", "colour", "unknown field"),
        ("[models.gpt-4o-mini.limits]\nmax_output = 0", "gpt-4o-mini", "limits.max_output", "at least 1"),
        ("[models.gpt-4o-mini.lifecycle]\nshutdown = \"soon\"", "gpt-4o-mini", "lifecycle.shutdown", "date"),
        ("[models.gpt-6-luna.long_context]\ninput_times = 0.5", "gpt-6-luna", "long_context.input_times", "at least 1"),
        ("[models.gpt-4o-mini]\nkind = \"oracle\"", "gpt-4o-mini", "kind", "oracle"),
    ] {
        match Catalogue::embedded().with_overrides(text) {
            Err(CatalogueError::Model { model: named, key: at, problem: said }) => {
                assert_eq!((named.as_str(), at.as_str()), (model, key), "{text}: {said}");
                assert!(said.contains(problem), "{text}: {said}");
            }
            other => unreachable!("{text}: {other:?}"),
        }
    }
    assert!(matches!(Catalogue::embedded().with_overrides("[models"), Err(CatalogueError::Syntax(_))));
    assert!(matches!(Catalogue::embedded().with_overrides("[model.x]\n"), Err(CatalogueError::Layout(_))));
}
