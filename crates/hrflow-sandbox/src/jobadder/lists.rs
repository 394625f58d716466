//! Lists of candidates and jobs, and the search by email.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::JobAdder;
use super::access::Access;
use super::account::{Kind, only};
use super::errors::{ErrorItem, Refusal};
use super::filters::{By, Fields, Wanted, sort};
use super::pages::paged;
use super::query::Query;
use super::route::Route;
use super::show::{View, show_time};
use super::state::{State, StoredCandidate};
use super::switches::EmailFilter;
use crate::clock::later;
use crate::files::Files;
use crate::server::{Answer, Received};

/// Filters of candidates (API documentation, `FindCandidates`). `Email` is handled separately.
const CANDIDATE_FILTERS: &[(&str, By)] = &[
    ("CandidateId", By::Id(&["candidateId"])),
    ("Name", By::Text(&["name"])),
    ("Phone", By::Text(&["phone", "mobile"])),
    ("CurrentPosition", By::Text(&["employment.current.position"])),
    ("City", By::Text(&["address.city"])),
    ("State", By::Text(&["address.state"])),
    ("Location", By::Text(&["address.city", "address.state"])),
    ("DateOfBirth", By::Text(&["dateOfBirth"])),
    ("Keywords", By::Text(&["resume"])),
    ("PartnerAction.ActionId", By::Nothing),
    ("PartnerAction.Reference", By::Nothing),
    ("PartnerAction.Stage", By::Nothing),
    ("PartnerAction.SubmittedAt", By::Nothing),
    ("StatusId", By::Id(&["statusId"])),
    ("RecruiterUserId", By::Id(&["recruiterUserId"])),
    ("FolderId", By::Nothing),
    ("CreatedAt", By::Time("createdAt")),
    ("UpdatedAt", By::Time("updatedAt")),
];

const CANDIDATE_ORDERS: [&str; 6] =
    ["firstName", "lastName", "status.name", "candidateId", "createdAt", "updatedAt"];

/// Filters of jobs (API documentation, `FindJobOrders`).
const JOB_FILTERS: &[(&str, By)] = &[
    ("JobId", By::Id(&["jobId"])),
    ("JobTitle", By::Text(&["jobTitle"])),
    ("Company.CompanyId", By::Id(&["company.companyId"])),
    ("CompanyId", By::Id(&["company.companyId"])),
    ("Company.Name", By::Text(&["company.name"])),
    ("ContactId", By::Id(&["contact.contactId"])),
    ("PartnerAction.ActionId", By::Nothing),
    ("PartnerAction.Reference", By::Nothing),
    ("PartnerAction.Stage", By::Nothing),
    ("PartnerAction.SubmittedAt", By::Nothing),
    ("StatusId", By::Id(&["status.statusId"])),
    ("Active", By::Flag("status.active")),
    ("UserFavourite", By::Flag("userFavourite")),
    ("FolderId", By::Nothing),
    ("UserId", By::Id(&["owner.userId", "recruiters.userId"])),
    ("OwnerUserId", By::Id(&["owner.userId"])),
    ("RecruiterUserId", By::Id(&["recruiters.userId"])),
    ("CreatedBy", By::Id(&["createdBy.userId"])),
    ("CreatedAt", By::Time("createdAt")),
    ("UpdatedBy", By::Id(&["updatedBy.userId"])),
    ("UpdatedAt", By::Time("updatedAt")),
    ("ClosedBy", By::Id(&["closedBy.userId"])),
    ("ClosedAt", By::Time("closedAt")),
];

const JOB_ORDERS: [&str; 5] = ["jobTitle", "status.name", "createdAt", "updatedAt", "closedAt"];

/// The search returns the 5 candidates updated last (API documentation, `MatchedByEmailAddressModel`).
const MOST_MATCHES: usize = 5;

/// A candidate with its account, for filters and sorting.
struct Row<'a> {
    candidate: &'a StoredCandidate,
    state: &'a State,
    files: &'a Files,
}

impl Fields for Row<'_> {
    fn at(&self, path: &str) -> Vec<Value> {
        let candidate = self.candidate;
        let text = |member: &str| candidate.text(member).unwrap_or_default();
        match path {
            "candidateId" => vec![candidate.candidate_id.into()],
            "createdAt" => vec![show_time(candidate.created_at).into()],
            "updatedAt" => vec![show_time(candidate.updated_at).into()],
            "name" => vec![format!("{} {}", text("firstName"), text("lastName")).into()],
            "status.name" => {
                let id = candidate.members.get("statusId").and_then(Value::as_i64);
                let id = id.or_else(|| self.state.account.default_status());
                id.and_then(|id| self.state.account.get(Kind::Status, id))
                    .map_or_else(Vec::new, |status| status.at("name"))
            }
            "resume" => self.resume().into_iter().collect(),
            path => {
                let (member, rest) = path.split_once('.').unwrap_or((path, ""));
                candidate.members.get(member).map_or_else(Vec::new, |value| value.at(rest))
            }
        }
    }
}

impl Row<'_> {
    /// Returns the readable fields of the latest résumé.
    fn resume(&self) -> Option<Value> {
        let latest =
            self.candidate.attachments.iter().rev().find(|attachment| attachment.kind == "Resume")?;
        let document = self.files.held(&latest.file.sha256)?;
        Some(String::from_utf8_lossy(&document.bytes).into())
    }
}

/// Whether lists and searches show the candidate yet.
fn is_visible(state: &State, candidate: &StoredCandidate, now: Timestamp) -> bool {
    later(candidate.created_at, state.switches.lookup_lag) <= now
}

impl JobAdder {
    /// `GET /candidates`. `Embed` has no effect: the place of embedded records in a row is not documented.
    pub(crate) fn find_candidates(&self, request: &Received, access: &Access) -> Result<Answer, Refusal> {
        let now = self.clock.now();
        let state = self.lock();
        let mut query = Query::of(request);
        let email = query.text("Email").map(|email| email.to_lowercase());
        let wanted = Wanted::all(CANDIDATE_FILTERS, &mut query);
        let order = query.sort(&CANDIDATE_ORDERS);
        let fields = query.words("Fields", &["recruiters", "statistics"]);
        query.words("Embed", &["self", "applications", "placements", "skills", "notes"]);
        let page = query.page(&state.switches);
        query.checked()?;

        let exact = state.switches.email_filter == EmailFilter::Exact;
        let mut rows: Vec<Row<'_>> = state
            .candidates
            .values()
            .filter(|candidate| is_visible(&state, candidate, now))
            .filter(|candidate| {
                email.as_deref().is_none_or(|wanted| {
                    let own = candidate.text("email").map(str::to_lowercase).unwrap_or_default();
                    if exact { own == wanted } else { own.contains(wanted) }
                })
            })
            .map(|candidate| Row { candidate, state: &state, files: &self.files })
            .filter(|row| wanted.iter().all(|filter| filter.fits(row)))
            .collect();
        sort(&mut rows, &order);
        let view = View { state: &state, base: &access.base };
        Ok(paged(request, &access.address, page, rows.len(), || {
            let shown = rows.iter().skip(page.offset).take(page.limit);
            shown.map(|row| view.candidate_row(row.candidate, &fields)).collect()
        }))
    }

    /// `GET /jobs`.
    pub(crate) fn find_jobs(&self, request: &Received, access: &Access) -> Result<Answer, Refusal> {
        let state = self.lock();
        let mut query = Query::of(request);
        let wanted = Wanted::all(JOB_FILTERS, &mut query);
        let order = query.sort(&JOB_ORDERS);
        let fields = query.words("Fields", &["recruiters", "statistics", "partnerActions"]);
        query.words("Embed", &["self", "notes", "applications"]);
        let page = query.page(&state.switches);
        query.checked()?;

        let jobs = state.account.table(Kind::Job);
        let mut jobs: Vec<Value> =
            jobs.filter(|job| wanted.iter().all(|filter| filter.fits(*job))).cloned().collect();
        sort(&mut jobs, &order);
        let view = View { state: &state, base: &access.base };
        Ok(paged(request, &access.address, page, jobs.len(), || {
            jobs.iter().skip(page.offset).take(page.limit).map(|job| view.job_row(job, &fields)).collect()
        }))
    }

    /// `GET /jobs/{jobId}`.
    pub(crate) fn get_job(&self, route: &Route, access: &Access) -> Result<Answer, Refusal> {
        let state = self.lock();
        let id = route.segment(0).parse().ok();
        let job = id.and_then(|id| state.account.get(Kind::Job, id)).ok_or(Refusal::Bare(404))?;
        Ok(Answer::json(200, &View { state: &state, base: &access.base }.job(job)))
    }

    /// `GET /search/emailaddress`.
    pub(crate) fn find_email_address(&self, request: &Received) -> Result<Answer, Refusal> {
        let now = self.clock.now();
        let state = self.lock();
        let Some(email) = Query::of(request).text("Email") else {
            return Err(Refusal::invalid(vec![ErrorItem::missing("Email")]));
        };
        let is_it = |other: &str| other.to_lowercase() == email.to_lowercase();
        let matched = |candidate: &StoredCandidate| {
            if candidate.text("email").is_some_and(is_it) {
                return Some(("Email", candidate.text("email")?.to_owned()));
            }
            let others = candidate.members.get("otherEmail")?.as_array()?;
            let other = others.iter().filter_map(Value::as_str).find(|other| is_it(other))?;
            Some(("OtherEmail", other.to_owned()))
        };
        let mut candidates: Vec<(&StoredCandidate, (&str, String))> = state
            .candidates
            .values()
            .filter(|candidate| is_visible(&state, candidate, now))
            .filter_map(|candidate| Some((candidate, matched(candidate)?)))
            .collect();
        candidates.sort_by_key(|(candidate, _)| std::cmp::Reverse(candidate.updated_at));
        let candidates = candidates.into_iter().take(MOST_MATCHES).map(|(candidate, (kind, email))| {
            let mut row = json!({"match": {"type": kind, "email": email}});
            row["candidateId"] = candidate.candidate_id.into();
            row["updatedAt"] = show_time(candidate.updated_at).into();
            for member in ["firstName", "lastName", "email", "phone", "mobile"] {
                if let Some(text) = candidate.text(member) {
                    row[member] = text.into();
                }
            }
            row
        });
        let users = state.account.table(Kind::User).filter(|user| user["email"].as_str().is_some_and(is_it));
        let users = users.take(MOST_MATCHES).map(|user| {
            let shown = [
                "userId",
                "firstName",
                "lastName",
                "email",
                "phone",
                "mobile",
                "position",
                "inactive",
                "updatedAt",
            ];
            let mut row = only(user, &shown);
            row["match"] = json!({"type": "Email", "email": user["email"]});
            row
        });
        let (candidates, users) = (candidates.collect::<Vec<_>>(), users.collect::<Vec<_>>());
        Ok(Answer::json(200, &json!({"candidates": candidates, "contacts": [], "users": users})))
    }
}
