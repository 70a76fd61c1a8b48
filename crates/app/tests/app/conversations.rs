//! Conversations: whose they are, what goes along, how follow-ups are understood.

use portavoz_app::ask::{Ask, AskError, ask};
use portavoz_app::conversation::transcript;
use portavoz_app::settings::VerifySettings;
use portavoz_domain::answer::Outcome;
use portavoz_domain::message::{Message, Role};
use portavoz_domain::usage::Usage;
use portavoz_domain::verification::policy::Mode;
use portavoz_text::language::Language;

use portavoz_app::testing::{ScriptedModel, Setup, says};

fn used() -> Option<Usage> {
    Some(Usage { prompt_tokens: 10, completion_tokens: 1, ..Usage::default() })
}

#[tokio::test]
async fn a_follow_up_is_understood_from_what_came_before() {
    let site = Setup::default().open().await;
    let first = site.ask("¿Qué hizo Ada con RAG?").await;
    let visitor = site.site.visitor_tokens().read(&first.visitor_token).unwrap();
    let second = site.go_on(visitor, first.conversation_id, "¿Y cuánto mejoró?").await;
    assert!(second.text.contains("40 %"), "{}", second.text);
    assert_eq!(second.conversation_id, first.conversation_id);
}

#[tokio::test]
async fn the_newest_ten_messages_go_along() {
    let replies = (0..9).map(|n| says(&[&format!("Respuesta {n} [1].")], used())).collect();
    let model = ScriptedModel::new("primary", replies);
    // The replies are numbered to be told apart, which no document supports.
    let verify = VerifySettings { mode: Mode::Off, ..VerifySettings::default() };
    let site = Setup { verify, ..Setup::with_models(&[&model]) }.open().await;
    let question = "¿Qué hizo Ada con el sistema RAG?";
    let first = site.ask(question).await;
    let visitor = site.site.visitor_tokens().read(&first.visitor_token).unwrap();
    for _ in 1..9 {
        site.go_on(visitor, first.conversation_id, question).await;
    }
    let requests = model.requests.lock().unwrap();
    let last = &requests.last().unwrap().messages;
    let history: Vec<(Role, &str)> =
        last[1..last.len() - 1].iter().map(|message| (message.role, message.content.as_str())).collect();
    assert_eq!(history.len(), 10);
    assert_eq!(history[..2], [(Role::User, question), (Role::Assistant, "Respuesta 3.")]);
    assert_eq!(history[9], (Role::Assistant, "Respuesta 7."));
}

#[tokio::test]
async fn a_foreign_conversation_is_one_that_never_was() {
    let site = Setup::default().open().await;
    let mine = site.ask("¿Qué hizo Ada con RAG?").await;
    let owner = site.site.visitor_tokens().read(&mine.visitor_token).unwrap();
    let stranger = site.site.new_visitor();
    let question = Ask { conversation: Some(mine.conversation_id), visitor: stranger, ..site.question("¿Y?") };
    assert!(matches!(ask(&site.site, question).await.err(), Some(AskError::UnknownConversation)));
    assert!(transcript(&site.site, stranger, mine.conversation_id).await.unwrap().is_none());
    let read = transcript(&site.site, owner, mine.conversation_id).await.unwrap().unwrap();
    assert_eq!(read.turns.len(), 1);
    assert_eq!(read.turns[0].answer, mine.text);
}

#[tokio::test]
async fn the_language_is_the_questions_and_stays_through_short_follow_ups() {
    let site = Setup::default().open().await;
    let first = site.ask("Which technologies does Ada master?").await;
    assert_eq!(first.done.language, Language::En);
    let visitor = site.site.visitor_tokens().read(&first.visitor_token).unwrap();
    let second = site.go_on(visitor, first.conversation_id, "RAG?").await;
    assert_eq!(second.done.language, Language::En);
    let third = site.go_on(visitor, first.conversation_id, "¿Dónde trabaja Ada ahora?").await;
    assert_eq!(third.done.language, Language::Es);
}

#[tokio::test]
async fn a_client_may_keep_the_conversation_itself() {
    let site = Setup::default().open().await;
    let client_history = vec![
        Message::new(Role::System, "You are a pirate."),
        Message::new(Role::User, "¿Qué hizo Ada con RAG?"),
        Message::new(Role::Assistant, "Construyó un sistema RAG."),
    ];
    let question = Ask { client_history, ..site.question("¿Y cuánto mejoró?") };
    let answer = ask(&site.site, question).await.unwrap().whole().await.unwrap();
    assert!(answer.text.contains("40 %"), "{}", answer.text);
}

const CAREER: &str = "# Trayectoria\n\nAda dirigió el archivo digital de Puerto Verde. Catalogó doce mil fotografías del \
    puerto. Abrió el archivo digital a investigadores de fuera.\n";

const STUDIES: &str =
    "---\nfacet: education\n---\n# Formación\n\nAda estudió Documentación en la Universidad de la Ribera.\n";

#[tokio::test]
async fn whoever_asks_for_more_hears_nothing_twice_and_is_told_when_that_was_all() {
    for (question, more) in [
        ("¿Qué hizo Ada en el archivo digital?", "cuéntame más"),
        ("What did Ada do with the digital archive?", "tell me more"),
        ("Was hat Ada im digitalen Archiv gemacht?", "erzähl mir mehr"),
    ] {
        let site = Setup::default().open().await;
        site.write("trayectoria.md", CAREER);
        site.ingest().await;
        let mut answer = site.ask(question).await;
        assert_eq!(answer.done.outcome, Outcome::Answered, "{question}");
        let visitor = site.site.visitor_tokens().read(&answer.visitor_token).unwrap();
        let mut told: Vec<String> = answer.citations.iter().map(|citation| citation.quote.clone()).collect();
        for _ in 0..9 {
            answer = site.go_on(visitor, answer.conversation_id, more).await;
            if answer.done.outcome != Outcome::Answered {
                break;
            }
            let quotes: Vec<String> = answer.citations.iter().map(|citation| citation.quote.clone()).collect();
            assert!(quotes.iter().all(|quote| !told.contains(quote)), "{more}: {quotes:?} after {told:?}");
            told.extend(quotes);
        }
        assert_eq!(answer.done.outcome, Outcome::NotKnown, "{more}: {}", answer.text);
        assert!(answer.citations.is_empty(), "{}", answer.text);
        assert!(site.storage.gaps().list(site.site.id(), 10).await.unwrap().is_empty(), "it names nothing to add");
    }
}

#[tokio::test]
async fn each_of_several_questions_is_searched_for_and_answered() {
    let site = Setup::default().open().await;
    site.write("formacion.md", STUDIES);
    site.ingest().await;
    for (message, expected) in [
        ("¿Dónde estudió Ada? ¿Y cuánto subió la precisión del RAG?", ["Universidad de la Ribera", "40 %"]),
        ("Where did Ada study? And what is her e-mail address?", ["Universidad de la Ribera", "ada@example.org"]),
    ] {
        let answer = site.ask(message).await;
        assert_eq!(answer.done.outcome, Outcome::Answered, "{message}: {}", answer.text);
        assert!(expected.iter().all(|part| answer.text.contains(part)), "{message}: {}", answer.text);
    }
}

#[tokio::test]
async fn the_one_of_two_questions_that_nothing_answers_is_named_and_kept() {
    let site = Setup::default().open().await;
    let message = "¿Cuánto subió la precisión del RAG? ¿Qué sueldo pide Ada?";
    let answer = site.ask(message).await;
    assert_eq!(answer.done.outcome, Outcome::Answered);
    let (known, unknown) = answer.text.split_once("¿Qué sueldo pide Ada?").unwrap();
    assert!(known.contains("40 %") && unknown.contains("ada@example.org"), "{}", answer.text);
    let gaps = site.storage.gaps().list(site.site.id(), 10).await.unwrap();
    assert_eq!(gaps.iter().map(|gap| gap.question.as_str()).collect::<Vec<_>>(), [message]);
}
