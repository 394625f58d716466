//! The address on this machine that a vendor sends the browser back to.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hrflow_core::{ErrorKind, Secret, consent::code_in, http::Url};
use hyper::{
    Method, Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::oneshot};

use crate::exit::Failure;

const PAGE: &str = "<!doctype html><meta charset=utf-8><title>hrflow</title>\
                    <p>The answer has arrived: go back to the terminal. This window can be closed.";

const OTHER: &str = "<!doctype html><meta charset=utf-8><title>hrflow</title>\
                     <p>This is not the response that hrflow waits for. Open the address that the terminal shows.";

/// How long one connection may take; a browser takes milliseconds.
const SLOWEST: Duration = Duration::from_secs(10);
/// How long to wait when no connection can be accepted.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Listens for the browser.
pub(super) struct Receiver {
    listener: TcpListener,
    address: Url,
}

impl Receiver {
    /// Listens where `redirect_uri` leads; none where that is not this machine.
    pub(super) async fn of(redirect_uri: &str) -> Result<Option<Self>, Failure> {
        let Ok(address) = Url::parse(redirect_uri) else { return Ok(None) };
        let host = match address.host_str() {
            Some("localhost" | "127.0.0.1") => "127.0.0.1",
            Some("[::1]") => "::1",
            _ => return Ok(None),
        };
        let Some(port) = address.port_or_known_default().filter(|_| address.scheme() == "http") else {
            return Ok(None);
        };
        let listener = TcpListener::bind((host, port)).await.map_err(|error| {
            Failure::fatal(format!(
                "cannot listen on {redirect_uri}, where the browser will be sent back to: {error}. End what listens there, \
                 or register another redirect URI."
            ))
        })?;
        Ok(Some(Self { listener, address }))
    }

    /// Waits for the response to the question that `state` stands for: its code, or why there is none. Other requests are
    /// rejected, and the wait goes on: any page in the browser can send some, and any program on this machine.
    pub(super) async fn wait(self, state: &str) -> Result<hrflow_core::Result<Secret>, Failure> {
        let (sender, response) = oneshot::channel();
        let waiting = Arc::new(Waiting {
            address: self.address,
            state: Secret::new(state),
            sender: Mutex::new(Some(sender)),
        });
        let serve = async {
            loop {
                // Too many open connections end by themselves.
                let Ok((stream, _)) = self.listener.accept().await else {
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                    continue;
                };
                let waiting = waiting.clone();
                let service = service_fn(move |request| {
                    let response = waiting.respond(&request);
                    async move { Ok::<_, Infallible>(response) }
                });
                let mut http = http1::Builder::new();
                let serving = http.keep_alive(false).serve_connection(TokioIo::new(stream), service);
                // A connection that sends nothing blocks no other one, and does not stay.
                tokio::spawn(tokio::time::timeout(SLOWEST, serving));
            }
        };
        tokio::select! {
            never = serve => { let never: Infallible = never; match never {} }
            code = response => code.map_err(|_| Failure::fatal("the browser's response was lost: start again")),
        }
    }
}

struct Waiting {
    address: Url,
    state: Secret,
    sender: Mutex<Option<oneshot::Sender<hrflow_core::Result<Secret>>>>,
}

impl Waiting {
    fn respond(&self, request: &Request<Incoming>) -> Response<String> {
        let is_meant = request.method() == Method::GET && request.uri().path() == self.address.path();
        let Some(query) = request.uri().query().filter(|_| is_meant) else {
            return page(StatusCode::NOT_FOUND, "");
        };
        let mut redirected = self.address.clone();
        redirected.set_query(Some(query));
        let code = code_in(redirected.as_str(), self.state.expose());
        if code.as_ref().is_err_and(|error| error.kind() == ErrorKind::Protocol) {
            return page(StatusCode::BAD_REQUEST, OTHER);
        }
        if let Some(sender) = self.sender.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Whoever waits may have given up.
            let _ = sender.send(code);
        }
        page(StatusCode::OK, PAGE)
    }
}

fn page(status: StatusCode, text: &str) -> Response<String> {
    let mut response = Response::new(text.to_owned());
    *response.status_mut() = status;
    let html = hyper::header::HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert("content-type", html);
    response
}
