//! The result table, in Markdown for the documentation.

use std::fmt;

/// One result.
pub(crate) struct Row {
    /// The name of the measure.
    pub(crate) measure: String,
    /// The result of the connectors.
    pub(crate) ours: String,
    /// The result of the floor.
    pub(crate) floor: String,
    /// The ratio of both: the median, and in brackets the minimum and maximum.
    pub(crate) ratio: String,
    /// The required ratio.
    pub(crate) aim: String,
    /// Whether the aim is met. `None` without an aim.
    pub(crate) met: Option<bool>,
}

/// All results.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

impl Table {
    pub(crate) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["measure", "ours", "floor", "ratio (least – most)", "aim", "met"].map(str::to_owned);
        let rows = self.rows.iter().map(|row| {
            let met = match row.met {
                Some(true) => "yes",
                Some(false) => "**no**",
                None => "–",
            };
            [&row.measure, &row.ours, &row.floor, &row.ratio, &row.aim, met].map(String::from)
        });
        let lines: Vec<[String; 6]> = std::iter::once(head).chain(rows).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths = [0, 1, 2, 3, 4, 5].map(width);
        for (number, line) in lines.iter().enumerate() {
            for (cell, width) in line.iter().zip(widths) {
                write!(f, "| {cell:width$} ")?;
            }
            writeln!(f, "|")?;
            if number == 0 {
                for width in widths {
                    write!(f, "|{:-<1$}", "", width + 2)?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}
