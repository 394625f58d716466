//! The kind of a server, by the first bytes that it sends.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::parameters::Parameters;

/// MySQL greets every client. A server that resolves the client's name first can take longer.
const GREETING: Duration = Duration::from_secs(2);
/// The type of a packet that asks, and of one that answers (MS-TDS, 2.2.3.1.1).
const PRELOGIN: u8 = 0x12;
const RESPONSE: u8 = 0x04;
const HEADER: usize = 8;
/// The options of a PRELOGIN message with the lengths of their values (MS-TDS, 2.2.6.5): version, encryption, instance,
/// thread, MARS.
const OPTIONS: [(u8, u16); 5] = [(0, 6), (ENCRYPTION, 1), (2, 1), (3, 4), (4, 1)];
const ENCRYPTION: u8 = 1;
const TERMINATOR: u8 = 0xFF;
/// The value of the option `ENCRYPTION` of a peer that does without encryption.
const NOT_SUPPORTED: u8 = 2;

/// What a server sent back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The greeting of MySQL or MariaDB.
    Mysql,
    /// A response of SQL Server to a client that does without encryption, and whether the server accepts that.
    SqlServer { unencrypted: bool },
    /// Something else.
    Other,
}

/// Asks as a client of SQL Server does. MySQL greets before it reads the question. Nothing is returned for a server that
/// cannot be reached or sends nothing in time.
pub(super) async fn ask(parameters: &Parameters) -> Option<Answer> {
    timeout(GREETING, exchange(parameters)).await.ok().flatten()
}

/// Waits while MySQL would greet, and then asks. It does not return for MySQL, nor for a server that sends nothing:
/// the caller's own login is still waiting there.
pub(super) async fn ask_after_greeting(parameters: &Parameters) -> Answer {
    sleep(GREETING).await;
    match ask(parameters).await {
        Some(answer @ (Answer::SqlServer { .. } | Answer::Other)) => answer,
        _ => std::future::pending().await,
    }
}

async fn exchange(parameters: &Parameters) -> Option<Answer> {
    let mut stream = TcpStream::connect((parameters.host(), parameters.db_port)).await.ok()?;
    stream.write_all(&prelogin()).await.ok()?;
    let mut head = [0; HEADER];
    if stream.read_exact(&mut head[..1]).await.is_err() {
        return None;
    }
    if stream.read_exact(&mut head[1..]).await.is_err() {
        return Some(Answer::Other);
    }
    // The number of the first packet is zero; then comes the version of the protocol, or an error.
    if head[3] == 0 && matches!(head[4], 9 | 10 | 0xFF) {
        return Some(Answer::Mysql);
    }
    if head[0] != RESPONSE {
        return Some(Answer::Other);
    }
    let length = usize::from(u16::from_be_bytes([head[2], head[3]])).saturating_sub(HEADER);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Answer::SqlServer { unencrypted: encryption(&body) == Some(NOT_SUPPORTED) })
}

/// A PRELOGIN message of a client that does without encryption.
fn prelogin() -> Vec<u8> {
    let directory = OPTIONS.len() * 5 + 1;
    let mut offset = u16::try_from(directory).unwrap_or_default();
    let mut body = Vec::new();
    let mut values = Vec::new();
    for (option, length) in OPTIONS {
        body.push(option);
        body.extend(offset.to_be_bytes());
        body.extend(length.to_be_bytes());
        offset += length;
        let value = if option == ENCRYPTION { NOT_SUPPORTED } else { 0 };
        values.resize(values.len() + usize::from(length), value);
    }
    body.push(TERMINATOR);
    body.extend(values);
    let length = u16::try_from(HEADER + body.len()).unwrap_or_default().to_be_bytes();
    // The last packet of a message.
    [&[PRELOGIN, 1, length[0], length[1], 0, 0, 1, 0], &body[..]].concat()
}

/// The value of the option `ENCRYPTION` in the body of a PRELOGIN message.
fn encryption(body: &[u8]) -> Option<u8> {
    let option = body.chunks(5).take_while(|it| it[0] != TERMINATOR).find(|it| it[0] == ENCRYPTION)?;
    let offset = u16::from_be_bytes([*option.get(1)?, *option.get(2)?]);
    body.get(usize::from(offset)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_for_encryption_is_written_and_read() {
        let message = prelogin();
        assert_eq!(message.len(), usize::from(u16::from_be_bytes([message[2], message[3]])));
        assert_eq!(encryption(&message[HEADER..]), Some(NOT_SUPPORTED));
        assert_eq!(encryption(&[0, 0, 6, 0, 6, TERMINATOR, 1, 2, 3, 4, 5, 6]), None);
        assert_eq!(encryption(&[ENCRYPTION, 0]), None);
        assert_eq!(encryption(&[]), None);
    }
}
