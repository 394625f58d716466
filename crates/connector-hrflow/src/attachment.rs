//! Documents of a profile.

use hrflow_core::{Identity, text::is_zero_width};
use percent_encoding::percent_decode_str;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::{
    Filled,
    lenient::{self, Record},
    line,
};

/// A document of a profile.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Attachment {
    /// `original`, `resume`, `cover` or `other`.
    #[serde(deserialize_with = "lenient::text")]
    pub r#type: Option<String>,
    /// A hash of the file.
    #[serde(deserialize_with = "lenient::text")]
    pub alt: Option<String>,
    /// Its size in bytes.
    #[serde(deserialize_with = "lenient::size")]
    pub file_size: Option<u64>,
    /// Its name without extension: `resume`.
    #[serde(deserialize_with = "lenient::text")]
    pub file_name: Option<String>,
    /// The name that it was uploaded with, with or without extension.
    #[serde(deserialize_with = "lenient::text")]
    pub original_file_name: Option<String>,
    /// Its extension with the dot: `.pdf`.
    #[serde(deserialize_with = "lenient::text")]
    pub extension: Option<String>,
    /// Where it can be downloaded. It may have been deleted since.
    #[serde(deserialize_with = "lenient::text")]
    pub public_url: Option<String>,
    /// When it changed last.
    #[serde(deserialize_with = "lenient::date_text")]
    pub updated_at: Option<String>,
    /// When it was made.
    #[serde(deserialize_with = "lenient::date_text")]
    pub created_at: Option<String>,
    /// Members that we do not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Attachment {
    /// The best name that is known, with the extension appended where it is missing: targets judge a
    /// file by it. What the members do not tell may stand in the URL. `file` if there is no name at all. It is one line
    /// without characters that turn the direction of text, and without leading dots and slashes.
    pub fn name(&self) -> String {
        visible(&self.found_name()).unwrap_or_else(|| "file".to_owned())
    }

    fn found_name(&self) -> String {
        let in_url = self.name_in_url();
        let name = self.original_file_name.filled().or_else(|| self.file_name.filled());
        let name = name.or(in_url.as_deref()).or_else(|| self.r#type.filled()).unwrap_or("file");
        let told = self.extension.filled().map(|extension| extension.trim_start_matches('.'));
        let extension = told.filter(|extension| !extension.is_empty()).or_else(|| match extension_of(name) {
            None => in_url.as_deref().and_then(extension_of),
            Some(_) => None,
        });
        let has = |extension: &str| {
            name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case(extension))
        };
        match extension.filter(|extension| !has(extension)) {
            Some(extension) => format!("{name}.{extension}"),
            None => name.to_owned(),
        }
    }

    /// The [name](Self::name) with a part before its extension that changes with the file, as in `resume-19ff4028.pdf`:
    /// for targets at which documents are told apart by their names. HrFlow.ai calls most résumés `resume`. The part
    /// is the beginning of the file's hash, else its size, else the beginning of a hash of where it is. The query of a URL is
    /// often a signature, which changes by itself, and does not count.
    pub fn name_of_version(&self) -> String {
        let name = self.name();
        let hash =
            self.alt.filled().map(|alt| alt.chars().filter(char::is_ascii_alphanumeric).take(8).collect());
        let hash = hash.filter(|hash: &String| !hash.is_empty());
        let size = || self.file_size.map(|size| size.to_string());
        let version = hash.or_else(size).or_else(|| self.place()).unwrap_or_default().to_lowercase();
        if version.is_empty() || name.to_lowercase().contains(&version) {
            return name;
        }
        match extension_of(&name).and_then(|extension| name.strip_suffix(extension)?.strip_suffix('.')) {
            Some(stem) if !stem.is_empty() => format!("{stem}-{version}{}", &name[stem.len()..]),
            _ => format!("{name}-{version}"),
        }
    }

    /// The beginning of a hash of its URL without query and fragment.
    fn place(&self) -> Option<String> {
        let url = self.public_url.filled()?;
        let url = url.split(['?', '#']).next().unwrap_or_default();
        Some(Identity::members(&[url]).as_str().chars().take(8).collect())
    }

    /// Whether it is of a type such as `resume`; case does not count.
    pub fn is_of_type(&self, wanted: &str) -> bool {
        self.r#type.filled().is_some_and(|it| it.eq_ignore_ascii_case(wanted))
    }

    /// The last part of the URL's path. Its query is often a signature, and never a name.
    fn name_in_url(&self) -> Option<String> {
        let url = Url::parse(self.public_url.filled()?).ok()?;
        let last = url.path_segments()?.next_back()?;
        let name = percent_decode_str(last).decode_utf8().ok()?;
        name.filled().map(str::to_owned)
    }
}

impl Record for Attachment {}

/// A file name as it looks: one line, in which nothing is hidden.
fn visible(name: &str) -> Option<String> {
    let name = name.replace(is_zero_width, "");
    let name = line(&name)?;
    let shown = name.trim_start_matches(['.', ' ', '/', '\\']).filled()?;
    // Of `.pdf` the extension is all there is.
    let is_extension = name.starts_with('.') && extension_of(&format!(".{shown}")) == Some(shown);
    Some(if is_extension { format!("file.{shown}") } else { shown.to_owned() })
}

/// What looks like the extension of a file: a few letters and digits after a dot.
fn extension_of(name: &str) -> Option<&str> {
    let (_, extension) = name.rsplit_once('.')?;
    let short = (1..=5).contains(&extension.len()) && extension.bytes().all(|it| it.is_ascii_alphanumeric());
    short.then_some(extension)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_name_has_its_extension_once() {
        for (json, name) in [
            (json!({ "original_file_name": "resume", "extension": ".pdf" }), "resume.pdf"),
            (json!({ "original_file_name": "CV.PDF", "extension": ".pdf" }), "CV.PDF"),
            (json!({ "original_file_name": "Dr. Who", "extension": "docx" }), "Dr. Who.docx"),
            (json!({ "original_file_name": "", "file_name": "cover" }), "cover"),
            (json!({ "type": "resume", "extension": ".pdf" }), "resume.pdf"),
            (json!({}), "file"),
            (
                json!({ "public_url": "https://f.example.com/a/CV%20de%20Zo%C3%AB.pdf?sig=x.y" }),
                "CV de Zoë.pdf",
            ),
            (
                json!({ "file_name": "resume", "public_url": "https://f.example.com/1.PDF?sig=a/b.exe" }),
                "resume.PDF",
            ),
            (json!({ "file_name": "a.doc", "public_url": "https://f.example.com/1.pdf" }), "a.doc"),
            (json!({ "file_name": "Dr. Who", "public_url": "https://f.example.com/1.pdf" }), "Dr. Who.pdf"),
            (json!({ "type": "resume", "extension": ".", "public_url": "https://f.example.com/" }), "resume"),
            (json!({ "type": "cover", "public_url": "no URL" }), "cover"),
            (json!({ "file_name": "x", "public_url": "data:text/plain,x.pdf" }), "x"),
            (json!({ "public_url": "https://f.example.com/%FF%FE" }), "file"),
            (json!({ "original_file_name": "cv\u{202e}fdp.exe", "extension": ".exe" }), "cvfdp.exe"),
            (json!({ "original_file_name": "..\u{200b}.profile", "extension": "pdf" }), "profile.pdf"),
            (json!({ "original_file_name": "../../etc/passwd" }), "etc/passwd"),
            (json!({ "public_url": "https://f.example.com/%00.pdf" }), "file.pdf"),
            (json!({ "original_file_name": "e\u{301}t\u{0}\n\u{e9}.pdf" }), "ét é.pdf"),
        ] {
            let attachment: Attachment = serde_json::from_value(json).unwrap();
            assert_eq!(attachment.name(), name);
        }
    }

    #[test]
    fn documents_without_a_web_address_are_told() {
        let profile: crate::Profile = serde_json::from_value(json!({ "attachments": [
            { "type": "resume", "public_url": "https://f.example.com/1.pdf" }, { "type": "cover" }, {}, { "public_url": "1.pdf" },
        ] }))
        .unwrap();
        let mut warnings = hrflow_core::Warnings::default();
        assert_eq!(profile.documents(&mut warnings).len(), 1);
        let told: Vec<String> = warnings.into_vec().into_iter().map(|it| it.field).collect();
        assert_eq!(told, ["attachments[1].public_url", "attachments[3].public_url"]);
    }

    #[test]
    fn the_name_of_a_version_changes_with_the_file() {
        for (json, name) in [
            (
                json!({ "file_name": "resume", "extension": ".pdf", "alt": "19FF402815ca" }),
                "resume-19ff4028.pdf",
            ),
            (json!({ "file_name": "resume", "extension": ".pdf", "file_size": 91377 }), "resume-91377.pdf"),
            (
                json!({ "file_name": "resume", "extension": ".pdf", "alt": " - ", "file_size": null }),
                "resume.pdf",
            ),
            (json!({ "file_name": "a 19ff4028.pdf", "alt": "19ff4028ab" }), "a 19ff4028.pdf"),
            (json!({ "file_name": "Dr. Who", "alt": "é1234" }), "Dr. Who-1234"),
            (json!({ "file_name": ".pdf", "alt": "1234" }), "file-1234.pdf"),
            (json!({ "alt": "1234" }), "file-1234"),
        ] {
            let attachment: Attachment = serde_json::from_value(json).unwrap();
            assert_eq!(attachment.name_of_version(), name);
        }
    }

    /// Another file is at another place; a link that was signed anew leads to the same.
    #[test]
    fn without_a_hash_and_a_size_the_place_tells_versions_apart() {
        let name = |url: &str| {
            let json = json!({ "file_name": "resume", "extension": ".pdf", "alt": " - ", "public_url": url });
            serde_json::from_value::<Attachment>(json).unwrap().name_of_version()
        };
        let first = name("https://f.example.com/1/resume.pdf?signature=a");
        assert!(first.starts_with("resume-") && first.ends_with(".pdf") && first.len() == 19, "{first}");
        assert_eq!(name("https://f.example.com/1/resume.pdf?signature=b#c"), first);
        assert_ne!(name("https://f.example.com/2/resume.pdf?signature=a"), first);
    }
}
