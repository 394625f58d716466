//! Dates in the forms in which people, parsers and systems write them, as far as they have one meaning.

use std::fmt;

use hrflow_core::{Warnings, text::folded};
use jiff::civil::Date;

use crate::Filled;

/// The names of the months, folded, in the languages of HrFlow's users: English, French, German, Spanish, Italian,
/// Portuguese, Dutch, Swedish, Danish and Norwegian.
const MONTHS: [[&str; 12]; 10] = [
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
    [
        "janvier",
        "fevrier",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "aout",
        "septembre",
        "octobre",
        "novembre",
        "decembre",
    ],
    [
        "januar",
        "februar",
        "marz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
    ],
    [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    [
        "janeiro",
        "fevereiro",
        "marco",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    [
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ],
    [
        "januar",
        "februar",
        "marts",
        "april",
        "maj",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "december",
    ],
    [
        "januar",
        "februar",
        "mars",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "desember",
    ],
];
/// Other spellings, and short forms that begin no name.
const SHORT: [(&str, i8); 8] = [
    ("maerz", 3),
    ("mrz", 3),
    ("mrt", 3),
    ("jaenner", 1),
    ("janner", 1),
    ("setiembre", 9),
    ("sept", 9),
    ("juil", 7),
];
/// Words inside dates that say nothing.
const FILLERS: [&str; 11] = ["de", "del", "di", "of", "the", "den", "le", "el", "il", "do", "d"];
/// What says that something goes on, folded, letters only with single spaces.
const ONGOING: &[&str] = &[
    "present",
    "the present",
    "to present",
    "till present",
    "until present",
    "presently",
    "current",
    "currently",
    "now",
    "till now",
    "until now",
    "to now",
    "up to now",
    "today",
    "to date",
    "till date",
    "until today",
    "ongoing",
    "on going",
    "in progress",
    "still there",
    "still working",
    "actuel",
    "actuelle",
    "actuellement",
    "a present",
    "jusqu a present",
    "a ce jour",
    "ce jour",
    "jusqu a ce jour",
    "aujourd hui",
    "a aujourd hui",
    "jusqu a aujourd hui",
    "jusqu aujourd hui",
    "jusqu a maintenant",
    "maintenant",
    "en cours",
    "en poste",
    "toujours en poste",
    "heute",
    "bis heute",
    "aktuell",
    "derzeit",
    "jetzt",
    "bis jetzt",
    "laufend",
    "gegenwart",
    "gegenwartig",
    "momentan",
    "zurzeit",
    "zur zeit",
    "bis dato",
    "fortlaufend",
    "andauernd",
    "presente",
    "al presente",
    "actual",
    "actualidad",
    "la actualidad",
    "hasta la actualidad",
    "en la actualidad",
    "actualmente",
    "hasta el presente",
    "hasta la fecha",
    "hasta hoy",
    "hoy",
    "ahora",
    "en curso",
    "a la fecha",
    "vigente",
    "attuale",
    "attualmente",
    "oggi",
    "ad oggi",
    "a oggi",
    "fino ad oggi",
    "in corso",
    "adesso",
    "ora",
    "tuttora",
    "al momento",
    "atual",
    "atualmente",
    "atualidade",
    "ate o momento",
    "o momento",
    "ate hoje",
    "ate ao presente",
    "ate a data",
    "ate o presente",
    "hoje",
    "agora",
    "em curso",
    "em andamento",
    "momento",
    "no momento",
    "heden",
    "tot heden",
    "tot nu",
    "tot op heden",
    "op heden",
    "huidig",
    "nu",
    "vandaag",
    "lopend",
    "tot nu toe",
    "tot vandaag",
    "pagaende",
    "nuvarande",
    "idag",
    "i dag",
    "for narvarande",
    "navarende",
    "nuvaerende",
    "na",
    "tills vidare",
    "fortsatt",
    "nykyinen",
    "obecnie",
    "do dzis",
    "do teraz",
    "teraz",
    "nadal",
    "soucasnost",
    "dosud",
    "prezent",
    "in prezent",
    "surekli",
    "devam ediyor",
    "halen",
    "gunumuz",
    "настоящее время",
    "по настоящее время",
    "по наст время",
    "сеичас",
    "н в",
    "по сеи день",
    "до теперішнього часу",
    "至今",
    "现在",
    "現在",
    "目前",
    "현재",
    "حتى الآن",
    "الآن",
    "الحاضر",
    "حاليا",
];

/// A day, a month or a year, as far as it is known. Ordered by time; what is not known comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct When {
    /// The year.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: Option<i8>,
    /// The day of the month, only with a month.
    pub day: Option<i8>,
    /// Whether the text names a day and a month and does not tell which is which, so that only its year is known.
    pub is_ambiguous: bool,
}

impl When {
    fn new(year: i16, month: Option<i8>, day: Option<i8>) -> Option<Self> {
        let is_there = Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).is_ok();
        (is_there && (1..).contains(&year) && (month.is_some() || day.is_none())).then_some(Self {
            year,
            month,
            day,
            is_ambiguous: false,
        })
    }

    /// The date, if the day is known.
    pub fn date(&self) -> Option<Date> {
        Date::new(self.year, self.month?, self.day?).ok()
    }
}

/// `2019`, `2019-03` or `2019-03-05`.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        self.month.map_or(Ok(()), |month| write!(f, "-{month:02}"))?;
        self.day.map_or(Ok(()), |day| write!(f, "-{day:02}"))
    }
}

/// What the end of a time says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Nothing.
    None,
    /// It goes on.
    Ongoing,
    /// It ended, or will.
    On(When),
    /// Something that was not understood: neither that it goes on nor that it ended.
    Unreadable,
}

/// What the end of a time says. `Present` and its equivalents in many languages say that it goes on.
pub fn end(text: &Option<String>) -> End {
    let Some(text) = text.filled() else { return End::None };
    match when(text) {
        Some(when) => End::On(when),
        None if is_ongoing(text) => End::Ongoing,
        None if !text.contains(|it: char| it.is_alphanumeric()) => End::None,
        None => End::Unreadable,
    }
}

/// Whether a time goes on: what has begun does without an end. `None` if nothing is known of it.
pub fn goes_on(start: Option<When>, end: End) -> Option<bool> {
    match end {
        End::Ongoing => Some(true),
        End::On(_) => Some(false),
        End::None => start.map(|_| true),
        End::Unreadable => None,
    }
}

fn is_ongoing(text: &str) -> bool {
    let words = folded(text).replace(|it: char| !it.is_alphabetic(), " ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    ONGOING.contains(&words.as_str())
}

/// Reads the end of a time at `path`, with a warning for what is not understood.
pub fn read_end(text: &Option<String>, path: impl fmt::Display, warnings: &mut Warnings) -> End {
    let end = end(text);
    match end {
        End::On(when) if when.is_ambiguous => warnings.add(path, AMBIGUOUS),
        End::Unreadable => warnings.add(path, UNREADABLE),
        _ => {}
    }
    end
}

/// Reads a date at `path`, with a warning for what is not understood. Text without letters and digits is no date.
pub fn read(text: &Option<String>, path: impl fmt::Display, warnings: &mut Warnings) -> Option<When> {
    let text = text.filled()?;
    let when = when(text);
    match when {
        Some(when) if when.is_ambiguous => warnings.add(path, AMBIGUOUS),
        None if text.contains(char::is_alphanumeric) => warnings.add(path, UNREADABLE),
        _ => {}
    }
    when
}

/// Reads a day at `path`, with a warning for what is not understood, and for a month or a year alone.
pub fn read_day(text: &Option<String>, path: impl fmt::Display, warnings: &mut Warnings) -> Option<Date> {
    let mut own = Warnings::default();
    let when = read(text, &path, &mut own);
    let day = when.and_then(|it| it.date());
    match when {
        Some(_) if day.is_none() => warnings.add(path, "The day is not known; left out"),
        _ => warnings.extend(own.into_vec()),
    }
    day
}

const AMBIGUOUS: &str = "Day and month cannot be told apart; only the year is used";
const UNREADABLE: &str = "No date was recognized; left out";

/// The day, month or year that a text names, if it has one meaning: `2019-03-05T10:00:00Z`, `20190305`, `2019-3-5`,
/// `05/2020`, `18/05/2020`, `3. März 2019`, `2019`. Of `03/04/2020` only the year is known. No time zone moves a date.
///
/// ```
/// use connector_hrflow::when::when;
///
/// assert_eq!(when("mars 2019").unwrap().to_string(), "2019-03");
/// assert_eq!(when("next year"), None);
/// ```
pub fn when(text: &str) -> Option<When> {
    let text = text.trim();
    let day = without_time(text);
    numbers(day).or_else(|| named(day))
}

/// A date-time without its time: `2020-05-18T00:00:00+0000`.
fn without_time(text: &str) -> &str {
    let is_time = |rest: &str| {
        let mut letters = rest.chars();
        letters.next().is_some_and(|it| it.is_ascii_digit()) && rest.contains(':')
    };
    for (at, letter) in text.char_indices().filter(|(at, it)| *at >= 6 && matches!(it, 'T' | 't' | ' ')) {
        if is_time(&text[at + letter.len_utf8()..]) {
            return text[..at].trim_end();
        }
    }
    text
}

/// Dates of numbers alone.
fn numbers(text: &str) -> Option<When> {
    let separator = text.chars().find(|it| !it.is_ascii_digit());
    let parts: Vec<&str> = match separator {
        None => vec![text],
        Some(it) if matches!(it, '-' | '/' | '.' | ' ') => {
            text.split(it).map(|it| if separator == Some('.') { it.trim() } else { it }).collect()
        }
        Some(_) => return None,
    };
    let is_number =
        |part: &&str| !part.is_empty() && part.len() <= 8 && part.bytes().all(|it| it.is_ascii_digit());
    if !parts.iter().all(is_number) {
        return None;
    }
    let number = |part: &str| part.parse::<i16>().ok();
    // Zeros stand for what is not known, as databases write it.
    let known = |part: &str| -> Option<Option<i8>> {
        let number = part.parse::<i8>().ok().filter(|_| part.len() <= 2)?;
        Some((number > 0).then_some(number))
    };
    let is_year = |part: &str| part.len() == 4;
    match parts.as_slice() {
        [year] if is_year(year) => When::new(number(year)?, None, None),
        [day] if day.len() == 8 => {
            let year = number(&day[..4]).filter(|year| (1900..=2100).contains(year))?;
            When::new(year, known(&day[4..6])?, known(&day[6..])?)
        }
        // What databases write of a year that is a whole number.
        [year, "0"] if is_year(year) && separator == Some('.') => When::new(number(year)?, None, None),
        [year, month] if is_year(year) => When::new(number(year)?, known(month)?, None),
        [month, year] if is_year(year) => When::new(number(year)?, Some(known(month)??), None),
        [year, month, day] if is_year(year) => When::new(number(year)?, known(month)?, known(day)?),
        [first, second, year] if is_year(year) => {
            let (first, second, year) = (known(first)??, known(second)??, number(year)?);
            // Dots are written between day and month, in this order.
            if separator == Some('.') || first > 12 || first == second {
                return When::new(year, Some(second), Some(first));
            }
            if second > 12 {
                return When::new(year, Some(first), Some(second));
            }
            Some(When { is_ambiguous: true, ..When::new(year, None, None)? })
        }
        _ => None,
    }
}

/// Dates with the name of a month: `March 2019`, `3. März 2019`, `Mar 3, 2019`.
fn named(text: &str) -> Option<When> {
    let folded = folded(text);
    let (mut year, mut month, mut day) = (None, None, None);
    for word in folded.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()) {
        let digits = word.find(|it: char| !it.is_ascii_digit()).unwrap_or(word.len());
        let (number, letters) = word.split_at(digits);
        let place_taken = match (number.len(), letters) {
            (0, filler) if FILLERS.contains(&filler) => false,
            (0, name) => month.replace(month_of(name)?).is_some(),
            (4, "") => year.replace(number.parse().ok()?).is_some(),
            (1 | 2, "" | "st" | "nd" | "rd" | "th" | "er" | "o" | "a" | "e") => {
                day.replace(number.parse().ok()?).is_some()
            }
            _ => return None,
        };
        if place_taken {
            return None;
        }
    }
    When::new(year?, Some(month?), day)
}

/// The month of a name or of the beginning of one, where all names that begin so are of one month.
fn month_of(name: &str) -> Option<i8> {
    if let Some((_, month)) = SHORT.iter().find(|(short, _)| *short == name) {
        return Some(*month);
    }
    if name.len() < 3 {
        return None;
    }
    let names = MONTHS.iter().flat_map(|names| names.iter().zip(1_i8..));
    let mut months = names.filter(|(known, _)| known.starts_with(name)).map(|(_, month)| month);
    let first = months.next()?;
    months.all(|month| month == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_if_it_has_one_meaning() {
        let d = |y, m: i8, d: i8| Some((y, (m > 0).then_some(m), (d > 0).then_some(d), false));
        for (text, expected) in [
            ("2020-05-18", d(2020, 5, 18)),
            ("2020-05-18T21:59:07+0000", d(2020, 5, 18)),
            ("2020-05-18 21:59", d(2020, 5, 18)),
            ("20190305", d(2019, 3, 5)),
            ("2019-3-5", d(2019, 3, 5)),
            ("2019/03/05", d(2019, 3, 5)),
            ("2019.3.5", d(2019, 3, 5)),
            ("March 2019", d(2019, 3, 0)),
            ("mars 2019", d(2019, 3, 0)),
            ("März 2019", d(2019, 3, 0)),
            ("marzo de 2019", d(2019, 3, 0)),
            ("março 2019", d(2019, 3, 0)),
            ("maart 2019", d(2019, 3, 0)),
            ("05/2020", d(2020, 5, 0)),
            ("5-2020", d(2020, 5, 0)),
            ("2020/05", d(2020, 5, 0)),
            ("2019", d(2019, 0, 0)),
            ("2019.0", d(2019, 0, 0)),
            ("2019-00-00", d(2019, 0, 0)),
            ("2019-03-00", d(2019, 3, 0)),
            ("18.05.2020", d(2020, 5, 18)),
            ("18/05/2020", d(2020, 5, 18)),
            ("05/18/2020", d(2020, 5, 18)),
            ("03/03/2020", d(2020, 3, 3)),
            ("3. März 2019", d(2019, 3, 3)),
            ("Mar 3, 2019", d(2019, 3, 3)),
            ("3rd of March 2019", d(2019, 3, 3)),
            ("1er août 2019", d(2019, 8, 1)),
            ("Sept. 2019", d(2019, 9, 0)),
            ("Déc 2019", d(2019, 12, 0)),
            ("Okt-2019", d(2019, 10, 0)),
            ("out 2019", d(2019, 10, 0)),
            ("juil. 2019", d(2019, 7, 0)),
            ("May 2019", d(2019, 5, 0)),
            ("3 de mayo de 2019", d(2019, 5, 3)),
            ("2019 June", d(2019, 6, 0)),
            ("03/04/2020", Some((2020, None, None, true))),
            ("03.04.2020", d(2020, 4, 3)),
            ("jui 2019", None),
            ("yesterday", None),
            ("0000-00-00", None),
            ("2019-13-01", None),
            ("2021-02-29", None),
            ("Q1 2019", None),
            ("Mar 19", None),
            ("201903", None),
            ("43525", None),
            ("2015 - 2016", None),
            ("March", None),
            ("", None),
            ("2020-05-18x", None),
            ("32/13/2020", None),
            ("ééééé", None),
            ("2020-05-1é", None),
            ("March April 2019", None),
        ] {
            assert_eq!(when(text).map(|it| (it.year, it.month, it.day, it.is_ambiguous)), expected, "{text}");
        }
    }

    #[test]
    fn an_end_is_a_date_or_goes_on_or_is_not_understood() {
        let end = |text: &str| end(&Some(text.to_owned()));
        for text in [
            "Present",
            "present",
            "PRÉSENT",
            "heute",
            "Aujourd’hui",
            "à ce jour",
            "En cours",
            "actualidad",
            "Actualmente",
            "oggi",
            "in corso",
            "atual",
            "até o momento",
            "heden",
            "nu",
            "Ongoing",
            "till date",
            "(current)",
            "сейчас",
            "至今",
            "现在",
            "pågående",
            "present.",
        ] {
            assert_eq!(end(text), End::Ongoing, "{text}");
        }
        for text in ["soon", "yesterday", "2021-02-30", "n/a?"] {
            assert_eq!(end(text), End::Unreadable, "{text}");
        }
        assert_eq!(end(" - "), End::None);
        assert_eq!(end("2021"), End::On(when("2021").unwrap()));
        assert_eq!(super::end(&None), End::None);
    }

    #[test]
    fn what_goes_on_is_written_folded() {
        for words in ONGOING {
            assert!(is_ongoing(words), "{words}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told() {
        let mut warnings = Warnings::default();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(read_end(&text("soon"), "a", &mut warnings), End::Unreadable);
        assert_eq!(read_end(&text("Present"), "b", &mut warnings), End::Ongoing);
        assert_eq!(read(&text("03/04/2020"), "c", &mut warnings).unwrap().to_string(), "2020");
        assert_eq!(read_day(&text("2020"), "d", &mut warnings), None);
        assert_eq!(read_day(&text("-"), "e", &mut warnings), None);
        let told: Vec<String> = warnings.into_vec().into_iter().map(|it| it.field).collect();
        assert_eq!(told, ["a", "c", "d"]);
    }
}
