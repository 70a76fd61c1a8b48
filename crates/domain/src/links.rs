//! Links, e-mail addresses and images in a model's words: an answer may only lead where the sources lead.
//!
//! A link is a way out of the page: an injected document may have one written with what it wants to carry away. So an
//! address counts as known only if a source names it, exactly or a longer address under it; and images, which a page
//! fetches unasked, are never let through. Start at [`Addresses`] and [`ImageFilter`].

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

/// Top-level domains after which bare words such as `example.org` are taken for addresses. Others (`Node.js`) are
/// names of things.
const DOMAINS: &[&str] = &[
    "com", "org", "net", "es", "eu", "io", "dev", "ai", "app", "edu", "gov", "info", "co", "uk", "de", "fr", "it",
    "cat", "pt", "br", "me", "tech", "xyz", "ru", "cn", "us", "ca", "ch", "at", "be", "nl", "blog", "page", "site",
    "online", "cloud", "link", "ly", "tv", "example", "test", "top", "shop", "club", "pro", "biz", "mx", "ar", "cl",
];
/// Schemes that make an address of whatever follows.
const SCHEMES: &[&str] = &["mailto:", "tel:", "javascript:", "data:", "www."];
/// What stands in place of an address that is not known.
const LEFT_OUT: &str = "[…]";
/// Elements that make a page fetch or run something.
const FETCHING: &[&str] = &[
    "img", "image", "picture", "source", "video", "audio", "iframe", "frame", "object", "embed", "svg", "link",
    "script", "style", "base", "meta", "form", "input", "a ",
];
/// An image whose end has not come after so many bytes is not waited for any longer.
const LONGEST_IMAGE: usize = 1_000;

/// The addresses that an answer may name.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    known: HashSet<String>,
}

impl Addresses {
    /// Those that stand in `texts`.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known = HashSet::new();
        for text in texts {
            for place in addresses(text) {
                let address = normal(text.get(place).unwrap_or_default());
                // The pages above a page are no secret either.
                let parents = address.match_indices('/').filter_map(|(at, _)| address.get(..at)).map(str::to_owned);
                known.extend(parents);
                known.insert(address);
            }
        }
        Self { known }
    }

    /// Hosts of the addresses, with their ports and in order: where pages and mailboxes are.
    pub fn hosts(&self) -> BTreeSet<&str> {
        let host = |address: &str| address.find(['/', '?', '#']).unwrap_or(address.len());
        let hosts = self.known.iter().filter_map(|address| address.get(..host(address)));
        let hosts = hosts.map(|host| host.rsplit_once('@').map_or(host, |(_, host)| host));
        // What has another scheme than the web's has no host; `normal` leaves its colon, which is no port's.
        let is_host = |host: &&str| {
            host.split_once(':').map_or(host.contains('.'), |(_, port)| {
                !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
            })
        };
        hosts.filter(is_host).collect()
    }

    /// The addresses in `text` that are not known, in order.
    pub fn unknown_in(&self, text: &str) -> Vec<Range<usize>> {
        let is_unknown =
            |place: &Range<usize>| text.get(place.clone()).is_some_and(|found| !self.known.contains(&normal(found)));
        addresses(text).into_iter().filter(is_unknown).collect()
    }

    /// `text` with nothing in it that leads to an unknown address: of `[words](address)` the words are left.
    pub fn defused(&self, text: &str) -> String {
        let mut defused = String::with_capacity(text.len());
        let mut done = 0;
        for place in self.unknown_in(text) {
            let before = text.get(done..place.start).unwrap_or_default();
            let label = before.strip_suffix("](").and_then(|before| before.rfind('[').map(|open| (before, open)));
            if let Some((before, open)) = label {
                defused.push_str(before.get(..open).unwrap_or_default());
                defused.push_str(before.get(open + 1..).unwrap_or_default());
                let rest = text.get(place.end..).unwrap_or_default();
                done = place.end + rest.find(')').map_or(0, |close| close + 1);
            } else {
                defused.push_str(before);
                defused.push_str(LEFT_OUT);
                done = place.end;
            }
        }
        defused.push_str(text.get(done..).unwrap_or_default());
        defused
    }
}

/// Every address in `text`: links, e-mail addresses, and whatever a Markdown link leads to.
pub fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for piece in text.split_inclusive(separates) {
        let word = piece.trim_end_matches(separates);
        let leads = text.get(..start).is_some_and(|before| before.ends_with("]("));
        let trimmed = word.trim_end_matches(['.', ':', '!', '?', '…', ',', ';', '*', '_']);
        if !trimmed.is_empty() && (leads || is_address(trimmed)) {
            found.push(start..start + trimmed.len());
        }
        start += piece.len();
    }
    found
}

fn separates(c: char) -> bool {
    c.is_whitespace() || "<>\"'()[]{}|`«»“”’,;".contains(c)
}

fn is_address(word: &str) -> bool {
    let lower = word.to_lowercase();
    if lower.contains("://") || lower.starts_with("//") || SCHEMES.iter().any(|scheme| lower.starts_with(scheme)) {
        return true;
    }
    let (user, host) = lower.rsplit_once('@').unwrap_or(("", &lower));
    let (host, path) = host.split_once(['/', '?', '#']).map_or((host, None), |(host, path)| (host, Some(path)));
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let Some((name, domain)) = host.rsplit_once('.') else { return false };
    let is_host = !name.is_empty() && domain.len() >= 2 && domain.chars().all(char::is_alphabetic);
    is_host && (!user.is_empty() || path.is_some_and(|path| !path.is_empty()) || DOMAINS.contains(&domain))
}

/// Addresses that lead to the same place are the same.
fn normal(address: &str) -> String {
    let lower = address.to_lowercase();
    let bare = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let bare = bare.trim_start_matches("mailto:").trim_start_matches("//").trim_start_matches("www.");
    bare.trim_end_matches(['/', '.', '#']).to_owned()
}

/// Takes images and elements that fetch something out of a growing text. Of an image its description is left.
#[derive(Debug, Clone, Default)]
pub struct ImageFilter {
    /// The beginning of what may become an image.
    held: String,
}

impl ImageFilter {
    /// Takes the next piece and gives out what is harmless.
    pub fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        self.give_out(false)
    }

    /// Ends the text.
    pub fn finish(&mut self) -> String {
        self.give_out(true)
    }

    /// A whole text without images.
    pub fn clean(text: &str) -> String {
        let mut filter = Self::default();
        let mut clean = filter.push(text);
        clean.push_str(&filter.finish());
        clean
    }

    fn give_out(&mut self, complete: bool) -> String {
        let held = std::mem::take(&mut self.held);
        let mut given = String::with_capacity(held.len());
        let mut rest = held.as_str();
        while let Some(at) = rest.find(['!', '<']) {
            let (before, sign) = rest.split_at(at);
            given.push_str(before);
            let found = if sign.starts_with('!') { image(sign) } else { element(sign) };
            match found {
                Found::Unfinished if !complete => {
                    self.held = sign.to_owned();
                    return given;
                }
                Found::Unfinished if sign.len() == 1 => {
                    given.push_str(sign);
                    rest = "";
                }
                // The sign alone is what makes it one.
                Found::Unfinished | Found::Disarmed => {
                    given.push_str(if sign.starts_with('!') { "! " } else { "‹" });
                    rest = sign.get(1..).unwrap_or_default();
                }
                Found::Image { words, length } => {
                    // A space, lest the signs before and behind an image without words make one of their own.
                    let bare = words.replace(['!', '['], "").replace('<', "‹");
                    given.push_str(if bare.is_empty() { " " } else { &bare });
                    rest = sign.get(length..).unwrap_or_default();
                }
                Found::Text => {
                    given.push_str(sign.get(..1).unwrap_or_default());
                    rest = sign.get(1..).unwrap_or_default();
                }
            }
        }
        given.push_str(rest);
        given
    }
}

enum Found<'a> {
    /// Nothing of the kind.
    Text,
    /// Too early to tell.
    Unfinished,
    /// One, or what might be made one: its sign must not stay as it is.
    Disarmed,
    /// A whole image.
    Image { words: &'a str, length: usize },
}

/// What begins with the `!` of `text`.
fn image(text: &str) -> Found<'_> {
    let Some(inside) = text.strip_prefix("![") else {
        return if text.len() == 1 { Found::Unfinished } else { Found::Text };
    };
    let waits = || if text.len() < LONGEST_IMAGE { Found::Unfinished } else { Found::Disarmed };
    let Some(close) = inside.find(']') else { return waits() };
    let after = inside.get(close + 1..).unwrap_or_default();
    let end = match after.chars().next() {
        None => return waits(),
        Some('(') => after.find(')'),
        Some('[') => after.find(']'),
        Some(_) => return Found::Disarmed,
    };
    match end {
        Some(end) => {
            Found::Image { words: inside.get(..close).unwrap_or_default(), length: "![".len() + close + 1 + end + 1 }
        }
        None => waits(),
    }
}

/// What begins with the `<` of `text`.
fn element(text: &str) -> Found<'_> {
    let inside = text.strip_prefix('<').unwrap_or_default().to_ascii_lowercase();
    if FETCHING.iter().any(|name| inside.starts_with(name)) {
        Found::Disarmed
    } else if FETCHING.iter().any(|name| name.starts_with(&inside)) {
        Found::Unfinished
    } else {
        Found::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        addresses(text).into_iter().filter_map(|place| text.get(place)).collect()
    }

    #[test]
    fn hosts_are_those_of_pages_and_mailboxes() {
        let text = "https://www.a.example/x?y, hola@b.example, c.org, http://d.example:81/e, mailto:f@g.example, Node.js, tel:+34600";
        let addresses = Addresses::of([text]);
        let hosts: Vec<&str> = addresses.hosts().into_iter().collect();
        assert_eq!(hosts, ["a.example", "b.example", "c.org", "d.example:81", "g.example"]);
    }

    #[test]
    fn addresses_are_told_from_names_of_things() {
        for (text, expected) in [
            ("Usa Node.js, Next.js 14.2 y p.ej. ASP.", &[] as &[&str]),
            ("Ver https://ana.example/a?b=c. Fin", &["https://ana.example/a?b=c"]),
            ("(ana@ana.example), o www.ana.example!", &["ana@ana.example", "www.ana.example"]),
            ("En [su web](/admin) y [otra](//x.example \"t\").", &["/admin", "//x.example"]),
            ("Escribe a mailto:a@b.example o ana.dev/cv", &["mailto:a@b.example", "ana.dev/cv"]),
            ("[x](javascript:alert(1))", &["javascript:alert"]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn an_address_is_known_if_a_source_names_it_or_one_under_it() {
        let known = Addresses::of(["Web: https://www.Ana.example/obra/panel/ y ana@ana.example."]);
        for (text, unknown) in [
            ("Ver http://ana.example/obra/panel", 0),
            ("Ver ana.example/obra", 0),
            ("Ver https://ana.example", 0),
            ("Escribe a ANA@ana.example.", 0),
            ("Ver https://ana.example/obra/panel?q=secreto", 1),
            ("Ver https://ana.example.evil.example", 1),
            ("Escribe a otra@ana.example", 1),
            ("[CV](/cv.pdf)", 1),
        ] {
            assert_eq!(known.unknown_in(text).len(), unknown, "{text}");
        }
    }

    #[test]
    fn what_leads_elsewhere_is_defused() {
        let known = Addresses::of(["https://ana.example"]);
        for (text, expected) in [
            ("Ver [su web](https://ana.example) ya.", "Ver [su web](https://ana.example) ya."),
            ("Ver [su web](https://evil.example/x) ya.", "Ver su web ya."),
            ("Ver https://evil.example. O a@evil.example", "Ver […]. O […]"),
            ("[1] y [a](b \"t\"), fin", "[1] y a, fin"),
        ] {
            assert_eq!(known.defused(text), expected);
        }
    }

    #[test]
    fn no_image_gets_through_however_it_comes() {
        for (text, expected) in [
            ("¡Hola! Mira ![un gráfico](https://evil.example/x.png).", "¡Hola! Mira un gráfico."),
            ("![][ref] y !", "  y !"),
            ("![sin fin](https://evil.example", "! [sin fin](https://evil.example"),
            ("¡Bien![1] Y", "¡Bien! [1] Y"),
            ("a < b, Vec<String>, <IMG src=x>, <b>", "a < b, Vec<String>, ‹IMG src=x>, <b>"),
            ("¿Sí?! [1]", "¿Sí?! [1]"),
        ] {
            assert_eq!(ImageFilter::clean(text), expected);
            let mut filter = ImageFilter::default();
            let mut letters: String = text.chars().map(|letter| filter.push(&letter.to_string())).collect();
            letters.push_str(&filter.finish());
            assert_eq!(letters, expected, "letter by letter: {text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_comes_out_is_an_image(text in "[!\\[\\]()a<img> ]{0,40}") {
            let clean = ImageFilter::clean(&text);
            proptest::prop_assert!(!clean.contains("!["), "{} -> {}", text, clean);
            proptest::prop_assert!(!clean.to_lowercase().contains("<img"), "{} -> {}", text, clean);
        }
    }
}
