//! Settings for behaviour that no public source describes.

use serde::{Deserialize, Serialize};

/// How the UKG Pro mock server behaves if public sources are silent. The defaults are the strictest reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// The delay in milliseconds until new records appear in lists and the lookup by email. Requests by id and the
    /// duplicate check find them immediately.
    pub lookup_lag: u64,
    /// The delay in milliseconds until new candidates have a user account. Until then, the lookup returns 409, and
    /// lists show the candidate.
    pub account_lag: u64,
    /// The accepted form of the base path. The other form gets 404.
    pub prefix: Prefix,
    /// Whether only the scopes on the operations' own pages allow a call. If not, the import scopes do too.
    pub strict_scopes: bool,
    /// The lifetime of an access token in seconds. Not published.
    pub token_seconds: u64,
    /// Whether the token response has `expires_in`.
    pub expires_in: bool,
    /// Whether the identity server also accepts client id and secret as HTTP Basic.
    pub basic_auth: bool,
    /// The status for a scope that the client is not registered for: 400 or 401.
    pub invalid_scope_status: u16,
    /// Calls of one client in a sliding window of `rate_window` seconds. `None` disables the limit. No number is
    /// published.
    pub rate_limit: Option<u32>,
    /// The length of the window in seconds.
    pub rate_window: u32,
    /// Whether a 429 has `Retry-After`, which is planned (developer hub, API rate limiting).
    pub retry_after: bool,
    /// The status of a create with the email of an external candidate: 409 or 400.
    pub duplicate_status: u16,
    /// The status of a lookup without a match.
    pub lookup_absent_status: u16,
    /// The field of the id in a lookup's response.
    pub lookup_id_key: String,
    /// Whether a skill requires the id of a proficiency level.
    pub skill_level_required: bool,
    /// The accepted country codes.
    pub country_codes: CountryCodes,
    /// The names of a candidate's lists in reads.
    pub read_keys: ReadKeys,
    /// Whether lists of ids (proficiency levels, applicant sources and others) are rejected with 403.
    pub lookups_forbidden: bool,
    /// Whether the part `metadata` must be of type `application/json`.
    pub metadata_type_checked: bool,
    /// The largest document in bytes.
    pub document_size: usize,
    /// The status for a larger document: 413 or 400.
    pub too_large_status: u16,
    /// The maximum number of documents of one candidate or application. `None`: no limit.
    pub document_count: Option<usize>,
    /// The status for a document over that number: 409 or 400.
    pub too_many_status: u16,
    /// Whether an application must have a start date of the candidate.
    pub start_date_required: bool,
    /// Whether applications to a closed opportunity are accepted.
    pub apply_to_closed: bool,
    /// The status of a second application of the same candidate to the same opportunity.
    pub second_application_status: u16,
    /// The default number of records on a page.
    pub per_page: usize,
    /// The largest number of records on a page. Not published.
    pub per_page_cap: usize,
    /// The format of a list.
    pub list_shape: ListShape,
    /// Whether lists have a `Link` header.
    pub link_header: bool,
    /// Whether a page past the end repeats the last page. If not, it is empty.
    pub repeat_last_page: bool,
}

impl Default for Switches {
    fn default() -> Switches {
        Switches {
            lookup_lag: 0,
            account_lag: 0,
            prefix: Prefix::default(),
            strict_scopes: false,
            token_seconds: 3600,
            expires_in: true,
            basic_auth: false,
            invalid_scope_status: 400,
            rate_limit: None,
            rate_window: 60,
            retry_after: false,
            duplicate_status: 409,
            lookup_absent_status: 404,
            lookup_id_key: "id".to_owned(),
            skill_level_required: true,
            country_codes: CountryCodes::default(),
            read_keys: ReadKeys::default(),
            lookups_forbidden: false,
            metadata_type_checked: true,
            document_size: 6_000_000,
            too_large_status: 413,
            document_count: Some(10),
            too_many_status: 409,
            start_date_required: false,
            apply_to_closed: false,
            second_application_status: 409,
            per_page: 30,
            per_page_cap: 50,
            list_shape: ListShape::default(),
            link_header: true,
            repeat_last_page: false,
        }
    }
}

/// The accepted form of the base path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prefix {
    /// `/{tenant}/api`, as in links of responses.
    #[default]
    Direct,
    /// `/talent/recruiting/v2/{tenant}/api`, the documented form of the gateway.
    Gateway,
    /// Either.
    Both,
}

/// The accepted country codes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountryCodes {
    /// Three capital letters.
    #[default]
    Alpha3,
    /// Two capital letters.
    Alpha2,
    /// Any non-empty text.
    Any,
}

/// The names of a candidate's lists in reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadKeys {
    /// `work_experience`, `educations`, `behaviors`.
    #[default]
    Read,
    /// `workexperience`, `education`, `behaviours`, as in the import.
    Import,
}

/// The format of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListShape {
    /// An array.
    #[default]
    Array,
    /// `{"data": […]}`.
    Data,
}
