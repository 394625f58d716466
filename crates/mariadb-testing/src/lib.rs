//! A private MariaDB server for tests and demos, on a free port. It has a temporary data directory, its own
//! certificates, and AD-MEN's tables in one database for each test.
//!
//! [`Server::shared`] returns the server that all tests of a process, or of one `cargo xtask test`, use. A test that
//! kills its server or needs other settings starts its own with [`Server::start`]. [`Server::at_hand`] installs
//! nothing, for demos. The crate requires Unix.

mod certificates;
mod database;
mod install;
mod process;
mod server;
mod template;

pub use database::Database;
pub use server::{Address, Server, Settings};

/// AD-MEN's tables in MySQL's dialect. Names and types are AD-MEN's. Widths, keys and NOT NULL constraints are this
/// crate's.
pub const MYSQL_SCHEMA: &str = include_str!("../schema/mysql.sql");
/// AD-MEN's tables in SQL Server's dialect.
pub const MSSQL_SCHEMA: &str = include_str!("../schema/mssql.sql");
/// The environment variable with the [`Address`] (JSON) of a server that several programs share.
pub const SHARED_SERVER: &str = "HRFLOW_TEST_MARIADB";
