//! Settings for behaviour that no public source describes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// How the JobAdder mock server behaves if public sources are silent. The defaults are the strictest reading. The
/// exceptions are the limits, `listed_values_only` and `duplicates_in_other_email`, which no source mentions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// The delay in milliseconds until new candidates appear in lists and searches. Requests by id find them
    /// immediately.
    pub lookup_lag: u64,

    /// Whether the user at `/connect/authorize` denies consent.
    pub deny_consent: bool,
    /// The form of `api` in the token response.
    pub api_form: ApiForm,
    /// The prefix before `/v2` in the account's base URL, such as `/eu9`. A change moves the account: requests to the
    /// old base get 404.
    pub api_prefix: String,
    /// The status of `invalid_client`: 400 or 401 (RFC 6749, 5.2).
    pub invalid_client_status: u16,
    /// Whether a refresh returns a new refresh token, as the documented sample does. If not, the old one stays valid.
    pub refresh_rotates: bool,
    /// The seconds for which a replaced refresh token stays valid.
    pub refresh_grace: u64,
    /// The error for a refresh of a revoked grant. Sources name both for a deleted user.
    pub revoked_grant: RevokedGrant,

    /// The account's limit of requests per second. `None` disables it. No numbers are published.
    pub calls_per_second: Option<u32>,
    /// The account's limit of requests per minute. `None` disables it. No numbers are published.
    pub calls_per_minute: Option<u32>,
    /// The seconds in `Retry-After` after a limit is exceeded. Until then, every request gets 429.
    pub retry_after: u64,
    /// The body of a 401, 403 or 429.
    pub refusal_body: RefusalBody,
    /// The form of `errors` in a 409 or 422.
    pub errors: ErrorsForm,

    /// How a PUT treats absent fields.
    pub put: Put,
    /// Whether fields that the command does not have are rejected. If not, they are ignored.
    pub refuse_unknown_members: bool,
    /// Whether undeclared nulls are rejected. If not, the field counts as absent.
    pub refuse_nulls: bool,
    /// Whether firstName and lastName are required, as in the job board's similar command.
    pub name_required: bool,
    /// Whether the syntax of emails is checked.
    pub email_syntax: bool,
    /// Whether more than 100 skill tags, or tags of more than 100 characters, are rejected.
    pub skill_tag_limits: bool,
    /// Whether a date-time in place of a year, month or date is rejected. If not, it is cut to its date.
    pub refuse_date_times: bool,
    /// Whether countryCode must be one of `/countries`, in capitals.
    pub country_codes: bool,
    /// Whether source, rating and salutation must be on the account's lists.
    pub listed_values_only: bool,
    /// Whether a create must set the mandatory custom fields.
    pub mandatory_custom_fields: bool,

    /// Whether an override code can be used repeatedly. If not, it is single-use.
    pub override_reusable: bool,
    /// Whether an override code is valid for any email. If not, only for the email that it was issued for.
    pub override_for_any_email: bool,
    /// The lifetime of an override code in seconds. `None`: no limit.
    pub override_seconds: Option<u64>,
    /// Whether the duplicate check is case-sensitive.
    pub duplicates_keep_case: bool,
    /// Whether the duplicate check includes `otherEmail` of other candidates.
    pub duplicates_in_other_email: bool,

    /// How the `Email` filter of lists matches. Case is ignored.
    pub email_filter: EmailFilter,
    /// Whether a `Limit` over 1000 is rejected. If not, it counts as 1000.
    pub refuse_over_limit: bool,
    /// How responses show fields without a value.
    pub absent_members: AbsentMembers,

    /// The largest upload in bytes.
    pub largest_upload: usize,
    /// The allowed file extensions, in lower case. `None` allows all. The vendor's list exists (release note of
    /// 2021-10-30), but is not published.
    pub file_types: Option<BTreeSet<String>>,
    /// Whether a part may have the type `application/octet-stream` or none.
    pub octet_stream_parts: bool,
    /// Whether an attachment can be a plain `application/octet-stream` body with its name in `Content-Disposition`, as
    /// documented in 2019.
    pub raw_uploads: bool,
}

impl Default for Switches {
    fn default() -> Switches {
        let file_types = [
            "csv", "doc", "docx", "gif", "htm", "html", "jpeg", "jpg", "odt", "pdf", "png", "ppt", "pptx",
            "rtf", "txt", "xls", "xlsx",
        ];
        Switches {
            lookup_lag: 0,
            deny_consent: false,
            api_form: ApiForm::default(),
            api_prefix: String::new(),
            invalid_client_status: 400,
            refresh_rotates: true,
            refresh_grace: 0,
            revoked_grant: RevokedGrant::default(),
            calls_per_second: None,
            calls_per_minute: None,
            retry_after: 40,
            refusal_body: RefusalBody::default(),
            errors: ErrorsForm::default(),
            put: Put::default(),
            refuse_unknown_members: true,
            refuse_nulls: true,
            name_required: true,
            email_syntax: true,
            skill_tag_limits: true,
            refuse_date_times: true,
            country_codes: true,
            listed_values_only: false,
            mandatory_custom_fields: true,
            override_reusable: false,
            override_for_any_email: false,
            override_seconds: None,
            duplicates_keep_case: false,
            duplicates_in_other_email: false,
            email_filter: EmailFilter::default(),
            refuse_over_limit: true,
            absent_members: AbsentMembers::default(),
            largest_upload: 5 * 1024 * 1024,
            file_types: Some(file_types.map(str::to_owned).into()),
            octet_stream_parts: false,
            raw_uploads: false,
        }
    }
}

/// The form of `api` in the token response.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiForm {
    /// With a trailing slash, as observed in accounts.
    #[default]
    Slash,
    /// Without a trailing slash, as in the documented sample.
    NoSlash,
    /// Only the host, without `/v2`.
    Host,
}

/// The error for a refresh of a revoked grant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokedGrant {
    /// `invalid_grant`.
    #[default]
    InvalidGrant,
    /// `invalid_request`.
    InvalidRequest,
}

/// The body of a 401, 403 or 429.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalBody {
    /// No body.
    #[default]
    Empty,
    /// A model with a message.
    Model,
    /// An HTML page.
    Html,
    /// A line of text.
    Text,
}

/// The form of `errors` in a 409 or 422.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorsForm {
    /// A list of `{code, message, fields}`, as documented.
    #[default]
    List,
    /// An object of messages by field, as clients observed.
    Map,
}

/// How a PUT treats absent fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Put {
    /// Absent fields become empty.
    #[default]
    Replace,
    /// Absent fields stay unchanged.
    Partial,
}

/// How the `Email` filter of lists matches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailFilter {
    /// Emails that contain the value.
    #[default]
    Contains,
    /// Emails that equal the value.
    Exact,
}

/// How responses show fields without a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsentMembers {
    /// The field is absent.
    #[default]
    Omit,
    /// The field is null.
    Null,
}
