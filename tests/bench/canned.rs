//! A vendor with minimal cost: it returns prepared responses to all requests.
//!
//! The strict mock server uses much CPU time for each request. On a machine with few cores this would hide the client's
//! cost, because both sides share the cores.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use futures::{StreamExt, stream};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Body, Bytes, Frame, Incoming, SizeHint},
    header::{CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;

use crate::{
    people,
    vendor::{self, Access},
};

/// The vendor's counters, and its delay before each response.
#[derive(Default)]
struct Canned {
    profiles: HashMap<String, Bytes>,
    requests: AtomicU64,
    bytes: AtomicU64,
    created: AtomicU64,
    latency: AtomicU64,
}

/// Serves HrFlow.ai and Teamtailor on one port.
pub(crate) async fn serve(profiles: usize) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let profile = |person| {
        let body = json!({ "code": 200, "message": "Profile", "data": person });
        (people::key(&body["data"]), Bytes::from(body.to_string()))
    };
    let canned = Canned { profiles: people::people(profiles).map(profile).collect(), ..Canned::default() };
    let canned = Arc::new(canned);
    vendor::announce(&Access {
        hrflow: format!("{base}/v1/"),
        teamtailor: base.clone(),
        control: base,
        api_secret: "ask_canned".to_owned(),
        api_user: "nobody@example.com".to_owned(),
        key: "canned-key".to_owned(),
        api_version: "20240904".to_owned(),
    })?;
    loop {
        let (connection, _) = listener.accept().await?;
        connection.set_nodelay(true)?;
        let canned = canned.clone();
        let service = service_fn(move |request| {
            let canned = canned.clone();
            async move { Ok::<_, Infallible>(canned.answer(request).await) }
        });
        tokio::spawn(async move {
            // Errors of a disconnecting client are ignored.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(connection), service).await;
        });
    }
}

impl Canned {
    async fn answer(&self, request: Request<Incoming>) -> Response<Whole> {
        let (head, body) = request.into_parts();
        let body = read(body).await;
        match (&head.method, head.uri.path()) {
            (&Method::GET, "/bench/tally") => {
                let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
                let tally = json!({ "requests": count(&self.requests), "bytes": count(&self.bytes) });
                return answer(StatusCode::OK, "application/json", tally.to_string());
            }
            (&Method::PUT, "/bench/latency") => {
                let latency = String::from_utf8_lossy(&body).parse().unwrap_or_default();
                self.latency.store(latency, Ordering::Relaxed);
                self.requests.store(0, Ordering::Relaxed);
                self.bytes.store(0, Ordering::Relaxed);
                return answer(StatusCode::OK, "application/json", "{}");
            }
            _ => {}
        }
        // All bytes received, so that two clients can be compared exactly.
        let headers: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        let line = head.method.as_str().len() + head.uri.path_and_query().map_or(0, |it| it.as_str().len());
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add((line + headers + body.len()) as u64, Ordering::Relaxed);
        let latency = self.latency.load(Ordering::Relaxed);
        if latency > 0 {
            tokio::time::sleep(Duration::from_millis(latency)).await;
        }
        const JSON_API: &str = "application/vnd.api+json; charset=utf-8";
        match (&head.method, head.uri.path()) {
            (&Method::POST, "/v1/candidates") => {
                let id = self.created.fetch_add(1, Ordering::Relaxed) + 1;
                answer(StatusCode::CREATED, JSON_API, candidate(id))
            }
            (&Method::GET, "/v1/company") => answer(StatusCode::OK, JSON_API, COMPANY),
            (&Method::GET, "/v1/profile/indexing") => {
                let query = head.uri.query().unwrap_or_default();
                let key = query.split('&').find_map(|pair| pair.strip_prefix("key=")).unwrap_or_default();
                match self.profiles.get(key) {
                    Some(profile) => answer(StatusCode::OK, "application/json", profile.clone()),
                    None => answer(StatusCode::BAD_REQUEST, "application/json", "{}"),
                }
            }
            _ => answer(StatusCode::NOT_FOUND, JSON_API, "{}"),
        }
    }
}

const COMPANY: &str =
    r#"{"data":{"id":"canned","type":"companies","attributes":{"name":"Canned","locale":"en"}}}"#;

/// Builds a response as long as a real one without a picture and a résumé.
fn candidate(id: u64) -> String {
    format!(
        r#"{{"data":{{"id":"{id}","type":"candidates","links":{{"self":"https://api.teamtailor.com/v1/candidates/{id}"}},"attributes":{{"connected":false,"created-at":"2025-01-01T00:00:00.000+01:00","email":"nobody@example.com","facebook-id":null,"facebook-profile":null,"first-name":"Nobody","internal":false,"last-name":"Example","linkedin-profile":null,"linkedin-uid":null,"linkedin-url":null,"original-resume":null,"phone":null,"picture":null,"pitch":null,"referring-site":null,"referring-url":null,"referred":false,"restricted":false,"resume":null,"resume-summary":null,"sourced":true,"tags":[],"unsubscribed":false,"updated-at":"2025-01-01T00:00:00.000+01:00"}},"relationships":{{}}}}}}"#
    )
}

fn answer(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<Whole> {
    let mut response = Response::new(Whole(Some(body.into())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Reads a request's body. Returns the part received if the connection breaks.
async fn read(body: Incoming) -> Vec<u8> {
    let frames = stream::unfold(Box::pin(body), async |mut body| {
        let frame = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await?;
        Some((frame, body))
    });
    frames
        .fold(Vec::new(), async |mut bytes, frame| {
            bytes.extend(frame.ok().and_then(|it| it.into_data().ok()).unwrap_or_default());
            bytes
        })
        .await
}

/// A complete body.
struct Whole(Option<Bytes>);

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        std::task::Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
