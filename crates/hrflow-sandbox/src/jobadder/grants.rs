//! What people consented to, and the codes and tokens that came of it.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::later;
use crate::random::Random;

/// An authorization code is good for 5 minutes (help centre, OAuth2.0 process).
const CODE_MILLISECONDS: u64 = 5 * 60 * 1000;
/// Seconds that an access token lives (API documentation, authentication).
pub(crate) const ACCESS_SECONDS: u64 = 60 * 60;
/// A refresh token dies after two weeks without use (help centre, OAuth2.0 process).
const IDLE_MILLISECONDS: u64 = 14 * 24 * 60 * 60 * 1000;
/// The scope without which there is no refresh token.
pub(crate) const OFFLINE: &str = "offline_access";

/// A registered application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`.
    pub client_secret: String,
    /// Where a browser may be sent back to: these, letter by letter.
    pub redirect_uris: Vec<String>,
}

/// Tokens as they were given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// For `Authorization: Bearer …`.
    pub access_token: String,
    /// None without the scope `offline_access`.
    pub refresh_token: Option<String>,
}

/// What a person gave an application.
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

/// Why no token is given out.
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
    /// The grant, and when the token dies.
    access: HashMap<String, (usize, Timestamp)>,
    refresh: HashMap<String, Refresh>,
    /// The code that [`Grants::standing_code`] answered last.
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

    /// As at the start. Tokens given out before stay unknown for ever.
    pub(crate) fn reset(&mut self, seed: u64) {
        let random = self.random.clone();
        *self = Grants { random, ..Grants::new(seed) };
    }

    pub(crate) fn application(&self, client_id: &str) -> Option<&Application> {
        self.applications.iter().find(|application| application.client_id == client_id)
    }

    /// A person says yes: the code that the browser carries back.
    pub(crate) fn consent(&mut self, given: Grant, redirect_uri: &str, now: Timestamp) -> String {
        let grant = self.add(given);
        let code = self.random.key();
        let (redirect_uri, expires) = (redirect_uri.to_owned(), later(now, CODE_MILLISECONDS));
        self.codes.insert(code.clone(), Code { grant, redirect_uri, expires, used: false });
        code
    }

    /// A person says yes, and the tokens are there at once.
    pub(crate) fn sign_in(&mut self, given: Grant, now: Timestamp) -> Tokens {
        let grant = self.add(given);
        self.issue(grant, now)
    }

    fn add(&mut self, grant: Grant) -> usize {
        self.grants.push(grant);
        self.grants.len() - 1
    }

    /// The code of the last such consent as long as it can be exchanged, else one of a new consent.
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

    /// `grant_type=refresh_token`. The answer has a new one if they rotate, else none.
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

    /// What a token is good for at present.
    pub(crate) fn of(&self, access_token: &str, now: Timestamp) -> Option<&Grant> {
        let (grant, expires) = self.access.get(access_token)?;
        self.grants.get(*grant).filter(|grant| !grant.revoked && now < *expires)
    }

    /// Every access token given out so far stops working.
    pub(crate) fn expire_access_tokens(&mut self) {
        self.access.clear();
    }

    /// Every consent given so far is taken back.
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
