//! Rewrites pages to nothing but text drawing.
//!
//! `pdf-extract` assumes well-formed pages (a missing colour space or a form that draws itself ends the process), and
//! it ignores the matrix of forms. So each page is rewritten first: only text, state and placement operators, with
//! checked operands; forms inlined where they are drawn; the page upright with its corner at the origin. As a side
//! effect we know the font of every string, which the extractor does not tell.

use pdf_extract::content::{Content, Operation};
use pdf_extract::{Dictionary, Document, Object, ObjectId, Stream, decode_text_string};

use super::fonts::{FontId, Fonts};

/// Forms inside forms; a form that draws itself ends here.
const MAX_FORM_DEPTH: usize = 12;
/// Operators of one page; drawings made of text reach some ten thousand.
const MAX_OPERATIONS: usize = 400_000;
/// Sizes of shapes that can be bullets, in points.
const DOT: std::ops::RangeInclusive<f64> = 1.2..=7.0;
/// Nodes of the page tree above a page.
const MAX_TREE_DEPTH: usize = 50;

/// One page, ready for extraction.
pub(super) struct FlatPage {
    /// Its text drawing.
    pub operations: Vec<Operation>,
    /// The font and the replaced text of each string, in drawing order.
    pub strings: Vec<Shown>,
    /// Small filled shapes: browsers draw the bullets of lists as such.
    pub dots: Vec<Dot>,
    /// Height in points.
    pub height: f64,
}

/// A small filled shape, about as wide as high. `y` is its middle, growing downwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dot {
    /// Where it begins.
    pub x0: f64,
    /// Where it ends.
    pub x1: f64,
    /// Its middle.
    pub y: f64,
}

/// What is known of one drawn string.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// True if the font is bold.
    pub is_bold: bool,
    /// The text the producer says it stands for, where that is short: a ligature, a hyphen.
    pub actual: Option<String>,
}

/// All pages with the fonts they share.
pub(super) struct Flat {
    /// In order.
    pub pages: Vec<FlatPage>,
    /// The numbers under which the extractor finds them: page 1 is the first.
    pub fonts: Fonts,
}

/// Flattens the pages, and puts the flat ones into the document in place of its own.
pub(super) fn pages(document: &mut Document, ids: &[ObjectId]) -> Flat {
    let mut fonts = Fonts::default();
    let pages: Vec<FlatPage> = ids.iter().map(|id| page(document, *id, &mut fonts)).collect();
    fonts.install(document);
    Flat { pages, fonts }
}

/// Puts one page with these operations into the document as its only page.
pub(super) fn install_page(document: &mut Document, operations: &[Operation], fonts: &Dictionary) -> bool {
    let Ok(content) = (Content { operations }).encode() else { return false };
    let content = document.add_object(Stream::new(Dictionary::new(), content));
    let mut resources = Dictionary::new();
    resources.set("Font", Object::Dictionary(fonts.clone()));
    let mut page = Dictionary::new();
    page.set("Type", Object::Name(b"Page".to_vec()));
    page.set("MediaBox", Object::Array([0, 0, 1, 1].map(Object::Integer).to_vec()));
    page.set("Resources", Object::Dictionary(resources));
    page.set("Contents", Object::Reference(content));
    let page = document.add_object(page);
    let mut tree = Dictionary::new();
    tree.set("Type", Object::Name(b"Pages".to_vec()));
    tree.set("Kids", Object::Array(vec![Object::Reference(page)]));
    tree.set("Count", Object::Integer(1));
    let tree = document.add_object(tree);
    let mut catalog = Dictionary::new();
    catalog.set("Type", Object::Name(b"Catalog".to_vec()));
    catalog.set("Pages", Object::Reference(tree));
    let catalog = document.add_object(catalog);
    document.trailer.set("Root", Object::Reference(catalog));
    true
}

fn page(document: &Document, id: ObjectId, fonts: &mut Fonts) -> FlatPage {
    let nothing = Dictionary::new();
    let inherited = |key: &[u8]| inherited(document, id, key);
    let resources = inherited(b"Resources").and_then(|object| object.as_dict().ok()).unwrap_or(&nothing);
    let corners =
        inherited(b"CropBox").and_then(|object| numbers(document, object)).filter(|corners| corners.len() == 4);
    let corners = corners.or_else(|| inherited(b"MediaBox").and_then(|object| numbers(document, object)));
    let (x, y, width, height) = match corners.as_deref() {
        Some([a, b, c, d]) if (c - a).abs() > 1.0 && (d - b).abs() > 1.0 => {
            (a.min(*c), b.min(*d), (c - a).abs(), (d - b).abs())
        }
        _ => (0.0, 0.0, 595.0, 842.0),
    };
    let rotation = inherited(b"Rotate").and_then(|object| object.as_i64().ok()).unwrap_or(0).rem_euclid(360);
    // Maps the box, turned as the page is shown, to the origin.
    let (matrix, height) = match rotation {
        90 => ([0.0, -1.0, 1.0, 0.0, -y, x + width], width),
        180 => ([-1.0, 0.0, 0.0, -1.0, x + width, y + height], height),
        270 => ([0.0, 1.0, -1.0, 0.0, y + height, -x], width),
        _ => ([1.0, 0.0, 0.0, 1.0, -x, -y], height),
    };
    let mut flattening = Flattening {
        document,
        fonts,
        operations: Vec::new(),
        strings: Vec::new(),
        state: State { font: None, matrix: IDENTITY },
        path: Vec::new(),
        dots: Vec::new(),
        height,
        actual: Vec::new(),
    };
    flattening.transform(&matrix);
    flattening.content(&page_content(document, id), resources, 0);
    FlatPage { operations: flattening.operations, strings: flattening.strings, dots: flattening.dots, height }
}

/// The content streams of a page, one after the other. A broken one costs only itself.
fn page_content(document: &Document, id: ObjectId) -> Vec<u8> {
    let mut content = Vec::new();
    for stream in document.get_page_contents(id) {
        if let Ok(stream) = document.get_object(stream).and_then(Object::as_stream)
            && let Ok(bytes) = stream.get_plain_content()
        {
            content.extend_from_slice(&bytes);
            content.push(b'\n');
        }
    }
    content
}

/// The value of a key on the page or on the nearest node above it that has it.
fn inherited<'a>(document: &'a Document, page: ObjectId, key: &[u8]) -> Option<&'a Object> {
    let mut node = document.get_dictionary(page).ok()?;
    for _ in 0..MAX_TREE_DEPTH {
        if let Ok(value) = node.get_deref(key, document) {
            return Some(value);
        }
        node = node.get_deref(b"Parent", document).ok()?.as_dict().ok()?;
    }
    None
}

/// An array of numbers.
pub(super) fn numbers(document: &Document, object: &Object) -> Option<Vec<f64>> {
    object.as_array().ok()?.iter().map(|item| number(document.dereference(item).ok()?.1)).collect()
}

pub(super) fn number(object: &Object) -> Option<f64> {
    object.as_float().ok().map(f64::from).filter(|number| number.is_finite())
}

const IDENTITY: [f64; 6] = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// What `q` saves and `Q` restores, as far as we follow it.
#[derive(Clone, Copy)]
struct State {
    font: Option<FontId>,
    matrix: [f64; 6],
}

/// The state of flattening one page.
struct Flattening<'a> {
    document: &'a Document,
    fonts: &'a mut Fonts,
    operations: Vec<Operation>,
    strings: Vec<Shown>,
    state: State,
    /// Points of the path that is being built, on the page.
    path: Vec<(f64, f64)>,
    dots: Vec<Dot>,
    height: f64,
    /// The replaced text of each marked span that is open, until its first string takes it.
    actual: Vec<Option<String>>,
}

impl Flattening<'_> {
    fn content(&mut self, bytes: &[u8], resources: &Dictionary, depth: usize) {
        let Ok(content) = Content::decode(bytes) else { return };
        let mut saved: Vec<State> = Vec::new();
        let open_spans = self.actual.len();
        for operation in &content.operations {
            if self.operations.len() > MAX_OPERATIONS {
                return;
            }
            let operands = operation.operands.as_slice();
            match (operation.operator.as_str(), operands) {
                ("q", _) => {
                    saved.push(self.state);
                    self.emit("q", Vec::new());
                }
                ("Q", _) => {
                    if let Some(state) = saved.pop() {
                        self.state = state;
                        self.emit("Q", Vec::new());
                    }
                }
                (name @ ("BT" | "ET" | "T*"), _) => self.emit(name, Vec::new()),
                ("cm", [_, _, _, _, _, _]) => {
                    if let Some(matrix) = operands.iter().map(number).collect::<Option<Vec<f64>>>() {
                        self.transform(&matrix);
                    }
                }
                (
                    "m" | "l" | "c" | "v" | "y" | "re" | "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" | "S" | "s" | "n",
                    _,
                ) => {
                    self.draw_path(&operation.operator, operands);
                }
                (name @ "Tm", [_, _, _, _, _, _])
                | (name @ ("Td" | "TD"), [_, _])
                | (name @ ("Tc" | "Tw" | "Tz" | "TL" | "Ts"), [_]) => {
                    let values: Option<Vec<f64>> = operands.iter().map(number).collect();
                    if let Some(values) = values {
                        self.emit_numbers(name, &values);
                    }
                }
                ("Tf", [Object::Name(name), size]) => self.select_font(name, size, resources),
                ("Tj", [Object::String(..)]) | ("TJ", [Object::Array(_)]) => self.show(operands),
                ("'", [Object::String(..)]) => {
                    self.emit("T*", Vec::new());
                    self.show(operands);
                }
                ("\"", [word, character, text @ Object::String(..)]) => {
                    for (name, value) in [("Tw", word), ("Tc", character)] {
                        self.emit_numbers(name, &[number(value).unwrap_or(0.0)]);
                    }
                    self.emit("T*", Vec::new());
                    self.show(std::slice::from_ref(text));
                }
                ("BDC", [_, properties]) => self.actual.push(self.actual_text(properties, resources)),
                ("BMC" | "BDC", _) => self.actual.push(None),
                ("EMC", _) if self.actual.len() > open_spans => {
                    self.actual.pop();
                }
                ("Do", [Object::Name(name)]) if depth < MAX_FORM_DEPTH => self.draw_form(name, resources, depth),
                _ => {}
            }
        }
        self.actual.truncate(open_spans);
        // An unbalanced form must not disturb what is drawn after it.
        for state in saved.into_iter().rev() {
            self.state = state;
            self.emit("Q", Vec::new());
        }
    }

    fn emit(&mut self, operator: &str, operands: Vec<Object>) {
        self.operations.push(Operation::new(operator, operands));
    }

    fn emit_numbers(&mut self, operator: &str, values: &[f64]) {
        self.emit(operator, values.iter().map(|value| Object::Real(*value as f32)).collect());
    }

    fn select_font(&mut self, name: &[u8], size: &Object, resources: &Dictionary) {
        let font = resources
            .get_deref(b"Font", self.document)
            .and_then(Object::as_dict)
            .and_then(|fonts| fonts.get(name))
            .ok()
            .and_then(|font| self.fonts.add(self.document, font));
        self.state.font = font;
        if let (Some(font), Some(size)) = (font, number(size)) {
            self.emit("Tf", vec![Object::Name(font.resource_name()), Object::Real(size as f32)]);
        }
    }

    /// Shows one string or an array of strings and shifts; only those are kept.
    fn show(&mut self, operands: &[Object]) {
        let (Some(font), [operand]) = (self.state.font, operands) else { return };
        let items: Vec<Object> = match operand {
            Object::Array(items) => items
                .iter()
                .filter(|item| matches!(item, Object::String(..) | Object::Integer(_) | Object::Real(_)))
                .cloned()
                .collect(),
            string => vec![string.clone()],
        };
        for item in &items {
            if matches!(item, Object::String(..)) {
                // Inside a replaced span, its first string stands for all of it, and the others for nothing.
                let actual = self.actual.iter_mut().rev().find_map(|text| text.as_mut()).map(std::mem::take);
                self.strings.push(Shown { is_bold: self.fonts.is_bold(font), actual });
            }
        }
        self.emit("TJ", vec![Object::Array(items)]);
    }

    /// The text that a marked span says it stands for. Only short ones: longer ones would lose their places.
    fn actual_text(&self, properties: &Object, resources: &Dictionary) -> Option<String> {
        const MAX_CHARS: usize = 3;
        let properties = match properties {
            Object::Dictionary(properties) => properties,
            Object::Name(name) => resources
                .get_deref(b"Properties", self.document)
                .ok()?
                .as_dict()
                .ok()?
                .get_deref(name, self.document)
                .ok()?
                .as_dict()
                .ok()?,
            _ => return None,
        };
        let text = decode_text_string(properties.get_deref(b"ActualText", self.document).ok()?).ok()?;
        (text.chars().count() <= MAX_CHARS).then_some(text)
    }

    fn draw_form(&mut self, name: &[u8], resources: &Dictionary, depth: usize) {
        let form = resources
            .get_deref(b"XObject", self.document)
            .and_then(Object::as_dict)
            .and_then(|forms| forms.get_deref(name, self.document))
            .and_then(Object::as_stream);
        let Ok(form) = form else { return };
        if !matches!(form.dict.get(b"Subtype").and_then(Object::as_name), Ok(b"Form")) {
            return;
        }
        let Ok(bytes) = form.get_plain_content() else { return };
        let matrix =
            form.dict.get_deref(b"Matrix", self.document).ok().and_then(|matrix| numbers(self.document, matrix));
        let own = form.dict.get_deref(b"Resources", self.document).and_then(Object::as_dict).ok();
        let state = self.state;
        self.emit("q", Vec::new());
        if let Some(matrix) = matrix {
            self.transform(&matrix);
        }
        self.content(&bytes, own.unwrap_or(resources), depth + 1);
        self.emit("Q", Vec::new());
        self.state = state;
    }

    /// Puts a matrix before the current one.
    fn transform(&mut self, matrix: &[f64]) {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (matrix, self.state.matrix) else { return };
        self.state.matrix =
            [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l];
        self.emit_numbers("cm", matrix);
    }

    /// Follows paths as far as needed to find dots.
    fn draw_path(&mut self, operator: &str, operands: &[Object]) {
        const MAX_POINTS: usize = 64;
        const MAX_DOTS: usize = 2_000;
        let values: Vec<f64> = operands.iter().filter_map(number).collect();
        let [a, b, c, d, e, f] = self.state.matrix;
        let mut add = |x: f64, y: f64| {
            if self.path.len() <= MAX_POINTS {
                self.path.push((a * x + c * y + e, b * x + d * y + f));
            }
        };
        match (operator, values.as_slice()) {
            ("re", [x, y, width, height]) => {
                add(*x, *y);
                add(x + width, y + height);
            }
            ("m" | "l" | "c" | "v" | "y", points) => {
                for point in points.chunks_exact(2) {
                    if let [x, y] = point {
                        add(*x, *y);
                    }
                }
            }
            ("f" | "F" | "f*" | "B" | "B*" | "b" | "b*", _) => {
                let points = std::mem::take(&mut self.path);
                if points.len() <= MAX_POINTS && self.dots.len() < MAX_DOTS {
                    self.dots.extend(dot(&points, self.height));
                }
            }
            _ => self.path.clear(),
        }
    }
}

/// The dot that a path is, if it is small and about as wide as high.
fn dot(points: &[(f64, f64)], height: f64) -> Option<Dot> {
    let (x0, x1) = points.iter().fold((f64::MAX, f64::MIN), |(low, high), (x, _)| (low.min(*x), high.max(*x)));
    let (y0, y1) = points.iter().fold((f64::MAX, f64::MIN), |(low, high), (_, y)| (low.min(*y), high.max(*y)));
    let is_dot = DOT.contains(&(x1 - x0)) && DOT.contains(&(y1 - y0)) && (0.6..=1.7).contains(&((x1 - x0) / (y1 - y0)));
    is_dot.then_some(Dot { x0, x1, y: height - (y0 + y1) / 2.0 })
}
