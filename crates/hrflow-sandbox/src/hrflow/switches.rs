//! Settings for behaviour that no public source describes.

use serde::{Deserialize, Serialize};

/// How the HrFlow.ai mock server behaves if public sources differ or are silent, and which observed response formats it
/// uses. The defaults are the strictest reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// The delay in milliseconds until new profiles appear in `GET /storing/profiles`. Requests by key or reference
    /// find them immediately.
    pub lookup_lag: u64,
    /// The largest `limit` of a list. The documentation states none.
    pub limit_cap: usize,
    /// How a `limit` above the cap is handled.
    pub over_cap: OverCap,
    /// Whether lists include archived profiles. No filter for them is documented.
    pub list_archived: bool,
    /// `meta.maxPage` of an empty list: 1 or 0. No public source states it.
    pub empty_max_page: u64,
    /// Whether create requests without an email are rejected, as in the reference. The control server accepts profiles
    /// without an email in either case, like parsed ones.
    pub email_required: bool,
    /// The field of `GET /auth` that holds the permission.
    pub permission_member: PermissionMember,
    /// How responses show empty arrays.
    pub empty_arrays: EmptyArrays,
    /// How responses show an empty `fields` of a location.
    pub location_fields: EmptyFields,
    /// How responses show `info.urls`.
    pub urls: UrlsShape,
    /// The sixth consent: `reasoning` (responses of 2023) or `upskilling` (current documentation).
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
    /// Whether responses show profiles as stored.
    pub(crate) fn shapes_as_stored(&self) -> bool {
        self.empty_arrays == EmptyArrays::AsStored
            && self.location_fields == EmptyFields::AsStored
            && self.urls == UrlsShape::AsStored
            && self.sixth_consent == Consent::AsStored
    }
}

/// How a `limit` above the cap is handled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverCap {
    /// The cap is used. Official tools request 1000 by default and work.
    #[default]
    Clamp,
    /// The response is 400.
    Refuse,
}

/// The field of `GET /auth` that holds the permission.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionMember {
    /// As in the schema of the official Python SDK's tests.
    #[default]
    ApiKeyPermission,
    /// As in the reference's example.
    ApiSecretPermission,
}

/// How responses show empty arrays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyArrays {
    /// As stored.
    #[default]
    AsStored,
    /// `null`, as for fields that were never sent.
    Null,
    /// `[]`, as after a get followed by an edit. Nulls become `[]` too.
    Array,
}

/// How responses show an empty `fields` of a location.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyFields {
    /// As stored.
    #[default]
    AsStored,
    /// `null`.
    Null,
    /// `[]`, the back end's serialisation of an empty object.
    Array,
    /// `{}`.
    Object,
}

/// How responses show `info.urls`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrlsShape {
    /// As stored.
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
    /// As stored.
    #[default]
    AsStored,
    /// `reasoning`.
    Reasoning,
    /// `upskilling`.
    Upskilling,
}
