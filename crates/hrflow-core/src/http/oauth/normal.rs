//! Conversion of vendors' token responses to the format of RFC 6749.

use oauth2::{HttpResponse, http};
use serde_json::{Map, Number, Value};

use super::errors;
use crate::{
    error::{Error, ErrorKind, Execution, Result},
    http::Answer,
};

/// Returns the response in the standard's format: a 200 with a token, or a 400 with an error code.
pub(super) fn response(answer: &Answer) -> Result<HttpResponse> {
    let (status, members) = match errors::code_in(answer) {
        Some(code) => (400, error(code, answer)),
        None => (200, token(answer)?),
    };
    let body = serde_json::to_vec(&members);
    let response =
        http::Response::builder().status(status).header(http::header::CONTENT_TYPE, "application/json");
    let made = body.ok().and_then(|body| response.body(body).ok());
    made.ok_or_else(|| Error::new(ErrorKind::Internal, "a token answer cannot be written"))
}

/// Returns the code, and the description if it is text.
fn error(code: String, answer: &Answer) -> Map<String, Value> {
    let description = errors::object(answer).and_then(|mut it| it.remove("error_description"));
    let mut members = Map::from_iter([("error".to_owned(), Value::from(code))]);
    members.extend(
        description.filter(Value::is_string).map(|description| ("error_description".to_owned(), description)),
    );
    members
}

fn token(answer: &Answer) -> Result<Map<String, Value>> {
    let broken = |what: &str| {
        let message = format!("{} answered with {what} where an access token was expected", answer.vendor());
        let error = Error::new(ErrorKind::Protocol, message);
        error.with_status(answer.status()).with_execution(Execution::Unknown)
    };
    let mut members = errors::object(answer).ok_or_else(|| broken("something else than a JSON object"))?;
    let is_filled =
        |value: Option<&Value>| value.and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
    if !is_filled(members.get("access_token")) {
        return Err(broken("no access token"));
    }
    if !is_filled(members.get("refresh_token")) {
        members.remove("refresh_token");
    }
    if !is_filled(members.get("token_type")) {
        members.insert("token_type".to_owned(), Value::from("Bearer"));
    }
    let expires_in = members.remove("expires_in").as_ref().and_then(seconds);
    members.extend(expires_in.map(|seconds| ("expires_in".to_owned(), Value::from(seconds))));
    let scope = members.remove("scope").as_ref().and_then(scope);
    members.extend(scope.map(|scope| ("scope".to_owned(), Value::from(scope))));
    Ok(members)
}

/// Parses a number of seconds, which can be a text or a fraction. Some vendors send 0 or less for tokens that do not
/// expire: the lifetime is then unknown.
fn seconds(value: &Value) -> Option<u64> {
    let number = match value {
        Value::Number(number) => number.clone(),
        Value::String(text) => Number::from_f64(text.trim().parse().ok()?)?,
        _ => return None,
    };
    let seconds = number.as_f64()?.floor();
    // One year is effectively unlimited, and within the range of any clock.
    (seconds >= 1.0).then_some(seconds.min(366.0 * 24.0 * 3600.0) as u64)
}

fn scope(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn seconds_come_in_many_shapes() {
        for (value, expected) in [
            (json!(3600), Some(3600)),
            (json!(3599.9), Some(3599)),
            (json!("3600"), Some(3600)),
            (json!(" 3599.5 "), Some(3599)),
            (json!(u64::MAX), Some(366 * 24 * 3600)),
            (json!(0), None),
            (json!(-1), None),
            (json!("soon"), None),
            (json!("inf"), None),
            (json!("NaN"), None),
            (json!(null), None),
            (json!([3600]), None),
        ] {
            assert_eq!(seconds(&value), expected, "{value}");
        }
    }

    #[test]
    fn scopes_are_separated_by_one_blank() {
        assert_eq!(scope(&json!(" a  b ")).as_deref(), Some("a b"));
        assert_eq!(scope(&json!(["a", 1, "b"])).as_deref(), Some("a b"));
        assert_eq!(scope(&json!("")), None);
        assert_eq!(scope(&json!(null)), None);
    }
}
