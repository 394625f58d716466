//! `HrFlow.ai Profiles`, read as a list: the profiles of a source, newest change first.
//!
//! HrFlow.ai has no filter for changes. What it has is an order: sorted by `updated_at`, newest first, what changed since
//! the last run stands in front, and the first older profile ends the reading
//! ([Storing API](https://developers.hrflow.ai/changelog/storing-api-new-api-for-profile-job-data-management)).
//! `updated_at` has seconds: profiles of the very second of the last position are read again, and so are those of the
//! `lookup_lag` before it. The journal knows what is unchanged.
//!
//! # Pages that move
//!
//! There are page numbers and nothing else to go on by, and the list changes while it is read:
//!
//! - A profile that comes, or changes, moves to the top, and pushes those in between down. The next page begins with
//!   profiles that were read already. A profile met again with the same `updated_at` is dropped; one that really changed is
//!   handed out again. The memory for that is bounded ([`Seen`](seen::Seen)): it holds the last 5,000 profiles or more.
//! - A profile that goes pulls those below it up, and as many slip from the next page to the one that was read. The list is
//!   then shorter than the page before said: `meta.total` is less by the number of those that went, or by fewer where others
//!   came, which push down what is pulled up. So never more can have slipped past than the total has shrunk by. The page is
//!   put aside, and reading starts again as many profiles further up, which drops what it has seen
//!   ([`Walk`](walk::Walk)).
//! - A profile that was not reached yet, and changes, is at the top and will not be met. A run that reads on from a position
//!   leaves it to the next run, as the position is that of the first profile it met. A run that reads everything goes back
//!   to the top once it is through, where it has noticed that anything moved.
//!
//! What a server says of its list is not trusted further than it agrees with what it returns: `meta` may be missing, or
//! contradict the page. A server that returns one page for every number ends in an error ([`Repeats`](repeats::Repeats)).
//!
//! What cannot be noticed is a profile that goes where the answers have no `meta.total`.

mod parameters;
mod reader;
mod repeats;
mod seen;
mod walk;

use futures::{StreamExt, stream};
use hrflow_core::{
    DataType, Endpoint, Error, ErrorKind, Finding, ItemKey, ItemStream, Options, Origin, ReadOrder,
    ReadRequest, Rejection, Result, Warehouse, Warning, async_trait, text::shown,
};
use jiff::Timestamp;

pub use parameters::ProfileListParameters;

use self::{
    parameters::DEFAULT_LIMIT,
    reader::{Pages, Reader, Settings, changed},
};
use crate::{
    Profile,
    api::{Api, Page},
    date::timestamp,
    warehouse,
};

/// The warehouse `HrFlow.ai Profiles`: the profiles of a source.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProfileList;

#[async_trait]
impl Origin for ProfileList {
    type Parameters = ProfileListParameters;
    type Item = Profile;

    fn warehouse(&self) -> Warehouse {
        Warehouse {
            name: warehouse::NAME,
            data_type: DataType::Profile,
            endpoints: vec![Endpoint {
                name: "List the profiles of a source",
                request: "GET /v1/storing/profiles",
                url: "https://developers.hrflow.ai/changelog/storing-api-new-api-for-profile-job-data-management",
            }],
        }
    }

    fn key(&self, item: &Profile) -> ItemKey {
        warehouse::key(item)
    }

    fn vet(&self, item: &Profile) -> Result<(), Rejection> {
        warehouse::vet(item)
    }

    fn warnings(&self, item: &Profile) -> Vec<Warning> {
        warehouse::warnings(item)
    }

    async fn read(
        &self,
        parameters: ProfileListParameters,
        request: ReadRequest,
    ) -> Result<ItemStream<Profile>> {
        let settings = Settings {
            since: request.read_from.as_deref().map(position).transpose()?,
            lag: parameters.lookup_lag.into(),
            archived: parameters.include_archived,
        };
        let mut reader = Reader::new(Source::new(parameters, &request.options)?, settings);
        // A refused key or an unknown source shows here, and not in the middle of the run.
        reader.read_page().await?;
        let next = async |mut reader: Reader<Source>| Some((reader.next().await?, reader));
        Ok(stream::unfold(reader, next).boxed())
    }

    async fn check(&self, parameters: ProfileListParameters, options: &Options) -> Result<Vec<Finding>> {
        let source = Source::new(parameters, options)?;
        let found = match source.ask("False", 1, 1).await?.meta.total {
            Some(1) => "; there is 1 profile".to_owned(),
            Some(total) => format!("; there are {total} profiles"),
            None => String::new(),
        };
        Ok(vec![format!("the key may read the source{found}").into()])
    }

    fn incremental(&self) -> Option<ReadOrder> {
        Some(ReadOrder::NewestFirst)
    }

    fn read_from(&self, item: &Profile) -> Result<Option<String>> {
        match changed(item) {
            Some(changed) => Ok(Some(changed.to_string())),
            None => Err(Error::new(
                ErrorKind::Invalid,
                "the profile has no updated_at that can be read, so nothing can be read on from it",
            )),
        }
    }
}

/// The position that the last run left.
fn position(read_from: &str) -> Result<Timestamp> {
    timestamp(read_from).ok_or_else(|| {
        let message = format!("the position to read on from is no time: \"{}\"", shown(read_from, 40));
        Error::new(ErrorKind::Invalid, message).advise(
            "Set read_from in the state to a time such as 2025-01-31T08:00:00Z, or remove it to read everything.",
        )
    })
}

/// A source's list at HrFlow.ai.
struct Source {
    api: Api,
    parameters: ProfileListParameters,
}

impl Source {
    fn new(parameters: ProfileListParameters, options: &Options) -> Result<Self> {
        Ok(Self { api: Api::new(&parameters.account(), options)?, parameters })
    }

    /// A page of the list, with whole profiles where `return_profile` is `True`: Python spells it so.
    async fn ask(&self, return_profile: &'static str, page: u64, limit: u16) -> Result<Page> {
        let mut query = self.parameters.query();
        query.extend([
            ("return_profile", return_profile.to_owned()),
            ("page", page.to_string()),
            ("limit", limit.to_string()),
            ("order_by", "desc".to_owned()),
            ("sort_by", "updated_at".to_owned()),
        ]);
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.api.profiles(&self.parameters.source_key, page, &query).await
    }
}

impl Pages for Source {
    async fn page(&self, number: u64) -> Result<Page> {
        let limit = self.parameters.limit;
        self.ask("True", number, limit).await.map_err(|error| match error.kind() {
            // Which words refuse a page that is too large is not known.
            ErrorKind::Invalid if limit > DEFAULT_LIMIT => error.advise(format!(
                "If it is {limit} profiles at once that it refuses, lower limit; {DEFAULT_LIMIT} is its own default."
            )),
            // Nothing but an answer that is too long is a broken promise that another try may keep.
            ErrorKind::Protocol if error.is_retryable() && limit > 1 => {
                error.advise("Lower limit, to ask for fewer profiles at once.")
            }
            _ => error,
        })
    }
}
