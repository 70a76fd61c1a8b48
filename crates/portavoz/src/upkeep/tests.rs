//! When jobs run, what failures do to them, and that they stop.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use std::io::Write;
use std::sync::Mutex;

use tokio::time::Instant;

use super::*;

/// When runs began, in seconds from the start, and what they are to do.
struct Diary {
    begun: Instant,
    runs: Mutex<Vec<u64>>,
    behave: fn(usize) -> Result<(), &'static str>,
    takes: Duration,
}

impl Diary {
    fn new(behave: fn(usize) -> Result<(), &'static str>, takes: Duration) -> Arc<Self> {
        Arc::new(Self { begun: Instant::now(), runs: Mutex::default(), behave, takes })
    }

    fn job(self: &Arc<Self>, every: u64) -> Job {
        Job::new("test", Duration::from_secs(every), self, |diary| async move {
            let run = {
                let mut runs = diary.runs.lock().unwrap();
                runs.push(diary.begun.elapsed().as_secs());
                runs.len()
            };
            tokio::time::sleep(diary.takes).await;
            (diary.behave)(run).map_err(anyhow::Error::msg)
        })
    }

    fn runs(&self) -> Vec<u64> {
        self.runs.lock().unwrap().clone()
    }
}

/// Lets jobs run for a while of the paused clock, then stops them and waits for their end.
async fn run_for(seconds: u64, jobs: Vec<Job>) {
    let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
    start(jobs, &tasks, &stopping);
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    stopping.cancel();
    tasks.close();
    tasks.wait().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_runs_at_the_start_and_then_again_and_again() {
    let (often, seldom) = (Diary::new(|_| Ok(()), Duration::ZERO), Diary::new(|_| Ok(()), Duration::ZERO));
    run_for(130, vec![often.job(60), seldom.job(3_600)]).await;
    assert_eq!(often.runs(), [0, 60, 120]);
    assert_eq!(seldom.runs(), [0]);
}

#[tokio::test(start_paused = true)]
async fn neither_errors_nor_defects_end_a_job() {
    let diary = Diary::new(
        |run| match run {
            1 => Err("no database today"),
            2 => panic!("a defect"),
            _ => Ok(()),
        },
        Duration::ZERO,
    );
    run_for(200, vec![diary.job(60)]).await;
    assert_eq!(diary.runs(), [0, 60, 120, 180]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_job_never_runs_twice_at_once_and_holds_up_no_other() {
    let (slow, quick) = (Diary::new(|_| Ok(()), Duration::from_secs(100)), Diary::new(|_| Ok(()), Duration::ZERO));
    run_for(190, vec![slow.job(60), quick.job(60)]).await;
    assert_eq!(slow.runs(), [0, 100]);
    assert_eq!(quick.runs(), [0, 60, 120, 180]);
}

#[tokio::test(start_paused = true)]
async fn a_job_under_way_is_broken_off_by_the_stop() {
    let diary = Diary::new(|_| Ok(()), Duration::from_secs(3_600));
    let begun = Instant::now();
    run_for(10, vec![diary.job(60)]).await;
    assert_eq!(begun.elapsed().as_secs(), 10);
}

/// A log to read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_streak_of_failures_is_logged_once_and_so_is_its_end() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let diary =
        Diary::new(|run| if matches!(run, 2..=4 | 7) { Err("no database today") } else { Ok(()) }, Duration::ZERO);
    run_for(8 * 60, vec![diary.job(60)]).await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = log.lines().filter_map(|line| line.split_once("upkeep: ").map(|(_, said)| said)).collect();
    assert_eq!(
        lines,
        [
            "upkeep fails; it is tried again, and told when it works job=\"test\" error=\"no database today\"",
            "upkeep works again job=\"test\"",
            "upkeep fails; it is tried again, and told when it works job=\"test\" error=\"no database today\"",
            "upkeep works again job=\"test\"",
        ]
    );
}
