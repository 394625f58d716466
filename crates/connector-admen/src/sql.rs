//! The statements, as text. Values are never part of it: they are bound, save NULL and DEFAULT, which are written as they are.

use std::fmt::Write as _;

use crate::parameters::Engine;

/// The table of persons.
pub(crate) const PERSONS: &str = "PERSONNES";
/// The table of what they did.
pub(crate) const EXPERIENCES: &str = "EXPERIENCES_PROFESSIONNELLES";
/// The most values that one statement binds; SQL Server takes 2100.
pub(crate) const VALUES: usize = 2000;
/// The most rows that one statement inserts; SQL Server takes 1000.
pub(crate) const ROWS: usize = 500;
/// The most text that one statement carries unless it is all of one row, in bytes; MySQL 5.7 takes packets of 4 MiB.
pub(crate) const TEXT: usize = 1 << 20;

/// A dialect: an engine, and the schema that the tables are in.
#[derive(Debug, Clone)]
pub(crate) struct Dialect {
    pub(crate) engine: Engine,
    schema: String,
}

/// A row to be inserted: its columns, and the word that stands for each that has no value to bind.
pub(crate) type Shape<'a> = Vec<(&'a str, Option<&'static str>)>;

impl Dialect {
    pub(crate) fn new(engine: Engine, schema: &str) -> Self {
        Self { engine, schema: schema.trim().to_owned() }
    }

    /// An identifier; a quote in it ends nothing.
    fn quoted(&self, name: &str) -> String {
        match self.engine {
            Engine::Mssql => format!("[{}]", name.replace(']', "]]")),
            Engine::Mysql => format!("`{}`", name.replace('`', "``")),
        }
    }

    fn table(&self, name: &str) -> String {
        match self.engine {
            Engine::Mssql => format!("{}.{}", self.quoted(&self.schema), self.quoted(name)),
            Engine::Mysql => self.quoted(name),
        }
    }

    fn columns<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> String {
        names.into_iter().map(|name| self.quoted(name)).collect::<Vec<_>>().join(", ")
    }

    /// The place of the value of that number, counted from one.
    fn place(&self, number: usize) -> String {
        match self.engine {
            Engine::Mssql => format!("@P{number}"),
            Engine::Mysql => "?".to_owned(),
        }
    }

    fn places(&self, from: usize, count: usize) -> String {
        (from..from + count).map(|number| self.place(number)).collect::<Vec<_>>().join(", ")
    }

    /// What every session begins with: an error undoes its transaction, nothing is cut or bent to fit in silence,
    /// nobody waits for a lock longer than `seconds`, and MySQL gives up soon, with the lock of a name, on whoever is
    /// gone without a word.
    pub(crate) fn session(&self, seconds: u64) -> String {
        match self.engine {
            Engine::Mssql => format!(
                "SET XACT_ABORT ON; SET NOCOUNT ON; SET ANSI_WARNINGS ON; SET ARITHABORT ON; SET LOCK_TIMEOUT {}",
                seconds * 1000
            ),
            Engine::Mysql => format!(
                "SET SESSION sql_mode = CONCAT_WS(',', NULLIF(@@SESSION.sql_mode, ''), 'STRICT_ALL_TABLES'), \
                 SESSION innodb_lock_wait_timeout = {seconds}, SESSION lock_wait_timeout = {seconds}, \
                 SESSION wait_timeout = {idle}",
                idle = (seconds * 4).max(60)
            ),
        }
    }

    pub(crate) fn begin(&self) -> &'static str {
        match self.engine {
            Engine::Mssql => "BEGIN TRANSACTION",
            Engine::Mysql => "START TRANSACTION",
        }
    }

    pub(crate) fn commit(&self) -> &'static str {
        match self.engine {
            Engine::Mssql => "COMMIT TRANSACTION",
            Engine::Mysql => "COMMIT",
        }
    }

    /// Also where the server has done so by itself.
    pub(crate) fn rollback(&self) -> &'static str {
        match self.engine {
            Engine::Mssql => "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION",
            Engine::Mysql => "ROLLBACK",
        }
    }

    /// Waits for the lock of a name, at most so long; the answer is whether it was got. SQL Server's ends with the
    /// transaction, and is taken within it; MySQL's belongs to the session, and is taken before.
    pub(crate) fn lock(&self) -> &'static str {
        match self.engine {
            Engine::Mssql => {
                "DECLARE @got INT; \
                 EXEC @got = sp_getapplock @Resource = @P1, @LockMode = 'Exclusive', @LockOwner = 'Transaction', \
                 @LockTimeout = @P2; \
                 SELECT CASE WHEN @got >= 0 THEN 1 ELSE 0 END"
            }
            Engine::Mysql => "SELECT GET_LOCK(?, ?)",
        }
    }

    /// Gives the lock of a name back, where it does not end with the transaction.
    pub(crate) fn unlock(&self) -> Option<&'static str> {
        match self.engine {
            Engine::Mssql => None,
            Engine::Mysql => Some("DO RELEASE_LOCK(?)"),
        }
    }

    /// The columns of the two tables: table, name, type, width, whether NULL is allowed, whether the database fills it,
    /// character set, collation. SQL Server is asked for a schema first.
    pub(crate) fn describe(&self) -> String {
        let (filled, charset, schema) = match self.engine {
            Engine::Mssql => (
                // COLUMN_DEFAULT is hidden from whoever may not see definitions.
                "CASE WHEN EXISTS (SELECT c.name FROM sys.columns c WHERE c.object_id = OBJECT_ID(QUOTENAME(TABLE_SCHEMA) + '.' \
                 + QUOTENAME(TABLE_NAME)) AND c.name = COLUMN_NAME AND (c.default_object_id <> 0 OR c.is_identity = 1)) \
                 THEN 1 ELSE 0 END",
                "CAST(CAST(COLLATIONPROPERTY(COLLATION_NAME, 'CodePage') AS INT) AS NVARCHAR(20))",
                "@P1",
            ),
            Engine::Mysql => (
                "CASE WHEN COLUMN_DEFAULT IS NOT NULL OR EXTRA LIKE '%auto_increment%' THEN 1 ELSE 0 END",
                "CHARACTER_SET_NAME",
                "DATABASE()",
            ),
        };
        let first = match self.engine {
            Engine::Mssql => 2,
            Engine::Mysql => 1,
        };
        format!(
            "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, CAST(CHARACTER_MAXIMUM_LENGTH AS {integer}), IS_NULLABLE, {filled}, \
             {charset}, COLLATION_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = {schema} \
             AND TABLE_NAME IN ({places}) ORDER BY TABLE_NAME, ORDINAL_POSITION",
            integer = match self.engine {
                Engine::Mssql => "BIGINT",
                Engine::Mysql => "SIGNED",
            },
            places = self.places(first, 2),
        )
    }

    /// The tables of the two that cannot undo a transaction.
    pub(crate) fn not_transactional(&self) -> Option<&'static str> {
        match self.engine {
            Engine::Mssql => None,
            Engine::Mysql => Some(
                "SELECT t.TABLE_NAME, t.ENGINE FROM INFORMATION_SCHEMA.TABLES t JOIN INFORMATION_SCHEMA.ENGINES e \
                 ON e.ENGINE = t.ENGINE WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_NAME IN (?, ?) \
                 AND (e.TRANSACTIONS IS NULL OR e.TRANSACTIONS <> 'YES')",
            ),
        }
    }

    /// How large a request may be, and which server it is, where that differs from one to the other.
    pub(crate) fn limits(&self) -> Option<&'static str> {
        match self.engine {
            Engine::Mssql => None,
            Engine::Mysql => Some("SELECT @@max_allowed_packet, VERSION()"),
        }
    }

    /// The names of the database and of the schema of a table as the server writes them, or whether it compares names
    /// without their case. SQL Server is asked for a schema and a table.
    pub(crate) fn names(&self) -> &'static str {
        match self.engine {
            Engine::Mssql => {
                "SELECT DB_NAME(), TABLE_SCHEMA FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = @P1 AND TABLE_NAME = @P2"
            }
            Engine::Mysql => "SELECT DATABASE(), @@lower_case_table_names",
        }
    }

    pub(crate) fn version(&self) -> &'static str {
        match self.engine {
            Engine::Mssql => "SELECT CAST(SERVERPROPERTY('ProductVersion') AS NVARCHAR(128))",
            Engine::Mysql => "SELECT VERSION()",
        }
    }

    pub(crate) fn highest_id(&self) -> String {
        format!("SELECT MAX({}) FROM {}", self.quoted("ID_PERSONNE"), self.table(PERSONS))
    }

    /// Who has one of so many addresses, in either column: id, both addresses, whether archived, whether disabled. A
    /// `folded` column tells cases apart, and is compared in lower case. Both columns in one look: without indexes the
    /// table is read once.
    pub(crate) fn holders(&self, addresses: usize, folded: [bool; 2]) -> String {
        let one = |column: &str, folded: bool, first: usize| {
            let name = self.quoted(column);
            let name = if folded { format!("LOWER({name})") } else { name };
            format!("{name} IN ({})", self.places(first, addresses))
        };
        format!(
            "SELECT {} FROM {} WHERE {} OR {}",
            self.columns(["ID_PERSONNE", "EMAIL_PERSO", "EMAIL", "SOFT_DELETED", "RGPD_DISABLED"]),
            self.table(PERSONS),
            one("EMAIL_PERSO", folded[0], 1),
            one("EMAIL", folded[1], addresses + 1),
        )
    }

    /// Inserts persons that have the same columns, and returns their ids in the same order. MySQL cannot:
    /// only MariaDB has `RETURNING`.
    ///
    /// At SQL Server every person has a statement of their own, in one request: which row of several got which number is
    /// not promised there, and a trigger on the table forbids `OUTPUT`. `SCOPE_IDENTITY` holds in both cases.
    pub(crate) fn insert_persons(&self, shapes: &[Shape<'_>]) -> String {
        if self.engine == Engine::Mysql {
            return format!("{} RETURNING {}", self.insert(PERSONS, shapes), self.quoted("ID_PERSONNE"));
        }
        let mut first = 1;
        let mut inserts = String::from("DECLARE @IDS TABLE ([N] INT, [ID] BIGINT); ");
        for (number, shape) in shapes.iter().enumerate() {
            let insert = self.insert_from(PERSONS, std::slice::from_ref(shape), &mut first);
            let _ = write!(inserts, "{insert}; INSERT INTO @IDS VALUES ({number}, SCOPE_IDENTITY()); ");
        }
        format!("{inserts}SELECT TOP ({}) [ID] FROM @IDS ORDER BY [N]", shapes.len())
    }

    /// Inserts rows that have the same columns.
    pub(crate) fn insert(&self, table: &str, rows: &[Shape<'_>]) -> String {
        self.insert_from(table, rows, &mut 1)
    }

    /// The same with values from number `next` on, which is then the first one after them.
    fn insert_from(&self, table: &str, rows: &[Shape<'_>], next: &mut usize) -> String {
        let columns = rows.first().map(|row| self.columns(row.iter().map(|(name, _)| *name)));
        let mut values = |row: &Shape<'_>| {
            let places = row.iter().map(|(_, word)| match word {
                Some(word) => (*word).to_owned(),
                None => {
                    *next += 1;
                    self.place(*next - 1)
                }
            });
            format!("({})", places.collect::<Vec<_>>().join(", "))
        };
        let values: Vec<String> = rows.iter().map(&mut values).collect();
        format!(
            "INSERT INTO {} ({}) VALUES {}",
            self.table(table),
            columns.unwrap_or_default(),
            values.join(", ")
        )
    }

    /// Changes columns of the row with a key.
    pub(crate) fn update(&self, table: &str, columns: &[&str], key: &str) -> String {
        let set: Vec<String> = columns
            .iter()
            .enumerate()
            .map(|(index, name)| format!("{} = {}", self.quoted(name), self.place(index + 1)))
            .collect();
        format!(
            "UPDATE {} SET {} WHERE {} = {}",
            self.table(table),
            set.join(", "),
            self.quoted(key),
            self.place(columns.len() + 1)
        )
    }

    /// How rows are read that are to be changed: nobody else changes them, or takes them away, before the transaction
    /// ends. After the table, and at the end.
    fn to_change(&self) -> (&'static str, &'static str) {
        match self.engine {
            Engine::Mssql => (" WITH (UPDLOCK)", ""),
            Engine::Mysql => ("", " FOR UPDATE"),
        }
    }

    /// Columns of one person, who is to be changed.
    pub(crate) fn person(&self, columns: &[&str]) -> String {
        let (hint, lock) = self.to_change();
        format!(
            "SELECT {} FROM {}{hint} WHERE {} = {}{lock}",
            self.columns(columns.iter().copied()),
            self.table(PERSONS),
            self.quoted("ID_PERSONNE"),
            self.place(1)
        )
    }

    /// The next persons above an id, at most `most`: their ids and columns. With an address, those who have it only.
    pub(crate) fn persons_above(&self, columns: &[&str], most: usize, by_address: Option<bool>) -> String {
        let id = self.quoted("ID_PERSONNE");
        let (top, limit) = match self.engine {
            Engine::Mssql => (format!("TOP ({most}) "), String::new()),
            Engine::Mysql => (String::new(), format!(" LIMIT {most}")),
        };
        let address = self.quoted("EMAIL_PERSO");
        let by_address = by_address.map(|folded| {
            let address = if folded { format!("LOWER({address})") } else { address };
            format!(" AND {address} = {}", self.place(2))
        });
        format!(
            "SELECT {top}{}{} FROM {} WHERE {id} > {}{} ORDER BY {id}{limit}",
            id,
            columns.iter().map(|name| format!(", {}", self.quoted(name))).collect::<String>(),
            self.table(PERSONS),
            self.place(1),
            by_address.unwrap_or_default(),
        )
    }

    /// What so many persons did: whose it is, its id, and columns, in the order that they were inserted in.
    pub(crate) fn experiences(&self, columns: &[&str], persons: usize) -> String {
        self.experiences_of(columns, persons, ("", ""))
    }

    /// The same of one person, to be changed.
    pub(crate) fn experiences_to_change(&self, columns: &[&str]) -> String {
        self.experiences_of(columns, 1, self.to_change())
    }

    fn experiences_of(&self, columns: &[&str], persons: usize, (hint, lock): (&str, &str)) -> String {
        let (owner, id) = (self.quoted("ID_PERSONNE"), self.quoted("ID_EXPERIENCE"));
        format!(
            "SELECT {owner}, {id}{} FROM {}{hint} WHERE {owner} IN ({}) ORDER BY {id}{lock}",
            columns.iter().map(|name| format!(", {}", self.quoted(name))).collect::<String>(),
            self.table(EXPERIENCES),
            self.places(1, persons),
        )
    }

    /// Statements that read, insert and change nothing, each of which takes a right: what it is called, and the statement.
    /// `read` are columns that are read only.
    pub(crate) fn probes(&self, table: &str, columns: &[&str], read: &[&str]) -> [(&'static str, String); 3] {
        let (name, columns_list) = (self.table(table), self.columns(columns.iter().copied()));
        let all = self.columns(columns.iter().chain(read).copied());
        let set: Vec<String> = columns.iter().map(|it| format!("{0} = {0}", self.quoted(it))).collect();
        [
            ("select", format!("SELECT {all} FROM {name} WHERE 1 = 0")),
            (
                "insert",
                format!("INSERT INTO {name} ({columns_list}) SELECT {columns_list} FROM {name} WHERE 1 = 0"),
            ),
            ("update", format!("UPDATE {name} SET {} WHERE 1 = 0", set.join(", "))),
        ]
    }

    /// Whether an index begins with a column of the persons' table. SQL Server is asked for a schema first.
    pub(crate) fn indexed(&self) -> &'static str {
        match self.engine {
            Engine::Mssql => {
                "SELECT COUNT(*) FROM sys.index_columns i JOIN sys.columns c ON c.object_id = i.object_id \
                 AND c.column_id = i.column_id WHERE i.object_id = OBJECT_ID(QUOTENAME(@P1) + '.' + QUOTENAME(@P2)) \
                 AND i.key_ordinal = 1 AND c.name = @P3"
            }
            Engine::Mysql => {
                "SELECT COUNT(*) FROM INFORMATION_SCHEMA.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? \
                 AND SEQ_IN_INDEX = 1 AND COLUMN_NAME = ?"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlparser::{
        dialect::{MsSqlDialect, MySqlDialect},
        parser::Parser,
    };

    use super::*;
    use crate::schema::{EXPERIENCE_COLUMNS, PERSON_COLUMNS};

    fn of(engine: Engine) -> Dialect {
        Dialect::new(engine, "dbo")
    }

    /// Every statement, by what it does.
    fn statements(dialect: &Dialect) -> Vec<(String, String)> {
        let shape: Shape<'_> = PERSON_COLUMNS
            .iter()
            .enumerate()
            .map(|(at, name)| (*name, [None, Some("NULL"), Some("DEFAULT"), None][at % 4]))
            .collect();
        let experience: Shape<'_> =
            EXPERIENCE_COLUMNS.iter().map(|name| (*name, (*name == "DATE_FIN").then_some("NULL"))).collect();
        let ongoing: Shape<'_> = EXPERIENCE_COLUMNS.iter().map(|name| (*name, None)).collect();
        let mut all = vec![
            ("session", dialect.session(15)),
            ("begin", dialect.begin().to_owned()),
            ("lock", dialect.lock().to_owned()),
            ("describe", dialect.describe()),
            ("names", dialect.names().to_owned()),
            ("version", dialect.version().to_owned()),
            ("highest id", dialect.highest_id()),
            ("holders", dialect.holders(2, [false, true])),
            ("insert persons", dialect.insert_persons(&[shape.clone(), shape])),
            ("insert experiences", dialect.insert(EXPERIENCES, &[experience, ongoing])),
            ("a person", dialect.person(&["NOM", "SOFT_DELETED"])),
            ("update a person", dialect.update(PERSONS, &["NOM", "VILLE"], "ID_PERSONNE")),
            ("update an experience", dialect.update(EXPERIENCES, &["DATE_FIN"], "ID_EXPERIENCE")),
            ("persons above", dialect.persons_above(&["NOM", "VILLE"], 500, None)),
            ("persons above, by address", dialect.persons_above(&["NOM"], 500, Some(true))),
            ("experiences", dialect.experiences(&["INTITULE_POSTE"], 2)),
            ("experiences to change", dialect.experiences_to_change(&["INTITULE_POSTE"])),
            ("indexed", dialect.indexed().to_owned()),
            ("commit", dialect.commit().to_owned()),
            ("rollback", dialect.rollback().to_owned()),
        ];
        all.extend(dialect.unlock().map(|sql| ("unlock", sql.to_owned())));
        all.extend(dialect.limits().map(|sql| ("limits", sql.to_owned())));
        all.extend(dialect.not_transactional().map(|sql| ("not transactional", sql.to_owned())));
        let mut all: Vec<(String, String)> =
            all.into_iter().map(|(name, sql)| (name.to_owned(), sql)).collect();
        for (right, sql) in dialect.probes(PERSONS, &["NOM", "VILLE"], &["SOFT_DELETED"]) {
            all.push((format!("may {right}"), sql));
        }
        all
    }

    fn shown(dialect: &Dialect) -> String {
        statements(dialect).into_iter().fold(String::new(), |mut shown, (name, sql)| {
            let _ = writeln!(shown, "-- {name}\n{sql}\n");
            shown
        })
    }

    #[test]
    fn sql_server() {
        insta::assert_snapshot!(shown(&of(Engine::Mssql)));
    }

    #[test]
    fn mysql() {
        insta::assert_snapshot!(shown(&of(Engine::Mysql)));
    }

    #[test]
    fn every_statement_is_one_in_its_dialect() {
        for (name, sql) in statements(&of(Engine::Mssql)) {
            // The parser knows no variables that take the result of a procedure.
            let sql = sql.replace("EXEC @got = sp_getapplock", "EXEC sp_getapplock");
            let parsed = Parser::parse_sql(&MsSqlDialect {}, &sql);
            assert!(parsed.is_ok(), "{name}: {parsed:?}\n{sql}");
        }
        for (name, sql) in statements(&of(Engine::Mysql)).into_iter().filter(|(name, _)| name != "unlock") {
            let parsed = Parser::parse_sql(&MySqlDialect {}, &sql);
            assert!(parsed.is_ok(), "{name}: {parsed:?}\n{sql}");
        }
    }

    #[test]
    fn a_name_ends_no_quotes() {
        let update = |engine, name: &str| of(engine).update(PERSONS, &[name], "ID_PERSONNE");
        assert!(update(Engine::Mysql, "a`b").contains("`a``b` = ?"));
        assert!(update(Engine::Mssql, "a]b").contains("[a]]b] = @P1"));
    }

    #[test]
    fn as_many_values_are_bound_as_a_server_takes() {
        let row: Shape<'_> = EXPERIENCE_COLUMNS.iter().map(|name| (*name, None)).collect();
        let rows = vec![row; (VALUES / EXPERIENCE_COLUMNS.len()).min(ROWS)];
        let sql = of(Engine::Mssql).insert(EXPERIENCES, &rows);
        assert!(sql.matches("@P").count() <= 2_100 && rows.len() <= 1_000);
        let row: Shape<'_> = PERSON_COLUMNS.iter().map(|name| (*name, None)).collect();
        let sql = of(Engine::Mssql).insert_persons(&vec![row; VALUES / PERSON_COLUMNS.len()]);
        let last = VALUES / PERSON_COLUMNS.len() * PERSON_COLUMNS.len();
        assert!(sql.contains(&format!("@P{last})")) && !sql.contains(&format!("@P{}", last + 1)));
    }
}
