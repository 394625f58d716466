//! What the documents say of each member of a profile, held against the format.

use connector_ceipal::{MAPPING, format_applicant};
use connector_hrflow::testing::assert_mapping;

#[test]
fn the_table_says_what_the_format_does() {
    assert_mapping(MAPPING, format_applicant);
}
