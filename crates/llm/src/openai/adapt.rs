//! What a server has refused so far, so that it is not sent again.
//!
//! Compatible servers reject parameters that they do not know with a 400 that names them. Each is dropped (or, for the
//! limit of tokens, sent under its other name), and that is remembered as long as the model lives.

use std::sync::atomic::{AtomicU32, Ordering};

use super::failure::ProviderError;

/// A parameter that can be done without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// `max_tokens` or `max_completion_tokens`: first swapped, then dropped.
    TokenLimit,
    /// `temperature`.
    Temperature,
    /// `top_p`.
    TopP,
    /// `stream_options.include_obfuscation`.
    Obfuscation,
    /// `stream_options` as a whole.
    StreamOptions,
    /// `reasoning_effort`.
    ReasoningEffort,
    /// `prompt_cache_options` and the breakpoint that goes with it.
    PromptCache,
    /// `encoding_format` of embeddings.
    EncodingFormat,
    /// `dimensions` of embeddings.
    Dimensions,
}

/// A parameter that was sent, under the name it was sent by.
pub(crate) type Sent = (&'static str, Parameter);

/// Words by which servers without codes say that they do not know a parameter.
const UNKNOWN_WORDS: [&str; 12] = [
    "unsupported",
    "not supported",
    "does not support",
    "unrecognized",
    "unknown",
    "unexpected",
    "extra input",
    "extra field",
    "not permitted",
    "not allowed",
    "not accepted",
    "only the default",
];
/// Codes that say it.
const UNKNOWN_CODES: [&str; 4] =
    ["unsupported_parameter", "unsupported_value", "unknown_parameter", "invalid_parameter"];

/// What is left out or renamed, one bit for each.
#[derive(Debug, Default)]
pub(crate) struct Adaptations(AtomicU32);

/// The token limit goes by its other name.
const SWAPPED: u32 = 1 << 31;

impl Adaptations {
    /// True if `parameter` is not to be sent.
    pub(crate) fn drops(&self, parameter: Parameter) -> bool {
        self.0.load(Ordering::Relaxed) & bit(parameter) != 0
    }

    /// True if the token limit goes by its other name.
    pub(crate) fn swaps_token_limit(&self) -> bool {
        self.0.load(Ordering::Relaxed) & SWAPPED != 0
    }

    /// Learns from a refusal which of the parameters in `sent` to leave out. True if another try makes sense.
    pub(crate) fn learn(&self, refusal: &ProviderError, sent: &[Sent]) -> bool {
        let message = refusal.message.to_lowercase();
        let unknown =
            UNKNOWN_CODES.contains(&refusal.code.as_str()) || UNKNOWN_WORDS.iter().any(|words| message.contains(words));
        if !unknown {
            return false;
        }
        let named_by =
            |text: &str| sent.iter().filter(|(name, _)| has_word(text, name)).map(|sent| sent.1).collect::<Vec<_>>();
        let by_param = named_by(&refusal.param);
        let refused = if by_param.is_empty() { named_by(&message) } else { by_param };
        let mut bits = refused.iter().fold(0, |bits, parameter| bits | self.next_bit(*parameter));
        // The part is dropped before the whole.
        if bits & bit(Parameter::Obfuscation) != 0 {
            bits &= !bit(Parameter::StreamOptions);
        }
        self.0.fetch_or(bits, Ordering::Relaxed) & bits != bits
    }

    fn next_bit(&self, parameter: Parameter) -> u32 {
        if parameter == Parameter::TokenLimit && !self.swaps_token_limit() { SWAPPED } else { bit(parameter) }
    }
}

const fn bit(parameter: Parameter) -> u32 {
    1 << parameter as u32
}

/// True if `name` stands in `text` and is not a part of a longer name.
fn has_word(text: &str, name: &str) -> bool {
    let part_of_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.match_indices(name).any(|(start, _)| {
        let before = text.get(..start).and_then(|head| head.chars().next_back());
        let after = text.get(start + name.len()..).and_then(|tail| tail.chars().next());
        !before.is_some_and(part_of_name) && !after.is_some_and(part_of_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: [Sent; 4] = [
        ("max_tokens", Parameter::TokenLimit),
        ("temperature", Parameter::Temperature),
        ("stream_options", Parameter::StreamOptions),
        ("include_obfuscation", Parameter::Obfuscation),
    ];

    fn refusal(message: &str, param: &str, code: &str) -> ProviderError {
        ProviderError {
            message: message.to_owned(),
            param: param.to_owned(),
            code: code.to_owned(),
            ..ProviderError::default()
        }
    }

    #[test]
    fn the_parameter_named_is_the_one_dropped() {
        for (message, param, code, dropped) in [
            (
                "Unsupported value: 'temperature' does not support 0.7",
                "temperature",
                "unsupported_value",
                Parameter::Temperature,
            ),
            ("Unrecognized request argument supplied: stream_options", "", "", Parameter::StreamOptions),
            (
                "[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"stream_options\"],\"msg\":\"Extra inputs are not permitted\"}]",
                "",
                "",
                Parameter::StreamOptions,
            ),
            (
                "Unknown parameter: 'stream_options.include_obfuscation'.",
                "stream_options.include_obfuscation",
                "unknown_parameter",
                Parameter::Obfuscation,
            ),
        ] {
            let adaptations = Adaptations::default();
            assert!(adaptations.learn(&refusal(message, param, code), &SENT), "{message}");
            for (_, parameter) in SENT {
                assert_eq!(adaptations.drops(parameter), parameter == dropped, "{message}: {parameter:?}");
            }
        }
    }

    #[test]
    fn the_token_limit_is_swapped_first_and_dropped_then() {
        let adaptations = Adaptations::default();
        let first = refusal(
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            "max_tokens",
            "unsupported_parameter",
        );
        assert!(adaptations.learn(&first, &SENT));
        assert!(adaptations.swaps_token_limit() && !adaptations.drops(Parameter::TokenLimit));
        let second = refusal("unknown field max_completion_tokens", "", "");
        assert!(adaptations.learn(&second, &[("max_completion_tokens", Parameter::TokenLimit)]));
        assert!(adaptations.drops(Parameter::TokenLimit));
    }

    #[test]
    fn other_complaints_teach_nothing() {
        let adaptations = Adaptations::default();
        for (message, param) in [
            ("max_tokens is too large: 90000", "max_tokens"),
            ("Unknown parameter: 'colour'", "colour"),
            ("unsupported", ""),
            ("unknown field xtemperature", ""),
        ] {
            assert!(!adaptations.learn(&refusal(message, param, "invalid_value"), &SENT), "{message}");
        }
        assert!(adaptations.learn(&refusal("temperature is not supported", "", ""), &SENT));
        assert!(
            !adaptations.learn(&refusal("temperature is not supported", "", ""), &SENT),
            "nothing new the second time"
        );
    }
}
