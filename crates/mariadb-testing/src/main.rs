//! Starts a server, prints its address as one line of JSON, and stops it when standard input is closed.

use std::io::Write as _;

use mariadb_testing::{Server, Settings};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = Server::start(Settings::default()).await?;
    let mut output = std::io::stdout();
    writeln!(output, "{}", serde_json::to_string(server.address())?)?;
    output.flush()?;
    // The content is ignored; only the end of the input counts.
    std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink())?;
    Ok(())
}
