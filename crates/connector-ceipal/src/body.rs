//! What stands in a body: Ceipal answers in JSON, and here and there in XML where JSON was asked for.

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Map, Value};

/// The members of a JSON object, or of the root of an XML document; none of anything else.
pub(crate) fn members(body: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Some(members),
        Ok(_) => None,
        Err(_) => xml(std::str::from_utf8(body).ok()?),
    }
}

/// `<root><access_token>…</access_token></root>`: the text of the elements below the root, and below those, which is as
/// deep as anything stands that we look for. An HTML page has none of it.
fn xml(text: &str) -> Option<Map<String, Value>> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 1_000, ..Default::default() };
    let document = Document::parse_with_options(text.trim_start(), options).ok()?;
    let root = document.root_element();
    if root.tag_name().name().eq_ignore_ascii_case("html") {
        return None;
    }
    let members = root.children().filter(Node::is_element).map(|element| {
        let inner: Map<String, Value> =
            element.children().filter(Node::is_element).map(|it| (name_of(it), text_of(it))).collect();
        let value = if inner.is_empty() { text_of(element) } else { Value::Object(inner) };
        (name_of(element), value)
    });
    Some(members.collect())
}

fn name_of(element: Node<'_, '_>) -> String {
    element.tag_name().name().to_owned()
}

fn text_of(element: Node<'_, '_>) -> Value {
    Value::from(element.text().unwrap_or_default().trim())
}

/// A member as text; numbers are their text, and blank text is none.
pub(crate) fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    match members.get(name)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A member as a whole number, also where it is written as text.
pub(crate) fn number(members: &Map<String, Value>, name: &str) -> Option<u64> {
    match members.get(name)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A member as text, at the top or under `data`.
pub(crate) fn text_anywhere(body: &Map<String, Value>, name: &str) -> Option<String> {
    text(body, name).or_else(|| text(body.get("data")?.as_object()?, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_in_json_and_in_xml() {
        let token = |body: &str| text_anywhere(&members(body.as_bytes())?, "access_token");
        for body in [
            r#"{"access_token": "abc", "refresh_token": "x"}"#,
            r#"{"status": 200, "data": {"access_token": " abc "}}"#,
            "<root><access_token>abc</access_token><refresh_token>x</refresh_token></root>",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root>\n <access_token>\n abc </access_token>\n</root>\n",
            "<response><data><access_token>abc</access_token></data></response>",
        ] {
            assert_eq!(token(body).as_deref(), Some("abc"), "{body}");
        }
        for body in [
            "",
            "[]",
            "null",
            r#"{"access_token": null}"#,
            "<root><access_token/></root>",
            "<html><access_token>abc</access_token></html>",
            "<!DOCTYPE a [<!ENTITY e \"abc\">]><root><access_token>&e;</access_token></root>",
            "<root><access_token>abc",
        ] {
            assert_eq!(token(body), None, "{body}");
        }
    }

    #[test]
    fn deep_and_long_documents_are_refused() {
        let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        assert!(members(deep.as_bytes()).is_none());
        assert!(members(format!("<a>{}</a>", "<b/>".repeat(5_000)).as_bytes()).is_none());
    }
}
