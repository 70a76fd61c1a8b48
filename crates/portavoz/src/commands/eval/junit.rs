//! Results as JUnit XML, which CI services read: a suite for each target, a test for each case.
//!
//! The dialect that Jenkins, GitLab and GitHub's actions agree on (`testsuites`, `testsuite`, `testcase`, `failure`,
//! `error`, `skipped`). A case that was not passed is a failure; an answer that stands in for a failed model's is an error,
//! for it says nothing of the target; a case that was not asked is skipped.

use std::fmt::Write;

use portavoz_domain::cases::Case;
use portavoz_domain::evaluation::metrics::Metric;
use portavoz_domain::evaluation::{CaseResult, Target, faults};

use super::told::Told;

/// The whole file.
pub(super) fn render(told: &Told) -> String {
    let mut suites = String::new();
    let mut all = Counts::default();
    for target in &told.run.targets {
        let (suite, counts) = suite(told, target);
        suites.push_str(&suite);
        all = all.plus(counts);
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" {}>\n{suites}</testsuites>\n",
        safe(&told.run.name),
        all.attributes()
    )
}

#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    millis: u64,
}

impl Counts {
    fn plus(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
            skipped: self.skipped + other.skipped,
            millis: self.millis + other.millis,
        }
    }

    fn attributes(self) -> String {
        let Self { tests, failures, errors, skipped, millis } = self;
        let time = seconds(millis);
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{time}\"")
    }
}

fn suite(told: &Told, target: &Target) -> (String, Counts) {
    let mut tests = String::new();
    let mut counts = Counts::default();
    for case in &told.run.cases {
        let result = told.results.iter().find(|result| result.target == target.name && result.case == case.id);
        counts.tests += 1;
        counts.millis += result.and_then(|result| result.reply.took_ms).unwrap_or(0);
        let inside = match result {
            None => {
                counts.skipped += 1;
                "<skipped message=\"not asked yet\"/>".to_owned()
            }
            Some(result) => inside(case, result, &mut counts),
        };
        let millis = result.and_then(|result| result.reply.took_ms).unwrap_or(0);
        let _ = writeln!(
            tests,
            "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\">{inside}</testcase>",
            safe(target.name.as_str()),
            safe(&case.id),
            seconds(millis)
        );
    }
    let started = told.run.started.to_rfc3339();
    let timestamp = started.get(..19).unwrap_or_default();
    let opened = format!(
        "  <testsuite name=\"{}\" {} timestamp=\"{timestamp}\">\n",
        safe(target.name.as_str()),
        counts.attributes()
    );
    (opened + &tests + "  </testsuite>\n", counts)
}

fn inside(case: &Case, result: &CaseResult, counts: &mut Counts) -> String {
    let asked = format!("question: {}\nanswer: {}", case.question, result.reply.text);
    let failed = result.reply.failure().filter(|_| result.reply.model.is_none());
    if let Some(reason) = failed {
        counts.errors += 1;
        let message = format!("the model failed ({reason}); {} answered", result.reply.answered_by());
        return format!("<error type=\"{}\" message=\"{}\">{}</error>", safe(reason), safe(&message), safe(&asked));
    }
    if result.grade.passed {
        return String::new();
    }
    counts.failures += 1;
    let faults = faults(case, &result.reply, &result.grade).join("; ");
    let quality = Metric::Quality.of(result).map_or_else(String::new, |quality| format!("\nquality: {quality:.2}"));
    format!("<failure type=\"case\" message=\"{}\">{}</failure>", safe(&faults), safe(&format!("{asked}{quality}")))
}

fn seconds(millis: u64) -> String {
    format!("{:.3}", millis as f64 / 1_000.0)
}

/// Text that may stand in XML: what the standard forbids (most control characters) is left out, the rest escaped.
fn safe(text: &str) -> String {
    let allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| allowed(*letter)) {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            // Attributes keep their line breaks only so.
            '\n' => safe.push_str("&#10;"),
            '\t' => safe.push_str("&#9;"),
            '\r' => safe.push_str("&#13;"),
            letter => safe.push(letter),
        }
    }
    safe
}
