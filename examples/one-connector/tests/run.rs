//! Runs the example against the sandbox.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use hrflow_sandbox::{Config, Sandbox};

#[tokio::test]
async fn profiles_are_pushed() {
    let sandbox = Sandbox::start(Config::default()).await.unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hrflow-example-one-connector"));
    command.env("TEAMTAILOR_AUTHORIZATION", &sandbox.credentials().teamtailor.key);
    command.env("TEAMTAILOR_API_URL", &sandbox.urls().teamtailor);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let profile =
        r#"{"key": "1", "info": {"first_name": "Ada", "last_name": "Example", "email": "ada@example.com"}}"#;
    let output = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{profile}").unwrap();
        child.wait_with_output().unwrap()
    });
    let output = output.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(sandbox.teamtailor().candidates().len(), 1);
}
