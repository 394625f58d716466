//! From an origin's item to a target's: format and logics, pure and guarded.

use std::{error::Error as StdError, sync::Arc};

use super::guarded;
use crate::{
    error::{Error, ErrorKind, Result, Scope},
    item::{ContentHash, Identity, Item, ItemKey, TargetItem, to_json},
    links,
    origin::Origin,
    state::Payload,
    warning::{Warning, Warnings},
};

/// What an item lacks that is [anonymous](TargetItem::is_anonymous).
pub(crate) const ANONYMOUS: &str = "neither a name, nor an email or a phone number, nor a document";

/// What a user's function may fail with.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Turns an origin's item into a target's.
pub(crate) type FormatFn<A, B> = Arc<dyn Fn(&A) -> Result<B, BoxError> + Send + Sync>;

/// Keeps a formatted item, changes it, or discards it.
pub(crate) type LogicFn<B> = Arc<dyn Fn(B) -> Result<Option<B>, BoxError> + Send + Sync>;

/// An item as it was read, for its dead letter.
pub(super) trait Original: Send + Sync {
    fn payload(&self) -> Payload;
}

impl<I: Item> Original for I {
    fn payload(&self) -> Payload {
        Payload::of(self)
    }
}

/// An item that is ready to be written.
pub(super) struct Prepared<I> {
    pub(super) seq: u64,
    pub(super) key: ItemKey,
    pub(super) origin: Box<dyn Original>,
    pub(super) item: I,
    pub(super) hash: ContentHash,
    pub(super) identity: Option<Identity>,
    /// What reading and formatting dropped, cut, replaced or repaired.
    pub(super) warnings: Vec<Warning>,
}

/// What became of an item before it reached the target.
pub(super) enum Preparation<I> {
    Ready(Prepared<I>),
    Discarded {
        seq: u64,
        key: ItemKey,
    },
    Failed {
        seq: u64,
        key: ItemKey,
        stage: &'static str,
        error: Error,
        origin: Box<dyn Original>,
        warnings: Vec<Warning>,
    },
}

impl<I> Preparation<I> {
    pub(super) fn seq(&self) -> u64 {
        match self {
            Self::Ready(Prepared { seq, .. }) | Self::Discarded { seq, .. } | Self::Failed { seq, .. } => {
                *seq
            }
        }
    }

    pub(super) fn key(&self) -> &ItemKey {
        match self {
            Self::Ready(Prepared { key, .. }) | Self::Discarded { key, .. } | Self::Failed { key, .. } => key,
        }
    }

    /// Whether the item could not be read: it does not count among those that were.
    pub(super) fn is_unread(&self) -> bool {
        matches!(self, Self::Failed { stage: "read", .. })
    }

    pub(super) fn ready(&self) -> Option<&Prepared<I>> {
        match self {
            Self::Ready(ready) => Some(ready),
            Self::Discarded { .. } | Self::Failed { .. } => None,
        }
    }
}

/// The format and the logics of a run.
pub(super) struct Recipe<O: Origin, I> {
    pub(super) origin: Arc<O>,
    pub(super) format: FormatFn<O::Item, I>,
    pub(super) logics: Vec<LogicFn<I>>,
    pub(super) allow_local_urls: bool,
}

impl<O: Origin, I: TargetItem> Recipe<O, I> {
    pub(super) fn prepare(&self, seq: u64, item: O::Item) -> Preparation<I> {
        let key = self.origin.key(&item);
        let mut warnings = Warnings::from(self.origin.warnings(&item));
        let rejected = |key, stage, error: Error, item: O::Item, warnings: Warnings| {
            let warnings = warnings.into_vec();
            Preparation::Failed { seq, key, stage, error, origin: Box::new(item), warnings }
        };
        let failed = |key, stage, error: BoxError, item: O::Item, warnings: Warnings| {
            let message = format!("the {stage} failed");
            let scope = error.downcast_ref::<Error>().map_or(Scope::Item, Error::scope);
            let error = Error::new(ErrorKind::Invalid, message)
                .with_vendor_message(shorten(&error.to_string()))
                .with_scope(scope);
            rejected(key, stage, error, item, warnings)
        };
        if let Err(rejection) = self.origin.vet(&item) {
            let (stage, error) = rejection.into_parts();
            return rejected(key, stage, error, item, warnings);
        }
        let mut formatted = match guarded(|| (self.format)(&item)) {
            Ok(formatted) => formatted,
            Err(error) => return failed(key, "format", error, item, warnings),
        };
        for logic in &self.logics {
            let so_far = formatted.warnings().to_vec();
            formatted = match guarded(|| logic(formatted)) {
                Ok(Some(kept)) => kept,
                Ok(None) => return Preparation::Discarded { seq, key },
                Err(error) => {
                    warnings.extend(so_far);
                    return failed(key, "logics", error, item, warnings);
                }
            };
        }
        if formatted.is_anonymous() {
            warnings.extend(formatted.warnings().iter().cloned());
            let error = Error::new(ErrorKind::Invalid, format!("the formatted item has {ANONYMOUS}"))
                .advise("Complete the profile at its source.");
            return rejected(key, "format", error, item, warnings);
        }
        let so_far = formatted.warnings().to_vec();
        let vetted = to_json(&formatted).and_then(|mut value| {
            let formatted = links::without_private(formatted, &mut value, self.allow_local_urls)?;
            Ok((ContentHash::of_json(&formatted, value), formatted))
        });
        match vetted {
            Ok((hash, formatted)) => {
                warnings.extend(formatted.warnings().iter().cloned());
                Preparation::Ready(Prepared {
                    seq,
                    key,
                    origin: Box::new(item),
                    item: formatted,
                    hash,
                    identity: None,
                    warnings: warnings.into_vec(),
                })
            }
            Err(error) => {
                warnings.extend(so_far);
                failed(key, "format", error.into(), item, warnings)
            }
        }
    }
}

/// A user function's words, cut: they may quote the whole item.
fn shorten(words: &str) -> String {
    const MOST: usize = 300;
    match words.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}
