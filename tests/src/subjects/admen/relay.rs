//! A relay between the connector and its server. It reads along, so that what happens happens at the worst of moments.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, Result},
    net::{TcpListener, TcpStream},
    time::sleep,
};

use super::stage::{Deed, Moment, Stage};

/// How often it looks whether a server that is down has come up.
const LOOK: Duration = Duration::from_millis(50);
/// A packet begins with its length in three bytes and its number; a statement in words goes on with this byte.
const STATEMENT: u8 = 3;

/// Starts it, and answers its port. It ends with the runtime.
pub(super) async fn start(stage: Arc<Stage>) -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let stage = stage.clone();
            // Either side may go at any time: that is what it is for.
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
                    // Once it has been answered it was executed; the answer goes no further.
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
                        // A server that cannot be told is about to be killed anyhow.
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

/// A connection to the server, which has greeted the client, and its number there.
async fn greeted(client: &mut TcpStream, port: u16) -> Result<(TcpStream, u32)> {
    let mut server = loop {
        match TcpStream::connect(("127.0.0.1", port)).await {
            Ok(server) => break server,
            // It comes up again.
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
    // The version of the protocol, the server's name with a zero at its end, the connection's number.
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

/// Takes everything, says nothing.
async fn until_closed(mut client: TcpStream) -> Result<()> {
    tokio::io::copy(&mut client, &mut tokio::io::sink()).await.map(drop)
}
