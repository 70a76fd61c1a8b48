//! Cases from what visitors asked: the questions that matter most are those that were asked and not answered well.
//!
//! Only first questions of conversations are taken, as they lean on nothing said before. What the right answer is, is left
//! for the owner to say; only an answer that its visitor liked is proposed as reference. Questions that seem to hold an
//! e-mail address or a telephone number stay where retention removes them, as a file of cases is kept and shared.

use portavoz_domain::answer::Outcome;
use portavoz_domain::cases::{Case, Origin, OriginKind, name_of};
use portavoz_domain::feedback::{Rating, RatingFilter};
use portavoz_domain::markers::unmarked;
use portavoz_domain::turn::{Settlement, Turn, TurnStatus};
use portavoz_storage::{StorageError, TurnFilter};

use super::{Made, Taken};
use crate::site::Site;

/// Answers below this score are poor.
const POOR_BELOW: f32 = 0.6;
/// Turns read at once.
const PAGE: u32 = 500;
/// The fewest digits in a row, written in whatever groups, that may be a telephone number. Two years have eight.
const PHONE_DIGITS: usize = 9;

/// Which turns to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those of the next three: what needs work.
    Poor,
    /// Whose visitor gave a thumb down.
    Down,
    /// With a low quality score.
    LowQuality,
    /// To which the documents gave no answer.
    NotKnown,
    /// That were answered, well or not.
    Answered,
}

/// At most `count` cases from the newest turns of a kind.
pub async fn from_turns(site: &Site, which: Which, count: usize) -> Result<Made, StorageError> {
    let mut made = Made::default();
    let mut taken = Taken::default();
    let mut filter = TurnFilter { status: Some(TurnStatus::Complete), limit: PAGE, ..TurnFilter::default() };
    match which {
        // Three reasons for a turn: no one filter finds them all.
        Which::Poor => {}
        Which::Down => filter.rating = Some(RatingFilter::Is(Rating::Down)),
        Which::LowQuality => filter.max_quality = Some(POOR_BELOW),
        Which::NotKnown => filter.outcome = Some(Outcome::NotKnown),
        Which::Answered => filter.outcome = Some(Outcome::Answered),
    }
    loop {
        let page = site.storage().turns().list(site.id(), &filter).await?;
        for turn in &page {
            if made.cases.len() >= count {
                return Ok(made);
            }
            if let Some(case) = case(turn, which, &mut taken, &mut made) {
                made.cases.push(case);
            }
        }
        match page.last() {
            Some(last) if page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX) => {
                filter.after = Some(last.admitted.id);
            }
            _ => return Ok(made),
        }
    }
}

fn case(turn: &Turn, which: Which, taken: &mut Taken, made: &mut Made) -> Option<Case> {
    let settled = turn.settlement.as_ref()?;
    let reason = reason(turn, settled, which)?;
    let question = turn.admitted.question.trim();
    if !settled.opens_conversation {
        made.drop("follow_up");
        return None;
    }
    if is_private(question) {
        made.drop("private");
        return None;
    }
    if !taken.take(question) {
        made.drop("asked_before");
        return None;
    }
    let day: String = turn.admitted.created.to_rfc3339().chars().take(10).collect();
    let note = format!("turn {} of {day}: {reason}", turn.admitted.id);
    let mut case = Case {
        question: question.to_owned(),
        tags: vec!["turn".to_owned(), reason.replace(' ', "-")],
        origin: Some(Origin { kind: OriginKind::Turn, note }),
        ..Case::default()
    };
    let is_liked = turn.feedback.as_ref().is_some_and(|feedback| feedback.rating == Rating::Up);
    if is_liked && settled.outcome == Some(Outcome::Answered) {
        case.expect = settled.outcome;
        case.reference = Some(unmarked(&settled.answer)).filter(|answer| !answer.trim().is_empty());
        for citation in &settled.citations {
            let document = citation.document.to_string();
            if !case.sources.contains(&document) {
                case.sources.push(document);
            }
        }
    }
    case.id = name_of(&case);
    Some(case)
}

/// Why a turn is taken; `None` if it is not of the kind that is looked for.
fn reason(turn: &Turn, settled: &Settlement, which: Which) -> Option<&'static str> {
    let rated = |rating| turn.feedback.as_ref().is_some_and(|feedback| feedback.rating == rating);
    let is_poor = settled.quality.as_ref().is_some_and(|quality| quality.score < POOR_BELOW);
    let outcome = settled.outcome?;
    if matches!(outcome, Outcome::Declined | Outcome::Smalltalk) && !rated(Rating::Down) {
        return None;
    }
    let looks_for = |one: Which| which == one || which == Which::Poor;
    match outcome {
        _ if rated(Rating::Down) && (looks_for(Which::Down) || which == Which::Answered) => Some("rated down"),
        Outcome::NotKnown if looks_for(Which::NotKnown) => Some("not known"),
        Outcome::Answered if looks_for(Which::LowQuality) && is_poor => Some("low quality"),
        Outcome::Answered if which == Which::Answered && rated(Rating::Up) => Some("rated up"),
        Outcome::Answered if which == Which::Answered => Some("answered"),
        _ => None,
    }
}

/// True if a text seems to hold an e-mail address, a name of some network, or a telephone number.
fn is_private(text: &str) -> bool {
    text.contains('@') || has_phone(text)
}

fn has_phone(text: &str) -> bool {
    let mut digits = 0;
    for letter in text.chars() {
        match letter {
            _ if letter.is_numeric() => digits += 1,
            ' ' | '-' | '.' | '(' | ')' | '/' | '+' | '\u{a0}' | '\u{2011}' => {}
            _ => digits = 0,
        }
        if digits >= PHONE_DIGITS {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_telephone_numbers_are_private() {
        for (text, expected) in [
            ("Can she write to me at ada@example.org?", true),
            ("Llámame al 976 12 34 56", true),
            ("+34 (976) 123-456 is my number", true),
            ("Where did she work in 2019-2022?", false),
            ("Between 2017, 2019, 2020 and 2022?", false),
            ("How did precision go from 0.60 to 0.84 on 420 questions?", false),
        ] {
            assert_eq!(is_private(text), expected, "{text}");
        }
    }
}
