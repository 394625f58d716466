//! Attachments: from wherever data says, and yet nowhere they must not come from.

use std::time::{Duration, Instant};

use hrflow_core::{
    ErrorKind, Execution, Options, Scope,
    http::{Accepts, Budget, Document, DownloadOptions, Downloader, budget},
    testing::{Reaction, ScriptedServer},
};

async fn server(script: impl IntoIterator<Item = Reaction>) -> ScriptedServer {
    ScriptedServer::start(script).await.unwrap()
}

fn options() -> DownloadOptions {
    DownloadOptions {
        allow_local_urls: true,
        max_bytes: 1_000,
        timeout: Duration::from_secs(1),
        backoff: Duration::from_millis(1),
        ..DownloadOptions::default()
    }
}

/// Fetches a text file.
async fn fetch(downloader: &Downloader, url: &str) -> hrflow_core::Result<Document> {
    downloader.fetch(url, "file.txt", Accepts::Documents).await
}

fn downloader() -> Downloader {
    Downloader::new(options())
}

fn redirect(status: u16, to: &str) -> Reaction {
    Reaction::answer(status, "").header("location", to)
}

#[tokio::test]
async fn a_file_and_its_type() {
    let pdf = Reaction::answer(200, "%PDF-1.7")
        .header("content-type", "Text/HTML; charset=x")
        .header("set-cookie", "a=b");
    let server = server([pdf, Reaction::answer(200, "Ada Lovelace\n")]).await;
    let downloader = downloader();
    let file = fetch(&downloader, &format!("{}/a?b=c", server.base_url())).await.unwrap();
    assert_eq!(
        (file.bytes(), file.content_type(), file.name()),
        (&b"%PDF-1.7"[..], "application/pdf", "file.txt.pdf")
    );
    let file = fetch(&downloader, &server.base_url()).await.unwrap();
    assert_eq!((file.content_type(), file.name()), ("text/plain", "file.txt"));
    let request = &server.requests()[1];
    for name in ["authorization", "cookie", "referer", "proxy-authorization"] {
        assert_eq!(request.header(name), None);
    }
    assert_eq!((&*server.requests()[0].path, &*server.requests()[0].query), ("/a", "b=c"));
}

/// A login page, a program or nothing in the place of a document is an error of the item, and is not tried again.
#[tokio::test]
async fn what_is_no_document_is_not_handed_out() {
    for (body, part) in [
        (&b""[..], "empty (0 bytes)"),
        (b"<!DOCTYPE html><title>Sign in</title>", "an HTML page"),
        (b"<svg onload='alert(1)'/>", "an SVG image"),
        (b"MZ\x90\0\x03", "a Windows program"),
    ] {
        let page = Reaction::answer(200, body).header("content-type", "application/pdf");
        let server = server([page]).await;
        let error = downloader().fetch(&server.base_url(), "cv.pdf", Accepts::Documents).await.unwrap_err();
        // A page may be shown in place of the file, for example to log in.
        assert_eq!(error.is_permanent(), part != "an HTML page", "{part}");
        assert_eq!(
            (error.kind(), error.scope(), error.is_retryable()),
            (ErrorKind::Invalid, Scope::Item, false)
        );
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[tokio::test]
async fn local_addresses_take_permission() {
    let server = server([]).await;
    let strict = Downloader::new(DownloadOptions { allow_local_urls: false, ..options() });
    let port = server.address().port();
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://[::1]:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("http://localhost:{port}/"),
        // Refused when it is resolved.
        format!("https://localhost:{port}/"),
        "not a url".to_owned(),
    ] {
        let error = fetch(&strict, &url).await.unwrap_err();
        assert!(!error.is_permanent(), "{url}: another URL or option may do");
        assert_eq!(
            (error.kind(), error.scope(), error.execution()),
            (ErrorKind::Invalid, Scope::Item, Execution::No),
            "{url}"
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn redirects_are_followed_and_every_hop_is_checked() {
    let last = server([Reaction::answer(200, "file")]).await;
    let script = [
        redirect(301, "/b"),
        redirect(302, "c?d=e"),
        redirect(303, "/f"),
        redirect(307, "/g"),
        redirect(308, &format!("{}/h", last.base_url())),
    ];
    let first = server(script).await;
    let file = fetch(&downloader(), &format!("{}/a", first.base_url())).await.unwrap();
    assert_eq!(file.bytes(), b"file");
    let paths: Vec<String> = first.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/a", "/b", "/c", "/f", "/g"]);

    for to in [
        "http://h.example/",
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://user:word@h.example/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
    ] {
        let server = server([redirect(302, to)]).await;
        let error = fetch(&downloader(), &server.base_url()).await.unwrap_err();
        assert_eq!((error.kind(), error.scope()), (ErrorKind::Invalid, Scope::Item), "{to}");
    }
    let nowhere = server([Reaction::answer(302, "")]).await;
    assert_eq!(fetch(&downloader(), &nowhere.base_url()).await.unwrap_err().kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn redirects_have_an_end() {
    let server = server((0..20).map(|_| redirect(302, "/again"))).await;
    let error = fetch(&downloader(), &server.base_url()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_permanent()), (ErrorKind::Invalid, false));
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn a_file_has_a_greatest_length() {
    let file = |length| Reaction::answer(200, vec![b'x'; length]);
    let server = server([file(1_000), file(1_001), Reaction::truncated(0, 200, vec![0; 1_000_000])]).await;
    let downloader = downloader();
    assert_eq!(fetch(&downloader, &server.base_url()).await.unwrap().bytes().len(), 1_000);
    for _ in 0..2 {
        let error = fetch(&downloader, &server.base_url()).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Invalid, false));
        assert!(error.is_permanent());
        assert!(error.to_string().contains("larger than 1000 bytes"), "{error}");
    }
    assert_eq!(server.left(), 0);
}

#[tokio::test]
async fn what_can_pass_is_tried_again() {
    for fault in [
        Reaction::answer(500, ""),
        Reaction::answer(503, "").header("retry-after", "0"),
        Reaction::answer(429, ""),
        Reaction::reset_before_reading(),
        Reaction::reset_after_reading(),
        Reaction::hang(),
        Reaction::truncated(2, 200, "file"),
        Reaction::slow(2, Duration::from_secs(30), 200, "file"),
        Reaction::garbage("nonsense\r\n\r\n"),
    ] {
        let server = server([fault.clone(), Reaction::answer(200, "file")]).await;
        let file = fetch(&downloader(), &server.base_url()).await;
        assert_eq!(file.unwrap().bytes(), b"file", "{fault:?}");
    }
}

#[tokio::test]
async fn what_cannot_is_not_and_concerns_the_item_only() {
    for (status, kind) in [
        (400, ErrorKind::Invalid),
        (401, ErrorKind::Forbidden),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (410, ErrorKind::NotFound),
    ] {
        let server = server([Reaction::answer(status, vec![b'x'; 5_000])]).await;
        let error = fetch(&downloader(), &server.base_url()).await.unwrap_err();
        assert_eq!((error.kind(), error.scope(), error.status()), (kind, Scope::Item, Some(status)));
        assert_eq!(error.context("host"), Some(&*server.address().to_string()));
        assert_eq!(error.context("operation"), Some("attachment.download"));
        assert_eq!(server.requests().len(), 1);
    }
    let port = server([]).await.address().port();
    let error = fetch(&downloader(), &format!("http://127.0.0.1:{port}/")).await.unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Unavailable, Scope::Item));
    assert_eq!(error.context("attempts"), Some("5"));
}

#[tokio::test]
async fn the_budget_bounds_it() {
    let server =
        server([Reaction::answer(503, "").header("retry-after", "600"), Reaction::answer(200, "")]).await;
    let started = Instant::now();
    let within = |budget| budget::within(budget, async { fetch(&downloader(), &server.base_url()).await });
    let error = within(Budget::lasting(Duration::from_secs(60))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let budget = Budget::lasting(Duration::from_secs(60));
    budget.cancel.cancel();
    assert_eq!(within(budget).await.unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(started.elapsed() < Duration::from_secs(30));
    assert_eq!(server.requests().len(), 1);
}

/// One attempt, redirects included, takes no longer than `timeout`; all of them no longer than `deadline`.
#[tokio::test]
async fn the_options_bound_it() {
    let late = |to: &str| Reaction::late(Duration::from_millis(400), 302, "").header("location", to);
    let options = |timeout: &str, attempts: u16| {
        let options =
            serde_json::json!({ "timeout": timeout, "attempts": attempts, "allow_local_urls": true });
        let options: Options = serde_json::from_value(options).unwrap();
        Downloader::new(DownloadOptions {
            backoff: Duration::from_millis(1),
            ..DownloadOptions::from(&options)
        })
    };
    let redirecting = server((0..12).map(|_| late("/again"))).await;
    let started = Instant::now();
    let error = fetch(&options("600ms", 2), &redirecting.base_url()).await.unwrap_err();
    assert_eq!((error.kind(), error.context("attempts")), (ErrorKind::Timeout, Some("2")), "{error}");
    assert!(error.to_string().contains("option `timeout`"), "{error}");
    assert!(started.elapsed() < Duration::from_millis(1_900), "{:?}", started.elapsed());

    let hanging = server((0..12).map(|_| Reaction::hang())).await;
    let started = Instant::now();
    let budget = Budget::lasting(Duration::from_millis(700));
    let error = budget::within(budget, fetch(&options("1m", 9), &hanging.base_url())).await.unwrap_err();
    assert_eq!((error.kind(), error.context("attempts")), (ErrorKind::Timeout, Some("1")), "{error}");
    assert!(error.to_string().contains("option `deadline`"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

/// A vendor is given only what would be fetched here.
#[tokio::test]
async fn a_url_for_a_vendor_is_checked_as_one_for_us() {
    let strict = Downloader::new(DownloadOptions::default());
    for (url, strict_allows, local_allows) in [
        ("https://1.1.1.1/cv.pdf?token=x", true, true),
        ("https://nothing.invalid/cv.pdf", true, true),
        ("http://1.1.1.1/cv.pdf", false, false),
        ("https://10.0.0.1/cv.pdf", false, true),
        ("https://localhost/cv.pdf", false, true),
        ("http://localhost/cv.pdf", false, true),
        ("https://169.254.169.254/latest", false, false),
        ("https://metadata.google.internal/", false, true),
        ("https://ada:hush@example.com/cv.pdf", false, false),
        ("no url", false, false),
    ] {
        assert_eq!(strict.check_url(url).await.is_ok(), strict_allows, "{url}");
        assert_eq!(downloader().check_url(url).await.is_ok(), local_allows, "{url}");
    }
    let error = strict.check_url("https://10.0.0.1/hush").await.unwrap_err();
    assert!(
        !error.to_string().contains("hush") && error.to_string().contains("no public address"),
        "{error}"
    );
}
