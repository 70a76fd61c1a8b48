#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;

#[test]
fn what_is_no_whole_pdf_is_named() {
    for bytes in
        [b"%PDF-1.7\n".as_slice(), b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF"]
    {
        assert!(read(bytes).unwrap_err().starts_with("is cut off or damaged"), "{bytes:?}");
    }
}
