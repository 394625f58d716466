//! Consents, and the codes and tokens issued for them.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::later;
use crate::random::Random;

/// The lifetime of an authorization code: 5 minutes (help centre, OAuth2.0 process).
const CODE_MILLISECONDS: u64 = 5 * 60 * 1000;
/// The lifetime of an access token in seconds (API documentation, authentication).
pub(crate) const ACCESS_SECONDS: u64 = 60 * 60;
/// The time after which an unused refresh token expires: 2 weeks (help centre, OAuth2.0 process).
const IDLE_MILLISECONDS: u64 = 14 * 24 * 60 * 60 * 1000;
/// The scope that is required for a refresh token.
pub(crate) const OFFLINE: &str = "offline_access";

/// A registered application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`.
    pub client_secret: String,
    /// The allowed redirect URIs. The match is exact.
    pub redirect_uris: Vec<String>,
}

/// Issued tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// The access token, sent as `Authorization: Bearer …`.
    pub access_token: String,
    /// The refresh token. `None` without the scope `offline_access`.
    pub refresh_token: Option<String>,
}

/// A user's consent for an application.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    client_id: String,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) user: i64,
    revoked: bool,
}

impl Grant {
    pub(crate) fn new(client_id: &str, scopes: BTreeSet<String>, user: i64) -> Grant {
        Grant { client_id: client_id.to_owned(), scopes, user, revoked: false }
    }
}

#[derive(Debug)]
struct Code {
    grant: usize,
    redirect_uri: String,
    expires: Timestamp,
    used: bool,
}

#[derive(Debug)]
struct Refresh {
    grant: usize,
    used: Timestamp,
    replaced: Option<Timestamp>,
}

/// The reason why no token is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    Invalid,
    Revoked,
}

#[derive(Debug)]
pub(crate) struct Grants {
    random: Random,
    pub(crate) applications: Vec<Application>,
    grants: Vec<Grant>,
    codes: HashMap<String, Code>,
    /// The grant, and when the token expires.
    access: HashMap<String, (usize, Timestamp)>,
    refresh: HashMap<String, Refresh>,
    /// The last code that [`Grants::standing_code`] returned.
    standing: Option<String>,
}

impl Grants {
    pub(crate) fn new(seed: u64) -> Grants {
        let application = Application {
            client_id: "sandbox-client".to_owned(),
            client_secret: "sandbox-client-secret".to_owned(),
            redirect_uris: vec!["http://127.0.0.1:8976/callback".to_owned()],
        };
        Grants {
            random: Random::new(seed ^ 0x6a6f_6261),
            applications: vec![application],
            grants: Vec::new(),
            codes: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
            standing: None,
        }
    }

    /// Restores the initial state. Tokens issued before are never valid again.
    pub(crate) fn reset(&mut self, seed: u64) {
        let random = self.random.clone();
        *self = Grants { random, ..Grants::new(seed) };
    }

    pub(crate) fn application(&self, client_id: &str) -> Option<&Application> {
        self.applications.iter().find(|application| application.client_id == client_id)
    }

    /// Records a consent and returns its authorization code.
    pub(crate) fn consent(&mut self, given: Grant, redirect_uri: &str, now: Timestamp) -> String {
        let grant = self.add(given);
        let code = self.random.key();
        let (redirect_uri, expires) = (redirect_uri.to_owned(), later(now, CODE_MILLISECONDS));
        self.codes.insert(code.clone(), Code { grant, redirect_uri, expires, used: false });
        code
    }

    /// Records a consent and returns its tokens.
    pub(crate) fn sign_in(&mut self, given: Grant, now: Timestamp) -> Tokens {
        let grant = self.add(given);
        self.issue(grant, now)
    }

    fn add(&mut self, grant: Grant) -> usize {
        self.grants.push(grant);
        self.grants.len() - 1
    }

    /// Returns the last code of this function while it is valid, else the code of a new consent.
    pub(crate) fn standing_code(
        &mut self,
        now: Timestamp,
        consent: impl FnOnce(&mut Grants) -> String,
    ) -> String {
        let standing =
            self.standing.take().filter(|code| self.codes.get(code).is_some_and(|code| code.is_good(now)));
        let code = standing.unwrap_or_else(|| consent(self));
        self.standing = Some(code.clone());
        code
    }

    /// `grant_type=authorization_code`.
    pub(crate) fn exchange(
        &mut self,
        client_id: &str,
        code: &str,
        redirect_uri: &str,
        now: Timestamp,
    ) -> Result<Tokens, Denied> {
        let known = self.codes.get_mut(code).filter(|code| code.is_good(now)).ok_or(Denied::Invalid)?;
        let grant = known.grant;
        if known.redirect_uri != redirect_uri || self.grants[grant].client_id != client_id {
            return Err(Denied::Invalid);
        }
        known.used = true;
        self.stands(grant)?;
        Ok(self.issue(grant, now))
    }

    /// `grant_type=refresh_token`. The response has a new refresh token only if tokens rotate.
    pub(crate) fn refresh(
        &mut self,
        client_id: &str,
        token: &str,
        rotates: bool,
        grace_seconds: u64,
        now: Timestamp,
    ) -> Result<Tokens, Denied> {
        let known = self.refresh.get_mut(token).ok_or(Denied::Invalid)?;
        let grant = known.grant;
        let idle = later(known.used, IDLE_MILLISECONDS) <= now;
        let over = known.replaced.is_some_and(|at| later(at, grace_seconds.saturating_mul(1000)) <= now);
        if idle || over || self.grants[grant].client_id != client_id {
            return Err(Denied::Invalid);
        }
        known.used = now;
        if rotates {
            known.replaced.get_or_insert(now);
        }
        self.stands(grant)?;
        let mut tokens = self.issue(grant, now);
        if !rotates && let Some(unused) = tokens.refresh_token.take() {
            self.refresh.remove(&unused);
        }
        Ok(tokens)
    }

    fn stands(&self, grant: usize) -> Result<(), Denied> {
        if self.grants[grant].revoked { Err(Denied::Revoked) } else { Ok(()) }
    }

    fn issue(&mut self, grant: usize, now: Timestamp) -> Tokens {
        let access_token = self.random.key();
        self.access.insert(access_token.clone(), (grant, later(now, ACCESS_SECONDS * 1000)));
        let refresh_token = self.grants[grant].scopes.contains(OFFLINE).then(|| self.random.key());
        if let Some(token) = &refresh_token {
            self.refresh.insert(token.clone(), Refresh { grant, used: now, replaced: None });
        }
        Tokens { access_token, refresh_token }
    }

    /// Returns the grant of a valid access token.
    pub(crate) fn of(&self, access_token: &str, now: Timestamp) -> Option<&Grant> {
        let (grant, expires) = self.access.get(access_token)?;
        self.grants.get(*grant).filter(|grant| !grant.revoked && now < *expires)
    }

    /// Invalidates every access token issued so far.
    pub(crate) fn expire_access_tokens(&mut self) {
        self.access.clear();
    }

    /// Revokes every consent given so far.
    pub(crate) fn revoke(&mut self) {
        self.grants.iter_mut().for_each(|grant| grant.revoked = true);
        self.standing = None;
    }
}

impl Code {
    fn is_good(&self, now: Timestamp) -> bool {
        !self.used && now < self.expires
    }
}
