//! CVs printed by a browser from the HTML beside them: a sidebar, two columns of justified text, tables over two
//! pages, labels and dates beside their text.
//! To print one again: `chromium --headless --no-pdf-header-footer --print-to-pdf=cv_x.pdf cv_x.html`.
#![allow(clippy::unwrap_used, reason = "tests")]

use portavoz_domain::document::BlockKind;
use portavoz_domain::ids::DocumentId;
use portavoz_knowledge::readers::{ReadOptions, read};

fn shown(bytes: &[u8]) -> String {
    let (document, problems) = read(&DocumentId::new("cv.pdf"), bytes, &ReadOptions::default()).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let line = |block: &portavoz_domain::document::Block| {
        let kind = match block.kind {
            BlockKind::Heading { level } => "#".repeat(level.into()),
            BlockKind::ListItem => "-".to_owned(),
            BlockKind::TableRow => "|".to_owned(),
            _ => "".to_owned(),
        };
        format!("{} {kind} {}", block.page.unwrap(), block.text)
    };
    let head = format!("{} ({})", document.title, document.language);
    std::iter::once(head).chain(document.blocks.iter().map(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_sidebar_is_read_before_the_main_column() {
    insta::assert_snapshot!(shown(include_bytes!("fixtures/cv_sidebar.pdf")));
}

#[test]
fn sentences_go_on_from_column_to_column() {
    insta::assert_snapshot!(shown(include_bytes!("fixtures/cv_columns.pdf")));
}

#[test]
fn dates_stay_with_their_jobs_and_page_numbers_go() {
    insta::assert_snapshot!(shown(include_bytes!("fixtures/cv_table.pdf")));
}

#[test]
fn labels_head_the_text_beside_them() {
    insta::assert_snapshot!(shown(include_bytes!("fixtures/cv_labels.pdf")));
}
