//! Telling the owner: once, by every channel, by one process, and not lost.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use portavoz_app::alerts::{Notifier, NotifyError, budget_refused, evaluate, list, sweep, test};
use portavoz_app::clock::Clock;
use portavoz_app::settings::BudgetSettings;
use portavoz_app::testing::{Reply, ScriptedModel, Setup, TestSite, says};
use portavoz_domain::alerts::Episode;
use portavoz_domain::alerts::words::{Notice, Tone};
use portavoz_domain::answer::{Rung, RungTried};
use portavoz_domain::budget::{Cap, Caps, Purpose, Reservation};
use portavoz_domain::ids::{ChargeId, ConversationId, SiteId, TurnId};
use portavoz_domain::quality::{Quality, Term};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::turn::{NewTurn, Settlement};
use portavoz_llm::LlmError;
use portavoz_storage::sqlite::{SqliteOptions, SqliteStorage, SyncMode};
use portavoz_storage::{Storage, TurnFilter};
use portavoz_text::language::Language;

const QUESTION: &str = "¿Cuánto subió la precisión con el sistema RAG?";
/// Failures in a row that count as down, by default.
const DOWN: usize = 5;
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// Remembers what it was to send; may be broken.
struct Recorder {
    name: &'static str,
    broken: AtomicBool,
    attempts: AtomicUsize,
    notices: Mutex<Vec<Notice>>,
}

impl Recorder {
    fn named(name: &'static str) -> Arc<Self> {
        Arc::new(Self {
            name,
            broken: AtomicBool::new(false),
            attempts: AtomicUsize::new(0),
            notices: Mutex::default(),
        })
    }

    fn broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }

    fn attempts(&self) -> usize {
        self.attempts.load(Ordering::SeqCst)
    }

    /// What arrived, as tone and title.
    fn told(&self) -> Vec<(Tone, String)> {
        self.notices.lock().unwrap().iter().map(|notice| (notice.tone, notice.title.clone())).collect()
    }
}

#[async_trait]
impl Notifier for Recorder {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn send(&self, notice: &Notice) -> Result<(), NotifyError> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        if self.broken.load(Ordering::SeqCst) {
            return Err(NotifyError { what: "it is broken".to_owned(), mend: "mend it" });
        }
        // Others get their turn in the middle.
        tokio::task::yield_now().await;
        self.notices.lock().unwrap().push(notice.clone());
        Ok(())
    }
}

/// A site with these channels over this database.
async fn site(channels: &[&Arc<Recorder>], storage: Option<Arc<dyn Storage>>) -> (TestSite, Arc<ScriptedModel>) {
    let model = ScriptedModel::new("primary", Vec::new());
    let notifiers = channels.iter().map(|channel| Arc::clone(channel) as Arc<dyn Notifier>).collect();
    let setup = Setup { notifiers, storage, ..Setup::with_models(&[&model]) };
    (setup.open().await, model)
}

/// Visitors ask, and the model fails each time.
async fn fail(site: &TestSite, model: &ScriptedModel, times: usize) {
    for _ in 0..times {
        model.will(Reply::Fails(LlmError::Transient("the server is down".to_owned())));
        site.ask(QUESTION).await;
    }
}

async fn answer(site: &TestSite, model: &ScriptedModel) {
    model.will(says(&["La precisión subió un 40 % [1]."], None));
    site.ask(QUESTION).await;
}

async fn episodes(site: &TestSite) -> Vec<Episode> {
    list(&site.site, false, 100).await.unwrap()
}

fn down() -> (Tone, String) {
    (Tone::Alert, "`primary` no responde".to_owned())
}

fn up() -> (Tone, String) {
    (Tone::Recovery, "Resuelto: `primary` no responde".to_owned())
}

#[tokio::test]
async fn a_model_that_fails_every_time_is_told_once_and_so_is_its_return() {
    let (hook, mail) = (Recorder::named("webhook"), Recorder::named("email"));
    let (site, model) = site(&[&hook, &mail], None).await;
    fail(&site, &model, DOWN - 1).await;
    evaluate(&site.site).await.unwrap();
    assert_eq!(hook.told(), [], "four failures may be chance");
    fail(&site, &model, 1).await;
    for _ in 0..3 {
        evaluate(&site.site).await.unwrap();
    }
    assert_eq!((hook.told(), mail.told()), (vec![down()], vec![down()]));
    fail(&site, &model, 2).await;
    evaluate(&site.site).await.unwrap();
    let worse = &episodes(&site).await[0];
    assert_eq!((worse.value, worse.limit, worse.closed), (7.0, 5.0, None), "the worst figure so far");
    assert!(worse.message.contains("timeout") || worse.message.contains("(transient 5)"), "{}", worse.message);

    answer(&site, &model).await;
    for _ in 0..3 {
        evaluate(&site.site).await.unwrap();
    }
    assert_eq!((hook.told(), mail.told()), (vec![down(), up()], vec![down(), up()]));
    let over = &episodes(&site).await[0];
    assert!(over.closed.is_some());
    let delivered: Vec<_> =
        over.deliveries.iter().map(|one| (one.channel.as_str(), one.recovery, &one.error)).collect();
    for expected in [("webhook", false), ("email", false), ("webhook", true), ("email", true)] {
        assert!(delivered.contains(&(expected.0, expected.1, &None)), "{delivered:?}");
    }
    assert_eq!(delivered.len(), 4);

    // The next time is another time.
    fail(&site, &model, DOWN).await;
    evaluate(&site.site).await.unwrap();
    assert_eq!(hook.told(), [down(), up(), down()]);
}

#[tokio::test]
async fn of_several_processes_one_tells() {
    let storage: Arc<dyn Storage> = Arc::new(SqliteStorage::in_memory().await.unwrap());
    let hook = Recorder::named("webhook");
    let (one, model) = site(&[&hook], Some(Arc::clone(&storage))).await;
    let (other, _) = site(&[&hook], Some(storage)).await;
    // Few enough turns for no verdict on the share of failures.
    for round in 1..=3 {
        fail(&one, &model, DOWN).await;
        let told = tokio::join!(evaluate(&one.site), evaluate(&other.site), evaluate(&one.site), evaluate(&other.site));
        assert!(told.0.is_ok() && told.1.is_ok() && told.2.is_ok() && told.3.is_ok());
        evaluate(&other.site).await.unwrap();
        assert_eq!(hook.told().len(), 2 * round - 1);
        answer(&one, &model).await;
        let told = tokio::join!(evaluate(&other.site), evaluate(&one.site), evaluate(&other.site));
        assert!(told.0.is_ok() && told.1.is_ok() && told.2.is_ok());
        evaluate(&one.site).await.unwrap();
        assert_eq!(hook.told().len(), 2 * round);
    }
}

#[tokio::test]
async fn a_message_that_does_not_arrive_is_kept_and_tried_again() {
    let (hook, mail) = (Recorder::named("webhook"), Recorder::named("email"));
    let (site, model) = site(&[&hook, &mail], None).await;
    hook.broken(true);
    fail(&site, &model, DOWN).await;
    evaluate(&site.site).await.unwrap();
    evaluate(&site.site).await.unwrap();
    assert_eq!((hook.told(), mail.told()), (vec![], vec![down()]), "the other channel does not wait");
    let deliveries = episodes(&site).await[0].deliveries.clone();
    let failed: Vec<_> = deliveries.iter().filter_map(|one| one.error.as_deref()).collect();
    assert_eq!(failed, ["it is broken"], "not tried again at once");

    hook.broken(false);
    site.clock.advance(MINUTE);
    evaluate(&site.site).await.unwrap();
    assert_eq!((hook.told(), mail.told()), (vec![down()], vec![down()]));
}

#[tokio::test]
async fn whoever_never_heard_of_it_hears_of_the_whole_when_it_is_over() {
    let hook = Recorder::named("webhook");
    let (site, model) = site(&[&hook], None).await;
    hook.broken(true);
    fail(&site, &model, DOWN).await;
    evaluate(&site.site).await.unwrap();
    answer(&site, &model).await;
    evaluate(&site.site).await.unwrap();
    hook.broken(false);
    site.clock.advance(2 * MINUTE);
    evaluate(&site.site).await.unwrap();
    assert_eq!(hook.told(), [up()]);
    let text = hook.notices.lock().unwrap()[0].text.clone();
    assert!(text.contains("Empezó el 2026-11-22 12:00 UTC") && text.contains("La peor cifra fue 5."), "{text}");
}

#[tokio::test]
async fn a_process_that_dies_while_it_tells_loses_nothing() {
    let storage: Arc<dyn Storage> = Arc::new(SqliteStorage::in_memory().await.unwrap());
    let (silent, hook) = (Recorder::named("webhook"), Recorder::named("webhook"));
    let (dying, model) = site(&[&silent], Some(Arc::clone(&storage))).await;
    fail(&dying, &model, DOWN).await;
    // It dies at its first wait inside the sending: the lease is taken, nothing is said.
    let evaluation = evaluate(&dying.site);
    tokio::pin!(evaluation);
    while silent.attempts() == 0 {
        assert!(futures::poll!(&mut evaluation).is_pending());
        tokio::task::yield_now().await;
    }
    assert_eq!(silent.told(), []);

    let (next, _) = site(&[&hook], Some(storage)).await;
    evaluate(&next.site).await.unwrap();
    assert_eq!(hook.told(), [], "the dead one may be alive, for all that is known");
    next.clock.advance(3 * MINUTE);
    evaluate(&next.site).await.unwrap();
    assert_eq!(hook.told(), [down()]);
}

#[tokio::test]
async fn a_test_says_of_each_channel_whether_it_arrived() {
    let (hook, mail) = (Recorder::named("webhook"), Recorder::named("email"));
    let (site, _) = site(&[&hook, &mail], None).await;
    mail.broken(true);
    let reached = test(&site.site).await;
    let reached: Vec<_> = reached.iter().map(|one| (one.channel, one.error.as_ref().map(|error| error.mend))).collect();
    assert_eq!(reached, [("webhook", None), ("email", Some("mend it"))]);
    assert_eq!(hook.told(), [(Tone::Test, "Una prueba".to_owned())]);
    assert_eq!(episodes(&site).await, [], "a test is no alert");
}

/// Turns that were settled now with these figures, beside what visitors asked.
async fn settle(site: &TestSite, count: usize, change: impl Fn(&mut Settlement)) {
    let any = TurnFilter { limit: 1, ..TurnFilter::default() };
    if site.storage.turns().list(site.site.id(), &any).await.unwrap().is_empty() {
        site.ask("¡Hola!").await;
    }
    let turn = site.storage.turns().list(site.site.id(), &any).await.unwrap().remove(0);
    for place in 0..count {
        let now = site.clock.now();
        let random = u64::try_from(now.as_millis()).unwrap().to_le_bytes();
        let id = TurnId::mint(now, [random[0], random[1], random[2], random[3], place as u8, 0, 0, 0, 0, 0]);
        let conversation = ConversationId::mint(now, [random[0], random[1], random[2], place as u8, 1, 0, 0, 0, 0, 0]);
        let admitted = NewTurn { id, conversation, created: now, ..turn.admitted.clone() };
        site.storage.turns().admit(&admitted, None).await.unwrap();
        let mut settlement = Settlement { id, settled: now, ..turn.settlement.clone().unwrap() };
        change(&mut settlement);
        site.storage.turns().settle(&settlement, Language::Es).await.unwrap();
    }
}

fn slow(settlement: &mut Settlement) {
    settlement.first_token_ms = Some(5_000);
}

fn quick(settlement: &mut Settlement) {
    settlement.first_token_ms = Some(300);
}

#[tokio::test]
async fn slow_answers_are_told_when_they_are_many_and_over_when_they_are_few() {
    let hook = Recorder::named("webhook");
    let (site, _) = site(&[&hook], None).await;
    let is_slow = (Tone::Alert, "Los visitantes esperan demasiado".to_owned());
    let is_over = (Tone::Recovery, "Resuelto: Los visitantes esperan demasiado".to_owned());
    settle(&site, 1, slow).await;
    settle(&site, 30, quick).await;
    evaluate(&site.site).await.unwrap();
    assert_eq!(hook.told(), [], "one slow answer is no alert");
    settle(&site, 4, slow).await;
    evaluate(&site.site).await.unwrap();
    evaluate(&site.site).await.unwrap();
    assert_eq!(hook.told(), std::slice::from_ref(&is_slow));
    let text = hook.notices.lock().unwrap()[0].text.clone();
    assert!(text.contains("el límite es 2,0 s") && text.contains("36 turnos desde el 2026-11-22 11:00 UTC"), "{text}");

    // Two hours later the slow ones have left the window; a few quick ones are enough for good news.
    site.clock.advance(2 * HOUR);
    evaluate(&site.site).await.unwrap();
    assert_eq!(hook.told().len(), 1, "nobody asked: nothing is known to be better");
    settle(&site, 25, quick).await;
    evaluate(&site.site).await.unwrap();
    assert_eq!(hook.told(), [is_slow, is_over]);
}

#[tokio::test]
async fn a_quiet_site_is_judged_by_the_turns_of_a_day() {
    let hook = Recorder::named("webhook");
    let (site, _) = site(&[&hook], None).await;
    for _ in 0..11 {
        settle(&site, 1, slow).await;
        site.clock.advance(2 * HOUR);
    }
    evaluate(&site.site).await.unwrap();
    assert_eq!(hook.told(), [], "too few turns in a day");
    settle(&site, 12, slow).await;
    evaluate(&site.site).await.unwrap();
    assert_eq!(hook.told(), [(Tone::Alert, "Los visitantes esperan demasiado".to_owned())]);
}

#[tokio::test]
async fn scores_and_failures_are_told_with_their_figures() {
    let hook = Recorder::named("webhook");
    let (site, _) = site(&[&hook], None).await;
    settle(&site, 25, |settlement| {
        let term = |score| Term { score, parts: Vec::new() };
        settlement.quality = Some(Quality::of(term(0.7), term(0.7), term(0.7)));
        settlement.efficiency = Some(0.5);
        let failed = RungTried { rung: Rung::Primary, model: Some("gone".into()), reason: Some("timeout".into()) };
        settlement.ladder.insert(0, failed);
    })
    .await;
    evaluate(&site.site).await.unwrap();
    let texts: Vec<String> = hook.notices.lock().unwrap().iter().map(|notice| notice.text.clone()).collect();
    for part in [
        "La calidad media es 0,70 (25 respuestas",
        "La eficiencia media de tokens es 0,50",
        "fallaron en el 100 % de los turnos",
    ] {
        assert_eq!(texts.iter().filter(|text| text.contains(part)).count(), 1, "{part}: {texts:?}");
    }
    assert_eq!(texts.len(), 3, "{texts:?}");
}

#[tokio::test]
async fn calls_that_a_dead_process_left_open_are_told_with_what_they_stay_charged_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portavoz.db");
    let dead = SqliteStorage::open(&path, SqliteOptions { sync: SyncMode::Normal }).await.unwrap();
    let reservation = |byte, amount| Reservation {
        site: SiteId::default(),
        id: ChargeId::mint(Timestamp::from_millis(1_795_348_800_000), [byte; 10]),
        visitor: None,
        purpose: Purpose::Ingest,
        at: Timestamp::from_millis(1_795_348_800_000),
        amount,
        caps: Caps::default(),
    };
    dead.spending().reserve(&reservation(1, 20_000)).await.unwrap();
    dead.spending().reserve(&reservation(2, 3_000)).await.unwrap();
    dead.close().await;

    let living = SqliteStorage::open(&path, SqliteOptions { sync: SyncMode::Normal }).await.unwrap();
    let hook = Recorder::named("webhook");
    let (site, _) = site(&[&hook], Some(Arc::new(living))).await;
    for _ in 0..2 {
        sweep(&site.site).await.unwrap();
        evaluate(&site.site).await.unwrap();
    }
    assert_eq!(hook.told(), [(Tone::Alert, "Se interrumpieron llamadas de pago".to_owned())]);
    let text = hook.notices.lock().unwrap()[0].text.clone();
    assert!(text.contains("(2)") && text.contains("0,0230 USD"), "{text}");
    site.clock.advance(24 * HOUR);
    evaluate(&site.site).await.unwrap();
    assert_eq!(hook.told().len(), 1, "its end is no news");
    assert!(episodes(&site).await[0].closed.is_some());
}

/// Charges this much.
async fn spend(site: &TestSite, usd: f64) {
    let spending = site.storage.spending();
    let at = site.clock.now();
    let id = ChargeId::mint(at, [7; 10]);
    let amount = (usd * 1e6) as u64;
    let purpose = Purpose::Evaluation;
    let reservation =
        Reservation { site: site.site.id().clone(), id, visitor: None, purpose, at, amount, caps: Caps::default() };
    spending.reserve(&reservation).await.unwrap();
    spending.settle(site.site.id(), id, amount).await.unwrap();
}

/// A site that may spend ten dollars a day.
async fn with_budget(hook: &Arc<Recorder>) -> TestSite {
    let caps = Caps { day: Some(10_000_000), ..Caps::default() };
    let budget = BudgetSettings { caps, refuse_unpriced: false };
    Setup { notifiers: vec![Arc::clone(hook) as Arc<dyn Notifier>], budget, ..Setup::default() }.open().await
}

#[tokio::test]
async fn shares_of_a_budget_are_told_once_a_day_and_its_end_when_models_answer_again() {
    let hook = Recorder::named("webhook");
    let site = with_budget(&hook).await;
    let told = async |usd| {
        spend(&site, usd).await;
        evaluate(&site.site).await.unwrap();
        evaluate(&site.site).await.unwrap();
        hook.notices.lock().unwrap().drain(..).map(|notice| notice.title).collect::<Vec<_>>()
    };
    assert_eq!(told(4.99).await, [""; 0]);
    assert_eq!(told(0.01).await, ["Se ha gastado el 50 % del presupuesto del día"]);
    assert_eq!(told(1.0).await, [""; 0]);
    assert_eq!(told(2.0).await, ["Se ha gastado el 80 % del presupuesto del día"]);
    let mut last = told(2.0).await;
    last.sort();
    assert_eq!(last, ["El día sale caro", "El presupuesto del día está gastado"]);
    site.clock.advance(24 * HOUR);
    let mut next_day = told(6.0).await;
    next_day.sort();
    let over = ["Resuelto: El día sale caro", "Resuelto: El presupuesto del día está gastado"];
    assert_eq!(next_day, [over[0], over[1], "Se ha gastado el 50 % del presupuesto del día"]);
}

#[tokio::test]
async fn a_refused_call_is_told_right_away_and_once() {
    let hook = Recorder::named("webhook");
    let site = with_budget(&hook).await;
    spend(&site, 9.99).await;
    for _ in 0..100 {
        budget_refused(&site.site, Cap::Day);
        budget_refused(&site.site, Cap::VisitorDay);
    }
    site.site.finish().await;
    evaluate(&site.site).await.unwrap();
    assert_eq!(hook.told(), [(Tone::Alert, "El presupuesto del día está gastado".to_owned())]);
    let text = hook.notices.lock().unwrap()[0].text.clone();
    assert!(text.contains("9,9900 de 10,00 USD") && text.contains("se ha rechazado una llamada"), "{text}");
}
