//! Keys of replies and of plans: the same for what would be answered the same, so that nothing is paid for twice.

use portavoz_domain::cases::{Case, fingerprint};
use portavoz_domain::evaluation::Target;
use sha2::{Digest, Sha256};

use crate::site::Site;
use crate::variant::Variant;

/// To be raised when the program answers otherwise with everything else the same: replies of before are then not taken.
const VERSION: &str = "1";

/// Everything that a reply depends on: who is asked, with which words and parameters, how it is checked, what is asked
/// and after what, and what it is answered from.
pub(super) fn of_reply(site: &Site, variant: &Variant, case: &Case, knowledge_hash: &str) -> String {
    let settings = site.settings();
    let judge = site.judge().map(|judge| judge.name().to_owned());
    let embedder = site.embedder().map(|embedder| embedder.name().to_owned());
    let models = (variant.first_model(site), judge, embedder);
    let ways = (variant.retrieval, variant.context, variant.generation, settings.history, settings.verify);
    let asked = (&case.question, &case.before, case.language, site.language());
    let parts = [
        VERSION.to_owned(),
        variant.fingerprint().to_owned(),
        variant.prompt_version().to_owned(),
        // Every field of the settings counts, also one that is added later.
        format!("{models:?}"),
        format!("{ways:?}"),
        format!("{asked:?}"),
        knowledge_hash.to_owned(),
    ];
    digest(parts.iter().map(String::as_str))
}

/// Everything that a run asks and grades by, in its order.
pub(super) fn of_plan(cases: &[Case], targets: &[Target], keys: &[&str], knowledge_hash: &str) -> String {
    let cases: Vec<String> = cases.iter().map(|case| format!("{}\n{}", case.id, fingerprint(case))).collect();
    let mut parts: Vec<&str> = cases.iter().map(String::as_str).collect();
    parts.extend(targets.iter().map(|target| target.name.as_str()));
    parts.extend(keys);
    parts.push(knowledge_hash);
    digest(parts)
}

/// SHA-256 in hexadecimal; each part counts with its length, so that none runs into the next.
fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
