//! What each fault of a workflow file is told as.

mod support;

use hrflow_core::result::Reason;
use hrflow_workflow::{Workflow, WorkflowErrorKind};
use insta::assert_snapshot;
use support::{faults, prepare};

const HEAD: &str = "connector: stub\naction: push_profile\n";
const REST: &str = "origin_parameters: {api_secret: x}\ntarget_parameters: {version: 1}\n";

#[test]
fn unreadable() {
    let directory = tempfile::tempdir().unwrap();
    let load = |name: &str| {
        let error = Workflow::load(&directory.path().join(name)).unwrap_err();
        assert_eq!(error.kind(), WorkflowErrorKind::Unreadable);
        error.to_string().replace(&directory.path().display().to_string(), "DIR")
    };
    std::fs::write(directory.path().join("latin.yaml"), b"connector: caf\xe9").unwrap();
    std::fs::write(directory.path().join("large.yaml"), vec![b'#'; hrflow_workflow::MAX_BYTES + 1]).unwrap();
    assert_snapshot!(load("none.yaml"), @"DIR/none.yaml: cannot read the file: No such file or directory (os error 2)");
    assert_snapshot!(load(""), @"DIR/: cannot read the file: it is a directory");
    assert_snapshot!(load("latin.yaml"), @"DIR/latin.yaml: cannot read the file: it is not UTF-8 text");
    assert_snapshot!(load("large.yaml"), @"DIR/large.yaml: a workflow file of more than 1 MiB is not read");
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_are_rejected_wherever_a_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let fifo = directory.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for (path, kind) in [("/dev/zero".to_owned(), "a device"), (fifo.display().to_string(), "a pipe")] {
        let why = format!("it is {kind}, not a regular file");
        let text = format!(
            "{HEAD}action_parameters: {{format: {{file: {path}}}}}\norigin_parameters: {{api_secret: '${{file:{path}}}'}}\n\
             target_parameters: {{version: 1}}\n"
        );
        let told = faults(&text);
        assert_eq!(told.matches(&why).count(), 2, "{told}");
        for error in [
            Workflow::load(path.as_ref()).unwrap_err().to_string(),
            hrflow_workflow::Event::from_path(path.as_ref()).unwrap_err().to_string(),
        ] {
            assert!(error.ends_with(&why), "{error}");
        }
    }
}

#[test]
fn an_empty_variable_is_named() {
    assert_snapshot!(faults(&format!("{HEAD}{REST}action_parameters: {{event_secret: '${{EMPTY}}'}}\n")), @"w.yaml:5:35: action_parameters.event_secret: expected text that is not blank; the environment variable EMPTY is empty");
    assert_snapshot!(faults(&format!("{HEAD}{REST}options: {{timeout: '${{EMPTY}}'}}\n")), @"w.yaml:5:20: options.timeout: expected a duration such as 30s; the environment variable EMPTY is empty");
    assert_snapshot!(faults("connector: ${EMPTY}\naction: push_profile\n"), @"w.yaml:1:12: connector: required, but missing; the environment variable EMPTY is empty");
}

#[test]
fn many_faults_are_counted_and_long_names_cut() {
    let mut text = format!("{HEAD}{REST}options:\n");
    (0..40_000).for_each(|index| text.push_str(&format!("  x{index}: 1\n")));
    let told = faults(&text);
    assert_eq!((told.lines().count(), told.lines().last()), (21, Some("and 39980 more")), "{}", told.len());
    let fields: String = (0..1_000).map(|index| format!("x{index}: 1\n")).collect();
    assert_eq!(faults(&format!("{HEAD}{REST}{fields}")).lines().count(), 21);
    let long = "x".repeat(100_000);
    for text in [
        format!("{HEAD}{REST}options: {{{long}: 1}}\n"),
        format!("{HEAD}{REST}{long}: 1\n"),
        format!("{HEAD}{REST}options: {{timeout: '${{{long}}}'}}\n"),
        format!("{HEAD}{REST}options: {{timeout: '${{file:{long}}}'}}\n"),
    ] {
        let told = faults(&text);
        assert!(told.len() < 3_000, "{}", told.len());
    }
    let mut workflow = Workflow::parse(&format!("{HEAD}{REST}"), "w.yaml").unwrap();
    for assignment in [format!("{long}=1"), format!("{long}.{long}=1"), format!("connector.{long}=1")] {
        let told = workflow.set(&assignment).unwrap_err().to_string();
        assert!(told.len() < 3_000, "{}", told.len());
    }
}

#[test]
fn no_workflow() {
    assert_snapshot!(faults(""), @"w.yaml: the file is empty");
    assert_snapshot!(faults("# nothing\n"), @"w.yaml: the file is empty");
    assert_snapshot!(faults("- a"), @r#"w.yaml:1:1: expected fields such as "connector: teamtailor", came a list"#);
    assert_snapshot!(faults("text"), @r#"w.yaml:1:1: expected fields such as "connector: teamtailor", came text"#);
    assert_snapshot!(faults("a: 1\n---\nb: 1\n"), @"w.yaml:2:1: a second document begins here; a file holds one workflow");
}

#[test]
fn broken_yaml() {
    assert_snapshot!(faults("a: b: c"), @"w.yaml:1:5: not valid YAML: mapping values are not allowed in this context; a value that holds a colon and a space must be in quotes");
    assert_snapshot!(faults("a:\n\tb: 1"), @"w.yaml:2:1: not valid YAML: a tab in the indentation; use spaces");
    assert_snapshot!(faults("a:\n  b: 1\n  \tc: 2"), @"w.yaml:3:3: not valid YAML: a tab in the indentation; use spaces");
    assert_snapshot!(faults("a: 1\n\tb: 2\nc: 3"), @"w.yaml:2:1: not valid YAML: a tab in the indentation; use spaces");
    assert_snapshot!(faults("a:\n\t- b"), @"w.yaml:2:1: not valid YAML: a tab in the indentation; use spaces");
    assert_snapshot!(faults("a: %x"), @"w.yaml:1:4: not valid YAML: unexpected character: `%'; a value that begins with it must be in quotes");
    assert_snapshot!(faults("a: [b"), @"w.yaml:2:1: not valid YAML: while parsing a flow sequence, expected ',' or ']'");
    assert_snapshot!(faults("a: {b: ${X}}"), @r#"w.yaml:1:9: not valid YAML: while parsing a flow mapping, did not find expected ',' or '}'; inside {…} and […] write "${NAME}" in quotes"#);
    assert_snapshot!(faults("a: *hunter2"), @"w.yaml:1:4: not valid YAML: while parsing node, found unknown anchor; a value that begins with * must be in quotes");
}

#[test]
fn yaml_that_is_not_taken() {
    assert_snapshot!(faults("a: &x 1\nb: *x\nc: !secret d\n? [e]\n: f\n"), @r"
    w.yaml:1:4: anchors are not taken here; a value that begins with & must be in quotes
    w.yaml:2:4: aliases are not taken here; a value that begins with * must be in quotes
    w.yaml:3:4: tags are not taken here; a value that begins with ! must be in quotes
    w.yaml:4:3: expected a name before the colon, came a list
    ");
    assert_snapshot!(faults("a: 1\na: 2\nb: {c: 1, c: 2}"), @r"
    w.yaml:2:1: a is given twice
    w.yaml:3:11: c is given twice
    ");
    let nested = |depth: usize| format!("a: {}{}", "[".repeat(depth), "]".repeat(depth));
    assert_snapshot!(faults(&nested(100)), @"w.yaml:1:68: values are nested more than 64 levels deep");
    assert_snapshot!(faults(&nested(100_000)), @"w.yaml:1:259: not valid YAML: recursion limit exceeded");
}

#[test]
fn fields_of_the_workflow() {
    assert_snapshot!(faults("conector: stub\naction: push_profile\nschedule: daily\n"), @r"
    w.yaml:1:11: conector: unknown; did you mean connector?
    w.yaml:3:11: schedule: unknown; a workflow has workflow_id, connector, action, action_parameters, origin_parameters, target_parameters, options
    w.yaml: connector: required, but missing
    ");
    assert_snapshot!(faults("connector: [stub]\naction: ''\nworkflow_id: {}\n"), @r"
    w.yaml:1:12: connector: expected text, came a list
    w.yaml:2:9: action: required, but missing
    w.yaml:3:14: workflow_id: expected text, came an object
    ");
    assert_snapshot!(faults(&format!("{HEAD}origin_parameters: [1]\ntarget_parameters: hunter2\n")), @r"
    w.yaml:3:20: origin_parameters: expected names and values, came a list
    w.yaml:4:20: target_parameters: expected names and values, came text
    ");
}

#[test]
fn unknown_connectors_and_actions() {
    let named = |connector: &str, action: &str| faults(&format!("connector: {connector}\naction: {action}"));
    assert_snapshot!(named("teamtailer", "x"), @r#"w.yaml:1:12: connector: there is no connector "teamtailer"; did you mean teamtailor? (there are: stub, teamtailor)"#);
    assert_snapshot!(named("bullhorn", "x"), @r#"w.yaml:1:12: connector: there is no connector "bullhorn"; there are: stub, teamtailor"#);
    assert_snapshot!(named("${SECRET}", "x"), @"w.yaml:1:12: connector: there is no connector of the name that its variable gives; there are: stub, teamtailor");
    assert_snapshot!(named("${NONE}", "x"), @"w.yaml:1:12: connector: the environment variable NONE is not set");
    assert_snapshot!(named("stub", "push_profiles"), @r#"w.yaml:2:9: action: stub has no action "push_profiles"; did you mean push_profile? (there are: push_profile)"#);
}

#[test]
fn variables_and_parameters_are_told_together() {
    let text = format!(
        "{HEAD}origin_parameters:\n  api_secret: ${{NONE}} ${{file:none}}\n  profile_key: ${{1}}\n\
         target_parameters:\n  port: ${{SECRET}}\n  tags: [a, '${{NONE}}', {{}}]\n  loud: oui\n"
    );
    let error = prepare(&text, &[]).err().unwrap();
    assert_eq!(error.kind(), WorkflowErrorKind::Parameters);
    assert_snapshot!(error, @r#"
    w.yaml:4:15: origin_parameters.api_secret: the environment variable NONE is not set
    w.yaml:4:15: origin_parameters.api_secret: cannot read the file none: No such file or directory (os error 2)
    w.yaml:5:16: origin_parameters.profile_key: between ${ and } stands no variable name; write ${NAME}, ${NAME:-default} or ${file:PATH}, and $${ for a plain ${
    w.yaml:8:13: target_parameters.tags[1]: the environment variable NONE is not set
    w.yaml: target_parameters.version: required, but missing (The version of the API)
    w.yaml:7:9: target_parameters.port: expected a whole number from 0 to 65535, came what its ${…} stands for
    w.yaml:8:24: target_parameters.tags[2]: expected text, came an object
    w.yaml:9:9: target_parameters.loud: expected true or false, came "oui"
    "#);
    let result = error.result().unwrap();
    assert_eq!(result.reason, Reason::BadOriginParameters);
    assert_eq!((result.connector.as_str(), result.action.as_str()), ("stub", "push_profile"));
    assert_eq!(result.failures.len(), 8);
}

#[test]
fn what_was_put_in_is_never_shown() {
    let text =
        format!("{HEAD}origin_parameters: {{api_secret: x}}\ntarget_parameters:\n  version: ${{LONG}}\n");
    assert_snapshot!(faults(&text), @"w.yaml:5:12: target_parameters.version: [redacted] is not known, came what its ${…} stands for");
}

#[test]
fn options() {
    let text = format!("{HEAD}{REST}options: {{concurrency: 0, tmeout: 1s, attempts: '${{SECRET}}'}}");
    let error = prepare(&text, &[]).err().unwrap();
    assert_snapshot!(error, @r#"
    w.yaml:5:24: options.concurrency: expected a whole number from 1 to 65535, came "0"
    w.yaml:5:49: options.attempts: expected a whole number from 1 to 65535, came what its ${…} stands for
    w.yaml:5:35: options.tmeout: unknown; did you mean timeout?
    "#);
    assert_eq!(error.result().unwrap().reason, Reason::BadActionParameters);
}

#[test]
fn programs_are_compiled_before_anything_is_read() {
    let with = |parameters: &str| faults(&format!("{HEAD}{REST}action_parameters:\n{parameters}"));
    assert_snapshot!(with("  red_mode: sync\n  format: |\n    default_format\n    | .a = foo\n  logics:\n  - select(.x)\n  - '.a | $y'\n  - .b |\n"), @r"
    w.yaml:9:12: action_parameters.format: there is no function foo
    w.yaml:12:11: action_parameters.logics[1]: there is no variable $y; there are $workflow_id and $now
    w.yaml:13:9: action_parameters.logics[2]: expected term, but the program ends
    w.yaml:6:13: action_parameters.red_mode: unknown; did you mean read_mode?
    ");
    assert_snapshot!(with("  format: \"\\u0061 |\"\n"), @"w.yaml:6:11: action_parameters.format: expected term, but the program ends (line 1, column 4 of the program)");
    assert_snapshot!(with("  format: '.a = \"${SECRET}\" | nope'\n"), @"w.yaml:6:11: action_parameters.format: there is no function nope (line 1, column 23 of the program)");
    assert_snapshot!(with("  format: [a]\n  logics: [{file: none.jq}, {path: x}, null, [x]]\n  event_parser: {file: none.jq, x: 1}\n"), @r"
    w.yaml:6:11: action_parameters.format: expected a jq program, or {file: PATH}, came a list
    w.yaml:7:19: action_parameters.logics[0].file: cannot read the file none.jq: No such file or directory (os error 2)
    w.yaml:7:29: action_parameters.logics[1]: expected a jq program, or {file: PATH}, came an object with other members
    w.yaml:7:46: action_parameters.logics[3]: expected a jq program, or {file: PATH}, came a list
    w.yaml:8:17: action_parameters.event_parser: expected a jq program, or {file: PATH}, came an object with other members
    ");
    assert_snapshot!(with("  program_timeout: 0s\n  event_signature: sha1\n"), @r#"
    w.yaml:7:20: action_parameters.event_signature: expected body, envelope_hex, envelope_raw or envelope_encoded, came "sha1"
    w.yaml:6:20: action_parameters.program_timeout: must be longer than 0s
    "#);
    // Under an empty key anybody can sign.
    for blank in ["''", "' '", "${NONE:-}"] {
        assert_eq!(
            with(&format!("  event_secret: {blank}\n")),
            "w.yaml:6:17: action_parameters.event_secret: expected text that is not blank; leave it out where events \
             are not signed"
        );
    }
    let large = format!("  format: '.{}'", " ".repeat(300_000));
    assert_snapshot!(with(&large), @"w.yaml:6:11: action_parameters.format: a program of more than 256 KiB is not read");
}

#[test]
fn programs_in_files_are_told_of_by_their_own_lines() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("map.jq"), "# a mapping\n.a | selct(.b)\n").unwrap();
    let path = directory.path().join("w.yaml");
    std::fs::write(&path, format!("{HEAD}{REST}action_parameters: {{format: {{file: map.jq}}}}")).unwrap();
    let workflow = Workflow::load(&path).unwrap();
    let error = workflow.prepare_with(support::surroundings()).err().unwrap();
    assert_eq!(error.kind(), WorkflowErrorKind::Parameters);
    assert_snapshot!(error, @"map.jq:2:6: action_parameters.format: there is no function selct; did you mean select?");
}

#[test]
fn settings() {
    let set = |setting: &str| prepare(&format!("{HEAD}{REST}"), &[setting]).err().unwrap().to_string();
    assert_snapshot!(set("x"), @"--set: expected path=value, such as origin_parameters.profile_key=5f2a");
    assert_snapshot!(set("origin_parameter.x=1"), @"--set: origin_parameter.x: a workflow has no field of this name; did you mean origin_parameters?");
    assert_snapshot!(set("foo=1"), @"--set: foo: a workflow has no field of this name; it has workflow_id, connector, action, action_parameters, origin_parameters, target_parameters, options");
    assert_snapshot!(set("options.=1"), @"--set: options.: expected names with one dot in between");
    assert_snapshot!(set("connector.x=1"), @"--set: connector: is no object, so connector.x cannot be set in it");
    assert_snapshot!(set("options.concurrency=0"), @r#"w.yaml: options.concurrency: expected a whole number from 1 to 65535, came "0""#);
}
