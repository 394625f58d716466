//! Documents of a profile.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Filled,
    lenient::{self, Record},
};

/// A document of a profile.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
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
    /// file by it. `file` if there is no name at all.
    pub fn name(&self) -> String {
        let name =
            [&self.original_file_name, &self.file_name, &self.r#type].into_iter().find_map(Filled::filled);
        let name = name.unwrap_or("file");
        let extension =
            self.extension.filled().map(|extension| extension.trim_start_matches('.')).unwrap_or_default();
        let has_it = name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case(extension));
        if extension.is_empty() || has_it { name.to_owned() } else { format!("{name}.{extension}") }
    }

    pub(crate) fn is_of_type(&self, wanted: &str) -> bool {
        self.r#type.filled().is_some_and(|it| it.eq_ignore_ascii_case(wanted))
    }
}

impl Record for Attachment {}

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
        ] {
            let attachment: Attachment = serde_json::from_value(json).unwrap();
            assert_eq!(attachment.name(), name);
        }
    }
}
