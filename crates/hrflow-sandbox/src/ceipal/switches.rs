//! Settings for behaviour that no public source describes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// How the Ceipal mock server behaves if public sources are silent. The defaults are the strictest reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// The delay in milliseconds until new applicants and submissions appear in lists and filters. Requests by id and
    /// the duplicate check find them immediately.
    pub lookup_lag: u64,
    /// The tenant's calls in a sliding window of `rate_window` seconds, logins included. `None` disables the limit. The
    /// vendor told a client 60 per minute.
    pub rate_limit: Option<u32>,
    /// The length of the window in seconds.
    pub rate_window: u32,
    /// The status of a call over the limit: 429 or 403.
    pub throttle_status: u16,
    /// Whether a call over the limit gets `Retry-After`.
    pub retry_after: bool,
    /// The lifetime of an access token in seconds.
    pub token_seconds: u64,
    /// The seconds after login during which an access token, expired or not, can be refreshed.
    pub refresh_seconds: u64,
    /// Whether access tokens are JSON Web Tokens, which contain their expiry time.
    pub jwt: bool,
    /// Whether token responses have `expires_in`.
    pub expires_in: bool,
    /// Whether token responses are nested under `data`.
    pub nested_tokens: bool,
    /// Whether version 1 returns tokens in XML, unless `Accept` or `"json": 1` requests JSON.
    pub xml_tokens: bool,
    /// The status of a login with wrong credentials on version 1: 401 or 403.
    pub sign_in_status: u16,
    /// The response to an expired, missing or unknown access token.
    pub expired: Expired,
    /// Whether version 2 requires a trailing slash. If not, it is optional.
    pub v2_slash: bool,
    /// Whether version 1 redirects (301) lists without a trailing slash to the path with one.
    pub v1_redirect: bool,
    /// Whether version 1 reports errors in the body of a 200.
    pub errors_in_200: bool,
    /// How a body of version 1 reports an error.
    pub refusal: Refusal,
    /// The last segment of the path that creates applicants.
    pub create_path: String,
    /// Whether version 2 creates applicants too.
    pub v2_create: bool,
    /// The names of form fields that differ from the usual name: usual name to name.
    pub field_names: BTreeMap<String, String>,
    /// Required, non-empty fields besides first name and email.
    pub required_fields: BTreeSet<String>,
    /// Further required fields of an application for a job.
    pub apply_required_fields: BTreeSet<String>,
    /// Whether a mobile number must have 7 to 15 digits, with an optional leading plus.
    pub check_mobile_number: bool,
    /// How files of a new applicant are handled. Only applications are known to accept files.
    pub create_files: CreateFiles,
    /// The accepted file extensions of résumés.
    pub resume_extensions: BTreeSet<String>,
    /// The largest résumé in bytes.
    pub resume_size: usize,
    /// The response to a created applicant.
    pub created: Created,
    /// The result of a create with an email that an applicant already has, in any case.
    pub duplicate: Duplicate,
    /// The result of a second application for the same job.
    pub second_application: SecondApplication,
    /// Whether lists ignore the filter by email, as they ignore unknown filters.
    pub ignore_email_filter: bool,
    /// Whether the filter by email is case-insensitive.
    pub email_filter_any_case: bool,
    /// Whether lists contain only their rows, without an envelope.
    pub bare_lists: bool,
    /// Whether every page is the first page.
    pub stuck_page: bool,
    /// How lists name the next page.
    pub next: Next,
    /// The number by which the count of a list exceeds its rows.
    pub count_excess: usize,
    /// Whether countries, states, sources, users and job statuses have pages like other lists. If not, each is one
    /// array.
    pub paged_master_data: bool,
    /// How `getStatesList` identifies a country.
    pub states_by: StatesBy,
    /// The tenant's time zone (IANA name), for times without a zone and for filters. An unknown zone counts as UTC.
    pub time_zone: String,
    /// Whether an applicant's `created_at` has no zone. `modify_date` never has one.
    pub local_created_at: bool,
    /// The field of version 2 that holds a résumé's token.
    pub resume_token_key: String,
    /// The lifetime of that token in seconds.
    pub resume_token_seconds: u64,
}

impl Default for Switches {
    fn default() -> Switches {
        Switches {
            lookup_lag: 0,
            rate_limit: Some(60),
            rate_window: 60,
            throttle_status: 429,
            retry_after: false,
            token_seconds: 3600,
            refresh_seconds: 7 * 24 * 3600,
            jwt: true,
            expires_in: false,
            nested_tokens: false,
            xml_tokens: true,
            sign_in_status: 401,
            expired: Expired::default(),
            v2_slash: true,
            v1_redirect: false,
            errors_in_200: false,
            refusal: Refusal::default(),
            create_path: "createApplicant".to_owned(),
            v2_create: false,
            field_names: BTreeMap::new(),
            required_fields: BTreeSet::new(),
            apply_required_fields: BTreeSet::new(),
            check_mobile_number: true,
            create_files: CreateFiles::default(),
            resume_extensions: ["pdf", "doc", "docx"].map(str::to_owned).into(),
            resume_size: 10_000_000,
            created: Created::default(),
            duplicate: Duplicate::default(),
            second_application: SecondApplication::default(),
            ignore_email_filter: false,
            email_filter_any_case: false,
            bare_lists: false,
            stuck_page: false,
            next: Next::default(),
            count_excess: 0,
            paged_master_data: false,
            states_by: StatesBy::default(),
            time_zone: "America/New_York".to_owned(),
            local_created_at: false,
            resume_token_key: "resumeToken".to_owned(),
            resume_token_seconds: 30 * 60,
        }
    }
}

/// The response to an expired, missing or unknown access token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expired {
    /// 401.
    #[default]
    Unauthorized,
    /// 403.
    Forbidden,
    /// 200 with an error in the body. Version 2 returns 401.
    Ok,
    /// 200 with `{"detail": …}`. Version 2 returns 401.
    OkDetail,
}

/// How a body of version 1 reports an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// `"success": 0`.
    #[default]
    SuccessZero,
    /// `"success": false`.
    SuccessFalse,
    /// `"status": 400`, or another status.
    Status,
    /// `"status": "failed"`.
    StatusText,
}

/// How files of a new applicant are handled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreateFiles {
    /// They are stored.
    #[default]
    Keep,
    /// They are ignored without an error.
    Ignore,
    /// The applicant is rejected.
    Refuse,
}

/// The response to a created applicant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Created {
    /// 201 without the id.
    #[default]
    Bare,
    /// 201 with the id.
    Id,
    /// 201 with the id under `data`.
    Data,
    /// 201 with no body.
    Empty,
    /// 200 with an error in the body. No applicant is created.
    Refused,
}

/// The result of a create with an existing email.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicate {
    /// 201 with an error in the body. No applicant is created.
    #[default]
    Soft,
    /// 400. No applicant is created.
    Hard,
    /// A second record is created.
    Allow,
}

/// The result of a second application for the same job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondApplication {
    /// 201 with an error in the body. No submission is created.
    #[default]
    Soft,
    /// 400. No submission is created.
    Hard,
}

/// How lists name the next page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// By its URL.
    #[default]
    Url,
    /// By its page number.
    Number,
}

/// How `getStatesList` identifies a country.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatesBy {
    /// By its ISO code only.
    #[default]
    Iso,
    /// By its id only.
    Id,
    /// By either.
    Either,
}
