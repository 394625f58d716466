//! Access tokens: fetched once however many tasks wait, refreshed ahead of expiry.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::{sync::watch, time::Instant};
use tracing::Instrument;

use super::budget::{self, Budget, Stopped};
use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
};

/// How long one fetch may take, its retries included. The waiting tasks may have less time; they then
/// stop waiting, and the fetch goes on for the others.
const FETCH: Duration = Duration::from_secs(2 * 60);

/// After a refresh ahead of time that failed, the token at hand is used this long before the next attempt.
const PAUSE: Duration = Duration::from_secs(5);

/// Where access tokens come from: a token endpoint, or a grant in the state.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// Fetches a token. `previous` is the one that has expired, is about to, or was refused; none at first.
    ///
    /// The provider never runs two fetches at once, and lets one that has begun run to its end even when every
    /// task that waits for it is gone: a vendor may have rotated the refresh token already.
    ///
    /// A source whose vendor rotates refresh tokens **must make the new one durable before it
    /// returns**. The access token is used at once; if the process died then with the new refresh token
    /// only in memory, the grant would be lost.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unauthorized`] when the credentials or the grant were refused; retryable kinds when
    /// another try can help. The source does its own retries: its error ends the requests that wait for it.
    async fn fetch(&self, previous: Option<&Token>) -> Result<Token>;
}

/// A source that its owner keeps a handle to, for what else the vendor's answer holds.
#[async_trait]
impl<S: TokenSource + ?Sized> TokenSource for Arc<S> {
    async fn fetch(&self, previous: Option<&Token>) -> Result<Token> {
        self.as_ref().fetch(previous).await
    }
}

/// An access token and the end of its life.
#[derive(Debug, Clone)]
pub struct Token {
    /// What goes after `Bearer`.
    pub access: Secret,
    /// When it expires; none when it does not, or nobody says.
    pub expires_at: Option<Instant>,
}

impl Token {
    /// A token of which nobody says when it expires.
    pub fn new(access: Secret) -> Self {
        Self { access, expires_at: None }
    }

    /// It expires after `time`, counted from now. Immune to a wrong clock: prefer it for fresh answers.
    #[must_use]
    pub fn expires_in(self, time: Duration) -> Self {
        Self { expires_at: Instant::now().checked_add(time), ..self }
    }

    /// It expires at `time`, such as one that comes from a stored grant.
    #[must_use]
    pub fn expires_at(self, time: Timestamp) -> Self {
        let left = Duration::try_from(time.duration_since(Timestamp::now())).unwrap_or(Duration::ZERO);
        self.expires_in(left)
    }

    fn is_alive(&self) -> bool {
        self.expires_at.is_none_or(|end| Instant::now() < end)
    }

    fn is(&self, other: &Self) -> bool {
        self.access.expose() == other.access.expose()
    }
}

/// Keeps the current token of a credential for all clients and tasks that use it.
pub struct TokenProvider {
    shared: Arc<Shared>,
}

struct Shared {
    source: Box<dyn TokenSource>,
    ahead: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// The token was refused: it is only good for handing to the source.
    refused: bool,
    /// When to refresh ahead of time; none where nobody says when the token expires.
    refresh_from: Option<Instant>,
    /// The fetch that is under way.
    flight: Option<Flight>,
}

type Landed = Option<Result<Token, Arc<Error>>>;
type Flight = watch::Receiver<Landed>;

impl TokenProvider {
    /// A provider that asks `source` for a new token once the old one has less than `ahead` to live.
    pub fn new(source: impl TokenSource + 'static, ahead: Duration) -> Self {
        Self { shared: Arc::new(Shared { source: Box::new(source), ahead, state: Mutex::default() }) }
    }

    /// The current token, fetched first where there is none, it was refused, or it is about to expire.
    ///
    /// While a refresh ahead of time fails for a reason that can pass, the token at hand is used as long as
    /// it lives.
    ///
    /// # Errors
    ///
    /// The source's error, the same for all who waited for that fetch; [`ErrorKind::Cancelled`] or
    /// [`ErrorKind::Timeout`] when this task's [budget](super::budget) ended first.
    pub async fn token(&self) -> Result<Token> {
        let budget = budget::current();
        loop {
            let mut flight = match self.ready_or_flight(&budget) {
                Ready::Token(token) => return Ok(token),
                Ready::Flight(flight) => flight,
            };
            // Whoever has called this off waits all the same: leaving would end the process in the middle of
            // a rotation. The fetch heeds the cancel token itself, and stops before its next request.
            let landed = tokio::select! {
                biased;
                landed = flight.wait_for(Option::is_some) => landed.ok().and_then(|landed| landed.clone()),
                () = tokio::time::sleep_until(budget.deadline) => return Err(Stopped::Deadline.before_sending()),
            };
            match landed {
                Some(Ok(token)) => return Ok(token),
                // Somebody else's run was stopped, not ours: fetch again.
                Some(Err(error)) if error.kind() == ErrorKind::Cancelled => {
                    budget.check().map_err(Stopped::before_sending)?;
                }
                Some(Err(error)) => {
                    if let Some(token) = self.still_valid(&error) {
                        return Ok(token);
                    }
                    return Err(shared_error(error));
                }
                None => {
                    return Err(Error::new(ErrorKind::Internal, "the fetch of an access token broke off"));
                }
            }
        }
    }

    /// Says that `token` was refused. The next [`token`](Self::token) fetches another one, unless
    /// somebody has replaced it in the meantime.
    pub fn invalidate(&self, token: &Token) {
        let mut state = self.shared.state();
        if state.token.as_ref().is_some_and(|current| current.is(token)) {
            state.refused = true;
        }
    }

    /// Whether `token` is the current one, not refused, and alive.
    pub(super) fn is_current(&self, token: &Token) -> bool {
        let state = self.shared.state();
        !state.refused && token.is_alive() && state.token.as_ref().is_some_and(|current| current.is(token))
    }

    fn ready_or_flight(&self, budget: &Budget) -> Ready {
        let mut state = self.shared.state();
        if let Some(token) = state.token.as_ref().filter(|_| !state.refused) {
            let due = state.refresh_from.is_some_and(|from| from <= Instant::now());
            if !due && token.is_alive() {
                return Ready::Token(token.clone());
            }
        }
        if let Some(flight) = &state.flight {
            return Ready::Flight(flight.clone());
        }
        let (landing, flight) = watch::channel(None);
        state.flight = Some(flight.clone());
        let previous = state.token.clone();
        drop(state);

        // A task of its own: it must not end with the task that happened to be first.
        let shared = self.shared.clone();
        let budget = Budget { cancel: budget.cancel.clone(), ..Budget::lasting(FETCH) };
        let fetch = async move {
            let mut guard = Landing { shared, landing, outcome: None };
            let outcome = budget::within(budget, guard.shared.source.fetch(previous.as_ref())).await;
            guard.outcome = Some(outcome.map_err(Arc::new));
        };
        tokio::spawn(fetch.in_current_span());
        Ready::Flight(flight)
    }

    /// The token at hand, where the failed refresh was only ahead of time and the reason can pass.
    fn still_valid(&self, error: &Error) -> Option<Token> {
        if !error.is_retryable() {
            return None;
        }
        let state = self.shared.state();
        state.token.clone().filter(|token| !state.refused && token.is_alive())
    }
}

enum Ready {
    Token(Token),
    Flight(Flight),
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Settles the flight when the fetch ends, and also when it panics or is dropped with its runtime.
struct Landing {
    shared: Arc<Shared>,
    landing: watch::Sender<Landed>,
    outcome: Landed,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.flight = None;
        match &self.outcome {
            Some(Ok(token)) => {
                state.token = Some(token.clone());
                state.refused = false;
                state.refresh_from = token.expires_at.map(|end| {
                    // A token that lives shorter than `ahead` is used for half of its life all the same.
                    let life = end.saturating_duration_since(Instant::now());
                    end - self.shared.ahead.min(life / 2)
                });
            }
            Some(Err(_)) if state.refresh_from.is_some() => {
                state.refresh_from = Instant::now().checked_add(PAUSE);
            }
            Some(Err(_)) => {}
            None => {}
        }
        drop(state);
        // Without an outcome the waiters see the sender go.
        if let Some(outcome) = self.outcome.take() {
            self.landing.send_replace(Some(outcome));
        }
    }
}

/// One error for many waiters: each gets all of it, with the one original as the source.
fn shared_error(error: Arc<Error>) -> Error {
    error.duplicate().with_source(Original(error))
}

/// The error that the waiters share.
struct Original(Arc<Error>);

impl fmt::Display for Original {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Original {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl std::error::Error for Original {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.0)
    }
}

impl fmt::Debug for TokenProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenProvider").field("ahead", &self.shared.ahead).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::error::Scope;

    const MINUTE: Duration = Duration::from_secs(60);

    /// Fetches take a second; each token lives ten minutes; the given fetches fail.
    struct Source {
        fetches: Arc<AtomicUsize>,
        fails: fn(usize) -> Option<ErrorKind>,
    }

    #[async_trait]
    impl TokenSource for Source {
        async fn fetch(&self, _: Option<&Token>) -> Result<Token> {
            let number = self.fetches.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::time::sleep(Duration::from_secs(1)).await;
            budget::current().check().map_err(Stopped::before_sending)?;
            match (self.fails)(number) {
                Some(kind) => {
                    Err(Error::new(kind, format!("fetch {number} failed")).with("operation", "token"))
                }
                None => Ok(Token::new(Secret::new(format!("token-{number}"))).expires_in(10 * MINUTE)),
            }
        }
    }

    fn provider(fails: fn(usize) -> Option<ErrorKind>) -> (Arc<TokenProvider>, Arc<AtomicUsize>) {
        let fetches = Arc::new(AtomicUsize::new(0));
        let source = Source { fetches: fetches.clone(), fails };
        (Arc::new(TokenProvider::new(source, MINUTE)), fetches)
    }

    async fn crowd(provider: &Arc<TokenProvider>) -> Vec<Result<String, Error>> {
        let ask = || async { provider.token().await.map(|token| token.access.expose().to_owned()) };
        futures::future::join_all((0..50).map(|_| ask())).await
    }

    #[tokio::test(start_paused = true)]
    async fn one_fetch_however_many_wait() {
        let (provider, fetches) = provider(|_| None);
        for token in crowd(&provider).await {
            assert_eq!(token.unwrap(), "token-1");
        }
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn refreshed_ahead_of_expiry() {
        let (provider, fetches) = provider(|_| None);
        provider.token().await.unwrap();
        tokio::time::advance(8 * MINUTE).await;
        assert_eq!(provider.token().await.unwrap().access.expose(), "token-1");
        tokio::time::advance(MINUTE).await;
        assert_eq!(provider.token().await.unwrap().access.expose(), "token-2");
        assert_eq!(fetches.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_lived_token_is_used_for_half_of_its_life() {
        let fetches = Arc::new(AtomicUsize::new(0));
        let source = Source { fetches: fetches.clone(), fails: |_| None };
        let provider = TokenProvider::new(source, 60 * MINUTE);
        provider.token().await.unwrap();
        tokio::time::advance(4 * MINUTE).await;
        assert_eq!(provider.token().await.unwrap().access.expose(), "token-1");
        tokio::time::advance(MINUTE).await;
        assert_eq!(provider.token().await.unwrap().access.expose(), "token-2");
    }

    #[tokio::test(start_paused = true)]
    async fn a_living_token_outlasts_a_failing_refresh() {
        let (provider, fetches) =
            provider(|number| (number == 2 || number == 3).then_some(ErrorKind::Unavailable));
        provider.token().await.unwrap();
        tokio::time::advance(9 * MINUTE + MINUTE / 2).await;
        for token in crowd(&provider).await {
            assert_eq!(token.unwrap(), "token-1");
        }
        // Not asked again with every request.
        crowd(&provider).await;
        assert_eq!(fetches.load(Ordering::SeqCst), 2);
        tokio::time::advance(PAUSE).await;
        crowd(&provider).await;
        assert_eq!(fetches.load(Ordering::SeqCst), 3);
        tokio::time::advance(MINUTE).await;
        assert_eq!(provider.token().await.unwrap().access.expose(), "token-4");
    }

    #[tokio::test(start_paused = true)]
    async fn a_dead_token_does_not_outlast_it() {
        let (provider, _) = provider(|number| (number == 2).then_some(ErrorKind::Unavailable));
        provider.token().await.unwrap();
        tokio::time::advance(10 * MINUTE).await;
        assert_eq!(provider.token().await.unwrap_err().kind(), ErrorKind::Unavailable);
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_is_shared_and_not_stampeded() {
        let (provider, fetches) = provider(|_| Some(ErrorKind::Unauthorized));
        for token in crowd(&provider).await {
            let error = token.unwrap_err();
            assert_eq!((error.kind(), error.scope()), (ErrorKind::Unauthorized, Scope::Run));
            assert_eq!(error.context("operation"), Some("token"));
            assert!(error.to_string().contains("fetch 1 failed"), "{error}");
        }
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_token_is_replaced_once() {
        let (provider, fetches) = provider(|_| None);
        let first = provider.token().await.unwrap();
        assert!(provider.is_current(&first));
        provider.invalidate(&first);
        assert!(!provider.is_current(&first));
        crowd(&provider).await;
        // Late news of the first token's end: it is not the current one any more.
        provider.invalidate(&first);
        assert_eq!(provider.token().await.unwrap().access.expose(), "token-2");
        assert_eq!(fetches.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn the_fetch_goes_on_when_the_first_task_is_gone() {
        let (provider, fetches) = provider(|_| None);
        let first = tokio::spawn({
            let provider = provider.clone();
            async move { provider.token().await.map(drop) }
        });
        tokio::task::yield_now().await;
        first.abort();
        let hasty = Budget::lasting(Duration::from_millis(10));
        let error = budget::within(hasty, provider.token()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert_eq!(provider.token().await.unwrap().access.expose(), "token-1");
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn one_runs_end_is_not_the_others() {
        let (provider, fetches) = provider(|_| None);
        let cancel = CancellationToken::new();
        let called_off = Budget::new(Instant::now() + MINUTE, cancel.clone());
        let first = budget::within(called_off, provider.token());
        let second = budget::within(Budget::lasting(MINUTE), provider.token());
        let (first, second, ()) = tokio::join!(first, second, async { cancel.cancel() });
        assert_eq!(first.unwrap_err().kind(), ErrorKind::Cancelled);
        assert_eq!(second.unwrap().access.expose(), "token-2");
        assert_eq!(fetches.load(Ordering::SeqCst), 2);
    }

    struct Counting;

    #[async_trait]
    impl TokenSource for Counting {
        async fn fetch(&self, previous: Option<&Token>) -> Result<Token> {
            let previous = previous.map_or("0", |token| token.access.expose());
            Ok(Token::new(Secret::new((previous.parse::<u8>().unwrap() + 1).to_string())))
        }
    }

    #[tokio::test]
    async fn the_source_is_told_the_token_before() {
        let provider = TokenProvider::new(Counting, MINUTE);
        for expected in ["1", "2", "3"] {
            let token = provider.token().await.unwrap();
            assert_eq!(token.access.expose(), expected);
            provider.invalidate(&token);
        }
    }

    struct Panics;

    #[async_trait]
    impl TokenSource for Panics {
        async fn fetch(&self, _: Option<&Token>) -> Result<Token> {
            panic!("in the source")
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_panics_leaves_nobody_waiting() {
        let provider = TokenProvider::new(Panics, MINUTE);
        for _ in 0..2 {
            assert_eq!(provider.token().await.unwrap_err().kind(), ErrorKind::Internal);
        }
    }

    #[test]
    fn nothing_prints_a_token() {
        let (provider, _) = provider(|_| None);
        let token = Token::new(Secret::new("hush-hush"));
        assert!(!format!("{token:?} {provider:?}").contains("hush"));
    }
}
