//! JSON Resume 1.0: every section becomes prose and lists in the document's language, each block with its facet.
//!
//! A visitor asks in words, and the extractive rung answers with sentences of the documents: so `{"position": "Data
//! engineer", "name": "Naranjal"}` must become a sentence that can be quoted. Owns the sections; the languages' words
//! are in [`words`], dates in [`dates`]. Start at [`read`].
//!
//! To add one more section: 1. give it a heading in [`words`]; 2. write its function here; 3. call it in [`read`].

use portavoz_domain::contact::ContactCard;
use portavoz_domain::document::{BlockKind, Facet, Format};
use portavoz_text::language::{self, Language};
use serde_json::Value;

use super::draft::{Draft, fold_space};

mod dates;
mod words;

use words::Words;

/// Sections by which a JSON file is known to be a résumé.
const SECTIONS: &[&str] = &[
    "basics",
    "work",
    "volunteer",
    "education",
    "awards",
    "certificates",
    "publications",
    "skills",
    "languages",
    "interests",
    "references",
    "projects",
];

/// True if the value is a résumé: an object with `basics`, or with two other sections.
pub(super) fn is_resume(json: &Value) -> bool {
    let has = |section: &&&str| json.get(**section).is_some_and(|value| value.is_array());
    json.get("basics").is_some_and(Value::is_object) || SECTIONS.iter().filter(has).count() >= 2
}

/// The owner's contact card, from `basics`; `None` if it says no way to reach them and no name.
pub(super) fn contact_card(json: &Value) -> Option<ContactCard> {
    let basics = json.get("basics")?;
    let card = ContactCard {
        name: text(basics, &["name"]),
        email: text(basics, &["email"]).filter(|email| email.contains('@')),
        phone: text(basics, &["phone"]),
        url: text(basics, &["url", "website"]),
        links: items(basics, "profiles").filter_map(profile_url).collect(),
    };
    (card.name.is_some() || !card.is_empty()).then_some(card)
}

/// Writes the résumé out.
pub(super) fn read(json: &Value, default: Language) -> Draft {
    let language = language_of(json).unwrap_or(default);
    let basics = json.get("basics").unwrap_or(&Value::Null);
    let name = text(basics, &["name"]);
    let mut writer =
        Writer { draft: Draft::new(Format::Resume), words: words::of(language), who: name.as_deref().map(first_name) };
    writer.draft.language = Some(language);
    writer.draft.title = name.clone().map(|name| format!("{name} · {}", writer.words.resume));
    writer.basics(basics, name.as_deref());
    writer.work(json, "work", writer.words.work, Facet::Experience);
    writer.projects(json);
    writer.education(json);
    writer.skills(json);
    writer.listed(
        json,
        Listing { section: "languages", heading: writer.words.languages, facet: Facet::Skills },
        |item, _| labelled(text(item, &["language", "name"]), text(item, &["fluency", "level"])),
    );
    writer.listed(
        json,
        Listing { section: "certificates", heading: writer.words.certificates, facet: Facet::Education },
        |item, words| entry(item, &["name", "title"], &["issuer"], words),
    );
    writer.listed(
        json,
        Listing { section: "awards", heading: writer.words.awards, facet: Facet::Achievements },
        |item, words| entry(item, &["title", "name"], &["awarder"], words),
    );
    writer.listed(
        json,
        Listing { section: "publications", heading: writer.words.publications, facet: Facet::Achievements },
        |item, words| entry(item, &["name", "title"], &["publisher"], words),
    );
    writer.work(json, "volunteer", writer.words.volunteer, Facet::Experience);
    writer.listed(
        json,
        Listing { section: "interests", heading: writer.words.interests, facet: Facet::About },
        |item, _| labelled(text(item, &["name"]), list(item, "keywords")),
    );
    writer.listed(
        json,
        Listing { section: "references", heading: writer.words.references, facet: Facet::About },
        |item, _| match (text(item, &["reference"]), text(item, &["name"])) {
            (Some(reference), Some(name)) => Some(format!("{name}: «{}»", reference.trim_matches('"'))),
            (reference, name) => reference.or(name),
        },
    );
    writer.draft
}

/// A section whose items are one line each.
struct Listing {
    section: &'static str,
    heading: &'static str,
    facet: Facet,
}

/// What the sections share while they are written.
struct Writer {
    draft: Draft,
    words: &'static Words,
    /// The owner's first name: the subject of sentences.
    who: Option<String>,
}

impl Writer {
    fn put(&mut self, kind: BlockKind, facet: Facet, text: &str) {
        self.draft.push_at(kind, text, None, Some(facet));
    }

    fn heading(&mut self, level: u8, facet: Facet, text: &str) {
        self.put(BlockKind::Heading { level }, facet, text);
    }

    fn basics(&mut self, basics: &Value, name: Option<&str>) {
        let label = text(basics, &["label"]);
        if let Some(name) = name {
            self.heading(1, Facet::About, name);
        }
        if let Some(label) = &label {
            let sentence = match name {
                Some(name) => format!("{name}: {label}."),
                None => sentence(label),
            };
            self.put(BlockKind::Paragraph, Facet::About, &sentence);
        }
        for paragraph in text(basics, &["summary"]).iter().flat_map(|summary| summary.split("\n\n")) {
            self.put(BlockKind::Paragraph, Facet::About, paragraph);
        }
        let location = basics.get("location").unwrap_or(&Value::Null);
        let place =
            [text(location, &["city"]), text(location, &["region"]), text(location, &["countryCode", "country"])];
        let place: Vec<String> = place.into_iter().flatten().collect();
        let ways = [
            (self.words.email, text(basics, &["email"])),
            (self.words.phone, text(basics, &["phone"])),
            (self.words.web, text(basics, &["url", "website"])),
            (self.words.place, Some(place.join(", ")).filter(|place| !place.is_empty())),
        ];
        let mut lines: Vec<String> =
            ways.into_iter().filter_map(|(label, value)| Some(format!("{label}: {}", value?))).collect();
        lines.extend(items(basics, "profiles").filter_map(|profile| {
            labelled(text(profile, &["network"]), profile_url(profile).or_else(|| text(profile, &["username"])))
        }));
        if !lines.is_empty() {
            self.heading(2, Facet::Contact, self.words.contact);
        }
        for line in lines {
            self.put(BlockKind::ListItem, Facet::Contact, &line);
        }
    }

    /// Jobs and voluntary work, which differ in their verbs only.
    fn work(&mut self, json: &Value, section: &str, heading: &str, facet: Facet) {
        for (index, item) in items(json, section).enumerate() {
            if index == 0 {
                self.heading(2, facet, heading);
            }
            let role = text(item, &["position", "role"]);
            let place = text(item, &["name", "organization", "company"]);
            let title: Vec<&str> = [role.as_deref(), place.as_deref()].into_iter().flatten().collect();
            self.heading(3, facet, &title.join(", "));
            let period = dates::period(item, self.words);
            let verbs = if section == "volunteer" { &self.words.volunteered } else { &self.words.worked };
            if role.is_some() || place.is_some() {
                let verb = if is_over(item) { verbs.past } else { verbs.present };
                let where_at = text(item, &["location"]).map(|location| format!(" ({location})")).unwrap_or_default();
                let line = [
                    Some(self.who.clone().map_or_else(|| capitalised(verb), |who| format!("{who} {verb}"))),
                    role.map(|role| fill(self.words.as_role, &role)),
                    place.map(|place| format!("{}{where_at}", fill(self.words.at, &place))),
                    period.map(|period| format!("{}{period}", self.words.period_comma)),
                ];
                let line = line.into_iter().flatten().collect::<Vec<_>>().join(" ");
                self.put(BlockKind::Paragraph, facet, &sentence(&line.replace(" ,", ",")));
            }
            self.details(item, facet);
        }
    }

    fn projects(&mut self, json: &Value) {
        for (index, item) in items(json, "projects").enumerate() {
            if index == 0 {
                self.heading(2, Facet::Projects, self.words.projects);
            }
            if let Some(name) = text(item, &["name"]) {
                self.heading(3, Facet::Projects, &name);
            }
            let first = [text(item, &["type"]), text(item, &["entity"]), dates::period(item, self.words)];
            let first: Vec<String> = first.into_iter().flatten().collect();
            if !first.is_empty() {
                self.put(BlockKind::Paragraph, Facet::Projects, &sentence(&capitalised(&first.join(", "))));
            }
            self.details(item, Facet::Projects);
            if let Some(roles) = list(item, "roles") {
                self.put(BlockKind::Paragraph, Facet::Projects, &format!("{}: {roles}.", self.words.role));
            }
        }
    }

    fn education(&mut self, json: &Value) {
        for (index, item) in items(json, "education").enumerate() {
            if index == 0 {
                self.heading(2, Facet::Education, self.words.education);
            }
            let degree = match (text(item, &["studyType"]), text(item, &["area"])) {
                (Some(kind), Some(area)) if !kind.contains(&area) => {
                    Some(format!("{kind} {} {area}", self.words.degree_in))
                }
                (kind, area) => kind.or(area),
            };
            let place = text(item, &["institution"]);
            let title: Vec<&str> = [degree.as_deref(), place.as_deref()].into_iter().flatten().collect();
            self.heading(3, Facet::Education, &title.join(", "));
            let verb = if is_over(item) { self.words.studied.past } else { self.words.studied.present };
            let line = [
                Some(self.who.clone().map_or_else(|| capitalised(verb), |who| format!("{who} {verb}"))),
                degree.clone(),
                place.clone().map(|place| fill(self.words.at, &place)),
                dates::period(item, self.words).map(|period| format!("{}{period}", self.words.period_comma)),
            ];
            if degree.is_some() || place.is_some() {
                let line = line.into_iter().flatten().collect::<Vec<_>>().join(" ");
                self.put(BlockKind::Paragraph, Facet::Education, &sentence(&line.replace(" ,", ",")));
            }
            if let Some(score) = text(item, &["score", "gpa"]) {
                self.put(BlockKind::Paragraph, Facet::Education, &format!("{}: {score}.", self.words.score));
            }
            if let Some(courses) = list(item, "courses") {
                self.put(BlockKind::Paragraph, Facet::Education, &format!("{}: {courses}.", self.words.courses));
            }
            if let Some(url) = text(item, &["url"]) {
                self.put(BlockKind::Paragraph, Facet::Education, &url);
            }
        }
    }

    fn skills(&mut self, json: &Value) {
        self.listed(
            json,
            Listing { section: "skills", heading: self.words.skills, facet: Facet::Skills },
            |item, _| {
                let name = text(item, &["name"]).map(|name| match text(item, &["level"]) {
                    Some(level) => format!("{name} ({level})"),
                    None => name,
                });
                labelled(name, list(item, "keywords"))
            },
        );
    }

    /// A section whose items are one line each.
    fn listed(&mut self, json: &Value, listing: Listing, line: impl Fn(&Value, &Words) -> Option<String>) {
        let Listing { section, heading, facet } = listing;
        let lines: Vec<String> = items(json, section)
            .filter_map(|item| item.as_str().map(str::to_owned).or_else(|| line(item, self.words)))
            .filter(|line| !line.trim().is_empty())
            .collect();
        if !lines.is_empty() {
            self.heading(2, facet, heading);
        }
        for line in lines {
            self.put(BlockKind::ListItem, facet, &line);
        }
    }

    /// What jobs and projects have in common.
    fn details(&mut self, item: &Value, facet: Facet) {
        for text in [text(item, &["description"]), text(item, &["summary"])].into_iter().flatten() {
            self.put(BlockKind::Paragraph, facet, &sentence(&text));
        }
        for highlight in
            item.get("highlights").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            self.put(BlockKind::ListItem, facet, highlight);
        }
        if let Some(keywords) = list(item, "keywords") {
            self.put(BlockKind::Paragraph, facet, &format!("{}: {keywords}.", self.words.technologies));
        }
        if let Some(url) = text(item, &["url", "website"]) {
            self.put(BlockKind::Paragraph, facet, &format!("{}: {url}", self.words.web));
        }
    }
}

/// The language of the prose in it, or the one it names itself.
fn language_of(json: &Value) -> Option<Language> {
    let named = json.pointer("/meta/language").or_else(|| json.pointer("/meta/lang")).and_then(Value::as_str);
    if let Some(language) = named.and_then(Language::parse) {
        return Some(language);
    }
    let mut prose = String::new();
    gather_prose(json, &mut prose);
    language::detect(&prose)
}

/// Texts long enough to be sentences. `serde_json` has bounded the depth.
fn gather_prose(json: &Value, prose: &mut String) {
    match json {
        Value::String(text) if text.split_whitespace().count() >= 3 && prose.len() < 4_000 => {
            prose.push_str(text);
            prose.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| gather_prose(item, prose)),
        Value::Object(members) => members.values().for_each(|member| gather_prose(member, prose)),
        _ => {}
    }
}

/// An award, certificate or publication: `Title (giver, date). Summary. URL`.
fn entry(item: &Value, title: &[&str], giver: &[&str], words: &Words) -> Option<String> {
    let date = text(item, &["date", "releaseDate"]).map(|date| dates::humanised(&date, words));
    let aside: Vec<String> = [text(item, giver), date].into_iter().flatten().collect();
    let mut line = text(item, title)?;
    if !aside.is_empty() {
        line = format!("{line} ({})", aside.join(", "));
    }
    line.push('.');
    for more in [text(item, &["summary"]).map(|summary| sentence(&summary)), text(item, &["url", "website"])]
        .into_iter()
        .flatten()
    {
        line = format!("{line} {more}");
    }
    Some(line)
}

/// The first of these keys that holds a text or a number.
fn text(item: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match item.get(*key)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// A list of texts, joined by commas.
fn list(item: &Value, key: &str) -> Option<String> {
    let parts: Vec<String> = item.get(key)?.as_array()?.iter().filter_map(Value::as_str).map(fold_space).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn items<'a>(json: &'a Value, section: &str) -> impl Iterator<Item = &'a Value> {
    json.get(section).and_then(Value::as_array).into_iter().flatten()
}

fn profile_url(profile: &Value) -> Option<String> {
    text(profile, &["url"])
}

/// `label: value`, or the one of them that is there.
fn labelled(label: Option<String>, value: Option<String>) -> Option<String> {
    match (label, value) {
        (Some(label), Some(value)) => Some(format!("{label}: {value}")),
        (label, value) => label.or(value),
    }
}

/// Over if it has an end, since résumés leave the end of what goes on away.
fn is_over(item: &Value) -> bool {
    text(item, &["endDate"]).is_some_and(|end| end.starts_with(|c: char| c.is_ascii_digit()))
        || (text(item, &["startDate"]).is_none() && text(item, &["endDate"]).is_none())
}

/// Ends a text as a sentence.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?', '…', ':']) { text.to_owned() } else { format!("{text}.") }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or(name).to_owned()
}

/// Puts `value` into a template's `{}`.
fn fill(template: &str, value: &str) -> String {
    template.replacen("{}", value, 1)
}

#[cfg(test)]
mod tests;
