//! The form of every answer: `{code, message, data, meta}`, the HTTP status equal to `code`.

use serde::Serialize;
use serde_json::{Value, json};

use crate::server::Answer;

/// `meta` of a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Meta {
    pub(crate) page: u64,
    pub(crate) max_page: u64,
    pub(crate) count: usize,
    pub(crate) total: usize,
}

pub(crate) fn success(code: u16, message: &str, data: &impl Serialize) -> Answer {
    Answer::json(code, &json!({"code": code, "message": message, "data": data}))
}

/// A list whose items are JSON already.
pub(crate) fn list(message: &str, items: &[impl AsRef<str>], meta: &Meta) -> Answer {
    let mut body = format!(r#"{{"code":200,"message":{},"data":["#, Value::from(message));
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        body.push_str(item.as_ref());
    }
    body.push_str(r#"],"meta":"#);
    body.push_str(&serde_json::to_string(meta).unwrap_or_default());
    body.push('}');
    Answer::new(200, "application/json", body)
}

/// An error: no `data` member, callers rely on that.
pub(crate) fn failure(code: u16, message: impl Into<String>) -> Answer {
    Answer::json(code, &json!({"code": code, "message": message.into()}))
}

/// The object kinds that HrFlow names in its error texts.
pub(crate) fn unable_to_find(kind: &str) -> Answer {
    failure(400, format!("Invalid parameters. Unable to find object: {kind}"))
}
