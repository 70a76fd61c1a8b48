//! `robots.txt`: which paths may be fetched (RFC 9309: the longest matching rule wins, `Allow` wins a tie).

use reqwest::Url;

/// The name under which a site can address us.
const AGENT: &str = "portavoz";

/// Pattern, and whether it allows.
type Rule = (String, bool);

/// The rules that apply to us.
#[derive(Debug, Default)]
pub(super) struct Rules {
    rules: Vec<Rule>,
}

impl Rules {
    /// Reads the group for us, or the one for everybody.
    pub fn read(text: &str) -> Self {
        let (mut ours, mut everybodys): (Option<Vec<Rule>>, Vec<Rule>) = (None, Vec::new());
        let (mut is_ours, mut is_everybodys, mut in_rules) = (false, false, false);
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "user-agent" => {
                    if in_rules {
                        (is_ours, is_everybodys, in_rules) = (false, false, false);
                    }
                    is_ours |= value.eq_ignore_ascii_case(AGENT);
                    is_everybodys |= value == "*";
                    if is_ours {
                        ours.get_or_insert_default();
                    }
                }
                key @ ("allow" | "disallow") => {
                    in_rules = true;
                    let rule = (value.to_owned(), key == "allow");
                    if value.is_empty() {
                        continue;
                    }
                    if is_ours {
                        ours.get_or_insert_default().push(rule.clone());
                    }
                    if is_everybodys {
                        everybodys.push(rule);
                    }
                }
                _ => {}
            }
        }
        Self { rules: ours.unwrap_or(everybodys) }
    }

    /// True if the page may be fetched.
    pub fn allow(&self, url: &Url) -> bool {
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let matching = self.rules.iter().filter(|(pattern, _)| matches(pattern, &path));
        matching.max_by_key(|(pattern, allows)| (pattern.len(), *allows)).is_none_or(|(_, allows)| *allows)
    }
}

/// A pattern matches from the beginning of the path; `*` stands for anything, `$` for the end.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| path.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
        last = Some(part);
    }
    !to_end || rest.is_empty() || last.is_some_and(|last| path.ends_with(last))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_longest_rule_wins_and_our_group_beats_everybodys() {
        let text = "User-agent: *\nDisallow: /privado\nAllow: /privado/cv\nDisallow: /*.pdf$\n\nUser-agent: otro\nDisallow: /\n";
        let ours = format!("{text}\nUser-agent: Portavoz\nDisallow: /solo\n");
        for (text, path, expected) in [
            (text, "/", true),
            (text, "/privado/x", false),
            (text, "/privado/cv", true),
            (text, "/a/b.pdf", false),
            (text, "/a/b.pdf?x", true),
            (ours.as_str(), "/privado/x", true),
            (ours.as_str(), "/solo/x", false),
            ("", "/x", true),
        ] {
            let url = Url::parse(&format!("https://a.example{path}")).unwrap();
            assert_eq!(Rules::read(text).allow(&url), expected, "{path}");
        }
    }
}
