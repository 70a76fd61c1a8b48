//! What stable names mean, in the owner's words: outcomes, rungs, reasons, verdicts, features of a search, figures of
//! models. A name that is not here is shown as it is.

use portavoz_domain::answer::{Outcome, Rung};
use portavoz_domain::document::Facet;
use portavoz_domain::feedback::Reason as Complaint;
use portavoz_domain::verification::Status;
use portavoz_text::language::Language;

use super::tongue::Tongue;

type Named = (&'static str, &'static str, &'static str);

/// Why a rung did not answer, or what a stock reply turned down. Stable name, Spanish, English.
const REASONS: [Named; 24] = [
    ("not_known", "el modelo dijo que no lo sabe", "the model said that it does not know"),
    ("unsupported", "los documentos no sostienen nada de lo que dijo", "the documents support nothing of what it said"),
    ("withheld", "los documentos no sostienen nada de lo que dijo", "the documents support nothing of what it said"),
    ("leaked", "repetía sus instrucciones", "it repeated its instructions"),
    ("shut_down", "el modelo ya no existe", "the model has been shut down"),
    ("unpriced", "no se sabe qué cuesta y hay un presupuesto", "its price is not known and there is a budget"),
    ("budget_day", "el presupuesto del día está agotado", "the day's budget is spent"),
    ("budget_month", "el presupuesto del mes está agotado", "the month's budget is spent"),
    ("budget_visitor", "el presupuesto de este visitante está agotado", "this visitor's budget is spent"),
    ("rate_limited", "el proveedor pidió esperar", "the provider asked to wait"),
    ("context_too_long", "el texto no cabe en el modelo", "the text does not fit into the model"),
    ("refused", "el proveedor se negó", "the provider refused"),
    ("timeout", "el proveedor tardó demasiado", "the provider took too long"),
    ("transient", "el proveedor falló", "the provider failed"),
    ("permanent", "el proveedor rechazó la petición", "the provider rejected the request"),
    (
        "circuit_open",
        "el proveedor venía fallando y se le dejó descansar",
        "the provider had been failing and was left alone",
    ),
    ("out_of_time", "ya no quedaba tiempo", "there was no time left"),
    ("prompt", "no se pudo componer la instrucción", "the prompt could not be assembled"),
    ("visitor_left", "el visitante se fue", "the visitor left"),
    ("search_failed", "la búsqueda falló", "the search failed"),
    ("no_sentence", "ninguna frase responde por sí sola", "no sentence answers by itself"),
    ("nothing_more", "no había más que contar", "there was nothing more to tell"),
    ("attack", "parecía un ataque", "it looked like an attack"),
    ("off_topic", "no era sobre el portfolio", "it was not about the portfolio"),
];

/// The features of a search that move the score most. Stable name, Spanish, English.
const FEATURES: [Named; 29] = [
    ("base", "punto de partida", "starting point"),
    ("bm25", "palabras de la pregunta", "the question's words"),
    ("bm25_share", "palabras, frente a la mejor", "words, against the best passage"),
    ("wide_bm25_share", "palabras y equivalentes", "words and what means the same"),
    ("window_coverage", "frases vecinas", "neighbouring sentences"),
    ("neighbour_coverage", "pasajes vecinos", "neighbouring passages"),
    ("heading_coverage", "títulos", "headings"),
    ("proximity", "palabras juntas", "words close together"),
    ("order", "en el orden de la pregunta", "in the question's order"),
    ("pairs", "pares de palabras en una frase", "pairs of words in a sentence"),
    ("sentence_names", "nombres en una frase", "names in a sentence"),
    ("sentence_special", "términos propios en una frase", "special terms in a sentence"),
    ("lacks_names", "le faltan nombres", "lacks names"),
    ("lacks_special", "le faltan términos propios", "lacks special terms"),
    ("lacks_general", "le faltan palabras corrientes", "lacks everyday words"),
    ("first_word", "tiene la primera palabra", "has the first word"),
    ("length", "longitud", "length"),
    ("names_met", "tiene los nombres", "has the names"),
    ("names_missing", "no tiene los nombres", "lacks the names asked for"),
    ("heaviest_missing", "le falta la palabra de más peso", "lacks the heaviest word"),
    ("faq_similarity", "se parece a su pregunta frecuente", "resembles its FAQ question"),
    ("facet_match", "es del tema preguntado", "is about the topic asked for"),
    ("facet_list", "es parte de la lista pedida", "is part of the list asked for"),
    ("wants_unmet", "no da la cifra, fecha o nombre pedido", "gives no figure, date or name as asked"),
    ("evidence", "cuánto hay que comparar", "how much there is to compare"),
    ("wholly_met", "lo tiene todo en una frase", "has all of it in one sentence"),
    ("lead", "ventaja sobre la siguiente", "lead over the next one"),
    ("foreign", "está en otro idioma", "is in another language"),
    ("cosine", "cercanía por vectores", "nearness by vectors"),
];

/// What a model is used for, and the figures that a change of model changes. Stable name, Spanish, English.
const OF_MODELS: [Named; 22] = [
    ("primary", "principal", "primary"),
    ("fallback", "de reserva", "fallback"),
    ("judge", "juez", "judge"),
    ("embedder", "vectores", "vectors"),
    ("successor", "sucesor", "successor"),
    ("input, per million tokens", "entrada, por millón de tokens", "input, per million tokens"),
    ("cached input", "entrada de la caché", "cached input"),
    ("cache writes", "escritura en la caché", "cache writes"),
    ("output", "salida", "output"),
    ("a typical answer", "una respuesta típica", "a typical answer"),
    ("context window, tokens", "ventana de contexto, tokens", "context window, tokens"),
    ("longest answer, tokens", "respuesta más larga, tokens", "longest answer, tokens"),
    ("token limit is sent as", "el límite de tokens se envía como", "token limit is sent as"),
    ("temperature and top_p", "temperature y top_p", "temperature and top_p"),
    ("prompt cache", "caché de instrucciones", "prompt cache"),
    ("switched off on", "se apaga el", "switched off on"),
    ("unknown", "desconocido", "unknown"),
    ("not announced", "sin anunciar", "not announced"),
    ("sent", "se envía", "sent"),
    ("not sent", "no se envía", "not sent"),
    ("automatic", "automática", "automatic"),
    ("explicit", "explícita", "explicit"),
];

impl Tongue {
    pub(super) fn of_models(self, name: &str) -> &str {
        self.meaning(&OF_MODELS, name)
    }

    /// A way to reach the owner.
    pub(super) fn channel(self, name: &str) -> &str {
        match name {
            "email" => self.say("correo", "e-mail"),
            name => name,
        }
    }

    pub(super) fn reason(self, name: &str) -> &str {
        self.meaning(&REASONS, name)
    }

    pub(super) fn feature(self, name: &str) -> &str {
        self.meaning(&FEATURES, name)
    }

    fn meaning<'a>(self, names: &'a [Named], name: &'a str) -> &'a str {
        names.iter().find(|(known, ..)| *known == name).map_or(name, |(_, es, en)| self.say(es, en))
    }

    pub(super) const fn outcome(self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Answered => self.say("respondida", "answered"),
            Outcome::NotKnown => self.say("no lo dice", "not known"),
            Outcome::Declined => self.say("declinada", "declined"),
            Outcome::Smalltalk => self.say("cortesía", "smalltalk"),
        }
    }

    /// Why a visitor did not like an answer.
    pub(super) const fn complaint(self, reason: Complaint) -> &'static str {
        match reason {
            Complaint::Wrong => self.say("algo no es cierto", "something is not true"),
            Complaint::Incomplete => self.say("falta algo", "something is missing"),
            Complaint::OffTarget => self.say("responde a otra cosa", "it answers another question"),
            Complaint::Unclear => self.say("cuesta entenderla", "it is hard to follow"),
            Complaint::Other => self.say("otro motivo", "another reason"),
        }
    }

    pub(super) const fn language_name(self, language: Language) -> &'static str {
        match language {
            Language::Es => self.say("español", "Spanish"),
            Language::En => self.say("inglés", "English"),
            Language::Pt => self.say("portugués", "Portuguese"),
            Language::Fr => self.say("francés", "French"),
            Language::De => self.say("alemán", "German"),
            Language::It => self.say("italiano", "Italian"),
            Language::Ca => self.say("catalán", "Catalan"),
        }
    }

    pub(super) const fn facet(self, facet: Facet) -> &'static str {
        match facet {
            Facet::Experience => self.say("experiencia", "experience"),
            Facet::Projects => self.say("proyectos", "projects"),
            Facet::Skills => self.say("competencias", "skills"),
            Facet::Achievements => self.say("logros", "achievements"),
            Facet::Education => self.say("formación", "education"),
            Facet::Contact => self.say("contacto", "contact"),
            Facet::About => self.say("sobre ti", "about you"),
        }
    }

    pub(super) const fn rung(self, rung: Rung) -> &'static str {
        match rung {
            Rung::Stock => self.say("respuesta de cortesía", "stock reply"),
            Rung::Cache => self.say("respuesta guardada", "cached answer"),
            Rung::Primary => self.say("modelo", "model"),
            Rung::Fallback => self.say("modelo de reserva", "fallback model"),
            Rung::Approved => self.say("respuesta aprobada", "approved answer"),
            Rung::Extractive => self.say("cita de los documentos", "quoted from the documents"),
            Rung::Predefined => self.say("mensaje con el contacto", "message with the contact card"),
        }
    }

    pub(super) const fn verdict(self, status: Status) -> &'static str {
        match status {
            Status::Supported => self.say("consta", "supported"),
            Status::Contradicted => self.say("contradicha", "contradicted"),
            Status::Unsupported => self.say("no consta", "unsupported"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_have_words_and_others_are_shown_as_they_are() {
        assert_eq!(Tongue::Es.reason("timeout"), "el proveedor tardó demasiado");
        assert_eq!(Tongue::En.feature("foreign"), "is in another language");
        assert_eq!(Tongue::En.reason("something_new"), "something_new");
    }
}
