//! Reports as one HTML file: no script, nothing fetched, both themes, made to be printed. What each page says is its
//! command's; this is what all share.

/// Colours by the theme, so that plots follow it and print.
const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6672;--ground:#fff;--line:#d8dee4;--bar:#9fb3c8;--own:#0b6bcb;\
--good:#1a7f37;--bad:#b42318}\
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa7b4;--ground:#0d1117;--line:#30363d;--bar:#51657a;\
--own:#58a6ff;--good:#3fb950;--bad:#ff7b72}}\
@media print{:root{--ink:#000;--soft:#444;--ground:#fff;--line:#bbb;--bar:#aaa;--own:#333;--good:#000;--bad:#000}\
section{break-inside:avoid}}\
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);max-width:46rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}p{margin:.4rem 0}.soft{color:var(--soft)}\
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.3rem .6rem .3rem 0;\
border-bottom:1px solid var(--line);vertical-align:top}td.n,th.n{text-align:right}td:first-child{white-space:nowrap}svg{width:100%;height:auto}\
svg text{font:12px system-ui,sans-serif;fill:var(--ink)}.bar{fill:var(--bar)}.own{fill:var(--own)}\
.axis{stroke:var(--line)}.line{fill:none;stroke:var(--own);stroke-width:2}.met{color:var(--good);font-weight:600}\
.not_met{color:var(--bad);font-weight:600}.not_known{color:var(--soft);font-weight:600}.wide{overflow-x:auto}";

/// The whole file: a title, styles of its own beside those that all share, and what stands below the title, as HTML.
pub(super) fn whole(title: &str, style: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}{style}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}</body>\n</html>\n"
    )
}

/// Text whose words between backticks are code.
pub(super) fn with_code(text: &str) -> String {
    let pieces = escape(text);
    let pieces = pieces.split('`').enumerate();
    pieces
        .map(|(place, piece)| if place % 2 == 1 { format!("<code>{piece}</code>") } else { piece.to_owned() })
        .collect()
}

/// Text that is safe between tags and in attributes.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
