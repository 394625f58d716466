//! What holds for every connector that is compiled in.

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
