//! A relay between the connector and its server. It reads the protocol, so that failures happen at chosen moments.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, Result},
    net::{TcpListener, TcpStream},
    time::sleep,
};

use super::stage::{Deed, Moment, Stage};

/// The interval at which it checks whether a restarting server is up.
const LOOK: Duration = Duration::from_millis(50);
/// The command byte of a text statement. It follows the packet's length (three bytes) and number.
const STATEMENT: u8 = 3;

/// Starts the relay and returns its port. It ends with the runtime.
pub(super) async fn start(stage: Arc<Stage>) -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let stage = stage.clone();
            // Errors are expected: either side may disconnect.
            tokio::spawn(async move { relay(client, &stage).await });
        }
    });
    Ok(port)
}

async fn relay(mut client: TcpStream, stage: &Stage) -> Result<()> {
    client.set_nodelay(true)?;
    let (mut server, connection) = greeted(&mut client, stage.database().address().port).await?;
    if stage.deed(Moment::Login).is_some() {
        stage.kill(connection).await;
    }
    let (mut request, mut answer) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = server.read(&mut answer) => match read? {
                0 => return Ok(()),
                length => client.write_all(&answer[..length]).await?,
            },
            read = client.read(&mut request) => {
                let length = read?;
                if length == 0 {
                    return Ok(());
                }
                let request = &request[..length];
                let Some(deed) = stage.deed(moment(request)) else {
                    server.write_all(request).await?;
                    continue;
                };
                if let Deed::Kill { executed: true } | Deed::Silence { executed: true } | Deed::Crash { executed: true } = deed {
                    server.write_all(request).await?;
                    // A response means that the server executed the request. The response is not forwarded.
                    if server.read(&mut answer).await? == 0 {
                        return Ok(());
                    }
                }
                match deed {
                    Deed::Kill { .. } => {
                        stage.kill(connection).await;
                        return Ok(());
                    }
                    Deed::LockOut => {
                        // If this fails, another task is restarting the server.
                        let _ = stage.let_in(false).await;
                        stage.kill(connection).await;
                        return Ok(());
                    }
                    Deed::Crash { .. } => {
                        stage.crash().await;
                        return Ok(());
                    }
                    Deed::Silence { .. } => return until_closed(client).await,
                    Deed::Wait(time) => sleep(time).await,
                    Deed::Lock(time) => {
                        stage.lock(time);
                        sleep(LOOK).await;
                    }
                }
                server.write_all(request).await?;
            }
        }
    }
}

/// Connects to the server and forwards its greeting. Returns the connection and its number.
async fn greeted(client: &mut TcpStream, port: u16) -> Result<(TcpStream, u32)> {
    let mut server = loop {
        match TcpStream::connect(("127.0.0.1", port)).await {
            Ok(server) => break server,
            // The server is restarting.
            Err(_) => sleep(LOOK).await,
        }
    };
    server.set_nodelay(true)?;
    let mut header = [0; 4];
    server.read_exact(&mut header).await?;
    let length = usize::from(header[0]) | usize::from(header[1]) << 8 | usize::from(header[2]) << 16;
    let mut greeting = vec![0; length];
    server.read_exact(&mut greeting).await?;
    client.write_all(&[&header[..], &greeting].concat()).await?;
    // The protocol version, the zero-terminated server version, the connection's number.
    let name = greeting.iter().skip(1).position(|byte| *byte == 0).unwrap_or_default();
    let number = greeting.get(name + 2..name + 6).and_then(|bytes| bytes.try_into().ok());
    Ok((server, number.map(u32::from_le_bytes).unwrap_or_default()))
}

fn moment(request: &[u8]) -> Moment {
    match request.get(4..).and_then(|body| body.split_first()) {
        Some((&STATEMENT, b"COMMIT")) => Moment::Commit,
        Some((&STATEMENT, b"START TRANSACTION")) => Moment::Begin,
        _ => Moment::Other,
    }
}

/// Reads all data without a response.
async fn until_closed(mut client: TcpStream) -> Result<()> {
    tokio::io::copy(&mut client, &mut tokio::io::sink()).await.map(drop)
}
