//! The list as a stream of profiles.

use std::{collections::VecDeque, time::Duration};

use hrflow_core::{Error, ItemKey, Result};
use jiff::Timestamp;

use super::{
    repeats::Repeats,
    seen::{Seen, Sight},
    walk::Walk,
};
use crate::{
    Filled, Profile,
    api::{NoProfile, Page},
    date::timestamp,
    warehouse::{content_key, key},
};

/// Where pages come from.
pub(super) trait Pages: Send {
    /// The page of a number, from 1.
    fn page(&self, number: u64) -> impl Future<Output = Result<Page>> + Send;
}

/// Reads a list from its first page on; holds one page at a time.
pub(super) struct Reader<P> {
    pages: P,
    settings: Settings,
    walk: Walk,
    repeats: Repeats,
    seen: Seen,
    /// When the newest profile of the list changed last, as it was found.
    newest: Option<Timestamp>,
    /// When the profile that was met last changed last.
    reached: Option<Timestamp>,
    ready: VecDeque<Result<Profile>>,
    /// The last good profile waits for another or the end: an error in its place would mean that the rest could not be
    /// read.
    held: Option<Profile>,
    end: Option<End>,
}

/// What to hand out.
#[derive(Clone, Copy)]
pub(super) struct Settings {
    /// Nothing that changed last before this.
    pub(super) since: Option<Timestamp>,
    /// By how much the list may lag behind writes.
    pub(super) lag: Duration,
    /// Archived profiles too.
    pub(super) archived: bool,
}

/// How reading ended.
enum End {
    Complete,
    Failed(Error),
}

impl<P: Pages> Reader<P> {
    pub(super) fn new(pages: P, settings: Settings) -> Self {
        let since = settings.since.map(|since| earlier(since, settings.lag));
        Self {
            pages,
            settings: Settings { since, ..settings },
            walk: Walk::default(),
            repeats: Repeats::default(),
            seen: Seen::default(),
            newest: None,
            reached: None,
            ready: VecDeque::new(),
            held: None,
            end: None,
        }
    }

    /// The next profile, or why one, or the rest, could not be read.
    pub(super) async fn next(&mut self) -> Option<Result<Profile>> {
        loop {
            match (self.ready.pop_front(), &self.end) {
                (Some(Err(error)), _) => return Some(Err(error)),
                (Some(Ok(profile)), _) => {
                    if let Some(before) = self.held.replace(profile) {
                        return Some(Ok(before));
                    }
                }
                (None, None) => {
                    if let Err(error) = self.read_page().await {
                        self.end = Some(End::Failed(error));
                    }
                }
                (None, Some(_)) => return self.last(),
            }
        }
    }

    fn last(&mut self) -> Option<Result<Profile>> {
        if let Some(profile) = self.held.take() {
            return Some(Ok(profile));
        }
        match self.end.replace(End::Complete) {
            Some(End::Failed(error)) => Some(Err(error)),
            _ => None,
        }
    }

    /// Reads one more page.
    pub(super) async fn read_page(&mut self) -> Result<()> {
        let number = self.walk.page();
        let page = self.pages.page(number).await?;
        let is_next = self.walk.arrived(&page.meta, page.entries.len() as u64);
        let is_repeat = is_next && self.repeats.is_one(number, sights(&page.entries))?;
        if is_repeat {
            self.walk.notice();
        }
        let news = is_next && !is_repeat && self.take(page.entries);
        // A list that has grown is at its end after the next page at the earliest.
        if self.end.is_none() && self.walk.is_at_end() && !is_repeat {
            self.end_or_look_again();
        }
        if self.end.is_none() { self.walk.brought(news) } else { Ok(()) }
    }

    /// Takes what a page holds, down to what is too old, and says whether any of it is new.
    fn take(&mut self, entries: Vec<Result<Profile, NoProfile>>) -> bool {
        let mut news = false;
        for entry in entries {
            let sight = sight(&entry);
            let profile = match entry {
                Ok(profile) => profile,
                Err(NoProfile { error, .. }) => {
                    if self.is_new(sight) {
                        news = true;
                        self.ready.push_back(Err(error));
                    }
                    continue;
                }
            };
            let changed = changed(&profile);
            if changed.zip(self.settings.since).is_some_and(|(changed, since)| changed < since) {
                self.end = Some(End::Complete);
                break;
            }
            self.note_order(changed);
            if self.is_new(sight) {
                news = true;
                if self.settings.archived || !profile.is_archived() {
                    self.ready.push_back(Ok(profile));
                }
            }
        }
        news
    }

    /// Whether a profile is met for the first time. One that is not was pushed down.
    fn is_new(&mut self, sight: Sight) -> bool {
        let new = self.seen.is_new(sight);
        if !new {
            self.walk.notice();
        }
        new
    }

    /// A profile that is newer than the one before it was at the top a while ago, and was pushed down.
    fn note_order(&mut self, changed: Option<Timestamp>) {
        if changed.zip(self.reached).is_some_and(|(changed, before)| changed > before) {
            self.walk.notice();
        }
        self.newest = self.newest.or(changed);
        self.reached = changed.or(self.reached);
    }

    /// What came or changed under way is at the top by now. A run that reads on from a position leaves it to the next
    /// one; any other looks for it, once.
    fn end_or_look_again(&mut self) {
        match self.newest {
            Some(newest) if self.settings.since.is_none() && self.walk.has_moved() => {
                self.settings.since = Some(earlier(newest, self.settings.lag));
                self.walk = Walk::default();
            }
            _ => self.end = Some(End::Complete),
        }
    }
}

fn sight(entry: &Result<Profile, NoProfile>) -> Sight {
    match entry {
        // Where it was read is not what it is: the same page under another number is the same page.
        Ok(profile) if profile.has_damaged_key() => Sight { key: content_key(profile), updated_at: None },
        Ok(profile) => Sight { key: key(profile), updated_at: profile.updated_at.clone() },
        Err(NoProfile { entry, .. }) => Sight { key: ItemKey::of_content(entry), updated_at: None },
    }
}

fn sights(entries: &[Result<Profile, NoProfile>]) -> Vec<Sight> {
    entries.iter().map(sight).collect()
}

/// When a profile changed last.
pub(super) fn changed(profile: &Profile) -> Option<Timestamp> {
    profile.updated_at.filled().and_then(timestamp)
}

fn earlier(time: Timestamp, by: Duration) -> Timestamp {
    time.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests;
