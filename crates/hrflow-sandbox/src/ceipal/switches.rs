//! What can be told either way, because nothing public settles it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// How the Ceipal stand-in behaves where the facts are open. The defaults are the strictest reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// New applicants and submissions appear in lists and filters only after so many milliseconds; by
    /// id they are there at once, and duplicates are known at once.
    pub lookup_lag: u64,
    /// Calls of the tenant in a sliding window of `rate_window` seconds, sign-ins included; none: no
    /// limit. A client was told 60 a minute by the vendor.
    pub rate_limit: Option<u32>,
    /// Seconds of the window.
    pub rate_window: u32,
    /// The status of a call too many: 429 or 403.
    pub throttle_status: u16,
    /// Whether a call too many is answered with `Retry-After`.
    pub retry_after: bool,
    /// Seconds that an access token works.
    pub token_seconds: u64,
    /// Seconds after the sign-in in which an access token, expired or not, can be refreshed.
    pub refresh_seconds: u64,
    /// Whether access tokens are JSON Web Tokens, which say when they expire.
    pub jwt: bool,
    /// Whether token answers carry `expires_in`.
    pub expires_in: bool,
    /// Whether token answers are nested under `data`.
    pub nested_tokens: bool,
    /// Whether version 1 answers tokens in XML unless JSON is asked for, by `Accept` or by `"json": 1`.
    pub xml_tokens: bool,
    /// The status of a sign-in with wrong credentials on version 1: 401 or 403.
    pub sign_in_status: u16,
    /// What an expired, missing or unknown access token gets.
    pub expired: Expired,
    /// Whether version 2 needs a slash at the end of a path; else it does not matter.
    pub v2_slash: bool,
    /// Whether lists of version 1 without a slash at the end of the path are 301 to that with one.
    pub v1_redirect: bool,
    /// Whether version 1 refuses with 200, and says so in the body.
    pub errors_in_200: bool,
    /// How a body of version 1 says that it is a refusal.
    pub refusal: Refusal,
    /// The last segment of the path that creates applicants.
    pub create_path: String,
    /// Whether version 2 creates applicants too.
    pub v2_create: bool,
    /// What a form's fields are called, where that is not the usual name: usual name to name.
    pub field_names: BTreeMap<String, String>,
    /// Fields that must be there and not blank, besides first name and e-mail.
    pub required_fields: BTreeSet<String>,
    /// Fields that must be there when applying for a job, besides those.
    pub apply_required_fields: BTreeSet<String>,
    /// Whether a mobile number must be 7 to 15 digits, with or without a plus sign before them.
    pub check_mobile_number: bool,
    /// What becomes of files that are sent with a new applicant, which only applying is known to take.
    pub create_files: CreateFiles,
    /// File name extensions of résumés that are taken.
    pub resume_extensions: BTreeSet<String>,
    /// Largest résumé in bytes.
    pub resume_size: usize,
    /// What the answer to a created applicant is.
    pub created: Created,
    /// What a create does whose e-mail an applicant has, in any case.
    pub duplicate: Duplicate,
    /// What a second application for the same job does.
    pub second_application: SecondApplication,
    /// Whether lists ignore the filter by e-mail, as they do others.
    pub ignore_email_filter: bool,
    /// Whether the filter by e-mail takes any case; else the case must be that of the record.
    pub email_filter_any_case: bool,
    /// Whether lists come without anything but their rows.
    pub bare_lists: bool,
    /// Whether every page is the first one.
    pub stuck_page: bool,
    /// How lists say what comes next.
    pub next: Next,
    /// How many more than there are rows a list counts.
    pub count_excess: usize,
    /// Whether countries, states, sources, users and job statuses come in pages as other lists do;
    /// else in one array.
    pub paged_master_data: bool,
    /// By what `getStatesList` knows a country.
    pub states_by: StatesBy,
    /// The tenant's time zone (IANA name), of times without a zone and of filters; UTC if there is no such zone.
    pub time_zone: String,
    /// Whether an applicant's `created_at` has no zone; `modify_date` never has one.
    pub local_created_at: bool,
    /// The member of version 2 that holds the token of a résumé.
    pub resume_token_key: String,
    /// Seconds that such a token works.
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

/// What an expired, missing or unknown access token gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expired {
    /// 401.
    #[default]
    Unauthorized,
    /// 403.
    Forbidden,
    /// 200 with a refusal in the body; 401 on version 2.
    Ok,
    /// 200 with `{"detail": …}`; 401 on version 2.
    OkDetail,
}

/// How a body of version 1 says that it is a refusal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// `"success": 0`.
    #[default]
    SuccessZero,
    /// `"success": false`.
    SuccessFalse,
    /// `"status": 400`, or the like.
    Status,
    /// `"status": "failed"`.
    StatusText,
}

/// What becomes of files that are sent with a new applicant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreateFiles {
    /// They are kept.
    #[default]
    Keep,
    /// They are ignored without a word.
    Ignore,
    /// The applicant is refused.
    Refuse,
}

/// What the answer to a created applicant is.
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
    /// 200 with a refusal in the body; nothing is created.
    Refused,
}

/// What a create does whose e-mail an applicant has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicate {
    /// 201 with a refusal in the body; nothing is created.
    #[default]
    Soft,
    /// 400; nothing is created.
    Hard,
    /// A second record.
    Allow,
}

/// What a second application for the same job does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondApplication {
    /// 201 with a refusal in the body; nothing is created.
    #[default]
    Soft,
    /// 400; nothing is created.
    Hard,
}

/// How lists say what comes next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// By its URL.
    #[default]
    Url,
    /// By its page number.
    Number,
}

/// By what `getStatesList` knows a country.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatesBy {
    /// By its ISO code alone.
    #[default]
    Iso,
    /// By its id alone.
    Id,
    /// By either.
    Either,
}
