//! A private MariaDB server for tests and demonstrations: a free port, a throw-away data directory, certificates of its own making, and
//! AD-MEN's tables in as many databases as there are tests.
//!
//! [`Server::shared`] is the server that all tests of a process use, or all of a `cargo xtask test`; a test that kills
//! its server, or wants one that is set up in another way, has its own by [`Server::start`]. A demonstration installs nothing:
//! [`Server::at_hand`]. It takes a Unix.

mod certificates;
mod database;
mod install;
mod process;
mod server;
mod template;

pub use database::Database;
pub use server::{Address, Server, Settings};

/// AD-MEN's tables in MySQL's dialect. Names and types are AD-MEN's; widths, keys and what must not be NULL are ours.
pub const MYSQL_SCHEMA: &str = include_str!("../schema/mysql.sql");
/// The same in SQL Server's dialect.
pub const MSSQL_SCHEMA: &str = include_str!("../schema/mssql.sql");
/// Where a server that is shared by several programs is told to them: an [`Address`] as JSON.
pub const SHARED_SERVER: &str = "HRFLOW_TEST_MARIADB";
