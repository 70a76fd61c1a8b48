//! Syllables: how many a word has, by the spelling of its language.
//!
//! Spanish, Catalan and Portuguese follow from the spelling but for a few words; French counts what is spoken, without
//! mute e; German and English are rules of thumb with the usual exceptions. Italian is counted by no formula in use and
//! by its neighbours' rules if asked for. To mend a word: 1. its line in the list of `readability/tests.rs`; 2. the rule.
//! Start at [`syllables`].

use crate::language::Language;

/// How many syllables `word` has as it is read aloud, at least 1. Digits are read one by one, and so are the letters of
/// an abbreviation without vowels.
pub fn syllables(word: &str, language: Language) -> usize {
    let lower: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    let digits = lower.iter().filter(|c| c.is_ascii_digit()).count();
    let letters: Vec<char> = lower.into_iter().filter(|c| c.is_alphabetic()).collect();
    if letters.is_empty() {
        return digits.max(1);
    }
    let spoken = if letters.iter().copied().any(is_vowel) { of_letters(&letters, language) } else { letters.len() };
    // A single consonant is a clitic (`l'`, `d'`) and has no syllable of its own; the word must count for one all the same.
    let spoken = if letters.len() == 1 { 1 } else { spoken.max(1) };
    spoken + digits
}

fn of_letters(letters: &[char], language: Language) -> usize {
    match language {
        Language::Es => spanish(letters),
        Language::Pt => iberian(letters, Language::Pt),
        Language::Ca | Language::It => iberian(letters, Language::Ca),
        Language::Fr => french(letters),
        Language::De => german(letters),
        Language::En => english(letters),
    }
}

fn is_vowel(letter: char) -> bool {
    "aeiouyáéíóúàèìòùâêîôûäëïöüãõæœåø".contains(letter)
}

fn at(letters: &[char], place: Option<usize>) -> Option<char> {
    place.and_then(|place| letters.get(place)).copied()
}

/// Without the `u` that only tells how `q` or `g` sounds, and without the letters that `drops` names.
fn without_silent(letters: &[char], drops: impl Fn(usize) -> bool) -> Vec<char> {
    let is_silent_u = |place: usize, letter: char| {
        let next = at(letters, Some(place + 1));
        let is_soft = next.is_some_and(|next| "eiéíèêëï".contains(next));
        letter == 'u' && matches!(at(letters, place.checked_sub(1)), Some('q' | 'g')) && is_soft
    };
    let kept = letters.iter().enumerate().filter(|(place, letter)| !is_silent_u(*place, **letter) && !drops(*place));
    kept.map(|(_, letter)| *letter).collect()
}

/// The runs of letters that `is_vowel` says are vowels, as ranges.
fn runs(letters: &[char], is_vowel: impl Fn(usize) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for place in (0..letters.len()).filter(|place| is_vowel(*place)) {
        match runs.last_mut().filter(|run| run.end == place) {
            Some(run) => run.end = place + 1,
            None => runs.push(place..place + 1),
        }
    }
    runs
}

/// Each open vowel makes a syllable, and so does an `i` or `u` with an accent; closed ones lean on their neighbours.
fn spanish(letters: &[char]) -> usize {
    // `h` between vowels does not part them: `prohibir`.
    let is_mute_h = |place: usize| letters.get(place) == Some(&'h') && at(letters, place.checked_sub(1)) != Some('c');
    let letters = without_silent(letters, is_mute_h);
    // `y` is a vowel where no vowel follows: `muy`, `y`.
    let is_vowel_here = |place: usize| match at(&letters, Some(place)) {
        Some('y') => !at(&letters, Some(place + 1)).is_some_and(is_vowel),
        Some(letter) => is_vowel(letter),
        None => false,
    };
    let is_open = |letter: &&char| "aeoáéíóúàèòâêô".contains(**letter);
    let runs = runs(&letters, is_vowel_here);
    runs.into_iter().map(|run| letters.get(run).unwrap_or_default().iter().filter(is_open).count().max(1)).sum()
}

/// Portuguese and Catalan: a closed vowel leans on the vowel before it, and makes a syllable of its own before another.
fn iberian(letters: &[char], language: Language) -> usize {
    let letters = without_silent(letters, |_| false);
    let is_vowel_here = |place: usize| at(&letters, Some(place)).is_some_and(|c| is_vowel(c) && c != 'y');
    let runs = runs(&letters, is_vowel_here);
    runs.into_iter().map(|run| run.clone().filter(|place| is_nucleus(&letters, &run, *place, language)).count()).sum()
}

fn is_nucleus(letters: &[char], run: &std::ops::Range<usize>, place: usize, language: Language) -> bool {
    let Some(letter) = at(letters, Some(place)) else { return false };
    let before = at(letters, place.checked_sub(1)).filter(|_| place > run.start);
    let has_next = place + 1 < run.end;
    let after_velar = place == run.start && matches!(at(letters, place.checked_sub(1)), Some('q' | 'g'));
    match letter {
        // `ão`, `ãe` and `õe` are one.
        'o' | 'e' if matches!(before, Some('ã' | 'õ')) => false,
        'ü' if after_velar => false,
        'i' | 'u' => match (before.is_some(), has_next) {
            (false, false) => true,
            // Between vowels it belongs to the second: `ideia`, `noia`.
            (true, true) => false,
            (true, false) => language == Language::Pt && stands_apart(letters, place),
            (false, true) => {
                let opens = language == Language::Ca && (place == 0 || (place == 1 && letters.first() == Some(&'h')));
                // Two closed vowels are one syllable, which the first makes.
                let leads = at(letters, Some(place + 1)).is_some_and(|next| matches!(next, 'i' | 'u'));
                let glides = (letter == 'u' && after_velar) || opens || is_weak_ending(letters, place, language);
                leads || !glides
            }
        },
        _ => true,
    }
}

/// `ainda`, `cair`, `rainha`: before these consonants the closed vowel stands alone.
fn stands_apart(letters: &[char], place: usize) -> bool {
    let (next, after) = (at(letters, Some(place + 1)), at(letters, Some(place + 2)));
    match next {
        Some('n') if after == Some('h') => true,
        Some('m' | 'n' | 'r' | 'l' | 'z') => after.is_none_or(|after| !is_vowel(after)),
        _ => false,
    }
}

/// `história`, `ciência`: in Portuguese the ending of a word that has its accent before it is one syllable.
fn is_weak_ending(letters: &[char], place: usize, language: Language) -> bool {
    let tail = letters.len() - place;
    let ends = tail == 2 || (tail == 3 && letters.last() == Some(&'s'));
    let has_accent = letters.iter().take(place).any(|letter| "áéíóúâêô".contains(*letter));
    language == Language::Pt && ends && has_accent
}

/// What is spoken: without mute e, with `i`, `u` and `ou` leaning on the vowel behind them.
fn french(letters: &[char]) -> usize {
    let sounded = without_silent(letters, |_| false);
    let spelled = sounded.get(..sounded.len() - mute_ending(&sounded)).unwrap_or(&sounded);
    let vowel_at = |place: Option<usize>| at(spelled, place).is_some_and(is_vowel);
    // The `i` of `travail` and `feuille` only tells how the l sounds.
    let is_mark = |place: usize| {
        let tail = spelled.get(place + 1..).unwrap_or_default();
        at(spelled, Some(place)) == Some('i')
            && vowel_at(place.checked_sub(1))
            && (tail == ['l'] || tail.starts_with(&['l', 'l']))
    };
    let kept = spelled.iter().enumerate().filter(|(place, _)| !is_mark(*place));
    let letters: Vec<char> = kept.map(|(_, letter)| *letter).collect();
    let vowel_at = |place: Option<usize>| at(&letters, place).is_some_and(is_vowel);
    let is_vowel_here = |place: usize| {
        let is_glide =
            at(&letters, Some(place)) == Some('y') && vowel_at(Some(place + 1)) && vowel_at(place.checked_sub(1));
        vowel_at(Some(place)) && !is_glide
    };
    let spoken: usize = runs(&letters, is_vowel_here).into_iter().map(|run| french_run(&letters, run)).sum();
    spoken.max(1)
}

/// Letters at the end that are not spoken.
fn mute_ending(letters: &[char]) -> usize {
    let ends = |ending: &str| {
        let ending: Vec<char> = ending.chars().collect();
        let has_vowel_before =
            letters.len() > ending.len() && letters.iter().take(letters.len() - ending.len()).copied().any(is_vowel);
        letters.ends_with(&ending) && has_vowel_before
    };
    // Verbs in the plural; nouns in -ent are spoken, and told from them by what stands before.
    if ["aient", "ssent", "ttent", "llent"].into_iter().any(ends) {
        3
    } else if ends("es") {
        2
    } else {
        usize::from(ends("e"))
    }
}

fn french_run(letters: &[char], run: std::ops::Range<usize>) -> usize {
    const TWO: [[char; 2]; 17] = [
        ['a', 'i'],
        ['a', 'î'],
        ['a', 'u'],
        ['a', 'y'],
        ['e', 'i'],
        ['e', 'u'],
        ['e', 'û'],
        ['e', 'y'],
        ['o', 'i'],
        ['o', 'î'],
        ['o', 'u'],
        ['o', 'û'],
        ['o', 'ù'],
        ['o', 'y'],
        ['o', 'œ'],
        ['œ', 'u'],
        ['u', 'i'],
    ];
    let vowels = letters.get(run.clone()).unwrap_or_default();
    let unit_len = |place: usize| {
        let rest = vowels.get(place..).unwrap_or_default();
        if rest.starts_with(&['e', 'a', 'u']) {
            3
        } else if TWO.iter().any(|two| rest.starts_with(two)) {
            2
        } else {
            1
        }
    };
    // `client`, `ouvrier`: after two consonants the i is a syllable.
    let before = run.start.checked_sub(2).and_then(|from| letters.get(from..run.start)).unwrap_or_default();
    let after_cluster = matches!(before, [first, 'r' | 'l'] if "bcdfgptv".contains(*first));
    let (mut place, mut spoken) = (0, 0);
    while place < vowels.len() {
        spoken += 1;
        let length = unit_len(place);
        let unit = vowels.get(place..place + length).unwrap_or_default();
        let leans = matches!(unit, ['i' | 'y' | 'u'] | ['o', 'u']) && !after_cluster;
        place += length;
        let next = vowels.get(place);
        if leans && next.is_some_and(|next| !"ïëü".contains(*next)) {
            place += unit_len(place);
        }
    }
    spoken
}

/// Vowels stand alone but for the diphthongs and long vowels.
fn german(letters: &[char]) -> usize {
    const ONE: [[char; 2]; 12] = [
        ['a', 'a'],
        ['e', 'e'],
        ['o', 'o'],
        ['a', 'i'],
        ['e', 'i'],
        ['a', 'u'],
        ['e', 'u'],
        ['ä', 'u'],
        ['i', 'e'],
        ['e', 'y'],
        ['a', 'y'],
        ['o', 'y'],
    ];
    let is_vowel_here = |place: usize| {
        at(letters, Some(place)).is_some_and(is_vowel)
            && !(at(letters, Some(place)) == Some('u') && at(letters, place.checked_sub(1)) == Some('q'))
    };
    let mut spoken = 0;
    for run in runs(letters, is_vowel_here) {
        let vowels = letters.get(run).unwrap_or_default();
        let mut place = 0;
        while place < vowels.len() {
            spoken += 1;
            let pair = vowels.get(place..place + 2).unwrap_or_default();
            place += if ONE.iter().any(|one| one == pair) { 2 } else { 1 };
        }
    }
    // `Familie`, `Linie`, `Medien`: unstressed, the two are parted.
    let ends = |ending: &str| letters.ends_with(&ending.chars().collect::<Vec<char>>());
    let parted = ends("ien") || ["ilie", "inie", "olie", "udie", "serie", "aktie", "ämie"].into_iter().any(ends);
    spoken + usize::from(parted && spoken > 1)
}

/// Rules of thumb, with the commonest endings that break them.
fn english(letters: &[char]) -> usize {
    let word: String = letters.iter().collect();
    let mut spoken = runs(letters, |place| at(letters, Some(place)).is_some_and(is_vowel)).len();
    // A final e is mute, but not alone and not behind a consonant and l: `table`.
    let behind = |back: usize| letters.len().checked_sub(back).and_then(|place| letters.get(place)).copied();
    let is_consonant = |letter: Option<char>| letter.is_some_and(|letter| !is_vowel(letter));
    let is_le = word.ends_with("le") && is_consonant(behind(3));
    if word.ends_with('e') && is_consonant(behind(2)) && !is_le {
        spoken = spoken.saturating_sub(1);
    }
    // `-ed` is spoken behind t and d, `-es` behind hissing sounds.
    if word.ends_with("ed") && is_consonant(behind(3)) && !matches!(behind(3), Some('t' | 'd')) {
        spoken = spoken.saturating_sub(1);
    }
    let hisses = matches!(behind(3), Some('s' | 'x' | 'z' | 'c' | 'g' | 'h'));
    let is_les = word.ends_with("les") && is_consonant(behind(4));
    if word.ends_with("es") && is_consonant(behind(3)) && !hisses && !is_les {
        spoken = spoken.saturating_sub(1);
    }
    // `-ment` and `-less` behind a mute e: `management` keeps three, `statement` two.
    let mute_inside = ["ement", "eless", "eful", "ely"].iter().any(|ending| word.ends_with(ending));
    if mute_inside && letters.len() > 6 && !word.ends_with("lement") {
        spoken = spoken.saturating_sub(1);
    }
    // Two vowels that are two syllables.
    for pair in ["ia", "io", "iu", "eo", "ua", "ie", "eu", "oa", "ea", "ue", "ui", "oe", "oi"] {
        spoken += word.match_indices(pair).filter(|(place, _)| parts_vowels(&word, *place, pair)).count();
    }
    if word.ends_with("ism") || word.ends_with("isms") {
        spoken += 1;
    }
    spoken.max(1)
}

/// True if the pair of vowels at `place` is two syllables.
fn parts_vowels(word: &str, place: usize, pair: &str) -> bool {
    let before = word.get(..place).unwrap_or_default();
    let after = word.get(place + pair.len()..).unwrap_or_default();
    match pair {
        // Not in `nation`, `special`, `religious`, `million`, `Italian`.
        "ia" if before.ends_with('l') && after.starts_with('n') => false,
        "ia" | "io" | "iu" => !(before.ends_with(['t', 's', 'c', 'g', 'x']) || before.ends_with("ll") && pair == "io"),
        "eo" => !before.ends_with('p') || after.starts_with('n'),
        "ua" => {
            !before.ends_with(['q', 'g'])
                && (after.starts_with('l') || after.starts_with('t') || after.starts_with('r'))
        }
        "ie" => {
            (after.starts_with("nce") && !before.ends_with('c') && !before.ends_with('t'))
                || (after.starts_with("nt") && !before.ends_with('c') && !before.ends_with('t'))
                || after == "ty"
                || after.starts_with('t') && before.ends_with(['r', 'l', 'd', 'c', 'u'])
                || word == "science"
                || word == "sciences"
        }
        "ea" => {
            after.starts_with("te")
                || after.starts_with("tive")
                || after.starts_with("tion")
                || word.starts_with("idea")
        }
        "ue" => after.starts_with("nt") || after.starts_with("nce"),
        "ui" => after.starts_with("ty") || word.ends_with("uing"),
        "oi" => after.starts_with("ng"),
        "eu" => after.starts_with('m'),
        _ => false,
    }
}
