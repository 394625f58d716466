//! Access tokens: fetched once for all waiting tasks, and refreshed before they expire.

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

/// The time limit of one fetch, including its retries. Waiting tasks may have less time. They then stop waiting, and
/// the fetch continues for the others.
const FETCH: Duration = Duration::from_secs(2 * 60);

/// After a failed early refresh, the time until the next attempt. The current token is used meanwhile.
const PAUSE: Duration = Duration::from_secs(5);

/// A source of access tokens: a token endpoint, or a grant in the state.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// Fetches a token. `previous` is the token that has expired, is about to expire or was rejected. It is `None` for
    /// the first fetch.
    ///
    /// The provider never runs two fetches at the same time. It lets a started fetch complete even if no task waits for
    /// it any more, because the vendor may already have rotated the refresh token.
    ///
    /// If the vendor rotates refresh tokens, the source **must store the new one durably before it returns**. The
    /// access token is used immediately. If the process ended with the new refresh token only in memory, the grant
    /// would be lost.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unauthorized`] if the credentials or the grant were rejected. Retryable kinds if a later attempt
    /// can succeed. The source retries by itself; its error ends all waiting requests.
    async fn fetch(&self, previous: Option<&Token>) -> Result<Token>;
}

/// A source to which its owner keeps a handle, for other data of the vendor's response.
#[async_trait]
impl<S: TokenSource + ?Sized> TokenSource for Arc<S> {
    async fn fetch(&self, previous: Option<&Token>) -> Result<Token> {
        self.as_ref().fetch(previous).await
    }
}

/// An access token and its expiry.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token after `Bearer`.
    pub access: Secret,
    /// The expiry. `None` if the token does not expire or the expiry is unknown.
    pub expires_at: Option<Instant>,
}

impl Token {
    /// Creates a token of unknown expiry.
    pub fn new(access: Secret) -> Self {
        Self { access, expires_at: None }
    }

    /// Sets the expiry to `time` from now. It does not depend on the wall clock: use it for new responses.
    #[must_use]
    pub fn expires_in(self, time: Duration) -> Self {
        Self { expires_at: Instant::now().checked_add(time), ..self }
    }

    /// Sets the expiry to the wall-clock time `time`, for stored grants.
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

/// The current token of a credential, shared by all clients and tasks that use it.
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
    /// The token was rejected and is only passed to the source.
    refused: bool,
    /// The time of the early refresh. `None` if the expiry is unknown.
    refresh_from: Option<Instant>,
    /// The fetch in progress.
    flight: Option<Flight>,
}

type Landed = Option<Result<Token, Arc<Error>>>;
type Flight = watch::Receiver<Landed>;

impl TokenProvider {
    /// Creates a provider that requests a new token from `source` when the current one expires within `ahead`.
    pub fn new(source: impl TokenSource + 'static, ahead: Duration) -> Self {
        Self { shared: Arc::new(Shared { source: Box::new(source), ahead, state: Mutex::default() }) }
    }

    /// Returns the current token. Fetches one if there is none, it was rejected, or it is about to expire. Concurrent
    /// callers share one fetch.
    ///
    /// If an early refresh fails with a retryable error, the current token is used until it expires.
    ///
    /// # Errors
    ///
    /// The source's error, the same for all tasks that waited for the fetch. [`ErrorKind::Cancelled`] or
    /// [`ErrorKind::Timeout`] if this task's [budget](super::budget) ended first.
    pub async fn token(&self) -> Result<Token> {
        let budget = budget::current();
        loop {
            let mut flight = match self.ready_or_flight(&budget) {
                Ready::Token(token) => return Ok(token),
                Ready::Flight(flight) => flight,
            };
            // A cancelled task waits too: leaving could end the process during a rotation. The fetch checks the cancel
            // token itself and stops before its next request.
            let landed = tokio::select! {
                biased;
                landed = flight.wait_for(Option::is_some) => landed.ok().and_then(|landed| landed.clone()),
                () = tokio::time::sleep_until(budget.deadline) => return Err(Stopped::Deadline.before_sending()),
            };
            match landed {
                Some(Ok(token)) => return Ok(token),
                // Another run was cancelled, not this one: fetch again.
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

    /// Marks `token` as rejected. The next [`token`](Self::token) fetches another one, unless `token` was already
    /// replaced.
    pub fn invalidate(&self, token: &Token) {
        let mut state = self.shared.state();
        if state.token.as_ref().is_some_and(|current| current.is(token)) {
            state.refused = true;
        }
    }

    /// Whether `token` is the current one, not rejected and not expired.
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

        // A separate task: the fetch must not end with the task that started it.
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

    /// Returns the current token if only an early refresh failed, and the error is retryable.
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

/// Completes the fetch when it ends, panics or is dropped with its runtime.
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
                    // A token with a lifetime shorter than `ahead` is used for half of its lifetime.
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
        // Without an outcome, the waiting tasks see a closed channel.
        if let Some(outcome) = self.outcome.take() {
            self.landing.send_replace(Some(outcome));
        }
    }
}

/// Returns a copy of one error for each waiting task, with the original as the source.
fn shared_error(error: Arc<Error>) -> Error {
    error.duplicate().with_source(Original(error))
}

/// The error that the waiting tasks share.
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

    /// A source whose fetches take 1 s. Each token is valid for 10 minutes; the given fetches fail.
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
        // The source is not asked again with every request.
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
        // A late rejection of the first token, which is no longer the current one.
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
