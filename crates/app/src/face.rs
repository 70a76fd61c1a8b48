//! What pages need to know of the owner: colour, picture, and where links may lead.

use std::sync::Arc;

use portavoz_domain::colour::Colour;
use portavoz_domain::links::Addresses;

use crate::site::{Live, Site};

/// How the owner wants the pages to look.
#[derive(Debug, Clone, Default)]
pub struct Face {
    /// Of buttons, links and marks; portavoz's own if absent.
    pub colour: Option<Colour>,
    /// Beside the owner's name; portavoz's own mark if absent.
    pub logo: Option<Logo>,
}

/// A picture.
#[derive(Clone)]
pub struct Logo {
    /// The file.
    pub bytes: Arc<[u8]>,
    /// Its media type.
    pub content_type: &'static str,
}

impl std::fmt::Debug for Logo {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Logo({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

impl Logo {
    /// A picture by what its first bytes say it is; `None` if that is no picture a browser shows.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let content_type = match bytes {
            [0x89, b'P', b'N', b'G', ..] => "image/png",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
            text if std::str::from_utf8(text).is_ok_and(|text| text.contains("<svg")) => "image/svg+xml",
            _ => return None,
        };
        Some(Self { bytes: bytes.into(), content_type })
    }
}

impl Site {
    /// Hosts that the documents and the contact card name, in order: links of answers lead to no others.
    pub fn link_hosts(&self) -> Arc<[String]> {
        let live = self.live.load();
        Arc::clone(live.hosts.get_or_init(|| hosts(&live)))
    }
}

fn hosts(live: &Live) -> Arc<[String]> {
    let contact = &live.contact;
    let own = [&contact.email, &contact.url].into_iter().flatten().chain(&contact.links).map(String::as_str);
    let chunks = live.index.chunks().iter();
    let named = chunks.flat_map(|chunk| [Some(chunk.text.as_str()), chunk.url.as_deref()].into_iter().flatten());
    Addresses::of(own.chain(named)).hosts().into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        for (bytes, expected) in [
            (&b"\x89PNG\r\n\x1a\n"[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"RIFF\x00\x00\x00\x00WEBPVP8 ", Some("image/webp")),
            (b"<?xml version='1.0'?><svg/>", Some("image/svg+xml")),
            (b"GIF89a", None),
            (b"<html></html>", None),
            (b"", None),
        ] {
            assert_eq!(Logo::read(bytes).map(|logo| logo.content_type), expected, "{bytes:?}");
        }
    }
}
