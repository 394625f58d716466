//! The connector against a real MariaDB.

mod access;
mod faults;
mod fits;
mod lost;
mod persons;
#[path = "../shared/proxy.rs"]
mod proxy;
mod support;
mod update;
