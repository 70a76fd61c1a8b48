//! What is to be asked of whom, from the command line and its files.

use std::path::PathBuf;

use anyhow::Context;
use portavoz_app::site::Site;
use portavoz_domain::cases::{Case, Format, read};
use portavoz_domain::evaluation::Target;
use portavoz_domain::evaluation::targets::{self, TargetSpec};
use portavoz_domain::variation::{CONTROL, EXTRACTIVE};

use crate::assemble;
use crate::cli::Eval;
use crate::config::Settings;
use crate::config::place::shown;
use crate::failure::Failure;

/// The file of cases in a site's folder.
const CASES: &str = "cases.toml";
/// More problems of a file than these are counted, not listed.
const PROBLEMS_SHOWN: usize = 10;

/// The cases that are meant, and what the run is called.
pub(super) fn cases(args: &Eval, settings: &Settings) -> anyhow::Result<(Vec<Case>, String)> {
    let path = args.cases.clone().unwrap_or_else(|| settings.place.site.join(CASES));
    let file = shown(&path);
    let text = std::fs::read_to_string(&path).with_context(|| {
        Failure::user(format!("cannot read the cases in `{file}`"))
            .hint("write some there, make them with `portavoz cases`, or name another file")
    })?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or(CASES).to_owned();
    let Some(format) = Format::of_name(&name) else {
        return Err(Failure::user(format!("`{file}` is no file of cases")).hint("name a .toml or .jsonl file").into());
    };
    let read = read(&text, format);
    if !read.problems.is_empty() {
        let shown = read.problems.iter().take(PROBLEMS_SHOWN).map(|problem| format!("\n  {problem}"));
        let more = read.problems.len().saturating_sub(PROBLEMS_SHOWN);
        let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
        let problems = format!("the cases in `{file}` cannot be used:{}{more}", shown.collect::<String>());
        return Err(Failure::user(problems).hint("mend the file; nothing was asked").into());
    }
    let is_meant =
        |case: &Case| args.tag.is_empty() || case.tags.iter().any(|tag| args.tag.iter().any(|wanted| wanted == tag));
    let most = args.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let cases: Vec<Case> = read.cases.into_iter().filter(is_meant).take(most).collect();
    if cases.is_empty() {
        let what = if args.tag.is_empty() {
            format!("`{file}` holds no cases")
        } else {
            format!("no case of `{file}` has that tag")
        };
        return Err(Failure::user(what).hint("`docs/evaluation.md` shows how cases are written").into());
    }
    Ok((cases, args.name.clone().unwrap_or(name)))
}

/// The targets that are meant: those of the file, then those of the command line.
pub(super) fn targets(args: &Eval, site: &Site) -> anyhow::Result<Vec<Target>> {
    let help = "`portavoz eval --help` says how targets are written";
    let mut specs: Vec<(TargetSpec, PathBuf)> = Vec::new();
    if let Some(file) = &args.targets {
        let unreadable = || Failure::user(format!("cannot read the targets in `{}`", shown(file)));
        let text = std::fs::read_to_string(file).with_context(unreadable)?;
        let read = targets::read(&text).map_err(|error| Failure::user(error.to_string()).hint(help))?;
        let folder = file.parent().map(std::path::Path::to_owned).unwrap_or_default();
        specs.extend(read.into_iter().map(|spec| (spec, folder.clone())));
    }
    for text in &args.target {
        let spec = targets::parse(text).map_err(|error| Failure::user(error.to_string()).hint(help))?;
        specs.push((spec, PathBuf::new()));
    }
    if specs.is_empty() {
        let usual = [Some(CONTROL), site.first_model().map(|_| EXTRACTIVE)];
        for name in usual.into_iter().flatten() {
            let spec = targets::parse(name).map_err(|error| Failure::internal(error.to_string()))?;
            specs.push((spec, PathBuf::new()));
        }
    }
    let all: Vec<TargetSpec> = specs.iter().map(|(spec, _)| spec.clone()).collect();
    targets::distinct(&all).map_err(|error| Failure::user(error.to_string()).hint(help))?;
    specs.into_iter().map(|(spec, folder)| with_templates(spec, &folder)).collect()
}

/// A folder of templates in a file of targets is beside that file; on the command line, where the command is given.
pub(in crate::commands) fn with_templates(spec: TargetSpec, folder: &std::path::Path) -> anyhow::Result<Target> {
    let TargetSpec { name, mut variation, prompt } = spec;
    if let Some(prompt) = prompt {
        let path = folder.join(&prompt);
        variation.templates = assemble::templates(&path)?;
        if variation.templates.is_empty() {
            return Err(Failure::user(format!("`{}` holds no prompt templates", shown(&path)))
                .hint("templates are files such as `system.en.jinja`; docs/configuration.md lists them")
                .into());
        }
    }
    Ok(Target { name, variation })
}
