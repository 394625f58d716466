//! What the tests of connectors share, with the feature `testing`: people as samples, any profile at all, and
//! what holds for whatever becomes of one.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends where it stands")]

mod checks;
mod hostile;
mod mapping;
mod profiles;
mod push;
mod samples;
mod shown;

pub use checks::{assert_reads_back, is_web, nothing_blank};
pub use hostile::{HOSTILE_SOURCE, hostile};
pub use mapping::assert_mapping;
pub use profiles::profiles;
pub use push::{assert_untold, push};
pub use samples::{SAMPLES, document, merge, profile, sample};
pub use shown::shortened;
