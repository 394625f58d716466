//! What the program says about itself to other programs: schemas, completions, manual pages.

mod common;

use std::fs;

use serde_json::Value;

use common::Home;

fn json(arguments: &str) -> Value {
    Home::new().run(arguments).json()
}

/// The schema of a field under its parent's, seen through options and lists.
fn member<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    let own = schema.pointer(&format!("/properties/{name}"));
    let alternatives =
        ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|it| schema[it].as_array()).flatten();
    own.or_else(|| member(schema.get("items")?, name))
        .or_else(|| alternatives.into_iter().find_map(|one| member(one, name)))
}

fn assert_same(fields: &Value, schema: &Value, place: &str) {
    for field in fields.as_array().expect("a list of fields") {
        let name = field["name"].as_str().expect("a name");
        let place = format!("{place}.{name}");
        let own = member(schema, name).unwrap_or_else(|| panic!("{place} has no schema"));
        assert_eq!(own["description"].is_string(), field["description"] != "", "{place}");
        let text = own.to_string();
        let is_secret = text.contains("\"writeOnly\":true") && text.contains("\"format\":\"password\"");
        if !field["fields"].is_array() {
            assert_eq!(field["secret"], is_secret, "{place}");
        }
        if field["secret"] == true {
            assert!(own["default"].is_null(), "{place} shows a secret");
        }
        if let Some(nested) = field.get("fields") {
            assert_same(nested, own, &place);
        }
    }
}

#[test]
fn every_parameter_has_a_schema_and_secrets_are_marked() {
    let manifest = json("describe --all --schemas");
    let described = json("describe --all --json");
    let described = described.as_array().expect("a list of actions");
    let actions: Vec<(&Value, &Value)> = manifest["connectors"]
        .as_array()
        .expect("a list of connectors")
        .iter()
        .flat_map(|it| it["actions"].as_array().expect("a list").iter().map(move |action| (it, action)))
        .collect();
    assert_eq!(actions.len(), described.len());
    for ((connector, action), description) in actions.into_iter().zip(described) {
        assert_eq!(connector["connector"], description["connector"]);
        assert_eq!(action["name"], description["action"]);
        for section in ["action_parameters", "origin_parameters", "target_parameters", "options"] {
            let place = format!("{} {} {section}", connector["connector"], action["name"]);
            assert_same(&description[section], &action[section], &place);
        }
        for item in ["origin_data_schema", "target_data_schema"] {
            assert_eq!(action[item]["type"], "object", "{item} of {action}");
        }
    }
}

#[test]
fn the_order_of_declaration_is_told() {
    let action = json("describe teamtailor push_profile --schemas");
    let order = action["target_parameters"]["x-order"].as_array().expect("an order");
    assert_eq!(order[..3], ["Authorization", "X_Api_Version", "api_url"]);
}

#[test]
fn shells_get_completions() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = home.run(&format!("completions {shell}"));
        assert_eq!(ran.code, Some(0), "{shell}");
        assert!(ran.stdout.contains("dead-letters") && ran.stdout.contains("no-state"), "{shell}");
    }
    assert_eq!(home.run("completions smalltalk").code, Some(2));
}

#[test]
fn every_command_has_a_manual_page() {
    let home = Home::new();
    assert_eq!(home.run("man man1").code, Some(0));
    for page in ["hrflow.1", "hrflow-run.1", "hrflow-dead-letters-retry.1"] {
        let page = fs::read_to_string(home.0.path().join("man1").join(page)).expect(page);
        assert!(page.contains(".SH NAME"), "{page}");
    }
    assert!(home.run("man").stdout.contains("hrflow\\-dead\\-letters"));
}

/// The names of the Python framework: the target's warehouse, and the default format.
const NAMES: [(&str, &str, &str); 5] = [
    ("admen", "AD-MEN Profiles", "format_hrflow_profile_to_admen"),
    ("ceipal", "Ceipal Profiles", "format_applicant"),
    ("jobadder", "Jobadder Profiles", "format_profile_to_jobadder"),
    ("teamtailor", "Teamtailor Profiles", "format_profile"),
    ("ukgpro", "UKGPro Profiles", "format_hrflow_profile"),
];

#[test]
fn names_are_those_of_the_python_framework() {
    for (connector, target, format) in NAMES {
        let described = json(&format!("describe {connector} push_profile --json"));
        assert_eq!(
            (&described["origin"], &described["target"]),
            (&"HrFlow.ai Profiles".into(), &target.into())
        );
        let fields = described["action_parameters"].as_array().expect("a list of fields");
        let field = fields.iter().find(|field| field["name"] == "format").expect("a format");
        assert_eq!(field["default"], format);
        let schemas = json(&format!("describe {connector} push_profile --schemas"));
        assert_eq!(schemas["action_parameters"]["properties"]["format"]["default"], format);
    }
}

#[test]
fn the_name_of_the_default_format_means_the_default_format() {
    for (connector, _, format) in NAMES {
        let home = Home::new();
        home.write("p.jsonl", &common::many(1));
        let head = format!("connector: {connector}\naction: push_profile\n");
        home.write("plain.yaml", &head);
        home.write("named.yaml", &format!("{head}action_parameters: {{format: {format}}}\n"));
        let plain = home.run("map plain.yaml --from p.jsonl");
        assert_eq!(home.run("map named.yaml --from p.jsonl").stdout, plain.stdout, "{connector}");
        assert_eq!(plain.code, Some(0), "{plain:?}");
        home.write("other.yaml", &format!("{head}action_parameters: {{format: {format}_}}\n"));
        let other = home.run("map other.yaml --from p.jsonl");
        assert_eq!(other.code, Some(2), "{other:?}");
    }
}
