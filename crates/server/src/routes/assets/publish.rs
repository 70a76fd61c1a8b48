//! How a file of the pages becomes what visitors download: with what it imports, without the words that are for its
//! readers, compressed once.
//!
//! There is no build step: the files run as they are written, and are checked so. Comments and spaces are half of a
//! script's bytes and nothing to a browser, so they stay at home. A module and what it imports travel as one
//! file: small files compress badly, and each would be asked for only after the one that names it. So modules that are
//! imported share one scope, and a name that two of them declare is a syntax error in the first page that is opened.

use std::io::Write as _;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// In bytes: beyond it, the least possible is not worth the second it takes.
const LARGEST_FOR_ZOPFLI: usize = 64 * 1024;

/// A file, ready to be sent.
#[derive(Debug)]
pub(crate) struct Published {
    /// SHA-256 of what was written.
    pub(super) source: [u8; 32],
    pub(super) plain: Bytes,
    /// Absent where it would not be smaller.
    pub(super) gzip: Option<Bytes>,
    /// SHA-256 of the plain bytes, hexadecimal.
    pub(super) hash: String,
    pub(super) content_type: &'static str,
}

/// The file `name` with what it imports, as it was written; `None` if `read` finds it or one that it imports nowhere.
pub(crate) fn join(name: &str, read: impl Fn(&str) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    let Some(kind) = Kind::of(name) else { return read(name) };
    let mut joined = Joined { kind, read: &read, seen: Vec::new(), text: String::new() };
    joined.add(name)?;
    Some(joined.text.into_bytes())
}

/// Makes a file ready, of which `written` is the whole text.
pub(crate) fn publish(name: &str, written: &[u8]) -> Published {
    let text = std::str::from_utf8(written).ok();
    let minified = Kind::of(name).zip(text).map(|(kind, text)| kind.minified(text));
    let plain = minified.map_or_else(|| written.to_vec(), String::into_bytes);
    let gzip = smallest_gzip(&plain).filter(|small| small.len() < plain.len());
    Published {
        source: Sha256::digest(written).into(),
        hash: hexadecimal(&Sha256::digest(&plain)),
        gzip: gzip.map(Bytes::from),
        plain: Bytes::from(plain),
        content_type: content_type(name),
    }
}

/// Files of ours that import others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Script,
    Style,
}

impl Kind {
    /// `None` for files of others, which are sent as they came, and for those that are no text.
    fn of(name: &str) -> Option<Self> {
        match name.rsplit('.').next() {
            _ if name.starts_with("vendor/") => None,
            Some("js") => Some(Self::Script),
            Some("css") => Some(Self::Style),
            _ => None,
        }
    }

    /// A text without what is for its readers; as it is, if the minifier cannot read it.
    fn minified(self, text: &str) -> String {
        let small = match self {
            Self::Script => minifier::js::minify(text).map(|small| small.to_string()),
            Self::Style => minifier::css::minify(text).map(|small| small.to_string()),
        };
        small.map_or_else(|_| text.to_owned(), |small| small.trim().to_owned())
    }

    /// How a static import begins; `import(` is one that waits until it is wanted.
    const fn import(self) -> &'static str {
        match self {
            Self::Script => "import ",
            Self::Style => "@import ",
        }
    }
}

struct Joined<'a, R> {
    kind: Kind,
    read: &'a R,
    seen: Vec<String>,
    text: String,
}

impl<R: Fn(&str) -> Option<Vec<u8>>> Joined<'_, R> {
    /// Adds a file behind what it imports.
    fn add(&mut self, name: &str) -> Option<()> {
        let is_first = self.seen.is_empty();
        if self.seen.iter().any(|seen| seen == name) {
            return Some(());
        }
        self.seen.push(name.to_owned());
        let written = String::from_utf8((self.read)(name)?).ok()?;
        let mut own = String::with_capacity(written.len());
        let mut lines = written.lines();
        while let Some(line) = lines.next() {
            if line.starts_with(self.kind.import()) {
                let mut import = line.to_owned();
                while !import.contains(';') {
                    import.push_str(lines.next()?);
                }
                self.add(imported(&import)?)?;
                continue;
            }
            // What is imported is in the same scope already.
            let line = line.strip_prefix("export ").filter(|_| !is_first).unwrap_or(line);
            own.push_str(line);
            own.push('\n');
        }
        self.text.push_str(&own);
        Some(())
    }
}

/// `markdown.js` of `import { a } from "./markdown.js";`.
fn imported(import: &str) -> Option<&str> {
    import.rsplit('"').nth(1)?.strip_prefix("./")
}

/// As small as gzip can be, which takes long for large files and is done once.
fn smallest_gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() > LARGEST_FOR_ZOPFLI {
        return gzip(bytes);
    }
    let mut small = Vec::new();
    zopfli::compress(zopfli::Options::default(), zopfli::Format::Gzip, bytes, &mut small).ok()?;
    Some(small)
}

/// Small, and soon done; `None` should memory run out.
pub(crate) fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// Whether the browser reads gzip. `gzip;q=0` is a no.
pub(crate) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|each| {
        let mut parts = each.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse::<f32>() == Ok(0.0)));
        name.eq_ignore_ascii_case("gzip") && !refused
    })
}

/// Whether the browser has what this tag is of. Tags are compared weakly, as RFC 9110 (13.1.2) has it.
pub(crate) fn has(headers: &HeaderMap, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    known.is_some_and(|tags| tags.split(',').any(|each| bare(each) == bare(tag)))
}

/// Lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use super::*;

    fn sent(name: &str, files: &[(&str, &str)]) -> Option<String> {
        let read =
            |wanted: &str| files.iter().find(|(name, _)| *name == wanted).map(|(_, text)| text.as_bytes().to_vec());
        join(name, read).map(|text| String::from_utf8(publish(name, &text).plain.to_vec()).unwrap())
    }

    #[test]
    fn comments_and_indentation_stay_at_home() {
        for (name, written, expected) in [
            (
                "a.js",
                "// @ts-check\n/**\n * Adds.\n */\nfunction add() {\n  // why\n  return 1; // here\n}\n",
                "function add(){return 1;}",
            ),
            ("a.js", "const a = /** @type {A} */ (b(/** @type {B} */ (c)));\n", "const a=(b((c)));"),
            ("a.js", "const url = \"https://a.example // x\";\n", "const url=\"https://a.example // x\";"),
            ("a.js", "const r = /\\/\\/ \"'`/g;\n", "const r=/\\/\\/ \"'`/g;"),
            ("a.css", "/* two\n   lines */\n\na {\n  color: red;\n}\n", "a{color:red;}"),
            ("vendor/a.js", "// theirs\n  a();\n", "// theirs\n  a();\n"),
            ("a.svg", "<!-- x -->\n  <svg/>", "<!-- x -->\n  <svg/>"),
        ] {
            assert_eq!(sent(name, &[(name, written)]).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn a_file_travels_with_what_it_imports_each_once_and_first() {
        let files = [
            (
                "page.js",
                "import { a } from \"./a.js\";\nimport {\n  b,\n} from \"./b.js\";\nexport const page = a + b;\n",
            ),
            ("a.js", "import { b } from \"./b.js\";\nexport const a = b;\n"),
            ("b.js", "export const b = 1;\nconst later = () => import(\"./c.js\");\n"),
            ("round.js", "import \"./round.js\";\nround();\n"),
            ("lost.js", "import { x } from \"./nowhere.js\";\n"),
            ("page.css", "@import \"./tokens.css\";\np { a: b }\n"),
            ("tokens.css", ":root { c: d }\n"),
        ];
        let expected = "const b=1;const later=()=>import(\"./c.js\");const a=b;export const page=a+b;";
        assert_eq!(sent("page.js", &files).unwrap(), expected);
        assert_eq!(sent("round.js", &files).unwrap(), "round();");
        assert_eq!(sent("lost.js", &files), None);
        assert_eq!(sent("page.css", &files).unwrap(), ":root{c:d}p{a:b}");
    }

    #[test]
    fn gzip_is_sent_to_those_who_read_it() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", true),
            ("GZIP", true),
            ("br;q=1.0, gzip;q=0.8, *;q=0.1", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0", false),
            ("identity", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, accepted.parse().unwrap())]);
            assert_eq!(accepts_gzip(&headers), expected, "{accepted}");
        }
    }
}
