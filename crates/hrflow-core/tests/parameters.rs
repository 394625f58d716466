//! Parameters as a connector declares them, described and read.

use std::{collections::BTreeMap, num::NonZeroU16};

use hrflow_core::{
    Error, ErrorKind, Secret,
    parameters::{self, Fault, FaultKind, NoParameters, Parameters, Span},
};
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Every sort of field that connectors have.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Target {
    /// The API key of the company. It is made under
    /// Settings, by an administrator.
    ///
    /// It needs the right to write.
    #[serde(rename = "Authorization")]
    authorization: Secret,
    /// The version of the API.
    #[serde(rename = "X_Api_Version")]
    x_api_version: String,
    /// How to log in.
    auth_data: AuthData,
    /// Replaces the vendor's base URL.
    api_url: Option<String>,
    /// The port of the server.
    #[serde(default = "port")]
    port: u16,
    /// Whether to send twice.
    #[serde(default)]
    #[serde(rename = "XAllowDuplicates")]
    allow_duplicates: bool,
    /// What happens to what exists already.
    #[serde(default)]
    on_existing: OnExisting,
    /// Whether to send mails.
    #[serde(default)]
    mails: Mails,
    /// The longest wait.
    #[serde(default = "wait")]
    wait: Span,
    /// Names to put on every candidate.
    #[serde(default)]
    tags: Vec<String>,
    /// Shares.
    share: Option<f64>,
    /// Where else to write.
    #[serde(default)]
    places: Vec<Place>,
    /// Custom fields by name.
    #[serde(default)]
    custom: BTreeMap<String, i64>,
    /// Older keys.
    #[serde(default)]
    old_keys: Vec<Secret>,
    #[serde(default)]
    aa: Option<u32>,
}

/// How a program logs in.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct AuthData {
    /// Who.
    username: String,
    /// The password.
    password: Secret,
    /// The tenant, unless the user has only one.
    account: Option<i32>,
}

#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
struct Place {
    /// Its name.
    name: String,
    /// At most so long.
    limit: Option<Span>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum OnExisting {
    /// Leave it as it is.
    #[default]
    Report,
    /// Change it.
    Update,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
enum Mails {
    Switch(bool),
    Word(Always),
    #[default]
    #[serde(skip)]
    Unset,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Always {
    Always,
}

fn port() -> u16 {
    443
}

fn wait() -> Span {
    Span::from_secs(30)
}

impl Parameters for Target {
    fn check(&self) -> Vec<Fault> {
        match &self.api_url {
            Some(url) if !url.starts_with("https://") => {
                vec![Fault::wrong("api_url", "an https URL").with_came(url)]
            }
            _ => Vec::new(),
        }
    }
}

fn complete() -> Value {
    json!({
        "Authorization": "key-0123456789",
        "X_Api_Version": "20240904",
        "auth_data": { "username": "me", "password": "hunter2" },
    })
}

/// The complete parameters with one of them replaced.
fn with(name: &str, value: Value) -> Value {
    let mut json = complete();
    json[name] = value;
    json
}

fn read(json: &Value) -> Result<Target, String> {
    parameters::read::<Target>("target_parameters", json).map_err(|faults| {
        assert!(!format!("{faults} {faults:?}").contains("hunter2"));
        faults.to_string()
    })
}

fn fault(name: &str, value: Value) -> String {
    read(&with(name, value)).err().unwrap_or_default()
}

#[test]
fn what_is_left_out_has_its_default() {
    let target = read(&complete()).unwrap();
    assert_eq!(target.authorization.expose(), "key-0123456789");
    assert_eq!(target.auth_data.password.expose(), "hunter2");
    assert_eq!((target.port, target.allow_duplicates), (443, false));
    assert_eq!((target.on_existing, target.mails), (OnExisting::Report, Mails::Unset));
    assert_eq!(target.wait, Span::from_secs(30));
    assert_eq!(target.api_url, None);
}

#[test]
fn null_means_absent() {
    for name in ["api_url", "port", "on_existing", "wait", "tags", "custom", "aa"] {
        assert!(read(&with(name, Value::Null)).is_ok(), "{name}");
    }
    assert_eq!(
        fault("X_Api_Version", Value::Null),
        "target_parameters.X_Api_Version: required, but missing (The version of the API)"
    );
}

#[test]
fn a_scalar_is_read_by_the_type_of_its_field() {
    let version = |value| read(&with("X_Api_Version", value)).unwrap().x_api_version;
    assert_eq!(version(json!(20240904)), "20240904");
    assert_eq!(version(json!(true)), "true");
    assert_eq!(version(json!("off")), "off");

    let port = |value| read(&with("port", value)).unwrap().port;
    assert_eq!(port(json!("5432")), 5432);
    assert_eq!(port(json!(" 5432 ")), 5432);
    assert_eq!(port(json!(5432.0)), 5432);

    let allow = |value| read(&with("XAllowDuplicates", value)).unwrap().allow_duplicates;
    assert!(allow(json!("true")) && allow(json!("True")) && !allow(json!("false")));

    let mails = |value| read(&with("mails", value)).unwrap().mails;
    assert_eq!(mails(json!("true")), Mails::Switch(true));
    assert_eq!(mails(json!(false)), Mails::Switch(false));
    assert_eq!(mails(json!("always")), Mails::Word(Always::Always));

    assert_eq!(read(&with("share", json!("0.5"))).unwrap().share, Some(0.5));
    assert_eq!(read(&with("share", json!(2))).unwrap().share, Some(2.0));
    assert_eq!(read(&with("wait", json!("1m30s"))).unwrap().wait, Span::from_secs(90));
    assert_eq!(read(&with("wait", json!("10m"))).unwrap().wait, Span::from_secs(600));
    assert_eq!(read(&with("tags", json!([1, "a", true]))).unwrap().tags, ["1", "a", "true"]);
    assert_eq!(read(&with("custom", json!({ "a": "7" }))).unwrap().custom["a"], 7);
    assert_eq!(read(&with("Authorization", json!(1234))).unwrap().authorization.expose(), "1234");
}

#[test]
fn a_wrong_type_is_named_with_what_came() {
    for (name, value, message) in [
        ("X_Api_Version", json!(["a"]), "X_Api_Version: expected text, came a list"),
        ("port", json!("many"), "port: expected a whole number from 0 to 65535, came \"many\""),
        ("port", json!(70000), "port: expected a whole number from 0 to 65535, came 70000"),
        ("port", json!(1.5), "port: expected a whole number from 0 to 65535, came 1.5"),
        ("port", json!(true), "port: expected a whole number from 0 to 65535, came true"),
        ("aa", json!("5000000000"), "aa: expected a whole number, 0 or more, came \"5000000000\""),
        ("XAllowDuplicates", json!("off"), "XAllowDuplicates: expected true or false, came \"off\""),
        ("XAllowDuplicates", json!(0), "XAllowDuplicates: expected true or false, came 0"),
        ("on_existing", json!("skip"), "on_existing: expected report or update, came \"skip\""),
        (
            "on_existing",
            json!("Update"),
            "on_existing: expected report or update, came \"Update\"; did you mean update?",
        ),
        ("mails", json!("never"), "mails: expected false, true or always, came \"never\""),
        ("mails", json!([]), "mails: expected false, true or always, came a list"),
        ("share", json!("NaN"), "share: expected a number, came \"NaN\""),
        ("wait", json!("soon"), "wait: expected a duration such as 30s, came \"soon\""),
        ("wait", json!({}), "wait: expected a duration such as 30s, came an object"),
        ("tags", json!("a,b"), "tags: expected a list, came \"a,b\""),
        (
            "tags",
            json!([["a"], null]),
            "tags[0]: expected text, came a list\ntarget_parameters.tags[1]: expected text, came null",
        ),
        ("custom", json!({ "a": "x" }), "custom.a: expected a whole number, came \"x\""),
        (
            "places",
            json!([{ "name": "a", "limit": "?" }]),
            "places[0].limit: expected a duration such as 30s, came \"?\"",
        ),
        ("api_url", json!("ftp://example.com"), "api_url: expected an https URL, came \"ftp://example.com\""),
    ] {
        assert_eq!(fault(name, value), format!("target_parameters.{message}"));
    }
}

#[test]
fn unknown_fields_are_refused_with_the_nearest_name() {
    assert_eq!(
        fault("X_Api_Versoin", json!("secret?")),
        "target_parameters.X_Api_Versoin: unknown; did you mean X_Api_Version?"
    );
    assert_eq!(
        fault("auth_data", json!({ "username": "me", "password": "p", "colour": 1 })),
        "target_parameters.auth_data.colour: unknown; known are username, password, account"
    );
    let faults = parameters::read::<NoParameters>("origin_parameters", &json!({ "a": 1 })).unwrap_err();
    assert_eq!(faults.to_string(), "origin_parameters.a: unknown; there are no fields here");
    assert_eq!(parameters::read::<NoParameters>("origin_parameters", &Value::Null), Ok(NoParameters));
}

#[test]
fn all_faults_come_at_once_in_the_order_of_the_fields() {
    let json = json!({
        "auth_data": { "password": ["hunter2"], "account": "x" },
        "port": -1,
        "on_existing": 7,
        "api_ulr": "https://example.com",
    });
    insta::assert_snapshot!(read(&json).unwrap_err(), @r#"
    target_parameters.Authorization: required, but missing (The API key of the company)
    target_parameters.X_Api_Version: required, but missing (The version of the API)
    target_parameters.auth_data.username: required, but missing (Who)
    target_parameters.auth_data.password: expected text, came a list
    target_parameters.auth_data.account: expected a whole number, came "x"
    target_parameters.port: expected a whole number from 0 to 65535, came -1
    target_parameters.on_existing: expected report or update, came 7
    target_parameters.api_ulr: unknown; did you mean api_url?
    "#);
}

#[test]
fn what_only_the_types_know_comes_at_once_too() {
    let mut json = with("wait", json!("soon"));
    json["places"] = json!([{ "name": "a", "limit": "later" }]);
    assert_eq!(
        read(&json).unwrap_err(),
        "target_parameters.places[0].limit: expected a duration such as 30s, came \"later\"\n\
         target_parameters.wait: expected a duration such as 30s, came \"soon\""
    );
}

#[test]
fn faults_can_be_matched_on_and_become_an_error() {
    let json = with("port", json!([]));
    let faults = parameters::read::<Target>("target_parameters", &json).unwrap_err();
    let fault = faults.iter().next().unwrap();
    assert_eq!((fault.kind, fault.path.as_str()), (FaultKind::Wrong, "target_parameters.port"));
    assert_eq!(Error::from(faults).kind(), ErrorKind::Config);
}

#[test]
fn secrets_are_not_shown_whatever_came() {
    for (value, came) in [(json!(["hunter2"]), "a list"), (json!({ "hunter2": "hunter2" }), "an object")] {
        assert_eq!(
            fault("Authorization", value.clone()),
            format!("target_parameters.Authorization: expected text, came {came}")
        );
        assert_eq!(
            fault("old_keys", json!([value])),
            format!("target_parameters.old_keys[0]: expected text, came {came}")
        );
    }
    // The whole of an object with secrets, or a list of them, as text.
    assert_eq!(
        fault("auth_data", json!("me:hunter2")),
        "target_parameters.auth_data: expected an object, came other text"
    );
    assert_eq!(
        fault("old_keys", json!("hunter2")),
        "target_parameters.old_keys: expected a list, came other text"
    );
    assert_eq!(
        read(&json!("hunter2")).unwrap_err(),
        "target_parameters: expected an object, came other text"
    );
    let target = read(&complete()).unwrap();
    assert!(!format!("{target:?}").contains("hunter2"));
}

#[test]
fn secrets_with_rules_of_their_own_are_not_shown() {
    #[derive(Debug, Clone)]
    struct Key;
    impl<'de> Deserialize<'de> for Key {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let key = String::deserialize(deserializer)?;
            Err(serde::de::Error::custom(format!("{key} is no key")))
        }
    }
    impl JsonSchema for Key {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Key".into()
        }
        fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
            schemars::json_schema!({ "type": "string", "writeOnly": true, "x-expected": "a key such as ask_…" })
        }
    }
    #[derive(Debug, Clone, Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Keyed {
        one: Key,
        other: Option<Key>,
    }
    impl Parameters for Keyed {}

    let json = json!({ "one": "hunter2", "other": "hunter3" });
    let faults = parameters::read::<Keyed>("origin_parameters", &json).unwrap_err();
    assert_eq!(
        faults.to_string(),
        "origin_parameters.one: expected a key such as ask_…, came other text\n\
         origin_parameters.other: expected a key such as ask_…, came other text"
    );
}

#[test]
fn alternatives_of_objects_are_held_against_the_nearest() {
    #[derive(Debug, Clone, Deserialize, JsonSchema)]
    #[serde(tag = "grant", rename_all = "lowercase")]
    #[allow(dead_code)]
    enum Grant {
        Password { user: String, password: Secret },
        Code { code: Secret },
    }
    #[derive(Debug, Clone, Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Login {
        login: Grant,
    }
    impl Parameters for Login {}

    let read = |json: Value| {
        parameters::read::<Login>("p", &json!({ "login": json })).map_err(|faults| faults.to_string())
    };
    assert!(read(json!({ "grant": "code", "code": "c" })).is_ok());
    assert_eq!(
        read(json!({ "grant": "password", "user": "me" })).unwrap_err(),
        "p.login.password: required, but missing"
    );
    assert_eq!(read(json!(7)).unwrap_err(), "p.login: expected an object, came a number");
}

#[test]
fn the_defaults_of_a_whole_struct_are_described() {
    #[derive(Debug, Clone, Deserialize, JsonSchema)]
    #[serde(default, deny_unknown_fields)]
    struct Pace {
        /// Tries per request.
        tries: NonZeroU16,
        /// The longest wait.
        wait: Span,
    }
    impl Default for Pace {
        fn default() -> Self {
            Self { tries: NonZeroU16::MIN, wait: Span::from_millis(250) }
        }
    }
    impl Parameters for Pace {}

    let described: Vec<_> = parameters::fields::<Pace>()
        .into_iter()
        .map(|field| (field.name, field.required, field.default, field.expected))
        .collect();
    assert_eq!(
        described,
        [
            ("tries".to_owned(), false, json!(1), "a whole number from 1 to 65535".to_owned()),
            ("wait".to_owned(), false, json!("250ms"), "a duration such as 30s".to_owned()),
        ]
    );
    let pace: Pace = parameters::read("options", &json!({ "wait": "1m" })).unwrap();
    assert_eq!((pace.tries, pace.wait), (NonZeroU16::MIN, Span::from_secs(60)));
    for bare in [json!(45), json!("45")] {
        let faults = parameters::read::<Pace>("options", &json!({ "wait": bare })).unwrap_err();
        assert_eq!(
            faults.to_string(),
            "options.wait: expected a duration such as 30s, came \"45\"; write 45s"
        );
    }
    let faults = parameters::read::<Pace>("options", &json!({ "tries": 0 })).unwrap_err();
    assert_eq!(faults.to_string(), "options.tries: expected a whole number from 1 to 65535, came 0");
}

#[test]
fn a_type_that_holds_itself_is_described() {
    #[derive(Debug, Clone, Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Tree {
        /// Smaller trees.
        #[serde(default)]
        branches: Vec<Tree>,
    }
    impl Parameters for Tree {}

    assert_eq!(parameters::fields::<Tree>()[0].kind, "array");
    assert!(parameters::read::<Tree>("p", &json!({ "branches": [{ "branches": [{}] }] })).is_ok());
}

#[test]
fn fields_are_described_in_the_order_of_declaration() {
    insta::assert_json_snapshot!(parameters::fields::<Target>());
}

fn any_json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        Just(json!("hunter2")),
    ];
    let name = prop_oneof![".{0,8}", "Authorization", "username", "password", "name", "grant"];
    scalar.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_parameters() -> impl Strategy<Value = Value> {
    let names: Vec<String> = parameters::fields::<Target>().into_iter().map(|field| field.name).collect();
    prop::collection::btree_map(prop::sample::select(names), any_json(), 0..16)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// Puts the planted secret wherever a secret belongs, in some wrapping.
fn plant(mut json: Value, wrapping: u8) -> Value {
    let planted = match wrapping {
        0 => json!("hunter2"),
        1 => json!(["hunter2"]),
        2 => json!({ "hunter2": "hunter2" }),
        _ => json!([[{ "a": ["hunter2"] }]]),
    };
    json["Authorization"] = planted.clone();
    json["auth_data"] = if wrapping == 0 { json!("me:hunter2") } else { json!({ "password": planted }) };
    json["old_keys"] = json!([planted]);
    json
}

proptest! {
    #[test]
    fn arbitrary_json_is_read_or_refused(json in prop_oneof![any_json(), any_parameters()]) {
        let _ = parameters::read::<Target>("target_parameters", &json);
    }

    #[test]
    fn a_planted_secret_does_not_come_out(
        json in any_parameters().prop_map(|json| {
            serde_json::from_str(&json.to_string().replace("hunter2", "public")).unwrap()
        }),
        wrapping in 0_u8..4,
    ) {
        match parameters::read::<Target>("target_parameters", &plant(json, wrapping)) {
            Ok(target) => assert!(!format!("{target:?}").contains("hunter2")),
            Err(faults) => {
                assert!(!format!("{faults} {faults:?}").contains("hunter2"));
                let error = Error::from(faults);
                assert!(!format!("{error} {error:?}").contains("hunter2"));
            }
        }
    }
}

#[test]
fn what_only_a_type_can_tell_is_found_beside_what_the_schema_tells() {
    let json = json!({ "deadline": "soon", "rate_limit": "often", "attempts": 0, "concurency": 3 });
    let faults = parameters::read::<hrflow_core::Options>("options", &json).err().unwrap();
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["options.attempts", "options.concurency", "options.deadline", "options.rate_limit"]);
}

/// Everything is told at once: a name that is misspelt, and a value that a rule of the struct's own refuses.
#[test]
fn rules_are_checked_beside_names_that_are_not_known() {
    let mut json = with("api_url", json!("http://api.example.com"));
    json["prot"] = json!(5432);
    let faults = read(&json).unwrap_err();
    assert!(faults.contains("target_parameters.prot: unknown; did you mean port?"), "{faults}");
    assert!(faults.contains("target_parameters.api_url: expected an https URL"), "{faults}");
    // What cannot be read has no rules yet.
    json["port"] = json!("lots");
    json["api_url"] = json!({});
    let faults = read(&json).unwrap_err();
    assert_eq!(faults.matches("api_url").count(), 1, "{faults}");
}
