//! What can be said of a string without knowing who wrote it: its language, words, stems and sentences.
//!
//! Pure: no IO, no clock, no randomness. Everything works on byte spans of the text it was given, so that a
//! citation can point at the place.
//! Start at [`language`], then [`words`].

pub mod language;
