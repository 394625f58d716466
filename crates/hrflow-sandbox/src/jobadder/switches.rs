//! What can be told either way, because nothing public settles it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// How the JobAdder stand-in behaves where the facts are open. The defaults are the strictest reading, save
/// for the limits, `listed_values_only` and `duplicates_in_other_email`, which no source tells of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// New candidates appear in lists and searches only after so many milliseconds; by id they are there at once.
    pub lookup_lag: u64,

    /// Whether the person at `/connect/authorize` says no.
    pub deny_consent: bool,
    /// What the token answer's `api` looks like.
    pub api_form: ApiForm,
    /// What stands before `/v2` in the account's base URL, such as `/eu9`: changing it moves the account,
    /// and requests to the old base are answered with 404.
    pub api_prefix: String,
    /// The status of `invalid_client`: 400 or 401 (RFC 6749, 5.2).
    pub invalid_client_status: u16,
    /// Whether a refresh answers with a new refresh token, as the documented sample does; else with none,
    /// and the old one stays good.
    pub refresh_rotates: bool,
    /// Seconds that a refresh token works on after it was replaced.
    pub refresh_grace: u64,
    /// What the refresh of a revoked grant is answered with: both are said to occur when the user is deleted.
    pub revoked_grant: RevokedGrant,

    /// Requests of the account per second; none: no limit. No numbers are published.
    pub calls_per_second: Option<u32>,
    /// Requests of the account per minute; none: no limit. No numbers are published.
    pub calls_per_minute: Option<u32>,
    /// Seconds in `Retry-After` when a limit is passed; until then every request is answered with 429.
    pub retry_after: u64,
    /// What a 401, 403 or 429 carries.
    pub refusal_body: RefusalBody,
    /// How `errors` looks in a 409 or 422.
    pub errors: ErrorsForm,

    /// What a PUT does to the members that it does not name.
    pub put: Put,
    /// Whether a member that the command does not have is refused; else it is ignored.
    pub refuse_unknown_members: bool,
    /// Whether a null where none is declared is refused; else the member counts as left out.
    pub refuse_nulls: bool,
    /// Whether firstName and lastName are required, as the job board's sibling command has them.
    pub name_required: bool,
    /// Whether the syntax of an e-mail is checked.
    pub email_syntax: bool,
    /// Whether more than 100 skill tags, or one of more than 100 characters, are refused.
    pub skill_tag_limits: bool,
    /// Whether a date-time is refused where a year, a month or a date belongs; else it is cut to its date.
    pub refuse_date_times: bool,
    /// Whether countryCode has to be one of `/countries`, in capitals.
    pub country_codes: bool,
    /// Whether source, rating and salutation have to be on the account's lists.
    pub listed_values_only: bool,
    /// Whether a create has to fill in the mandatory custom fields.
    pub mandatory_custom_fields: bool,

    /// Whether an override code lets through again and again; else once.
    pub override_reusable: bool,
    /// Whether an override code is good for any e-mail; else for the one that it was given out for.
    pub override_for_any_email: bool,
    /// Seconds that an override code works; none: for ever.
    pub override_seconds: Option<u64>,
    /// Whether letter case makes e-mails different in the duplicate test.
    pub duplicates_keep_case: bool,
    /// Whether another candidate's `otherEmail` counts in the duplicate test.
    pub duplicates_in_other_email: bool,

    /// How the list's `Email` filter matches; case never counts.
    pub email_filter: EmailFilter,
    /// Whether a `Limit` over 1000 is refused; else it counts as 1000.
    pub refuse_over_limit: bool,
    /// How a member without a value shows in answers.
    pub absent_members: AbsentMembers,

    /// Largest upload in bytes.
    pub largest_upload: usize,
    /// Extensions that uploads may have, in lower case; none: any. There is such a list (release note of
    /// 2021-10-30), but it is not published.
    pub file_types: Option<BTreeSet<String>>,
    /// Whether a part may claim to be `application/octet-stream`, or claim nothing.
    pub octet_stream_parts: bool,
    /// Whether an attachment may come as a bare `application/octet-stream`, as documented in 2019, with its
    /// name in `Content-Disposition`.
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

/// What the token answer's `api` looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiForm {
    /// With a slash at its end, as accounts have it.
    #[default]
    Slash,
    /// Without, as in the documented sample.
    NoSlash,
    /// The host alone, without `/v2`.
    Host,
}

/// What the refresh of a revoked grant is answered with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokedGrant {
    /// `invalid_grant`.
    #[default]
    InvalidGrant,
    /// `invalid_request`.
    InvalidRequest,
}

/// What a 401, 403 or 429 carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalBody {
    /// Nothing.
    #[default]
    Empty,
    /// A model with a message.
    Model,
    /// A page.
    Html,
    /// A line of text.
    Text,
}

/// How `errors` looks in a 409 or 422.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorsForm {
    /// A list of `{code, message, fields}`, as documented.
    #[default]
    List,
    /// An object of messages by field, as clients have met it.
    Map,
}

/// What a PUT does to the members that it does not name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Put {
    /// They are blanked.
    #[default]
    Replace,
    /// They stay.
    Partial,
}

/// How the list's `Email` filter matches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailFilter {
    /// Every e-mail that contains what is asked for.
    #[default]
    Contains,
    /// That e-mail only.
    Exact,
}

/// How a member without a value shows in answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsentMembers {
    /// It is not there.
    #[default]
    Omit,
    /// It is null.
    Null,
}
