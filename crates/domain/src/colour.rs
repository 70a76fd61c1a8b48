//! A colour that an owner chooses.

use std::fmt;
use std::str::FromStr;

/// A colour of the sRGB space, one byte a channel: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour(pub [u8; 3]);

/// What was read is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is three or six hexadecimal digits, such as `#0f6b63`")]
pub struct NoColour;

impl Colour {
    /// Relative luminance, 0 (black) to 1 (white), by WCAG 2.2.
    pub fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Contrast ratio with another colour, 1 to 21, by WCAG 2.2; 4.5 is the least for text.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// This colour with `share` (0..=1) of another one in it.
    pub fn mixed(self, other: Self, share: f64) -> Self {
        let mut mixed = self.0;
        for (own, theirs) in mixed.iter_mut().zip(other.0) {
            let channel = f64::from(*own) * (1.0 - share) + f64::from(theirs) * share;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
            let rounded = channel.round() as u8;
            *own = rounded;
        }
        Self(mixed)
    }
}

impl FromStr for Colour {
    type Err = NoColour;

    /// Reads `#0f6b63`, `0f6b63`, `#0a6` or `0a6`.
    fn from_str(text: &str) -> Result<Self, NoColour> {
        let digits = text.trim().trim_start_matches('#');
        let wide: String = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
            6 => digits.to_owned(),
            _ => return Err(NoColour),
        };
        if !wide.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NoColour);
        }
        let all = u32::from_str_radix(&wide, 16).map_err(|_| NoColour)?;
        let [_, red, green, blue] = all.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_people_write_them() {
        for (text, expected) in [
            ("#0f6b63", Ok("#0f6b63")),
            (" 0F6B63 ", Ok("#0f6b63")),
            ("#0a6", Ok("#00aa66")),
            ("", Err(NoColour)),
            ("#12345", Err(NoColour)),
            ("red", Err(NoColour)),
            ("#+12345", Err(NoColour)),
            ("#ééé", Err(NoColour)),
        ] {
            assert_eq!(text.parse::<Colour>().map(|colour| colour.to_string()), expected.map(str::to_owned), "{text}");
        }
    }

    /// Contrast ratios that WCAG's own tools give for these pairs.
    #[test]
    fn contrast_is_that_of_the_guidelines() {
        for (one, two, expected) in [
            ("000", "fff", 21.0),
            ("fff", "fff", 1.0),
            ("777", "fff", 4.48),
            ("767676", "fff", 4.54),
            ("f00", "fff", 4.0),
        ] {
            let contrast = one.parse::<Colour>().and_then(|one| Ok(one.contrast(two.parse()?)));
            assert!(contrast.is_ok_and(|contrast| (contrast - expected).abs() < 0.01), "{one} on {two}: {contrast:?}");
        }
    }
}
