//! The owner's colour as a stylesheet, with the contrast that text needs.
//!
//! One colour becomes the five accents of `tokens.css`, once for light and once for dark. Where the owner's own is too
//! near to the ground, it is mixed with black or white, little by little, until text on it and in it has 4.5:1 (WCAG 2.2,
//! 1.4.3). Hue and mood stay the owner's; legibility is not up for choice.

use portavoz_domain::colour::Colour;

const BLACK: Colour = Colour([0, 0, 0]);
const WHITE: Colour = Colour([255, 255, 255]);
/// What text needs against its ground.
const TEXT: f64 = 4.5;
/// What stands out more: hovered buttons, and links in running text.
const STRONG: f64 = 6.5;
/// Steps from a colour to black or white.
const STEPS: u8 = 64;

/// What accents stand on; the same as in `tokens.css`.
struct Ground {
    paper: Colour,
    card: Colour,
    /// How much of the accent a tinted surface holds.
    tint: f64,
    /// What an accent moves towards to stand out.
    away: Colour,
}

const LIGHT: Ground = Ground { paper: Colour([0xf6, 0xf5, 0xf1]), card: WHITE, tint: 0.12, away: BLACK };
const DARK: Ground =
    Ground { paper: Colour([0x14, 0x19, 0x17]), card: Colour([0x1d, 0x24, 0x22]), tint: 0.14, away: WHITE };

#[derive(Debug, PartialEq)]
struct Accents {
    accent: Colour,
    strong: Colour,
    on_accent: Colour,
    tint: Colour,
}

/// The stylesheet that replaces the accents of `tokens.css`.
pub(crate) fn stylesheet(colour: Colour) -> String {
    let (light, dark) = (accents(colour, &LIGHT), accents(colour, &DARK));
    let rule = |name: &str, light: Colour, dark: Colour| format!("--{name}:light-dark({light},{dark});");
    [
        rule("accent", light.accent, dark.accent),
        rule("accent-strong", light.strong, dark.strong),
        rule("on-accent", light.on_accent, dark.on_accent),
        rule("tint", light.tint, dark.tint),
    ]
    .concat()
    .replacen("--accent:", ":root{--accent:", 1)
        + "}\n"
}

fn accents(colour: Colour, ground: &Ground) -> Accents {
    let reads = |colour: Colour, least: f64| colour.contrast(ground.paper).min(colour.contrast(ground.card)) >= least;
    let accent = moved(colour, ground.away, |colour| reads(colour, TEXT));
    let tint = ground.card.mixed(accent, ground.tint);
    let strong = moved(accent, ground.away, |colour| reads(colour, STRONG) && colour.contrast(tint) >= TEXT);
    // What is far enough from the ground is far enough from text in the ground's own colour.
    Accents { accent, strong, on_accent: ground.card, tint }
}

/// The first colour on the way from `colour` to `target` that will do; `target` itself does always.
fn moved(colour: Colour, target: Colour, will_do: impl Fn(Colour) -> bool) -> Colour {
    let on_the_way = (0..STEPS).map(|step| colour.mixed(target, f64::from(step) / f64::from(STEPS)));
    on_the_way.into_iter().find(|colour| will_do(*colour)).unwrap_or(target)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use super::*;

    #[test]
    fn text_is_legible_whatever_colour_the_owner_chooses() {
        let steps = [0, 15, 63, 127, 128, 200, 250, 255];
        for colour in steps.into_iter().flat_map(|red| {
            steps.into_iter().flat_map(move |green| steps.into_iter().map(move |blue| Colour([red, green, blue])))
        }) {
            for ground in [&LIGHT, &DARK] {
                let Accents { accent, strong, on_accent, tint } = accents(colour, ground);
                for (one, two) in [
                    (accent, ground.paper),
                    (accent, ground.card),
                    (on_accent, accent),
                    (on_accent, strong),
                    (strong, tint),
                    (strong, ground.paper),
                ] {
                    assert!(one.contrast(two) >= TEXT, "{colour}: {one} on {two} has {:.2}", one.contrast(two));
                }
            }
        }
    }

    #[test]
    fn a_colour_that_reads_well_stays_as_it_is() {
        let teal = "#0f6b63".parse().unwrap();
        assert_eq!(accents(teal, &LIGHT).accent, teal);
        assert_ne!(accents(teal, &DARK).accent, teal);
        assert!(stylesheet(teal).starts_with(":root{--accent:light-dark(#0f6b63,#"));
    }

    /// The grounds above are those that the pages have.
    #[test]
    fn the_tokens_have_these_grounds() {
        let tokens = include_str!("../assets/tokens.css");
        for (name, light, dark) in [("paper", LIGHT.paper, DARK.paper), ("card", LIGHT.card, DARK.card)] {
            let line = format!("--{name}: light-dark({light}, {dark});");
            assert!(tokens.contains(&line), "{line}");
        }
    }
}
