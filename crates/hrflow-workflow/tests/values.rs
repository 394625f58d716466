//! What a workflow file hands over to a run.

mod support;

use serde_json::json;
use support::{prepare, prepare_from};

const GOOD: &str = "
workflow_id: w-1
connector: stub
action: push_profile
origin_parameters:
  api_secret: Bearer ${SECRET}
  profile_key: ~
target_parameters:
  version: 20240904
  port: ${PORT}
  tags: [1.10, off, 'null', \"~\", 0x1F, '$${PORT}']
  loud: yes
options:
  timeout: 30s
";

#[test]
fn every_scalar_is_the_text_that_is_written() {
    let text = GOOD.replace("loud: yes", "loud: True");
    let prepared = prepare(&text, &[]).map_err(|error| error.to_string()).unwrap();
    assert_eq!((prepared.connector().id, prepared.action().name()), ("stub", "push_profile"));
    let run = prepared.run;
    assert_eq!((run.connector.as_str(), run.workflow_id.as_str()), ("stub", "w-1"));
    assert_eq!(run.origin_parameters, json!({ "api_secret": "Bearer hunter2: [x]", "profile_key": null }));
    assert_eq!(
        run.target_parameters,
        json!({
            "version": "20240904",
            "port": "5432",
            "tags": ["1.10", "off", "null", "~", "0x1F", "${PORT}"],
            "loud": "True",
        })
    );
    assert_eq!(run.options, json!({ "timeout": "30s" }));
}

#[test]
fn json_is_yaml() {
    let text = json!({
        "connector": "stub",
        "action": "push_profile",
        "action_parameters": { "format": null, "logics": [] },
        "origin_parameters": { "api_secret": "😀" },
        "target_parameters": { "version": 1, "port": null, "tags": ["a/b"], "loud": false },
    });
    let escaped = text.to_string().replace('😀', "\\ud83d\\ude00").replace("a/b", "a\\/b");
    for text in [text.to_string(), serde_json::to_string_pretty(&text).unwrap(), escaped] {
        let run = prepare(&text, &[]).map_err(|error| error.to_string()).unwrap().run;
        assert_eq!(run.origin_parameters, json!({ "api_secret": "😀" }));
        assert_eq!(
            run.target_parameters,
            json!({ "version": "1", "port": null, "tags": ["a/b"], "loud": "false" })
        );
    }
}

#[test]
fn settings_come_before_substitution_and_are_text() {
    let text = GOOD.replace("loud: yes", "loud: ${NOT_SET}");
    let settings = [
        "origin_parameters.profile_key=a=b: ${PORT}",
        "target_parameters.loud=false",
        "options.attempts=2",
        "action_parameters.read_mode=sync",
        "workflow_id=w-2",
    ];
    let run = prepare(&text, &settings).map_err(|error| error.to_string()).unwrap().run;
    assert_eq!(run.origin_parameters["profile_key"], "a=b: 5432");
    assert_eq!(run.target_parameters["loud"], "false");
    assert_eq!(run.options, json!({ "timeout": "30s", "attempts": "2" }));
    assert_eq!(run.action_parameters, json!({ "read_mode": "sync" }));
    assert_eq!(run.workflow_id, "w-2");
}

#[test]
fn with_items_the_origin_needs_no_parameters() {
    let text = "connector: stub\naction: push_profile\norigin_parameters: {api_secret: '${NOT_SET}'}\n\
                target_parameters: {version: 1}";
    assert!(prepare(text, &[]).is_err());
    assert!(prepare_from(text, &[], true).is_ok_and(|prepared| prepared.run.items.is_some()));
}

#[test]
fn files_are_looked_for_beside_the_workflow_file() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("key.txt"), "k3y\n").unwrap();
    let path = directory.path().join("w.yaml");
    std::fs::write(&path, GOOD.replace("${SECRET}", "${file:key.txt}").replace("yes", "true")).unwrap();
    let workflow = hrflow_workflow::Workflow::load(&path).unwrap();
    let surroundings = support::surroundings();
    let run = workflow.prepare_with(surroundings).map_err(|error| error.to_string()).unwrap().run;
    assert_eq!(run.origin_parameters["api_secret"], "Bearer k3y");
}
