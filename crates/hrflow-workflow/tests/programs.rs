//! What jq programs in a workflow file make of items.

mod support;

use hrflow_core::{Error, Scope};
use hrflow_workflow::Prepared;
use serde_json::{Value, json};
use support::prepare;

const HEAD: &str = "workflow_id: w-1\nconnector: stub\naction: push_profile\norigin_parameters: {api_secret: x}\n\
                    target_parameters: {version: 1}\naction_parameters:\n";

fn prepared(parameters: &str) -> Prepared {
    prepare(&format!("{HEAD}{parameters}"), &[]).map_err(|error| error.to_string()).unwrap()
}

/// What a format makes of an item, or why it makes nothing.
fn formatted(program: &str, item: Value) -> Result<Value, String> {
    let run = prepared(&format!("  format: {}\n", Value::from(program))).run;
    run.format.unwrap()(item).map_err(|error| error.to_string())
}

/// What becomes of an item in a logic.
fn decided(program: &str, item: Value) -> Result<Option<Value>, String> {
    let run = prepared(&format!("  logics: [{}]\n", Value::from(program))).run;
    run.logics[0](item).map_err(|error| error.to_string())
}

#[test]
fn a_format_answers_one_item() {
    let item = json!({ "name": "Ada", "tags": ["a"] });
    assert_eq!(formatted(". + {w: $workflow_id}", item.clone()).unwrap()["w"], "w-1");
    assert_eq!(
        formatted("default_format | .tags += [\"b\"]", item.clone()).unwrap()["tags"],
        json!(["a", "b"])
    );
    for (program, words) in [
        ("empty", "format: it answers nothing; to discard items use a logic, select(…)"),
        ("null", "format: it answers nothing; to discard items use a logic, select(…)"),
        (".name", "format: it answers text where an item, an object, is expected"),
        ("true", "format: it answers true where an item, an object, is expected"),
        ("., .", "format: it answers more than one value; put them in a list, or take the first(…)"),
        (".name.first", "format: cannot index text of 3 characters with \"first\""),
        ("error(\"no phone\")", "format: no phone"),
    ] {
        assert_eq!(formatted(program, item.clone()).unwrap_err(), words, "{program}");
    }
}

#[test]
fn a_logic_keeps_changes_or_discards() {
    let item = json!({ "email": null });
    assert_eq!(decided("select(.email != null)", item.clone()), Ok(None));
    assert_eq!(decided("null", item.clone()), Ok(None));
    assert_eq!(decided(".email = \"a\"", item.clone()), Ok(Some(json!({ "email": "a" }))));
    for (program, words) in [
        (
            ".email != null",
            "logics[0]: it answers false where the item is expected; write select(…) around the condition",
        ),
        ("1", "logics[0]: it answers a number where the item, an object, is expected"),
        ("., .", "logics[0]: it answers more than one value; put them in a list, or take the first(…)"),
    ] {
        assert_eq!(decided(program, item.clone()).unwrap_err(), words, "{program}");
    }
}

#[test]
fn programs_come_from_files_and_one_logic_may_stand_alone() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("map.jq"), "# adds\n.a = 1 | .b.c\n").unwrap();
    std::fs::write(
        directory.path().join("w.yaml"),
        format!("{HEAD}  format: {{file: map.jq}}\n  logics: select(.x)\n"),
    )
    .unwrap();
    let workflow = hrflow_workflow::Workflow::load(&directory.path().join("w.yaml")).unwrap();
    let run = workflow.prepare_with(support::surroundings()).map_err(|error| error.to_string()).unwrap().run;
    let error = run.format.unwrap()(json!({ "b": "x" })).unwrap_err();
    assert_eq!(error.to_string(), "format (map.jq): cannot index text of 1 characters with \"c\"");
    assert_eq!(run.logics[0](json!({ "x": false })).unwrap(), None);
}

#[test]
fn what_was_put_in_is_never_shown() {
    let run = prepared("  format: 'error(\"${SECRET}\")'\n").run;
    assert_eq!(run.format.unwrap()(json!({})).unwrap_err().to_string(), "format: [redacted]");
}

#[test]
fn three_overruns_in_a_row_stop_the_run() {
    let run =
        prepared("  format: 'if .loop then last(repeat(1)) else . end'\n  program_timeout: 200ms\n").run;
    let format = run.format.unwrap();
    let scopes = |items: &[bool]| -> Vec<Option<Scope>> {
        let failed = |it: &bool| format(json!({ "loop": it })).err();
        items
            .iter()
            .map(|it| failed(it).map(|error| error.downcast_ref::<Error>().map_or(Scope::Item, Error::scope)))
            .collect()
    };
    let item = Some(Scope::Item);
    assert_eq!(scopes(&[true, true, false, true, true]), [item, item, None, item, item]);
    let error = format(json!({ "loop": true })).unwrap_err();
    assert_eq!(error.downcast_ref::<Error>().unwrap().scope(), Scope::Run);
    assert_eq!(
        error.to_string(),
        "format: it took longer than 0.2 s for this item (action_parameters.program_timeout). That is the 3rd item in a \
         row: the program is wrong, not the items. Try it with `hrflow map`."
    );
}

#[test]
fn a_good_program_does_not_excuse_a_looping_one() {
    let run = prepared(
        "  format: default_format\n  logics: ['select(.loop | not)', last(repeat(1))]\n  program_timeout: 200ms\n",
    )
    .run;
    let format = run.format.unwrap();
    let scope = |item: Value| {
        let item = format(item).unwrap();
        let item = run.logics[0](item).unwrap().unwrap();
        let error = run.logics[1](item).unwrap_err();
        error.downcast_ref::<Error>().unwrap().scope()
    };
    assert_eq!([(); 3].map(|()| scope(json!({}))), [Scope::Item, Scope::Item, Scope::Run]);
}

#[test]
fn an_event_says_what_to_read() {
    let event =
        json!({ "type": "profile.storing.success", "profile": { "key": "p 1", "source": { "key": "s" } } });
    let text = format!("{HEAD}  event_parser: 'default_event_parser | {{profile_key}}'\n");
    let run = support::prepare_for(&text, hrflow_workflow::Event::new(event.to_string())).unwrap().run;
    assert_eq!(run.origin_parameters, json!({ "api_secret": "x", "profile_key": "p 1" }));

    let nothing = format!("{HEAD}  event_parser: select(.type == \"x\") | {{}}\n");
    let run = support::prepare_for(&nothing, hrflow_workflow::Event::new(event.to_string())).unwrap().run;
    assert!(run.items.is_some(), "there is nothing to do");
}

/// Whoever can send an event would otherwise have the secrets sent to a host of their own.
#[test]
fn an_event_sets_neither_secrets_nor_addresses() {
    for (program, set) in [
        (
            "{profile_key: .key, api_url: .url}",
            "api_url, which is or holds an address that secrets are sent to",
        ),
        // Null stands for the default, which is another address too.
        ("{api_url: null}", "api_url, which is or holds an address that secrets are sent to"),
        ("{mirror: {host: .url}}", "mirror, which is or holds an address that secrets are sent to"),
        (
            "{api_secret: .key, api_url: .url}",
            "api_secret, which is or holds a secret; api_url, which is or holds an address that secrets are sent to",
        ),
    ] {
        let text = format!("{HEAD}  event_parser: '{program}'\n");
        let event = json!({ "key": "k", "url": "https://attacker.example.com" }).to_string();
        let error = support::prepare_for(&text, hrflow_workflow::Event::new(event)).err().unwrap();
        assert_eq!(error.result().unwrap().reason, hrflow_core::result::Reason::EventParsingFailure);
        assert_eq!(
            error.to_string(),
            format!(
                "w.yaml: the event cannot be understood: event_parser sets {set}. Set it in the workflow file: an event \
                 may set neither secrets nor addresses"
            )
        );
    }
}

#[test]
fn an_event_that_cannot_be_understood_is_a_result_too() {
    let refused = |parameters: &str, event: &str| {
        let event = hrflow_workflow::Event::new(event);
        let error = support::prepare_for(&format!("{HEAD}{parameters}"), event).err().unwrap();
        assert_eq!(error.kind(), hrflow_workflow::WorkflowErrorKind::Event);
        let result = error.result().unwrap();
        assert_eq!(result.reason, hrflow_core::result::Reason::EventParsingFailure);
        assert_eq!(result.failures[0].step, "event");
        error.to_string()
    };
    let read = "  read_mode: sync\n";
    assert_eq!(
        refused(read, "{\"a\": x}"),
        "w.yaml: the event cannot be understood: it is not valid JSON (line 1, column 7)"
    );
    assert_eq!(
        refused(read, "{}"),
        "w.yaml: the event cannot be understood: event_parser: it holds no profile"
    );
    assert_eq!(
        refused("  event_parser: .a\n", "{\"a\": 1}"),
        "w.yaml: the event cannot be understood: event_parser: it answers a number where origin parameters, an object, are \
         expected"
    );
    assert_eq!(
        refused("  event_secret: hush\n", "{}"),
        "w.yaml: the event cannot be understood: it has no signature, and action_parameters.event_secret asks for one"
    );
}

#[test]
fn a_signed_event_is_the_one_that_was_signed() {
    let signed = |parameters: &str, body: &str, signature: &str| {
        let event = hrflow_workflow::Event::new(body).with_signature(signature);
        let prepared = support::prepare_for(&format!("{HEAD}{parameters}"), event);
        prepared.map(|it| it.run.origin_parameters["profile_key"].clone()).map_err(|error| error.to_string())
    };
    let parser = "  event_parser: '{profile_key: tojson}'\n";
    // HrFlow.ai's own sample (documentation, webhooks).
    let sample = "9d101d2bf630748679226b767d2031634c520390ff0e926afc09bc65a05bfdb2";
    let secret = format!("{parser}  event_secret: '1234'\n");
    assert_eq!(signed(&secret, "4567", sample), Ok(json!("4567")));
    assert!(signed(&secret, "4568", sample).unwrap_err().contains("the signature is not right"));
    assert!(signed(parser, "4567", sample).unwrap_err().contains("event_secret is not set"));
    for variable in ["WITH_LINE_BREAK", "WITH_WINDOWS_LINE_BREAK"] {
        let secret = format!("{parser}  event_secret: ${{{variable}}}\n");
        assert_eq!(signed(&secret, "4567", sample), Ok(json!("4567")), "{variable}");
    }
    let envelope = format!("{secret}  event_signature: envelope_hex\n");
    assert!(signed(&envelope, "4567", sample).unwrap_err().contains("two parts with a dot in between"));
}
