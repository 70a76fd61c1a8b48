//! Two models that differ a little, asked the same cases and compared: what an owner does before a change of model.

use std::sync::Arc;

use async_trait::async_trait;
use portavoz_app::compare::runs::{compare_sides, side};
use portavoz_app::compare::{Comparison, Remark, Verdict};
use portavoz_app::evaluation::{Ending, Limits, Wanted, plan, run};
use portavoz_app::models::LadderModel;
use portavoz_app::testing::{PRICE, Setup, TestSite};
use portavoz_domain::cases::Case;
use portavoz_domain::evaluation::Target;
use portavoz_domain::tariff::Tariff;
use portavoz_domain::tokens::CountTokens;
use portavoz_domain::usage::Usage;
use portavoz_domain::variation::{VariantName, Variation};
use portavoz_llm::LlmError;
use portavoz_llm::chat::{ChatEnd, ChatEvent, ChatModel, ChatRequest, ChatStream};
use portavoz_text::language::Language;
use tokio_util::sync::CancellationToken;

const CASES: usize = 100;

/// A project with a name that no other has.
fn name(number: usize) -> String {
    let [first, second, third] =
        [["Tar", "Mel", "Zub", "Quer", "Bos"], ["mo", "li", "ke", "du", "ra"], ["na", "tor", "vi", "sel", "pa"]]
            .map(|syllables| syllables);
    format!("{}{}{}", first[number % 5], second[number / 5 % 5], third[number / 25 % 5])
}

fn share(number: usize) -> usize {
    11 + number * 7 % 80
}

/// How a model answers.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// Says what was asked.
    Good,
    /// Leaves the figure out of every sixth answer.
    Vague,
    /// The same at greater length.
    VagueAndLong,
}

struct Model {
    name: &'static str,
    manner: Manner,
    tariff: Tariff,
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

static WORDS: fn(&str) -> usize = words;

impl Model {
    fn answer(&self, asked: &str) -> String {
        let last = (0..CASES).max_by_key(|number| asked.rfind(&name(*number)).map_or(0, |place| place + 1)).unwrap();
        let (project, share) = (name(last), share(last));
        let full = format!("Ada construyó {project} para un museo y redujo el tiempo de espera un {share} % [1].");
        let vague = format!("Ada construyó {project} para un museo [1].");
        match self.manner {
            Manner::Vague if last % 6 == 2 => vague,
            Manner::VagueAndLong => {
                let begin = if last % 6 == 2 { vague } else { full };
                format!(
                    "{begin} Ada lo construyó en 2021 [1]. El museo es para quien Ada construyó {project} [1]. {project} es de Ada [1]."
                )
            }
            Manner::Good | Manner::Vague => full,
        }
    }
}

#[async_trait]
impl ChatModel for Model {
    fn name(&self) -> &str {
        self.name
    }

    fn tariff(&self) -> Option<&Tariff> {
        Some(&self.tariff)
    }

    fn tokenizer(&self) -> &dyn CountTokens {
        &WORDS
    }

    async fn chat(&self, request: &ChatRequest) -> Result<ChatStream, LlmError> {
        let answer = self.answer(&request.messages.last().unwrap().content);
        let usage = Usage { prompt_tokens: 300, completion_tokens: words(&answer) as u64, ..Usage::default() };
        let end = ChatEnd { usage: Some(usage), finish_reason: Some("stop".to_owned()), ..ChatEnd::default() };
        Ok(Box::pin(futures::stream::iter([Ok(ChatEvent::Delta(answer)), Ok(ChatEvent::End(end))])))
    }
}

async fn site() -> TestSite {
    let folder = tempfile::tempdir().unwrap();
    let documents = folder.path().join("knowledge");
    std::fs::create_dir(&documents).unwrap();
    for number in 0..CASES {
        let (project, share) = (name(number), share(number));
        let text = format!(
            "---\ntitle: {project}\nfacet: projects\n---\n# {project}\n\nEn 2021 Ada construyó {project} para un museo. \
             {project} redujo el tiempo de espera un {share} %.\n"
        );
        std::fs::write(documents.join(format!("{}.md", project.to_lowercase())), text).unwrap();
    }
    let model = |name, manner| {
        LadderModel::from(Arc::new(Model { name, manner, tariff: Tariff::flat(PRICE) }) as Arc<dyn ChatModel>)
    };
    let ladder = vec![model("good", Manner::Good), model("vague", Manner::Vague), model("long", Manner::VagueAndLong)];
    let site = Setup { ladder, ..Setup::default() }.open_in(folder).await;
    site.ingest().await;
    site
}

fn target(model: &str) -> Target {
    let variation = Variation { model: Some(model.to_owned()), ..Variation::default() };
    Target { name: VariantName::parse(model).unwrap(), variation }
}

async fn evaluate(site: &TestSite, cases: usize) {
    let case = |number: usize| Case {
        id: format!("case-{number}"),
        question: format!("¿Qué construyó Ada con {} y cuánto redujo el tiempo de espera?", name(number)),
        topics: vec![name(number), "museo".to_owned(), share(number).to_string()],
        must: vec![share(number).to_string()],
        sources: vec![format!("{}.md", name(number).to_lowercase())],
        ..Case::default()
    };
    let targets = ["good", "vague", "long"].map(target).to_vec();
    let wanted = Wanted { name: format!("{cases} cases"), cases: (0..cases).map(case).collect(), targets, fresh: true };
    let planned = plan(&site.site, wanted).await.unwrap();
    let ended = run(&site.site, planned, Limits::default(), &CancellationToken::new(), &|_| {}).await.unwrap();
    assert_eq!(ended.ending, Ending::Finished);
    assert!(ended.results.iter().all(|result| result.reply.model.is_some()), "every answer is its model's own");
}

async fn compared(site: &TestSite, a: &str, b: &str) -> Comparison {
    compare_sides(&side(&site.site, a).await.unwrap(), &side(&site.site, b).await.unwrap())
}

#[tokio::test]
async fn a_hundred_cases_tell_a_subtly_worse_model_ten_do_not_and_length_is_no_excuse() {
    let site = site().await;
    evaluate(&site, CASES).await;
    let vague = compared(&site, "good", "vague").await;
    assert_eq!(vague.verdict, Verdict::Worse, "{}", vague.sentence(Language::En));
    let long = compared(&site, "good", "long").await;
    assert_eq!(long.verdict, Verdict::Worse, "{}", long.sentence(Language::En));
    assert!(long.remarks.iter().any(|remark| matches!(remark, Remark::Longer { percent } if *percent > 100)));
    let back = compared(&site, "vague", "good").await;
    assert_eq!(back.verdict, Verdict::Better, "{}", back.sentence(Language::En));

    evaluate(&site, 10).await;
    let ten = compared(&site, "good", "vague").await;
    assert_eq!(ten.verdict, Verdict::CannotTell, "{}", ten.sentence(Language::En));
    assert!(ten.cases_needed.is_some_and(|needed| (15..=CASES as u64).contains(&needed)), "{:?}", ten.cases_needed);
}
