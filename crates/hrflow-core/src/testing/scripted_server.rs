//! A small HTTP/1.1 server that simulates failures of networks and vendors.

use std::{
    collections::VecDeque,
    fmt, io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// The largest request that is read, in bytes.
const LONGEST_REQUEST: usize = 64 * 1024 * 1024;

/// The server's reaction to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    manner: Manner,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Manner {
    Answer,
    AnswerThenClose,
    ResetBeforeReading,
    ResetAfterReading,
    CloseAfterReading,
    Hang,
    Late { pause: Duration },
    Slow { pieces: usize, pause: Duration },
    Truncated { sent: usize },
    Garbage,
}

impl Reaction {
    fn new(status: u16, body: impl Into<Vec<u8>>, manner: Manner) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), manner }
    }

    /// Sends a response.
    pub fn answer(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, body, Manner::Answer)
    }

    /// Sends a JSON response.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::answer(status, body.to_string()).header("content-type", "application/json")
    }

    /// Sends a response. Then closes the connection, which the client may keep for reuse, without notice.
    pub fn answer_then_close(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, body, Manner::AnswerThenClose)
    }

    /// Resets the connection before it reads the request.
    pub fn reset_before_reading() -> Self {
        Self::new(0, "", Manner::ResetBeforeReading)
    }

    /// Resets the connection after it has read the complete request: a vendor may have executed it.
    pub fn reset_after_reading() -> Self {
        Self::new(0, "", Manner::ResetAfterReading)
    }

    /// Closes the connection normally after it has read the complete request, without a response.
    pub fn close_after_reading() -> Self {
        Self::new(0, "", Manner::CloseAfterReading)
    }

    /// Reads the request and never responds.
    pub fn hang() -> Self {
        Self::new(0, "", Manner::Hang)
    }

    /// Sends a response after `pause`.
    pub fn late(pause: Duration, status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, body, Manner::Late { pause })
    }

    /// Sends a response with its body in `pieces`, with a `pause` before each piece.
    pub fn slow(pieces: usize, pause: Duration, status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, body, Manner::Slow { pieces: pieces.max(1), pause })
    }

    /// Sends a response that announces the complete body, sends the first `sent` bytes and closes.
    pub fn truncated(sent: usize, status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, body, Manner::Truncated { sent })
    }

    /// Sends exactly these bytes instead of a response.
    pub fn garbage(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(0, bytes, Manner::Garbage)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn head(&self) -> String {
        let mut head = format!("HTTP/1.1 {} Scripted\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        // These statuses have no body and must not announce one.
        if !matches!(self.status, 100..=199 | 204 | 304) {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        head
    }
}

/// A request as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    /// The method, such as `POST`.
    pub method: String,
    /// The path as sent, without the query.
    pub path: String,
    /// The query as sent, without its `?`. Empty if there is none.
    pub query: String,
    /// The headers in order, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The number of its connection, from 0.
    pub connection: usize,
}

impl RecordedRequest {
    /// Returns the first header of a name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the body as JSON, or null if it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// A server on loopback with a queue of [`Reaction`]s, one for each request. With an empty queue it returns 501, so
/// that an unexpected request is visible.
///
/// It stops when it is dropped.
pub struct ScriptedServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    script: Mutex<VecDeque<Reaction>>,
    requests: Mutex<Vec<RecordedRequest>>,
    connections: Mutex<Vec<JoinHandle<()>>>,
}

impl ScriptedServer {
    /// Starts a server that reacts with `script`.
    ///
    /// # Errors
    ///
    /// If no port on loopback is free.
    pub async fn start(script: impl IntoIterator<Item = Reaction>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared =
            Arc::new(Shared { script: Mutex::new(script.into_iter().collect()), ..Shared::default() });
        let accepting = tokio::spawn(accept(listener, shared.clone()));
        Ok(Self { address, shared, accepting })
    }

    /// Returns the base URL, such as `http://127.0.0.1:40123`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the socket address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Adds a reaction to the end of the script.
    pub fn push(&self, reaction: Reaction) {
        lock(&self.shared.script).push_back(reaction);
    }

    /// Returns the number of unused reactions.
    pub fn left(&self) -> usize {
        lock(&self.shared.script).len()
    }

    /// Returns the completely received requests so far.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.shared.requests).clone()
    }

    /// Returns the number of connections so far.
    pub fn connections(&self) -> usize {
        lock(&self.shared.connections).len()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.accepting.abort();
        for connection in lock(&self.shared.connections).iter() {
            connection.abort();
        }
    }
}

impl fmt::Debug for ScriptedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedServer").field("address", &self.address).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let mut connections = lock(&shared.connections);
        let connection =
            Connection { stream, shared: shared.clone(), number: connections.len(), unread: Vec::new() };
        // A connection that ends in an error ends as scripted, or because the client has disconnected.
        connections.push(tokio::spawn(async move { drop(connection.serve().await) }));
    }
}

struct Connection {
    stream: TcpStream,
    shared: Arc<Shared>,
    number: usize,
    /// Bytes received after the last request.
    unread: Vec<u8>,
}

impl Connection {
    async fn serve(mut self) -> io::Result<()> {
        loop {
            // Only a request uses a reaction, not a spare connection of the client.
            if self.unread.is_empty() {
                self.stream.readable().await?;
                if self.stream.peek(&mut [0]).await? == 0 {
                    return Ok(());
                }
            }
            let next = lock(&self.shared.script).pop_front();
            let reaction = next.unwrap_or_else(|| Reaction::answer(501, "the script is at its end"));
            if reaction.manner == Manner::ResetBeforeReading {
                return self.reset();
            }
            let Some(request) = self.request().await? else { return Ok(()) };
            lock(&self.shared.requests).push(request);
            if !self.react(&reaction).await? {
                return Ok(());
            }
        }
    }

    /// Runs a reaction. Returns whether the connection stays open.
    async fn react(&mut self, reaction: &Reaction) -> io::Result<bool> {
        let (head, body) = (reaction.head(), &reaction.body[..]);
        match reaction.manner {
            Manner::Answer | Manner::AnswerThenClose => {
                self.stream.write_all(&[head.as_bytes(), body].concat()).await?;
                return Ok(reaction.manner == Manner::Answer);
            }
            Manner::ResetBeforeReading | Manner::ResetAfterReading => self.stream.set_zero_linger()?,
            Manner::CloseAfterReading => {}
            Manner::Hang => drop(self.stream.read(&mut [0]).await?),
            Manner::Late { pause } => {
                tokio::time::sleep(pause).await;
                self.stream.write_all(&[head.as_bytes(), body].concat()).await?;
                return Ok(true);
            }
            Manner::Slow { pieces, pause } => {
                self.stream.write_all(head.as_bytes()).await?;
                for piece in body.chunks(body.len().div_ceil(pieces).max(1)) {
                    tokio::time::sleep(pause).await;
                    self.stream.write_all(piece).await?;
                }
                return Ok(true);
            }
            Manner::Truncated { sent } => {
                let begun = &body[..sent.min(body.len())];
                self.stream.write_all(&[head.as_bytes(), begun].concat()).await?;
            }
            Manner::Garbage => self.stream.write_all(body).await?,
        }
        Ok(false)
    }

    fn reset(self) -> io::Result<()> {
        self.stream.set_zero_linger()
    }

    /// Reads the next request. Returns `None` if the client has finished or sends invalid HTTP.
    async fn request(&mut self) -> io::Result<Option<RecordedRequest>> {
        let head_end = loop {
            if let Some(end) = find(&self.unread, b"\r\n\r\n") {
                break end;
            }
            if !self.read_more().await? {
                return Ok(None);
            }
        };
        let head = String::from_utf8_lossy(&self.unread[..head_end]).into_owned();
        self.unread.drain(..head_end + 4);
        let mut lines = head.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target)) = (first.next(), first.next()) else { return Ok(None) };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
        let mut request = RecordedRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: Vec::new(),
            connection: self.number,
        };
        let chunked = request.header("transfer-encoding").is_some_and(|value| value.contains("chunked"));
        let length = request.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
        let body = if chunked { self.chunks().await? } else { self.bytes(length).await? };
        Ok(body.map(|body| {
            request.body = body;
            request
        }))
    }

    async fn bytes(&mut self, length: usize) -> io::Result<Option<Vec<u8>>> {
        while self.unread.len() < length {
            if !self.read_more().await? {
                return Ok(None);
            }
        }
        Ok(Some(self.unread.drain(..length).collect()))
    }

    async fn chunks(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut body = Vec::new();
        loop {
            let line_end = loop {
                if let Some(end) = find(&self.unread, b"\r\n") {
                    break end;
                }
                if !self.read_more().await? {
                    return Ok(None);
                }
            };
            let line: Vec<u8> = self.unread.drain(..line_end + 2).collect();
            let size = String::from_utf8_lossy(&line).trim().to_owned();
            let Ok(size) = usize::from_str_radix(&size, 16) else { return Ok(None) };
            let Some(mut chunk) = self.bytes(size.saturating_add(2)).await? else { return Ok(None) };
            chunk.truncate(size);
            if chunk.is_empty() {
                return Ok(Some(body));
            }
            body.append(&mut chunk);
        }
    }

    /// Reads more bytes. Returns whether there were any.
    async fn read_more(&mut self) -> io::Result<bool> {
        let more = self.stream.read_buf(&mut self.unread).await? > 0;
        Ok(more && self.unread.len() <= LONGEST_REQUEST)
    }
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}
