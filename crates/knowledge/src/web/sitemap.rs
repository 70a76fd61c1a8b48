//! Sitemaps: the pages that a site lists of itself, and indexes of sitemaps.

use quick_xml::Reader;
use quick_xml::events::Event;

/// Locations of one sitemap; the format allows 50,000.
const MAX_LOCATIONS: usize = 50_000;

/// What a sitemap lists.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listed {
    /// Locations of pages.
    pub pages: Vec<String>,
    /// Locations of further sitemaps.
    pub sitemaps: Vec<String>,
}

/// Reads a sitemap or an index of sitemaps; `None` if the text is neither.
pub(super) fn read(text: &str) -> Option<Listed> {
    let mut listed = Listed::default();
    let mut reader = Reader::from_str(text);
    let mut is_index = None;
    let mut location: Option<String> = None;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => match (tag.local_name().as_ref(), is_index) {
                ("urlset", None) => is_index = Some(false),
                ("sitemapindex", None) => is_index = Some(true),
                (_, None) => return None,
                ("loc", Some(_)) => location = Some(String::new()),
                _ => {}
            },
            Ok(Event::Text(words)) => {
                if let Some(location) = &mut location {
                    location.push_str(&words.xml10_content());
                }
            }
            Ok(Event::CData(words)) => {
                if let Some(location) = &mut location {
                    location.push_str(&words.xml10_content());
                }
            }
            Ok(Event::GeneralRef(name)) => {
                if let Some(location) = &mut location {
                    location.push_str(if &*name == "amp" { "&" } else { "" });
                }
            }
            Ok(Event::End(_)) => {
                if let Some(location) =
                    location.take().map(|location| location.trim().to_owned()).filter(|l| !l.is_empty())
                {
                    let list = if is_index == Some(true) { &mut listed.sitemaps } else { &mut listed.pages };
                    list.push(location);
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
        if listed.pages.len() + listed.sitemaps.len() >= MAX_LOCATIONS {
            break;
        }
    }
    is_index.map(|_| listed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn pages_and_further_sitemaps_are_listed() {
        let urls = "<?xml version=\"1.0\"?><urlset><url><loc> https://a.example/?a=1&amp;b=2 </loc><lastmod>2024</lastmod></url></urlset>";
        assert_eq!(read(urls).unwrap().pages, ["https://a.example/?a=1&b=2"]);
        let index = "<sitemapindex><sitemap><loc><![CDATA[https://a.example/s.xml]]></loc></sitemap></sitemapindex>";
        assert_eq!(read(index).unwrap().sitemaps, ["https://a.example/s.xml"]);
        assert_eq!(read("<html><loc>x</loc></html>"), None);
        assert_eq!(read("hola"), None);
    }
}
