//! Access tokens: signing in, and refreshing.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hrflow_core::{
    Error, ErrorKind, Result, Secret, async_trait,
    http::{Answer, Client, Operation, Token, TokenSource, VendorClock, budget},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    body, errors,
    fields::Paths,
    parameters::{ApiVersion, Parameters},
};

/// How long before its end a token is replaced.
pub(crate) const AHEAD: Duration = Duration::from_secs(60);

/// How long a token is taken to live where neither it nor its answer says so; it is said to be an hour.
const LIFE: Duration = Duration::from_secs(55 * 60);

/// Signs in with the credentials, and refreshes where that is shorter.
pub(crate) struct SignIn {
    /// A client without tokens.
    client: Client,
    paths: Arc<Paths>,
    parameters: Parameters,
    /// The time at Ceipal, read off the first sign-in.
    clock: OnceLock<VendorClock>,
}

#[async_trait]
impl TokenSource for SignIn {
    async fn fetch(&self, previous: Option<&Token>) -> Result<Token> {
        let Some(previous) = previous else { return self.sign_in().await };
        // One that was refused in the middle of its life is not worth refreshing.
        if has_had_its_time(previous) {
            match self.refresh(previous).await {
                Ok(token) if token.access.expose() != previous.access.expose() => return Ok(token),
                Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                // The credentials are at hand: a refresh that fails costs nothing.
                _ => {}
            }
        }
        match self.sign_in().await {
            // The credentials were good before: too many calls, then.
            Err(error) if error.status() == Some(403) => {
                match budget::current().pause(self.parameters.throttle_wait.into()).await {
                    true => self.sign_in().await,
                    false => Err(error),
                }
            }
            signed_in => signed_in,
        }
    }
}

impl SignIn {
    pub(crate) fn new(client: Client, paths: Arc<Paths>, parameters: Parameters) -> Self {
        Self { client, paths, parameters, clock: OnceLock::new() }
    }

    /// The time at Ceipal; ours before the first sign-in.
    pub(crate) fn clock(&self) -> VendorClock {
        self.clock.get().copied().unwrap_or_else(|| VendorClock::at(Timestamp::now()))
    }

    async fn sign_in(&self) -> Result<Token> {
        let key = match self.parameters.version() {
            ApiVersion::V1 => "api_key",
            ApiVersion::V2 => "apiKey",
        };
        let body = json!({
            "email": self.parameters.email.trim(),
            "password": self.parameters.password.expose(),
            key: self.parameters.api_key.expose().trim(),
        });
        let request =
            self.client.post(Operation::idempotent("auth.sign_in"), &self.paths.sign_in).json(&body);
        let answer = request.confidential().send().await?;
        self.clock.get_or_init(|| VendorClock::of(&answer));
        token(&answer)
    }

    /// The token that has expired is what a new one is given for, in a header of its own; there is no body. Whether a
    /// second refresh of the same token works is not known.
    async fn refresh(&self, previous: &Token) -> Result<Token> {
        let expired = format!("Bearer {}", previous.access.expose());
        let request =
            self.client.post(Operation::once("auth.refresh"), &self.paths.refresh).header("Token", &expired);
        token(&request.redact(&previous.access).confidential().send().await?)
    }
}

/// Whether a token has expired or is about to.
fn has_had_its_time(token: &Token) -> bool {
    token.expires_at.is_none_or(|end| end <= Instant::now() + AHEAD)
}

/// The token of an answer, which is JSON or XML, at the top or under `data`.
fn token(answer: &Answer) -> Result<Token> {
    let body = body::members(answer.body());
    let text = |name| body.as_ref().and_then(|body| body::text_anywhere(body, name));
    let Some(access) = text("access_token") else {
        let words = without_tokens(&errors::words(answer, body.as_ref()));
        let error = match words.is_empty() {
            true => Error::new(ErrorKind::Protocol, "Ceipal answers a sign-in without an access token"),
            false => Error::new(ErrorKind::Unauthorized, "Ceipal refuses to sign in")
                .advise("Check email, password and api_key."),
        };
        return Err(error.with_status(answer.status()).with_vendor_message(words));
    };
    let expires_in = || text("expires_in").and_then(|it| it.parse().ok()).map(Duration::from_secs);
    let life =
        life(&access, answer.date().unwrap_or_else(Timestamp::now)).or_else(expires_in).unwrap_or(LIFE);
    Ok(Token::new(Secret::new(access)).expires_in(life))
}

/// The longest word that is shown of an answer that may hold a token of which we do not know where.
const LONGEST_WORD: usize = 16;

/// The words of a sign-in's answer, in which a token of a form that we do not expect may stand.
fn without_tokens(words: &str) -> String {
    let is_token = |word: &str| word.chars().count() > LONGEST_WORD;
    let words = words.split(' ').map(|word| if is_token(word) { "[redacted]" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// How long a token has to live, by the `exp` of a JWT and the clock of who made it.
fn life(access: &str, now: Timestamp) -> Option<Duration> {
    let claims = URL_SAFE_NO_PAD.decode(access.split('.').nth(1)?.trim_end_matches('=')).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    let exp = claims.get("exp")?.as_f64().filter(|exp| exp.is_finite())?;
    let left = SignedDuration::try_from_secs_f64(exp - now.as_millisecond() as f64 / 1_000.0).ok()?;
    Some(Duration::try_from(left).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn a_jwt_says_how_long_it_lives() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let life = |token: &str| life(token, now).map(|it| it.as_secs());
        let at = now.as_second();
        assert_eq!(life(&jwt(&format!(r#"{{"exp": {}}}"#, at + 3_600))), Some(3_600));
        assert_eq!(life(&jwt(&format!(r#"{{"exp": {}.5}}"#, at + 10))), Some(10));
        assert_eq!(life(&jwt(&format!(r#"{{"exp": {}}}"#, at - 10))), Some(0));
        for other in [
            "opaque",
            "a.b.c",
            "",
            &jwt("{}"),
            &jwt("[]"),
            &jwt(r#"{"exp": "soon"}"#),
            &jwt(r#"{"exp": 1e300}"#),
        ] {
            assert_eq!(life(other), None, "{other}");
        }
    }
}
