//! Fonts as the extractor can take them: what it would stumble over is mended or taken out beforehand.

use std::collections::HashMap;

use pdf_extract::{Dictionary, Document, Object, ObjectId, Stream};

use super::flatten::{install_page, number, numbers};
use super::glyphs::Discard;
use crate::readers::guard::quietly;
use pdf_extract::content::Operation;

mod cmap;

/// Characters of a font whose widths are listed; a listing beyond Unicode's first plane is a mistake.
const MAX_WIDTHS: usize = 65_536;

/// A font of the document, by the order in which it was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FontId(usize);

impl FontId {
    /// The name under which flat pages know it.
    pub fn resource_name(self) -> Vec<u8> {
        format!("F{}", self.0).into_bytes()
    }
}

struct Font {
    dictionary: Dictionary,
    is_bold: bool,
}

/// The fonts that pages use.
#[derive(Default)]
pub(super) struct Fonts {
    fonts: Vec<Font>,
    known: HashMap<ObjectId, FontId>,
    /// The font resources of every flat page, once installed.
    resources: Dictionary,
}

impl Fonts {
    /// Takes a font into use; `None` if it is no font.
    pub fn add(&mut self, document: &Document, font: &Object) -> Option<FontId> {
        let reference = font.as_reference().ok();
        if let Some(known) = reference.and_then(|reference| self.known.get(&reference)) {
            return Some(*known);
        }
        let dictionary = document.dereference(font).ok()?.1.as_dict().ok()?;
        let id = FontId(self.fonts.len());
        self.fonts.push(Font { is_bold: is_bold(document, dictionary), dictionary: mended(document, dictionary) });
        if let Some(reference) = reference {
            self.known.insert(reference, id);
        }
        Some(id)
    }

    /// True if the font is bold.
    pub fn is_bold(&self, font: FontId) -> bool {
        self.fonts.get(font.0).is_some_and(|font| font.is_bold)
    }

    /// The font resources of flat pages.
    pub fn resources(&self) -> &Dictionary {
        &self.resources
    }

    /// Tries each font on the extractor, giving up parts of it until it is taken, and puts it into the document.
    pub fn install(&mut self, document: &mut Document) {
        let mut resources = Dictionary::new();
        for (index, font) in self.fonts.iter().enumerate() {
            let id = FontId(index);
            let mut dictionary = font.dictionary.clone();
            for spare in [None, Some(b"FontDescriptor".as_slice()), Some(b"Encoding"), Some(b"ToUnicode")] {
                if let Some(spare) = spare {
                    dictionary.remove(spare);
                }
                if is_taken(document, id, &dictionary) {
                    let object = document.add_object(dictionary);
                    resources.set(id.resource_name(), Object::Reference(object));
                    break;
                }
            }
        }
        self.resources = resources;
    }
}

/// True if the extractor can open the font.
fn is_taken(document: &mut Document, id: FontId, dictionary: &Dictionary) -> bool {
    let mut fonts = Dictionary::new();
    fonts.set(id.resource_name(), Object::Dictionary(dictionary.clone()));
    let select = Operation::new("Tf", vec![Object::Name(id.resource_name()), Object::Integer(1)]);
    install_page(document, &[select], &fonts)
        && matches!(quietly(|| pdf_extract::output_doc_page(document, &mut Discard, 1)), Ok(Ok(())))
}

/// Weight from the descriptor, otherwise from the name.
fn is_bold(document: &Document, font: &Dictionary) -> bool {
    const FORCE_BOLD: i64 = 1 << 18;
    const BOLD_WEIGHT: f64 = 600.0;
    let descendant = font
        .get_deref(b"DescendantFonts", document)
        .and_then(Object::as_array)
        .ok()
        .and_then(|fonts| document.dereference(fonts.first()?).ok()?.1.as_dict().ok());
    let descriptor = [Some(font), descendant]
        .into_iter()
        .flatten()
        .find_map(|font| font.get_deref(b"FontDescriptor", document).ok()?.as_dict().ok());
    if let Some(descriptor) = descriptor {
        let weight = descriptor.get_deref(b"FontWeight", document).ok().and_then(number);
        let flags = descriptor.get_deref(b"Flags", document).and_then(Object::as_i64).unwrap_or(0);
        if weight.is_some_and(|weight| weight >= BOLD_WEIGHT) || flags & FORCE_BOLD != 0 {
            return true;
        }
    }
    let name = |font: &Dictionary, key: &[u8]| {
        font.get_deref(key, document)
            .and_then(Object::as_name)
            .ok()
            .map(|name| String::from_utf8_lossy(name).to_lowercase())
    };
    let name = name(font, b"BaseFont").or_else(|| name(descriptor?, b"FontName")).unwrap_or_default();
    // The last ones are how TeX's fonts say bold.
    ["bold", "black", "heavy", "demi", "-bd", "cmbx", "sfbx", "cmssbx", "-medi", "phvb", "ptmb"]
        .iter()
        .any(|word| name.contains(word))
}

/// The font with everything the extractor cannot do without, and without what it cannot do.
fn mended(document: &Document, font: &Dictionary) -> Dictionary {
    let mut mended = font.clone();
    let kind = font.get_deref(b"Subtype", document).and_then(Object::as_name).unwrap_or(b"Type1").to_vec();
    mended.set("Subtype", Object::Name(kind.clone()));
    if !matches!(font.get_deref(b"BaseFont", document), Ok(Object::Name(_))) {
        mended.set("BaseFont", Object::Name(b"Unnamed".to_vec()));
    }
    match to_unicode(document, font) {
        Some(stream) => mended.set("ToUnicode", Object::Stream(stream)),
        None => drop(mended.remove(b"ToUnicode")),
    }
    if kind == b"Type0" {
        mend_composite(document, font, &mut mended);
    } else {
        mend_simple(document, font, &mut mended, &kind);
    }
    mended
}

/// The map from codes to characters, rewritten: the extractor trusts its form and its ranges.
fn to_unicode(document: &Document, font: &Dictionary) -> Option<Stream> {
    let stream = font.get_deref(b"ToUnicode", document).ok()?.as_stream().ok()?;
    let map = cmap::read(&stream.get_plain_content().ok()?);
    (!map.is_empty()).then(|| Stream::new(Dictionary::new(), cmap::write(&map)))
}

fn mend_simple(document: &Document, font: &Dictionary, mended: &mut Dictionary, kind: &[u8]) {
    const KNOWN: [&[u8]; 3] = [b"WinAnsiEncoding", b"MacRomanEncoding", b"MacExpertEncoding"];
    match font.get_deref(b"Encoding", document) {
        Ok(Object::Name(name)) if !KNOWN.contains(&name.as_slice()) => drop(mended.remove(b"Encoding")),
        Ok(Object::Dictionary(encoding)) => {
            let mut encoding = encoding.clone();
            if encoding
                .get_deref(b"BaseEncoding", document)
                .and_then(Object::as_name)
                .is_ok_and(|name| !KNOWN.contains(&name))
            {
                encoding.remove(b"BaseEncoding");
            }
            mended.set("Encoding", Object::Dictionary(encoding));
        }
        Ok(Object::Name(_)) => {}
        _ => drop(mended.remove(b"Encoding")),
    }
    // A font with a map to characters and no encoding is looked up in the encoding where the map has a hole.
    if !mended.has(b"Encoding") && mended.has(b"ToUnicode") {
        mended.set("Encoding", Object::Name(b"WinAnsiEncoding".to_vec()));
    }
    let widths = font.get_deref(b"Widths", document).ok().and_then(|widths| numbers(document, widths));
    let first = font.get_deref(b"FirstChar", document).and_then(Object::as_i64).unwrap_or(0);
    let Some(mut widths) = widths.filter(|widths| (1..=256).contains(&widths.len())) else {
        if kind == b"Type3" {
            mended.set("FirstChar", Object::Integer(0));
            mended.set("LastChar", Object::Integer(255));
            mended.set("Widths", Object::Array(vec![Object::Integer(500); 256]));
        }
        return;
    };
    let (mut first, mut scale) = (first.clamp(0, 255), 1.0);
    if kind == b"Type3" {
        // Its widths are in the units of its own matrix; every code needs one.
        let matrix = font.get_deref(b"FontMatrix", document).ok().and_then(|matrix| numbers(document, matrix));
        scale = matrix.and_then(|matrix| matrix.first().copied()).unwrap_or(0.001).abs() * 1_000.0;
        let mut all = vec![0.0; usize::try_from(first).unwrap_or(0)];
        all.append(&mut widths);
        all.resize(256, 0.0);
        (widths, first) = (all, 0);
    }
    let last = first + i64::try_from(widths.len()).unwrap_or(0) - 1;
    mended.set("FirstChar", Object::Integer(first));
    mended.set("LastChar", Object::Integer(last));
    mended.set("Widths", Object::Array(widths.iter().map(|width| Object::Real((width * scale) as f32)).collect()));
}

fn mend_composite(document: &Document, font: &Dictionary, mended: &mut Dictionary) {
    let encoding = font.get_deref(b"Encoding", document);
    let is_known = matches!(encoding, Ok(Object::Stream(_)))
        || matches!(encoding, Ok(Object::Name(name)) if matches!(name.as_slice(), b"Identity-H" | b"Identity-V"));
    if !is_known {
        mended.set("Encoding", Object::Name(b"Identity-H".to_vec()));
    }
    let descendant = font
        .get_deref(b"DescendantFonts", document)
        .and_then(Object::as_array)
        .ok()
        .and_then(|fonts| document.dereference(fonts.first()?).ok()?.1.as_dict().ok());
    let mut descendant = descendant.cloned().unwrap_or_default();
    let default = descendant.get_deref(b"DW", document).ok().and_then(number).unwrap_or(1_000.0);
    descendant.set("DW", Object::Integer(default as i64));
    let widths = descendant.get_deref(b"W", document).and_then(Object::as_array).ok();
    let widths = widths.map(|widths| listed_widths(document, widths)).unwrap_or_default();
    descendant.set("W", Object::Array(widths));
    // The extractor wants a descriptor but reads nothing in it.
    descendant.set("FontDescriptor", Object::Dictionary(Dictionary::new()));
    mended.set("DescendantFonts", Object::Array(vec![Object::Dictionary(descendant)]));
}

/// Widths given as `first last width` written as lists, the one form that the extractor reads.
fn listed_widths(document: &Document, widths: &[Object]) -> Vec<Object> {
    let mut listed = Vec::new();
    let mut total = 0;
    let mut rest = widths.iter().filter_map(|object| Some(document.dereference(object).ok()?.1));
    while let (Some(first), Some(second)) = (rest.next(), rest.next()) {
        let Some(first) = number(first).map(|first| first as i64) else { break };
        let widths: Vec<f64> = match second {
            Object::Array(_) => numbers(document, second).unwrap_or_default(),
            last => match (number(last).map(|last| last as i64), rest.next().and_then(number)) {
                (Some(last), Some(width)) => {
                    vec![width; usize::try_from(last - first + 1).unwrap_or(0).min(MAX_WIDTHS)]
                }
                _ => break,
            },
        };
        total += widths.len();
        if total > MAX_WIDTHS {
            break;
        }
        listed.push(Object::Integer(first));
        listed.push(Object::Array(widths.iter().map(|width| Object::Real(*width as f32)).collect()));
    }
    listed
}
