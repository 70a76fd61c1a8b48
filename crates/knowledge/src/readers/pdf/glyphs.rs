//! Characters with their places, as the extractor decodes them.

use pdf_extract::{Document, MediaBox, OutputDev, OutputError, Transform};

use super::flatten::{Dot, Flat, FlatPage, install_page};
use crate::readers::guard::quietly;

/// Characters of one page; a page of small print has ten thousand.
const MAX_GLYPHS: usize = 200_000;
/// How often a page is tried again without the string that broke it.
const MAX_RETRIES: usize = 20;

/// One character (or ligature) as drawn. Lengths in points; `y` grows downwards.
#[derive(Debug, Clone)]
pub(super) struct Glyph {
    /// What it means; may be several letters.
    pub text: String,
    /// Where it begins.
    pub x0: f64,
    /// Where it ends.
    pub x1: f64,
    /// Its baseline.
    pub y: f64,
    /// Size of its font as drawn.
    pub size: f64,
    /// True if its font is bold.
    pub is_bold: bool,
}

/// The characters of a page: those that stand upright, and those turned by a quarter.
#[derive(Debug, Default)]
pub(super) struct PageGlyphs {
    /// Upright, in drawing order.
    pub upright: Vec<Glyph>,
    /// Turned, in coordinates turned back.
    pub turned: Vec<Glyph>,
    /// Shapes that can be bullets.
    pub dots: Vec<Dot>,
}

/// All pages.
pub(super) struct Extracted {
    /// In order.
    pub pages: Vec<PageGlyphs>,
    /// Characters drawn.
    pub all_chars: usize,
    /// Of those, without a meaning.
    pub mute_chars: usize,
    /// Pages that broke the extractor.
    pub failed_pages: usize,
}

/// Extracts every page. What breaks the extractor is left out, string by string.
pub(super) fn extract(document: &mut Document, flat: &Flat) -> Extracted {
    let mut extracted = Extracted { pages: Vec::new(), all_chars: 0, mute_chars: 0, failed_pages: 0 };
    for page in &flat.pages {
        let mut broken = Vec::new();
        let gathered = loop {
            let mut gather = Gather::new(page, &broken);
            let is_whole = install_page(document, &gather.operations(), flat.fonts.resources())
                && matches!(quietly(|| pdf_extract::output_doc_page(document, &mut gather, 1)), Ok(Ok(())));
            if is_whole || broken.len() >= MAX_RETRIES || gather.glyph_count() >= MAX_GLYPHS {
                break gather;
            }
            match gather.current_string() {
                Some(string) => broken.push(string),
                None => break gather,
            }
        };
        let is_cut = !broken.is_empty() || gathered.glyph_count() >= MAX_GLYPHS;
        extracted.failed_pages += usize::from(is_cut);
        extracted.all_chars += gathered.all_chars;
        extracted.mute_chars += gathered.mute_chars;
        extracted.pages.push(gathered.glyphs);
    }
    extracted
}

/// An output that keeps nothing.
pub(super) struct Discard;

impl OutputDev for Discard {
    fn begin_page(&mut self, _: u32, _: &MediaBox, _: Option<(f64, f64, f64, f64)>) -> Result<(), OutputError> {
        Ok(())
    }
    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
    fn output_character(&mut self, _: &Transform, _: f64, _: f64, _: f64, _: &str) -> Result<(), OutputError> {
        Ok(())
    }
    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// Gathers the characters of one page.
struct Gather<'a> {
    page: &'a FlatPage,
    /// Strings left out, by their number on the page, in the order in which they were found.
    broken: &'a [usize],
    /// Numbers on the page of the strings that are drawn.
    drawn: Vec<usize>,
    /// Strings begun so far.
    begun: usize,
    /// Characters of the current string so far.
    string_chars: usize,
    glyphs: PageGlyphs,
    all_chars: usize,
    mute_chars: usize,
}

impl<'a> Gather<'a> {
    fn new(page: &'a FlatPage, broken: &'a [usize]) -> Self {
        let drawn = (0..page.strings.len()).filter(|string| !broken.contains(string)).collect();
        Self {
            page,
            broken,
            drawn,
            begun: 0,
            string_chars: 0,
            glyphs: PageGlyphs { dots: page.dots.clone(), ..PageGlyphs::default() },
            all_chars: 0,
            mute_chars: 0,
        }
    }

    /// The page's operations without the broken strings.
    fn operations(&self) -> Vec<pdf_extract::content::Operation> {
        let mut operations = self.page.operations.clone();
        if self.broken.is_empty() {
            return operations;
        }
        let mut string = 0;
        for operation in &mut operations {
            for operand in &mut operation.operands {
                let pdf_extract::Object::Array(items) = operand else { continue };
                items.retain(|item| {
                    let is_string = matches!(item, pdf_extract::Object::String(..));
                    let keep = !is_string || !self.broken.contains(&string);
                    string += usize::from(is_string);
                    keep
                });
            }
        }
        operations
    }

    /// Number on the page of the string that is being drawn.
    fn current_string(&self) -> Option<usize> {
        self.drawn.get(self.begun.checked_sub(1)?).copied()
    }

    fn glyph_count(&self) -> usize {
        self.glyphs.upright.len() + self.glyphs.turned.len()
    }
}

impl OutputDev for Gather<'_> {
    fn begin_page(&mut self, _: u32, _: &MediaBox, _: Option<(f64, f64, f64, f64)>) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _: f64,
        font_size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        if self.glyph_count() >= MAX_GLYPHS {
            return Err(OutputError::FormatError(std::fmt::Error));
        }
        let shown = self.current_string().and_then(|string| self.page.strings.get(string));
        let is_bold = shown.is_some_and(|shown| shown.is_bold);
        let is_first = self.string_chars == 0;
        self.string_chars += 1;
        let text = match shown.and_then(|shown| shown.actual.as_deref()) {
            Some(actual) if is_first => actual.to_owned(),
            Some(_) => String::new(),
            None => readable(text),
        };
        self.all_chars += 1;
        self.mute_chars += usize::from(text.is_empty() && width > 0.0);
        let (along_x, along_y) = (place.m11 * font_size, place.m12 * font_size);
        let size = (place.m21 * font_size).hypot(place.m22 * font_size);
        let (x, y) = (place.m31, place.m32);
        let is_sane = [along_x, along_y, size, x, y, width].iter().all(|value| value.is_finite() && value.abs() < 1e6);
        if text.is_empty() || !is_sane || size < 0.5 {
            return Ok(());
        }
        let glyph =
            |x0: f64, x1: f64, y: f64| Glyph { text: text.clone(), x0: x0.min(x1), x1: x0.max(x1), y, size, is_bold };
        if along_x.abs() >= along_y.abs() {
            self.glyphs.upright.push(glyph(x, x + along_x * width, self.page.height - y));
        } else if along_y > 0.0 {
            // Reads upwards: the next line stands to the right.
            self.glyphs.turned.push(glyph(y, y + along_y * width, x));
        } else {
            self.glyphs.turned.push(glyph(-y, -y - along_y * width, -x));
        }
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.begun += 1;
        self.string_chars = 0;
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// What a character means for a reader: ligatures as letters, bullets of symbol fonts as bullets, nothing for icons.
fn readable(text: &str) -> String {
    let mut readable = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            'ﬀ' => readable.push_str("ff"),
            'ﬁ' => readable.push_str("fi"),
            'ﬂ' => readable.push_str("fl"),
            'ﬃ' => readable.push_str("ffi"),
            'ﬄ' => readable.push_str("ffl"),
            'ﬅ' | 'ﬆ' => readable.push_str("st"),
            // Where the symbol fonts of Word keep their bullets.
            '\u{f0a7}' | '\u{f0a8}' | '\u{f0b7}' | '\u{f0d8}' | '\u{f0fc}' | '\u{f076}' | '\u{f02d}' => {
                readable.push('•')
            }
            '\u{e000}'..='\u{f8ff}' | '\u{fffd}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {}
            '\t' | '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' => readable.push(' '),
            character if character.is_control() => {}
            character => readable.push(character),
        }
    }
    readable
}
