//! Token endpoints over the wire, and grants as they are kept: what is sent, what is sent again, what is stored
//! before it is used, and what nobody gets to see.

mod code_grant;
mod endpoint;
mod secrets;
mod shared;
mod support;
