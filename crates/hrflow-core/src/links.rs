//! Links that must not be stored at a vendor: signed ones, which open a file for as long as their token is valid, and
//! those that lead into a private network.
//!
//! What a vendor fetches and forgets, such as a picture, is in [`TargetItem::VOLATILE`], and attachments are under their
//! reserved key: both hold signed links for a reason, and are left alone here. Everything else of an item is stored
//! permanently.

use std::borrow::Cow;

use serde_json::Value;
use url::Url;

use crate::{
    error::{Error, ErrorKind, Result},
    http::leads_to_private,
    item::{TargetItem, to_json},
    warning::Warning,
};

/// Parameters that hold a token or a signature, in lower case: those of Amazon S3 and CloudFront, Google Cloud Storage and
/// Firebase, Azure, Alibaba and Tencent, and common names.
const TOKENS: [&str; 29] = [
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
    "awsaccesskeyid",
    "key-pair-id",
    "x-goog-signature",
    "x-goog-credential",
    "googleaccessid",
    "x-oss-signature",
    "ossaccesskeyid",
    "q-signature",
    "x-signature",
    "sig",
    "signature",
    "sas",
    "hmac",
    "hdnea",
    "jwt",
    "token",
    "access_token",
    "accesstoken",
    "auth_token",
    "authtoken",
    "id_token",
    "refresh_token",
    "api_key",
    "apikey",
    "secret",
    "password",
];

/// Members by which an object in a list is a link with a title: it goes with its address.
const ADDRESS: [&str; 4] = ["url", "href", "link", "uri"];

/// Takes links that must not be stored out of an item, whose JSON is `value`, and adds a warning for each. Of a text that
/// holds more than the link, only the token goes. An item without such links is returned as is.
///
/// # Errors
///
/// [`ErrorKind::Invalid`] naming the fields, if the item cannot do without them.
pub(crate) fn without_private<I: TargetItem>(
    item: I,
    value: &mut Value,
    allow_local_urls: bool,
) -> Result<I> {
    let mut sweep =
        Sweep { volatile: I::VOLATILE, allow_local_urls, with_element: false, warnings: Vec::new() };
    if !sweep.concerns(value, "") {
        return Ok(item);
    }
    // A link that its object cannot be without takes the object along.
    for with_element in [false, true] {
        sweep.with_element = with_element;
        sweep.warnings.clear();
        let mut clean = value.clone();
        sweep.clean(&mut clean, "");
        sweep.add_warnings(&mut clean);
        if let Ok(item) = serde_json::from_value(clean) {
            *value = to_json(&item)?;
            return Ok(item);
        }
    }
    let fields: Vec<&str> = sweep.warnings.iter().map(|warning| warning.field.as_str()).collect();
    let message = format!("{} holds a link that must not be stored at the target", fields.join(", "));
    Err(Error::new(ErrorKind::Invalid, message).advise("Leave it out with a format or a logic."))
}

/// What is wrong with a text.
enum Finding {
    /// It is nothing but the link.
    Link(&'static str),
    /// It holds signed links; what is left of it.
    Text(String),
}

/// A walk through an item.
struct Sweep {
    volatile: &'static [&'static str],
    allow_local_urls: bool,
    /// Whether an object in a list goes with its link.
    with_element: bool,
    warnings: Vec<Warning>,
}

impl Sweep {
    fn is_exempt(&self, pointer: &str) -> bool {
        matches!(pointer, "/attachments" | "/warnings") || self.volatile.contains(&pointer)
    }

    /// Whether anything is to be taken out.
    fn concerns(&self, value: &Value, pointer: &str) -> bool {
        match value {
            // Nearly all text holds no link at all.
            Value::String(text) => {
                text.contains("://") && !self.is_exempt(pointer) && self.inspect(text).is_some()
            }
            Value::Object(members) if !self.is_exempt(pointer) => {
                members.iter().any(|(name, member)| match member {
                    Value::String(text) if !text.contains("://") => false,
                    Value::String(_) | Value::Array(_) | Value::Object(_) => {
                        self.concerns(member, &format!("{pointer}/{name}"))
                    }
                    _ => false,
                })
            }
            Value::Array(elements) if !self.is_exempt(pointer) => {
                elements.iter().any(|element| self.concerns(element, pointer))
            }
            _ => false,
        }
    }

    /// Takes out what concerns; whether `value` itself has to go.
    fn clean(&mut self, value: &mut Value, pointer: &str) -> bool {
        if self.is_exempt(pointer) {
            return false;
        }
        match value {
            Value::String(text) => match text.contains("://").then(|| self.inspect(text)).flatten() {
                None => false,
                Some(Finding::Text(rest)) => {
                    *text = rest;
                    self.warn(pointer, "A signed link lost its token, which must not be stored");
                    false
                }
                Some(Finding::Link(reason)) => {
                    self.warn(pointer, reason);
                    true
                }
            },
            Value::Object(members) => {
                let mut goes = false;
                members.retain(|name, member| {
                    let has_to_go = self.clean(member, &format!("{pointer}/{name}"));
                    goes |= has_to_go && (self.with_element || ADDRESS.contains(&name.as_str()));
                    !has_to_go
                });
                goes && pointer.ends_with(']')
            }
            Value::Array(elements) => {
                let mut index = 0;
                elements.retain_mut(|element| {
                    index += 1;
                    !self.clean(element, &format!("{pointer}[{}]", index - 1))
                });
                false
            }
            _ => false,
        }
    }

    fn inspect(&self, text: &str) -> Option<Finding> {
        if let Some(url) = link(text.trim()) {
            return if is_signed(&url) {
                Some(Finding::Link("Left out: a signed link must not be stored"))
            } else if leads_to_private(&url, self.allow_local_urls) {
                Some(Finding::Link("Left out: the link leads into a private network"))
            } else {
                None
            };
        }
        let rest = without_tokens(text);
        (rest != text).then(|| Finding::Text(rest.into_owned()))
    }

    fn warn(&mut self, pointer: &str, reason: &str) {
        let field = pointer.trim_start_matches('/').replace('/', ".");
        self.warnings.push(Warning::new(field, reason));
    }

    fn add_warnings(&self, value: &mut Value) {
        let Some(members) = value.as_object_mut() else { return };
        let list = members.entry("warnings").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.extend(self.warnings.iter().filter_map(|warning| serde_json::to_value(warning).ok()));
        }
    }
}

/// A text that is one link.
fn link(text: &str) -> Option<Url> {
    let begins = |scheme: &str| text.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme));
    if text.contains(char::is_whitespace) || !(begins("https://") || begins("http://")) {
        return None;
    }
    Url::parse(text).ok()
}

/// Whether a link opens what it leads to by a token, or by a password.
fn is_signed(url: &Url) -> bool {
    let is_token = |name: &str| {
        // As HTML writes what separates parameters.
        let name = name.strip_prefix("amp;").unwrap_or(name).to_ascii_lowercase();
        TOKENS.contains(&name.as_str())
    };
    let fragment = url.fragment().unwrap_or_default().trim_start_matches(['?', '!', '/']);
    url.password().is_some()
        || url.query_pairs().any(|(name, _)| is_token(&name))
        || url::form_urlencoded::parse(fragment.as_bytes())
            .any(|(name, value)| !value.is_empty() && is_token(&name))
}

/// Text in which signed links end where their path does.
fn without_tokens(text: &str) -> Cow<'_, str> {
    let ends =
        |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
    let mut clean = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let scheme = rest[..at].len() - rest[..at].bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        let end = rest[scheme..].find(ends).map_or(rest.len(), |end| scheme + end);
        let url = &rest[scheme..end];
        clean.push_str(&rest[..scheme]);
        match link(url).filter(is_signed) {
            Some(mut signed) => {
                signed.set_query(None);
                signed.set_fragment(None);
                let _ = signed.set_username("");
                let _ = signed.set_password(None);
                clean.push_str(signed.as_str());
            }
            None => clean.push_str(url),
        }
        rest = &rest[end.max(at + 3)..];
    }
    if clean.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(clean + rest) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use serde_json::{Map, json};

    use super::*;
    use crate::item::Attachment;

    #[derive(Clone, Serialize, Deserialize, JsonSchema)]
    struct Candidate {
        #[serde(default)]
        page: Option<String>,
        #[serde(default)]
        links: Vec<Link>,
        #[serde(default)]
        warnings: Vec<Warning>,
        #[serde(flatten)]
        rest: Map<String, Value>,
    }

    #[derive(Clone, Serialize, Deserialize, JsonSchema)]
    struct Link {
        url: String,
    }

    impl TargetItem for Candidate {
        const VOLATILE: &'static [&'static str] = &["/data/picture"];
        fn attachments(&self) -> &[Attachment] {
            &[]
        }
    }

    fn swept(candidate: Value, allow_local_urls: bool) -> (Value, Vec<String>) {
        let item: Candidate = serde_json::from_value(candidate).unwrap();
        let mut value = serde_json::to_value(&item).unwrap();
        let item = without_private(item, &mut value, allow_local_urls).unwrap();
        let mut shown = serde_json::to_value(&item).unwrap();
        assert_eq!(shown, value, "what is compared is what is sent");
        shown.as_object_mut().unwrap().remove("warnings");
        (shown, item.warnings.iter().map(ToString::to_string).collect())
    }

    const SIGNED: &str = "https://b.s3.amazonaws.com/cv.pdf?X-Amz-Date=1&X-Amz-Signature=hush";

    #[test]
    fn links_that_must_not_be_stored_are_left_out_with_a_warning() {
        let (item, warnings) = swept(
            json!({
                "page": SIGNED,
                "links": [{ "url": "https://example.com/ada" }, { "url": SIGNED }, { "url": "https://10.0.0.1/x" }],
                "jobs": [{ "text": format!("See {SIGNED}, and (https://example.com/?a=1).") }],
                "data": { "picture": SIGNED },
                "attachments": [{ "url": SIGNED }],
            }),
            false,
        );
        let expected = json!({
            "page": null,
            "links": [{ "url": "https://example.com/ada" }],
            "jobs": [{ "text": "See https://b.s3.amazonaws.com/cv.pdf and (https://example.com/?a=1)." }],
            "data": { "picture": SIGNED },
            "attachments": [{ "url": SIGNED }],
        });
        assert_eq!(item, expected);
        let (signed, private) =
            ("Left out: a signed link must not be stored", "Left out: the link leads into a private network");
        let expected = [
            "jobs[0].text: A signed link lost its token, which must not be stored".to_owned(),
            format!("links[1].url: {signed}"),
            format!("links[2].url: {private}"),
            format!("page: {signed}"),
        ];
        let mut sorted = warnings.clone();
        sorted.sort();
        assert_eq!(sorted, expected);
        assert!(warnings.iter().all(|warning| !warning.contains("hush")));
    }

    #[test]
    fn a_link_is_judged_by_its_parameters_and_its_host() {
        for (url, stays, stays_where_local_is_allowed) in [
            ("https://example.com/ada", true, true),
            ("http://ada.example.com/", true, true),
            ("https://example.com/?page=2&utm_source=x", true, true),
            ("https://example.com/#about", true, true),
            ("https://f.example.com/cv?token=hush", false, false),
            ("https://f.example.com/cv?a=1&amp;Signature=hush", false, false),
            ("https://x.blob.core.windows.net/cv?sv=1&sig=hush", false, false),
            ("https://f.example.com/cv#access_token=hush", false, false),
            ("https://ada:hush@example.com/", false, false),
            ("HTTPS://LOCALHOST/cv", false, true),
            ("http://127.0.0.1:8080/cv", false, true),
            ("https://192.168.1.9/cv", false, true),
            ("https://nas.local/cv", false, true),
            ("https://169.254.169.254/latest/meta-data", false, false),
            ("https://[::ffff:10.0.0.1]/", false, false),
        ] {
            let stays_as_is = |allowed| swept(json!({ "page": url }), allowed).0["page"] == url;
            assert_eq!(
                (stays_as_is(false), stays_as_is(true)),
                (stays, stays_where_local_is_allowed),
                "{url}"
            );
        }
        // A text that merely names an address is no link.
        let text = json!({ "page": "Kept the router at http://192.168.1.1/ running." });
        assert_eq!(swept(text.clone(), false).0["page"], text["page"]);
    }

    proptest! {
        #[test]
        fn text_without_a_token_stays(text in "[a-z:/?#&= \"<é.]{0,40}") {
            prop_assume!(!TOKENS.iter().any(|token| text.contains(token)));
            prop_assert_eq!(without_tokens(&text), text.as_str());
        }
    }
}
