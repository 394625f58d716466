//! Suggestions for mistyped names.

use strsim::damerau_levenshtein;

/// The longest word that is compared, in characters.
const LONGEST: usize = 64;

/// Returns the known name that is most similar to `word`, if it is similar enough: about one typing error for every
/// three letters. Case and the separators `_`, `-`, `.` and space are ignored.
///
/// ```
/// use hrflow_core::parameters::nearest;
///
/// let known = ["ukgpro", "ceipal", "teamtailor"];
/// assert_eq!(nearest("team-tailer", known), Some("teamtailor"));
/// assert_eq!(nearest("bullhorn", known), None);
/// ```
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.chars().nth(LONGEST).is_some() {
        return None;
    }
    let word = plain(word);
    let near = known.into_iter().filter_map(|name| {
        let plain = plain(name);
        let distance = damerau_levenshtein(&word, &plain);
        let allowed = word.chars().count().max(plain.chars().count()) / 3;
        (distance <= allowed && !word.is_empty()).then_some((distance, name))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(|letter| !matches!(letter, '_' | '-' | '.' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 5] = ["Authorization", "X_Api_Version", "api_url", "db_host", "db_port"];

    #[test]
    fn slips_of_the_pen_are_recognised() {
        for (word, meant) in [
            ("X_Api_Versoin", "X_Api_Version"),
            ("x-api-version", "X_Api_Version"),
            ("authorisation", "Authorization"),
            ("db_pot", "db_port"),
            ("API_URL", "api_url"),
        ] {
            assert_eq!(nearest(word, KNOWN), Some(meant), "{word}");
        }
    }

    #[test]
    fn other_words_are_not() {
        for word in ["", "_", "id", "password", "tenant", &"x".repeat(100_000)] {
            assert_eq!(nearest(word, KNOWN), None);
        }
    }
}
