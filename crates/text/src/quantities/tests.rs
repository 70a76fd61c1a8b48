use super::*;

fn check(language: Language, text: &str, expected: &[(f64, Measure, Bound)]) {
    let found = quantities(text, language);
    let read: Vec<_> = found.iter().map(|quantity| (quantity.value, quantity.measure, quantity.bound)).collect();
    assert_eq!(read.len(), expected.len(), "{text}: {read:?}");
    for (one, other) in read.iter().zip(expected) {
        assert!((one.0 - other.0).abs() < 1e-6 && one.1 == other.1 && one.2 == other.2, "{text}: {read:?}");
    }
    for quantity in found {
        assert!(text.get(quantity.span).is_some(), "{text}");
    }
}

#[test]
fn one_number_is_read_from_all_its_spellings() {
    use Language::{Ca, De, En, Es, Fr, It, Pt};
    for (language, text, value) in [
        (Es, "1.000 tiendas", 1000.0),
        (Es, "mil tiendas", 1000.0),
        (En, "1,000 shops", 1000.0),
        (En, "1k shops", 1000.0),
        (En, "one thousand shops", 1000.0),
        (Fr, "1\u{a0}000 magasins", 1000.0),
        (Es, "treinta y cinco tiendas", 35.0),
        (En, "thirty-five shops", 35.0),
        (En, "two hundred and seven shops", 207.0),
        (Fr, "quatre-vingt-dix magasins", 90.0),
        (Fr, "dix-sept magasins", 17.0),
        (Fr, "soixante-quinze magasins", 75.0),
        (De, "fünfundzwanzig Läden", 25.0),
        (De, "zweihundert Läden", 200.0),
        (It, "ventotto negozi", 28.0),
        (It, "duemila negozi", 2000.0),
        (Ca, "vint-i-cinc botigues", 25.0),
        (Pt, "cento e vinte lojas", 120.0),
        (Es, "2,5 millones de clientes", 2_500_000.0),
        (Es, "0,60", 0.6),
        (De, "3 Mio Kunden", 3_000_000.0),
        (Es, "doscientas diez mil viviendas", 210_000.0),
    ] {
        check(language, text, &[(value, Measure::Plain, Bound::Exact)]);
    }
}

#[test]
fn units_are_read_with_their_numbers() {
    use Language::{Ca, De, En, Es, Fr, It, Pt};
    for (language, text, value, measure) in [
        (Es, "un 40 % menos", 40.0, Measure::Percent),
        (Es, "cuarenta por ciento", 40.0, Measure::Percent),
        (En, "40% fewer", 40.0, Measure::Percent),
        (En, "forty per cent", 40.0, Measure::Percent),
        (De, "40 Prozent", 40.0, Measure::Percent),
        (Fr, "40 pour cent", 40.0, Measure::Percent),
        (En, "three years", 36.0, Measure::Months),
        (Es, "36 meses", 36.0, Measure::Months),
        (Ca, "tres anys", 36.0, Measure::Months),
        (Es, "durante un año", 12.0, Measure::Months),
        (It, "due settimane", 1_209_600.0, Measure::Seconds),
        (Pt, "duas horas", 7200.0, Measure::Seconds),
        (En, "a 40-minute talk", 2400.0, Measure::Seconds),
        (En, "€400 per visit", 400.0, Measure::Eur),
        (Es, "1,8 céntimos de dólar", 0.018, Measure::Usd),
    ] {
        check(language, text, &[(value, measure, Bound::Exact)]);
    }
}

#[test]
fn bounds_are_part_of_a_number() {
    use Language::{De, En, Es, Fr};
    for (language, text, value, bound) in [
        (Es, "más de 1.000 tiendas", 1000.0, Bound::AtLeast),
        (Es, "1.000 peticiones al día o más", 1000.0, Bound::AtLeast),
        (En, "1,000 or more requests", 1000.0, Bound::AtLeast),
        (En, "400+ stars", 400.0, Bound::AtLeast),
        (Es, "más de un 40", 40.0, Bound::AtLeast),
        (Es, "unas 180 personas", 180.0, Bound::About),
        (En, "up to 12 shops", 12.0, Bound::AtMost),
        (De, "mindestens 12 Läden", 12.0, Bound::AtLeast),
        (Fr, "moins de 12 magasins", 12.0, Bound::AtMost),
    ] {
        check(language, text, &[(value, Measure::Plain, bound)]);
    }
}

#[test]
fn articles_names_and_lists_are_not_taken_for_numbers() {
    use Language::{En, Es, Fr};
    for (language, text) in [
        (Es, "una biblioteca en Python"),
        (En, "one of the projects with GPT-4"),
        (En, "the 5th edition"),
        (Fr, "un outil"),
        (Es, "peticiones a diario"),
    ] {
        check(language, text, &[]);
    }
    let exact = |value| (value, Measure::Plain, Bound::Exact);
    check(En, "two, three or four", &[exact(2.0), exact(3.0), exact(4.0)]);
    check(Es, "del 35 % al 12 %", &[(35.0, Measure::Percent, Bound::Exact), (12.0, Measure::Percent, Bound::Exact)]);
    check(En, "2,500 a month", &[exact(2500.0)]);
}
