//! MySQL and MariaDB, by way of `mysql_async`.

use hrflow_core::{Error, ErrorKind};
use jiff::civil::{Date, DateTime};
pub(super) use mysql_async::Conn;
use mysql_async::{
    DriverError, IoError, OptsBuilder, Row, SslOpts, Value, consts::ColumnType, prelude::Queryable,
};
use rustls::{RootCertStore, pki_types::CertificateDer};

use super::{
    Access,
    probe::{self, Answer},
};
use crate::{
    errors::Fault,
    parameters::{Encryption, Engine, Tls},
    value::Cell,
};

/// Statements are kept prepared; there is one for each pattern of NULLs.
const STATEMENTS: usize = 256;
/// The server accepts encrypted connections only: `ER_SECURE_TRANSPORT_REQUIRED` of MySQL and of MariaDB.
const INSISTS: [u32; 2] = [3159, 4151];
const ACCESS_DENIED: u32 = 1045;

pub(super) async fn connect(access: &Access, encryption: Encryption) -> Result<Conn, Fault> {
    let parameters = &access.parameters;
    let options = OptsBuilder::default()
        .ip_or_hostname(parameters.host())
        .tcp_port(parameters.db_port)
        .user(Some(&parameters.db_user))
        .pass(Some(parameters.db_password.expose()))
        .db_name(Some(&parameters.db_name))
        // A socket is not what was asked for, even if the server offers one.
        .prefer_socket(false)
        .stmt_cache_size(STATEMENTS)
        .ssl_opts(tls(access, encryption)?);
    // The login itself waits for the greeting: a connection that only looked would count towards `max_connect_errors`.
    let connect = async { tokio::time::timeout(access.timeout, Conn::new(options)).await };
    let connected = tokio::select! {
        connected = connect => connected,
        answer = probe::ask_after_greeting(parameters) => return Err(not_mysql(access, answer)),
    };
    let fault = match connected {
        Ok(Ok(connection)) => return Ok(connection),
        Ok(Err(error)) => fault(error),
        Err(_) => Fault::Timeout,
    };
    let fault = match fault {
        Fault::Lost(words) => match super::tls::failure(&words, parameters.host(), encryption) {
            Some(error) => return Err(Fault::Unprotected(error)),
            None => super::unreachable(access, super::tls::shortened(&words)).into(),
        },
        Fault::Timeout => Fault::Timeout,
        Fault::Refused { code, .. } if INSISTS.contains(&code) => {
            return Err(Fault::Unprotected(super::tls::insists()));
        }
        // To an account that requires encryption the server says the same as to a wrong password.
        fault @ Fault::Refused { code: ACCESS_DENIED, .. } if parameters.db_tls == Tls::Off => {
            let error = fault.into_error(Engine::Mysql, &access.redactor, "database.open");
            let advice = "Check db_user and db_password. If the server or the account requires encryption (REQUIRE SSL), set db_tls to \
                          `require` or to `trust`.";
            return Err(error.advise(advice).into());
        }
        fault => return Err(fault),
    };
    // What is no server of this kind does not understand the login, or says nothing to it.
    Err(match probe::ask(parameters).await {
        Some(answer @ (Answer::SqlServer { .. } | Answer::Other)) => not_mysql(access, answer),
        _ => fault,
    })
}

fn not_mysql(access: &Access, answer: Answer) -> Fault {
    match answer {
        Answer::SqlServer { .. } => Fault::OtherEngine(Engine::Mssql),
        Answer::Mysql | Answer::Other => super::no_database(access).into(),
    }
}

fn tls(access: &Access, encryption: Encryption) -> Result<Option<SslOpts>, Error> {
    let options = SslOpts::default().with_disable_built_in_roots(true);
    Ok(match encryption {
        Encryption::Absent => None,
        Encryption::Unverified => Some(
            SslOpts::default()
                .with_danger_accept_invalid_certs(true)
                .with_danger_skip_domain_validation(true),
        ),
        Encryption::Verified => {
            // The system's authorities, as SQL Server's client takes them.
            let system = rustls_native_certs::load_native_certs().certs;
            let mut roots: Vec<Vec<u8>> =
                system.into_iter().filter(is_usable).map(|it| it.to_vec()).collect();
            roots.extend(super::tls::authorities(&access.parameters)?);
            if roots.is_empty() {
                return Err(Error::new(
                    ErrorKind::Config,
                    "this machine trusts no authority that signs certificates",
                )
                .advise(
                    "Install its certificates (`ca-certificates`), or name the authority in db_ca_file.",
                ));
            }
            Some(options.with_root_certs(roots.into_iter().map(Into::into).collect()))
        }
    })
}

/// Whether TLS can read it: over one that it cannot, it would refuse every server.
fn is_usable(certificate: &CertificateDer<'static>) -> bool {
    RootCertStore::empty().add(certificate.clone()).is_ok()
}

fn fault(error: mysql_async::Error) -> Fault {
    match error {
        mysql_async::Error::Server(error) => Fault::refused(error.code.into(), error.message),
        mysql_async::Error::Io(IoError::Io(error)) => Fault::Lost(error.to_string()),
        mysql_async::Error::Io(IoError::Tls(error)) => Fault::Lost(format!("TLS: {error}")),
        // What was not sent at all, for its size.
        mysql_async::Error::Driver(
            error @ (DriverError::PacketTooLarge | DriverError::StmtParamsMismatch { .. }),
        ) => Fault::Other(
            Error::new(ErrorKind::Invalid, "the row cannot be sent").with_vendor_message(error.to_string()),
        ),
        error => Fault::Lost(error.to_string()),
    }
}

pub(super) async fn batch(connection: &mut Conn, sql: &str) -> Result<(), Fault> {
    connection.query_drop(sql).await.map_err(fault)
}

pub(super) async fn query(
    connection: &mut Conn,
    sql: &str,
    values: &[Cell],
) -> Result<Vec<Vec<Cell>>, Fault> {
    let values: Vec<Value> = values.iter().map(value).collect();
    let rows: Vec<Row> = match values.is_empty() {
        true => connection.exec(sql, ()).await,
        false => connection.exec(sql, values).await,
    }
    .map_err(fault)?;
    Ok(rows.into_iter().map(cells).collect())
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Null | Cell::Default => Value::NULL,
        Cell::Int(number) => Value::Int(*number),
        Cell::Float(number) => Value::Double(*number),
        Cell::Text(text) => Value::Bytes(text.clone().into_bytes()),
        Cell::Date(date) => day(*date, DateTime::from(*date)),
        Cell::DateTime(moment) => day(moment.date(), *moment),
    }
}

fn day(date: Date, moment: DateTime) -> Value {
    let part = |part: i8| part.unsigned_abs();
    Value::Date(
        date.year().unsigned_abs(),
        part(date.month()),
        part(date.day()),
        part(moment.hour()),
        part(moment.minute()),
        part(moment.second()),
        0,
    )
}

fn cells(row: Row) -> Vec<Cell> {
    let types: Vec<ColumnType> = row.columns_ref().iter().map(mysql_async::Column::column_type).collect();
    row.unwrap().into_iter().zip(types).map(|(value, column)| cell(value, column)).collect()
}

fn cell(value: Value, column: ColumnType) -> Cell {
    match value {
        Value::NULL | Value::Time(..) => Cell::Null,
        Value::Int(number) => Cell::Int(number),
        Value::UInt(number) => i64::try_from(number).map_or(Cell::Null, Cell::Int),
        Value::Float(number) => Cell::Float(number.into()),
        Value::Double(number) => Cell::Float(number),
        // A flag, as bits; they fit into a number, or are none of ours.
        Value::Bytes(bits) if column == ColumnType::MYSQL_TYPE_BIT => {
            Cell::Int(bits.iter().fold(0, |number, byte| (number << 8) | i64::from(*byte)))
        }
        Value::Bytes(bytes) => Cell::Text(String::from_utf8_lossy(&bytes).into_owned()),
        Value::Date(year, month, day, hour, minute, second, _) => {
            // `0000-00-00` is how a database that is not strict says that there is none.
            let small = |part: u8| i8::try_from(part).unwrap_or_default();
            let date = Date::new(i16::try_from(year).unwrap_or_default(), small(month), small(day));
            match date {
                Ok(date) if column == ColumnType::MYSQL_TYPE_DATE => Cell::Date(date),
                Ok(date) => Cell::DateTime(date.at(small(hour), small(minute), small(second), 0)),
                Err(_) => Cell::Null,
            }
        }
    }
}
