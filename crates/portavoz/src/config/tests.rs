//! The configuration as owners meet it: mistakes found in one go, sources over each other, committed files up to date.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use std::path::{Path, PathBuf};

use super::load::{FileText, FlagValue};
use super::*;

/// A folder with an empty knowledge folder.
fn site() -> (tempfile::TempDir, Place) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("knowledge")).unwrap();
    let place = Place::in_folder(folder.path(), None, None);
    (folder, place)
}

fn load_text(text: &str, environment: &Environment, flags: &[FlagValue]) -> Result<Loaded, Problems> {
    let (_folder, place) = site();
    let file = FileText { path: "portavoz.toml", text };
    resolve(load::read(Some(file), environment, flags), &place, environment)
}

fn right(text: &str, environment: &Environment) -> Loaded {
    load_text(text, environment, &[]).unwrap()
}

fn problems(text: &str, environment: &Environment) -> Vec<String> {
    load_text(text, environment, &[]).unwrap_err().0.iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_written_is_the_guide() {
    let loaded = right("", &Environment::default());
    let settings = loaded.settings;
    assert_eq!(settings.model.names(), ["gpt-4o-mini"]);
    assert_eq!((settings.model.temperature, settings.model.max_tokens, settings.model.top_p), (0.7, 1000, 0.9));
    assert_eq!((settings.retrieval.max_results, settings.retrieval.threshold), (4, 0.75));
    assert_eq!((settings.context.max_tokens, settings.context.hard_max_tokens), (2500, 3000));
    assert!(!settings.provider.is_usable(), "OpenAI without a key");
    assert!(matches!(settings.embedder, EmbedderSettings::None));
    assert!(!settings.server.listen_was_asked_for);
}

#[test]
fn the_sections_are_those_of_the_tree_and_every_key_is_documented() {
    let listed: Vec<&str> = Config::sections().iter().map(|(section, _)| *section).collect();
    assert_eq!(listed, keys::field_names::<Config>());
    for key in keys::all() {
        assert!(!key.doc.is_empty(), "`{}` has no documentation", key.path());
        assert!(key.default.is_some() || key.example.is_some(), "`{}` has nothing to show", key.path());
    }
}

#[test]
fn a_flag_wins_over_a_variable_wins_over_the_file() {
    let file = "[retrieval]\nmax_results = 1\n[server]\nlisten = \"127.0.0.1:1\"";
    let environment = Environment::from([("PORTAVOZ_RETRIEVAL__MAX_RESULTS", "2"), ("PORTAVOZ_SERVER__LISTEN", ":2")]);
    let value = toml::Value::String("127.0.0.1:3".to_owned());
    let flags = [FlagValue { flag: "--listen", key: "server.listen", value }];
    let loaded = load_text(file, &environment, &flags).unwrap();
    assert_eq!(loaded.settings.retrieval.max_results, 2);
    assert_eq!(loaded.settings.server.listen.port(), 3);
    assert_eq!(loaded.origins["server.listen"], Origin::Flag("--listen"));
    assert_eq!(right(file, &Environment::default()).settings.retrieval.max_results, 1);
}

#[test]
fn a_variable_is_read_as_what_its_key_takes() {
    let loaded = right(
        "",
        &Environment::from([
            ("PORTAVOZ_OWNER__NAME", "123"),
            ("PORTAVOZ_OWNER__LINKS", "https://a.example, https://b.example"),
            ("PORTAVOZ_SITE__SUGGESTIONS", "[\"one, two\", \"three\"]"),
            ("PORTAVOZ_RATE__ENABLED", "false"),
            ("PORTAVOZ_RETRIEVAL__THRESHOLD", "1"),
            ("PORTAVOZ_SERVER__ALLOWED_ORIGINS", "https://a.example/"),
        ]),
    );
    assert_eq!(loaded.settings.owner.name.as_deref(), Some("123"));
    assert_eq!(loaded.settings.owner.links, ["https://a.example", "https://b.example"]);
    assert_eq!(loaded.settings.site.suggestions, ["one, two", "three"]);
    assert!(!loaded.settings.rate.enabled);
    assert_eq!(loaded.settings.retrieval.threshold, 1.0);
    assert_eq!(loaded.settings.server.allowed_origins, ["https://a.example"]);
}

#[test]
fn openai_variables_are_honoured_unless_the_configuration_says_otherwise() {
    let environment =
        Environment::from([("OPENAI_API_KEY", "from-env"), ("OPENAI_BASE_URL", "http://localhost:1/v1/")]);
    let provider = right("", &environment).settings.provider;
    assert_eq!(provider.base_url, "http://localhost:1/v1");
    assert!(provider.api_key.is_some());

    let written = "[provider]\nbase_url = \"http://localhost:2/v1\"\napi_key = \"from-file\"";
    let provider = right(written, &environment).settings.provider;
    assert_eq!(provider.base_url, "http://localhost:2/v1");
    assert_eq!(secrecy::ExposeSecret::expose_secret(&provider.api_key.unwrap()), "from-file");
}

#[test]
fn embeddings_need_a_key_for_openai_and_never_send_it_elsewhere() {
    let with_key = Environment::from([("OPENAI_API_KEY", "secret")]);
    assert!(matches!(right("", &with_key).settings.embedder, EmbedderSettings::Openai { api_key: Some(_), .. }));
    let elsewhere = "[embeddings]\nkind = \"openai\"\nbase_url = \"http://localhost:9/v1\"";
    assert!(matches!(right(elsewhere, &with_key).settings.embedder, EmbedderSettings::Openai { api_key: None, .. }));
    let none = "[embeddings]\nkind = \"none\"";
    assert!(matches!(right(none, &with_key).settings.embedder, EmbedderSettings::None));
}

#[test]
fn every_mistake_is_reported_at_once_with_its_place_and_what_is_allowed() {
    let file = "\
[retrival]
threshold = 0.5

[retrieval]
max_result = 3
threshold = 1.5

[context]
max_tokens = 2000
hard_max_tokens = 1000

[embeddings]
kind = \"magic\"

[server]
trusted_proxies = [\"10.0.0.0/40\"]
allowed_origins = [\"https://a.example/page\"]

[site]
language = \"xx\"
";
    let environment = Environment::from([("PORTAVOZ_MODEL__MAX_TOKENS", "many")]);
    insta::assert_snapshot!(problems(file, &environment).join("\n"), @r#"
    portavoz.toml:1: unknown section `retrival`; did you mean `[retrieval]`?
    portavoz.toml:5: unknown key `retrieval.max_result`; did you mean `retrieval.max_results`?
    portavoz.toml:6: `retrieval.threshold` is 1.5 (allowed: a number from 0 to 1)
    portavoz.toml:10: `context.hard_max_tokens`: 1000 is less than `context.max_tokens`, 2000 (allowed: at least `context.max_tokens`)
    portavoz.toml:13: `embeddings.kind` is "magic" (allowed: "auto", "none", "openai", "local")
    portavoz.toml:16: `server.trusted_proxies`: `10.0.0.0/40` is not an address or network (allowed: entries such as `10.0.0.1` or `10.0.0.0/8`)
    portavoz.toml:17: `server.allowed_origins`: `https://a.example/page` is not an origin (allowed: scheme and host, such as `https://maria.example.com`, without a path)
    portavoz.toml:20: `site.language`: `xx` is not a language portavoz speaks (allowed: es, en, pt, fr, de, it or ca)
    PORTAVOZ_MODEL__MAX_TOKENS: `model.max_tokens` is "many" (allowed: a whole number from 1 to 128000)
    "#);
}

#[test]
fn a_file_that_is_not_toml_is_named_with_its_line() {
    let problems = problems("[site]\nname = \"a\"\ntitle = oops\n", &Environment::default());
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("portavoz.toml:3: "), "{problems:?}");
}

#[test]
fn a_variable_that_is_no_key_is_a_warning_with_a_suggestion() {
    let environment = Environment::from([("PORTAVOZ_RETRIEVAL__TRESHOLD", "1"), ("PORTAVOZ_ADMIN_TOKEN", "token")]);
    let warnings: Vec<String> = right("", &environment).warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("did you mean `PORTAVOZ_RETRIEVAL__THRESHOLD`?"), "{warnings:?}");
}

#[test]
fn secrets_never_show() {
    let (folder, place) = site();
    std::fs::write(folder.path().join("key"), "s3cret-file\n").unwrap();
    let text = "[provider]\napi_key_file = \"key\"\n[embeddings]\napi_key = \"s3cret-inline\"\n\
                [storage]\nurl = \"postgres://me:s3cret-password@db/portavoz\"";
    let environment = Environment::from([("PORTAVOZ_ADMIN_TOKEN", "s3cret-token")]);
    let file = FileText { path: "portavoz.toml", text };
    let loaded = resolve(load::read(Some(file), &environment, &[]), &place, &environment).unwrap();
    assert!(loaded.settings.provider.api_key.is_some());
    assert_eq!(loaded.settings.storage.describe(), "PostgreSQL, db/portavoz");
    let shown = format!("{loaded:?} {}", toml::to_string(&loaded.config).unwrap());
    assert!(!shown.contains("s3cret"), "{shown}");

    let wrong = "[provider]\napi_key = 12345\n[storage]\nurl = \"mysql://me:s3cret@db\"";
    let shown = problems(wrong, &Environment::default()).join("\n");
    assert!(!shown.contains("12345") && !shown.contains("s3cret"), "{shown}");
}

#[test]
fn a_colour_or_picture_that_cannot_be_shown_is_refused_with_what_may_be() {
    for (text, what) in [
        ("colour = \"teal\"", "`teal` is not a colour"),
        ("colour = \"#12345\"", "`#12345` is not a colour"),
        ("logo = \"none.svg\"", "none.svg"),
        ("logo = \"huge.png\"", "has 300 kB"),
        ("logo = \"moving.gif\"", "is not a picture of these kinds"),
        ("logo = \"empty.svg\"", "is not a picture of these kinds"),
        ("logo = \"knowledge\"", "cannot read"),
    ] {
        let problems = with_pictures(text).unwrap_err();
        let [problem] = problems.0.as_slice() else { panic!("{text}: {problems:?}") };
        let problem = problem.to_string();
        let key = text.split_once(' ').unwrap().0;
        assert!(problem.contains(&format!("site.{key}")) && problem.contains(what), "{text}: {problem}");
        assert!(problem.contains("#0f6b63") || problem.contains("at most 300 kB"), "{text}: {problem}");
    }
    let both = with_pictures("colour = \"#A01060\"\nlogo = \"mark.png\"").unwrap().settings.site.face;
    assert_eq!(both.colour.unwrap().to_string(), "#a01060");
    assert_eq!(both.logo.unwrap().content_type, "image/png");
    let none = with_pictures("colour = \"\"\nlogo = \"\"").unwrap().settings.site.face;
    assert!(none.colour.is_none() && none.logo.is_none(), "an empty key is none");
}

/// The section `[site]` in a folder with pictures, right ones and others.
fn with_pictures(section: &str) -> Result<Loaded, Problems> {
    let (folder, place) = site();
    let png = b"\x89PNG\r\n\x1a\n".as_slice();
    let huge = [png, &[0; 300_000]].concat();
    for (name, bytes) in [("mark.png", png), ("huge.png", &huge), ("moving.gif", b"GIF89a"), ("empty.svg", b"")] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let text = format!("[site]\n{section}");
    let file = FileText { path: "portavoz.toml", text: &text };
    resolve(load::read(Some(file), &Environment::default(), &[]), &place, &Environment::default())
}

#[test]
fn networks_are_read_strictly() {
    for (text, is_network) in [
        ("10.0.0.1", true),
        ("10.0.0.0/8", true),
        ("::1", true),
        ("fd00::/8", true),
        ("10.0.0.0/33", false),
        ("10.0.0/8", false),
        ("proxy", false),
        ("", false),
    ] {
        assert_eq!(server::parse_network(text).is_some(), is_network, "{text}");
    }
}

#[test]
fn the_example_file_is_a_right_configuration_even_when_uncommented() {
    // Sample values of optional keys stand for things that exist only on the owner's machine, so types are checked alone.
    let uncommented: String = example::example()
        .lines()
        .filter_map(|line| match line.strip_prefix("# ") {
            Some(rest)
                if rest
                    .split_once(" = ")
                    .is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_')) =>
            {
                Some(rest)
            }
            Some(_) => None,
            None => (!line.starts_with('#')).then_some(line),
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let written = load::read(Some(FileText { path: "example", text: &uncommented }), &Environment::default(), &[]);
    assert!(written.problems.is_empty(), "{:?}", written.problems);
    assert_eq!(written.origins.len(), keys::all().len(), "every key is in the example");
    assert!(right(&example::example(), &Environment::default()).origins.is_empty());
}

#[test]
fn the_committed_files_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (path, content, command) in [
        ("portavoz.example.toml", example::example(), "config example > portavoz.example.toml"),
        ("docs/config.schema.json", example::schema(), "config schema > docs/config.schema.json"),
    ] {
        let path: PathBuf = root.join(path);
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == content, "{} is out of date: run `cargo run -- {command}`", path.display());
    }
}
