//! HrFlow.ai itself: [`Profile`] and [`Job`] as its API really sends them.
//!
//! The API's documents and its replies differ: numbers and booleans where text is documented, `[]`
//! for an empty object, `null` anywhere, `urls` in three shapes. Reading is therefore lenient. Any JSON
//! object is a profile: what cannot be read where it stands reads as absent, and never costs the rest.
//!
//! What comes out again is one normal form: every documented member is written, absent text and
//! numbers as `null`, absent lists as `[]`, [`urls`](Info::urls) as a list. Members that we do not know
//! are kept as they came.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod account;
mod api;
pub mod attachment;
pub mod career;
mod content;
mod control;
mod country;
pub mod date;
pub mod email;
pub mod info;
pub mod job;
mod lenient;
mod list;
pub mod location;
mod names;
mod parameters;
pub mod phone;
pub mod profile;
mod push;
mod reading;
pub mod saved;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod traits;
mod warehouse;
pub mod web;
pub mod webhook;
pub mod when;

pub use attachment::Attachment;
pub use career::{Education, Experience};
pub use content::says_something;
pub use control::warn_of_control_characters;
pub use country::{Country, country};
pub use date::{date, timestamp};
pub use info::{Info, Links, Url};
pub use job::{Job, RangeDate, RangeFloat, Section};
pub use list::{ProfileList, ProfileListParameters};
pub use location::{Location, LocationFields};
pub use parameters::ProfileParameters;
pub use phone::Phone;
pub use profile::{Container, Label, Profile};
pub use push::{Format, push_profile, push_profile_list};
pub use reading::Reading;
pub use text::{Filled, line, plain, prose};
pub use traits::{Named, Skill};
pub use warehouse::Profiles;
pub use web::{web_page, web_url};
pub use when::{End, When};
