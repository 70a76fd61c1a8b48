//! Runs by batch, at a provider that answers when it likes.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use portavoz_app::evaluation::batch::{collect, hand_in};
use portavoz_app::evaluation::{Limits, Plan, Wanted, plan, run};
use portavoz_app::models::LadderModel;
use portavoz_app::testing::{PRICE, Setup, TestSite};
use portavoz_domain::cases::Case;
use portavoz_domain::evaluation::{RunState, Target};
use portavoz_domain::tariff::Tariff;
use portavoz_domain::tokens::CountTokens;
use portavoz_domain::usage::Usage;
use portavoz_domain::variation::{VariantName, Variation};
use portavoz_llm::LlmError;
use portavoz_llm::batch::{BATCH_TIER, Batch, BatchReply, Batches};
use portavoz_llm::chat::{ChatEnd, ChatEvent, ChatModel, ChatRequest, ChatStream};
use tokio_util::sync::CancellationToken;

const ANSWER: &str = "En 2022 Ada construyó un sistema RAG para una biblioteca jurídica [1].";
/// 800 x 0.15 + 100 x 0.60 = 180 micro-dollars; half of it by batch.
const USED: Usage = Usage {
    prompt_tokens: 800,
    cached_tokens: 0,
    cache_write_tokens: 0,
    completion_tokens: 100,
    reasoning_tokens: 0,
    estimated: false,
};

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

static WORDS: fn(&str) -> usize = words;

/// A model whose provider takes batches.
struct Slow {
    tariff: Tariff,
    /// Each batch by its label.
    handed: Mutex<Vec<(String, Vec<String>)>>,
    done: AtomicBool,
    /// The answer to the next hand-in is lost on its way.
    loses: AtomicBool,
    /// Of each batch, the last request fails.
    fails: AtomicBool,
    direct: AtomicUsize,
}

impl Slow {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            tariff: Tariff::flat(PRICE),
            handed: Mutex::default(),
            done: false.into(),
            loses: false.into(),
            fails: false.into(),
            direct: 0.into(),
        })
    }

    fn requests(&self) -> Vec<usize> {
        self.handed.lock().unwrap().iter().map(|(_, names)| names.len()).collect()
    }

    fn batch(&self, place: usize) -> Batch {
        let total = self.handed.lock().unwrap()[place].1.len() as u64;
        let ended = self.done.load(Ordering::SeqCst);
        Batch {
            id: place.to_string(),
            status: if ended { "completed" } else { "in_progress" }.to_owned(),
            ended,
            total,
            completed: if ended { total } else { 0 },
            failed: 0,
            problem: None,
            output: ended.then(|| "out".to_owned()),
            errors: None,
        }
    }
}

#[async_trait]
impl ChatModel for Slow {
    fn name(&self) -> &str {
        "slow"
    }

    fn tariff(&self) -> Option<&Tariff> {
        Some(&self.tariff)
    }

    fn tokenizer(&self) -> &dyn CountTokens {
        &WORDS
    }

    fn batches(&self) -> Option<&dyn Batches> {
        Some(self)
    }

    async fn chat(&self, _request: &ChatRequest) -> Result<ChatStream, LlmError> {
        self.direct.fetch_add(1, Ordering::SeqCst);
        let end = ChatEnd { usage: Some(USED), finish_reason: Some("stop".to_owned()), ..ChatEnd::default() };
        Ok(Box::pin(futures::stream::iter([Ok(ChatEvent::Delta(ANSWER.to_owned())), Ok(ChatEvent::End(end))])))
    }
}

#[async_trait]
impl Batches for Slow {
    async fn hand_in(&self, label: &str, requests: &[(String, ChatRequest)]) -> Result<Batch, LlmError> {
        let names = requests.iter().map(|(name, _)| name.clone()).collect();
        let place = {
            let mut handed = self.handed.lock().unwrap();
            handed.push((label.to_owned(), names));
            handed.len() - 1
        };
        if self.loses.swap(false, Ordering::SeqCst) {
            return Err(LlmError::Transient("the connection was lost".to_owned()));
        }
        Ok(self.batch(place))
    }

    async fn find(&self, label: &str) -> Result<Option<Batch>, LlmError> {
        let place = self.handed.lock().unwrap().iter().position(|(known, _)| known == label);
        Ok(place.map(|place| self.batch(place)))
    }

    async fn look(&self, id: &str) -> Result<Batch, LlmError> {
        Ok(self.batch(id.parse().unwrap()))
    }

    async fn collect(&self, batch: &Batch) -> Result<Vec<BatchReply>, LlmError> {
        let names = self.handed.lock().unwrap()[batch.id.parse::<usize>().unwrap()].1.clone();
        let last = names.len() - 1;
        let end = ChatEnd {
            usage: Some(USED),
            finish_reason: Some("stop".to_owned()),
            service_tier: Some(BATCH_TIER.to_owned()),
            ..ChatEnd::default()
        };
        let reply = |(place, name): (usize, String)| {
            let fails = place == last && self.fails.load(Ordering::SeqCst);
            let reply = if fails {
                Err(LlmError::Transient("overloaded".to_owned()))
            } else {
                Ok((ANSWER.to_owned(), end.clone()))
            };
            BatchReply { name, reply }
        };
        Ok(names.into_iter().enumerate().map(reply).collect())
    }
}

async fn site(model: &Arc<Slow>) -> TestSite {
    let ladder = vec![LadderModel::from(Arc::clone(model) as Arc<dyn ChatModel>)];
    Setup { ladder, ..Setup::default() }.open().await
}

async fn planned(site: &TestSite) -> Plan {
    let case = |id: &str, question: &str, before: &[&str]| Case {
        id: id.to_owned(),
        question: question.to_owned(),
        before: before.iter().map(|question| (*question).to_owned()).collect(),
        ..Case::default()
    };
    let cases = vec![
        case("rag", "¿Qué construyó Ada para la biblioteca jurídica?", &[]),
        case("precision", "¿Cuánto subió la precisión con el sistema RAG de Ada?", &[]),
        case("follow-up", "¿Y cuánto subió la precisión?", &["¿Qué construyó Ada para la biblioteca jurídica?"]),
        case("hello", "Hola", &[]),
    ];
    let targets = vec![Target { name: VariantName::parse("control").unwrap(), variation: Variation::default() }];
    plan(&site.site, Wanted { name: "cases".to_owned(), cases, targets, fresh: false }).await.unwrap()
}

async fn charged(site: &TestSite) -> (u64, u64) {
    let standing = site.storage.spending().standing(site.site.id(), site.site.now()).await.unwrap();
    (standing.day, standing.reserved)
}

#[tokio::test]
async fn a_batch_is_paid_at_half_the_price_and_its_answers_are_graded_like_any_other() {
    let model = Slow::new();
    let site = site(&model).await;
    let first = planned(&site).await;
    let handed = hand_in(&site.site, &first).await.unwrap();
    assert_eq!((handed.requests, handed.answered, handed.direct), (2, 1, 1), "a greeting needs no model");
    let (day, reserved) = charged(&site).await;
    assert!(day == 0 && reserved > 0, "held, not charged: {day} {reserved}");

    let waiting = planned(&site).await;
    assert!(waiting.awaits_batches() && waiting.resumed && waiting.run.state == RunState::Waiting);
    assert_eq!(collect(&site.site, &waiting).await.unwrap().waiting, Some((0, 2)));
    model.done.store(true, Ordering::SeqCst);
    let standing = collect(&site.site, &waiting).await.unwrap();
    assert_eq!((standing.collected, standing.failed, standing.waiting), (2, 0, None));
    assert_eq!(charged(&site).await, (180, 0), "two answers at 90");

    let rest = planned(&site).await;
    assert!(!rest.awaits_batches());
    assert_eq!((rest.done.len(), rest.left()), (3, 1));
    let rag = rest.done.iter().find(|result| result.case == "rag").unwrap();
    let answer = &rag.reply;
    assert_eq!((answer.text.as_str(), answer.cost_usd_micros), (ANSWER, Some(90)));
    assert!(answer.took_ms.is_none() && !answer.citations.is_empty() && rag.grade.quality.is_some());
    let ended = run(&site.site, rest, Limits::default(), &CancellationToken::new(), &|_| {}).await.unwrap();
    assert_eq!(ended.results.len(), 4);
    assert_eq!((model.requests(), model.direct.load(Ordering::SeqCst)), (vec![2], 2));
}

#[tokio::test]
async fn a_batch_whose_receipt_was_lost_is_found_again_and_not_handed_in_twice() {
    let model = Slow::new();
    let site = site(&model).await;
    model.loses.store(true, Ordering::SeqCst);
    let lost = hand_in(&site.site, &planned(&site).await).await.unwrap_err();
    assert!(lost.to_string().contains("the connection was lost"), "{lost}");
    let again = hand_in(&site.site, &planned(&site).await).await.unwrap();
    assert_eq!((again.requests, model.requests()), (2, vec![2]));
    model.done.store(true, Ordering::SeqCst);
    let standing = collect(&site.site, &planned(&site).await).await.unwrap();
    assert_eq!(standing.collected, 2);
    assert_eq!(charged(&site).await, (180, 0));
}

#[tokio::test]
async fn what_a_batch_failed_is_left_to_be_asked_directly() {
    let model = Slow::new();
    let site = site(&model).await;
    hand_in(&site.site, &planned(&site).await).await.unwrap();
    model.done.store(true, Ordering::SeqCst);
    model.fails.store(true, Ordering::SeqCst);
    let standing = collect(&site.site, &planned(&site).await).await.unwrap();
    assert_eq!((standing.collected, standing.failed), (1, 1));
    assert_eq!(standing.problems, ["overloaded"]);
    assert_eq!(planned(&site).await.left(), 2);
    assert_eq!(charged(&site).await, (90, 0));
}
