//! First and last names, told apart in a whole name.

use hrflow_core::text::folded;

/// What follows a comma and is no name.
const SUFFIXES: &[&str] = &[
    "jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "msc", "bsc", "ma", "ba", "esq", "cpa", "pmp", "dds",
    "rn", "pe", "dr", "meng", "beng", "dipling",
];

/// First and last name. What one of them lacks may stand in the whole name: the rest of it besides the other one, at
/// either end, else what `Last, First` or its last space divides. A single word is the last name.
pub(crate) fn names<'a>(
    first: Option<&'a str>,
    last: Option<&'a str>,
    full: Option<&'a str>,
) -> (Option<&'a str>, Option<&'a str>) {
    let Some(full) = full else { return (first, last) };
    match (first, last) {
        (None, None) => divided(full),
        (Some(known), None) => (Some(known), rest(full, known).unwrap_or_else(|| divided(full).1)),
        (None, Some(known)) => (rest(full, known).unwrap_or_else(|| divided(full).0), Some(known)),
        both => both,
    }
}

/// First and last name of a whole one. `Example, Ada` has the last name first; else the last word is the last name.
fn divided(full: &str) -> (Option<&str>, Option<&str>) {
    let full = without_suffix(full);
    if let Some((last, first)) = full.split_once(',') {
        return (said(first), said(last));
    }
    match full.trim_end().rsplit_once(is_blank) {
        Some((first, last)) => (said(first), said(last)),
        None => (None, said(full)),
    }
}

/// `Ada Example, PhD` without what is no part of the name.
fn without_suffix(full: &str) -> &str {
    let mut full = full;
    while let Some((name, suffix)) = full.rsplit_once(',') {
        let suffix: String = folded(suffix).chars().filter(|it| it.is_alphanumeric()).collect();
        if !suffix.is_empty() && !SUFFIXES.contains(&suffix.as_str()) {
            break;
        }
        full = name;
    }
    full
}

/// What a whole name has besides a known part of it, at either end. `None` if the part is at neither.
fn rest<'a>(full: &'a str, known: &str) -> Option<Option<&'a str>> {
    let known: Vec<String> = words(known).map(|(_, word)| folded(word)).collect();
    let full = without_suffix(full);
    let there: Vec<(usize, &str)> = words(full).collect();
    let (count, all) = (known.len(), there.len());
    if count == 0 || count > all {
        return None;
    }
    let is_known =
        |words: &[(usize, &str)]| words.iter().map(|(_, word)| folded(word)).eq(known.iter().cloned());
    if is_known(&there[..count]) {
        return Some(there.get(count).and_then(|(start, _)| said(&full[*start..])));
    }
    is_known(&there[all - count..]).then(|| said(&full[..there[all - count].0]))
}

/// Words with their positions, without commas around them.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_divider = |it: char| is_blank(it) || it == ',';
    let mut at = 0;
    text.split(is_divider).filter_map(move |word| {
        let start = at;
        // Each divider is as long as the character that follows the word.
        at += word.len() + text[start + word.len()..].chars().next().map_or(0, char::len_utf8);
        (!word.is_empty()).then_some((start, word))
    })
}

fn said(text: &str) -> Option<&str> {
    Some(text.trim_matches(|it| is_blank(it) || it == ',')).filter(|it| !it.is_empty())
}

/// White space and control characters, which show as a space at most.
pub(crate) fn is_blank(it: char) -> bool {
    it.is_whitespace() || it.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn the_rest_is_found_at_either_end() {
        let of = |it: &'static str| Some(it).filter(|it| !it.is_empty());
        for (first, last, full, one, other) in [
            ("", "van Beethoven", "van Beethoven Ludwig", "Ludwig", "van Beethoven"),
            ("Ludwig", "", "van Beethoven Ludwig", "Ludwig", "van Beethoven"),
            ("", "van Beethoven", "van Beethoven, Ludwig", "Ludwig", "van Beethoven"),
            ("Ludwig", "", "van Beethoven, Ludwig", "Ludwig", "van Beethoven"),
            ("", "", "EXAMPLE, Ada", "Ada", "EXAMPLE"),
            ("", "", "Ada Example, PhD", "Ada", "Example"),
            ("", "", "Example, Ada, PhD", "Ada", "Example"),
            ("ADA", "", "Ada King Byron", "ADA", "King Byron"),
            ("Augusta", "", "Ada King Byron", "Augusta", "Byron"),
            ("Augusta", "", "Byron, Ada", "Augusta", "Byron"),
            ("", "Lovelace", "Byron, Ada", "Ada", "Lovelace"),
            ("Ad", "", "Ada Byron", "Ad", "Byron"),
            ("", "King Byron", "Ada  King Byron", "Ada", "King Byron"),
            ("", "Lovelace", "Ada King Byron", "Ada King", "Lovelace"),
            ("Zoe", "", "Zoë Example", "Zoe", "Example"),
            ("Ada", "", "Ada", "Ada", ""),
            ("", "Ada", "ada", "", "Ada"),
            ("Ada", "", "Byron", "Ada", "Byron"),
            ("", "Byron", "Ada", "", "Byron"),
            ("", "", "Ada", "", "Ada"),
            ("", "", ",", "", ""),
        ] {
            assert_eq!(names(of(first), of(last), of(full)), (of(one), of(other)), "{first}|{last}|{full}");
        }
    }
}
