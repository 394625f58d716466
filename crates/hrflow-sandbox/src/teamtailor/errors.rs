//! Error documents. Codes and messages are those of jsonapi-resources, which the API appears to use. Statuses and
//! several messages were observed.

use serde::Serialize;
use serde_json::json;

use crate::server::Answer;

pub(crate) const MEDIA_TYPE: &str = "application/vnd.api+json";

/// One error object. The order of its fields is that of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Error {
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Source>,
    pub(crate) status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Source {
    pub(crate) pointer: String,
}

fn bad_request(code: &'static str, title: &str, detail: String) -> Error {
    Error { title: title.into(), detail, code, source: None, status: "400".into() }
}

/// Builds the response for errors, with the status of the first.
pub(crate) fn answer(errors: &[Error]) -> Answer {
    let status = errors.first().and_then(|error| error.status.parse().ok()).unwrap_or(500);
    let body = serde_json::to_vec(&json!({"errors": errors})).unwrap_or_default();
    Answer::new(status, MEDIA_TYPE, body)
}

pub(crate) fn malformed() -> Error {
    bad_request("400", "Bad Request", "The request body is not valid JSON.".into())
}

pub(crate) fn param_not_allowed(name: &str) -> Error {
    bad_request("105", "Param not allowed", format!("{name} is not allowed."))
}

pub(crate) fn page_param_not_allowed(name: &str) -> Error {
    bad_request("105", "Page parameter not allowed", format!("{name} is not an allowed page parameter."))
}

pub(crate) fn invalid_page_value(name: &str, value: &str) -> Error {
    let detail = format!("{value} is not a valid value for {name} page parameter.");
    bad_request("118", "Invalid page value", detail)
}

pub(crate) fn page_too_large(most: usize) -> Error {
    bad_request("118", "Invalid page value", format!("size exceeds maximum page size of {most}."))
}

/// The error for an unknown filter. The filter's name is shown with underscores.
pub(crate) fn filter_not_allowed(name: &str) -> Error {
    bad_request("102", "Filter not allowed", format!("{} is not allowed.", name.replace('-', "_")))
}

pub(crate) fn invalid_filter_value(name: &str, value: &str) -> Error {
    bad_request("103", "Invalid filter value", format!("{value} is not a valid value for {name}."))
}

pub(crate) fn invalid_include(relation: &str, kind: &str) -> Error {
    bad_request("112", "Invalid field", format!("{relation} is not a valid relationship of {kind}"))
}

pub(crate) fn invalid_sort(name: &str, kind: &str) -> Error {
    bad_request("114", "Invalid sort criteria", format!("{name} is not a valid sort criteria for {kind}"))
}

pub(crate) fn invalid_field(name: &str, kind: &str) -> Error {
    bad_request("104", "Invalid field", format!("{name} is not a valid field for {kind}."))
}

pub(crate) fn missing_parameter(name: &str) -> Error {
    bad_request("106", "Missing Parameter", format!("The required parameter, {name}, is missing."))
}

pub(crate) fn invalid_resource(name: &str) -> Error {
    bad_request("101", "Invalid resource", format!("{name} is not a valid resource."))
}

pub(crate) fn invalid_links() -> Error {
    bad_request("115", "Invalid Links Object", "Data is not a valid Links Object.".into())
}

pub(crate) fn type_mismatch(kind: &str) -> Error {
    bad_request("116", "Type Mismatch", format!("{kind} is not a valid type for this operation."))
}

pub(crate) fn invalid_data() -> Error {
    bad_request("122", "Invalid data format", "Invalid data format. Should be a hash.".into())
}

pub(crate) fn missing_key() -> Error {
    bad_request("109", "A key is required", "The resource object does not contain a key.".into())
}

pub(crate) fn key_not_in_url(key: &str) -> Error {
    bad_request("110", "Key is not included in URL", format!("The URL does not support the key {key}"))
}

pub(crate) fn not_found(id: &str) -> Error {
    Error {
        title: "Record not found".into(),
        detail: format!("The record identified by {id} could not be found."),
        code: "404",
        source: None,
        status: "404".into(),
    }
}

pub(crate) fn replacement_forbidden() -> Error {
    Error {
        title: "Complete replacement forbidden".into(),
        detail: "Complete replacement forbidden for this relationship".into(),
        code: "403",
        source: None,
        status: "403".into(),
    }
}

pub(crate) fn not_acceptable(accept: &str) -> Error {
    Error {
        title: "Not acceptable".into(),
        detail: format!(
            "All requests must use the '{MEDIA_TYPE}' Accept without media type parameters. \
             This request specified '{accept}'."
        ),
        code: "406",
        source: None,
        status: "406".into(),
    }
}

pub(crate) fn unsupported_media_type(sent: &str) -> Error {
    Error {
        title: "Unsupported media type".into(),
        detail: format!(
            "All requests that create or update must use the '{MEDIA_TYPE}' Content-Type. \
             This request specified '{sent}'."
        ),
        code: "415",
        source: None,
        status: "415".into(),
    }
}

/// A validation error of a model. `pointer` is `attributes/<name>` or `relationships/<name>`.
pub(crate) fn unprocessable(pointer: &str, message: &str) -> Error {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    Error {
        title: message.into(),
        detail: format!("{name} - {message}"),
        code: "100",
        source: Some(Source { pointer: format!("/data/{pointer}") }),
        status: "422".into(),
    }
}

/// The version error, which has its own format: an integer status, no code (teamtailor-rb, request_spec.rb).
pub(crate) fn invalid_version(current: &str) -> Answer {
    let detail = format!(
        "Please provide a correct API version in the X-Api-Version header. Current version is: {current}"
    );
    let body = json!({"errors": [{"status": 406, "title": "Invalid/Missing API Version", "detail": detail}]});
    Answer::new(406, MEDIA_TYPE, body.to_string())
}
