//! Items: what is common to profiles and jobs, whatever warehouse they are in.

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

/// What kind of thing an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataType {
    /// A candidate.
    Profile,
    /// A job offer.
    Job,
}

/// An item in the shape of some warehouse.
pub trait Item: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Item for T {}

/// An item in the shape of a target. Its documents and warnings travel with it, under the reserved keys
/// `attachments` and `warnings`, and are never part of the request's body. Its schema is for programs that show or
/// build one.
pub trait TargetItem: Item + JsonSchema {
    /// JSON pointers of the members that change by themselves, such as signed URLs. They do not
    /// count when an item is compared with what was sent before.
    const VOLATILE: &'static [&'static str] = &[];

    /// The documents that belong to the item.
    fn attachments(&self) -> &[Attachment];

    /// What the format dropped, cut or replaced, under the reserved key `warnings`. The engine adds them to the receipt;
    /// a writer does not. They do not count when an item is compared with what was sent before.
    fn warnings(&self) -> &[Warning] {
        &[]
    }

    /// Returns whether the item has nothing that a candidate is recognised by: neither a name, nor an email or a phone
    /// number, nor a document. Such an item counts as `format_failure` and is never written.
    fn is_anonymous(&self) -> bool {
        false
    }

    /// Where the item breaks a limit that the target is known to have; paths are from the item on, such as
    /// `data.attributes.pitch`. What a default format makes breaks none: this is for the mappings of users, before
    /// anything is sent. A fault does not repeat the value.
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
    /// What makes it this document and no other: name and size. URLs change by themselves.
    pub fn identity(&self) -> String {
        match self.size {
            Some(size) => format!("{} ({size} bytes)", self.name),
            None => self.name.clone(),
        }
    }
}

/// Documents, each under a [`file_name`] of its own: a repeated one gets a number before its extension, as in
/// `letter (2).pdf`. Steps and uploads are told apart by it. Case does not count, as vendors ignore it.
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

/// What an item is known by in its origin: `source_key/key`, else `source_key/reference`, else a hash
/// of its content. It may hold an e-mail address: `Debug` shows a digest.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemKey(String);

impl ItemKey {
    /// How many digits [`short`](Self::short) has.
    pub(crate) const SHORT: usize = 12;

    /// A key as the origin gives it.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key of an item that has no name of its own.
    pub fn of_content<I: Serialize>(item: &I) -> Self {
        match serde_json::to_value(item) {
            Ok(value) => Self(format!("content:{}", digest(&value))),
            // A map with keys that are no text cannot be written as JSON; no item of ours has one.
            Err(_) => Self("content:unreadable".to_owned()),
        }
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `wanted` names it: the whole key, or what follows its source.
    pub fn is(&self, wanted: &str) -> bool {
        self.0 == wanted || self.0.split_once('/').is_some_and(|(_, key)| key == wanted)
    }

    /// A short digest of the key, which logs have in its place: 12 hexadecimal digits, in lower case.
    pub fn short(&self) -> String {
        let mut digest = digest_text(&self.0);
        digest.truncate(Self::SHORT);
        digest
    }

    /// Whether `wanted` is its [`short`](Self::short) digest.
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

/// What makes two items the same person or job at the target. Items of one identity are written
/// one after another. Only a digest is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identity(String);

/// What begins an identity made of members; no digest does.
const MEMBERS: &str = "members ";

impl Identity {
    /// The identity of whoever has this e-mail address; case and surrounding blanks do not count.
    pub fn email(address: &str) -> Self {
        Self(digest_text(&format!("email:{}", address.trim().to_lowercase())))
    }

    /// The identity of an item that the target knows by nothing better than some of its members.
    pub fn members(members: &[&str]) -> Self {
        Self(format!("{MEMBERS}{}", digest_text(&format!("members:{}", members.join("\u{1f}")))))
    }

    /// The digest.
    pub fn as_str(&self) -> &str {
        self.0.strip_prefix(MEMBERS).unwrap_or(&self.0)
    }

    /// Whether the target recognises whoever has it: by an e-mail address, but not by members that others may share.
    pub fn is_recognised(&self) -> bool {
        !self.0.starts_with(MEMBERS)
    }
}

/// The digest of what would be sent for an item; equal hashes mean: nothing new to send.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(String);

impl ContentHash {
    /// The digest.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash of a formatted item: everything but its warnings and the members that change by themselves, and
    /// of its attachments the identities only.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] where the item cannot be written as JSON.
    pub fn of<I: TargetItem>(item: &I) -> Result<Self> {
        Ok(Self::of_json(item, to_json(item)?))
    }

    /// The same, of an item whose JSON is there already.
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

/// A formatted item as JSON.
///
/// # Errors
///
/// [`ErrorKind::Invalid`] if it cannot be written as such.
pub(crate) fn to_json<I: TargetItem>(item: &I) -> Result<Value> {
    serde_json::to_value(item).map_err(|error| {
        Error::new(ErrorKind::Invalid, "the formatted item cannot be written as JSON").with_source(error)
    })
}

/// SHA-256 of some text, in hexadecimal.
pub(crate) fn digest_text(text: &str) -> String {
    base16ct::lower::encode_string(&Sha256::digest(text))
}

/// SHA-256 of a JSON value; the order of members does not count.
fn digest(value: &Value) -> String {
    let mut digest = Sha256::new();
    feed(value, &mut digest);
    base16ct::lower::encode_string(&digest.finalize())
}

/// Hands a value to a digest in one spelling, each part with its length, so that no two values spell the same.
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
