//! SQL Server, by way of `tiberius`.

use hrflow_core::{Error, ErrorKind};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use tiberius::{AuthMethod, ColumnData, Config, EncryptionLevel, Row, ToSql, numeric::Numeric, time};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

use super::{
    Access,
    probe::{self, Answer},
};
use crate::{
    errors::Fault,
    parameters::{Encryption, Engine},
    value::Cell,
};

pub(super) type Client = tiberius::Client<Compat<TcpStream>>;

pub(super) async fn connect(access: &Access, encryption: Encryption) -> Result<(Client, Encryption), Fault> {
    if encryption == Encryption::Absent
        && probe::ask(&access.parameters).await == Some(Answer::SqlServer { unencrypted: false })
    {
        // The driver would encrypt the connection all the same.
        return Err(Fault::Unprotected(super::tls::insists()));
    }
    let fault = match tokio::time::timeout(access.timeout, log_in(access, encryption)).await {
        Ok(Ok(connected)) => return Ok(connected),
        Ok(Err(fault)) => fault,
        Err(_) => Fault::Timeout,
    };
    if !matches!(fault, Fault::Lost(_) | Fault::Timeout) {
        return Err(fault);
    }
    // A server of another kind does not understand what it is asked, or says something that nobody asked.
    match probe::ask(&access.parameters).await {
        Some(Answer::Mysql) => Err(Fault::OtherEngine(Engine::Mysql)),
        Some(Answer::Other) => Err(super::no_database(access).into()),
        _ => Err(fault),
    }
}

async fn log_in(access: &Access, mut encryption: Encryption) -> Result<(Client, Encryption), Fault> {
    let parameters = &access.parameters;
    let mut address = (parameters.host().to_owned(), parameters.db_port);
    // A server may send its clients on once, as Azure's does.
    for _ in 0..2 {
        let stream = TcpStream::connect((address.0.as_str(), address.1)).await;
        let stream = stream.map_err(|error| super::unreachable(access, &error.to_string()))?;
        let _ = stream.set_nodelay(true);
        let config = config(access, &address, encryption)?;
        let words = match Client::connect(config, stream.compat_write()).await {
            Ok(client) => return Ok((client, encryption)),
            Err(tiberius::error::Error::Routing { host, port }) => {
                // What is allowed on this machine alone is not allowed on another.
                if encryption != Encryption::Verified
                    && let Some(first) = parameters.encryptions(&host).first()
                {
                    encryption = *first;
                }
                address = (host, port);
                continue;
            }
            Err(error @ (tiberius::error::Error::Server(_) | tiberius::error::Error::Conversion(_))) => {
                return Err(fault(error));
            }
            Err(error) => error.to_string(),
        };
        return Err(match super::tls::failure(&words, &address.0, encryption) {
            Some(error) => Fault::Unprotected(error),
            None => Fault::Lost(super::tls::shortened(&words).to_owned()),
        });
    }
    Err(Fault::Lost("the server sends its clients on without end".to_owned()))
}

fn config(access: &Access, address: &(String, u16), encryption: Encryption) -> Result<Config, Error> {
    let parameters = &access.parameters;
    let mut config = Config::new();
    config.host(&address.0);
    config.port(address.1);
    config.database(&parameters.db_name);
    config.application_name("hrflow-connectors");
    config.authentication(AuthMethod::sql_server(&parameters.db_user, parameters.db_password.expose()));
    match encryption {
        Encryption::Absent => config.encryption(EncryptionLevel::NotSupported),
        Encryption::Unverified => {
            config.encryption(EncryptionLevel::Required);
            config.trust_cert();
        }
        Encryption::Verified => {
            config.encryption(EncryptionLevel::Required);
            if let Some(authorities) = super::tls::authorities(parameters)? {
                config.trust_cert_ca_bundle(authorities);
            }
        }
    }
    Ok(config)
}

fn fault(error: tiberius::error::Error) -> Fault {
    match error {
        // It ends the connection itself over errors of such severity.
        tiberius::error::Error::Server(error) if error.class() >= 20 => {
            Fault::Lost(error.message().to_owned())
        }
        tiberius::error::Error::Server(error) => Fault::refused(error.code(), error.message().to_owned()),
        tiberius::error::Error::Conversion(words) => Fault::Other(
            Error::new(ErrorKind::Protocol, "an answer of SQL Server cannot be read")
                .with_vendor_message(words),
        ),
        error => Fault::Lost(error.to_string()),
    }
}

pub(super) async fn batch(client: &mut Client, sql: &str) -> Result<(), Fault> {
    // An error may come with the first answer, or only with the last.
    let stream = client.simple_query(sql).await.map_err(fault)?;
    stream.into_results().await.map(|_| ()).map_err(fault)
}

pub(super) async fn query(client: &mut Client, sql: &str, values: &[Cell]) -> Result<Vec<Vec<Cell>>, Fault> {
    let values: Vec<&dyn ToSql> = values.iter().map(|it| it as &dyn ToSql).collect();
    let stream = client.query(sql, &values).await.map_err(fault)?;
    let results = stream.into_results().await.map_err(fault)?;
    // What is asked for comes last: before it, a trigger may show what it likes.
    Ok(results.into_iter().next_back().unwrap_or_default().iter().map(cells).collect())
}

impl ToSql for Cell {
    fn to_sql(&self) -> ColumnData<'_> {
        match self {
            // Both are written, and never bound: as a value NULL would have no type.
            Self::Null | Self::Default => ColumnData::String(None),
            Self::Int(number) => ColumnData::I64(Some(*number)),
            Self::Float(number) => ColumnData::F64(Some(*number)),
            Self::Text(text) => ColumnData::String(Some(text.as_str().into())),
            Self::Date(date) => ColumnData::Date(Some(time::Date::new(days(*date)))),
            Self::DateTime(moment) => {
                let seconds = i64::from(moment.hour()) * 3600
                    + i64::from(moment.minute()) * 60
                    + i64::from(moment.second());
                let time = time::Time::new(seconds.unsigned_abs(), 0);
                ColumnData::DateTime2(Some(time::DateTime2::new(time::Date::new(days(moment.date())), time)))
            }
        }
    }
}

/// SQL Server's first day.
const FIRST: Date = date(1, 1, 1);

fn days(day: Date) -> u32 {
    u32::try_from(FIRST.until(day).map(|span| span.get_days()).unwrap_or_default()).unwrap_or_default()
}

fn after(first: Date, days: i64) -> Option<Date> {
    first.checked_add(days.days()).ok()
}

fn at(day: Option<Date>, seconds: i64) -> Cell {
    let part = |number: i64| i8::try_from(number).unwrap_or_default();
    let Some(day) = day else { return Cell::Null };
    Cell::DateTime(day.at(part(seconds / 3600), part(seconds / 60 % 60), part(seconds % 60), 0))
}

fn cells(row: &Row) -> Vec<Cell> {
    row.cells().map(|(_, data)| cell(data)).collect()
}

fn cell(data: &ColumnData<'_>) -> Cell {
    let int = |number: i64| Cell::Int(number);
    let cell = match data {
        ColumnData::U8(number) => number.map(|it| int(it.into())),
        ColumnData::I16(number) => number.map(|it| int(it.into())),
        ColumnData::I32(number) => number.map(|it| int(it.into())),
        ColumnData::I64(number) => number.map(int),
        ColumnData::Bit(flag) => flag.map(|it| int(it.into())),
        ColumnData::F32(number) => number.map(|it| Cell::Float(it.into())),
        ColumnData::F64(number) => number.map(Cell::Float),
        ColumnData::Numeric(number) => number.map(number_of),
        ColumnData::String(text) => text.as_ref().map(|it| Cell::Text(it.clone().into_owned())),
        ColumnData::Date(day) => day.and_then(|it| after(FIRST, it.days().into())).map(Cell::Date),
        ColumnData::DateTime2(moment) => moment.map(|it| {
            let unit = 10_u64.pow(it.time().scale().into());
            let seconds = i64::try_from(it.time().increments() / unit).unwrap_or_default();
            at(after(FIRST, it.date().days().into()), seconds)
        }),
        ColumnData::DateTimeOffset(moment) => moment.map(|it| {
            let moment = it.datetime2();
            let unit = 10_u64.pow(moment.time().scale().into());
            let seconds = i64::try_from(moment.time().increments() / unit).unwrap_or_default();
            at(after(FIRST, moment.date().days().into()), seconds)
        }),
        ColumnData::DateTime(moment) => moment
            .map(|it| at(after(date(1900, 1, 1), it.days().into()), i64::from(it.seconds_fragments()) / 300)),
        ColumnData::SmallDateTime(moment) => moment
            .map(|it| at(after(date(1900, 1, 1), it.days().into()), i64::from(it.seconds_fragments()) * 60)),
        _ => None,
    };
    cell.unwrap_or(Cell::Null)
}

fn number_of(number: Numeric) -> Cell {
    match number.scale() {
        0 => i64::try_from(number.value()).map_or(Cell::Null, Cell::Int),
        _ => number.to_string().parse().map_or(Cell::Null, Cell::Float),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;

    use super::*;

    #[test]
    fn days_and_moments_come_back_as_they_went() {
        for cell_there in [
            Cell::Date(date(1, 1, 1)),
            Cell::Date(date(2024, 2, 29)),
            Cell::Date(date(9999, 12, 31)),
            Cell::DateTime(DateTime::constant(2024, 2, 29, 23, 59, 58, 0)),
            Cell::DateTime(DateTime::constant(1753, 1, 1, 0, 0, 0, 0)),
            Cell::Int(-7),
            Cell::Text("日本 😀".to_owned()),
        ] {
            assert_eq!(cell(&cell_there.to_sql()), cell_there);
        }
        let old = ColumnData::DateTime(Some(time::DateTime::new(45_349, 300 * 3_661)));
        assert_eq!(cell(&old), Cell::DateTime(DateTime::constant(2024, 2, 29, 1, 1, 1, 0)));
        let small = ColumnData::SmallDateTime(Some(time::SmallDateTime::new(45_349, 61)));
        assert_eq!(cell(&small), Cell::DateTime(DateTime::constant(2024, 2, 29, 1, 1, 0, 0)));
    }
}
