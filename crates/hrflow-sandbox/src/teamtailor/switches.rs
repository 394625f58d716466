//! What can be told either way, because nothing public settles it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// How the Teamtailor stand-in behaves where the facts are open. The defaults are the strictest reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// New records appear in lists and filters only after so many milliseconds; by id they are there at once.
    pub lookup_lag: u64,
    /// Requests in a sliding window of `rate_window` seconds; none: no limit.
    pub rate_limit: Option<u32>,
    /// Seconds of the window.
    pub rate_window: u32,
    /// Whether all keys of the account share one limit (sources disagree).
    pub rate_per_account: bool,
    /// Whether a 429 carries `Retry-After`.
    pub retry_after: bool,
    /// What a 429 carries.
    pub too_many_body: TooManyBody,
    /// Whether `application/vnd.api+json; charset=…` is refused on writes.
    pub refuse_charset: bool,
    /// Types whose lists page by cursor; the others page by number.
    pub cursor_lists: BTreeSet<String>,
    /// Whether the other style's `page[…]` keys are refused, rather than ignored.
    pub refuse_other_paging: bool,
    /// Whether texts, booleans and tags of another JSON type are refused; else they are cast as Rails does.
    pub strict_types: bool,
    /// Longest pitch in characters; none: no limit.
    pub pitch_limit: Option<usize>,
    /// Whether the syntax of an e-mail is checked.
    pub email_syntax: bool,
    /// The status of a create that merged into an existing candidate: 201 or 200.
    pub merge_status: u16,
    /// What a merge does with tags.
    pub merge_tags: MergeTags,
    /// Whether a null in a merge clears the attribute; else it is ignored.
    pub merge_nulls_clear: bool,
    /// Whether a merge replaces a résumé that is there; else the old one stays.
    pub merge_replaces_resume: bool,
    /// Whether `sourced` may be sent in a PATCH (it is then ignored); else it is not allowed.
    pub sourced_in_patch: bool,
    /// Whether department and locations may be sent with a new candidate (sources disagree).
    pub relationships_in_create: bool,
    /// What becomes of a candidate whose résumé cannot be fetched.
    pub unreachable_resume: Unreachable,
    /// What becomes of a candidate whose picture cannot be fetched.
    pub unreachable_picture: Unreachable,
    /// Hosts, as `host` or `host:port`, that files are fetched from besides the sandbox's own files
    /// server. Plain HTTP only.
    pub allowed_hosts: Vec<String>,
    /// How long a fetch may take, in milliseconds.
    pub fetch_timeout: u64,
    /// A new résumé shows so many milliseconds after it came (never in the answer of the write itself).
    pub resume_delay: u64,
    /// Seconds that a signed résumé link works: 30 by the documents, 60 as measured in 2026.
    pub resume_link_seconds: u64,
    /// Seconds that a signed upload link works.
    pub upload_link_seconds: u64,
    /// How `POST /v1/files` shows the address of what it took.
    pub files_answer: FilesAnswer,
    /// Whether an upload's `url` may be one that `POST /v1/files` issued.
    pub transient_uploads: bool,
    /// Versions before 20240404 list notes in the documented shape of their own.
    pub legacy_notes: bool,
    /// What a second value for the same custom field and owner does.
    pub second_value: SecondValue,
    /// Whether `answers` shows an empty linkage without being included, as an old sample does.
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

/// What a 429 carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TooManyBody {
    /// Nothing.
    #[default]
    Empty,
    /// A line of text.
    Text,
    /// A JSON:API error.
    JsonApi,
}

/// What a merge does with tags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeTags {
    /// The sent list takes the place of the old one, as in a PATCH.
    #[default]
    Replace,
    /// The sent tags are added to the old ones.
    Union,
}

/// What becomes of a candidate whose file cannot be fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreachable {
    /// 422 on that attribute; observed for pictures.
    #[default]
    Refuse,
    /// The candidate is stored without the file, and nobody says so.
    Drop,
}

/// How `POST /v1/files` shows the address of what it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilesAnswer {
    /// `{"uri": …}`.
    #[default]
    Uri,
    /// `{"data": {"attributes": {"url": …}}}`.
    JsonApi,
}

/// What a second value for the same custom field and owner does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondValue {
    /// 422 `has already been taken`.
    #[default]
    Refuse,
    /// A second record.
    Create,
}
