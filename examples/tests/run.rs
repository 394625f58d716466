//! Runs every example against the sandbox.

use std::{path::Path, process::Command};

use hrflow_core::testing::{Reaction, ScriptedServer};
use hrflow_sandbox::{Config, Sandbox};
use serde_json::json;

async fn sandbox() -> Sandbox {
    Sandbox::start(Config::default()).await.unwrap()
}

/// The variables of `sandbox.env`, with the addresses of this sandbox.
fn variables(sandbox: &Sandbox) -> Vec<(String, String)> {
    let urls = sandbox.urls();
    include_str!("../sandbox.env")
        .lines()
        .filter_map(|line| line.strip_prefix("export ")?.split_once('='))
        .map(|(name, value)| match name {
            "HRFLOW_API_URL" => (name.to_owned(), urls.hrflow.clone()),
            "TEAMTAILOR_API_URL" => (name.to_owned(), urls.teamtailor.clone()),
            _ => (name.to_owned(), value.to_owned()),
        })
        .collect()
}

/// Runs a program to its end, and returns what it printed.
async fn run(mut command: Command, sandbox: &Sandbox) -> String {
    command.envs(variables(sandbox));
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
    stdout
}

#[tokio::test]
async fn push_one_profile() {
    let sandbox = sandbox().await;
    let printed = run(Command::new(env!("CARGO_BIN_EXE_push_one_profile")), &sandbox).await;
    assert!(printed.contains("\"write_success\": 1"), "{printed}");
    assert_eq!(sandbox.teamtailor().candidates().len(), 1);
}

#[tokio::test]
async fn push_a_source_incrementally() {
    let (sandbox, directory) = (sandbox().await, tempfile::tempdir().unwrap());
    let again = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_push_a_source_incrementally"));
        command.current_dir(&directory);
        command
    };
    // Two profiles of the source are one candidate.
    assert_eq!(run(again(), &sandbox).await, "9 read, 9 created or updated\n");
    assert_eq!(sandbox.teamtailor().candidates().len(), 8);
    let printed = run(again(), &sandbox).await;
    assert!(printed.ends_with(" 0 created or updated\n"), "{printed}");
    assert_eq!(sandbox.teamtailor().candidates().len(), 8);
}

#[tokio::test]
async fn format_and_logic() {
    let sandbox = sandbox().await;
    let printed = run(Command::new(env!("CARGO_BIN_EXE_format_and_logic")), &sandbox).await;
    assert!(printed.ends_with(" 1 without an email discarded\n"), "{printed}");
    let candidates = sandbox.teamtailor().candidates();
    assert!(!candidates.is_empty());
    assert!(candidates.iter().all(|it| it.attributes["tags"].to_string().contains("from-hrflow")));
}

#[tokio::test]
async fn mapping() {
    let sandbox = sandbox().await;
    let mut command = Command::new(hrflow_e2e::program::path().unwrap());
    let workflow = Path::new(env!("CARGO_MANIFEST_DIR")).join("mapping.yaml");
    command.args(["run", "--no-state", "--json", "--set", "options.allow_local_urls=true"]).arg(workflow);
    let printed = run(command, &sandbox).await;
    let result: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(result["events"]["logics_discard"], 1, "{printed}");
    assert_eq!(result["events"]["write_success"], sandbox.teamtailor().candidates().len());
}

#[tokio::test]
async fn connector_of_your_own() {
    let sandbox = sandbox().await;
    let service = ScriptedServer::start((0..20).map(|_| Reaction::json(200, &json!({})))).await.unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector_of_your_own"));
    command.env("CONTACTS_API_KEY", "contacts-key").env("CONTACTS_API_URL", service.base_url());
    let printed = run(command, &sandbox).await;
    let requests = service.requests();
    assert_eq!(printed, format!("{} stored\n", requests.len()));
    assert!(requests.len() > 1);
    assert!(requests.iter().all(|it| it.method == "PUT" && it.path.starts_with("/contacts/")));
}
