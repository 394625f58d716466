//! `hrflow auth`: consent, with the vendor's stand-in for a vendor and a few bytes for a browser.

mod common;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, ChildStderr, Stdio},
};

use common::{Playground, Ran, many};

/// A workflow for JobAdder's stand-in. Its code is empty: nobody has consented yet.
fn workflow(play: &Playground, redirect_uri: &str) -> String {
    let (urls, credentials) = (play.sandbox.urls(), play.sandbox.credentials());
    let mut applications = play.sandbox.jobadder().applications();
    applications[0].redirect_uris.push(redirect_uri.to_owned());
    play.sandbox.jobadder().set_applications(applications);
    format!(
        "workflow_id: consent\nconnector: jobadder\naction: push_profile\n\
         target_parameters:\n  authorization_url: {}/connect/authorize\n  client_id: {}\n  client_secret: {}\n  \
         authorization_code: ''\n  redirect_uri: {redirect_uri}\noptions:\n  allow_local_urls: true\n",
        urls.jobadder_identity, credentials.jobadder.client_id, credentials.jobadder.client_secret,
    )
}

/// An address on this machine where nobody listens yet.
fn free_address() -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    format!("http://127.0.0.1:{port}/callback")
}

/// What a browser does with an address: it asks, and answers what comes back.
fn visit(url: &str) -> String {
    let (authority, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Where an answer sends the browser.
fn location(answer: &str) -> String {
    let header = answer
        .lines()
        .find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("location")));
    header.unwrap_or_else(|| panic!("no redirect: {answer}")).1.trim().to_owned()
}

/// Starts the command, and reads the address to open from what it says.
fn start(play: &Playground) -> (Child, BufReader<ChildStderr>, String) {
    let mut command = play.home.command("auth jobadder consent.yaml --no-browser");
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.trim().starts_with("http") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it shows no address");
    }
    (child, stderr, line.trim().to_owned())
}

fn end(child: Child, mut stderr: BufReader<ChildStderr>) -> Ran {
    let mut said = String::new();
    stderr.read_to_string(&mut said).unwrap();
    let mut ran = Ran::from(child.wait_with_output().unwrap());
    ran.stderr = said;
    ran
}

#[test]
fn the_browser_comes_back_and_the_grant_is_kept() {
    let play = Playground::new();
    let workflow = workflow(&play, &free_address());
    play.home.write("consent.yaml", &workflow);
    play.home.write("p.jsonl", &many(3));
    let refused = play.home.run("run consent.yaml --from p.jsonl --json");
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stdout.contains("hrflow auth jobadder"), "{}", refused.stdout);

    let (child, stderr, url) = start(&play);
    let back = location(&visit(&url));
    assert!(visit(&format!("{}icon", back.split('?').next().unwrap())).starts_with("HTTP/1.1 404"));
    assert!(visit(&back).contains("go back to the terminal"));
    let ran = end(child, stderr);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.starts_with("ok "), "{}", ran.stdout);
    let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap();
    assert!(!ran.stdout.contains(code) && !ran.stderr.contains(code));

    for expected in ["write_success", "write_duplicate"] {
        let ran = play.home.run("run consent.yaml --from p.jsonl --json --set options.rate_limit=off");
        assert_eq!((ran.code, ran.event(expected)), (Some(0), 3), "{ran:?}");
    }
}

#[test]
fn requests_without_its_state_are_ignored() {
    let play = Playground::new();
    let workflow = workflow(&play, &free_address());
    play.home.write("consent.yaml", &workflow);
    let (mut child, stderr, url) = start(&play);
    let back = location(&visit(&url));
    let (address, _) = back.split_once('?').unwrap();
    let authority = address.strip_prefix("http://").unwrap().split('/').next().unwrap().to_owned();
    let state = back.split("state=").nth(1).unwrap().split('&').next().unwrap();

    let _silent: Vec<TcpStream> = (0..50).map(|_| TcpStream::connect(&authority).unwrap()).collect();
    let mut slow = TcpStream::connect(&authority).unwrap();
    write!(slow, "GET /callback?code=x HT").unwrap();
    let mut garbage = TcpStream::connect(&authority).unwrap();
    garbage.write_all(b"\x16\x03\x01\0\r\n\r\n").unwrap();
    for stray in [
        back.replace(state, "another-state"),
        address.to_owned(),
        format!("{address}?error=access_denied"),
        format!("{address}?error=access_denied&state=another-state"),
        format!("{address}?state={state}"),
        format!("http://{authority}/other?code=x&state={state}"),
    ] {
        let response = visit(&stray);
        assert!(response.starts_with("HTTP/1.1 4"), "{stray}: {response}");
        assert!(child.try_wait().unwrap().is_none(), "{stray} ended it");
    }
    assert!(visit(&back).contains("go back to the terminal"));
    let ran = end(child, stderr);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn a_denial_with_its_state_ends_it() {
    let play = Playground::new();
    let workflow = workflow(&play, &free_address());
    play.home.write("consent.yaml", &workflow);
    let (child, stderr, url) = start(&play);
    let back = location(&visit(&url));
    let (address, _) = back.split_once('?').unwrap();
    let state = back.split("state=").nth(1).unwrap().split('&').next().unwrap();
    visit(&format!("{address}?error=access_denied&state={state}&error_description=%E2%80%AEno"));
    let ran = end(child, stderr);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("consent was not given: access_denied: \\u{202e}no"), "{}", ran.stderr);
}

#[test]
fn elsewhere_the_address_is_pasted() {
    let play = Playground::new();
    let workflow = workflow(&play, "https://app.example.com/callback");
    play.home.write("consent.yaml", &workflow);
    let (mut child, stderr, url) = start(&play);
    let back = location(&visit(&url));
    writeln!(child.stdin.take().unwrap(), "{back}").unwrap();
    let ran = end(child, stderr);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("Copy the whole address"), "{}", ran.stderr);
}

#[test]
fn who_needs_no_consent_is_told() {
    let play = Playground::new();
    let ran = play.home.run("auth teamtailor w.yaml");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("Teamtailor asks for no consent"), "{}", ran.stderr);
    let ran = play.home.run("auth jobadder w.yaml");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("is a workflow of teamtailor, not of jobadder"), "{}", ran.stderr);
}

/// The same workflow with the origin of `w.yaml`, so that both ends can be checked.
fn with_origin(play: &Playground, workflow: &str) -> String {
    let whole = std::fs::read_to_string(play.home.0.path().join("w.yaml")).unwrap();
    let origin = &whole[whole.find("origin_parameters").unwrap()..whole.find("target_parameters").unwrap()];
    workflow.replace("target_parameters", &format!("{origin}target_parameters"))
}

#[test]
fn a_check_stores_the_renewed_grant_or_renews_none() {
    let play = Playground::new();
    let workflow = with_origin(&play, &workflow(&play, &free_address()));
    play.home.write("consent.yaml", &workflow);
    let renewals = || play.sandbox.journal().count("connect.token");
    let (child, stderr, url) = start(&play);
    let back = location(&visit(&url));
    visit(&back);
    assert_eq!(end(child, stderr).code, Some(0));
    let check = || play.home.run("check consent.yaml");
    let granted = renewals();
    assert_eq!((check().code, renewals()), (Some(0), granted), "the stored token is used");
    for expected in 1..=2 {
        play.sandbox.jobadder().expire_access_tokens();
        let ran = check();
        assert_eq!((ran.code, renewals()), (Some(0), granted + expected), "{ran:?}");
    }

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let home = play.home.0.path();
        let set = |name: &str, mode| {
            std::fs::set_permissions(home.join(name), std::fs::Permissions::from_mode(mode)).unwrap();
        };
        let modes = [
            (".hrflow/state.db", 0o444, 0o600),
            (".hrflow/locks", 0o555, 0o700),
            (".hrflow", 0o555, 0o700),
            (".", 0o755, 0o700),
        ];
        modes.iter().for_each(|(name, mode, _)| set(name, *mode));
        let before = renewals();
        let ran = play.home.run_as_reader("check consent.yaml");
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stderr.contains("read-only") && ran.stderr.contains("not renewed"), "{}", ran.stderr);
        play.sandbox.jobadder().expire_access_tokens();
        let ran = play.home.run_as_reader("check consent.yaml");
        assert_eq!((ran.code, renewals()), (Some(1), before), "{ran:?}");
        assert!(
            ran.stdout.contains("is not renewed: the state that stores it is read-only"),
            "{}",
            ran.stdout
        );
        modes.iter().rev().for_each(|(name, _, mode)| set(name, *mode));
    }
    play.sandbox.jobadder().expire_access_tokens();
    let ran = check();
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn a_check_without_state_exchanges_no_code() {
    let play = Playground::new();
    let credentials = play.sandbox.credentials().jobadder.clone();
    let code = format!("code: {}", credentials.authorization_code);
    let workflow = workflow(&play, &credentials.redirect_uri).replace("code: ''", &code);
    play.home.write("consent.yaml", &with_origin(&play, &workflow));
    let ran = play.home.run("check consent.yaml");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout.contains("not logged in: the first run exchanges the authorization code"),
        "{}",
        ran.stdout
    );
    assert_eq!(play.sandbox.journal().count("connect.token"), 0);
    assert!(!play.home.0.path().join(".hrflow").exists());
    play.home.write("p.jsonl", &many(1));
    let ran = play.home.run("run consent.yaml --from p.jsonl --json");
    assert_eq!((ran.code, ran.event("write_success")), (Some(0), 1), "{ran:?}");
    let ran = play.home.run("check consent.yaml");
    assert!(ran.code == Some(0) && !ran.stdout.contains("not logged in"), "{ran:?}");
}
