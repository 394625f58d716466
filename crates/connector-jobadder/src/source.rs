//! The source of created candidates: accounts list those that they accept.

use connector_hrflow::Filled;
use hrflow_core::{ErrorKind, Finding, Result, Warning};

use crate::{
    api::Api,
    parameters::{Parameters, default_source},
};

/// What created candidates get as their source.
pub(crate) enum Source {
    /// Nothing: the parameter is empty.
    Unset,
    /// A source of the account's list, in its spelling.
    Listed(String),
    /// The source of the parameter, which the account's list lacks. It is not sent: an account may reject every
    /// candidate for it.
    Unlisted(String),
    /// The source of the parameter as configured, and why the list cannot be read.
    Unread(String, String),
}

impl Source {
    /// Looks the source of the parameters up in the account's list, with one request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Cancelled`]; if the list cannot be read for another reason, the source is sent as configured.
    pub(crate) async fn open(api: &Api, parameters: &Parameters) -> Result<Self> {
        let Some(source) = parameters.source.filled() else { return Ok(Self::Unset) };
        let wanted = source.to_lowercase();
        match api.candidate_sources().await {
            Ok(listed) => Ok(match listed.into_iter().find(|it| it.trim().to_lowercase() == wanted) {
                Some(listed) => Self::Listed(listed),
                None => Self::Unlisted(source.to_owned()),
            }),
            Err(error) if error.kind() == ErrorKind::Cancelled => Err(error),
            Err(error) => Ok(Self::Unread(source.to_owned(), error.to_string())),
        }
    }

    /// What is sent.
    pub(crate) fn sent(&self) -> Option<&str> {
        match self {
            Self::Listed(source) | Self::Unread(source, _) => Some(source),
            Self::Unset | Self::Unlisted(_) => None,
        }
    }

    /// The warning for a created candidate that did not get the source.
    pub(crate) fn warning(&self) -> Option<Warning> {
        let Self::Unlisted(source) = self else { return None };
        let reason = "Left out, because the account's list of candidate sources lacks it";
        Some(Warning::new("source", reason).with_value(source))
    }

    /// What a check reports.
    pub(crate) fn finding(&self) -> Option<Finding> {
        match self {
            Self::Unset | Self::Listed(_) => None,
            Self::Unlisted(source) => {
                let text = format!(
                    "the account's list of candidate sources lacks {source:?}: created candidates get no source. Add it to \
                     the list in JobAdder, or set source to a listed one, or to \"\" for none"
                );
                // The default is not the user's choice.
                Some(if *source == default_source() { text.into() } else { Finding::warning(text) })
            }
            Self::Unread(source, why) => Some(
                format!(
                    "the list of candidate sources cannot be read, so {source:?} is sent as configured: {why}"
                )
                .into(),
            ),
        }
    }
}
