//! Help, `init`, `config` and `completions`.

use crate::program::World;

#[test]
fn help_is_as_agreed() {
    let world = World::new();
    let mut pages = String::new();
    let commands = [
        "",
        "init",
        "ingest",
        "search",
        "ask",
        "verify",
        "facts",
        "serve",
        "messages",
        "alerts",
        "alerts list",
        "alerts test",
        "stats",
        "doctor",
        "config",
        "config show",
        "completions",
    ];
    for command in commands {
        let arguments: Vec<&str> = command.split_whitespace().chain(["-h"]).collect();
        let page = world.run_with(&arguments, &[("COLUMNS", "100")]).fine().stdout;
        pages.push_str(&format!("$ portavoz {}\n{page}\n", arguments.join(" ")));
    }
    insta::assert_snapshot!("help", pages);
}

#[test]
fn init_makes_a_portfolio_that_is_right_and_never_overwrites_it() {
    let world = World::new();
    let arguments = ["init", "maria", "--yes", "--name", "María \"X\"", "--email", "m@e.example", "--language", "es"];
    let first = world.run(&arguments).fine();
    assert!(first.stdout.contains("portavoz serve maria"), "{}", first.stdout);
    world.run(&["config", "check", "--site", "maria"]).fine();
    let configuration = world.read("maria/portavoz.toml");
    assert!(configuration.contains("language = \"es\""), "{configuration}");
    assert!(world.read("maria/knowledge/sobre-mi.md").contains("m@e.example"));

    world.write("maria/portavoz.toml", "# mine\n");
    let second = world.run(&arguments).fine();
    assert!(second.stderr.contains("kept `maria/portavoz.toml`"), "{}", second.stderr);
    assert_eq!(world.read("maria/portavoz.toml"), "# mine\n");
}

#[test]
fn init_uses_a_key_it_finds_and_does_not_write_it_down() {
    let world = World::new();
    world.run_with(&["init", "--yes"], &[("OPENAI_API_KEY", "sk-s3cret")]).fine();
    let configuration = world.read("portavoz.toml");
    assert!(configuration.contains("name = \"gpt-4o-mini\""), "{configuration}");
    assert!(!configuration.contains("s3cret"));
}

#[test]
fn init_refuses_what_cannot_be_right() {
    let world = World::new();
    for (arguments, complaint) in [
        (["init", "--yes", "--email", "nobody"], "`nobody` is not an e-mail address"),
        (["init", "--yes", "--language", "xx"], "language `xx` is not one of"),
    ] {
        let run = world.run(&arguments);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(complaint) && run.stderr.contains("hint: "), "{}", run.stderr);
        assert!(!world.path().join("portavoz.toml").exists(), "nothing was made");
    }
}

#[test]
fn a_wrong_configuration_is_explained_whole_and_exits_with_3() {
    let world = World::new();
    world.write("knowledge/a.md", "# A\n\nText.\n");
    world.write("portavoz.toml", "[retrieval]\nthreshold = 2\nmax_result = 1\n[prompt]\nfolder = \"nowhere\"\n");
    let run = world.run(&["config", "check"]);
    assert_eq!(run.code, 3);
    insta::assert_snapshot!(run.stderr, @r"
    error: the configuration has 3 problems
      portavoz.toml:2: `retrieval.threshold` is 2 (allowed: a number from 0 to 1)
      portavoz.toml:3: unknown key `retrieval.max_result`; did you mean `retrieval.max_results`?
      portavoz.toml:5: `prompt.folder`: there is no folder `nowhere` (allowed: a folder with prompt templates)
    hint: `portavoz config example` prints every key with its documentation and default
    ");
    for command in [&["ingest"][..], &["ask", "hola"], &["search", "x"], &["serve"]] {
        assert_eq!(world.run(command).code, 3, "{command:?}");
    }
}

#[test]
fn a_variable_wins_over_the_file_and_show_says_so() {
    let world = World::new();
    world.write("knowledge/a.md", "# A\n\nText.\n");
    world.write("portavoz.toml", "[retrieval]\nthreshold = 0.5\n[provider]\napi_key = \"sk-s3cret\"\n");
    let variables = [("PORTAVOZ_RETRIEVAL__THRESHOLD", "0.6"), ("PORTAVOZ_RETRIEVAL__TYPO", "1")];
    let shown = world.run_with(&["config", "show", "--json"], &variables).fine();
    let json = shown.json();
    assert_eq!(json["retrieval.threshold"]["value"], 0.6);
    assert_eq!(json["retrieval.threshold"]["from"], "PORTAVOZ_RETRIEVAL__THRESHOLD");
    assert_eq!(json["retrieval.max_results"]["from"], "default");
    assert_eq!(json["provider.api_key"]["value"], "[redacted]");
    assert!(!shown.stdout.contains("s3cret"));

    let checked = world.run_with(&["config", "check"], &variables).fine();
    assert!(checked.stderr.contains("warning: PORTAVOZ_RETRIEVAL__TYPO"), "{}", checked.stderr);
}

#[test]
fn what_is_not_there_is_a_wrong_use_with_a_hint() {
    let world = World::new();
    world.write("empty/file.txt", "x");
    for arguments in [
        &["serve", "nowhere"][..],
        &["ingest", "empty"],
        &["config", "check", "--config", "none.toml"],
        &["frobnicate"],
    ] {
        let run = world.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}\n{}", run.stderr);
    }
    let run = world.run(&["serve", "nowhere"]);
    assert!(run.stderr.contains("hint: `portavoz init nowhere`"), "{}", run.stderr);
}

#[test]
fn completions_know_the_commands() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = world.run(&["completions", shell]).fine().stdout;
        assert!(script.contains("ingest") && script.contains("listen"), "{shell}");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let world = World::new();
    let mut child = world
        .command(&["config", "schema"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(0), String::new()));
}
