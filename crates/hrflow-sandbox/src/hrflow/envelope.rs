//! The format of every response: `{code, message, data, meta}`. The HTTP status equals `code`.

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

/// Builds a list from items that are JSON texts already.
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

/// Builds an error. It has no `data` field: callers depend on that.
pub(crate) fn failure(code: u16, message: impl Into<String>) -> Answer {
    Answer::json(code, &json!({"code": code, "message": message.into()}))
}

/// Builds the error for an object that HrFlow cannot find. `kind` is as in HrFlow's messages.
pub(crate) fn unable_to_find(kind: &str) -> Answer {
    failure(400, format!("Invalid parameters. Unable to find object: {kind}"))
}
