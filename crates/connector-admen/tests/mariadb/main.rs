//! The connector against a real MariaDB.

mod persons;
mod support;
