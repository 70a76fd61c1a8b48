//! Who is a person and who is a program, by what a client says of itself.

/// Words in the names of programs that fetch pages: search engines, link previews, monitors, libraries, browsers driven
/// by tests. In small letters.
const PROGRAMS: [&str; 34] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "scan",
    "preview",
    "fetch",
    "monitor",
    "uptime",
    "pingdom",
    "lighthouse",
    "headless",
    "phantom",
    "puppeteer",
    "playwright",
    "selenium",
    "curl/",
    "wget/",
    "httpie",
    "python",
    "httpx",
    "aiohttp",
    "go-http-client",
    "java/",
    "okhttp",
    "axios",
    "node",
    "undici",
    "libwww",
    "ruby",
    "postman",
    "insomnia",
    "scrapy",
    "facebookexternalhit",
];
/// A make of telephones whose name has `bot` in it.
const NO_PROGRAM: &str = "cubot";

/// Whether a client is a program and no person, by its header `User-Agent`. One that names none is a program: browsers
/// always do. Programs that pretend to be browsers pass; the test of the shares finds them only if they favour an arm.
pub fn is_program(agent: Option<&str>) -> bool {
    let agent = agent.unwrap_or_default().to_lowercase().replace(NO_PROGRAM, "");
    agent.trim().is_empty() || PROGRAMS.iter().any(|word| agent.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_from_browsers() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let phone = "Mozilla/5.0 (Linux; Android 14; CUBOT P80) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36";
        let google = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
        let headless = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0 Safari/537.36";
        for (agent, expected) in [
            (Some(firefox), false),
            (Some(phone), false),
            (Some(google), true),
            (Some(headless), true),
            (Some("curl/8.5.0"), true),
            (Some("python-requests/2.32"), true),
            (Some("WhatsApp/2.23.20.0 LinkPreview"), true),
            (Some("  "), true),
            (None, true),
        ] {
            assert_eq!(is_program(agent), expected, "{agent:?}");
        }
    }
}
