//! Codes, tokens and client secrets are in no error, no `Debug` form and no log.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use hrflow_core::{
    Secret,
    http::{
        TokenSource, Url,
        oauth::{ClientCredentials, CodeConsent},
    },
    testing::Reaction,
};
use serde_json::json;
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

use crate::support::*;

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

/// Everything that can come of a grant, told in every way there is.
async fn all_that_can_be_seen() -> String {
    let mut seen = Vec::new();
    // It repeats what it was sent.
    let parrot = |status, code: &str, sent: &str| {
        let description = format!("no {sent}, {CLIENT_SECRET}");
        Reaction::json(status, &json!({ "error": code, "error_description": description }))
    };
    let broken = |sent: &str| {
        [
            parrot(400, "invalid_grant", sent),
            parrot(401, "invalid_client", sent),
            parrot(400, "hush-hush code", sent),
            Reaction::answer(400, format!("{sent} and {CLIENT_SECRET}")),
            Reaction::answer(200, "hush"),
            Reaction::json(200, &json!({ "access_token": ["hush"] })),
            Reaction::truncated(40, 200, tokens(7).to_string()),
            Reaction::garbage(format!("HTTP/1.1 2x0 {CLIENT_SECRET}\r\n\r\n")),
            Reaction::answer(503, "hush"),
            Reaction::answer(302, "").header("location", "https://h.example/hush"),
        ]
    };
    for (exchange, refresh) in broken("hush-code").into_iter().zip(broken("hush-refresh-1")) {
        let server = server([exchange, granted(1), refresh.clone(), refresh]).await;
        let grants = memory();
        let grant = grant(&server, &grants).code(&Secret::new("hush-code"));
        seen.push(format!("{grant:?} {:?}", endpoint(&server)));
        let at = Url::parse("https://id.example.com/authorize").unwrap();
        seen.push(format!("{:?}", CodeConsent::new(self::grant(&server, &grants), &at, "read").unwrap()));
        for _ in 0..2 {
            match grant.fetch(None).await {
                Ok(token) => match grant.fetch(Some(&token)).await {
                    Ok(token) => seen.push(format!("{token:?}")),
                    Err(error) => seen.push(format!("{error} {error:?}")),
                },
                Err(error) => seen.push(format!("{error} {error:?}")),
            }
        }
        seen.push(format!("{:?}", grants.load(NAME).await));
    }
    for reaction in broken(CLIENT_SECRET) {
        let server = server([reaction]).await;
        let source = ClientCredentials::new(endpoint(&server).with_basic_auth(), "read");
        let fetched = source.fetch(None).await;
        seen.push(format!("{source:?} {fetched:?}"));
    }
    let server = server([granted(1)]).await;
    seen.push(format!("{:?}", endpoint(&server).client_credentials("").await.unwrap()));
    seen.join("\n")
}

#[test]
fn no_secret_is_seen_anywhere() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let seen = tracing::subscriber::with_default(subscriber, || runtime.block_on(all_that_can_be_seen()));
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    // The test sees what it claims to see.
    for part in ["[redacted]", "TokenAnswer", "invalid_grant", "CodeConsent", "refreshable: true"] {
        assert!(seen.contains(part), "{part} is missing in {seen}");
    }
    for part in ["TRACE", "sending", "(confidential)", "token.refresh", "asking once more"] {
        assert!(log.contains(part), "{part} is missing in {log}");
    }
    for text in [&seen, &log] {
        let line = text.lines().find(|line| line.contains("hush") || line.contains("aHVzaC"));
        assert_eq!(line, None);
    }
}
