//! Starts a server, says where it is in one line of JSON, and ends it when nobody holds the other end of its input.

use std::io::Write as _;

use mariadb_testing::{Server, Settings};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = Server::start(Settings::default()).await?;
    let mut output = std::io::stdout();
    writeln!(output, "{}", serde_json::to_string(server.address())?)?;
    output.flush()?;
    // Nothing is said; the end is what counts.
    std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink())?;
    Ok(())
}
