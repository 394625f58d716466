//! Secrets and personal data stay where they belong: out of logs, errors and `Debug`.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use hrflow_core::{
    Error, ErrorKind, Result, Secret, async_trait,
    http::{
        Accepts, BaseUrl, Client, ClientBuilder, DownloadOptions, Downloader, Operation, Token,
        TokenProvider, TokenSource,
    },
    testing::{Reaction, ScriptedServer},
};
use serde_json::json;
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

const READ: Operation = Operation::read("candidates.list");

const KEY: &str = "hush-key-0123456789";
const TOKEN: &str = "hush-token-9876543210";
const PASSWORD: &str = "hush \"pass\" wörd/+&";

/// Everything that is logged, at any level, by us and by the libraries underneath.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// Runs `work` on this thread only, so that the subscriber sees all of it.
fn logged<T>(level: LevelFilter, work: impl Future<Output = T>) -> (T, String) {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(level).with_ansi(false).with_writer(log.clone()).finish();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = tracing::subscriber::with_default(subscriber, || runtime.block_on(work));
    (outcome, log.text())
}

struct Fixed;

#[async_trait]
impl TokenSource for Fixed {
    async fn fetch(&self, _: Option<&Token>) -> Result<Token> {
        Ok(Token::new(Secret::new(TOKEN)))
    }
}

fn builder(server: &ScriptedServer) -> ClientBuilder {
    let base = BaseUrl::parse(&server.base_url(), "api_url").unwrap();
    Client::builder("Acme", base)
        .backoff(Duration::from_millis(1))
        .timeout(Duration::from_secs(1))
        .secret_header("x-api-key", &Secret::new(KEY))
        .redact(&Secret::new(PASSWORD))
        .tokens(Arc::new(TokenProvider::new(Fixed, Duration::ZERO)))
}

/// An answer that repeats all it was told, in every way a vendor may write it.
fn parrot(status: u16) -> Reaction {
    let json = json!({ "message": format!("no {KEY}, Bearer {TOKEN}, {PASSWORD}") });
    let body = json.to_string().replace(
        '}',
        ", \"more\": \"hush%20%22pass%22%20w%C3%B6rd%2F%2B%26\", \
         \"other\": \"HUSH-KEY\\u002D0123456789 HUSH \\\"PASS\\\" W\\u00D6RD\\/+&amp;\", \
         \"link\": \"https://h.example/cv.pdf?X-Amz-Signature=hush-signature\"}",
    );
    Reaction::answer(status, body).header("content-type", "application/json").header("x-echo", KEY)
}

/// Everything that can go wrong, with secrets in the URL and in the body on top. Returns all that people
/// could see of it.
async fn all_that_can_be_seen() -> String {
    let mut seen = Vec::new();
    for reaction in [
        parrot(200),
        parrot(302).header("location", "https://h.example/hush?hush"),
        parrot(401),
        parrot(422),
        parrot(429).header("retry-after", "0"),
        parrot(500),
        Reaction::reset_after_reading(),
        Reaction::hang(),
        Reaction::truncated(30, 200, KEY.repeat(10)),
        Reaction::garbage(format!("HTTP/1.1 2x0 {KEY}\r\n\r\n")),
    ] {
        let server = ScriptedServer::start((0..3).map(|_| reaction.clone())).await.unwrap();
        let client = builder(&server).attempts(2).build().unwrap();
        let request = client.post(READ, "tokens").query(&[("key", KEY), ("word", PASSWORD)]);
        let request = request
            .header("x-other", TOKEN)
            .json(&json!({"password": PASSWORD, "key": KEY, "resume": "https://h.example/cv?a=1&sig=hush"}));
        seen.push(format!(
            "{client:?} {request:?} {:?} {} {:?}",
            client.redactor(),
            client.base(),
            builder(&server)
        ));
        match request.send().await {
            Ok(answer) => {
                let error = answer.json::<u8>().unwrap_err();
                seen.push(format!("{answer:?} {error} {error:?} {}", answer.message()));
            }
            Err(error) => seen.push(format!("{error} {error:?}")),
        }
        seen.push(format!("{:?}", TokenProvider::new(Fixed, Duration::ZERO)));
    }
    seen.join("\n")
}

#[test]
fn no_secret_is_seen_in_errors_debug_or_logs_at_any_level() {
    let (seen, log) = logged(LevelFilter::TRACE, all_that_can_be_seen());
    // The test sees what it claims to see.
    for part in ["HTTP 422", "[redacted]", "Client {", "redirects to h.example"] {
        assert!(seen.contains(part), "{part} is missing in {seen}");
    }
    for part in ["TRACE", "sending", "method=POST", "/tokens?key=[redacted]", "trying again", "answer"] {
        assert!(log.contains(part), "{part} is missing in {log}");
    }
    for secret in ["hush", "HUSH", "PASS", "W\\u00D6RD", "pass\\\"", "w\\u00f6rd", "%22pass"] {
        for text in [&seen, &log] {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret}");
        }
    }
}

#[test]
fn urls_and_bodies_are_logged_at_trace_only() {
    let personal = async {
        let server =
            ScriptedServer::start([Reaction::json(200, &json!({"name": "Ada Lovelace"}))]).await.unwrap();
        let request = builder(&server)
            .build()
            .unwrap()
            .post(READ, "candidates/ada")
            .query(&[("email", "ada@h.example")]);
        request.json(&json!({"phone": "+44 20"})).send().await.unwrap();
    };
    let (_, log) = logged(LevelFilter::DEBUG, personal);
    assert!(log.contains("operation=\"candidates.list\"") && log.contains("status=200"), "{log}");
    assert!(log.contains("vendor=\"Acme\"") && log.contains("attempt=1"), "{log}");
    for personal in ["ada", "Ada", "+44", "/candidates"] {
        assert!(!log.contains(personal), "{personal} in {log}");
    }
}

#[tokio::test]
async fn a_vendors_function_that_forgets_to_clean_is_caught() {
    let server = ScriptedServer::start([parrot(422)]).await.unwrap();
    let client = builder(&server)
        .classify(|answer| {
            let raw = String::from_utf8_lossy(answer.body()).into_owned();
            Err(Error::new(ErrorKind::Invalid, raw.clone()).with_vendor_message(raw))
        })
        .build()
        .unwrap();
    let error = client.get(READ, "").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Invalid, Some(422)));
    assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
    assert!(!format!("{error:?}").contains("hush-token"));
}

#[test]
fn a_signed_url_is_a_secret() {
    let download = async {
        let mut seen = Vec::new();
        for reaction in [
            Reaction::answer(403, KEY),
            Reaction::answer(302, "").header("location", "/hush?signature=hush"),
            Reaction::answer(302, "").header("location", "http://h.example/hush"),
            Reaction::reset_after_reading(),
            Reaction::answer(200, vec![b'x'; 2_000]),
        ] {
            let server = ScriptedServer::start((0..8).map(|_| reaction.clone())).await.unwrap();
            let options = DownloadOptions {
                allow_local_urls: true,
                max_bytes: 1_000,
                attempts: 2,
                backoff: Duration::from_millis(1),
                ..DownloadOptions::default()
            };
            let url = format!("{}/hush/resume.pdf?signature=hush", server.base_url());
            let error =
                Downloader::new(options).fetch(&url, "file.txt", Accepts::Documents).await.unwrap_err();
            seen.push(format!("{error} {error:?}"));
        }
        seen.join("\n")
    };
    let (seen, log) = logged(LevelFilter::TRACE, download);
    assert!(log.contains("attachment.download"), "{log}");
    for text in [seen, log] {
        assert_eq!(text.lines().find(|line| line.contains("hush")), None);
    }
}
