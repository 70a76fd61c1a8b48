//! Messages for the owner: told once, by every channel, and not lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use portavoz_app::alerts::{Notifier, NotifyError};
use portavoz_app::messages::{Leaving, check, leave, tell};
use portavoz_app::privacy::{PrivacySettings, retain};
use portavoz_app::settings::MessageSettings;
use portavoz_app::testing::{Setup, TestSite};
use portavoz_domain::alerts::words::{Notice, ReplyTo, Tone};
use portavoz_domain::inbox::LeftMessage;
use portavoz_storage::Storage;
use portavoz_storage::sqlite::SqliteStorage;

const MINUTE: Duration = Duration::from_secs(60);

/// A channel that keeps what it was to send; may be broken.
struct Channel {
    name: &'static str,
    broken: AtomicBool,
    notices: Mutex<Vec<Notice>>,
}

impl Channel {
    fn named(name: &'static str) -> Arc<Self> {
        Arc::new(Self { name, broken: AtomicBool::new(false), notices: Mutex::default() })
    }

    fn texts(&self) -> Vec<String> {
        self.notices.lock().unwrap().iter().map(|notice| notice.text.clone()).collect()
    }
}

#[async_trait]
impl Notifier for Channel {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn send(&self, notice: &Notice) -> Result<(), NotifyError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(NotifyError { what: "it is broken".to_owned(), mend: "mend it" });
        }
        tokio::task::yield_now().await;
        self.notices.lock().unwrap().push(notice.clone());
        Ok(())
    }
}

async fn site(channels: &[&Arc<Channel>], storage: Option<Arc<dyn Storage>>) -> TestSite {
    let notifiers = channels.iter().map(|channel| Arc::clone(channel) as Arc<dyn Notifier>).collect();
    Setup { notifiers, storage, ..Setup::default() }.open().await
}

fn leaving(site: &TestSite, text: &str) -> Leaving {
    Leaving {
        visitor: site.site.new_visitor(),
        text: text.to_owned(),
        name: None,
        email: None,
        conversation: None,
        turn: None,
        language: None,
    }
}

async fn left(site: &TestSite, leaving: Leaving) -> LeftMessage {
    leave(&site.site, check(&site.site, leaving).await.unwrap()).await.unwrap()
}

/// The message as it is kept.
async fn kept(site: &TestSite, message: &LeftMessage) -> Option<LeftMessage> {
    site.site.storage().messages().find(site.site.id(), message.id).await.unwrap()
}

#[tokio::test]
async fn a_message_is_told_at_once_by_every_channel_and_once() {
    let (hook, mail) = (Channel::named("webhook"), Channel::named("email"));
    let site = site(&[&hook, &mail], None).await;
    let zoe = Leaving {
        name: Some("Zoé".to_owned()),
        email: Some("zoe@example.com".to_owned()),
        ..leaving(&site, "¿Tiene un hueco en marzo?")
    };
    let message = left(&site, zoe).await;
    site.site.finish().await;
    for _ in 0..3 {
        tell(&site.site).await.unwrap();
    }
    assert_eq!((hook.texts().len(), mail.texts().len()), (1, 1));
    let notice = mail.notices.lock().unwrap()[0].clone();
    assert_eq!((notice.tone, notice.subject().as_str()), (Tone::Message, "✉ portavoz: Mensaje de Zoé"));
    let writer = ReplyTo { name: Some("Zoé".to_owned()), email: "zoe@example.com".to_owned() };
    assert_eq!(notice.reply_to, Some(writer));
    let names: Vec<_> = notice.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Nombre", "Correo", "Recibido", "En el panel"]);
    let kept = kept(&site, &message).await.unwrap();
    assert!(kept.told.is_some());
    assert_eq!(kept.deliveries.len(), 2);
}

#[tokio::test]
async fn a_channel_that_is_down_is_tried_again_and_keeps_no_other_waiting() {
    let (hook, mail) = (Channel::named("webhook"), Channel::named("email"));
    let site = site(&[&hook, &mail], None).await;
    mail.broken.store(true, Ordering::SeqCst);
    let first = left(&site, leaving(&site, "uno")).await;
    let second = left(&site, leaving(&site, "dos")).await;
    site.site.finish().await;
    tell(&site.site).await.unwrap();
    assert_eq!((hook.texts(), mail.texts()), (vec!["uno".to_owned(), "dos".to_owned()], vec![]));
    assert!(kept(&site, &first).await.unwrap().told.is_none());

    mail.broken.store(false, Ordering::SeqCst);
    tell(&site.site).await.unwrap();
    assert_eq!(mail.texts(), [""; 0], "too early");
    site.clock.advance(MINUTE);
    tell(&site.site).await.unwrap();
    assert_eq!((hook.texts().len(), mail.texts()), (2, vec!["uno".to_owned(), "dos".to_owned()]));
    for message in [first, second] {
        assert!(kept(&site, &message).await.unwrap().told.is_some());
    }
}

#[tokio::test]
async fn a_receiver_that_never_takes_it_is_given_up_after_a_week() {
    let mail = Channel::named("email");
    let site = site(&[&mail], None).await;
    mail.broken.store(true, Ordering::SeqCst);
    let message = left(&site, leaving(&site, "uno")).await;
    site.site.finish().await;
    site.clock.advance(8 * 24 * 60 * MINUTE);
    tell(&site.site).await.unwrap();
    let kept = kept(&site, &message).await.unwrap();
    assert!(kept.told.is_some());
    assert_eq!(kept.deliveries[0].error.as_deref(), Some("it is broken"));
}

#[tokio::test]
async fn a_restart_loses_no_message_and_tells_none_again() {
    let storage: Arc<dyn Storage> = Arc::new(SqliteStorage::in_memory().await.unwrap());
    let (hook, mail) = (Channel::named("webhook"), Channel::named("email"));
    mail.broken.store(true, Ordering::SeqCst);
    let before = site(&[&hook, &mail], Some(Arc::clone(&storage))).await;
    left(&before, leaving(&before, "uno")).await;
    before.site.finish().await;

    mail.broken.store(false, Ordering::SeqCst);
    let after = site(&[&hook, &mail], Some(storage)).await;
    after.clock.advance(5 * MINUTE);
    tell(&after.site).await.unwrap();
    assert_eq!((hook.texts(), mail.texts()), (vec!["uno".to_owned()], vec!["uno".to_owned()]));
}

#[tokio::test]
async fn two_processes_tell_a_message_once() {
    let storage: Arc<dyn Storage> = Arc::new(SqliteStorage::in_memory().await.unwrap());
    let hook = Channel::named("webhook");
    let one = site(&[&hook], Some(Arc::clone(&storage))).await;
    let other = site(&[&hook], Some(storage)).await;
    left(&one, leaving(&one, "uno")).await;
    let (told, told_too) = tokio::join!(tell(&one.site), tell(&other.site));
    told.unwrap();
    told_too.unwrap();
    one.site.finish().await;
    tell(&other.site).await.unwrap();
    assert_eq!(hook.texts(), ["uno"]);
}

#[tokio::test]
async fn what_is_not_to_be_told_is_kept_in_silence() {
    let hook = Channel::named("webhook");
    let notifiers: Vec<Arc<dyn Notifier>> = vec![hook.clone()];
    let messages = MessageSettings { notify: false, ..MessageSettings::default() };
    let site = Setup { notifiers, messages, ..Setup::default() }.open().await;
    let message = left(&site, leaving(&site, "uno")).await;
    site.site.finish().await;
    tell(&site.site).await.unwrap();
    assert_eq!(hook.texts(), [""; 0]);
    assert!(kept(&site, &message).await.is_some());
}

#[tokio::test]
async fn messages_are_kept_as_long_as_turns() {
    let privacy = PrivacySettings { retention_days: 30 };
    let site = Setup { privacy, ..Setup::default() }.open().await;
    let old = left(&site, leaving(&site, "uno")).await;
    site.clock.advance(20 * 24 * 60 * MINUTE);
    let new = left(&site, leaving(&site, "dos")).await;
    site.clock.advance(11 * 24 * 60 * MINUTE);
    retain(&site.site).await.unwrap();
    assert_eq!((kept(&site, &old).await.is_some(), kept(&site, &new).await.is_some()), (false, true));
    site.site.finish().await;
}
