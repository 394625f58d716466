//! Connections: reads a request and sends the response, with faults if any are scheduled.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, Response};
use futures::future::BoxFuture;
use futures::stream;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The largest request body accepted, in bytes.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// A request, read completely.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) method: String,
    /// The path as sent, percent-encoded.
    pub(crate) path: String,
    /// The query string as sent, without `?`.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    /// Returns a header's value. Empty headers count as absent.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
    }

    /// Returns the decoded query, in the order sent.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }
}

/// How the body is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Pace {
    #[default]
    Whole,
    /// Spread over this time.
    Slow(Duration),
    /// Half of the body is sent, then the connection closes.
    Truncated,
}

/// A response.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
    pub(crate) pace: Pace,
}

impl Answer {
    /// Creates a response without a body.
    pub(crate) fn empty(status: u16) -> Answer {
        Answer { status, ..Answer::default() }
    }

    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Answer {
        Answer::empty(status).with("content-type", content_type).containing(body)
    }

    /// Creates a response of type `application/json`.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Answer {
        Answer::new(status, "application/json", serde_json::to_vec(body).unwrap_or_default())
    }

    /// Sets a header, replacing an earlier value of that name.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.retain(|(existing, _)| *existing != name);
        self.headers.push((name, value.into()));
        self
    }

    fn containing(mut self, body: impl Into<Bytes>) -> Answer {
        self.body = body.into();
        self
    }
}

/// What happens to the connection.
#[derive(Debug)]
pub(crate) enum Reply {
    Answer(Answer),
    /// The connection is dropped with a TCP reset.
    Reset,
    /// The connection stays open without a response.
    Silence,
}

/// The logic of one server.
pub(crate) trait Service: Send + Sync + 'static {
    fn call(self: Arc<Self>, request: Received) -> BoxFuture<'static, Reply>;
}

/// Serves until the task is dropped. Dropping the task also drops the connections.
pub(crate) async fn serve(listener: TcpListener, service: Arc<dyn Service>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&service)));
                }
                // Probably out of file descriptors: wait until other connections close.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// The request asked for a reset. hyper drops the connection; a socket option makes the drop a reset.
#[derive(Debug)]
struct Aborted;

impl std::fmt::Display for Aborted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("aborted on purpose")
    }
}

impl std::error::Error for Aborted {}

async fn connection(stream: TcpStream, service: Arc<dyn Service>) {
    // Without this, each of many small responses may wait for the peer's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let reset = Arc::new(AtomicBool::new(false));
    let asked_to_reset = Arc::clone(&reset);
    let handler = service_fn(move |request: Request<Incoming>| {
        let service = Arc::clone(&service);
        let reset = Arc::clone(&asked_to_reset);
        async move {
            match exchange(request, service).await {
                Reply::Answer(answer) => Ok(response(answer)),
                Reply::Silence => std::future::pending().await,
                Reply::Reset => {
                    reset.store(true, Ordering::SeqCst);
                    Err(Aborted)
                }
            }
        }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), handler);
    let ended = (&mut connection).await;
    if ended.is_err() && reset.load(Ordering::SeqCst) {
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

async fn exchange(request: Request<Incoming>, service: Arc<dyn Service>) -> Reply {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(Body::new(body), LARGEST_BODY).await else {
        return Reply::Reset;
    };
    let request = Received {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    };
    // Runs in its own task: the server completes the request if the client disconnects.
    tokio::spawn(service.call(request)).await.unwrap_or(Reply::Reset)
}

fn response(answer: Answer) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    let body = match answer.pace {
        Pace::Whole => Ok(Body::from(answer.body)),
        Pace::Slow(time) => {
            response = response.header("content-length", answer.body.len());
            Ok(drip(answer.body, time))
        }
        Pace::Truncated => {
            response = response.header("content-length", answer.body.len());
            Ok(truncated(answer.body))
        }
    };
    body.and_then(|body| response.body(body)).unwrap_or_else(|_| {
        let mut broken = Response::new(Body::empty());
        *broken.status_mut() = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
        broken
    })
}

/// Sends the body in up to 20 pieces over `time`.
fn drip(body: Bytes, time: Duration) -> Body {
    let size = body.len().div_ceil(20).max(1);
    let pieces = body.len().div_ceil(size).max(1);
    let pause = time / u32::try_from(pieces).unwrap_or(1);
    Body::from_stream(stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let piece = rest.split_to(size.min(rest.len()));
        Some((Ok::<_, Infallible>(piece), rest))
    }))
}

/// Sends half of the body, then an error, so that hyper closes the connection.
fn truncated(body: Bytes) -> Body {
    let half = body.slice(..body.len() / 2);
    Body::from_stream(stream::unfold(0, move |step| {
        let half = half.clone();
        async move {
            match step {
                0 => Some((Ok(half), 1)),
                1 => {
                    // Enough time to send the first half.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    Some((Err(Aborted), 2))
                }
                _ => None,
            }
        }
    }))
}
