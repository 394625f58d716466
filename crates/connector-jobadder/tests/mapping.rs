//! What the documents say of each member of a profile, held against the format.

use connector_hrflow::testing::assert_mapping;
use connector_jobadder::{MAPPING, format_profile_to_jobadder};

#[test]
fn the_table_says_what_the_format_does() {
    assert_mapping(MAPPING, format_profile_to_jobadder);
}
