//! Words told as they come, unchecked (`verify.mode = "off"`). Only what no visitor may get in any mode is taken out:
//! images, and the words of the system message.

use portavoz_domain::links::ImageFilter;
use portavoz_domain::markers::MarkerStream;

use super::call::{Call, cite};
use super::telling::Telling;

/// How much of what was told is looked at for the system message, in bytes: a few sentences.
const LOOKED_AT: usize = 600;

/// An answer on its way to the visitor, markers renumbered.
pub(super) struct Straight<'a> {
    call: &'a Call<'a>,
    images: ImageFilter,
    markers: MarkerStream,
    /// What may become the mark of the system message.
    held: String,
    /// The system message was about to be told; nothing more is.
    pub(super) leaked: bool,
}

impl<'a> Straight<'a> {
    pub(super) fn new(call: &'a Call<'a>) -> Self {
        let markers = MarkerStream::new(call.passages.len());
        Self { call, images: ImageFilter::default(), markers, held: String::new(), leaked: false }
    }

    pub(super) async fn take(&mut self, piece: &str, telling: &mut Telling) {
        let clean = self.images.push(piece);
        let marked = self.markers.push(&clean);
        self.held.push_str(&marked.text);
        let safe = self.call.checks.guard.held_from(&self.held);
        let rest = self.held.split_off(safe);
        let text = std::mem::replace(&mut self.held, rest);
        self.tell(&text, marked.newly_cited, telling).await;
    }

    pub(super) async fn finish(&mut self, telling: &mut Telling) {
        let marked = self.markers.push(&self.images.finish());
        let text = format!("{}{}{}", std::mem::take(&mut self.held), marked.text, self.markers.finish());
        self.tell(&text, marked.newly_cited, telling).await;
    }

    pub(super) const fn not_known(&self) -> bool {
        self.markers.not_known()
    }

    /// Tells words and the passages that they are the first to cite, unless they give the system message away.
    async fn tell(&mut self, text: &str, newly_cited: Vec<usize>, telling: &mut Telling) {
        if self.leaked {
            return;
        }
        let from = telling.text.len().saturating_sub(LOOKED_AT);
        let from = (from..=telling.text.len()).find(|&at| telling.text.is_char_boundary(at)).unwrap_or(0);
        let recent = telling.text.get(from..).unwrap_or_default();
        if !text.is_empty() && self.call.checks.guard.leaks(&format!("{recent}{text}")) {
            self.leaked = true;
            return;
        }
        telling.say(text).await;
        for passage in newly_cited {
            cite(self.call, passage, telling).await;
        }
    }
}
