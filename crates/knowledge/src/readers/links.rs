//! Links in running text: the words stay, and the address joins them when the words do not already say it.
//!
//! A visitor who asks how to reach the owner needs the address behind "LinkedIn" or "write to me".

/// The words of a link with its target behind them in brackets. Targets inside the page or the site, which mean
/// nothing elsewhere, are left out.
pub(super) fn with_target(words: &str, target: &str) -> String {
    match address(target) {
        Some(address) if words.trim().is_empty() => address.to_owned(),
        Some(address) if !says(words, address) => format!("{words} ({address})"),
        _ => words.to_owned(),
    }
}

/// The part of a target that a person would copy: an e-mail address, a telephone number or a web address.
pub(super) fn address(target: &str) -> Option<&str> {
    let target = target.trim();
    if target.len() > 300 || target.contains(char::is_whitespace) {
        return None;
    }
    let after = |scheme: &str| {
        let prefix = target.get(..scheme.len())?;
        prefix.eq_ignore_ascii_case(scheme).then(|| target.get(scheme.len()..)).flatten()
    };
    if let Some(mail) = after("mailto:") {
        return mail.split('?').next().filter(|mail| mail.contains('@'));
    }
    if let Some(number) = after("tel:") {
        return Some(number).filter(|number| !number.is_empty());
    }
    (after("http://").is_some_and(|rest| !rest.is_empty()) || after("https://").is_some_and(|rest| !rest.is_empty()))
        .then_some(target)
}

/// True if the words already contain the address, give or take scheme, `www.`, a slash at the end, and the spaces
/// of a telephone number.
fn says(words: &str, address: &str) -> bool {
    let bare = |text: &str| {
        let text: String = text.chars().filter(|c| !c.is_whitespace() && !"()-.".contains(*c)).collect();
        text.to_lowercase()
            .trim_start_matches("https://")
            .trim_start_matches("http://")
            .trim_start_matches("www")
            .trim_end_matches('/')
            .to_owned()
    };
    bare(words).contains(&bare(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_added_only_when_the_words_do_not_say_it() {
        for (words, target, expected) in [
            ("LinkedIn", "https://linkedin.com/in/maria", "LinkedIn (https://linkedin.com/in/maria)"),
            ("linkedin.com/in/maria", "https://www.linkedin.com/in/maria/", "linkedin.com/in/maria"),
            ("escríbeme", "mailto:maria@example.org?subject=x", "escríbeme (maria@example.org)"),
            ("maria@example.org", "mailto:maria@example.org", "maria@example.org"),
            ("+34 600 000 000", "tel:+34600000000", "+34 600 000 000"),
            ("más", "/proyectos", "más"),
            ("arriba", "#top", "arriba"),
            ("clic", "javascript:alert(1)", "clic"),
            ("", "https://a.example", "https://a.example"),
        ] {
            assert_eq!(with_target(words, target), expected);
        }
    }
}
