use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::programs::Role;

fn evaluated(role: Role, text: &str, item: &Value) -> Result<Answer, Vec<CompileFault>> {
    evaluator(role, text).map(|evaluator| asked(&evaluator, item))
}

fn asked(evaluator: &Evaluator<'_>, item: &Value) -> Answer {
    serde_json::from_slice(&evaluator.answer(0, item.to_string().as_bytes())).unwrap()
}

fn default_format(item: Value) -> Result<Value, String> {
    match item["key"].as_str() {
        Some(key) => Ok(json!({ "made of": key })),
        None => Err("it has no key".to_owned()),
    }
}

fn evaluator(role: Role, text: &str) -> Result<Evaluator<'static>, Vec<CompileFault>> {
    let setup = Setup {
        connector: String::new(),
        action: String::new(),
        programs: vec![(role, text.to_owned())],
        secrets: Vec::new(),
        workflow_id: "w-1".to_owned(),
        now: Timestamp::from_second(1_700_000_000).unwrap(),
    };
    Evaluator::new(setup, &default_format)
}

fn answer(text: &str, item: Value) -> Answer {
    evaluated(Role::Format, text, &item).unwrap()
}

fn one(text: &str, item: Value) -> Value {
    match answer(text, item) {
        Answer::One(value) => value,
        other => panic!("{text}: {other:?}"),
    }
}

/// The faults of a text, as line:column: message.
fn faults(role: Role, text: &str) -> Vec<String> {
    let faults = evaluated(role, text, &Value::Null).unwrap_err();
    faults.iter().map(|it| format!("{}:{}: {}", it.line, it.column, it.message)).collect()
}

#[test]
fn what_is_at_hand() {
    assert_eq!(one("default_format", json!({ "key": "k" })), json!({ "made of": "k" }));
    assert_eq!(
        one(".key = \"other\" | default_format | .x = 1", json!({})),
        json!({ "made of": "other", "x": 1 })
    );
    assert_eq!(
        one("[$workflow_id, $now, ($now | todate)]", Value::Null),
        json!(["w-1", 1_700_000_000, "2023-11-14T22:13:20Z"])
    );
    assert_eq!(answer("default_format", json!({})), Answer::Failed("it has no key".to_owned()));
    assert_eq!(one("try default_format catch .", json!({})), json!("it has no key"));
}

#[test]
fn what_jq_people_know() {
    for (text, item, expected) in [
        (".a // \"none\"", json!({ "a": null }), json!("none")),
        ("{c: (.a.b? // null)}", json!({ "a": [] }), json!({ "c": null })),
        (".c = (.a.b? // null)", json!({ "a": "x" }), json!({ "a": "x", "c": null })),
        ("[.[] | select(.x > 1) | .x]", json!([{ "x": 1 }, { "x": 2 }]), json!([2])),
        ("to_entries | map(.key) | join(\"-\")", json!({ "a": 1, "b": 2 }), json!("a-b")),
        ("\"\\(.a) \\(.b)\" | ascii_upcase", json!({ "a": "x", "b": 1 }), json!("X 1")),
        (".a | split(\"@\") | last", json!({ "a": "ada@example.com" }), json!("example.com")),
        ("test(\"^\\\\+33\")", json!("+33612345678"), json!(true)),
        ("sub(\"(?<d>[0-9]+)\"; \"<\\(.d)>\")", json!("a12"), json!("a<12>")),
        ("strptime(\"%Y-%m-%d\") | mktime", json!("2024-02-29"), json!(1_709_164_800)),
        ("fromdate | strftime(\"%d/%m/%Y\")", json!("2024-02-29T10:00:00Z"), json!("29/02/2024")),
        ("def years: . / 2; .n | years", json!({ "n": 6 }), json!(3)),
        ("reduce .[] as {x: $x} (0; . + $x)", json!([{ "x": 1 }, { "x": 2 }]), json!(3)),
        ("with_entries(select(.value != null))", json!({ "a": 1, "b": null }), json!({ "a": 1 })),
        (
            ".tags += [\"x\"] | del(.old) | .n |= . + 1",
            json!({ "tags": ["a"], "old": 1, "n": 1 }),
            json!({ "tags": ["a", "x"], "n": 2 }),
        ),
        ("if . then \"y\" else \"n\" end", json!(false), json!("n")),
        ("group_by(.k) | map(length)", json!([{ "k": 1 }, { "k": 2 }, { "k": 1 }]), json!([2, 1])),
        ("[limit(2; range(10))]", Value::Null, json!([0, 1])),
        ("first(.[] | select(. > 1))", json!([1, 2, 3]), json!(2)),
        ("[.[] | IN(\"a\", \"b\")]", json!(["a", "c"]), json!([true, false])),
        ("INDEX(.id)", json!([{ "id": 1 }]), json!({ "1": { "id": 1 } })),
        ("[toarray, (\"a\" | toarray)]", json!([1]), json!([[1], ["a"]])),
        ("@csv", json!(["a\"b", 1, null]), json!("\"a\"\"b\",1,")),
        ("@base64", json!("a"), json!("YQ==")),
        ("try error(\"x\") catch .", Value::Null, json!("x")),
        ("limit(1; repeat(1))", Value::Null, json!(1)),
        ("ltrimstr(\"a\") | trimstr(\"b\")", json!("abcb"), json!("c")),
        (
            "walk(if type == \"string\" then ascii_downcase else . end)",
            json!([{ "a": "X" }]),
            json!([{ "a": "x" }]),
        ),
        ("tojson | fromjson", json!({ "a": [1] }), json!({ "a": [1] })),
        (". as [$a, $b] | $b", json!([1, 2]), json!(2)),
        (".a?.b?", json!([]), Value::Null),
    ] {
        let answered = match answer(text, item) {
            Answer::One(value) => value,
            // `empty` of an optional path.
            Answer::Nothing => Value::Null,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(answered, expected, "{text}");
    }
}

#[test]
fn none_one_or_several() {
    assert_eq!(answer("empty", Value::Null), Answer::Nothing);
    assert_eq!(answer("null", Value::Null), Answer::One(Value::Null));
    assert_eq!(answer("1, 2", Value::Null), Answer::Several);
    assert_eq!(answer("., error(\"late\")", json!(1)), Answer::Failed("late".to_owned()));
    assert_eq!(answer("{(1): 2}", Value::Null), Answer::Failed("the name of a member is no text".to_owned()));
    assert_eq!(answer("reduce range(101) as $i (null; [.])", Value::Null), Answer::TooDeep);
    assert_eq!(answer("\"x\" * 9000000", Value::Null), Answer::TooLarge);
    // No further value is asked for than shows that there are several.
    assert_eq!(answer("repeat(1)", Value::Null), Answer::Several);
}

#[test]
fn failures_say_what_and_hold_no_value() {
    let profile = json!({ "info": { "email": "ada@example.com", "age": 41 }, "tags": ["a"] });
    for (text, words) in [
        (".info.email.host", "cannot index text of 15 characters with \"host\""),
        (".tags.x", "cannot index a list of 1 with \"x\""),
        (".info + 1", "cannot calculate an object of 2 members + 1"),
        (".info.email | tonumber", "cannot parse text of 15 characters as JSON: "),
        ("error(\"nobody: \\(.info.email)\")", "nobody: [redacted]"),
        ("error({code: 7})", "an object with code"),
        ("error(null)", "null"),
        (".info.email | fromjson", "cannot parse text of 15 characters as JSON: "),
        (".info.email | test(\"(\")", "invalid regex: "),
    ] {
        let Answer::Failed(told) = answer(text, profile.clone()) else { panic!("{text}") };
        assert!(told.starts_with(words), "{text}: {told}");
        assert!(!told.contains("ada"), "{told}");
    }
}

#[test]
fn faults_are_told_with_their_place() {
    let format = |text: &str| faults(Role::Format, text);
    assert_eq!(format(".a\n| .b |"), ["2:7: expected term, but the program ends"]);
    assert_eq!(format("  .a | foo"), ["1:8: there is no function foo"]);
    assert_eq!(format("é | selct(.a)"), ["1:1: `é` means nothing in jq"]);
    assert_eq!(format(".a |\n  selct(.b)"), ["2:3: there is no function selct; did you mean select?"]);
    assert_eq!(
        format("$x + $y"),
        [
            "1:1: there is no variable $x; there are $workflow_id and $now",
            "1:6: there is no variable $y; there are $workflow_id and $now"
        ]
    );
    assert_eq!(format("[1, 2"), ["1:1: the `[` has no closing bracket"]);
    assert_eq!(format("select(.a; .b)"), ["1:1: there is no function select that takes 2 arguments"]);
    assert_eq!(format("if . then 1"), ["1:12: expected else or end, but the program ends"]);
    assert_eq!(format(". )"), ["1:3: `)` means nothing in jq"]);
    assert_eq!(format(""), ["1:1: expected term, but the program ends"]);
}

/// A variable that data is imported into would take the place of another one.
#[test]
fn modules_and_data_are_rejected_where_they_are_named() {
    let words = "`import` and `include` are not there: a program is one text";
    for (program, places) in [
        ("import \"a\" as a; .", &["1:9"][..]),
        ("include \"a\"; .", &["1:10"]),
        ("import \"a\" as $a; .", &["1:9"]),
        ("import \"a\" as $a; $a", &["1:9"]),
        ("import \"a\" as $now; [$now, $workflow_id]", &["1:9"]),
        ("import \"/etc/passwd\" as $a {search: \"/\"}; $a", &["1:9"]),
        ("# data\nimport \"a\" as $a; import \"b\" as $b;\n$a + $b", &["2:9", "2:27"]),
        ("import \"a\" as $a; include \"b\"; .", &["1:28"]),
    ] {
        for role in [Role::Format, Role::Logic, Role::EventParser] {
            let told: Vec<String> = places.iter().map(|place| format!("{place}: {words}")).collect();
            assert_eq!(faults(role, program), told, "{program}");
        }
    }
    // A text is no directive.
    assert_eq!(one("\"import \\(.)\"", json!(1)), json!("import 1"));
}

/// Arguments that functions of the library do not expect.
#[test]
fn no_function_panics_or_reaches_out() {
    for program in [
        "getpath([\"a\", -1, {}])",
        "getpath([[]])",
        "setpath([]; 1)",
        "setpath([-1]; 1)",
        "delpaths([[-1], [\"a\"]])",
        "paths(..)",
        "[limit(-1; 1, 2)]",
        "[-1, 1114112, 55296] | implode",
        "\"a\" * -1",
        "[.[]?] | .[-9223372036854775808:9223372036854775807]",
        "1 / 0",
        "1 % 0",
        "-9223372036854775808 % -1",
        "-9223372036854775808 / -1",
        "infinite | todate",
        "nan | gmtime",
        "1e300 | strftime(\"%Y\")",
        "\"x\" | strptime(\"%Q\")",
        "0 | strftime(\"%Q %!\")",
        "\"(\" as $r | \"x\" | test($r)",
        "\"x\" | test(\"x\"; \"!\")",
        "\"{\" | fromjson",
        "label $out | break $out",
        "error(null)",
        "error",
        "$__loc__?",
        "splits(1)",
        "ltrimstr(1)",
        "tojson | fromjson",
        "@json, @text, @html, @uri, @sh, @base64, @base64d",
        "ldexp(1; 99999999999)",
        "significand, gamma, frexp, modf",
        "getpath([\"__proto__\"])",
        "module_path",
        "input_filename?",
        "modulemeta",
        "$ENV.PATH",
        "env.PATH",
        "@base32d",
        "ascii(-1)",
        "tojson | @base64d",
        "splits(\"a\"; \"z\")",
        "limit(1; repeat(1))",
        "first(range(10; 0; -1))",
        "bsearch(1)",
        "min_by(.a), max_by(.a)",
        "getpath(1)",
        "to_entries, from_entries",
        "ltrimstr(\"a\") |= 1",
        "paths |= 1",
        ".. = 1",
        "input_line_number = 1",
        "[.[] as [$a, {b: $c}] ?// $a | $a]",
    ] {
        let Ok(evaluator) = evaluator(Role::Format, program) else { continue };
        for item in [json!(null), json!("x"), json!({ "a": 1 }), json!([1, "a", null]), json!(-1.5)] {
            let answer = asked(&evaluator, &item);
            assert_ne!(answer, Answer::Failed("it panicked".to_owned()), "{program} of {item}");
        }
    }
}

#[test]
fn what_reaches_beyond_the_item_is_not_there() {
    for name in [
        "env",
        "$ENV",
        "input",
        "inputs",
        "halt",
        "halt_error",
        "halt_error(1)",
        "halt(1)",
        "debug",
        "debug(1)",
        "stderr",
        "now",
        "debug_empty",
        "stderr_empty",
        "input_filename",
        "input_line_number",
        "get_search_list",
        "$__loc__",
        "$__prog_args",
    ] {
        let told = faults(Role::Format, name);
        assert_eq!(told.len(), 1, "{name}: {told:?}");
        let is_told = told[0].contains("is not there") || told[0].contains("there is no");
        assert!(is_told, "{name}: {told:?}");
    }
    assert_eq!(faults(Role::Format, "env.HOME"), ["1:1: `env` is not there: put values in with ${NAME}"]);
    let told = faults(Role::Logic, "default_format");
    assert_eq!(
        told,
        ["1:1: `default_format` is there in a format only: a logic is given what the format has made"]
    );
}

#[test]
fn the_default_event_parser() {
    let parsed = |event: Value| match evaluated(Role::EventParser, "default_event_parser", &event).unwrap() {
        Answer::One(value) => value,
        Answer::Failed(words) => Value::from(words),
        other => panic!("{other:?}"),
    };
    let event =
        json!({ "type": "profile.storing.success", "profile": { "key": "p", "source": { "key": "s" } } });
    let keys = json!({ "profile_key": "p", "source_key": "s" });
    assert_eq!(parsed(event.clone()), keys);
    assert_eq!(parsed(json!([event.clone()])), keys);
    assert_eq!(
        parsed(json!([event.clone(), event.clone()])),
        "a request holds 2 events; hand them over one by one"
    );
    assert_eq!(parsed(json!({ "profile": { "profile_key": "p", "source": { "key": "s" } } })), keys);
    for (event, words) in [
        (json!("x"), "an event is an object"),
        (json!({ "type": 1 }), "the type of an event is text"),
        (json!({ "type": "job.storing.success", "job": {} }), "it is an event of a job, not of a profile"),
        (
            json!({ "type": "profile.parsing.error", "profile": {} }),
            "it says that HrFlow.ai could not do its work: there is nothing to push",
        ),
        (json!({ "type": "profile.storing.success" }), "it holds no profile"),
        (
            json!({ "profile": { "source": { "key": "s" } } }),
            "it does not say which profile it is of: profile.key is missing",
        ),
        (
            json!({ "profile": { "key": "p", "source": "s" } }),
            "it does not say which source the profile is in: profile.source.key is missing",
        ),
    ] {
        assert_eq!(parsed(event), words);
    }
}
