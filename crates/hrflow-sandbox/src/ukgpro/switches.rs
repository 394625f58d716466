//! What can be told either way, because nothing public settles it.

use serde::{Deserialize, Serialize};

/// How the UKG Pro stand-in behaves where the facts are open. The defaults are the strictest reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// New records appear in the look-up by e-mail and in lists only after so many milliseconds; by id
    /// they are there at once, and a second one with the e-mail is refused at once.
    pub lookup_lag: u64,
    /// New candidates have no user account yet for so many milliseconds: until then the look-up answers
    /// 409, and lists show them.
    pub account_lag: u64,
    /// Which form of the base path answers; the other one is 404.
    pub prefix: Prefix,
    /// Whether only the scopes that the operations' own pages list let a call through; else the import
    /// scopes do too.
    pub strict_scopes: bool,
    /// Seconds that an access token works. Not published.
    pub token_seconds: u64,
    /// Whether the token answer says so in `expires_in`.
    pub expires_in: bool,
    /// Whether the identity server takes client id and secret as HTTP Basic too.
    pub basic_auth: bool,
    /// The status that refuses a scope which the client is not registered for: 400 or 401.
    pub invalid_scope_status: u16,
    /// Calls of one client in a sliding window of `rate_window` seconds; none: no limit. No number is
    /// published.
    pub rate_limit: Option<u32>,
    /// Seconds of the window.
    pub rate_window: u32,
    /// Whether a 429 carries `Retry-After`, which is planned (developer hub, API rate limiting).
    pub retry_after: bool,
    /// The status of a create whose e-mail an external candidate has: 409 or 400.
    pub duplicate_status: u16,
    /// The status of a look-up that finds nobody.
    pub lookup_absent_status: u16,
    /// The member in which a look-up answers the id.
    pub lookup_id_key: String,
    /// Whether a skill needs the id of a proficiency level.
    pub skill_level_required: bool,
    /// Which country codes are taken.
    pub country_codes: CountryCodes,
    /// How the lists in a candidate are spelled when it is read.
    pub read_keys: ReadKeys,
    /// Whether the lists of ids (proficiency levels, applicant sources and so on) are refused with 403.
    pub lookups_forbidden: bool,
    /// Whether the part `metadata` must be of type `application/json`.
    pub metadata_type_checked: bool,
    /// Largest document in bytes.
    pub document_size: usize,
    /// The status of a document that is larger: 413 or 400.
    pub too_large_status: u16,
    /// Most documents of one candidate, or one application; none: any number.
    pub document_count: Option<usize>,
    /// The status of one document too many: 409 or 400.
    pub too_many_status: u16,
    /// Whether an application must say when the candidate can start.
    pub start_date_required: bool,
    /// Whether one can apply to an opportunity that is closed.
    pub apply_to_closed: bool,
    /// The status of a second application of the same candidate to the same opportunity.
    pub second_application_status: u16,
    /// Records on a page when nothing is asked for.
    pub per_page: usize,
    /// Most records on a page, whatever is asked for. Not published.
    pub per_page_cap: usize,
    /// What a list is.
    pub list_shape: ListShape,
    /// Whether lists carry `Link`.
    pub link_header: bool,
    /// Whether a page beyond the last is the last one again; else it is empty.
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

/// Which form of the base path answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prefix {
    /// `/{tenant}/api`, the form of the links in answers.
    #[default]
    Direct,
    /// `/talent/recruiting/v2/{tenant}/api`, the documented form of the gateway.
    Gateway,
    /// Either.
    Both,
}

/// Which country codes are taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountryCodes {
    /// Three capital letters.
    #[default]
    Alpha3,
    /// Two capital letters.
    Alpha2,
    /// Any text that is not blank.
    Any,
}

/// How the lists in a candidate are spelled when it is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadKeys {
    /// `work_experience`, `educations`, `behaviors`.
    #[default]
    Read,
    /// `workexperience`, `education`, `behaviours`, as in the import.
    Import,
}

/// What a list is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListShape {
    /// An array.
    #[default]
    Array,
    /// `{"data": […]}`.
    Data,
}
