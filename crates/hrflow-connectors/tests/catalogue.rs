//! What holds for every connector that is compiled in.

use hrflow_core::parameters::{Field, Protection};

#[test]
fn every_action_tells_what_becomes_of_each_member() {
    for connector in hrflow_connectors::catalogue() {
        for action in &connector.actions {
            let described = action.describe(connector.id);
            assert!(
                !described.mapping.is_empty(),
                "{} {} has no table of what its format does: write src/mapping.rs, hand it to `with_mapping`, and hold it \
                 against the format with `connector_hrflow::testing::assert_mapping`",
                connector.id,
                action.name()
            );
        }
    }
}

/// An event may set what is no secret and no address: a parameter that is not marked as one could send the secrets to
/// another host.
#[test]
fn every_address_is_marked_in_the_schema() {
    let mut marked = 0;
    for connector in hrflow_connectors::catalogue() {
        for action in &connector.actions {
            let described = action.describe(connector.id);
            for field in described.origin_parameters.iter().chain(&described.target_parameters) {
                marked += addresses(connector.id, field);
            }
        }
    }
    assert!(marked > 0);
}

/// The number of addresses in a field. An address is known by its name or its default.
fn addresses(connector: &str, field: &Field) -> usize {
    if let Some(fields) = &field.fields {
        let count = fields.iter().map(|field| addresses(connector, field)).sum();
        assert!(count == 0 || field.protection().is_some(), "{connector}: {}", field.name);
        return count;
    }
    let name = field.name.to_lowercase();
    let names = ["url", "uri", "host", "server", "environment", "endpoint", "proxy", "domain"];
    let is_url = field.default.as_str().is_some_and(|default| default.contains("://"));
    let is_address = is_url || field.kind == "string" && names.iter().any(|it| name.contains(it));
    if is_address {
        assert!(field.address, "{connector}: {} is not marked with x-address", field.name);
        assert_eq!(field.protection(), Some(Protection::Address));
    }
    is_address.into()
}
