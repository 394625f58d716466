//! The connector against a real MariaDB.

mod access;
#[path = "../support/certificates.rs"]
mod certificates;
mod faults;
mod fits;
mod greeter;
mod lost;
mod persons;
mod properties;
#[path = "../support/proxy.rs"]
mod proxy;
mod support;
mod update;
