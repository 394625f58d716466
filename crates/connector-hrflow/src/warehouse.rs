//! `HrFlow.ai Profiles`, read one by one.

use futures::{StreamExt, stream};
use hrflow_core::{
    DataType, Endpoint, Finding, ItemKey, ItemStream, Options, Origin, ReadRequest, Rejection, Result,
    Warehouse, Warning, async_trait,
};

use crate::{Profile, api::Api, content, parameters::ProfileParameters, reading};

/// The name of the warehouse, however it is read.
pub(crate) const NAME: &str = "HrFlow.ai Profiles";

/// What a profile is known by, however it was read.
pub(crate) fn key(profile: &Profile) -> ItemKey {
    profile.item_key().map_or_else(|| content_key(profile), ItemKey::new)
}

/// The key of a profile's content. How it was read is not part of it.
pub(crate) fn content_key(profile: &Profile) -> ItemKey {
    match profile.reading {
        None => ItemKey::of_content(profile),
        Some(_) => ItemKey::of_content(&Profile { reading: None, ..profile.clone() }),
    }
}

/// Whether a profile can be sent, however it was read.
pub(crate) fn vet(profile: &Profile) -> Result<(), Rejection> {
    reading::vet(profile)?;
    content::vet(profile)
}

/// What was repaired in a profile, however it was read.
pub(crate) fn warnings(profile: &Profile) -> Vec<Warning> {
    profile.reading.as_ref().map(|reading| reading.warnings.clone()).unwrap_or_default()
}

/// The warehouse `HrFlow.ai Profiles`: one profile of a source.
#[derive(Debug, Clone, Copy, Default)]
pub struct Profiles;

#[async_trait]
impl Origin for Profiles {
    type Parameters = ProfileParameters;
    type Item = Profile;

    fn warehouse(&self) -> Warehouse {
        Warehouse {
            name: NAME,
            data_type: DataType::Profile,
            endpoints: vec![Endpoint {
                name: "Read a profile",
                request: "GET /v1/profile/indexing",
                url: "https://developers.hrflow.ai/reference/get-profile",
            }],
        }
    }

    fn key(&self, item: &Profile) -> ItemKey {
        key(item)
    }

    fn vet(&self, item: &Profile) -> Result<(), Rejection> {
        vet(item)
    }

    fn warnings(&self, item: &Profile) -> Vec<Warning> {
        warnings(item)
    }

    async fn read(&self, parameters: ProfileParameters, request: ReadRequest) -> Result<ItemStream<Profile>> {
        let api = Api::new(&parameters.account(), &request.options)?;
        let read = async move { api.profile(&parameters.source_key, &parameters.profile_key).await };
        Ok(stream::once(read).boxed())
    }

    async fn check(&self, parameters: ProfileParameters, options: &Options) -> Result<Vec<Finding>> {
        let profile = Api::new(&parameters.account(), options)?
            .profile(&parameters.source_key, &parameters.profile_key)
            .await?;
        let mut found = vec!["the key may read; the profile is there".into()];
        if profile.is_archived() {
            found.push(Finding::warning("the profile is archived"));
        }
        Ok(found)
    }
}

/// The example stays one that compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
