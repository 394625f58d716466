//! Items: the common properties of profiles and jobs in all warehouses.

use std::{collections::HashSet, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub use crate::file_name::file_name;
use crate::{
    error::{Error, ErrorKind, Result},
    file_name::numbered,
    parameters::Fault,
    warning::Warning,
};

/// The type of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataType {
    /// A candidate.
    Profile,
    /// A job offer.
    Job,
}

/// An item in the format of a warehouse.
pub trait Item: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Item for T {}

/// An item in the format of a target. Its documents and warnings are stored under the reserved keys `attachments` and
/// `warnings`. They are never part of the request's body. Programs use the schema to show or build items.
pub trait TargetItem: Item + JsonSchema {
    /// JSON pointers of the fields that change by themselves, such as signed URLs. They are ignored when an item is
    /// compared with an earlier one.
    const VOLATILE: &'static [&'static str] = &[];

    /// Returns the documents of the item.
    fn attachments(&self) -> &[Attachment];

    /// Returns the values that the format dropped, cut or replaced, under the reserved key `warnings`. The engine adds
    /// them to the receipt; a writer must not. They are ignored when an item is compared with an earlier one.
    fn warnings(&self) -> &[Warning] {
        &[]
    }

    /// Returns whether the item has nothing that identifies a candidate: no name, email, phone number or document. Such
    /// an item counts as `format_failure` and is never written.
    fn is_anonymous(&self) -> bool {
        false
    }

    /// Returns the known limits of the target that the item exceeds. Paths are relative to the item, such as
    /// `data.attributes.pitch`. Results of a default format exceed none. The check is for users' mappings and runs
    /// before anything is sent. Errors do not contain the value.
    fn violations(&self) -> Vec<Fault> {
        Vec::new()
    }
}

/// What a document is to its candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AttachmentKind {
    /// The résumé.
    Resume,
    /// The cover letter.
    Cover,
    /// Any other document.
    Other,
}

/// A document of an item, known by its URL.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// Its file name, with extension.
    pub name: String,
    /// Where it can be fetched. Often signed: a secret for as long as it is valid.
    pub url: String,
    /// Its size in bytes, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

impl Attachment {
    /// Returns the identity of the document: name and size. URLs are excluded because they change by themselves.
    pub fn identity(&self) -> String {
        match self.size {
            Some(size) => format!("{} ({size} bytes)", self.name),
            None => self.name.clone(),
        }
    }
}

/// Returns the documents, each with a unique [`file_name`]. A repeated name gets a number before its extension, as in
/// `letter (2).pdf`. Steps and uploads are distinguished by it. Case is ignored, because vendors ignore it.
pub fn under_own_names<'a>(
    documents: impl IntoIterator<Item = &'a Attachment>,
) -> Vec<(String, &'a Attachment)> {
    let mut taken = HashSet::new();
    let named = documents.into_iter().map(|document| {
        let clean = file_name(&document.name);
        let mut name = clean.clone();
        let mut number = 1;
        while !taken.insert(name.to_lowercase()) {
            number += 1;
            name = numbered(&clean, number);
        }
        (name, document)
    });
    named.collect()
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment")
            .field("kind", &self.kind)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// The key of an item in its origin: `source_key/key`, else `source_key/reference`, else a hash of its content. It can
/// contain an email, so that `Debug` shows only a digest.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemKey(String);

impl ItemKey {
    /// The number of digits of [`short`](Self::short).
    pub(crate) const SHORT: usize = 12;

    /// Creates a key from the origin's text.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// Creates the key of an item without a key or reference, from its content.
    pub fn of_content<I: Serialize>(item: &I) -> Self {
        match serde_json::to_value(item) {
            Ok(value) => Self(format!("content:{}", digest(&value))),
            // A map with keys that are not text cannot be written as JSON. No item type has one.
            Err(_) => Self("content:unreadable".to_owned()),
        }
    }

    /// Returns the key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether `wanted` is the complete key, or the part after its source.
    pub fn is(&self, wanted: &str) -> bool {
        self.0 == wanted || self.0.split_once('/').is_some_and(|(_, key)| key == wanted)
    }

    /// Returns a short digest of the key, for logs: 12 hexadecimal digits, in lower case.
    pub fn short(&self) -> String {
        let mut digest = digest_text(&self.0);
        digest.truncate(Self::SHORT);
        digest
    }

    /// Returns whether `wanted` is the [`short`](Self::short) digest of this key.
    pub(crate) fn has_digest(&self, wanted: &str) -> bool {
        wanted.len() == Self::SHORT && self.short() == wanted
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ItemKey(#{})", self.short())
    }
}

/// The identity of an item at the target: items of equal identity are the same candidate or job. They are written one
/// after another. Only a digest is stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identity(String);

/// The prefix of an identity made of fields. No digest begins with it.
const MEMBERS: &str = "members ";

impl Identity {
    /// Returns the identity of an email. Case and surrounding whitespace are ignored.
    pub fn email(address: &str) -> Self {
        Self(digest_text(&format!("email:{}", address.trim().to_lowercase())))
    }

    /// Returns the identity of an item that the target can match only by these fields.
    pub fn members(members: &[&str]) -> Self {
        Self(format!("{MEMBERS}{}", digest_text(&format!("members:{}", members.join("\u{1f}")))))
    }

    /// Returns the digest.
    pub fn as_str(&self) -> &str {
        self.0.strip_prefix(MEMBERS).unwrap_or(&self.0)
    }

    /// Returns whether the target recognises the identity. It recognises an email, but not fields that several items
    /// can share.
    pub fn is_recognised(&self) -> bool {
        !self.0.starts_with(MEMBERS)
    }
}

/// The digest of the item to send. Equal hashes mean that there is nothing new to send.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(String);

impl ContentHash {
    /// Returns the digest.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the hash of a formatted item. It excludes warnings and fields that change by themselves, and includes
    /// only the identities of attachments.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] if the item cannot be written as JSON.
    pub fn of<I: TargetItem>(item: &I) -> Result<Self> {
        Ok(Self::of_json(item, to_json(item)?))
    }

    /// Returns the hash of an item whose JSON is given.
    pub(crate) fn of_json<I: TargetItem>(item: &I, mut value: Value) -> Self {
        for pointer in I::VOLATILE {
            if let Some(member) = value.pointer_mut(pointer) {
                *member = Value::Null;
            }
        }
        if let Some(members) = value.as_object_mut() {
            let identities = item.attachments().iter().map(|it| Value::from(it.identity())).collect();
            members.insert("attachments".to_owned(), Value::Array(identities));
            members.remove("warnings");
        }
        Self(digest(&value))
    }
}

/// Returns a formatted item as JSON.
///
/// # Errors
///
/// [`ErrorKind::Invalid`] if it cannot be written as JSON.
pub(crate) fn to_json<I: TargetItem>(item: &I) -> Result<Value> {
    serde_json::to_value(item).map_err(|error| {
        Error::new(ErrorKind::Invalid, "the formatted item cannot be written as JSON").with_source(error)
    })
}

/// Returns the SHA-256 of a text, in hexadecimal.
pub(crate) fn digest_text(text: &str) -> String {
    base16ct::lower::encode_string(&Sha256::digest(text))
}

/// Returns the SHA-256 of a JSON value, regardless of the order of fields.
fn digest(value: &Value) -> String {
    let mut digest = Sha256::new();
    feed(value, &mut digest);
    base16ct::lower::encode_string(&digest.finalize())
}

/// Adds a value to a digest in a canonical form. Each part has its length, so that different values never have the same
/// form.
fn feed(value: &Value, digest: &mut Sha256) {
    let text = |text: &str, digest: &mut Sha256| {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    };
    match value {
        Value::Object(members) => {
            digest.update(b"o");
            digest.update((members.len() as u64).to_le_bytes());
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            for (name, member) in sorted {
                text(name, digest);
                feed(member, digest);
            }
        }
        Value::Array(elements) => {
            digest.update(b"a");
            digest.update((elements.len() as u64).to_le_bytes());
            elements.iter().for_each(|element| feed(element, digest));
        }
        Value::String(string) => {
            digest.update(b"s");
            text(string, digest);
        }
        scalar => {
            digest.update(b"v");
            text(&scalar.to_string(), digest);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    #[derive(Clone, Serialize, Deserialize, JsonSchema)]
    struct Candidate {
        name: String,
        picture: String,
        attachments: Vec<Attachment>,
        #[serde(flatten)]
        rest: Map<String, Value>,
    }

    impl TargetItem for Candidate {
        const VOLATILE: &'static [&'static str] = &["/picture", "/absent"];
        fn attachments(&self) -> &[Attachment] {
            &self.attachments
        }
    }

    fn candidate(name: &str, picture: &str, url: &str, size: u64) -> Candidate {
        let json = json!({ "name": name, "picture": picture, "extra": 1,
            "attachments": [{ "kind": "resume", "name": "cv.pdf", "url": url, "size": size }] });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn signed_urls_do_not_count_and_content_does() {
        let hash = |it: &Candidate| ContentHash::of(it).unwrap();
        let one = hash(&candidate("Ada", "p?sig=1", "https://example.com/1", 7));
        assert_eq!(one, hash(&candidate("Ada", "p?sig=2", "https://example.com/2", 7)));
        assert_ne!(one, hash(&candidate("Ada", "p?sig=1", "https://example.com/1", 8)));
        assert_ne!(one, hash(&candidate("Eva", "p?sig=1", "https://example.com/1", 7)));
    }

    #[test]
    fn warnings_do_not_count() {
        let mut warned = candidate("Ada", "", "https://example.com/1", 7);
        let hash = ContentHash::of(&warned).unwrap();
        warned.rest.insert("warnings".to_owned(), json!([Warning::new("name", "Cut to 3 characters")]));
        assert_eq!(ContentHash::of(&warned).unwrap(), hash);
    }

    #[test]
    fn documents_have_names_of_their_own() {
        let named = |name: &str| Attachment {
            kind: AttachmentKind::Other,
            name: name.to_owned(),
            url: String::new(),
            size: None,
        };
        let documents = ["a.pdf", "A.pdf", "a (2).pdf", "b", "a.pdf", "b", "x/y.pdf", "x_y.pdf"].map(named);
        let names: Vec<String> = under_own_names(&documents).into_iter().map(|(name, _)| name).collect();
        let expected =
            ["a.pdf", "A (2).pdf", "a (2) (2).pdf", "b", "a (3).pdf", "b (2)", "x_y.pdf", "x_y (2).pdf"];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_key_and_a_document_do_not_print_themselves() {
        let key = ItemKey::new("source/ada@example.com");
        assert!(!format!("{key:?}").contains("ada"));
        let item = candidate("Ada", "", "https://example.com/1?signature=s", 7);
        assert!(!format!("{:?}", item.attachments).contains("signature"));
    }
}
