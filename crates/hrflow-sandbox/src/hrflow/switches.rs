//! What can be told either way, because nothing public settles it.

use serde::{Deserialize, Serialize};

/// How the HrFlow.ai stand-in behaves where the facts are open, and which of the shapes seen in
/// genuine replies it answers with. The defaults are the strictest reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// New profiles appear in `GET /storing/profiles` only after so many milliseconds; by key or
    /// reference they are there at once.
    pub lookup_lag: u64,
    /// Largest `limit` of a list. The documents name none.
    pub limit_cap: usize,
    /// What becomes of a `limit` above the cap.
    pub over_cap: OverCap,
    /// Whether archived profiles are listed. No filter for them is documented.
    pub list_archived: bool,
    /// `meta.maxPage` of an empty list: 1 or 0, nothing public says which.
    pub empty_max_page: u64,
    /// Whether a profile without e-mail is refused on create, as the reference says. Profiles put
    /// through the control interface may have none either way, as parsed ones do.
    pub email_required: bool,
    /// The member of `GET /auth` that holds the permission.
    pub permission_member: PermissionMember,
    /// How empty arrays show.
    pub empty_arrays: EmptyArrays,
    /// How a location's `fields` shows where it holds nothing.
    pub location_fields: EmptyFields,
    /// How `info.urls` shows.
    pub urls: UrlsShape,
    /// The sixth consent: `reasoning` (replies of 2023) or `upskilling` (current documents).
    pub sixth_consent: Consent,
}

impl Default for Switches {
    fn default() -> Switches {
        Switches {
            lookup_lag: 0,
            limit_cap: 100,
            over_cap: OverCap::default(),
            list_archived: true,
            empty_max_page: 1,
            email_required: true,
            permission_member: PermissionMember::default(),
            empty_arrays: EmptyArrays::default(),
            location_fields: EmptyFields::default(),
            urls: UrlsShape::default(),
            sixth_consent: Consent::default(),
        }
    }
}

impl Switches {
    /// Whether replies show profiles as they are stored.
    pub(crate) fn shapes_as_stored(&self) -> bool {
        self.empty_arrays == EmptyArrays::AsStored
            && self.location_fields == EmptyFields::AsStored
            && self.urls == UrlsShape::AsStored
            && self.sixth_consent == Consent::AsStored
    }
}

/// What becomes of a `limit` above the cap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverCap {
    /// The cap is used. Official tooling asks for 1000 by default and works.
    #[default]
    Clamp,
    /// 400.
    Refuse,
}

/// The member of `GET /auth` that holds the permission.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionMember {
    /// As in the schema of the official Python SDK's tests.
    #[default]
    ApiKeyPermission,
    /// As in the reference's example.
    ApiSecretPermission,
}

/// How empty arrays show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyArrays {
    /// As they were put.
    #[default]
    AsStored,
    /// `null`, as for members that were never sent.
    Null,
    /// `[]`, as after a round trip of get and edit; nulls too.
    Array,
}

/// How a location's `fields` shows where it holds nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyFields {
    /// As it was put.
    #[default]
    AsStored,
    /// `null`.
    Null,
    /// `[]`: how the back end serialises an empty object.
    Array,
    /// `{}`.
    Object,
}

/// How `info.urls` shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrlsShape {
    /// As it was put.
    #[default]
    AsStored,
    /// `null`.
    Null,
    /// An object keyed by type, as in old data and some current examples.
    Object,
}

/// The sixth consent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// As it was put.
    #[default]
    AsStored,
    /// `reasoning`.
    Reasoning,
    /// `upskilling`.
    Upskilling,
}
