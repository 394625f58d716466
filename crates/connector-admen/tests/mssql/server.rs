//! A server that speaks SQL Server's protocol and answers as told.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use connector_admen::{Parameters, Person, Persons, push_profile};
use connector_hrflow::testing;
use hrflow_core::{
    Environment, OpenContext, Options, RunResult, Target, Writer, parameters,
    state::{MemoryState, State},
};
use mssql_mock_tds::{
    ColumnDefinition, ColumnValue, MockTdsServer, QueryResponse, Row, SqlDataType, create_test_identity,
    protocol, query_response::TerminalError,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

const PASSWORD: &str = "s3cret-of-tests";

/// Parts of the statements, in upper case: the server knows a request by what it holds.
pub(crate) const DESCRIBE: &str = "INFORMATION_SCHEMA.COLUMNS";
pub(crate) const NAMES: &str = "SELECT DB_NAME()";
pub(crate) const LOCK: &str = "SELECT CASE WHEN @";
pub(crate) const HIGHEST: &str = "SELECT MAX(";
pub(crate) const HOLDERS: &str = "[RGPD_DISABLED] FROM [DBO]";
pub(crate) const INSERT_PERSON: &str = "SCOPE_IDENTITY()";
pub(crate) const INSERT_EXPERIENCES: &str = "INSERT INTO [DBO].[EXPERIENCES_PROFESSIONNELLES]";
pub(crate) const ABOVE: &str = "SELECT TOP (500)";
/// More than one request inserts.
const PERSONS_AT_ONCE: i64 = 120;

pub(crate) struct Mock {
    pub(crate) port: u16,
    answers: Arc<tokio::sync::Mutex<mssql_mock_tds::query_response::QueryRegistry>>,
}

impl Mock {
    /// A server that has the tables, and takes everybody.
    pub(crate) async fn start() -> Self {
        Self::with(MockTdsServer::new("127.0.0.1:0").await.expect("a server")).await
    }

    /// The same behind TLS, with a certificate and its key as PEM.
    pub(crate) async fn start_with_tls(certificate: &str, key: &str) -> Self {
        let identity = create_test_identity(certificate.as_bytes(), key.as_bytes()).expect("a certificate");
        Self::with(MockTdsServer::new_with_tls("127.0.0.1:0", Some(identity)).await.expect("a server")).await
    }

    async fn with(server: MockTdsServer) -> Self {
        let mock = Self { port: server.local_addr().port(), answers: server.query_registry() };
        tokio::spawn(server.run());
        mock.answer(DESCRIBE, described()).await;
        for (request, answer) in [(LOCK, 1), (HIGHEST, 6)] {
            mock.answer(request, number(answer)).await;
        }
        mock.number_persons().await;
        mock.answer(HOLDERS, no_match()).await;
        let text = |text: &str| ColumnValue::NVarChar(text.to_owned());
        let columns = (0..2).map(|_| ColumnDefinition::new("", SqlDataType::NVarChar)).collect();
        mock.answer(NAMES, QueryResponse::new(columns, vec![Row::new(vec![text("AdMen"), text("dbo")])]))
            .await;
        mock
    }

    pub(crate) async fn answer(&self, request: &str, answer: QueryResponse) {
        let mut answers = self.answers.lock().await;
        if request == INSERT_PERSON {
            // The server knows one request by one text: each number of persons has its own.
            for count in 1..=PERSONS_AT_ONCE {
                answers.register(inserted(count), answer.clone());
            }
        } else {
            answers.register(request, answer);
        }
    }

    /// Persons are numbered by how many they are: those of two requests in one transaction differ.
    async fn number_persons(&self) {
        let mut answers = self.answers.lock().await;
        for count in 1..=PERSONS_AT_ONCE {
            let column = ColumnDefinition::new("", SqlDataType::BigInt);
            let rows = (0..count)
                .map(|it| 1000 * count + it)
                .map(|it| Row::new(vec![ColumnValue::BigInt(it)]))
                .collect();
            answers.register(inserted(count), QueryResponse::new(vec![column], rows));
        }
    }

    pub(crate) async fn refuse(&self, request: &str, number: u32, words: &str) {
        self.answer(request, QueryResponse::error_only(TerminalError::new(number, 16, words))).await;
    }

    pub(crate) fn parameters(&self) -> Value {
        parameters_of(self.port)
    }
}

/// The five parameters that every user has. The schema is in upper case, since the server compares statements so.
pub(crate) fn five_parameters(port: u16) -> Value {
    json!({ "db_host": "127.0.0.1", "db_port": port, "db_name": "admen", "db_user": "hrflow", "db_password": PASSWORD,
        "db_schema": "DBO" })
}

/// Without a wait for the greeting of MySQL, and without encryption.
pub(crate) fn parameters_of(port: u16) -> Value {
    let mut of = five_parameters(port);
    of["db_engine"] = json!("mssql");
    of["db_tls"] = json!("off");
    of
}

/// The end of a request that inserts so many persons.
fn inserted(count: i64) -> String {
    format!("SELECT TOP ({count}) [ID] FROM @IDS")
}

pub(crate) fn number(number: i64) -> QueryResponse {
    let column = ColumnDefinition::new("", SqlDataType::BigInt);
    QueryResponse::new(vec![column], vec![Row::new(vec![ColumnValue::BigInt(number)])])
}

pub(crate) fn no_match() -> QueryResponse {
    QueryResponse::new(vec![ColumnDefinition::new("", SqlDataType::BigInt)], Vec::new())
}

pub(crate) fn slow(answer: QueryResponse) -> QueryResponse {
    answer.with_delay(Duration::from_secs(30))
}

/// The tables, as `INFORMATION_SCHEMA` tells of them.
fn described() -> QueryResponse {
    use SqlDataType::{BigInt, Int, NVarChar};
    let types = [NVarChar, NVarChar, NVarChar, BigInt, NVarChar, Int, NVarChar, NVarChar];
    let columns = types.into_iter().map(|it| ColumnDefinition::new("", it)).collect();
    let mut table = "";
    let mut rows = Vec::new();
    for line in mariadb_testing::MSSQL_SCHEMA.lines() {
        if let Some((_, rest)) = line.split_once("CREATE TABLE dbo.[") {
            table = rest.split(']').next().unwrap_or_default();
        }
        if !["PERSONNES", "EXPERIENCES_PROFESSIONNELLES"].contains(&table) {
            continue;
        }
        for column in line.split(", ").filter_map(|it| it.trim().strip_prefix('[')) {
            let Some((name, rest)) = column.split_once("] ") else { continue };
            let data_type: String = rest.chars().take_while(|it| it.is_ascii_alphanumeric()).collect();
            let width =
                rest.split_once('(').and_then(|(_, it)| it.split(')').next()).and_then(|it| it.parse().ok());
            let text = |text: &str| ColumnValue::NVarChar(text.to_owned());
            rows.push(Row::new(vec![
                text(table),
                text(name),
                text(&data_type.to_lowercase()),
                ColumnValue::BigInt(width.unwrap_or(-1)),
                text(if rest.contains("NOT NULL") { "NO" } else { "YES" }),
                ColumnValue::Int(i32::from(rest.contains("DEFAULT") || rest.contains("IDENTITY"))),
                text("1252"),
                text("Latin1_General_CI_AS"),
            ]));
        }
    }
    QueryResponse::new(columns, rows)
}

/// A server that refuses every login.
pub(crate) async fn refusing(number: u32, words: &'static str) -> u16 {
    refusing_between(number, words, 0..usize::MAX, 0).await
}

/// A server that refuses some logins, counted from zero, and passes the others on to the server at a port.
pub(crate) async fn refusing_between(
    number: u32,
    words: &'static str,
    refused: Range<usize>,
    server: u16,
) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let logins = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (logins, refused) = (logins.clone(), refused.clone());
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                let length = client.read(&mut buffer).await?;
                let prelogin = buffer[..length].to_vec();
                client.write_all(&protocol::build_prelogin_response_with_encryption(false)).await?;
                // Some clients only look.
                let length = client.read(&mut buffer).await?;
                if length == 0 {
                    return Ok(());
                }
                if refused.contains(&logins.fetch_add(1, Ordering::SeqCst)) {
                    let tokens =
                        protocol::build_terminal_error_tokens(&TerminalError::new(number, 14, words));
                    let length = u16::try_from(tokens.len() + 8).expect("a short answer").to_be_bytes();
                    let packet = [&[0x04, 0x01, length[0], length[1], 0, 0, 1, 0], &tokens[..]].concat();
                    return client.write_all(&packet).await;
                }
                let mut server = TcpStream::connect(("127.0.0.1", server)).await?;
                server.write_all(&prelogin).await?;
                let mut head = [0; 8];
                server.read_exact(&mut head).await?;
                let rest = usize::from(u16::from_be_bytes([head[2], head[3]])) - head.len();
                server.read_exact(&mut vec![0; rest]).await?;
                server.write_all(&buffer[..length]).await?;
                copy_bidirectional(&mut client, &mut server).await.map(|_| ())
            });
        }
    });
    port
}

/// A server that takes connections and says nothing.
pub(crate) async fn silent() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let mut clients = Vec::new();
        while let Ok((client, _)) = listener.accept().await {
            clients.push(client);
        }
    });
    port
}

fn read(of: Value) -> Parameters {
    parameters::read("target_parameters", &of).expect("the parameters are good")
}

pub(crate) async fn open(of: Value) -> hrflow_core::Result<Arc<dyn Writer<Person>>> {
    open_with(of, json!({ "attempts": 1, "timeout": "2s" })).await
}

pub(crate) async fn open_with(of: Value, options: Value) -> hrflow_core::Result<Arc<dyn Writer<Person>>> {
    let options: Options = parameters::read("options", &options).expect("the options are good");
    Persons
        .open(read(of), OpenContext { options, rate_limit: None, grants: MemoryState::new().grants() })
        .await
}

pub(crate) async fn push(of: Value, profiles: &[Value]) -> RunResult {
    testing::push(push_profile(), read(of), json!({}), Environment::default(), profiles).await
}

/// People with a name, an address and an experience each.
pub(crate) fn people(count: usize) -> Vec<Value> {
    let person = |number| {
        json!({ "key": format!("{number}"), "info": { "last_name": "Byron", "email": format!("ada.{number}@example.com") },
            "experiences": [{ "title": "Analyst" }] })
    };
    (0..count).map(person).collect()
}
