//! Connectors between HrFlow.ai and ATS, HCM and CRM systems: one cargo feature per connector, all of
//! them on by default.
//!
//! A program that needs one vendor may use that connector's crate alone; this crate is for those that
//! pick at run time.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(feature = "admen")]
pub use connector_admen as admen;
#[cfg(feature = "ceipal")]
pub use connector_ceipal as ceipal;
pub use connector_hrflow as hrflow;
#[cfg(feature = "jobadder")]
pub use connector_jobadder as jobadder;
#[cfg(feature = "teamtailor")]
pub use connector_teamtailor as teamtailor;
#[cfg(feature = "ukgpro")]
pub use connector_ukgpro as ukgpro;
pub use hrflow_core as core;

/// The connectors that are compiled in.
pub fn catalogue() -> Vec<hrflow_core::Connector> {
    vec![
        #[cfg(feature = "admen")]
        connector_admen::connector(),
        #[cfg(feature = "ceipal")]
        connector_ceipal::connector(),
        #[cfg(feature = "jobadder")]
        connector_jobadder::connector(),
        #[cfg(feature = "teamtailor")]
        connector_teamtailor::connector(),
        #[cfg(feature = "ukgpro")]
        connector_ukgpro::connector(),
    ]
}
