//! Phone numbers: one number found in the text, as it is written there.

use std::{borrow::Cow, ops::Range};

use hrflow_core::text::{is_zero_width, one_line, without_html};
use rlibphonenumber::{
    PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat,
    enums::Region,
    phonenumber_matcher::{FindNumberExt, Leniency},
};

use crate::when::when;

/// The longest text that is searched for a number, in characters: a field that holds more holds no number.
const LONGEST: usize = 250;
/// The fewest digits of a number inside a country.
const FEWEST_DIGITS: usize = 5;

/// A phone number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// The number as it is written, in ASCII: a plus sign, digits, spaces and `().-/`.
    pub number: String,
    /// The digits of its extension.
    pub extension: Option<String>,
}

impl Phone {
    /// The number with its extension: `+1 555 010 9999 ext. 12`.
    pub fn with_extension(&self) -> String {
        match &self.extension {
            Some(extension) => format!("{} ext. {extension}", self.number),
            None => self.number.clone(),
        }
    }

    /// A plus sign, if there is one, and the digits, without the `(0)` of calls inside the country.
    pub fn digits(&self) -> String {
        let is_international = self.number.trim_start_matches('(').starts_with('+');
        let number = if is_international { self.number.replace("(0)", "") } else { self.number.clone() };
        let digits = number.chars().filter(char::is_ascii_digit);
        is_international.then_some('+').into_iter().chain(digits).collect()
    }
}

/// What the text of a phone field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The first number.
    pub phone: Option<Phone>,
    /// The reason of the warning about it, if one is due.
    pub told: Option<&'static str>,
}

/// Finds the first phone number in the text of a phone field, as it is written there.
///
/// A number counts if its length is possible in a numbering plan: fictional numbers do. `country`, an ISO 3166-1 alpha-2
/// code, helps to tell where a number without country code begins and ends, and changes nothing in it. No digit is ever
/// dropped to make a number of a text.
pub fn find(text: &str, country: Option<&str>) -> Found {
    let text = plain(text);
    let found = |phone: Option<Phone>, told| Found { phone, told };
    if text.is_empty() {
        return found(None, None);
    }
    let is_long = text.chars().nth(LONGEST).is_some();
    if is_long || !text.contains(|it: char| it.is_ascii_digit()) {
        return found(None, Some("No phone number was found; left out"));
    }
    if let Some(digits) = spreadsheet_number(&text) {
        return match digits {
            Some(digits) => found(
                Some(Phone { number: digits, extension: None }),
                Some("Restored from a spreadsheet's decimal number"),
            ),
            None => found(None, Some("A spreadsheet has cut its digits; left out")),
        };
    }
    let region = country.and_then(|it| it.parse::<Region>().ok());
    if is_dates(&text) {
        return found(None, Some("A date, not a phone number; left out"));
    }
    let text = international(&text);
    let matches = matches(&text, region);
    let found_number = matches.first().map(|(range, number)| (range, written(&text[range.clone()]), number));
    let Some((range, written, number)) = found_number.filter(|(_, it, _)| digits(it) >= FEWEST_DIGITS) else {
        let spelled = spelled(&text, region);
        let told = match spelled {
            Some(_) => "Letters were replaced by the digits of their keys",
            None => "No phone number was found; left out",
        };
        return found(spelled, Some(told));
    };
    let rest = text[..range.start].chars().chain(text[range.end..].chars());
    // One digit may belong to words, as in `after 5pm`.
    let has_more = matches.len() > 1 || rest.filter(char::is_ascii_digit).count() > 1;
    let extension = number.extension.clone().filter(|it| !it.is_empty());
    let phone = Phone { number: written, extension };
    found(Some(phone), has_more.then_some("Holds more than one phone number; the first is used"))
}

type Match = (Range<usize>, PhoneNumber);

/// The numbers in a text. Without a known country, those of any country show where a number begins and ends.
fn matches(text: &str, region: Option<Region>) -> Vec<Match> {
    let search = |is_any: bool| {
        let matcher = text.phone_number_matcher_builder().leniency(Leniency::Possible);
        let matcher = match (is_any, region) {
            (true, _) => matcher.auto_region(),
            (false, Some(region)) => matcher.preferred_region(region),
            (false, None) => matcher,
        };
        matcher.build().map(|it| (it.start..it.end(), it.number)).collect::<Vec<Match>>()
    };
    let found = search(false);
    // An international number may be the second one, after one of a country that is not known.
    let begins = found.first().map_or(text.len(), |(range, _)| range.start);
    if digits(&text[..begins]) < FEWEST_DIGITS {
        return found;
    }
    // A part of a longer number is no number.
    let is_whole = |(range, _): &Match| {
        digits(&text[range.clone()]) >= FEWEST_DIGITS
            && !text[..range.start].contains(|it: char| it == '+' || it.is_ascii_digit())
    };
    let any = search(true);
    if any.first().is_some_and(is_whole) { any } else { found }
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// Whether a text is a date or a span of years.
fn is_dates(text: &str) -> bool {
    let is_year = |it: &str| it.len() == 4 && (it.starts_with("19") || it.starts_with("20"));
    let is_plain = text.bytes().all(|it| it.is_ascii_digit());
    let mut parts = text.split([' ', '/', '-']).filter(|it| !it.is_empty());
    (!is_plain && when(text).is_some_and(|it| it.day.is_some())) || parts.all(is_year)
}

/// One line in ASCII digits, without invisible characters.
fn plain(text: &str) -> String {
    let text = without_html(text);
    let letters = text.chars().filter(|it| !is_zero_width(*it)).map(|it| match it {
        it if it.is_control() => ' ',
        '０'..='９' => digit(it, '０'),
        '٠'..='٩' => digit(it, '٠'),
        '۰'..='۹' => digit(it, '۰'),
        '＋' => '+',
        it => it,
    });
    one_line(&letters.collect::<String>())
}

fn digit(it: char, zero: char) -> char {
    char::from_digit(u32::from(it) - u32::from(zero), 10).unwrap_or(it)
}

/// A number as a spreadsheet shows it: `447911123456.0`, `4.47911E+11`. `None` if it is none, `Some(None)` if digits of
/// it are lost.
fn spreadsheet_number(text: &str) -> Option<Option<String>> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.trim_start_matches('+').parse::<usize>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once(['.', ','])?;
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    if exponent == 0 {
        return (fraction.is_empty() && (7..=15).contains(&whole.len())).then(|| Some(whole.to_owned()));
    }
    // With fewer digits than the exponent asks for, the rest was rounded away, or is zeros: both look the same.
    let is_whole = whole.len() == 1 && fraction.len() == exponent;
    Some(is_whole.then(|| format!("{whole}{fraction}")))
}

/// The text with the international prefix `00` written as `+`.
fn international(text: &str) -> Cow<'_, str> {
    let start = text.find(|it: char| it.is_ascii_digit() || it == '+').unwrap_or(0);
    match text[start..].strip_prefix("00") {
        Some(rest) if rest.trim_start().starts_with(|it: char| matches!(it, '1'..='9')) => {
            Cow::Owned(format!("{}+{}", &text[..start], rest.trim_start()))
        }
        _ => Cow::Borrowed(text),
    }
}

/// A number with letters for digits, as in `+1-800-FLOWERS`, if the result is a number of a numbering plan.
fn spelled(text: &str, region: Option<Region>) -> Option<Phone> {
    let is_part = |it: char| {
        it.is_ascii_digit() || it.is_ascii_uppercase() || matches!(it, '+' | ' ' | '-' | '(' | ')' | '.')
    };
    let letters = text.chars().filter(char::is_ascii_uppercase).count();
    if !text.chars().all(is_part) || letters < 3 {
        return None;
    }
    let number = PHONE_NUMBER_UTIL.parse(text, region).ok().filter(|it| it.is_valid())?;
    Some(Phone { number: number.format_as(PhoneNumberFormat::International).to_string(), extension: None })
}

/// A number as it stands in a text, without its extension, in ASCII. Every digit stays.
fn written(text: &str) -> String {
    let digits = text.find(|it: char| it.is_ascii_digit() || it == '+' || it == '(').unwrap_or(0);
    let number = &text[digits..];
    let end = number.find(|it: char| it.is_alphabetic() || matches!(it, ';' | '#' | ',' | '~' | '～' | '＃'));
    let number = &number[..end.unwrap_or(number.len())];
    let letters = number.chars().filter_map(|it| match it {
        '+' | '0'..='9' | ' ' | '(' | ')' | '.' | '/' | '-' => Some(it),
        '［' | '[' | '（' => Some('('),
        '］' | ']' | '）' => Some(')'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' | '－' => Some('-'),
        '／' => Some('/'),
        '．' | '·' => Some('.'),
        _ => None,
    });
    let number: String = letters.collect();
    let number = number.trim_end_matches(|it: char| !it.is_ascii_digit() && it != ')').trim();
    match number.matches('(').count() == number.matches(')').count() {
        true => number.to_owned(),
        false => one_line(&number.replace(['(', ')'], " ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str, country: Option<&str>) -> (Option<String>, bool) {
        let found = find(text, country);
        (found.phone.map(|it| it.with_extension()), found.told.is_some())
    }

    #[test]
    fn one_number_is_found_as_it_is_written() {
        for (text, written) in [
            ("+33 199 00 01 42", "+33 199 00 01 42"),
            ("+1 (555) 010-9999", "+1 (555) 010-9999"),
            ("+46 (0)8 55 51 23 45", "+46 (0)8 55 51 23 45"),
            ("(+33) 6 12 34 56 78", "(+33) 6 12 34 56 78"),
            ("0033612345678", "+33612345678"),
            ("phone: +33 6.12.34.56.78", "+33 6.12.34.56.78"),
            ("+4915112345678 (privat)", "+4915112345678"),
            ("call +1 415 555 0142 after 5pm", "+1 415 555 0142"),
            ("+１ ４１５ ５５５ ０１００", "+1 415 555 0100"),
            ("+33\u{2013}6\u{2013}12\u{2013}34\u{2013}56\u{2013}78", "+33-6-12-34-56-78"),
            ("\u{202a}+33 612345678\u{202c}", "+33 612345678"),
            // Without a known country a number stays as it is written.
            ("06 12 34 56 78", "06 12 34 56 78"),
            ("(415) 555-0100", "(415) 555-0100"),
            ("030/1234567", "030/1234567"),
            ("٠٦١٢٣٤٥٦٧٨", "0612345678"),
            ("33612345678", "33612345678"),
            ("+1 555 010 9999 x12", "+1 555 010 9999 ext. 12"),
            ("+1 (555) 010-9999 ext. 12", "+1 (555) 010-9999 ext. 12"),
            ("tel:+33-6-12-34-56-78;ext=5", "+33-6-12-34-56-78 ext. 5"),
        ] {
            assert_eq!(number(text, None), (Some(written.to_owned()), false), "{text}");
            assert_eq!(number(text, Some("FR")), (Some(written.to_owned()), false), "{text} in France");
        }
    }

    #[test]
    fn of_several_numbers_the_first_is_used_and_told() {
        for (text, first) in [
            ("+33612345678;+33145678901", "+33612345678"),
            ("+33612345678+33145678901", "+33612345678"),
            ("0612345678 / 0145678901", "0612345678"),
            ("06 12 34 56 78 +33 1 45 67 89 01", "06 12 34 56 78"),
            ("00 33 6 12 34 56 78 (mobile) 01 23 45 67 89 (home) 09 99 99 99 99", "+33 6 12 34 56 78"),
            ("+33 6 12 34 56 78 / 79", "+33 6 12 34 56 78"),
        ] {
            assert_eq!(number(text, None), (Some(first.to_owned()), true), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_left_out_and_told() {
        let long = "1".repeat(26);
        for text in [
            "+33\u{2013}6\u{2013}12",
            "4.47911E+11",
            "1-800-FLOWERS",
            "n/a",
            "true",
            "1990-05-12",
            "2020 / 2021",
            long.as_str(),
            "12",
            "(x0xxx00",
            "-",
        ] {
            assert_eq!(number(text, None), (None, true), "{text}");
        }
        assert_eq!(number(" ", None), (None, false));
    }

    #[test]
    fn spreadsheets_and_letters_are_repaired_if_that_is_certain() {
        for (text, country, repaired) in [
            ("447911123456.0", None, "447911123456"),
            ("447911123456,00", Some("GB"), "447911123456"),
            ("4.47911123456E+11", None, "447911123456"),
            ("+1-800-FLOWERS", None, "+1 800-356-9377"),
            ("1-800-FLOWERS", Some("US"), "+1 800-356-9377"),
        ] {
            assert_eq!(number(text, country), (Some(repaired.to_owned()), true), "{text}");
        }
    }

    #[test]
    fn a_number_has_its_digits_alone() {
        let digits = |text: &str| find(text, None).phone.map(|it| it.digits());
        assert_eq!(digits("+46 (0)8 55 51 23 45").as_deref(), Some("+46855512345"));
        assert_eq!(digits("(415) 555-0100").as_deref(), Some("4155550100"));
    }
}
