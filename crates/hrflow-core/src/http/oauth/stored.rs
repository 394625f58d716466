//! Grants in storage.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::TokenAnswer;
use crate::{
    error::{Error, ErrorKind, Result},
    http::Token,
    item::digest_text,
    secret::Secret,
};

/// The number of used codes that are remembered.
const MAX_CODES: usize = 16;

/// The remaining lifetime below which a stored token is not used.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// The stored data of one name: the grants of a client, one for each account that consented.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Stored {
    #[serde(default)]
    pub(super) grants: Vec<Grant>,
    /// Digests of used codes, the newest last.
    #[serde(default)]
    codes: Vec<String>,
}

/// One consent: its tokens, and the vendor's own fields.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Grant {
    /// The account at the vendor, if the response names one.
    pub(super) account: Option<String>,
    pub(super) refresh_token: Option<String>,
    access_token: String,
    expires_at: Option<Timestamp>,
    pub(super) scope: Option<String>,
    pub(super) members: Map<String, Value>,
    granted_at: Timestamp,
    renewed_at: Timestamp,
}

impl Stored {
    /// Parses stored data. Unreadable data counts as absent, which requires a new consent.
    pub(super) fn read(kept: Option<&Secret>) -> Self {
        let Some(kept) = kept else { return Self::default() };
        serde_json::from_str(kept.expose()).unwrap_or_else(|_| {
            tracing::warn!("the stored OAuth grant cannot be read, and counts as missing");
            Self::default()
        })
    }

    pub(super) fn write(&self) -> Result<Secret> {
        let text = serde_json::to_string(self);
        text.map(Secret::new).map_err(|_| Error::new(ErrorKind::Internal, "an OAuth grant cannot be written"))
    }

    /// Whether a code is used.
    pub(super) fn knows(&self, code: &Secret) -> bool {
        self.codes.contains(&digest(code))
    }

    /// Records a code as used.
    pub(super) fn remember(&mut self, code: &Secret) {
        self.codes.push(digest(code));
        let surplus = self.codes.len().saturating_sub(MAX_CODES);
        self.codes.drain(..surplus);
    }

    /// Adds a grant or replaces the one of its account.
    pub(super) fn put(&mut self, grant: Grant) {
        self.grants.retain(|it| it.account != grant.account);
        self.grants.push(grant);
    }
}

fn digest(code: &Secret) -> String {
    digest_text(&format!("code:{}", code.expose().trim()))
}

impl Grant {
    /// Creates the grant of an exchanged code.
    pub(super) fn new(answer: &TokenAnswer, account: Option<String>) -> Self {
        let now = Timestamp::now();
        let lifetime = answer.expires_in.and_then(|time| SignedDuration::try_from(time).ok());
        Self {
            account,
            refresh_token: answer.refresh_token.as_ref().map(|it| it.expose().to_owned()),
            access_token: answer.access_token.expose().to_owned(),
            expires_at: lifetime.and_then(|time| now.checked_add(time).ok()),
            scope: answer.scope.clone(),
            members: answer.members.clone(),
            granted_at: now,
            renewed_at: now,
        }
    }

    /// Returns the grant after a refresh. If the response has no refresh token, the old one stays.
    pub(super) fn renewed(&self, answer: &TokenAnswer) -> Self {
        let new = Self::new(answer, self.account.clone());
        let mut members = self.members.clone();
        members.extend(new.members);
        Self {
            refresh_token: new.refresh_token.or_else(|| self.refresh_token.clone()),
            scope: new.scope.or_else(|| self.scope.clone()),
            members,
            granted_at: self.granted_at,
            ..new
        }
    }

    /// Returns the access token if it is certainly valid and not `previous`, which is no longer valid.
    pub(super) fn living_token(&self, previous: Option<&Token>) -> Option<Token> {
        let now = Timestamp::now();
        let end = self.expires_at?;
        // If the clock was set back, the token's age is unknown.
        let is_alive = self.renewed_at <= now + MARGIN && now + MARGIN < end;
        let is_previous = previous.is_some_and(|it| it.access.expose() == self.access_token);
        (is_alive && !is_previous).then(|| self.token())
    }

    /// Returns the access token with its remaining lifetime.
    pub(super) fn token(&self) -> Token {
        let token = Token::new(Secret::new(self.access_token.as_str()));
        match self.expires_at {
            Some(end) => token.expires_at(end),
            None => token,
        }
    }

    /// Describes the grant for users, one line each.
    pub(super) fn lines(&self) -> Vec<String> {
        let account = match &self.account {
            Some(account) => format!("consent is stored for account {account}"),
            None => "consent is stored".to_owned(),
        };
        let scope = self.scope.as_ref().map(|scope| format!("granted: {scope}"));
        let lasting = match self.refresh_token {
            Some(_) => "it is renewed whenever it is used".to_owned(),
            None => "it ends with its first access token: the vendor gave no refresh token".to_owned(),
        };
        [Some(account), scope, Some(lasting)].into_iter().flatten().collect()
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant")
            .field("account", &self.account)
            .field("renewed_at", &self.renewed_at)
            .finish_non_exhaustive()
    }
}
