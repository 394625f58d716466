//! What a user may say.

use connector_admen::{EngineChoice, Parameters, Tls};
use hrflow_core::parameters::{fields, read};
use serde_json::{Value, json};

const PASSWORD: &str = "s3cret-of-tests";

fn all(more: Value) -> Value {
    let mut all = json!({ "db_host": "db.example.com", "db_port": "1433", "db_name": "admen", "db_user": "hrflow",
        "db_password": PASSWORD });
    for (name, value) in more.as_object().cloned().unwrap_or_default() {
        all[name] = value;
    }
    all
}

fn faults(more: Value) -> String {
    read::<Parameters>("target_parameters", &all(more)).err().map(|it| it.to_string()).unwrap_or_default()
}

#[test]
fn five_are_required_and_one_is_a_secret() {
    let names = |wanted: fn(&hrflow_core::parameters::Field) -> bool| {
        fields::<Parameters>().into_iter().filter(wanted).map(|it| it.name).collect::<Vec<_>>()
    };
    assert_eq!(names(|it| it.required), ["db_host", "db_port", "db_name", "db_user", "db_password"]);
    assert_eq!(names(|it| it.secret), ["db_password"]);
    let parameters: Parameters = read("target_parameters", &all(json!({}))).unwrap();
    assert_eq!(
        (parameters.db_engine, parameters.db_tls, parameters.db_port),
        (EngineChoice::Auto, Tls::Auto, 1433)
    );
    assert_eq!((parameters.db_schema.as_str(), parameters.scsync_modified.as_str()), ("dbo", "0"));
    assert!(!format!("{parameters:?}").contains(PASSWORD));
}

#[test]
fn faults_name_the_field_and_never_the_password() {
    for (more, part) in [
        (json!({ "db_host": " " }), "target_parameters.db_host: expected the host of a database server"),
        (json!({ "db_host": "tcp://db.example.com" }), "target_parameters.db_host"),
        (json!({ "db_port": 0 }), "target_parameters.db_port"),
        (json!({ "db_port": 70_000 }), "target_parameters.db_port"),
        (json!({ "db_port": "soon" }), "target_parameters.db_port"),
        (json!({ "db_name": "" }), "target_parameters.db_name"),
        (json!({ "db_engine": "oracle" }), "target_parameters.db_engine"),
        (json!({ "db_tls": "yes" }), "target_parameters.db_tls"),
        (json!({ "db_tls": "off", "db_ca_file": "ca.pem" }), "target_parameters.db_ca_file"),
        (json!({ "db_tls": "trust", "db_ca_file": "ca.pem" }), "target_parameters.db_ca_file"),
        (json!({ "db_pasword": "x" }), "target_parameters.db_pasword: unknown; did you mean db_password?"),
        (
            json!({ "db_host": "SERVER\\SQLEXPRESS" }),
            "Set db_host to `SERVER` and db_port to the TCP port of the instance SQLEXPRESS",
        ),
        (json!({ "db_host": ".\\SQLEXPRESS" }), "Set db_host to `localhost` and db_port to the TCP port"),
        (json!({ "db_host": "db.example.com,1500" }), "Set db_host to `db.example.com`, and db_port to 1500"),
        (
            json!({ "db_host": "tcp:db.example.com:1500" }),
            "Set db_host to `db.example.com`, and db_port to 1500",
        ),
    ] {
        let faults = faults(more);
        assert!(faults.contains(part) && !faults.contains(PASSWORD), "{faults}");
    }
    for more in [
        json!({ "db_tls": "trust" }),
        json!({ "db_engine": "mysql", "db_tls": "off" }),
        json!({ "db_host": "::1" }),
        json!({ "db_host": "[::1]:1433" }),
        json!({ "db_host": "fe80::1433" }),
        json!({ "db_host": "tcp:db.example.com" }),
        json!({ "db_host": "db.example.com,1433" }),
        json!({ "db_host": "TCP:db.example.com, 1433" }),
        json!({ "db_tls": "auto", "db_ca_file": "ca.pem" }),
    ] {
        assert_eq!(faults(more), "");
    }
}
