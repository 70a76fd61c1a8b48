//! A made-up portfolio: as large as asked, the same for the same seed, and with a question for every section.
//!
//! Each section is about one project with a name that no other has, so that a question finds its passage and no two
//! questions are alike (a cache of answers would measure itself).

use std::fs;
use std::path::Path;

use anyhow::Context as _;

const SYLLABLES: [&str; 24] = [
    "ta", "lo", "ri", "ven", "mar", "cu", "sol", "ne", "bra", "di", "fu", "gal", "pe", "xi", "zor", "ca", "min", "tu",
    "rel", "bo", "sa", "que", "lin", "dra",
];
const SECTORS: [&str; 8] = ["logística", "banca", "salud", "turismo", "energía", "educación", "moda", "agricultura"];
const TECHNOLOGIES: [&str; 12] = [
    "Python",
    "FastAPI",
    "PyTorch",
    "React",
    "Next.js",
    "TypeScript",
    "Pinecone",
    "Hugging Face",
    "PostgreSQL",
    "Docker",
    "Kubernetes",
    "Redis",
];
const TASKS: [&str; 8] = [
    "clasificar documentos",
    "responder consultas",
    "resumir contratos",
    "detectar anomalías",
    "generar imágenes",
    "buscar en manuales",
    "traducir fichas",
    "prever la demanda",
];
const RESULTS: [&str; 6] = [
    "el tiempo de respuesta",
    "el coste mensual",
    "los errores",
    "las consultas repetidas",
    "la espera",
    "el trabajo manual",
];

/// Sections in one document: as many as a long project page has.
const SECTIONS_PER_DOCUMENT: usize = 10;

/// Documents in one folder.
const DOCUMENTS_PER_FOLDER: usize = 100;

/// Ways to ask about a project, in words that its section has: what is measured is how fast an answer is, not how good
/// the search.
const QUESTIONS: [&str; 6] = [
    "¿Qué es el proyecto {} de María?",
    "¿En qué año trabajó María en {}?",
    "¿Para qué empresa hizo María el proyecto {}?",
    "¿Qué necesitaba la empresa de {}?",
    "¿Qué servicio construyó María en {}?",
    "¿Cuándo entregó el equipo de {} la primera versión?",
];

/// What was written.
pub struct Corpus {
    /// One for each section.
    projects: Vec<String>,
    /// Bytes of all documents.
    pub bytes: usize,
}

impl Corpus {
    /// A question for each number. Each names one project, and none comes twice before every project was asked about
    /// in every way.
    pub fn question(&self, number: usize) -> String {
        let sections = self.projects.len().max(1);
        let form = QUESTIONS.get(number / sections % QUESTIONS.len()).copied().unwrap_or_default();
        form.replace("{}", self.projects.get(number % sections).map_or("", String::as_str))
    }
}

/// Numbers from a seed: SplitMix64 (Steele, Lea and Flood 2014), enough for made-up texts.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let place = self.next() % choices.len().max(1) as u64;
        choices.get(place as usize).copied().unwrap_or_default()
    }
}

/// Writes a site of `sections` sections below `site/knowledge`.
pub fn write(site: &Path, sections: usize, seed: u64) -> anyhow::Result<Corpus> {
    let mut random = Random(seed);
    let mut corpus = Corpus { projects: Vec::with_capacity(sections), bytes: 0 };
    let mut text = String::new();
    for number in 0..sections {
        if number % SECTIONS_PER_DOCUMENT == 0 {
            let document = number / SECTIONS_PER_DOCUMENT;
            text = format!("---\ntitle: Proyectos, cuaderno {document}\nlang: es\nfacet: projects\n---\n\n");
        }
        let name = project_name(number, &mut random);
        text.push_str(&section(&name, &mut random));
        corpus.projects.push(name);
        let is_last = number + 1 == sections || (number + 1) % SECTIONS_PER_DOCUMENT == 0;
        if is_last {
            let document = number / SECTIONS_PER_DOCUMENT;
            let folder = site.join("knowledge").join(format!("{:03}", document / DOCUMENTS_PER_FOLDER));
            fs::create_dir_all(&folder)?;
            let file = folder.join(format!("cuaderno-{document}.md"));
            fs::write(&file, &text).with_context(|| format!("`{}` cannot be written", file.display()))?;
            corpus.bytes += text.len();
        }
    }
    Ok(corpus)
}

/// Unlike every other: the number itself is spelt in syllables, after two at random.
fn project_name(number: usize, random: &mut Random) -> String {
    let mut name = random.of(&SYLLABLES).to_owned() + random.of(&SYLLABLES);
    let mut rest = number;
    for _ in 0..4 {
        name.push_str(SYLLABLES.get(rest % SYLLABLES.len()).copied().unwrap_or_default());
        rest /= SYLLABLES.len();
    }
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// About a hundred words, the length of one chunk.
fn section(name: &str, random: &mut Random) -> String {
    let (sector, task) = (random.of(&SECTORS), random.of(&TASKS));
    let mut text =
        format!("## {name}\n\n{name} es un proyecto de María para una empresa de {sector} que necesitaba {task}. ");
    for _ in 0..5 {
        let (one, other, task) = (random.of(&TECHNOLOGIES), random.of(&TECHNOLOGIES), random.of(&TASKS));
        let (result, share) = (random.of(&RESULTS), 10 + random.next() % 80);
        text.push_str(&format!(
            "Con {one} y {other} construyó un servicio para {task}, que redujo {result} un {share} % en el primer año. "
        ));
    }
    let year = 2019 + random.next() % 7;
    text.push_str(&format!(
        "El equipo de {name} trabajó durante {year} y entregó la primera versión en tres meses.\n\n"
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_writes_the_same_portfolio_and_no_question_twice() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = write(one.path(), 2_345, 7).unwrap();
        let second = write(other.path(), 2_345, 7).unwrap();
        let questions = |corpus: &Corpus| (0..2_345 * 6).map(|number| corpus.question(number)).collect::<Vec<_>>();
        assert_eq!(questions(&first), questions(&second));
        let distinct: std::collections::HashSet<String> = questions(&first).into_iter().collect();
        assert_eq!(distinct.len(), 2_345 * 6);
        let last = "knowledge/002/cuaderno-234.md";
        let text = fs::read_to_string(one.path().join(last)).unwrap();
        assert_eq!(text, fs::read_to_string(other.path().join(last)).unwrap());
        assert_eq!(text.matches("## ").count(), 5);
    }
}
