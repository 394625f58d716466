//! Names of files that are safe on every system, and in every system that shows them.

/// The longest name, in bytes of UTF-8: file systems allow 255, and a number or an extension may be appended.
const LONGEST: usize = 200;

/// The longest extension that is kept when a name is cut, in bytes.
const LONGEST_EXTENSION: usize = 16;

/// The name of a file that is left without one.
const NAMELESS: &str = "document";

/// Names that Windows reserves for devices, with any extension
/// (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>).
const RESERVED: [&str; 30] = [
    "con", "prn", "aux", "nul", "conin$", "conout$", "com1", "com2", "com3", "com4", "com5", "com6", "com7",
    "com8", "com9", "com¹", "com²", "com³", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8",
    "lpt9", "lpt¹", "lpt²", "lpt³",
];

/// A file name that names nothing but a file: at most 200 bytes of UTF-8, without path separators and the other characters that
/// Windows forbids, control characters, characters that change the direction of text or are invisible, leading dots
/// and reserved names. The extension is kept. A name of nothing else becomes `document`.
///
/// Cleaning a clean name changes nothing.
///
/// ```
/// use hrflow_core::item::file_name;
///
/// assert_eq!(file_name("../../etc/passwd"), "_.._etc_passwd");
/// assert_eq!(file_name("cv\u{202e}fdp.exe"), "cvfdp.exe");
/// assert_eq!(file_name("Zoë, 履歴書.pdf"), "Zoë, 履歴書.pdf");
/// ```
pub fn file_name(name: &str) -> String {
    let visible = name.chars().filter(|c| !is_invisible(*c));
    let name: String = visible.map(|c| if is_forbidden(c) { '_' } else { c }).collect();
    let (stem, extension) = split(name.trim_start().trim_end_matches(is_edge));
    let stem = stem.trim_start_matches(is_edge).trim_end();
    let stem = if stem.is_empty() { NAMELESS } else { stem };
    let device = stem.split('.').next().unwrap_or(stem).trim_end().to_lowercase();
    let prefix = if RESERVED.contains(&device.as_str()) { "_" } else { "" };
    let room = LONGEST - prefix.len() - extension.len();
    format!("{prefix}{}{extension}", shortened(stem, room))
}

/// A [`file_name`] with a number before its extension, as in `letter (2).pdf`.
pub(crate) fn numbered(name: &str, number: usize) -> String {
    let (stem, extension) = split(name);
    let end = format!(" ({number}){extension}");
    format!("{}{end}", shortened(stem, LONGEST.saturating_sub(end.len())))
}

/// The name without and with its extension, which begins with the dot. What is too long for an extension is none.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at + 1 < name.len() && name.len() - at <= LONGEST_EXTENSION => name.split_at(at),
        _ => (name, ""),
    }
}

/// At most `most` bytes, whole characters.
fn shortened(stem: &str, most: usize) -> &str {
    if stem.len() <= most {
        return stem;
    }
    let end = (0..=most).rev().find(|end| stem.is_char_boundary(*end)).unwrap_or_default();
    stem[..end].trim_end_matches(is_edge)
}

/// What a name does not begin or end with: Windows drops both at the end.
fn is_edge(c: char) -> bool {
    c == '.' || c.is_whitespace()
}

/// Path separators and what Windows forbids, and everything that ends a line or controls a terminal.
fn is_forbidden(c: char) -> bool {
    matches!(c, '/' | '\\' | '?' | ':' | '*' | '"' | '<' | '>' | '|' | '\u{2028}' | '\u{2029}')
        || c.is_control()
}

/// Marks of direction, invisible characters and variation selectors of tags. Joiners stay: Persian and Indic names have
/// them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_names_nothing_but_a_file() {
        for (name, expected) in [
            ("cv.pdf", "cv.pdf"),
            ("CV de Zoë Müller (2).PDF", "CV de Zoë Müller (2).PDF"),
            ("a/b\\c?d:e*f\"g<h>i|j\n.pdf ", "a_b_c_d_e_f_g_h_i_j_.pdf"),
            ("..\\..\\windows\\system.ini", "_.._windows_system.ini"),
            ("C:\\cv.pdf", "C__cv.pdf"),
            (".htaccess", "document.htaccess"),
            ("...pdf", "document.pdf"),
            (".pdf", "document.pdf"),
            (" .pdf", "document.pdf"),
            ("", "document"),
            (" \u{200b}\u{202e} ", "document"),
            ("..", "document"),
            ("/", "_"),
            ("cv\u{202e}fdp.exe", "cvfdp.exe"),
            ("\u{feff}cv\u{2066}.pdf\u{2069}", "cv.pdf"),
            ("cv\0.pdf", "cv_.pdf"),
            ("cv\u{1b}[31m.pdf", "cv_[31m.pdf"),
            ("cv.pdf...", "cv.pdf"),
            ("CON", "_CON"),
            ("nul.pdf", "_nul.pdf"),
            ("Com1.x.pdf", "_Com1.x.pdf"),
            ("con .pdf", "_con.pdf"),
            ("console.pdf", "console.pdf"),
            ("می\u{200c}خواهم.pdf", "می\u{200c}خواهم.pdf"),
        ] {
            assert_eq!(file_name(name), expected, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let name = file_name(&format!("{}.docx", "é".repeat(500)));
        assert!(name.len() <= LONGEST && name.ends_with("é.docx"), "{name}");
        let number = numbered(&name, 12);
        assert!(number.len() <= LONGEST && number.ends_with("é (12).docx"), "{number}");
        assert_eq!(file_name(&format!("a.{}", "b".repeat(500))).len(), LONGEST);
    }

    proptest! {
        #[test]
        fn a_clean_name_stays_as_is(name in any::<String>(), dots in "[./\\\\ a\u{202e}]{0,12}", number in 2_usize..99) {
            for name in [file_name(&name), file_name(&dots), numbered(&file_name(&dots), number)] {
                prop_assert_eq!(file_name(&name), name.clone());
                prop_assert!(name.len() <= LONGEST && !name.is_empty() && !name.starts_with('.'));
                prop_assert!(!name.contains(|c| is_forbidden(c) || is_invisible(c)));
            }
        }
    }
}
