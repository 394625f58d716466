//! Downloads of the mock servers: plain HTTP, allowed hosts only.

use std::time::Duration;

use axum::body::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use crate::files::Document;

/// The largest response accepted, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;
const MOST_REDIRECTS: usize = 3;

/// Fetches a document. Returns `None` on any error and after `patience`.
///
/// `allowed` lists hosts as `host` or `host:port`. Redirects are followed to allowed hosts.
pub(crate) async fn fetch(url: &str, allowed: &[String], patience: Duration) -> Option<Document> {
    tokio::time::timeout(patience, follow(url, allowed)).await.ok().flatten()
}

async fn follow(url: &str, allowed: &[String]) -> Option<Document> {
    let mut url = Url::parse(url).ok()?;
    for _ in 0..=MOST_REDIRECTS {
        let host = url.host_str()?.to_owned();
        let port = url.port_or_known_default()?;
        let with_port = format!("{host}:{port}");
        if url.scheme() != "http" || !allowed.iter().any(|allowed| *allowed == host || *allowed == with_port)
        {
            return None;
        }
        match get(&url, &host, port).await? {
            Got::Document(document) => return Some(document),
            Got::Redirect(to) => url = url.join(&to).ok()?,
        }
    }
    None
}

enum Got {
    Document(Document),
    Redirect(String),
}

/// Sends one request. HTTP/1.0 keeps the response unchunked: it ends with the connection.
async fn get(url: &Url, host: &str, port: u16) -> Option<Got> {
    let mut stream = TcpStream::connect((host, port)).await.ok()?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let request = format!(
        "GET {}{query} HTTP/1.0\r\nHost: {host}:{port}\r\nUser-Agent: vendor-sandbox\r\nAccept: */*\r\n\r\n",
        url.path()
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut raw = Vec::new();
    stream.take(LARGEST).read_to_end(&mut raw).await.ok()?;
    let end = raw.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(raw.get(..end)?).ok()?;
    let body = Bytes::copy_from_slice(raw.get(end + 4..)?);
    let mut lines = head.split("\r\n");
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut content_type = "application/octet-stream".to_owned();
    let mut location = None;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-type" => content_type = value.to_owned(),
            "location" => location = Some(value.to_owned()),
            "content-length" if value.parse() != Ok(body.len()) => return None,
            _ => {}
        }
    }
    match status {
        200 => Some(Got::Document(Document { content_type, bytes: body })),
        301 | 302 | 303 | 307 | 308 => Some(Got::Redirect(location?)),
        _ => None,
    }
}
