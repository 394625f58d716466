//! The address on this machine that a vendor sends the browser back to.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use hrflow_core::{Secret, http::Url};
use hyper::{
    Method, Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::oneshot};

use crate::exit::Failure;

const PAGE: &str = "<!doctype html><meta charset=utf-8><title>hrflow</title>\
                    <p>The answer has arrived: go back to the terminal. This window can be closed.";

/// Answers the browser once.
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

    /// Waits for the browser to come. Whatever else it asks for, such as an icon, is not there.
    pub(super) async fn wait(self) -> Result<Secret, Failure> {
        let (came, answer) = oneshot::channel();
        let came = Arc::new(Mutex::new(Some(came)));
        let address = Arc::new(self.address);
        let serve = async {
            loop {
                let (stream, _): (_, SocketAddr) = self.listener.accept().await?;
                let (came, address) = (came.clone(), address.clone());
                let answer = service_fn(move |request| {
                    let response = respond(&request, &address, &came);
                    async move { Ok::<_, Infallible>(response) }
                });
                let mut http = http1::Builder::new();
                let serving = http.keep_alive(false).serve_connection(TokioIo::new(stream), answer);
                tokio::spawn(async move {
                    // A browser that goes away comes back, or does not.
                    let _ = serving.await;
                });
            }
        };
        tokio::select! {
            failed = serve => {
                let failed: std::io::Result<Infallible> = failed;
                let why = failed.err().map(|error| error.to_string()).unwrap_or_default();
                Err(Failure::fatal(format!("cannot hear the browser: {why}")))
            }
            redirected = answer => {
                redirected.map_err(|_| Failure::fatal("the browser's answer was lost: start again"))
            }
        }
    }
}

type Came = Arc<Mutex<Option<oneshot::Sender<Secret>>>>;

fn respond(request: &Request<Incoming>, address: &Url, came: &Came) -> Response<String> {
    let is_meant = request.method() == Method::GET && request.uri().path() == address.path();
    let query = request.uri().query().filter(|_| is_meant);
    let mut response = Response::new(String::new());
    let Some(query) = query else {
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    let mut redirected = address.clone();
    redirected.set_query(Some(query));
    if let Some(came) = came.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // Whoever waits may have given up.
        let _ = came.send(Secret::new(redirected.as_str()));
    }
    let headers = response.headers_mut();
    headers.insert("content-type", hyper::header::HeaderValue::from_static("text/html; charset=utf-8"));
    *response.body_mut() = PAGE.to_owned();
    response
}
