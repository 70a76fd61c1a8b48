//! Ways of answering that differ from the site's own, and turns that are kept nowhere.

use std::sync::Arc;

use portavoz_app::ask::rehearsal::{Rehearsal, Rehearsed, rehearse};
use portavoz_app::ask::{Ask, ask};
use portavoz_app::testing::{ScriptedModel, Setup, TestSite, says};
use portavoz_app::variant::{Variant, VariantError};
use portavoz_domain::answer::{Outcome, Rung};
use portavoz_domain::ids::DocumentId;
use portavoz_domain::message::Role;
use portavoz_domain::variation::{EXTRACTIVE, Example, Variation};
use portavoz_storage::TurnFilter;

const QUESTION: &str = "¿Qué construyó Ada para la biblioteca jurídica?";
const ANSWER: &str = "Ada construyó un sistema RAG para una biblioteca jurídica [1].";

async fn tried(site: &TestSite, variation: Variation, message: &str) -> Rehearsed {
    let variant = Arc::new(site.site.variant(&variation).unwrap().alone());
    rehearsed(site, variant, message).await
}

async fn rehearsed(site: &TestSite, variant: Arc<Variant>, message: &str) -> Rehearsed {
    let rehearsal = Rehearsal {
        message: message.to_owned(),
        before: Vec::new(),
        language: None,
        variant,
        knowledge: site.site.knowledge(),
        stream: true,
    };
    rehearse(&site.site, rehearsal).await.unwrap()
}

#[tokio::test]
async fn a_variant_asks_with_its_own_parameters_and_words() {
    let model = ScriptedModel::new("m", vec![says(&[ANSWER], None), says(&[ANSWER], None)]);
    let site = Setup::with_models(&[&model]).open().await;
    let example = Example { question: "¿Qué hace?".to_owned(), answer: "Construye buscadores.".to_owned() };
    let variation = Variation {
        temperature: Some(0.1),
        max_tokens: Some(77),
        tone: Some("muy breve".to_owned()),
        examples: vec![example],
        ..Variation::default()
    };
    site.ask(QUESTION).await;
    let variant = Arc::new(site.site.variant(&variation).unwrap().labelled("brevity:short".to_owned()));
    let question = Ask { variant: Some(Arc::clone(&variant)), ..site.question(QUESTION) };
    let answer = ask(&site.site, question).await.unwrap().whole().await.unwrap();
    let requests = model.requests.lock().unwrap().clone();
    let [usual, varied] = requests.as_slice() else { panic!("two calls") };
    assert_eq!((usual.temperature, varied.temperature), (Some(0.7), Some(0.1)));
    assert_eq!((usual.max_tokens, varied.max_tokens), (Some(1_000), Some(77)));
    assert!(!usual.messages[0].content.contains("muy breve") && varied.messages[0].content.contains("muy breve"));
    let roles: Vec<Role> = varied.messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::System, Role::User, Role::Assistant, Role::User]);
    assert_ne!(variant.prompt_version(), site.site.prompt_version());
    let turn = site.storage.turns().find(site.site.id(), answer.turn_id).await.unwrap().unwrap();
    let settlement = turn.settlement.unwrap();
    assert_eq!(settlement.variant.as_deref(), Some("brevity:short"));
    assert_eq!(settlement.prompt_version.as_deref(), Some(variant.prompt_version()));
}

#[tokio::test]
async fn a_rehearsal_is_kept_nowhere_but_in_the_books() {
    let model = ScriptedModel::new("m", vec![says(&[ANSWER], None)]);
    let site = Setup::with_models(&[&model]).open().await;
    let told = rehearsed(&site, Arc::clone(site.site.usual()), QUESTION).await;
    assert_eq!(told.settlement.outcome, Some(Outcome::Answered));
    assert_eq!(told.settlement.answer, ANSWER);
    assert!(told.settlement.quality.is_some());
    assert!(told.found.iter().any(|(chunk, relevance)| chunk.document.as_str() == "rag.md" && *relevance > 0.5));
    let filter = TurnFilter { limit: 10, ..TurnFilter::default() };
    assert!(site.storage.turns().list(site.site.id(), &filter).await.unwrap().is_empty());
    assert!(site.storage.gaps().list(site.site.id(), 10).await.unwrap().is_empty());
    let standing = site.storage.spending().standing(site.site.id(), site.site.now()).await.unwrap();
    let charged = told.settlement.charged_usd_micros;
    assert!(charged > 0);
    assert_eq!((standing.day, standing.reserved), (charged, 0));
}

#[tokio::test]
async fn without_a_model_the_documents_answer_whatever_the_site_has() {
    let model = ScriptedModel::new("m", Vec::new());
    let site = Setup::with_models(&[&model]).open().await;
    let variation = Variation { model: Some(EXTRACTIVE.to_owned()), ..Variation::default() };
    let told = tried(&site, variation, QUESTION).await;
    assert_eq!(told.settlement.ladder.last().map(|tried| tried.rung), Some(Rung::Extractive));
    assert_eq!(model.calls(), 0);
}

#[tokio::test]
async fn what_only_a_left_out_document_says_is_not_known() {
    let site = Setup::default().open().await;
    let knowledge = site.site.knowledge_without(&[DocumentId::new("rag.md")]).await.unwrap();
    assert_ne!(knowledge.hash(), site.site.knowledge().hash());
    let rehearsal = |knowledge| Rehearsal {
        message: QUESTION.to_owned(),
        before: Vec::new(),
        language: None,
        variant: Arc::clone(site.site.usual()),
        knowledge,
        stream: false,
    };
    let without = rehearse(&site.site, rehearsal(knowledge)).await.unwrap();
    let with = rehearse(&site.site, rehearsal(site.site.knowledge())).await.unwrap();
    assert_eq!(without.settlement.outcome, Some(Outcome::NotKnown));
    assert_eq!(with.settlement.outcome, Some(Outcome::Answered));
}

#[tokio::test]
async fn a_variation_that_cannot_be_tried_says_why() {
    let site = Setup::default().open().await;
    for (variation, code) in [
        (Variation { threshold: Some(1.5), ..Variation::default() }, "invalid_variation"),
        (Variation { model: Some("text-embedding-3-small".to_owned()), ..Variation::default() }, "model_unusable"),
        (
            Variation {
                templates: [("system.es.jinja".to_owned(), "{{ nobody }}".to_owned())].into(),
                ..Variation::default()
            },
            "invalid_template",
        ),
    ] {
        let error: VariantError = site.site.variant(&variation).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
}
