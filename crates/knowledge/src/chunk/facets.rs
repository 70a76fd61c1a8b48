//! Facets from words: what a heading, a title, a path or a question names, in the seven languages.
//!
//! One table serves both sides of a search: it files passages when they are cut, and it tells [`crate::search`] which
//! words of a question merely name a facet ("experience", "proyectos"), so that a passage filed under that facet
//! covers them without repeating them. Start at [`facet_of_text`].
//!
//! To add one more word: fold it (lower case, no accents) and put it in its facet's row of `WORDS`; end it with `*`
//! if every word that begins so belongs there. Rows are matched in order, so a word belongs to one facet only.

use std::sync::OnceLock;

use portavoz_domain::document::{Document, Facet};
use portavoz_text::fold::fold;
use portavoz_text::words::words;

use super::sections::Section;
use crate::analysis::word_table::WordTable;

/// Folded words and, with a `*`, beginnings of words: first those that name the facet as a whole, then those that name
/// a part of it (a passage about languages is filed under skills, but not every passage about skills is about
/// languages). A whole word wins over a beginning, a longer beginning over a shorter.
const WORDS: [(Facet, &str, &str); 7] = [
    (
        Facet::Experience,
        "experien* esperien* erfahrung* berufserfahrung* trabaj* treball* trabalh* travail* lavor* arbeit* \
         work works worked working job jobs career* carriere* carriera laufbahn* werdegang* parcours \
         trayector* trajetor* trajector* empleo* emplead* emprego* employ* emploi* impieg* ocupacion* feina \
         feines puesto* poste postes posto posizion* stelle stellen beruf* laboral* role roles empresa* \
         company companies entreprise* firma firmen aziend* unternehmen employer* arbeitgeber* cargos \
         jobtitel* anstellung* previous anteriores",
        "",
    ),
    (
        Facet::Projects,
        "proyect* project* projet* projekt* progett* projecte* portfolio portafolio* built build builds \
         building construid* construy* construir* construit* construet* costruit* gebaut desenvolvid* \
         entwickelt desarrollad* desarrollo developed creaciones creations realisations obra obras cases",
        "",
    ),
    (
        Facet::Skills,
        "habilid* habilit* skill* competenc* competenz* kompetenz* compet* capacidad* capacitat* capacita \
         tecnolog* technolog* technik* tecnic* herramienta* eina eines ferrament* tool tools outil* werkzeug* \
         strument* stack stacks kenntnis* fahigkeit* conocimient* coneixement* conheciment* conoscenz* \
         connaissanc* knowledge aptitud* domina dominar dominas maneja domini dominio domaine* proficien* \
         expertise programmier* programacion programacio programacao programmazione programming \
         programmation lenguaj* llenguatg* linguag* linguagg* langage*",
        "language* sprache* idiom* lingua lingue llengu* \
         langue* framework* librer* libraries especialidad* especialitat* especialidade* specialt* specialit* \
         spezial* sprachkenntn*",
    ),
    (
        Facet::Achievements,
        "logro* achievement* accomplishment* exitos hito hitos erfolg* succes successi conquist* assoliment* \
         realizacoes",
        "premio* award* premi premis prix preis preise auszeichnung* reconocimiento* riconosciment* \
         reconheciment* publicacion* publication* publicaco* publicacio* pubblicazion* veroffentlichung* \
         charla* talk talks xerrad* palestra* conferenc* conference* conferenz* konferenz* vortrag* vortrage \
         ponencia* ponenci* resultad* result results resultat* ergebnis* risultat* impact impacto congres* \
         congress* kongress* convegn*",
    ),
    (
        Facet::Education,
        "educac* educat* formacion formacio formacao formazion* formation formations estudi* estudo* studi \
         studies studied study studium studier* etude* degree* titulacion* titulacio universi* ausbildung* \
         bildung* bildungsweg diplom* laurea* bachelor* licenciatur* llicenciatur* grado grau academ* akadem* \
         training",
        "certific* zertifi* curso cursos course courses corsi corso curs cours kurs kurse master masters \
         maestria doctor* phd tesis thesis school escuela* escola* ecole* schule* scuol*",
    ),
    (
        Facet::Contact,
        "electronic* elettronic* electronique* contact* kontakt* contatt* contat* email* e-mail* mail mails correo* correu* courriel* posta reach \
         erreich* hire hiring contratar* contractar* einstellen embaucher assumer* messag* mensaj* write \
         escribir* escriure* scriver* ecrire schreiben freelance",
        "telefon* phone* linkedin",
    ),
    (
        Facet::About,
        "about sobre acerca perfil* profil* profile* profilo presentac* presentat* biogra* bio resumen \
         summary resum resumo riassunto zusammenfassung uber ueber intro introduc*",
        "",
    ),
];

/// What a word says of a facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    /// The facet it names, wholly or in part.
    pub facet: Facet,
    /// True if it names the facet as a whole.
    pub is_whole: bool,
}

/// The facet that a folded word names, if it names one.
pub(crate) fn named_by(folded: &str) -> Option<Named> {
    table().find(folded)
}

fn table() -> &'static WordTable<Named> {
    static TABLE: OnceLock<WordTable<Named>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let rows = WORDS.into_iter().flat_map(|(facet, whole, part)| {
            [(Named { facet, is_whole: true }, whole), (Named { facet, is_whole: false }, part)]
        });
        WordTable::of(rows)
    })
}

/// True if a heading is about the languages that somebody speaks.
pub(crate) fn names_spoken_languages(heading: &str) -> bool {
    /// Folded beginnings.
    const SPOKEN: [&str; 8] = ["idiom", "lengua", "lingu", "langue", "sprache", "sprachk", "language", "llengu"];
    let words: Vec<String> = words(heading).iter().map(|word| fold(word.text)).collect();
    let is_spoken = |word: &String| SPOKEN.iter().any(|spoken| word.starts_with(spoken));
    let is_code = |word: &String| ["linguag", "lenguaj", "program"].iter().any(|code| word.starts_with(code));
    words.iter().any(is_spoken) && !words.iter().any(is_code)
}

/// Words that name firms when they are capitalised after others: "Engineer, Lumbre Estudio" is no heading of studies.
const NAMES_FIRMS: [&str; 3] = ["Estudio", "Estudi", "Studio"];

/// The facet that a line names most often; of two, the one it names first.
pub fn facet_of_text(text: &str) -> Option<Facet> {
    let words = words(text);
    let telling = words.iter().enumerate().filter(|(place, word)| *place == 0 || !NAMES_FIRMS.contains(&word.text));
    let named: Vec<Facet> =
        telling.filter_map(|(_, word)| named_by(&fold(word.text))).map(|named| named.facet).collect();
    let times = |facet: Facet| named.iter().filter(|other| **other == facet).count();
    let most = named.iter().map(|facet| times(*facet)).max()?;
    named.iter().copied().find(|facet| times(*facet) == most)
}

/// What a section is about: as its format says, as its document's owner says, as its question or its headings say
/// (the nearest first), as the title, tags or path say, or simply [`Facet::About`] the person.
pub(super) fn facet_of_section(document: &Document, section: &Section<'_>) -> Facet {
    let question = section.question.map(|question| question.text.as_str());
    section
        .facet
        .or(document.facet)
        .or_else(|| question.and_then(facet_of_text))
        .or_else(|| section.path.iter().rev().find_map(|heading| facet_of_text(heading)))
        .or_else(|| facet_of_text(&document.title))
        .or_else(|| document.tags.iter().find_map(|tag| facet_of_text(tag)))
        .or_else(|| facet_of_text(&document.id.as_str().replace(['/', '.', '_', '-'], " ")))
        .unwrap_or(Facet::About)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_seven_languages_name_their_facet() {
        for (text, facet) in [
            ("Experiencia: ingeniera en Lumbre Estudio", Facet::Experience),
            ("Estudios", Facet::Education),
            ("Experiencia profesional", Facet::Experience),
            ("Work experience", Facet::Experience),
            ("Expérience professionnelle", Facet::Experience),
            ("Berufserfahrung", Facet::Experience),
            ("Esperienze lavorative", Facet::Experience),
            ("Experiència laboral", Facet::Experience),
            ("Proyectos destacados", Facet::Projects),
            ("Projets", Facet::Projects),
            ("Projekte", Facet::Projects),
            ("Progetti", Facet::Projects),
            ("Tecnologías y herramientas", Facet::Skills),
            ("Compétences techniques", Facet::Skills),
            ("Kenntnisse", Facet::Skills),
            ("Competências", Facet::Skills),
            ("Llengües", Facet::Skills),
            ("Premios y charlas", Facet::Achievements),
            ("Publications", Facet::Achievements),
            ("Formación académica", Facet::Education),
            ("Istruzione e formazione", Facet::Education),
            ("Ausbildung", Facet::Education),
            ("Máster", Facet::Education),
            ("Contacto", Facet::Contact),
            ("How can I reach her?", Facet::Contact),
            ("Kontakt", Facet::Contact),
            ("Sobre mí", Facet::About),
            ("À propos / profil", Facet::About),
        ] {
            assert_eq!(facet_of_text(text), Some(facet), "{text}");
        }
        for text in ["", "2021", "Zanahorias", "RAG"] {
            assert_eq!(facet_of_text(text), None, "{text}");
        }
    }
}
