//! Dead letters as a source of items: each undelivered item once, as it was read; and what becomes of their documents.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};

use crate::{
    error::{Error, ErrorKind, Result},
    item::Item,
    options::Attachments,
    origin::ItemStream,
    state::{History, LetterFilter, StoredLetter},
    target::TargetId,
};

/// Which dead letters a run delivers instead of reading its origin, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retry {
    /// The dead letters; those of other workflows and other targets are left out in any case.
    pub filter: LetterFilter,
    /// What happens to their documents.
    pub documents: RetryDocuments,
}

impl From<LetterFilter> for Retry {
    fn from(filter: LetterFilter) -> Self {
        Self { filter, ..Self::default() }
    }
}

/// What a retry does with documents. A target without documents accepts the default only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RetryDocuments {
    /// Sends those that are missing, as the option `attachments` says.
    #[default]
    AsConfigured,
    /// Sends none. An item whose documents kept it back is written without them; a dead letter of a document stays.
    Without,
    /// Sends a document again if its outcome is unknown and the target cannot tell whether it arrived: it may then be
    /// there twice. Rejected together with `attachments: false`.
    Resend,
}

impl RetryDocuments {
    /// The option `attachments` of the retry, where the workflow has `configured`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the retry asks for what the target or the workflow excludes. `accepts_documents` says whether
    /// the target called `warehouse` accepts any.
    pub(super) fn attachments(
        self,
        configured: Attachments,
        warehouse: &str,
        accepts_documents: bool,
    ) -> Result<Attachments> {
        let refuse = |message: String, advice: &str| {
            Err(Error::new(ErrorKind::Config, message).advise(advice.to_owned()))
        };
        match self {
            Self::AsConfigured => Ok(configured),
            Self::Without | Self::Resend if !accepts_documents => {
                refuse(format!("{warehouse} accepts no documents"), "Retry without an option for documents.")
            }
            Self::Without => Ok(Attachments::Never),
            Self::Resend if configured == Attachments::Never => refuse(
                "the workflow sends no documents (options.attachments is false)".to_owned(),
                "Set options.attachments to true to resend documents.",
            ),
            Self::Resend => Ok(configured),
        }
    }
}

/// How many letters are read at a time.
const PAGE: usize = 50;

/// The items of the letters that `filter` means, for this target alone: the same workflow may have been pointed
/// elsewhere since they failed.
pub(super) fn items<I: Item>(
    history: Arc<dyn History>,
    filter: LetterFilter,
    target: TargetId,
) -> ItemStream<I> {
    let pages = futures::stream::try_unfold((None, 0), move |(newest, after)| {
        let (history, filter, target) = (history.clone(), filter.clone(), target.clone());
        async move {
            // Letters that this run makes itself are not for it.
            let newest = match newest {
                Some(newest) => newest,
                None => history.newest_letter().await?,
            };
            if after >= newest {
                return Ok(None);
            }
            let mut page = history.undelivered(&filter, &target, after, PAGE).await?;
            let next = page.last().map_or(newest, |last| last.number);
            page.retain(|stored| stored.number <= newest);
            let items = futures::stream::iter(page.into_iter().map(read::<I>));
            Ok::<_, Error>(Some((items, (Some(newest), next))))
        }
    });
    pages.try_flatten().boxed()
}

fn read<I: Item>(stored: StoredLetter) -> Result<I> {
    stored.letter.item.read().map_err(|_| {
        Error::new(ErrorKind::Invalid, "a dead letter does not hold an item of this origin")
            .with("letter", stored.number)
            .advise("It was made by another action, or changed by hand: drop it.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_without_documents_rejects_both_choices_by_its_name() {
        for documents in [RetryDocuments::Without, RetryDocuments::Resend] {
            let error = documents.attachments(Attachments::New, "ADMEN Profiles", false).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.message().contains("ADMEN Profiles accepts no documents"), "{error}");
        }
        let kept = RetryDocuments::AsConfigured.attachments(Attachments::Always, "ADMEN Profiles", false);
        assert_eq!(kept.unwrap(), Attachments::Always);
    }
}
