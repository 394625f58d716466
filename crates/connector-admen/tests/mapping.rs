//! What the documents say of each member of a profile, held against the format.

use connector_admen::{MAPPING, format_hrflow_profile_to_admen};
use connector_hrflow::testing::assert_mapping;

#[test]
fn the_table_says_what_the_format_does() {
    assert_mapping(MAPPING, format_hrflow_profile_to_admen);
}
