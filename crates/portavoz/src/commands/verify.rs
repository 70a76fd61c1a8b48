//! `portavoz verify`: checks any answer, sentence by sentence, and says what each verdict rests on.

use std::io::Read;
use std::path::Path;

use anyhow::Context;
use portavoz_app::verify::{Quote, Verified, VerifiedClaim, VerifiedSentence, VerifyError, VerifyRequest, verify};
use portavoz_domain::verification::{ClaimKind, Status};
use portavoz_text::language::Language;

use super::{Ending, Invocation, ready, wait_for};
use crate::assemble;
use crate::cli::Verify;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::output::{bold, counted, dim};

/// Stands for the standard input.
const STDIN: &str = "-";

/// Checks and prints. Something that is not supported is a finding: scripts can go by the exit code.
pub fn run(invocation: &Invocation, args: &Verify) -> anyhow::Result<Ending> {
    let language = args.language.as_deref().map(str::parse::<Language>).transpose();
    let language = language.map_err(|error| Failure::user(error.to_string()))?;
    let answer = read(&args.answer)?;
    let context: Vec<String> = args.context.iter().map(|path| read(path)).collect::<anyhow::Result<_>>()?;
    let context = (!context.is_empty()).then_some(context);
    let request = VerifyRequest { answer, question: args.question.clone(), context, language };
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        if request.context.is_none() {
            ready(&assembled.site, &settings, &invocation.output).await?;
        }
        let verified = verify(&assembled.site, request).await;
        assembled.close().await;
        let verified = verified.map_err(explain)?;
        if args.json {
            invocation.output.json(&verified)?;
        } else {
            invocation.output.line(render(&verified, &args.context))?;
        }
        Ok(if verified.is_supported() { Ending::Fine } else { Ending::FoundBroken })
    })
}

fn read(path: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let shown = path.display();
    let what = if path.as_os_str() == STDIN {
        std::io::stdin().read_to_end(&mut bytes).map(|_| "the standard input".to_owned())
    } else {
        std::fs::read(path).map(|content| {
            bytes = content;
            format!("`{shown}`")
        })
    };
    let what = what.with_context(|| {
        Failure::user(format!("cannot read `{shown}`")).hint("name a text file, or `-` for the standard input")
    })?;
    String::from_utf8(bytes).map_err(|_| {
        let hint = "give plain text; documents of other formats belong into the knowledge folder";
        Failure::user(format!("{what} is not text in UTF-8")).hint(hint).into()
    })
}

fn explain(error: VerifyError) -> anyhow::Error {
    let hint = match &error {
        VerifyError::EmptyAnswer => "give the answer as a file, or on the standard input",
        VerifyError::AnswerTooLong { .. } => "check it in parts",
        VerifyError::QuestionTooLong { .. } => "`server.max_message_chars` limits questions",
        VerifyError::TooManyTexts { .. } | VerifyError::ContextTooLong { .. } => {
            "give only the passages that the answer may rest on"
        }
        VerifyError::Interrupted | VerifyError::Site(_) => return anyhow::Error::new(error),
    };
    Failure::user(error.to_string()).hint(hint).into()
}

fn render(verified: &Verified, context: &[std::path::PathBuf]) -> String {
    let mut lines = Vec::new();
    for sentence in &verified.sentences {
        lines.push(format!("{}  {}", mark(sentence.status), bold().apply_to(&sentence.text)));
        for claim in claims_to_show(sentence) {
            lines.push(format!("   {}", claim_line(claim)));
            if let Some(quote) = &claim.evidence {
                let whole = quote.quote.split_whitespace().collect::<Vec<_>>().join(" ");
                lines.push(format!("     {}", dim().apply_to(format!("{}: «{whole}»", source(quote, context)))));
            }
        }
    }
    lines.push(String::new());
    lines.push(summary(verified));
    lines.join("\n")
}

/// The sentence as a whole is shown where it, and nothing in it, is what the sources do not say, and where there is
/// nothing else that words of a source could stand below.
fn claims_to_show(sentence: &VerifiedSentence) -> impl Iterator<Item = &VerifiedClaim> {
    let is_whole = |claim: &VerifiedClaim| claim.kind == ClaimKind::Proposition;
    let explained = sentence.claims.iter().any(|claim| !is_whole(claim) && claim.status == sentence.status);
    let alone = sentence.claims.iter().all(is_whole);
    sentence
        .claims
        .iter()
        .filter(move |claim| !is_whole(claim) || !explained && !alone || alone && claim.evidence.is_some())
}

fn claim_line(claim: &VerifiedClaim) -> String {
    let status = match claim.status {
        Status::Supported => console::style("supported").green(),
        Status::Contradicted => console::style("contradicted").red().bold(),
        Status::Unsupported => console::style("unsupported").yellow(),
    };
    match claim.kind {
        ClaimKind::Proposition => format!("as a whole: {status}"),
        kind => format!("{} `{}`: {status}", kind.name(), claim.text),
    }
}

/// A mark that is told apart without colours too.
fn mark(status: Status) -> console::StyledObject<&'static str> {
    match status {
        Status::Supported => console::style("✓").green(),
        Status::Contradicted => console::style("✗").red().bold(),
        Status::Unsupported => console::style("?").yellow().bold(),
    }
}

fn source(quote: &Quote, context: &[std::path::PathBuf]) -> String {
    let text = quote.context.and_then(|place| context.get(place)).map(|path| path.display().to_string());
    let document = || quote.document.as_ref().map(ToString::to_string);
    text.or_else(document).or_else(|| quote.title.clone()).unwrap_or_default()
}

fn summary(verified: &Verified) -> String {
    let count = |status| verified.sentences.iter().filter(|sentence| sentence.status == status).count();
    format!(
        "{}: {} supported, {} contradicted, {} unsupported; score {:.2}",
        counted(verified.sentences.len(), "sentence"),
        count(Status::Supported),
        count(Status::Contradicted),
        count(Status::Unsupported),
        verified.score
    )
}

#[cfg(test)]
mod tests {
    use portavoz_domain::ids::DocumentId;

    use super::*;

    fn claim(kind: ClaimKind, text: &str, status: Status, quote: Option<&str>) -> VerifiedClaim {
        let evidence = quote.map(|quote| Quote {
            context: None,
            document: Some(DocumentId::new("cv.md")),
            title: Some("CV".to_owned()),
            quote: quote.to_owned(),
        });
        VerifiedClaim { kind, text: text.to_owned(), status, evidence }
    }

    #[test]
    fn each_sentence_has_its_mark_its_claims_and_their_sources() {
        let verified = Verified {
            score: 0.04,
            sentences: vec![
                VerifiedSentence {
                    text: "She founded it in 2019.".to_owned(),
                    status: Status::Contradicted,
                    score: 0.04,
                    claims: vec![
                        claim(ClaimKind::Date, "2019", Status::Contradicted, Some("She founded\nit in 2017.")),
                        claim(ClaimKind::Proposition, "She founded it in 2019.", Status::Supported, None),
                    ],
                },
                VerifiedSentence {
                    text: "She likes it.".to_owned(),
                    status: Status::Unsupported,
                    score: 0.3,
                    claims: vec![claim(ClaimKind::Proposition, "She likes it.", Status::Unsupported, None)],
                },
            ],
        };
        insta::assert_snapshot!(console::strip_ansi_codes(&render(&verified, &[])), @r"
        ✗  She founded it in 2019.
           date `2019`: contradicted
             cv.md: «She founded it in 2017.»
        ?  She likes it.

        2 sentences: 0 supported, 1 contradicted, 1 unsupported; score 0.04
        ");
    }
}
