//! Email addresses: the one form in which they are compared and sent, and what is no address.

use hrflow_core::{
    Warning,
    parameters::Fault,
    text::{folded, is_zero_width, nfc, without_html},
};

/// The longest part before the `@`, in bytes (RFC 5321, 4.5.3.1.1).
const LOCAL: usize = 64;
/// The longest address, in bytes (RFC 5321, 4.5.3.1.3, less the angle brackets).
const ADDRESS: usize = 254;
/// Words that people and programs write where there is no address, folded.
const PLACEHOLDERS: &[&str] = &[
    "na",
    "none",
    "null",
    "nil",
    "nan",
    "true",
    "false",
    "undefined",
    "unknown",
    "empty",
    "no",
    "noemail",
    "nomail",
    "notavailable",
    "notprovided",
    "notgiven",
    "notspecified",
    "notapplicable",
    "email",
    "mail",
    "xxx",
    "x",
    "tbd",
    "tba",
    "private",
    "confidential",
    "aucun",
    "aucune",
    "inconnu",
    "neant",
    "nonrenseigne",
    "noncommunique",
    "sans",
    "keine",
    "kein",
    "keineangabe",
    "unbekannt",
    "ninguno",
    "ninguna",
    "desconocido",
    "sincorreo",
    "nodisponible",
    "nessuno",
    "nessuna",
    "sconosciuto",
    "nondisponibile",
    "nenhum",
    "nenhuma",
    "desconhecido",
    "naoinformado",
    "geen",
    "onbekend",
    "nvt",
    "ingen",
    "brak",
];

/// What the text of an address field holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing, or a placeholder such as `N/A`.
    Nothing,
    /// A usable address.
    Address {
        /// The address as it is written, without what wraps it. Its normal form is in lower case.
        address: String,
        /// Whether the text holds others that are not used.
        has_others: bool,
    },
}

/// Finds the address in the text of an address field.
///
/// What wraps an address is removed: `mailto:`, a name or label before it, quotes, brackets, space, invisible characters
/// and punctuation behind it.
///
/// # Errors
///
/// What is wrong with the first address, if none is usable: a sentence part such as `it has no @`.
pub fn find(text: &str) -> Result<Found, &'static str> {
    let text = without_html(text);
    let text: String = nfc(&text).chars().filter(|it| !is_zero_width(*it)).collect();
    if is_placeholder(&text) {
        return Ok(Found::Nothing);
    }
    let mut taken: Option<String> = None;
    let mut fault = None;
    let mut has_others = false;
    for word in words(&text).filter(|it| it.contains('@')) {
        let checked = checked(bare(word));
        match (&taken, checked) {
            (None, Ok(address)) => taken = Some(address),
            (Some(first), Ok(address)) => has_others |= first.to_lowercase() != address.to_lowercase(),
            (_, Err(why)) => {
                fault = fault.or(Some(why));
                has_others = true;
            }
        }
    }
    match taken {
        Some(address) => Ok(Found::Address { address, has_others }),
        None => Err(fault.unwrap_or("it has no @")),
    }
}

/// The words of a text that may be addresses: what wraps and divides addresses divides words.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let divides = |it: char| {
        it.is_whitespace()
            || it.is_control()
            || matches!(it, ';' | ',' | '|' | '<' | '>' | '(' | ')' | '[' | ']' | '{' | '}')
            || matches!(it, '"' | '“' | '”' | '„' | '«' | '»' | '‹' | '›' | '‘' | '’' | '`' | '\\')
    };
    let is_list = text.matches('@').count() > 1;
    text.split(move |it| divides(it) || (is_list && it == '/'))
}

/// A word without a label such as `mailto:` before it, a query and punctuation behind it, and quotes around it.
fn bare(word: &str) -> &str {
    let word = word.trim_matches(['\'', '*', '_']).trim_end_matches(['.', ':', '!', '?', '\'']);
    let at = word.find('@').unwrap_or(0);
    let Some(colon) = word[..at].rfind([':', '=']) else { return word };
    let is_mailto = word[..colon].to_ascii_lowercase().ends_with("mailto");
    let address = &word[colon + 1..];
    match address.split_once('?') {
        Some((address, _)) if is_mailto => address,
        _ => address,
    }
}

/// The address, or what is wrong with it.
fn checked(address: &str) -> Result<String, &'static str> {
    let (local, host) = address.split_once('@').ok_or("it has no @")?;
    let is_local = |it: char| it.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-.".contains(it);
    let is_host = |it: char| it.is_alphanumeric() || matches!(it, '-' | '.');
    if local.is_empty() {
        return Err("nothing precedes the @");
    }
    if host.contains('@') {
        return Err("it has more than one @");
    }
    if !local.chars().all(is_local) || !host.chars().all(is_host) {
        return Err("it has a character that addresses do not have");
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err("a dot is at the start or the end of the part before the @, or two follow one another");
    }
    if local.len() > LOCAL {
        return Err("the part before the @ is longer than 64 bytes");
    }
    let ascii = match url::Host::parse(host) {
        Ok(url::Host::Domain(ascii)) => ascii,
        _ => return Err("what follows the @ is no domain"),
    };
    if local.len() + 1 + ascii.len().max(host.len()) > ADDRESS {
        return Err("it is longer than 254 bytes");
    }
    let labels: Vec<&str> = ascii.split('.').collect();
    let is_label = |it: &&str| {
        (1..=63).contains(&it.len())
            && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
            && !it.starts_with('-')
            && !it.ends_with('-')
    };
    let is_top = |it: &&str| it.len() >= 2 && !it.bytes().all(|it| it.is_ascii_digit());
    if labels.len() < 2 || !labels.iter().all(is_label) || !labels.last().is_some_and(is_top) {
        return Err("what follows the @ is no domain");
    }
    Ok(address.to_owned())
}

fn is_placeholder(text: &str) -> bool {
    if text.contains('@') {
        return false;
    }
    let letters: String = folded(text).chars().filter(|it| it.is_alphanumeric()).collect();
    letters.is_empty() || PLACEHOLDERS.contains(&letters.as_str())
}

/// The address of a target's item in its normal form, if it is usable. For writers: a format of a user's own may have put
/// any text there.
pub fn normal(text: &Option<String>) -> Option<String> {
    as_written(text).map(|it| it.to_lowercase())
}

/// The same with its case as it is written, for targets that look addresses up by it.
pub fn as_written(text: &Option<String>) -> Option<String> {
    match find(text.as_deref()?) {
        Ok(Found::Address { address, .. }) => Some(address),
        Ok(Found::Nothing) | Err(_) => None,
    }
}

/// The warning about an address of a target's item that is a placeholder, at its path: it is not sent.
pub fn unused(path: &str, text: &Option<String>) -> Option<Warning> {
    let is_unused = text.as_deref().is_some_and(|it| find(it) == Ok(Found::Nothing));
    is_unused.then(|| Warning::new(path, "Empty or a placeholder; left out"))
}

/// Why the address of a target's item is not usable, at its path. Empty text and placeholders are no fault.
pub fn fault(path: &str, text: &Option<String>) -> Option<Fault> {
    let why = find(text.as_deref()?).err()?;
    Some(Fault::rule(path, format!("has to be an email address: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(address: &str) -> Result<Found, &'static str> {
        Ok(Found::Address { address: address.to_owned(), has_others: false })
    }

    fn first(address: &str) -> Result<Found, &'static str> {
        Ok(Found::Address { address: address.to_owned(), has_others: true })
    }

    #[test]
    fn what_wraps_an_address_is_removed() {
        for text in [
            "ada@example.com",
            " ada@example.com\n",
            "mailto:ada@example.com",
            "MAILTO:ada@example.com?subject=Job",
            "Ada Example <ada@example.com>",
            "\"Example, Ada\" <ada@example.com>",
            "<ada@example.com>",
            "ada@example.com.",
            "ada@example.com;",
            "(ada@example.com)",
            "[ada@example.com]",
            "'ada@example.com'",
            "“ada@example.com”",
            "Email: ada@example.com",
            "E-mail:ada@example.com",
            "\u{a0}ada@example.com\u{200b}",
            "\u{202a}ada@example.com\u{202c}",
            "\u{feff}ada@exa\u{ad}mple.com",
            "Ada &lt;ada@example.com&gt;",
            "<a href=\"mailto:ada@example.com\">ada@example.com</a>",
            "<mailto:ada@example.com>",
            "ada@example.com <ada@example.com>",
            "ada@example.com,",
            "*ada@example.com*",
        ] {
            assert_eq!(find(text), one("ada@example.com"), "{text}");
        }
        assert_eq!(find(" Ada@Example.COM\n"), one("Ada@Example.COM"));
        assert_eq!(find("ada@example.com <ADA@example.com>"), one("ada@example.com"));
        assert_eq!(find("o'neil+jobs@mail.example.co.uk"), one("o'neil+jobs@mail.example.co.uk"));
        assert_eq!(find("élodie@exämple.com"), one("élodie@exämple.com"));
        assert_eq!(find("a/b@example.com"), one("a/b@example.com"));
    }

    #[test]
    fn of_several_addresses_the_first_usable_one_is_taken() {
        for text in [
            "ada@example.com; alt@example.com",
            "ada@example.com, alt@example.com",
            "ada@example.com alt@example.com",
            "ada@example.com/alt@example.com",
            "ada@example.com\r\nBcc: all@example.com",
            "a..b@example.com, ada@example.com",
            "Ada <ada@example.com>, Alt <alt@example.com>",
        ] {
            assert_eq!(find(text), first("ada@example.com"), "{text}");
        }
    }

    #[test]
    fn placeholders_are_no_address() {
        for text in [
            "",
            " ",
            "N/A",
            "n.a.",
            "null",
            "-",
            "--",
            "—",
            "NONE",
            "undefined",
            "?",
            "Non renseigné",
            "false",
            "k.A. -",
            "\u{200b}",
        ] {
            let is_nothing = find(text) == Ok(Found::Nothing);
            assert_eq!(is_nothing, text != "k.A. -", "{text}");
        }
    }

    #[test]
    fn items_of_users_formats_pass_the_same_check() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(normal(&text("Ada <ADA@example.com>")), text("ada@example.com"));
        assert_eq!(
            (normal(&text("N/A")), normal(&text("a..b@example.com")), normal(&None)),
            (None, None, None)
        );
        assert_eq!((fault("email", &text("N/A")), fault("email", &text("ada@example.com"))), (None, None));
        assert_eq!(unused("email", &text("N/A")).map(|it| it.field).as_deref(), Some("email"));
        assert_eq!((unused("email", &text("ada@example.com")), unused("email", &None)), (None, None));
        let told = fault("data.email", &text("a@b@example.com")).unwrap().to_string();
        assert_eq!(told, "data.email: has to be an email address: it has more than one @");
    }

    #[test]
    fn what_is_no_address_is_told() {
        let long = format!("{}@example.com", "a".repeat(65));
        let longer = format!("{}@{}example.com", "a".repeat(64), "abcdefghi.".repeat(19));
        for text in [
            "a@b@example.com",
            "ada@localhost",
            "ada@example..com",
            "@example.com",
            "ada@",
            "ada..x@example.com",
            ".ada@example.com",
            "ada.@example.com",
            "ada@-example.com",
            "ada@example.c",
            "ada@127.0.0.1",
            "ada@1.23",
            "ada@exa_mple.com",
            "ada at example.com",
            "call me",
            "ada@example.com@",
            long.as_str(),
            longer.as_str(),
            "ada(at)example.com",
        ] {
            let found = find(text);
            assert!(found.is_err(), "{text}: {found:?}");
        }
    }
}
