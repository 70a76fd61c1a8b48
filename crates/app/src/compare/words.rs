//! A comparison in a sentence or two: what is known, and what to do. English and Spanish, the languages of the owner's
//! pages.

use portavoz_domain::evaluation::metrics::{Metric, Unit};
use portavoz_text::language::Language;

use super::{Compared, Comparison, DECIDING, Remark, Verdict};

impl Comparison {
    /// The verdict in words: which is better, by how much, and what follows.
    pub fn sentence(&self, language: Language) -> String {
        let es = is_spanish(language);
        let (a, b) = (&self.a, &self.b);
        if self.paired == 0 {
            return pick(
                es,
                "No case was asked of both, so there is nothing to compare.",
                "No hay casos que se hayan preguntado a ambos: no hay nada que comparar.",
            );
        }
        let why = |verdict: Verdict| -> String {
            let found: Vec<String> = self
                .metrics
                .iter()
                .filter(|it| DECIDING.contains(&it.metric) && it.verdict == verdict)
                .map(|it| it.in_words(language))
                .collect();
            found.join("; ")
        };
        let cases = self.paired;
        match self.verdict {
            Verdict::Better if es => format!("{b} es mejor que {a} ({cases} casos): {}.", why(Verdict::Better)),
            Verdict::Better => format!("{b} is better than {a} ({cases} cases): {}.", why(Verdict::Better)),
            Verdict::Worse if es => format!("{b} es peor que {a} ({cases} casos): {}.", why(Verdict::Worse)),
            Verdict::Worse => format!("{b} is worse than {a} ({cases} cases): {}.", why(Verdict::Worse)),
            Verdict::Mixed if es => format!(
                "{b} es mejor que {a} en una cosa y peor en otra ({cases} casos). Mejor: {}. Peor: {}.",
                why(Verdict::Better),
                why(Verdict::Worse)
            ),
            Verdict::Mixed => format!(
                "{b} is better than {a} in one thing and worse in another ({cases} cases). Better: {}. Worse: {}.",
                why(Verdict::Better),
                why(Verdict::Worse)
            ),
            Verdict::NotWorse if es => {
                format!(
                    "{b} no es peor que {a} en nada que importe ({cases} casos). Puede elegirse por precio o rapidez."
                )
            }
            Verdict::NotWorse => {
                format!("{b} is not worse than {a} by anything that matters ({cases} cases). Choose by price or speed.")
            }
            Verdict::CannotTell => self.cannot_tell(es),
        }
    }

    fn cannot_tell(&self, es: bool) -> String {
        let (a, b, cases) = (&self.a, &self.b, self.paired);
        let quality = self.metrics.iter().find(|it| it.metric == Metric::Quality);
        let detectable = quality.and_then(|it| it.detectable);
        let begin = if es {
            format!("Con {cases} casos no se puede decir si {b} es mejor o peor que {a}")
        } else {
            format!("{cases} cases cannot tell whether {b} is better or worse than {a}")
        };
        let limit = match detectable {
            Some(points) if es => {
                let points = decimal(true, &format!("{points:.2}"));
                format!(": solo mostrarían una diferencia de calidad de {points} o más")
            }
            Some(points) => format!(": they would only show a difference of {points:.2} or more in quality"),
            None => String::new(),
        };
        let more = match self.cases_needed {
            Some(needed) if needed > cases as u64 && es => format!(". Unos {needed} casos lo aclararían."),
            Some(needed) if needed > cases as u64 => format!(". About {needed} cases would settle it."),
            _ if es => ". Haría falta una diferencia mayor o muchos más casos.".to_owned(),
            _ => ". It would take a larger difference, or many more cases.".to_owned(),
        };
        format!("{begin}{limit}{more}")
    }

    /// What to bear in mind, a sentence each.
    pub fn notes(&self, language: Language) -> Vec<String> {
        let es = is_spanish(language);
        let mut notes: Vec<String> = self.remarks.iter().map(|remark| remark.in_words(es, &self.b)).collect();
        if self.unpaired > 0 {
            let count = self.unpaired;
            notes.push(if es {
                format!("{count} casos se quedaron fuera: no se preguntaron a ambos, o cambiaron entre tanto.")
            } else {
                format!("{count} cases were left out: they were not asked of both, or changed in between.")
            });
        }
        notes
    }
}

impl Remark {
    fn in_words(&self, es: bool, second: &str) -> String {
        match self {
            Self::StoodIn { side, answers } if es => {
                format!("En {answers} casos falló el modelo de {side} y respondieron los documentos en su lugar.")
            }
            Self::StoodIn { side, answers } => {
                format!("In {answers} cases the model of {side} failed and the documents answered in its place.")
            }
            Self::Longer { percent } if es => {
                format!("Las respuestas de {second} son un {percent} % más largas; eso no cuenta a su favor.")
            }
            Self::Longer { percent } => {
                format!("Answers of {second} are {percent} % longer; that does not count in their favour.")
            }
            Self::NoTimes if es => "Los tiempos no son comparables: no todo se preguntó a la vez.".to_owned(),
            Self::NoTimes => "Times cannot be compared: not everything was asked at the same time.".to_owned(),
            Self::OtherKnowledge if es => "Entre ambos cambiaron los documentos.".to_owned(),
            Self::OtherKnowledge => "The documents changed between the two.".to_owned(),
        }
    }
}

impl Compared {
    /// `quality 0.84 instead of 0.91 (-0.07, between -0.11 and -0.03)`.
    pub fn in_words(&self, language: Language) -> String {
        let es = is_spanish(language);
        let name = metric_name(self.metric, language);
        let [a, b] = [self.a, self.b].map(|value| decimal(es, &shown(value, self.unit)));
        let difference_of = |value: f64| decimal(es, &signed(value, self.unit));
        let span = self.interval.map(|span| {
            let (low, high) = (difference_of(span.low), difference_of(span.high));
            if es { format!(", entre {low} y {high}") } else { format!(", between {low} and {high}") }
        });
        let difference = difference_of(self.difference);
        let instead = if es { "en vez de" } else { "instead of" };
        format!("{name} {b} {instead} {a} ({difference}{})", span.unwrap_or_default())
    }
}

/// A metric's name for people.
pub fn metric_name(metric: Metric, language: Language) -> &'static str {
    let (en, es) = match metric {
        Metric::Quality => ("quality", "calidad"),
        Metric::Relevance => ("relevance", "relevancia"),
        Metric::Accuracy => ("accuracy", "exactitud"),
        Metric::Clarity => ("clarity", "claridad"),
        Metric::Passed => ("cases passed", "casos superados"),
        Metric::OutcomeRight => ("right outcome", "desenlace correcto"),
        Metric::Recall => ("source found", "fuente encontrada"),
        Metric::CitationsRight => ("citations right", "citas correctas"),
        Metric::Supported => ("sentences supported", "frases respaldadas"),
        Metric::Cost => ("cost of an answer", "coste por respuesta"),
        Metric::FirstToken => ("first words", "primeras palabras"),
        Metric::Took => ("whole answer", "respuesta completa"),
    };
    if is_spanish(language) { es } else { en }
}

/// A figure in its unit: `0.84`, `93 %`, `$0.00031`, `820 ms`.
pub fn shown(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{value:.2}"),
        Unit::YesNo => format!("{:.0} %", value * 100.0),
        Unit::Dollars => format!("${value:.5}"),
        Unit::Millis => format!("{value:.0} ms"),
    }
}

/// A difference in its unit, with its sign: `-0.07`, `+3 points`.
pub fn signed(value: f64, unit: Unit) -> String {
    let sign = if value < 0.0 { "-" } else { "+" };
    let size = value.abs();
    match unit {
        Unit::Share => format!("{sign}{size:.2}"),
        Unit::YesNo => format!("{sign}{:.0} %", size * 100.0),
        Unit::Dollars => format!("{sign}${size:.5}"),
        Unit::Millis => format!("{sign}{size:.0} ms"),
    }
}

/// A figure with the decimal sign of its language.
fn decimal(es: bool, figure: &str) -> String {
    if es { figure.replace('.', ",") } else { figure.to_owned() }
}

fn is_spanish(language: Language) -> bool {
    matches!(language, Language::Es | Language::Ca)
}

fn pick(es: bool, english: &str, spanish: &str) -> String {
    if es { spanish.to_owned() } else { english.to_owned() }
}
