//! What can be said of a string without knowing who wrote it: its language, words, stems and sentences, and how it reads.
//!
//! Pure: no IO, no clock, no randomness. Everything works on byte spans of the text it was given, so that a
//! citation can point at the place. Word lists are files of `data/`, compiled in and read at first use.
//! Start at [`language`], then [`words`]; [`terms`] is what an index and a query are made of.

pub mod dates;
pub mod fold;
pub mod language;
pub mod lexicon;
pub mod ngrams;
pub mod quantities;
pub mod readability;
pub mod sentences;
pub mod similarity;
pub mod stem;
pub mod stopwords;
pub mod terms;
pub mod unmask;
pub mod words;
