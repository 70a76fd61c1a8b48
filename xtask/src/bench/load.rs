//! Putting load on a server: many clients that each ask one question after the other, or one that alternates.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use tokio::task::JoinSet;

use super::client::{Connection, Response, Target};

/// What is asked, of whom, and what counts as the answer hoped for.
#[derive(Clone)]
pub struct Call {
    pub target: Target,
    /// The body of a request about question number so-and-so.
    pub body: Arc<dyn Fn(usize) -> String + Send + Sync>,
    /// Bytes whose arrival is timed: the first words of a stream. Empty for whole answers.
    pub mark: &'static [u8],
    /// Bytes that every answer hoped for contains.
    pub expected: &'static [&'static str],
}

/// What was seen.
#[derive(Default)]
pub struct Observed {
    /// From question to the end of its answer.
    pub latencies_ms: Vec<f64>,
    /// From question to the first words.
    pub first_ms: Vec<f64>,
    /// Answers that were not the ones hoped for, such as `not_known`.
    pub unexpected: usize,
    /// One of them, to be shown.
    pub example: Option<String>,
    /// From the first question to the last answer.
    pub elapsed: Duration,
}

impl Observed {
    /// Answers in a second.
    pub fn rate(&self) -> f64 {
        self.latencies_ms.len() as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }

    /// Takes in what another client or round saw, one after the other.
    pub fn add(&mut self, other: Self) {
        self.latencies_ms.extend(other.latencies_ms);
        self.first_ms.extend(other.first_ms);
        self.unexpected += other.unexpected;
        self.example = self.example.take().or(other.example);
    }

    fn record(&mut self, call: &Call, asked: Instant, response: Response) -> anyhow::Result<()> {
        self.latencies_ms.push(millis(asked.elapsed()));
        if let Some(marked) = response.marked {
            self.first_ms.push(millis(marked - asked));
        }
        let body = String::from_utf8_lossy(&response.body);
        if response.status != 200 {
            bail!("`{}` answered {}: {body}", call.target.path, response.status);
        }
        let is_expected = call.expected.iter().all(|part| body.contains(part));
        if !is_expected {
            self.unexpected += 1;
            self.example.get_or_insert_with(|| body.into_owned());
        }
        Ok(())
    }
}

/// A duration as milliseconds.
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Lets `clients` ask for some time, each its next question as soon as it has its answer. `next` numbers the questions.
pub async fn closed_loop(
    call: &Call,
    clients: usize,
    duration: Duration,
    next: &Arc<AtomicUsize>,
) -> anyhow::Result<Observed> {
    let mut connections = Vec::with_capacity(clients);
    for _ in 0..clients {
        connections.push(Connection::open(&call.target.address).await?);
    }
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for mut connection in connections {
        let (call, next) = (call.clone(), Arc::clone(next));
        tasks.spawn(async move {
            let mut observed = Observed::default();
            while started.elapsed() < duration {
                ask(&call, &mut connection, &next, &mut observed).await?;
            }
            anyhow::Ok(observed)
        });
    }
    let mut all = Observed::default();
    while let Some(client) = tasks.join_next().await {
        all.add(client??);
    }
    all.elapsed = started.elapsed();
    Ok(all)
}

/// Asks two in turn, one question at a time, so that both see the same machine in the same moment. Ends after so many
/// pairs or so much time, whichever is first, but not before a pair.
pub async fn alternate(
    one: &Call,
    other: &Call,
    pairs: usize,
    longest: Duration,
    next: &AtomicUsize,
) -> anyhow::Result<[Observed; 2]> {
    let mut first = Connection::open(&one.target.address).await?;
    let mut second = Connection::open(&other.target.address).await?;
    let mut observed = [Observed::default(), Observed::default()];
    let [seen_first, seen_second] = &mut observed;
    let started = Instant::now();
    for _ in 0..pairs {
        ask(one, &mut first, next, seen_first).await?;
        ask(other, &mut second, next, seen_second).await?;
        if started.elapsed() >= longest {
            break;
        }
    }
    Ok(observed)
}

async fn ask(
    call: &Call,
    connection: &mut Connection,
    next: &AtomicUsize,
    observed: &mut Observed,
) -> anyhow::Result<()> {
    let body = (call.body)(next.fetch_add(1, Ordering::Relaxed));
    let asked = Instant::now();
    let response = connection.post(&call.target, &body, call.mark).await?;
    observed.record(call, asked, response)
}
