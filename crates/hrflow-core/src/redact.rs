//! Removal of secrets from text of other systems, in all common encodings.

mod reading;

use std::{fmt, ops::Range, sync::OnceLock};

use aho_corasick::AhoCorasick;
use base64::{Engine as _, prelude::BASE64_STANDARD};

use self::reading::Reading;
use crate::secret::{REDACTED, Secret};

/// The shortest secret that is redacted, in bytes. Shorter ones would match parts of ordinary words.
const SHORTEST: usize = 4;

/// The shortest Base64 form that is redacted, in letters. A shorter one could match any text.
const SHORTEST_BASE64: usize = 6;

/// The number of escape layers that are decoded: JSON within JSON within a URL.
const LAYERS: usize = 3;

/// The largest number of bytes for one byte of a secret: `%255Cu002F` within JSON.
const WIDEST: usize = 16;

/// Removes known secrets, and the signatures of links, from text of other systems, such as a vendor's error message.
///
/// HrFlow.ai, for example, repeats a rejected key in its error message. A secret is found unchanged, in another case,
/// and with escapes of JSON, URLs or HTML in any combination of up to 3 layers. It is also found in Base64, alone or
/// within a longer text, as in `Authorization: Basic`. In links, the values of parameters that grant access are
/// removed, such as `X-Amz-Signature`, `sig` and `token`. The time is proportional to the length of the text.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<Secret>,
    /// Created on first use, because most redactors never process a text.
    spellings: OnceLock<Option<Spellings>>,
}

impl Redactor {
    /// Creates a redactor without secrets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret. Secrets of fewer than 4 bytes are ignored, because they would match parts of ordinary words.
    pub fn add(&mut self, secret: &Secret) {
        if secret.expose().len() >= SHORTEST {
            self.secrets.push(secret.clone());
            self.spellings = OnceLock::new();
        }
    }

    /// Returns the text with every secret replaced by [`REDACTED`].
    pub fn redact(&self, text: &str) -> String {
        self.redact_start(text, text.len())
    }

    /// Redacts the first `bytes` of a text and ignores the rest. A character that the end would cut is omitted. A
    /// secret that the end would cut is redacted completely.
    pub fn redact_start(&self, text: &str, bytes: usize) -> String {
        let longest = self.secrets.iter().map(|secret| secret.expose().len()).max().unwrap_or_default();
        let seen = boundary(text, bytes.saturating_add(longest * WIDEST + 1024));
        let end = boundary(text, bytes.min(seen));
        let mut redacted = String::with_capacity(end);
        let mut at = 0;
        for range in self.find(&text[..seen]) {
            if range.start >= end {
                break;
            }
            redacted.push_str(&text[at..range.start]);
            redacted.push_str(REDACTED);
            at = range.end;
        }
        redacted.push_str(text.get(at..end).unwrap_or_default());
        redacted
    }

    /// Returns the positions of the secrets, in order and without overlaps.
    fn find(&self, text: &str) -> Vec<Range<usize>> {
        let spellings = self.spellings.get_or_init(|| Spellings::of(&self.secrets));
        let mut found: Vec<(u32, u32)> = Vec::new();
        let mut reading = Some(Reading::plain(text));
        for _ in 0..=LAYERS {
            let Some(current) = reading else { break };
            spellings.iter().for_each(|spellings| spellings.find(&current, &mut found));
            find_signatures(&current, &mut found);
            reading = current.deeper();
        }
        found.sort_unstable();
        let mut merged: Vec<Range<usize>> = Vec::new();
        for (start, end) in found {
            let (start, end) = (start as usize, end as usize);
            match merged.last_mut() {
                Some(last) if start < last.end => last.end = last.end.max(end),
                _ => merged.push(start..end),
            }
        }
        merged
    }
}

/// Returns the character boundary at or before `at`.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.secrets.len())
    }
}

/// All spellings of all secrets, without differences in escapes.
#[derive(Clone)]
struct Spellings {
    searcher: AhoCorasick,
    /// Whether each spelling is Base64.
    is_base64: Vec<bool>,
}

impl Spellings {
    /// Returns the spellings, or `None` without secrets.
    fn of(secrets: &[Secret]) -> Option<Self> {
        let mut spellings: Vec<(String, bool)> = Vec::new();
        for secret in secrets {
            // A secret that looks like an escape is decoded like the text around it.
            let mut reading = Some(Reading::plain(secret.expose()));
            for _ in 0..=LAYERS {
                let Some(current) = reading else { break };
                reading = current.deeper();
                if current.text.len() >= SHORTEST {
                    spellings.push((current.text, false));
                }
            }
            let coded = in_base64(secret.expose().as_bytes());
            spellings.extend(coded.into_iter().map(|coded| (coded, true)));
        }
        if spellings.is_empty() {
            return None;
        }
        let searcher = AhoCorasick::new(spellings.iter().map(|spelling| &spelling.0));
        Some(Self {
            // It fails only for more than 4 GB of secrets.
            searcher: searcher.ok()?,
            is_base64: spellings.iter().map(|spelling| spelling.1).collect(),
        })
    }

    fn find(&self, reading: &Reading, found: &mut Vec<(u32, u32)>) {
        let mut coded_until = 0;
        for hit in self.searcher.find_overlapping_iter(&reading.text) {
            let (mut start, mut end) = (hit.start(), hit.end());
            if self.is_base64[hit.pattern().as_usize()] {
                if end <= coded_until {
                    continue;
                }
                // Adjacent Base64 letters contain bits of the secret.
                let text = reading.text.as_bytes();
                start -= text[..start].iter().rev().take_while(|byte| is_base64(**byte)).count();
                end += text[end..].iter().take_while(|byte| is_base64(**byte)).count();
                coded_until = end;
            }
            note(found, reading.source(start, end));
        }
    }
}

/// Adds a range. Overlapping ranges, such as those of repetitive secrets, are merged.
fn note(found: &mut Vec<(u32, u32)>, (start, end): (u32, u32)) {
    match found.last_mut() {
        Some(last) if start < last.1 && last.0 < end => *last = (last.0.min(start), last.1.max(end)),
        _ => found.push((start, end)),
    }
}

/// Returns the parts that Base64 of any text with `secret` contains, in lower case and in both alphabets. A letter has
/// 6 bits. Depending on the text before it, the secret begins at one of 3 positions within 4 letters.
fn in_base64(secret: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    for before in 0..3 {
        let mut padded = vec![0; before];
        padded.extend_from_slice(secret);
        let whole = padded.len() / 3 * 3;
        let coded = BASE64_STANDARD.encode(&padded[..whole]);
        // The letters with bits of the text before the secret are removed.
        let own = coded.get([0, 2, 3][before]..).unwrap_or_default().to_ascii_lowercase();
        if own.len() >= SHORTEST_BASE64 {
            let for_urls = own.replace('+', "-").replace('/', "_");
            // In decoded text, `+` is a space.
            let in_form = own.replace('+', " ");
            all.extend([in_form, for_urls].into_iter().filter(|it| *it != own).collect::<Vec<_>>());
            all.push(own);
        }
    }
    all
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

/// Finds the values of parameters that grant access through a link, such as `?X-Amz-Signature=…`.
fn find_signatures(reading: &Reading, found: &mut Vec<(u32, u32)>) {
    let text = reading.text.as_str();
    let mut at = 0;
    while let Some(begin) = text[at..].find(['?', '&']).map(|begin| at + begin + 1) {
        at = begin;
        let name_end = begin + text[begin..].find(|c: char| !is_name(c)).unwrap_or(text.len() - begin);
        if !text[name_end..].starts_with('=') || !lets_in(&text[begin..name_end]) {
            continue;
        }
        let value = name_end + 1;
        let end = value + text[value..].find(ends_value).unwrap_or(text.len() - value);
        if end > value {
            note(found, reading.source(value, end));
        }
        at = end;
    }
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.')
}

fn ends_value(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '&' | '#' | '"' | '\'' | '<' | '>' | '\\' | '`')
}

/// Whether a parameter of this name, in lower case, is a credential.
fn lets_in(name: &str) -> bool {
    const PARTS: [&str; 6] = ["signature", "token", "credential", "secret", "password", "apikey"];
    const NAMES: [&str; 7] = ["sig", "api_key", "api-key", "hmac", "jwt", "policy", "auth"];
    PARTS.iter().any(|part| name.contains(part)) || NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor(secrets: &[&str]) -> Redactor {
        let mut redactor = Redactor::new();
        secrets.iter().for_each(|secret| redactor.add(&Secret::new(*secret)));
        redactor
    }

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        const SECRET: &str = "Hush/\"pass\" wörd+&<9>";
        let spellings = [
            SECRET,
            // another case
            "hush/\"pass\" wörd+&<9>",
            "HUSH/\"PASS\" WÖRD+&<9>",
            // JSON
            r#"Hush\/\"pass\" wörd+&<9>"#,
            r#"Hush/\"pass\" w\u00f6rd+\u0026\u003c9\u003E"#,
            r#"\u0048\u0075sh\u002F\u0022pa\u0073s\" w\u00F6rd\u002b&<9>"#,
            // JSON within JSON
            r#"Hush\\\/\\\"pass\\\" w\\u00f6rd+&<9>"#,
            // URLs
            "Hush%2F%22pass%22%20w%C3%B6rd%2B%26%3C9%3E",
            "hush%2f%22pass%22+w%c3%b6rd%2b%26%3c9%3e",
            "Hush/%22pass%22+w%F6rd%2B&%3C9%3E",
            // a URL in a URL
            "Hush%252F%2522pass%2522%2520w%25C3%25B6rd%252B%2526%253C9%253E",
            // HTML
            "Hush/&quot;pass&quot; wörd+&amp;&lt;9&gt;",
            "Hush&#47;&#34;pass&#x22; w&#xF6;rd&#43;&#038;&lt;9&GT;",
            // mixed
            r"Hush%2F\u0022pass&quot; w\u00f6rd%2B&amp;&lt;9%3E",
        ];
        let redactor = redactor(&[SECRET]);
        for spelling in spellings {
            assert_eq!(redactor.redact(&format!("é {spelling} é")), "é [redacted] é", "{spelling}");
            assert_eq!(
                redactor.redact(&format!("{spelling}{spelling}")),
                "[redacted][redacted]",
                "{spelling}"
            );
        }
    }

    #[test]
    fn a_secret_is_found_in_base64() {
        const SECRET: &str = "hush>>word??1234";
        let redactor = redactor(&[SECRET]);
        for user in ["", "a", "ab", "abc", "ann@example.com"] {
            let coded = BASE64_STANDARD.encode(format!("{user}:{SECRET}"));
            let for_urls = coded.replace('+', "-").replace('/', "_");
            let in_url = coded.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
            for coded in [coded.clone(), for_urls, in_url, coded.replace('/', r"\/"), coded.to_lowercase()] {
                assert_eq!(redactor.redact(&format!("Basic {coded}, no")), "Basic [redacted], no", "{coded}");
            }
        }
        assert_eq!(redactor.redact("Basic dXNlcjphbm90aGVyIG9uZQ=="), "Basic dXNlcjphbm90aGVyIG9uZQ==");
    }

    #[test]
    fn a_secret_that_looks_like_an_escape_is_found() {
        for secret in [r"ab%41\u0042cd", r"key\nwith\tbackslashes", "a+b&amp;c%", r"nabc-0123"] {
            let redactor = redactor(&[secret]);
            let json = serde_json::to_string(secret).unwrap();
            let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            for text in [secret, &json[1..json.len() - 1], &form, &format!(r"\{secret}")] {
                assert!(redactor.redact(text).trim_start_matches('\\') == REDACTED, "{text}");
            }
        }
    }

    #[test]
    fn secrets_that_overlap_leave_nothing_behind() {
        let redactor = redactor(&["key1", "key1-and-more", "more-of-it"]);
        assert_eq!(redactor.redact("no: key1-and-more, key1"), "no: [redacted], [redacted]");
        assert_eq!(redactor.redact("key1-and-more-of-it"), "[redacted]");
    }

    #[test]
    fn ordinary_text_and_short_secrets_are_left_alone() {
        let text =
            r#"{"a": "100 % of R\u00e9my & Söhne + more", "next": "https://h.example/c?page=2&per=5"} 🙂"#;
        assert_eq!(redactor(&["abc", "another-secret"]).redact(text), text);
        assert_eq!(Redactor::new().redact(text), text);
    }

    #[test]
    fn links_lose_what_lets_their_bearer_in() {
        for (link, redacted) in [
            (
                "https://s3.example.com/cv.pdf?X-Amz-Date=1&X-Amz-Signature=0a1b2c&X-Amz-Expires=30",
                "https://s3.example.com/cv.pdf?X-Amz-Date=1&X-Amz-Signature=[redacted]&X-Amz-Expires=30",
            ),
            (
                r#""https:\/\/h.example\/?Signature=a%2Bb\u0026b=1""#,
                r#""https:\/\/h.example\/?Signature=[redacted]\u0026b=1""#,
            ),
            (
                "<a href='https://h.example/?a=1&amp;sig=x%3D'>",
                "<a href='https://h.example/?a=1&amp;sig=[redacted]'>",
            ),
            ("https://h.example/?token=abc#top", "https://h.example/?token=[redacted]#top"),
            (
                "?url=https%3A%2F%2Fh.example%2F%3Ftoken%3Dabc%26a%3D1",
                "?url=https%3A%2F%2Fh.example%2F%3Ftoken%3D[redacted]%26a%3D1",
            ),
            ("?access_token=&token=a b", "?access_token=&token=[redacted] b"),
        ] {
            assert_eq!(Redactor::new().redact(link), redacted);
        }
    }

    #[test]
    fn the_start_of_a_text_ends_with_no_part_of_a_secret() {
        let redactor = redactor(&["hush-hush"]);
        let text = format!("{}{}tail", "é".repeat(50), r"\u0068ush-hush".repeat(30));
        for bytes in 0..text.len() {
            let start = redactor.redact_start(&text, bytes);
            assert!(!start.contains("ush") && !start.contains("006"), "{bytes}: {start}");
        }
        assert!(redactor.redact_start(&text, usize::MAX).ends_with("[redacted]tail"));
    }

    /// Returns the CPU time of this thread, which other programs do not affect.
    #[cfg(unix)]
    fn worked() -> std::time::Duration {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        std::time::Duration::try_from(time).unwrap_or_default()
    }

    #[cfg(unix)]
    #[test]
    fn the_time_grows_with_the_length_of_the_text_only() {
        let secrets: Vec<String> = (0..50).map(|number| format!("{}{number}", "ab".repeat(40))).collect();
        let redactor = redactor(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
        let time = |text: String| {
            let started = worked();
            redactor.redact(&text);
            worked() - started
        };
        time("ab".to_owned());
        for piece in ["ab", "%25", r"\\", "&amp;", "?token=", "&", "YWJhYmFiYWJhYg", "é"] {
            let [short, long] = [8_000, 160_000].map(|bytes| time(piece.repeat(bytes / piece.len())));
            // Quadratic time would be 400 times as long.
            assert!(long < short * 100, "{piece}: {short:?}, {long:?}");
        }
    }
}
