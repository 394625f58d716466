//! The documents' Rust code, as doctests. Add each document with Rust code here. `cargo test --test documents` names
//! missing ones.

macro_rules! documents {
    ($($name:ident $path:literal),* $(,)?) => {
        $(#[doc = include_str!($path)] mod $name {})*
    };
}

documents! {
    readme "../../README.md",
    from_python "../../docs/guides/from-python.md",
    one_connector_alone "../../docs/guides/one-connector-alone.md",
    parameters_formats_logics "../../docs/guides/parameters-formats-logics.md",
    writing_a_connector "../../docs/guides/writing-a-connector.md",
    admen_push_profile "../../docs/connectors/admen/push_profile.md",
    admen_push_profile_list "../../docs/connectors/admen/push_profile_list.md",
    ceipal_push_profile "../../docs/connectors/ceipal/push_profile.md",
    ceipal_push_profile_list "../../docs/connectors/ceipal/push_profile_list.md",
    jobadder_push_profile "../../docs/connectors/jobadder/push_profile.md",
    jobadder_push_profile_list "../../docs/connectors/jobadder/push_profile_list.md",
    teamtailor_push_profile "../../docs/connectors/teamtailor/push_profile.md",
    teamtailor_push_profile_list "../../docs/connectors/teamtailor/push_profile_list.md",
    ukgpro_push_profile "../../docs/connectors/ukgpro/push_profile.md",
    ukgpro_push_profile_list "../../docs/connectors/ukgpro/push_profile_list.md",
}
