//! Settings for behaviour that no public source describes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// How the Teamtailor mock server behaves if public sources are silent. The defaults are the strictest reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// The delay in milliseconds until new records appear in lists and filters. Requests by id find them immediately.
    pub lookup_lag: u64,
    /// Requests in a sliding window of `rate_window` seconds. `None` disables the limit.
    pub rate_limit: Option<u32>,
    /// The length of the window in seconds.
    pub rate_window: u32,
    /// Whether all keys of the account share one limit (sources differ).
    pub rate_per_account: bool,
    /// Whether a 429 has `Retry-After`.
    pub retry_after: bool,
    /// The body of a 429.
    pub too_many_body: TooManyBody,
    /// Whether writes with `application/vnd.api+json; charset=…` are rejected.
    pub refuse_charset: bool,
    /// The types whose lists have cursor pages. The others have numbered pages.
    pub cursor_lists: BTreeSet<String>,
    /// Whether `page[…]` keys of the other style are rejected. If not, they are ignored.
    pub refuse_other_paging: bool,
    /// Whether texts, booleans and tags of another JSON type are rejected. If not, they are cast as in Rails.
    pub strict_types: bool,
    /// The longest pitch in characters. `None`: no limit.
    pub pitch_limit: Option<usize>,
    /// Whether the syntax of emails is checked.
    pub email_syntax: bool,
    /// The status of a create that merged into an existing candidate: 201 or 200.
    pub merge_status: u16,
    /// How a merge treats tags.
    pub merge_tags: MergeTags,
    /// Whether a null in a merge clears the attribute. If not, it is ignored.
    pub merge_nulls_clear: bool,
    /// Whether a merge replaces an existing résumé.
    pub merge_replaces_resume: bool,
    /// Whether a PATCH may contain `sourced`, which is then ignored. If not, it is rejected.
    pub sourced_in_patch: bool,
    /// Whether a create may contain department and locations (sources differ).
    pub relationships_in_create: bool,
    /// The result for a candidate whose résumé cannot be fetched.
    pub unreachable_resume: Unreachable,
    /// The result for a candidate whose picture cannot be fetched.
    pub unreachable_picture: Unreachable,
    /// Hosts, as `host` or `host:port`, from which files are fetched besides the sandbox's files server. Plain HTTP
    /// only.
    pub allowed_hosts: Vec<String>,
    /// The time limit of a fetch, in milliseconds.
    pub fetch_timeout: u64,
    /// The delay in milliseconds until a new résumé is shown. The response of the write itself never shows it.
    pub resume_delay: u64,
    /// The lifetime of a signed résumé link in seconds: 30 in the documentation, 60 as measured in 2026.
    pub resume_link_seconds: u64,
    /// The lifetime of a signed upload link in seconds.
    pub upload_link_seconds: u64,
    /// How `POST /v1/files` shows the address of an upload.
    pub files_answer: FilesAnswer,
    /// Whether an upload's `url` can be an address that `POST /v1/files` returned.
    pub transient_uploads: bool,
    /// Whether versions before 20240404 list notes in their own documented format.
    pub legacy_notes: bool,
    /// The result of a second value for the same custom field and owner.
    pub second_value: SecondValue,
    /// Whether `answers` has an empty linkage without being included, as in an old sample.
    pub stray_linkage: bool,
}

impl Default for Switches {
    fn default() -> Switches {
        Switches {
            lookup_lag: 0,
            rate_limit: Some(50),
            rate_window: 10,
            rate_per_account: false,
            retry_after: true,
            too_many_body: TooManyBody::default(),
            refuse_charset: true,
            cursor_lists: ["candidates", "custom-fields"].map(str::to_owned).into(),
            refuse_other_paging: true,
            strict_types: true,
            pitch_limit: Some(140),
            email_syntax: true,
            merge_status: 201,
            merge_tags: MergeTags::default(),
            merge_nulls_clear: true,
            merge_replaces_resume: true,
            sourced_in_patch: false,
            relationships_in_create: true,
            unreachable_resume: Unreachable::default(),
            unreachable_picture: Unreachable::default(),
            allowed_hosts: Vec::new(),
            fetch_timeout: 5_000,
            resume_delay: 0,
            resume_link_seconds: 30,
            upload_link_seconds: 60,
            files_answer: FilesAnswer::default(),
            transient_uploads: false,
            legacy_notes: true,
            second_value: SecondValue::default(),
            stray_linkage: false,
        }
    }
}

/// The body of a 429.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TooManyBody {
    /// No body.
    #[default]
    Empty,
    /// A line of text.
    Text,
    /// A JSON:API error.
    JsonApi,
}

/// How a merge treats tags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeTags {
    /// The new list replaces the old one, as in a PATCH.
    #[default]
    Replace,
    /// The new tags are added to the old ones.
    Union,
}

/// The result for a candidate whose file cannot be fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreachable {
    /// 422 for that attribute, as observed for pictures.
    #[default]
    Refuse,
    /// The candidate is stored without the file, and without an error.
    Drop,
}

/// How `POST /v1/files` shows the address of an upload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilesAnswer {
    /// `{"uri": …}`.
    #[default]
    Uri,
    /// `{"data": {"attributes": {"url": …}}}`.
    JsonApi,
}

/// The result of a second value for the same custom field and owner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondValue {
    /// 422 `has already been taken`.
    #[default]
    Refuse,
    /// A second record is created.
    Create,
}
