//! Cognates: one spelling for what sister languages spell by rules of their own.
//!
//! *Philosophy, filosofía, filosofia, Philosophie*; *government, gobierno, governo*; *university, universidad,
//! Universität*: a skeleton drops what these rules change, so that trigrams of skeletons see one word. It is made for
//! comparing stems of different languages, and says nothing about sound. Start at [`skeleton`].

/// Letters that go together, and what stands for them: longer ones first, of the rest the first that fits.
const GROUPS: &[(&str, &str)] = &[
    ("sch", "s"),
    ("ph", "f"),
    ("th", "t"),
    ("ch", "k"),
    ("ck", "k"),
    ("qu", "k"),
    ("gh", "g"),
    ("lh", "l"),
    ("nh", "n"),
    ("gn", "n"),
    ("ny", "n"),
    ("ll", "l"),
    ("ct", "t"),
    ("kt", "t"),
    ("pt", "t"),
    ("ie", "e"),
    ("ue", "o"),
    ("ae", "e"),
    ("oe", "e"),
    ("ou", "u"),
    ("ge", "ie"),
    ("gi", "i"),
    ("ce", "se"),
    ("ci", "si"),
    ("cy", "si"),
    ("ti", "si"),
    ("zi", "si"),
];

/// Letters by themselves.
const LETTERS: &[(char, &str)] =
    &[('c', "k"), ('z', "s"), ('x', "s"), ('y', "i"), ('j', "i"), ('w', "b"), ('v', "b"), ('h', "")];

/// Endings of one family, and what stands for all of them; a skeleton keeps at least [`MIN_BEGINNING`] letters.
const ENDINGS: &[&str] = &["itat", "itet", "idad", "idat", "idet", "ita", "ite", "iti", "id", "it"];
const MIN_BEGINNING: usize = 4;

/// What a folded stem shares with its relatives in other languages.
pub(super) fn skeleton(stem: &str) -> String {
    let mut bones = String::with_capacity(stem.len());
    let mut rest = stem;
    while let Some(letter) = rest.chars().next() {
        let group = GROUPS.iter().find(|(group, _)| rest.starts_with(group));
        let (taken, bone) = match group {
            Some((group, bone)) => (group.len(), *bone),
            None => {
                let own = rest.get(..letter.len_utf8()).unwrap_or_default();
                (letter.len_utf8(), LETTERS.iter().find(|(of, _)| *of == letter).map_or(own, |(_, bone)| bone))
            }
        };
        for bone in bone.chars() {
            // Doubled letters are a matter of spelling everywhere.
            if !bones.ends_with(bone) {
                bones.push(bone);
            }
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    for ending in ENDINGS {
        if let Some(beginning) = bones.strip_suffix(ending)
            && beginning.len() >= MIN_BEGINNING
        {
            return beginning.to_owned();
        }
    }
    bones
}

#[cfg(test)]
mod tests {
    use super::skeleton;

    #[test]
    fn relatives_share_their_bones() {
        for family in [
            "philosoph filosof",
            "govern gobiern",
            "porto puert",
            "projekt project proyect",
            "national nazional nacional",
            "quantit cantidad cantitat",
        ] {
            let bones: Vec<String> = family.split(' ').map(skeleton).collect();
            let first = bones.first().map(|bone| bone.chars().take(4).collect::<String>()).unwrap_or_default();
            assert!(bones.iter().all(|bone| bone.starts_with(&first)), "{family}: {bones:?}");
        }
    }

    #[test]
    fn other_words_stay_apart() {
        for (one, other) in [("python", "project"), ("casa", "caso"), ("rust", "react"), ("", "x")] {
            assert_ne!(skeleton(one), skeleton(other), "{one} {other}");
        }
    }
}
