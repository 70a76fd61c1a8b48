//! Refuses a file whose compressed streams would fill the memory: the parser inflates without a bound.

use std::io::Read;

use flate2::read::ZlibDecoder;

/// All streams of a file together, images left out. A CV has some hundred kilobytes.
const MAX_INFLATED_BYTES: u64 = 256_000_000;
/// Bytes of a stream's dictionary that are looked at.
const DICTIONARY_BYTES: usize = 400;

/// Counts what the streams inflate to, stopping at the limit.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let mut left = MAX_INFLATED_BYTES;
    let mut at = 0;
    while let Some(found) = find(bytes.get(at..).unwrap_or_default(), b"stream") {
        let keyword = at + found;
        at = keyword + b"stream".len();
        let dictionary = bytes.get(keyword.saturating_sub(DICTIONARY_BYTES)..keyword).unwrap_or_default();
        if dictionary.ends_with(b"end") || find(dictionary, b"/DCTDecode").is_some() || is_image(dictionary) {
            continue;
        }
        let body = bytes.get(at..).unwrap_or_default();
        let start = body.iter().take(2).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let body = body.get(start..).unwrap_or_default();
        // A zlib stream begins with 0x78 in every file that people make.
        if body.first() == Some(&0x78) {
            left = left.saturating_sub(inflated_len(body, left));
            if left == 0 {
                return Err(format!("inflates to more than {} MB", MAX_INFLATED_BYTES / 1_000_000));
            }
        }
    }
    Ok(())
}

fn is_image(dictionary: &[u8]) -> bool {
    // Only the stream's own dictionary: what stands behind the last object number.
    let own = rfind(dictionary, b" obj").and_then(|at| dictionary.get(at..)).unwrap_or(dictionary);
    find(own, b"/Subtype/Image").is_some() || find(own, b"/Subtype /Image").is_some()
}

fn inflated_len(body: &[u8], most: u64) -> u64 {
    let mut decoder = ZlibDecoder::new(body).take(most);
    std::io::copy(&mut decoder, &mut std::io::sink()).unwrap_or(0)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn rfind(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).rposition(|window| window == needle)
}
