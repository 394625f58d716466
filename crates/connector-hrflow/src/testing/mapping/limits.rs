//! Whether limits are where rows say.

use hrflow_core::{MappingRow, mapping::Limit};
use serde_json::Value;

use super::{Format, is_below, path::Path, specimen_without};

/// What is wrong with a row's limit, if something is.
pub(super) fn fault(row: &MappingRow, format: Format<'_>) -> Option<String> {
    let told = |what: String| Some(format!("`{}` to `{}`: {what}", row.from, row.to));
    match row.limit? {
        Limit::Cut(most) => {
            let lengths = [most, most + 40].map(|length| longest(row, length, format));
            (lengths != [Some(most); 2]).then(|| told(format!("cut at {lengths:?}, not at {most}")))?
        }
        Limit::AtMost(most) => {
            let lengths = [most, most + 1].map(|length| longest(row, length, format));
            let is_kept = lengths[0] == Some(most);
            let is_left_out = lengths[1].is_none_or(|length| length < most);
            (!is_kept || !is_left_out).then(|| told(format!("{most} characters make {lengths:?}")))?
        }
        Limit::Elements(most) => {
            let counts = [most, most + 5].map(|count| elements(row, count, format));
            (counts != [most; 2]).then(|| told(format!("{counts:?} elements stay, not {most}")))?
        }
    }
}

/// The length of what a text of some length becomes.
fn longest(row: &MappingRow, length: usize, format: Format<'_>) -> Option<usize> {
    let mut profile = specimen_without(row.without);
    let path = Path::new(row.from);
    path.edit(&mut profile, &mut |value| *value = Value::from(text(path.name(), length)));
    let members = format(&profile);
    let texts = members.iter().filter(|(member, _)| is_below(member, row.to)).flat_map(|(_, values)| values);
    texts.filter_map(Value::as_str).map(|text| text.chars().count()).max()
}

/// A text of some length, such as fits under a name.
fn text(name: &str, length: usize) -> String {
    match name {
        "email" => email(length),
        "phone" => phone(length),
        "postcode" | "house_number" => "1".repeat(length),
        _ => "é".repeat(length),
    }
}

/// An address of some length from 14 on, with at most 64 characters before the `@`.
fn email(length: usize) -> String {
    let local = length.saturating_sub("@example.com".len()).min(64);
    let rest = length.saturating_sub(local + "@example.com".len());
    let label = if rest > 1 { format!("{}.", "b".repeat(rest - 1)) } else { String::new() };
    format!("{}@{label}example.com", "a".repeat(local))
}

/// A number of some length from 12 on, with more and more dashes between its digits.
fn phone(length: usize) -> String {
    let digits = "14155550142";
    let gaps = digits.len() - 1;
    let dashes = length.saturating_sub(digits.len() + 1);
    let parts = digits.chars().enumerate().map(|(at, digit)| {
        let own = if at == gaps { 0 } else { dashes / gaps + usize::from(at < dashes % gaps) };
        format!("{digit}{}", "-".repeat(own))
    });
    format!("+{}", parts.collect::<String>())
}

/// How many elements there are of so many.
fn elements(row: &MappingRow, count: usize, format: Format<'_>) -> usize {
    let mut profile = specimen_without(row.without);
    let path = Path::new(row.from);
    let (Some(list), Some(member)) = (path.list(), path.in_element()) else { return 0 };
    list.edit(&mut profile, &mut |value| {
        let Some(first) = value.get(0).cloned() else { return };
        let numbered = (0..count).map(|number| {
            let mut element = first.clone();
            member.edit(&mut element, &mut |value| *value = Value::from(format!("number {number}")));
            element
        });
        *value = numbered.collect();
    });
    let members = format(&profile);
    let mine = members.iter().filter(|(member, _)| is_below(member, row.to));
    mine.map(|(_, values)| values.len()).max().unwrap_or_default()
}
