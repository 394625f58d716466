//! Whether Teamtailor has the résumés that it downloads by itself, after it has created the candidate.

use std::collections::{HashMap, HashSet};

use hrflow_core::{Confirmation, Result, Unconfirmed, Warning, Writer};
use jiff::SignedDuration;

use crate::{
    api::{PAGE_SIZE, Resource},
    warehouse::{CandidateWriter, has_resume},
};

/// How long after the creation of a candidate a résumé may be missing. How long Teamtailor takes is not documented, nor
/// whether it reports that a download failed.
const WAIT: SignedDuration = SignedDuration::from_mins(5);
/// Candidates created further apart are searched for in lists of their own, without those in between.
const GAP: SignedDuration = SignedDuration::from_mins(10);
/// How much wider than the creation times the range of a list is: its ends may be exclusive.
const MARGIN: SignedDuration = SignedDuration::from_secs(1);

impl CandidateWriter {
    pub(crate) async fn confirm_resumes(&self, records: &[Unconfirmed]) -> Result<Vec<Confirmation>> {
        let mut by_age: Vec<&Unconfirmed> = records.iter().collect();
        by_age.sort_by_key(|record| record.since);
        let mut arrived = HashMap::new();
        for group in by_age.chunk_by(|older, newer| newer.since.duration_since(older.since) < GAP) {
            self.look_up_resumes(group, &mut arrived).await?;
        }
        let now = self.now();
        let confirmation = |record: &Unconfirmed| match arrived.get(record.id.0.as_str()) {
            Some(true) => Confirmation::Confirmed,
            Some(false) if now.duration_since(record.since) >= WAIT => {
                let reason =
                    "Not confirmed: Teamtailor shows no résumé 5 minutes after it created the candidate";
                Confirmation::Missing(Warning::new("data.attributes.resume", reason))
            }
            Some(false) | None => {
                let reason = "Not confirmed so far: Teamtailor showed no résumé when the run ended";
                Confirmation::Pending(Warning::new("data.attributes.resume", reason))
            }
        };
        Ok(records.iter().map(confirmation).collect())
    }

    /// Notes by id which candidates of a group have a résumé. One that was deleted has none. A page holds 30 candidates, and
    /// others may have been created in between: there is one page more for those. Candidates behind it are left out.
    async fn look_up_resumes<'a>(
        &self,
        group: &[&'a Unconfirmed],
        arrived: &mut HashMap<&'a str, bool>,
    ) -> Result<()> {
        let (Some(oldest), Some(newest)) = (group.first(), group.last()) else { return Ok(()) };
        let mut open: HashSet<&str> = group.iter().map(|record| record.id.0.as_str()).collect();
        let from = oldest.since.saturating_sub(MARGIN).unwrap_or(oldest.since).to_string();
        let to = newest.since.saturating_add(MARGIN).unwrap_or(newest.since).to_string();
        let query = [
            ("filter[created-at][from]", from.as_str()),
            ("filter[created-at][to]", to.as_str()),
            ("sort", "created-at"),
        ];
        let most = group.len().div_ceil(PAGE_SIZE) + 1;
        let page = |candidates: Vec<Resource>| {
            for candidate in &candidates {
                if let Some(id) = open.take(candidate.id.as_str()) {
                    arrived.insert(id, has_resume(candidate));
                }
            }
            !open.is_empty()
        };
        if self.api.pages("candidates.confirm", "v1/candidates", &query, most, page).await? {
            arrived.extend(open.into_iter().map(|id| (id, false)));
        }
        Ok(())
    }
}
