//! `portavoz ask`: one question, as a visitor would ask it, with what stands behind the answer.

use std::sync::Arc;

use futures::StreamExt;
use portavoz_app::ask::{Answer, Ask as AskRequest, AskError, Failure as AnswerFailure, ask};
use portavoz_app::site::Site;
use portavoz_domain::answer::{AnswerEvent, Citation, Done};
use portavoz_domain::ids::{ConversationId, VisitorId};
use portavoz_domain::verification::policy::Mode;
use portavoz_domain::verification::{CheckedSentence, Claim, Status};
use portavoz_text::language::Language;
use serde_json::{Value, json};

use super::{Ending, Invocation, ready, wait_for};
use crate::assemble;
use crate::cli::Ask;
use crate::failure::Failure;
use crate::logging::Audience;
use crate::output::{Output, bold, dim};

/// Asks and prints.
pub fn run(invocation: &Invocation, args: &Ask) -> anyhow::Result<Ending> {
    let language = args.language.as_deref().map(str::parse::<Language>).transpose();
    let language = language.map_err(|error| Failure::user(error.to_string()))?;
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    wait_for(async {
        let assembled = assemble::open(&settings).await?;
        ready(&assembled.site, &settings, &invocation.output).await?;
        let asked = answer(&assembled.site, args, language, &invocation.output).await;
        assembled.close().await;
        asked
    })
}

async fn answer(site: &Arc<Site>, args: &Ask, language: Option<Language>, output: &Output) -> anyhow::Result<Ending> {
    let (visitor, conversation) = asker(site, args.conversation.as_deref()).await?;
    let request = AskRequest {
        message: args.question.clone(),
        visitor,
        conversation,
        language,
        stream: !args.json,
        client_history: Vec::new(),
        variant: None,
    };
    let answering = ask(site, request).await.map_err(explain)?;
    if args.json {
        let told = answering.whole().await;
        output.json(&as_json(&told))?;
        return Ok(if told.is_ok() { Ending::Fine } else { Ending::FoundBroken });
    }
    let marks = site.settings().verify.mode == Mode::Annotate;
    let mut telling = Telling { output, marks, citations: Vec::new(), conversation: None };
    let mut events = answering.events;
    while let Some(event) = events.next().await {
        if let Some(ending) = telling.tell(event)? {
            return Ok(ending);
        }
    }
    Err(Failure::internal("the answer was cut off").into())
}

/// A visitor of its own, or the one whose conversation goes on: whoever can open the database may speak for them.
async fn asker(site: &Site, conversation: Option<&str>) -> anyhow::Result<(VisitorId, Option<ConversationId>)> {
    let Some(text) = conversation else { return Ok((site.new_visitor(), None)) };
    let unknown =
        || Failure::user(format!("there is no conversation `{text}`")).hint("leave it out to begin a new one");
    let id = ConversationId::parse(text).map_err(|_| unknown())?;
    let found = site.storage().turns().conversation(site.id(), id).await?.ok_or_else(unknown)?;
    Ok((found.visitor, Some(id)))
}

fn explain(error: AskError) -> anyhow::Error {
    match error {
        AskError::Empty | AskError::TooLong { .. } => {
            Failure::user(error.to_string()).hint("`server.max_message_chars` limits questions").into()
        }
        AskError::UnknownConversation => Failure::user(error.to_string()).into(),
        AskError::Site(_) => anyhow::Error::new(error),
    }
}

/// Prints an answer while it comes.
struct Telling<'a> {
    output: &'a Output,
    /// Whether sentences that the documents do not support are marked.
    marks: bool,
    citations: Vec<Citation>,
    conversation: Option<ConversationId>,
}

impl Telling<'_> {
    /// Prints what happened; the command's ending once nothing more will.
    fn tell(&mut self, event: AnswerEvent) -> std::io::Result<Option<Ending>> {
        match event {
            AnswerEvent::Start { conversation_id, .. } => self.conversation = Some(conversation_id),
            AnswerEvent::Delta { text } => self.output.piece(text)?,
            AnswerEvent::Citation(citation) => self.citations.push(citation),
            AnswerEvent::Verdict { sentence, status, .. } => self.mark(sentence.is_some(), status)?,
            AnswerEvent::Replace { text, reason } => {
                self.citations.clear();
                let note = dim().apply_to(format!("(that is void: {reason})"));
                self.output.piece(format_args!("\n{note}\n{text}"))?;
            }
            AnswerEvent::Done(done) => {
                self.output.line("")?;
                self.close(&done)?;
                return Ok(Some(Ending::Fine));
            }
            AnswerEvent::Failed { code, message } => {
                self.output.line("")?;
                self.output.error(format_args!("no answer: {message} ({code})"));
                return Ok(Some(Ending::FoundBroken));
            }
        }
        Ok(None)
    }

    /// Says behind a sentence what the documents say of it; one that was withheld has no place to say it.
    fn mark(&self, told: bool, status: Status) -> std::io::Result<()> {
        let words = match status {
            Status::Supported => return Ok(()),
            Status::Contradicted => "(the documents say otherwise)",
            Status::Unsupported => "(not in the documents)",
        };
        if self.marks && told {
            self.output.piece(format_args!(" {}", console::style(words).yellow()))?;
        }
        Ok(())
    }

    fn close(&self, done: &Done) -> std::io::Result<()> {
        if !self.citations.is_empty() {
            self.output.line("")?;
        }
        for citation in &self.citations {
            let page = citation.page.map(|page| format!(", page {page}")).unwrap_or_default();
            self.output.line(format_args!(
                "{} {}{page}  {}",
                bold().apply_to(format!("[{}]", citation.index)),
                citation.title,
                dim().apply_to(&citation.document)
            ))?;
        }
        self.output.remark(console::style(format!("\n{}", summary(done))).for_stderr().dim());
        if let Some(conversation) = self.conversation {
            self.output.remark(console::style(format!("go on with --conversation {conversation}")).for_stderr().dim());
        }
        Ok(())
    }
}

/// What it took, in a line.
fn summary(done: &Done) -> String {
    let mut parts = vec![done.outcome.name().to_owned(), who(done)];
    let tokens = done.usage.prompt_tokens + done.usage.completion_tokens;
    if tokens > 0 {
        let estimated = if done.usage.estimated { " (estimated)" } else { "" };
        parts.push(format!("{} + {} tokens{estimated}", done.usage.prompt_tokens, done.usage.completion_tokens));
    }
    if done.withheld > 0 {
        parts.push(format!("withheld {}", done.withheld));
    }
    parts.push(match done.cost_usd {
        Some(cost) if cost > 0.0 => format!("${cost:.6}"),
        Some(_) => "$0".to_owned(),
        None => "unknown cost".to_owned(),
    });
    parts.push(format!("{} ms", done.took_ms));
    parts.join(" · ")
}

/// Who answered, and what was tried before.
fn who(done: &Done) -> String {
    let mut tried = Vec::new();
    for step in &done.ladder {
        let name = step.model.clone().unwrap_or_else(|| step.rung.name().to_owned());
        match &step.reason {
            Some(reason) => tried.push(format!("{name}: {reason}")),
            None => tried.push(name),
        }
    }
    tried.join(" → ")
}

/// The shape of `POST /api/chat` without streaming.
fn as_json(told: &Result<Answer, AnswerFailure>) -> Value {
    let answer = match told {
        Ok(answer) => answer,
        Err(AnswerFailure { code, message }) => return json!({ "error": { "code": code, "message": message } }),
    };
    let mut json = json!({
        "answer": answer.text,
        "citations": answer.citations,
        "turn_id": answer.turn_id,
        "conversation_id": answer.conversation_id,
        "visitor_token": answer.visitor_token,
    });
    if let (Some(json), Value::Object(mut done)) = (json.as_object_mut(), json!(answer.done)) {
        done.remove("withheld");
        json.extend(done);
        json.insert("verification".to_owned(), verification(&answer.done));
    }
    json
}

/// What was checked of an answer, as the API tells it.
fn verification(done: &Done) -> Value {
    let found = done.verification.as_ref();
    if found.is_none() && done.withheld == 0 {
        return Value::Null;
    }
    let claim = |claim: &Claim| json!({ "kind": claim.kind, "text": claim.text, "status": claim.status });
    let sentence = |sentence: &CheckedSentence| {
        let claims: Vec<Value> = sentence.claims.iter().map(claim).collect();
        json!({ "text": sentence.text, "status": sentence.status, "claims": claims })
    };
    let sentences: Vec<Value> = found.iter().flat_map(|found| &found.sentences).map(sentence).collect();
    let score = found.map_or(0.0, |found| found.score);
    json!({ "score": score, "withheld": done.withheld, "sentences": sentences })
}
