//! `portavoz cases make`: from facts, by a model, or from what visitors asked; into a file that the owner reads next.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use portavoz_app::cases::Made;
use portavoz_app::cases::facts::from_facts;
use portavoz_app::cases::model::{ModelCasesError, from_model, plan};
use portavoz_app::cases::turns::{Which, from_turns};
use portavoz_app::site::Site;
use portavoz_domain::cases::{Case, Format, to_toml};

use super::super::agreement::{agree, dollars};
use super::super::{Ending, Invocation, ready, wait_for};
use crate::assemble;
use crate::cli::{CasesFrom, CasesTurns, MakeCases};
use crate::config::place::shown;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::output::counted;
use crate::progress::Progress;

/// Makes cases and prints or writes them.
pub(super) fn run(invocation: &Invocation, args: &MakeCases) -> anyhow::Result<Ending> {
    // Before anything is read or paid.
    let format = args.out.as_deref().map(|out| writable(out, args.force)).transpose()?.unwrap_or(Format::Toml);
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        let site = &assembled.site;
        if args.from != CasesFrom::Turns {
            ready(site, &settings, &invocation.output).await?;
        }
        let made = make(invocation, args, site).await;
        let day: String = site.now().to_rfc3339().chars().take(10).collect();
        assembled.close().await;
        let made = made?;
        for (reason, count) in &made.dropped {
            invocation.output.remark(format_args!("{} left out: {}", counted(*count, "question"), explained(reason)));
        }
        if made.cases.is_empty() {
            return Err(nothing(args.from).into());
        }
        if args.json {
            invocation.output.json(&made)?;
        }
        match &args.out {
            Some(out) => {
                let text = match format {
                    Format::Toml => format!("{}{}", header(args, &day), to_toml(&made.cases)),
                    Format::JsonLines => json_lines(&made.cases)?,
                };
                write(out, &text, args.force)?;
                let cases = counted(made.cases.len(), "case");
                let file = shown(out);
                let next = format!("read and correct them, then `portavoz cases check {file}`");
                invocation.output.remark(format_args!("{cases} written to {file}: {next}"));
            }
            None if !args.json => {
                invocation.output.piece(format_args!("{}{}", header(args, &day), to_toml(&made.cases)))?;
            }
            None => {}
        }
        Ok(Ending::Fine)
    })
}

async fn make(invocation: &Invocation, args: &MakeCases, site: &Site) -> anyhow::Result<Made> {
    let count = usize::try_from(args.count).unwrap_or(usize::MAX);
    match args.from {
        CasesFrom::Facts => Ok(from_facts(site, count, args.seed)),
        CasesFrom::Turns => {
            let which = match args.turns {
                CasesTurns::Poor => Which::Poor,
                CasesTurns::Down => Which::Down,
                CasesTurns::LowQuality => Which::LowQuality,
                CasesTurns::NotKnown => Which::NotKnown,
                CasesTurns::Answered => Which::Answered,
            };
            Ok(from_turns(site, which, count).await?)
        }
        CasesFrom::Model => {
            let plan = plan(site, count, args.seed).map_err(refused)?;
            let asking = format!("asking {} about {}", plan.model(), counted(plan.calls(), "document"));
            match plan.most_usd_micros() {
                Some(most) => agree(&invocation.output, &asking, most, args.yes)?,
                None if args.yes => {}
                None => {
                    let what = format!("nobody knows what {asking} costs");
                    let hint = "agree to it with `--yes`, or give the model a price in the file of `models.overrides`";
                    return Err(Failure::user(what).hint(hint).into());
                }
            }
            let progress = Progress::new(invocation.output.shows_progress());
            let (done, total) = (std::cell::Cell::new(0), plan.calls());
            let written = from_model(site, plan, &|| {
                done.set(done.get() + 1);
                progress.answers(done.get(), total);
            })
            .await;
            progress.finish();
            let written = written.map_err(refused)?;
            if let Some(cost) = written.cost_usd_micros {
                invocation.output.remark(format_args!("it cost {}", dollars(cost)));
            }
            Ok(written.made)
        }
    }
}

fn refused(error: ModelCasesError) -> anyhow::Error {
    let hint = match &error {
        ModelCasesError::NoModel => "set a key (`OPENAI_API_KEY`), or use `--from facts`, which needs no model",
        ModelCasesError::NoDocuments => "put documents into the knowledge folder, then `portavoz ingest`",
        ModelCasesError::Budget(_) => "ask for fewer with `--count`, or raise the budget",
        ModelCasesError::Model(_) => return anyhow::Error::new(error),
    };
    Failure::user(error.to_string()).hint(hint).into()
}

/// Why a question is not among the cases.
fn explained(reason: &str) -> &str {
    match reason {
        "not_chosen" => "more than were asked for (`--count`)",
        "follow_up" => "not the first of its conversation, so that it leans on what was said before",
        "private" => "seems to hold an address or a telephone number",
        "asked_before" => "the same as another one",
        "unsupported" => "the document does not say the answer",
        "incomplete" => "without a question or an answer",
        "no_visitors_question" => "nothing that visitors are answered",
        "no_json" => "the model wrote something else than was asked for",
        "call_failed" => "the model did not answer for a document",
        other => other,
    }
}

fn nothing(from: CasesFrom) -> Failure {
    match from {
        CasesFrom::Facts => {
            Failure::user("no cases could be made: the documents state no facts in a form that is read")
                .hint("`portavoz facts` shows what is found; write cases by hand as docs/cases.md shows")
        }
        CasesFrom::Model => Failure::user("no cases could be made: nothing that the model wrote could be used")
            .hint("try another `--seed`, or `--from facts`"),
        CasesFrom::Turns => Failure::user("no cases could be made: no such turns are kept")
            .hint("`--turns answered` takes those that went well; what is kept at all is `privacy.retention_days`"),
    }
}

fn header(args: &MakeCases, day: &str) -> String {
    let from = match args.from {
        CasesFrom::Facts => "from what the documents state",
        CasesFrom::Model => "by a model from the documents",
        CasesFrom::Turns => "from what visitors asked; what a good answer is, is yours to say",
    };
    format!("# Made on {day} {from}. Read them and correct what is wrong: docs/cases.md.\n\n")
}

fn json_lines(cases: &[Case]) -> anyhow::Result<String> {
    let lines: Vec<String> = cases.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    Ok(lines.join("\n") + "\n")
}

/// The format of the file, if it can be made.
fn writable(out: &Path, force: bool) -> Result<Format, Failure> {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    let format = Format::of_name(&name).ok_or_else(|| {
        Failure::user(format!("`{}` ends neither in `.toml` nor in `.jsonl`", shown(out)))
            .hint("name a file such as `cases.toml`")
    })?;
    if out.exists() && !force { Err(exists(out)) } else { Ok(format) }
}

fn exists(out: &Path) -> Failure {
    Failure::user(format!("`{}` exists", shown(out))).hint("name another file, or write over it with `--force`")
}

fn write(out: &Path, text: &str, force: bool) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    // Somebody may have made the file since it was looked for.
    let options =
        if force { options.write(true).create(true).truncate(true) } else { options.write(true).create_new(true) };
    match options.open(out).and_then(|mut file| file.write_all(text.as_bytes())) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(out).into()),
        written => written.with_context(|| {
            Failure::user(format!("cannot write `{}`", shown(out))).hint("name a file in a folder that can be written")
        }),
    }
}
