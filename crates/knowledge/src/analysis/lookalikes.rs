//! Lookalikes: stems of the vocabulary that are spelled much like a given one.
//!
//! Bridges what stemming and the lexicon leave apart: slips of the finger, and words that sister languages share
//! (*defence / defensa*), each as `cognates` spells it. An inverted index from hashed trigrams to stems, built once when
//! an index is opened. Start at [`Lookalikes::of`].

use super::StemId;
use super::cognates::skeleton;

/// Trigrams are hashed into this many buckets; a clash only makes two words look a little more alike.
const BUCKETS: usize = 1 << 14;
/// Dice's coefficient from which two stems may be the same word.
const ALIKE: f32 = 0.5;
/// Two stems that are spelled apart but have one skeleton.
const SAME_SKELETON: f32 = 0.97;
/// Shorter stems are alike by accident too often.
const MIN_CHARS: usize = 4;

/// From trigrams to the stems that have them.
#[derive(Debug, Clone)]
pub(crate) struct Lookalikes {
    /// `stems[starts[b]..starts[b + 1]]` are the stems with a trigram in bucket `b`.
    starts: Vec<u32>,
    stems: Vec<StemId>,
    /// How many distinct trigram buckets each stem has; 0 if it takes no part.
    sizes: Vec<u8>,
}

/// Shorter words are one slip away from too many others.
const MIN_SLIP_CHARS: usize = 6;

/// True if one letter too many, too few, wrong or swapped with its neighbour parts the two, their first letters alike.
pub(crate) fn is_slip(one: &str, other: &str) -> bool {
    let (mut one, mut other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len() > other.len() {
        std::mem::swap(&mut one, &mut other);
    }
    let are_words = one.iter().chain(&other).all(|character| character.is_alphabetic());
    if one.len() < MIN_SLIP_CHARS || other.len() > one.len() + 1 || one.first() != other.first() || !are_words {
        return false;
    }
    let front = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let rest = one.get(front..).unwrap_or_default();
    let other_rest = other.get(front..).unwrap_or_default();
    if one.len() != other.len() {
        return other_rest.get(1..).is_some_and(|tail| tail == rest);
    }
    match (rest, other_rest) {
        ([_, tail @ ..], [_, other_tail @ ..]) if tail == other_tail => true,
        ([a, b, tail @ ..], [c, d, other_tail @ ..]) => a == d && b == c && tail == other_tail,
        _ => false,
    }
}

impl Lookalikes {
    /// Indexes the vocabulary.
    pub fn of(vocabulary: &[String]) -> Self {
        let grams: Vec<Vec<u16>> = vocabulary.iter().map(|stem| trigrams(stem)).collect();
        let mut starts = vec![0_u32; BUCKETS + 1];
        for bucket in grams.iter().flatten() {
            if let Some(count) = starts.get_mut(usize::from(*bucket) + 1) {
                *count += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut next = starts.clone();
        let mut stems = vec![0; usize::try_from(total).unwrap_or(0)];
        for (stem, buckets) in (0..).zip(&grams) {
            for bucket in buckets {
                let Some(place) = next.get_mut(usize::from(*bucket)) else { continue };
                if let Some(slot) = usize::try_from(*place).ok().and_then(|place| stems.get_mut(place)) {
                    *slot = stem;
                }
                *place += 1;
            }
        }
        Self { starts, stems, sizes: grams.iter().map(|grams| u8::try_from(grams.len()).unwrap_or(u8::MAX)).collect() }
    }

    /// The at most `limit` stems most like `stem` (a stem that is the same, `own`, excluded), each with how alike they
    /// are, best first.
    pub fn like(&self, stem: &str, own: Option<StemId>, limit: usize, scratch: &mut Scratch) -> Vec<(StemId, f32)> {
        let wanted = trigrams(stem);
        if wanted.is_empty() {
            return Vec::new();
        }
        scratch.counts.resize(self.sizes.len(), 0);
        for bucket in &wanted {
            for stem in self.with_trigram(*bucket) {
                let Some(count) = usize::try_from(*stem).ok().and_then(|stem| scratch.counts.get_mut(stem)) else {
                    continue;
                };
                if *count == 0 {
                    scratch.touched.push(*stem);
                }
                *count = count.saturating_add(1);
            }
        }
        let mut found = Vec::new();
        for touched in scratch.touched.drain(..) {
            let place = usize::try_from(touched).unwrap_or(usize::MAX);
            let shared = scratch.counts.get_mut(place).map_or(0, std::mem::take);
            let size = self.sizes.get(place).copied().unwrap_or(0);
            let alike = 2.0 * f32::from(shared) / (wanted.len() as f32 + f32::from(size));
            if alike >= ALIKE && own != Some(touched) {
                found.push((touched, alike.min(SAME_SKELETON)));
            }
        }
        found.sort_unstable_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        found.truncate(limit);
        found
    }

    fn with_trigram(&self, bucket: u16) -> &[StemId] {
        let bounds = (self.starts.get(usize::from(bucket)), self.starts.get(usize::from(bucket) + 1));
        let (Some(start), Some(end)) = bounds else { return &[] };
        let place = |bound: &u32| usize::try_from(*bound).unwrap_or(usize::MAX);
        self.stems.get(place(start)..place(end)).unwrap_or_default()
    }
}

/// Room that one query uses again for each of its words.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    counts: Vec<u8>,
    touched: Vec<StemId>,
}

/// Distinct buckets of the stem's trigrams, its beginning marked twice: beginnings matter more than endings, which
/// stemming has cut anyway. Numbers and short stems have none: 2015 is not a slip of 2016.
fn trigrams(stem: &str) -> Vec<u16> {
    if stem.chars().count() < MIN_CHARS || stem.contains(|character: char| !character.is_alphabetic()) {
        return Vec::new();
    }
    let mut grams: Vec<u16> = Vec::with_capacity(stem.len());
    let (mut one, mut two) = ('^', '^');
    for three in skeleton(stem).chars() {
        grams.push(bucket([one, two, three]));
        (one, two) = (two, three);
    }
    grams.sort_unstable();
    grams.dedup();
    grams
}

fn bucket(gram: [char; 3]) -> u16 {
    let mixed = gram
        .into_iter()
        .fold(0_u32, |hash, character| (hash ^ u32::from(character)).wrapping_mul(0x9e37_79b1).rotate_left(13));
    let bits = BUCKETS.trailing_zeros();
    u16::try_from(mixed >> (u32::BITS - bits)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(stem: &str, vocabulary: &[String]) -> Option<StemId> {
        vocabulary.iter().position(|known| known == stem).and_then(|place| StemId::try_from(place).ok())
    }

    #[test]
    fn one_slip_is_forgiven_in_words_long_enough() {
        for (one, other, expected) in [
            ("kubernets", "kubernetes", true),
            ("snowflaek", "snowflake", true),
            ("postgers", "postgres", true),
            ("terraferm", "terraform", true),
            ("java", "lava", false),
            ("scala", "scalar", false),
            ("angular", "singular", false),
            ("terraform", "terraform", false),
            ("gpt-4o1", "gpt-4o2", false),
        ] {
            assert_eq!(is_slip(one, other), expected, "{one} {other}");
            assert_eq!(is_slip(other, one), expected, "{other} {one}");
        }
    }

    fn like(stem: &str, vocabulary: &[&str]) -> Vec<String> {
        let vocabulary: Vec<String> = vocabulary.iter().map(|stem| (*stem).to_owned()).collect();
        let mut scratch = Scratch::default();
        Lookalikes::of(&vocabulary)
            .like(stem, place(stem, &vocabulary), 2, &mut scratch)
            .into_iter()
            .filter_map(|(stem, _)| vocabulary.get(usize::try_from(stem).ok()?).cloned())
            .collect()
    }

    #[test]
    fn sister_words_and_slips_are_found_best_first() {
        let vocabulary = ["defens", "descans", "experient", "kubernet", "experiment", "2015", "rag"];
        for (stem, expected) in [
            ("defenc", vec!["defens"]),
            ("kubernets", vec!["kubernet"]),
            ("experienc", vec!["experient", "experiment"]),
            ("2016", vec![]),
            ("rap", vec![]),
            ("cobol", vec![]),
            ("defens", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(like(stem, &vocabulary), expected, "{stem}");
        }
    }

    #[test]
    fn a_query_leaves_no_trace_in_the_next() {
        let vocabulary = vec!["defens".to_owned(), "experient".to_owned()];
        let (lookalikes, mut scratch) = (Lookalikes::of(&vocabulary), Scratch::default());
        let first = lookalikes.like("defenc", None, 3, &mut scratch);
        lookalikes.like("experienc", None, 3, &mut scratch);
        assert_eq!(lookalikes.like("defenc", None, 3, &mut scratch), first);
    }
}
