//! Whether the server is of the other kind than the parameters say.

use std::time::Duration;

use hrflow_core::{Error, ErrorKind};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::parameters::{Engine, Parameters};

/// MySQL greets whoever comes. One that looks up names may take its time.
const GREETING: Duration = Duration::from_secs(2);
/// The first packet of SQL Server's protocol, with a version and nothing else in it (MS-TDS, PRELOGIN).
const PRELOGIN: [u8; 20] =
    [0x12, 0x01, 0x00, 0x14, 0, 0, 0, 0, 0x00, 0x00, 0x06, 0x00, 0x06, 0xFF, 0x0B, 0, 0, 0, 0, 0];
/// What a packet with an answer begins with.
const TDS_ANSWER: u8 = 0x04;

/// The error that MySQL answers where SQL Server is expected. SQL Server says nothing before it is asked.
pub(super) async fn mysql(parameters: &Parameters) -> Option<Error> {
    let mut head = [0; 5];
    let read = async {
        let mut stream = connect(parameters).await?;
        stream.read_exact(&mut head).await.ok()
    };
    timeout(GREETING, read).await.ok().flatten()?;
    // The first packet: its number is zero, and it holds the protocol's version or an error.
    (head[3] == 0 && matches!(head[4], 9 | 10 | 0xFF))
        .then(|| mixed_up(parameters, "MySQL or MariaDB", Engine::Mysql))
}

/// Waits, and comes back with the error that SQL Server answers where MySQL is expected; never where it is not so.
pub(super) async fn sql_server_in_time(parameters: &Parameters) -> Error {
    // Who greets in this time is MySQL, and nobody asks here.
    sleep(GREETING).await;
    match sql_server(parameters).await {
        Some(error) => error,
        None => std::future::pending().await,
    }
}

/// The error that SQL Server answers where MySQL is expected.
pub(super) async fn sql_server(parameters: &Parameters) -> Option<Error> {
    let mut head = [0; 8];
    let ask = async {
        let mut stream = connect(parameters).await?;
        stream.write_all(&PRELOGIN).await.ok()?;
        stream.read_exact(&mut head).await.ok()
    };
    timeout(GREETING, ask).await.ok().flatten()?;
    (head[0] == TDS_ANSWER).then(|| mixed_up(parameters, "SQL Server", Engine::Mssql))
}

async fn connect(parameters: &Parameters) -> Option<TcpStream> {
    let host = parameters.db_host.trim().trim_matches(['[', ']']);
    TcpStream::connect((host, parameters.db_port)).await.ok()
}

fn mixed_up(parameters: &Parameters, found: &str, engine: Engine) -> Error {
    let name = match engine {
        Engine::Mssql => "mssql",
        Engine::Mysql => "mysql",
    };
    Error::new(
        ErrorKind::Config,
        format!(
            "{found} answers at {}, and {} is expected there",
            parameters.address(),
            parameters.db_engine
        ),
    )
    .advise(format!("Set db_engine to `{name}`, or db_port to that of the other server."))
}
