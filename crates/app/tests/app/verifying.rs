//! Checking answers against given texts and against the knowledge base.

use portavoz_app::testing::{Setup, TestSite};
use portavoz_app::verify::{
    MAX_ANSWER_CHARS, MAX_CONTEXT_CHARS, MAX_TEXTS, Verified, VerifyError, VerifyRequest, verify,
};
use portavoz_domain::verification::Status;

fn request(answer: &str, context: Option<&[&str]>) -> VerifyRequest {
    let context = context.map(|texts| texts.iter().map(|text| (*text).to_owned()).collect());
    VerifyRequest { answer: answer.to_owned(), context, ..VerifyRequest::default() }
}

async fn checked(opened: &TestSite, answer: &str, context: Option<&[&str]>) -> Verified {
    verify(&opened.site, request(answer, context)).await.unwrap()
}

#[tokio::test]
async fn each_sentence_is_held_against_the_texts_that_are_given() {
    let opened = Setup::default().open().await;
    let texts = ["The bridge of Aldara opened in 1931.", "Its architect was Nuria Pons."];
    let verified =
        checked(&opened, "The bridge of Aldara opened in 1931. Penguins sleep standing.", Some(&texts)).await;
    let statuses: Vec<Status> = verified.sentences.iter().map(|sentence| sentence.status).collect();
    assert_eq!(statuses, [Status::Supported, Status::Unsupported]);
    assert!(!verified.is_supported());
    assert!(verified.score <= verified.sentences[0].score);
}

#[tokio::test]
async fn nothing_given_supports_nothing() {
    let opened = Setup::default().open().await;
    let verified = checked(&opened, "Ada construyó un sistema RAG en 2022.", Some(&[])).await;
    assert!(verified.sentences.iter().all(|sentence| sentence.status != Status::Supported));
}

#[tokio::test]
async fn without_texts_the_documents_and_the_contact_card_are_asked() {
    let opened = Setup::default().open().await;
    let answer = "En 2022 Ada construyó un sistema RAG para una biblioteca jurídica [1]. Su correo es ada@example.org.";
    let verified = checked(&opened, answer, None).await;
    assert!(verified.is_supported(), "{verified:?}");
    assert!(!verified.sentences[0].text.contains('['), "markers are no part of what is claimed");
    let invented = checked(&opened, "Ada fundó un zoológico en Groenlandia.", None).await;
    assert!(!invented.is_supported(), "{invented:?}");
}

#[tokio::test]
async fn what_cannot_be_checked_is_refused_with_its_reason() {
    let opened = Setup::default().open().await;
    let long = "a ".repeat(MAX_ANSWER_CHARS);
    let many = vec!["x"; MAX_TEXTS + 1];
    let big = "x ".repeat(MAX_CONTEXT_CHARS);
    for (answer, context, reason) in [
        (" \n", None, "the answer is empty"),
        (long.as_str(), None, "the answer has 40000 characters; at most 20000 are checked at once"),
        ("Yes.", Some(&many[..]), "the context has 201 texts; at most 200 are read"),
        ("Yes.", Some(&[big.as_str()][..]), "the context has 400000 characters; at most 200000 are read"),
    ] {
        let refused = verify(&opened.site, request(answer, context)).await.unwrap_err();
        assert_eq!(refused.to_string(), reason);
    }
    let asked = VerifyRequest { question: Some("a".repeat(2_001)), ..request("Yes.", None) };
    let refused = verify(&opened.site, asked).await.unwrap_err();
    assert!(matches!(refused, VerifyError::QuestionTooLong { length: 2_001, limit: 2_000 }));
}
