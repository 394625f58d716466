//! Dead letters as a source of items: each undelivered item once, as it was read.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};

use crate::{
    error::{Error, ErrorKind, Result},
    item::Item,
    origin::ItemStream,
    state::{History, LetterFilter, StoredLetter},
    target::TargetId,
};

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
