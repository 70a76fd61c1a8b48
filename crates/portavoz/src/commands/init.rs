//! `portavoz init`: makes a portfolio that works at once, and says what to do next.
//!
//! Asks little, and nothing that it can find out: a key in the environment or a model server on this machine is used.
//! Files that exist are kept as they are.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use portavoz_domain::inbox::looks_like_email;
use portavoz_text::language::Language;

use super::{Ending, Invocation, wait_for};
use crate::cli::Init;
use crate::config::place::FILE_NAME;
use crate::failure::Failure;

mod files;
mod probe;

use files::Answers;

/// Makes the portfolio.
pub fn run(invocation: &Invocation, args: Init) -> anyhow::Result<Ending> {
    let folder = args.dir.clone().or_else(|| invocation.common.site.clone()).unwrap_or_else(|| PathBuf::from("."));
    let answers = answers(invocation, args)?;
    let source = wait_for(async { Ok(probe::find(&invocation.environment).await) })?;
    let knowledge = folder.join("knowledge");
    std::fs::create_dir_all(&knowledge).with_context(|| cannot_write(&knowledge))?;

    let output = &invocation.output;
    let starter = format!("{}.md", files::starter_name(answers.language));
    for (path, content) in [
        (folder.join(FILE_NAME), files::configuration(&answers, &source)),
        (knowledge.join(starter), files::starter(&answers)),
    ] {
        let made = write_new(&path, &content).with_context(|| cannot_write(&path))?;
        output.remark(format_args!("{} `{}`", if made { "made" } else { "kept" }, path.display()));
    }
    output.remark(files::describe(&source));
    output.line(next_steps(&folder))?;
    Ok(Ending::Fine)
}

/// What to ask, from flags first, then from the user if there is one.
fn answers(invocation: &Invocation, args: Init) -> anyhow::Result<Answers> {
    let output = &invocation.output;
    let asks = !args.yes && output.can_ask();
    let ask = |given: Option<String>, question: &str, default: &str| -> std::io::Result<String> {
        match given {
            Some(given) => Ok(given.trim().to_owned()),
            None if asks => output.question(question, default),
            None => Ok(default.to_owned()),
        }
    };
    let name = ask(args.name, "Your name", "")?;
    let email = ask(args.email, "E-mail address visitors may be given (empty for none)", "")?;
    if !email.is_empty() && !looks_like_email(&email) {
        return Err(Failure::user(format!("`{email}` is not an e-mail address"))
            .hint("write it as `name@example.com`, or leave it out and set `owner.email` later")
            .into());
    }
    let by_default = system_language(invocation).unwrap_or(Language::En);
    let tag = ask(args.language, "Language of the site: es, en, pt, fr, de, it or ca", by_default.code())?;
    let language: Language =
        tag.parse().map_err(|error| Failure::user(format!("{error}")).hint("choose one of the seven"))?;
    Ok(Answers { name, email, language })
}

/// The language this machine is set to, if we speak it.
fn system_language(invocation: &Invocation) -> Option<Language> {
    ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| invocation.environment.get(name)).and_then(Language::parse)
}

/// Writes a file unless it exists; true if it was written.
fn write_new(path: &Path, content: &str) -> std::io::Result<bool> {
    match std::fs::File::create_new(path) {
        Ok(mut file) => file.write_all(content.as_bytes()).map(|()| true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

fn cannot_write(path: &Path) -> Failure {
    Failure::user(format!("cannot write `{}`", path.display())).hint("name a folder that can be written")
}

fn next_steps(folder: &Path) -> String {
    let here = folder == Path::new(".");
    let argument = if here { String::new() } else { format!(" {}", folder.display()) };
    format!(
        "Next: put your documents (CV, project pages, FAQ) into `{}`, then run\n  portavoz serve{argument}",
        folder.join("knowledge").display()
    )
}
