#![allow(clippy::unwrap_used, reason = "a test may fail")]

use super::*;

fn told(found: &Found<Period>) -> String {
    match found.value.to {
        End::Date(to) => format!("{}..{to}", found.value.from),
        End::Present => format!("{}..", found.value.from),
    }
}

fn check_dates(text: &str, expected: &[&str]) {
    let found = dates(text);
    assert_eq!(found.iter().map(|found| found.value.to_string()).collect::<Vec<_>>(), expected, "{text}");
}

fn check_period(text: &str, expected: &str, span: &str) {
    let found = periods(text);
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), [expected], "{text}");
    assert_eq!(text.get(found.first().unwrap().span.clone()), Some(span), "{text}");
}

#[test]
fn a_date_is_as_exact_as_it_is_written() {
    for (text, expected) in [
        ("2019", "2019"),
        ("Madrid, 2019.", "2019"),
        ("(2019)", "2019"),
        ("enero de 2023", "2023-01"),
        ("Ene. 2023", "2023-01"),
        ("Jan 2020", "2020-01"),
        ("Jan. 2020", "2020-01"),
        ("2023-01", "2023-01"),
        ("2023-01-15", "2023-01-15"),
        ("2023/01/15", "2023-01-15"),
        ("01/2023", "2023-01"),
        ("3/2021", "2021-03"),
        ("03.2021", "2021-03"),
        ("12.03.2021", "2021-03-12"),
        ("12/25/2021", "2021-12-25"),
        ("3 de marzo de 2021", "2021-03-03"),
        ("3 de marzo del 2021", "2021-03-03"),
        ("March 3, 2021", "2021-03-03"),
        ("May 3rd, 2021", "2021-05-03"),
        ("3rd of May 2021", "2021-05-03"),
        ("1er mars 2021", "2021-03-01"),
        ("12. März 2021", "2021-03-12"),
        ("MÄRZ 2021", "2021-03"),
        ("le 14 juillet 2020", "2020-07-14"),
        ("gennaio 2022", "2022-01"),
        ("15 d'abril de 2018", "2018-04-15"),
        ("d'octubre de 2018", "2018-10"),
        ("out/2019", "2019-10"),
        ("outubro de 2019", "2019-10"),
        ("dez. 2020", "2020-12"),
        ("Sep-2021", "2021-09"),
        ("may de 2021", "2021-05"),
        ("primavera de 2025", "2025"),
        ("Jornadas Ebro Datos 2025, por Legajo", "2025"),
        ("en 2019 y no antes", "2019"),
    ] {
        check_dates(text, &[expected]);
    }
}

#[test]
fn several_dates_stand_in_their_order() {
    check_dates("de 2019 a 2022, y otra vez en mayo de 2024", &["2019", "2022", "2024-05"]);
    check_dates("2019-21", &["2019", "2021"]);
    check_dates("Mayo – diciembre de 2025", &["2025-05", "2025-12"]);
    check_dates("2021, 2022 y 2023", &["2021", "2022", "2023"]);
    check_dates("desde 2020\nhasta 2021", &["2020", "2021"]);
}

#[test]
fn other_numbers_are_no_dates() {
    for text in [
        "",
        "1.000 requests a day",
        "1,000+ requests",
        "2.000 usuarios",
        "2000 users",
        "2000 €",
        "€2000",
        "$ 2000",
        "2000 euros",
        "USD 2000",
        "p. 2010",
        "page 2010",
        "Seite 2010",
        "ISO 9001",
        "ISO 9001:2015",
        "ISO 2015",
        "version 2019",
        "v2019",
        "2019.1",
        "CVE-2021-44228",
        "gpt-4o-2024-08-06",
        "+34 2019 2020 33",
        "tel. 2019",
        "555-2019",
        "600 2020 600",
        "12.2019.7",
        "2010s",
        "1850",
        "2101",
        "12019",
        "https://example.org/2021/03/post",
        "ana2019@example.org",
        "example.org/blog/2021",
        "2000 personas",
        "2019,5",
        "2019%",
        "31/31/2021",
        "out 2019x",
        "2019 40 x",
    ] {
        check_dates(text, &[]);
    }
}

#[test]
fn periods_are_read_in_seven_languages() {
    for (text, expected, span) in [
        ("Lumbre (2019–2022)", "2019..2022", "2019–2022"),
        ("2019-2022", "2019..2022", "2019-2022"),
        ("2019-21", "2019..2021", "2019-21"),
        ("curso 2019/20", "2019..2020", "2019/20"),
        ("2019 - actualidad", "2019..", "2019 - actualidad"),
        ("2019 – la actualidad", "2019..", "2019 – la actualidad"),
        ("2019 – Present", "2019..", "2019 – Present"),
        ("2019-heute", "2019..", "2019-heute"),
        ("2019 – aujourd'hui", "2019..", "2019 – aujourd'hui"),
        ("2019 – aujourd’hui", "2019..", "2019 – aujourd’hui"),
        ("2019 – oggi", "2019..", "2019 – oggi"),
        ("2019 – hoje", "2019..", "2019 – hoje"),
        ("2019 – avui", "2019..", "2019 – avui"),
        ("(2019– )", "2019..", "2019–"),
        ("de 2019 a 2022", "2019..2022", "de 2019 a 2022"),
        ("desde 2019 hasta la actualidad", "2019..", "desde 2019 hasta la actualidad"),
        ("desde enero de 2019 hasta hoy", "2019-01..", "desde enero de 2019 hasta hoy"),
        ("from May 2019 to June 2021", "2019-05..2021-06", "from May 2019 to June 2021"),
        ("from 2019 until now", "2019..", "from 2019 until now"),
        ("vom 1. März 2019 bis zum 30. Juni 2021", "2019-03-01..2021-06-30", "vom 1. März 2019 bis zum 30. Juni 2021"),
        ("von März 2021 bis Juni 2024", "2021-03..2024-06", "von März 2021 bis Juni 2024"),
        ("von 2019 bis heute", "2019..", "von 2019 bis heute"),
        ("d'avril 2021 à août 2022", "2021-04..2022-08", "d'avril 2021 à août 2022"),
        ("de 2019 à aujourd'hui", "2019..", "de 2019 à aujourd'hui"),
        ("da marzo 2021 a giugno 2024", "2021-03..2024-06", "da marzo 2021 a giugno 2024"),
        ("dal 2019 al 2021", "2019..2021", "dal 2019 al 2021"),
        ("d'octubre de 2021 a gener de 2022", "2021-10..2022-01", "d'octubre de 2021 a gener de 2022"),
        ("de março de 2021 até junho de 2024", "2021-03..2024-06", "de março de 2021 até junho de 2024"),
        ("entre octubre de 2024 y abril de 2025", "2024-10..2025-04", "entre octubre de 2024 y abril de 2025"),
        ("between 2019 and 2021", "2019..2021", "between 2019 and 2021"),
        ("zwischen 2019 und 2021", "2019..2021", "zwischen 2019 und 2021"),
        ("seit 2019", "2019..", "seit 2019"),
        ("seit dem Jahr 2019", "2019..", "seit dem Jahr 2019"),
        ("since early 2019", "2019..", "since early 2019"),
        ("since March 2019", "2019-03..", "since March 2019"),
        ("desde septiembre de 2017", "2017-09..", "desde septiembre de 2017"),
        ("desde el año 2017", "2017..", "desde el año 2017"),
        ("depuis 2019", "2019..", "depuis 2019"),
        ("depuis le 3 mars 2021", "2021-03-03..", "depuis le 3 mars 2021"),
        ("dal 2019", "2019..", "dal 2019"),
        ("da luglio 2024", "2024-07..", "da luglio 2024"),
        ("des de 2019", "2019..", "des de 2019"),
        ("des de juliol de 2024", "2024-07..", "des de juliol de 2024"),
        ("Septiembre de 2024 – actualidad · Zaragoza", "2024-09..", "Septiembre de 2024 – actualidad"),
        ("Mayo – diciembre de 2025", "2025-05..2025-12", "Mayo – diciembre de 2025"),
        ("from May to July 2021", "2021-05..2021-07", "from May to July 2021"),
        ("01/2019 - 06/2021", "2019-01..2021-06", "01/2019 - 06/2021"),
        ("2019-01 – 2021-06", "2019-01..2021-06", "2019-01 – 2021-06"),
        ("2019-01/2021-06", "2019-01..2021-06", "2019-01/2021-06"),
        ("Jan 2020 — Dec 2020", "2020-01..2020-12", "Jan 2020 — Dec 2020"),
        ("2020 – 2020", "2020..2020", "2020 – 2020"),
    ] {
        check_period(text, expected, span);
    }
}

#[test]
fn dates_beside_each_other_are_no_period() {
    for text in [
        "2019, 2022",
        "2019 y 2022",
        "en 2019 y 2022",
        "2022–2019",
        "hasta 2018",
        "until 2018",
        "2019",
        "primavera de 2025 y de primavera de 2026",
        "2019 present perfect",
        "el 3 de mayo de 2021",
        "May 2021, December 2022",
        "2019 –\n2022",
    ] {
        assert_eq!(periods(text).iter().map(told).collect::<Vec<_>>(), [] as [&str; 0], "{text}");
    }
}

#[test]
fn a_year_agrees_with_its_months() {
    let march = Date::month(2021, 3);
    assert!(Date::year(2021).agrees_with(march) && march.agrees_with(Date::year(2021)));
    assert!(!march.agrees_with(Date::month(2021, 4)) && !march.agrees_with(Date::year(2020)));
}

proptest::proptest! {
    #[test]
    fn spans_are_in_order_and_on_character_borders(
        text in "([0-9]{1,4}|enero|de|[–/.\\- ]| seit |März|\\PC|\n|2019|2021){0,24}"
    ) {
        let mut last = 0;
        for found in dates(&text) {
            proptest::prop_assert!(found.span.start >= last && found.span.end > found.span.start);
            proptest::prop_assert!(text.get(found.span.clone()).is_some());
            last = found.span.end;
        }
        for found in periods(&text) {
            proptest::prop_assert!(text.get(found.span.clone()).is_some());
        }
    }
}
