//! Values that look like placeholders of an example or of another tool.

use serde_json::Value;

/// The kind of placeholder that a value looks like, for a message: it repeats nothing of the value, which may be a secret
/// after all.
pub(crate) fn kind(value: &str) -> Option<&'static str> {
    let value = value.trim();
    let between = |begin: &str, end: &str| {
        let inner = value.strip_prefix(begin)?.strip_suffix(end)?.trim();
        (!inner.is_empty()).then_some(inner)
    };
    if value.strip_prefix('$').is_some_and(is_name) {
        return Some("$NAME");
    }
    if between("${", "}").is_some() {
        return Some("${NAME}");
    }
    if between("$(", ")").is_some() {
        return Some("$(command)");
    }
    if between("%", "%").is_some_and(is_name) {
        return Some("%NAME%");
    }
    if value.split_once("{{").is_some_and(|(_, rest)| rest.contains("}}")) {
        return Some("{{name}}");
    }
    if between("#{", "}").or_else(|| between("#{", "}#")).is_some() {
        return Some("#{NAME}");
    }
    if between("__", "__").is_some_and(is_name) {
        return Some("__NAME__");
    }
    if holds_words(value, '<', '>') {
        return Some("<name>");
    }
    if between("{", "}").is_some_and(is_words) || between("[", "]").is_some_and(is_words) {
        return Some("a name in brackets");
    }
    if value.chars().all(|letter| "xX*•.…-_".contains(letter)) && value.chars().any(|it| it != '-') {
        let length = value.chars().count();
        return (length >= 3 || value == "…").then_some("xxx");
    }
    if is_stock(value) {
        return Some("a stock text such as changeme or YOUR_API_KEY");
    }
    None
}

/// The paths of all texts in `value` that look like placeholders, and the kind of each.
pub(crate) fn all_in(value: &Value, path: &str, found: &mut Vec<(String, &'static str)>) {
    match value {
        Value::String(text) => found.extend(kind(text).map(|kind| (path.to_owned(), kind))),
        Value::Array(values) => values
            .iter()
            .enumerate()
            .for_each(|(index, value)| all_in(value, &format!("{path}[{index}]"), found)),
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| all_in(value, &format!("{path}.{name}"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_name(text: &str) -> bool {
    let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Letters, and what separates words.
fn is_words(text: &str) -> bool {
    let is_of_words = |letter: char| letter.is_alphabetic() || " _-.'’".contains(letter);
    text.chars().any(char::is_alphabetic) && text.chars().all(is_of_words)
}

/// Whether words stand between these brackets somewhere in a text, such as in `https://<tenant>.example.com`.
fn holds_words(text: &str, begin: char, end: char) -> bool {
    let is_long = |inner: &str| inner.chars().count() > 1 && is_words(inner);
    text.split(begin).skip(1).any(|rest| rest.split_once(end).is_some_and(|(inner, _)| is_long(inner)))
}

/// What examples have where a value belongs.
fn is_stock(value: &str) -> bool {
    let words: Vec<String> = value
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let joined = words.concat();
    if ["changeme", "changeit", "replaceme", "fillme", "fillmein", "tobedefined", "placeholder", "yourkey"]
        .contains(&joined.as_str())
    {
        return true;
    }
    let begins =
        |first: &[&str]| words.len() > 1 && words.first().is_some_and(|it| first.contains(&it.as_str()));
    begins(&["your", "insert", "enter", "paste", "replace"])
        || joined.starts_with("yourapi")
        || words.len() > 1 && words.last().is_some_and(|last| last == "here")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_recognised_by_their_kind() {
        for (value, expected) in [
            ("$HRFLOW_API_KEY", "$NAME"),
            ("${HRFLOW_API_KEY}", "${NAME}"),
            ("$(cat key.txt)", "$(command)"),
            ("%HRFLOW_API_KEY%", "%NAME%"),
            ("{{env.NAME}}", "{{name}}"),
            ("Bearer {{ secrets.KEY }}", "{{name}}"),
            ("#{ApiKey}#", "#{NAME}"),
            ("__API_KEY__", "__NAME__"),
            ("<your key>", "<name>"),
            ("https://<tenant>.example.com", "<name>"),
            ("{api_key}", "a name in brackets"),
            ("[your key]", "a name in brackets"),
            ("xxx", "xxx"),
            ("XXXX-XXXX", "xxx"),
            ("********", "xxx"),
            ("...", "xxx"),
            ("…", "xxx"),
            ("YOUR_API_KEY", "a stock text such as changeme or YOUR_API_KEY"),
            ("your-tenant", "a stock text such as changeme or YOUR_API_KEY"),
            (" ChangeMe ", "a stock text such as changeme or YOUR_API_KEY"),
            ("change_me", "a stock text such as changeme or YOUR_API_KEY"),
            ("paste the key here", "a stock text such as changeme or YOUR_API_KEY"),
        ] {
            assert_eq!(kind(value), Some(expected), "{value}");
        }
    }

    #[test]
    fn real_values_are_no_placeholders() {
        for value in [
            "",
            "-",
            "20240904",
            "ask_0123456789abcdef",
            "https://api.example.com/v1",
            "https://api.example.com/a%20b%20c",
            "p$ssw0rd",
            "$2b$12$abcdefghijk",
            "50%",
            "100%sure%",
            "x",
            "db.example.com",
            "ada@example.com",
            "a<b>1",
            "Yours truly",
            "your",
            "HrFlow.ai",
            "a{b}c",
            "{\"a\": 1}",
            "12h30m",
        ] {
            assert_eq!(kind(value), None, "{value}");
        }
    }
}
