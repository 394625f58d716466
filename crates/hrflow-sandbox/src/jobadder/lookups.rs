//! Lists of the account without pages, and its users.

use serde_json::Value;

use super::JobAdder;
use super::access::Access;
use super::account::{Kind, only};
use super::errors::Refusal;
use super::filters::{By, Wanted};
use super::pages::{names, paged, whole};
use super::query::Query;
use super::route::Action;
use crate::server::{Answer, Received};

const FILTERS_OF_STATUSES: &[(&str, By)] = &[
    ("StatusId", By::Id(&["statusId"])),
    ("Name", By::Text(&["name"])),
    ("Active", By::Flag("active")),
    ("Default", By::Flag("default")),
];
const FILTERS_OF_NAMES: &[(&str, By)] = &[("Name", By::Text(&["name"]))];
const FILTERS_OF_WORK_TYPES: &[(&str, By)] = &[("WorkTypeId", By::Id(&["workTypeId"]))];
const FILTERS_OF_COUNTRIES: &[(&str, By)] = &[("Code", By::Text(&["code"]))];
const FILTERS_OF_USERS: &[(&str, By)] = &[
    ("UserId", By::Id(&["userId"])),
    ("CreatedAt", By::Time("createdAt")),
    ("UpdatedAt", By::Time("updatedAt")),
];

/// The fields of a user's row (API documentation, `UserSummaryModel`).
const USER_ROW: [&str; 11] = [
    "userId",
    "firstName",
    "lastName",
    "position",
    "email",
    "phone",
    "mobile",
    "inactive",
    "deleted",
    "createdAt",
    "updatedAt",
];

impl JobAdder {
    /// The lists whose items are shown as stored.
    pub(crate) fn look_up(
        &self,
        action: Action,
        request: &Received,
        access: &Access,
    ) -> Result<Answer, Refusal> {
        let (kind, filters) = match action {
            Action::StatusList => (Kind::Status, FILTERS_OF_STATUSES),
            Action::SourceList => (Kind::Source, FILTERS_OF_NAMES),
            Action::RatingList => (Kind::Rating, FILTERS_OF_NAMES),
            Action::SalutationList => (Kind::Salutation, FILTERS_OF_NAMES),
            Action::CustomFields => (Kind::CustomField, &[] as &[_]),
            Action::Countries => (Kind::Country, FILTERS_OF_COUNTRIES),
            _ => (Kind::WorkType, FILTERS_OF_WORK_TYPES),
        };
        let items = self.fitting(kind, filters, Query::of(request))?;
        Ok(match kind {
            Kind::Source | Kind::Rating | Kind::Salutation => names(&items),
            _ => whole(&access.address, &items),
        })
    }

    /// `GET /users`.
    pub(crate) fn find_users(&self, request: &Received, access: &Access) -> Result<Answer, Refusal> {
        let mut query = Query::of(request);
        let page = query.page(&self.switches());
        let users = self.fitting(Kind::User, FILTERS_OF_USERS, query)?;
        Ok(paged(request, &access.address, page, users.len(), || {
            users.iter().skip(page.offset).take(page.limit).map(|user| only(user, &USER_ROW)).collect()
        }))
    }

    /// `GET /users/current`: the user who consented.
    pub(crate) fn current_user(&self, access: &Access) -> Result<Answer, Refusal> {
        let state = self.lock();
        let user = state.account.get(Kind::User, access.user).ok_or(Refusal::Bare(404))?;
        Ok(Answer::json(200, user))
    }

    fn fitting(
        &self,
        kind: Kind,
        filters: &'static [(&'static str, By)],
        mut query: Query,
    ) -> Result<Vec<Value>, Refusal> {
        let wanted = Wanted::all(filters, &mut query);
        query.checked()?;
        let state = self.lock();
        let records = state.account.table(kind);
        Ok(records.filter(|record| wanted.iter().all(|filter| filter.fits(*record))).cloned().collect())
    }
}
