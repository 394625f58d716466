//! The connector's SQL Server side: the real client, speaking its real protocol to a server that answers as told. What
//! the server would make of a statement does not show here.

mod answers;
#[path = "../support/certificates.rs"]
mod certificates;
mod engine;
#[path = "../support/proxy.rs"]
mod proxy;
mod server;
mod tls;
mod window;
