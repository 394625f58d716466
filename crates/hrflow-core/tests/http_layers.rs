//! The order of the layers around a request, as the documentation of `hrflow_core::http` has it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use hrflow_core::{
    Error, ErrorKind, Execution, Result, Scope, Secret, async_trait,
    http::{
        BaseUrl, Client, ClientBuilder, Operation, RateLimit, Token, TokenProvider, TokenSource, classify,
    },
    testing::{Reaction, ScriptedServer},
};

const READ: Operation = Operation::read("candidates.list");
const ONCE: Operation = Operation::once("candidates.create");

/// Hands out token-1, token-2, …
struct Numbered(Arc<AtomicUsize>);

#[async_trait]
impl TokenSource for Numbered {
    async fn fetch(&self, _: Option<&Token>) -> Result<Token> {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        Ok(Token::new(Secret::new(format!("token-{number}"))))
    }
}

fn numbered() -> (Arc<TokenProvider>, Arc<AtomicUsize>) {
    let fetches = Arc::new(AtomicUsize::new(0));
    (Arc::new(TokenProvider::new(Numbered(fetches.clone()), Duration::from_secs(60))), fetches)
}

async fn server(script: impl IntoIterator<Item = Reaction>) -> ScriptedServer {
    ScriptedServer::start(script).await.unwrap()
}

fn builder(server: &ScriptedServer) -> ClientBuilder {
    let base = BaseUrl::parse(&server.base_url(), "api_url").unwrap();
    Client::builder("Acme", base).backoff(Duration::from_millis(1))
}

fn bearers(server: &ScriptedServer) -> Vec<String> {
    server.requests().iter().map(|it| it.header("authorization").unwrap_or("none").to_owned()).collect()
}

#[tokio::test]
async fn the_order_of_the_layers() {
    let script = [
        Reaction::truncated(3, 200, "half an answer"),
        Reaction::hang(),
        Reaction::answer(401, ""),
        Reaction::answer(500, ""),
        Reaction::answer(200, "\"good\""),
    ];
    let server = server(script).await;
    let (tokens, fetches) = numbered();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let window = Duration::from_millis(1_200);
    let client = builder(&server)
        .tokens(tokens.clone())
        .rate_limit(Some(RateLimit::new(2, window)), "the-order-of-the-layers")
        .timeout(Duration::from_secs(1))
        .classify({
            let seen = seen.clone();
            move |answer| {
                seen.lock().unwrap().push((answer.status(), answer.text().into_owned()));
                classify::by_status(answer)
            }
        })
        .build()
        .unwrap();
    let started = Instant::now();
    let answer = client.get(READ, "candidates").send().await.unwrap();
    assert_eq!(answer.text(), "\"good\"");
    assert_eq!(server.requests().len(), 5);

    // Classify is innermost: it sees whole answers only, good ones too, and none where none came.
    let whole = [(401, ""), (500, ""), (200, "\"good\"")].map(|(status, text)| (status, text.to_owned()));
    assert_eq!(*seen.lock().unwrap(), whole);
    // The timeout is per attempt, inside the retry: the attempt that hung did not use up the others' time.
    // Authorization is inside the retry: attempts after the refresh carry the new token.
    assert_eq!(
        bearers(&server),
        ["token-1", "token-1", "token-1", "token-2", "token-2"].map(|it| format!("Bearer {it}"))
    );
    assert_eq!(fetches.load(Ordering::SeqCst), 2);
    // The rate limit is inside the retry, and the refresh is no way around it: five requests at two per window
    // take two whole windows, counted from the answers, which for the second came after a second.
    assert!(started.elapsed() >= 2 * window, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_does_not_count_as_a_failure() {
    let server = server([Reaction::answer(401, ""), Reaction::answer(201, "")]).await;
    let (tokens, _) = numbered();
    let client = builder(&server).tokens(tokens).attempts(1).build().unwrap();
    assert_eq!(client.post(ONCE, "").send().await.unwrap().status(), 201);
    assert_eq!(bearers(&server), ["Bearer token-1", "Bearer token-2"]);
}

#[tokio::test]
async fn a_second_refusal_is_final() {
    let server = server((0..3).map(|_| Reaction::answer(401, "no"))).await;
    let (tokens, fetches) = numbered();
    let client = builder(&server).tokens(tokens).build().unwrap();
    let error = client.post(ONCE, "").send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.scope(), error.execution()),
        (ErrorKind::Unauthorized, Scope::Run, Execution::No)
    );
    assert_eq!((server.requests().len(), fetches.load(Ordering::SeqCst)), (2, 2));
}

/// For a vendor that answers an expired token and too many requests alike.
fn ambiguous(wait: Duration) -> impl Fn(&hrflow_core::http::Answer) -> Result<()> {
    move |answer| match answer.status() {
        403 => Err(Error::new(ErrorKind::Unauthorized, "not now").with_retry_after(wait)),
        _ => classify::by_status(answer),
    }
}

#[tokio::test]
async fn a_refusal_of_the_new_token_that_names_a_wait_is_waited_for_once() {
    const WAIT: Duration = Duration::from_millis(200);
    let refusals = |number| (0..number).map(|_| Reaction::answer(403, ""));
    let server = server(refusals(2).chain([Reaction::answer(201, "")]).chain(refusals(4))).await;
    let (tokens, fetches) = numbered();
    let client = builder(&server).tokens(tokens).attempts(1).classify(ambiguous(WAIT)).build().unwrap();
    let started = Instant::now();
    assert_eq!(client.post(ONCE, "").send().await.unwrap().status(), 201);
    assert!(started.elapsed() >= WAIT);
    assert_eq!(bearers(&server), ["Bearer token-1", "Bearer token-2", "Bearer token-2"]);

    let error = client.post(ONCE, "").send().await.unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Unauthorized, Scope::Run));
    assert_eq!((error.execution(), server.left()), (Execution::No, 1));
    assert_eq!(fetches.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn everybody_waits_for_it() {
    const WAIT: Duration = Duration::from_millis(1500);
    let refusals = (0..2).map(|_| Reaction::answer(403, ""));
    let server = server(refusals.chain((0..2).map(|_| Reaction::answer(200, "")))).await;
    let (tokens, _) = numbered();
    let client = builder(&server).tokens(tokens).classify(ambiguous(WAIT)).build().unwrap();
    let first = tokio::spawn(client.get(READ, "").send());
    while server.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(WAIT / 5).await;
    let started = Instant::now();
    client.get(READ, "").send().await.unwrap();
    assert!(started.elapsed() >= WAIT / 2, "{:?}", started.elapsed());
    first.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_token_that_somebody_has_replaced_is_not_fetched_again() {
    let script = (0..8).map(|_| Reaction::late(Duration::from_millis(100), 401, ""));
    let server = server(script.chain((0..8).map(|_| Reaction::answer(200, "")))).await;
    let (tokens, fetches) = numbered();
    let client = builder(&server).tokens(tokens).build().unwrap();
    let asked = (0..8).map(|_| client.get(READ, "").send());
    for answer in futures::future::join_all(asked).await {
        answer.unwrap();
    }
    assert_eq!(fetches.load(Ordering::SeqCst), 2);
    assert_eq!(server.requests().len(), 16);
}

/// Fetches its tokens with a client that shares the rate limit.
struct Remote(Client);

#[async_trait]
impl TokenSource for Remote {
    async fn fetch(&self, _: Option<&Token>) -> Result<Token> {
        let answer = self.0.post(Operation::idempotent("token.fetch"), "token").send().await?;
        Ok(Token::new(Secret::new(answer.text().into_owned())))
    }
}

#[tokio::test]
async fn a_token_and_its_request_share_a_limit_of_one_without_waiting_for_each_other() {
    let server = server([
        Reaction::answer(200, "token-1"),
        Reaction::answer(401, ""),
        Reaction::answer(200, "token-2"),
        Reaction::answer(200, "\"good\""),
    ])
    .await;
    let limited =
        || builder(&server).rate_limit(Some(RateLimit::new(1, Duration::from_millis(50))), "shared-by-token");
    let tokens = TokenProvider::new(Remote(limited().build().unwrap()), Duration::ZERO);
    let client = limited().tokens(Arc::new(tokens)).build().unwrap();
    assert_eq!(client.get(READ, "candidates").send().await.unwrap().text(), "\"good\"");
    let paths: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/token", "/candidates", "/token", "/candidates"]);
}

#[tokio::test]
async fn a_token_that_dies_in_line_is_replaced_without_holding_the_slot() {
    let server = server([
        Reaction::answer(200, "token-1"),
        Reaction::late(Duration::from_millis(300), 200, "\"first\""),
        Reaction::answer(200, "token-2"),
        Reaction::answer(200, "\"second\""),
    ])
    .await;
    let limited = || {
        let limit = RateLimit::new(1, Duration::from_millis(50));
        builder(&server).rate_limit(Some(limit), "dies-in-line")
    };
    let tokens = Arc::new(TokenProvider::new(Remote(limited().build().unwrap()), Duration::ZERO));
    let client = limited().tokens(tokens.clone()).build().unwrap();
    let ask = || tokio::spawn(client.get(READ, "candidates").send());
    let first = ask();
    while server.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let second = ask();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    tokens.invalidate(&Token::new(Secret::new("token-1")));
    assert_eq!(first.await.unwrap().unwrap().text(), "\"first\"");
    let second = tokio::time::timeout(Duration::from_secs(20), second).await;
    assert_eq!(second.expect("they wait for each other").unwrap().unwrap().text(), "\"second\"");
    let expected = ["none", "Bearer token-1", "none", "Bearer token-2"];
    assert_eq!(bearers(&server), expected);
}

#[tokio::test]
async fn a_connection_that_was_not_made_costs_no_slot() {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let base = BaseUrl::parse(&format!("http://127.0.0.1:{port}"), "api_url").unwrap();
    let client = Client::builder("Acme", base)
        .backoff(Duration::from_millis(1))
        .rate_limit(Some(RateLimit::new(1, Duration::from_secs(3600))), "unconnected")
        .attempts(3)
        .build()
        .unwrap();
    let error = client.get(READ, "").send().await.unwrap_err();
    assert_eq!((error.kind(), error.context("attempts")), (ErrorKind::Unavailable, Some("3")));
}

#[tokio::test]
async fn a_token_that_cannot_be_fetched_ends_the_request_with_its_own_error() {
    let server = server([Reaction::answer(401, "unknown client")]).await;
    let tokens = TokenProvider::new(Remote(builder(&server).build().unwrap()), Duration::ZERO);
    let client = builder(&server).tokens(Arc::new(tokens)).build().unwrap();
    let error = client.post(ONCE, "candidates").send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.scope(), error.execution()),
        (ErrorKind::Unauthorized, Scope::Run, Execution::No)
    );
    assert_eq!(error.context("operation"), Some("token.fetch"));
    assert_eq!(error.vendor_message(), Some("unknown client"));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_lost_token_request_says_nothing_about_the_request_that_needed_it() {
    let server = server([Reaction::answer(500, "")]).await;
    let tokens = TokenProvider::new(Remote(builder(&server).attempts(1).build().unwrap()), Duration::ZERO);
    let client = builder(&server).tokens(Arc::new(tokens)).build().unwrap();
    let error = client.post(ONCE, "candidates").send().await.unwrap_err();
    assert_eq!((error.kind(), error.execution()), (ErrorKind::Unavailable, Execution::No));
}

#[tokio::test]
async fn an_expired_session_told_in_the_vendors_own_way_is_refreshed_too() {
    let server = server([Reaction::answer(200, "session expired"), Reaction::answer(200, "\"good\"")]).await;
    let (tokens, _) = numbered();
    let client = builder(&server)
        .tokens(tokens)
        .classify(|answer| match &*answer.text() {
            "session expired" => Err(Error::new(ErrorKind::Unauthorized, "the session has expired")),
            _ => classify::by_status(answer),
        })
        .build()
        .unwrap();
    assert_eq!(client.post(ONCE, "").send().await.unwrap().text(), "\"good\"");
}

/// Counters by name and labels.
#[derive(Default)]
struct Counters(Mutex<BTreeMap<String, Arc<metrics::atomics::AtomicU64>>>);

impl metrics::Recorder for Counters {
    fn describe_counter(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}
    fn describe_gauge(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}
    fn describe_histogram(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}
    fn register_counter(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Counter {
        metrics::Counter::from_arc(self.0.lock().unwrap().entry(key.to_string()).or_default().clone())
    }
    fn register_gauge(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
        metrics::Gauge::noop()
    }
    fn register_histogram(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Histogram {
        self.0.lock().unwrap().entry(key.to_string()).or_default().fetch_add(1, Ordering::Relaxed);
        metrics::Histogram::noop()
    }
}

#[test]
fn metrics_are_outermost_and_named_by_the_operation() {
    let counters = Counters::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    metrics::with_local_recorder(&counters, || {
        runtime.block_on(async {
            let server =
                server([Reaction::answer(500, ""), Reaction::hang(), Reaction::answer(200, "")]).await;
            let client = builder(&server).timeout(Duration::from_secs(1)).build().unwrap();
            client.get(READ, "hush?hush=1").send().await.unwrap();
        });
    });
    let counted: Vec<(String, u64)> = std::mem::take(&mut *counters.0.lock().unwrap())
        .into_iter()
        .map(|(name, count)| (name, count.load(Ordering::Relaxed)))
        .collect();
    let labels = "vendor = Acme, operation = candidates.list";
    let expected = [
        ("hrflow_http_rate_limit_wait_seconds", "", 3),
        ("hrflow_http_request_duration_seconds", "", 3),
        ("hrflow_http_requests_total", ", outcome = 200", 1),
        ("hrflow_http_requests_total", ", outcome = 500", 1),
        ("hrflow_http_requests_total", ", outcome = timeout", 1),
        ("hrflow_http_retries_total", "", 2),
    ];
    assert_eq!(counted.len(), expected.len(), "{counted:?}");
    for ((key, count), (name, more, expected)) in counted.iter().zip(expected) {
        assert!(key.contains(name) && key.contains(labels) && key.contains(more), "{key}");
        assert_eq!(*count, expected, "{key}");
        assert!(!key.contains("hush"));
    }
}
