//! What a character set can hold.

use encoding_rs::Encoding;

/// The characters that a column can hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Charset {
    /// All.
    Unicode,
    /// Those of the basic plane: no emoji, no rare Chinese character.
    BasicPlane,
    /// Those of a code page.
    CodePage(&'static Encoding),
    /// Letters without accents, digits and signs: what is the same in every code page.
    Ascii,
    /// What it can hold is for the server to say, which refuses the rest.
    Unknown,
}

impl Charset {
    /// MySQL's character sets, by name.
    pub(crate) fn of_mysql(name: Option<&str>) -> Self {
        let label = match name.unwrap_or("binary") {
            "utf8mb4" | "utf16" | "utf16le" | "utf32" => return Self::Unicode,
            "utf8" | "utf8mb3" | "ucs2" => return Self::BasicPlane,
            "ascii" => return Self::Ascii,
            // What is called latin1 there is Windows' code page.
            "latin1" | "cp1252" => "windows-1252",
            "latin2" => "iso-8859-2",
            "latin5" => "windows-1254",
            "latin7" => "iso-8859-13",
            "greek" => "iso-8859-7",
            "hebrew" => "iso-8859-8",
            "cp1250" => "windows-1250",
            "cp1251" => "windows-1251",
            "cp1256" => "windows-1256",
            "cp1257" => "windows-1257",
            "cp866" => "ibm866",
            "koi8r" => "koi8-r",
            "koi8u" => "koi8-u",
            _ => return Self::Unknown,
        };
        Encoding::for_label(label.as_bytes()).map_or(Self::Unknown, Self::CodePage)
    }

    /// SQL Server's: columns of type `n…` hold everything, others what their code page has. What it has not, the server
    /// would store as a question mark.
    pub(crate) fn of_mssql(data_type: &str, code_page: Option<&str>) -> Self {
        if data_type.starts_with('n') {
            return Self::Unicode;
        }
        let label = match code_page.and_then(|page| page.parse::<u32>().ok()) {
            Some(65001) => return Self::Unicode,
            Some(page @ 1250..=1258) => format!("windows-{page}"),
            Some(874) => "windows-874".to_owned(),
            Some(932) => "shift_jis".to_owned(),
            Some(936) => "gbk".to_owned(),
            Some(949) => "euc-kr".to_owned(),
            Some(950) => "big5".to_owned(),
            _ => return Self::Ascii,
        };
        Encoding::for_label(label.as_bytes()).map_or(Self::Ascii, Self::CodePage)
    }

    /// The first character that it cannot hold.
    pub(crate) fn misses(&self, text: &str) -> Option<char> {
        let holds = |it: &char| match self {
            Self::Unicode | Self::Unknown => true,
            Self::BasicPlane => u32::from(*it) <= 0xFFFF,
            Self::Ascii => it.is_ascii(),
            Self::CodePage(encoding) => {
                let mut buffer = [0; 4];
                it.is_ascii() || !encoding.encode(it.encode_utf8(&mut buffer)).2
            }
        };
        text.chars().find(|it| !holds(it))
    }

    /// How many bytes a text takes, where its column is that narrow.
    pub(crate) fn bytes(&self, text: &str) -> usize {
        match self {
            Self::CodePage(encoding) => encoding.encode(text).0.len(),
            _ => text.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_become_a_question_mark_is_found() {
        let latin = Charset::of_mysql(Some("latin1"));
        assert_eq!(latin.misses("Élodie – 5 €"), None);
        assert_eq!(latin.misses("Zoë Dvořák"), Some('ř'));
        assert_eq!(Charset::of_mssql("varchar", Some("1252")), latin);
        assert_eq!(Charset::of_mysql(Some("utf8mb3")).misses("日本 😀"), Some('😀'));
        assert_eq!(Charset::of_mysql(Some("utf8mb4")).misses("日本 😀"), None);
        assert_eq!(Charset::of_mssql("nvarchar", None).misses("日本 😀"), None);
        assert_eq!(Charset::of_mssql("varchar", Some("65001")).misses("日本 😀"), None);
        assert_eq!(Charset::of_mssql("varchar", Some("1250")).misses("Dvořák"), None);
        assert_eq!(Charset::of_mssql("varchar", Some("850")).misses("é"), Some('é'));
        assert_eq!(Charset::of_mysql(Some("swe7")), Charset::Unknown);
    }
}
