//! OAuth grants.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{Shared, locks, pack::Time};
use crate::{error::Result, secret::Secret, state::Grants};

pub(super) struct SqliteGrants(pub(super) Arc<Shared>);

#[async_trait]
impl Grants for SqliteGrants {
    async fn load(&self, name: &str) -> Result<Option<Secret>> {
        let name = name.to_owned();
        let grant = self.0.store.read(move |connection| {
            connection
                .prepare_cached("SELECT grant_value FROM grants WHERE name = ?1")?
                .query_row([&name], |row| row.get::<_, String>(0))
                .optional()
        });
        Ok(grant.await?.map(Secret::new))
    }

    async fn store(&self, name: &str, grant: &Secret) -> Result<()> {
        let (name, grant) = (name.to_owned(), grant.clone());
        let written = self.0.store.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO grants (name, grant_value, at) VALUES (?1, ?2, ?3) \
                     ON CONFLICT (name) DO UPDATE SET grant_value = excluded.grant_value, at = excluded.at",
                )?
                .execute(params![name, grant.expose(), Time(Timestamp::now())])
        });
        written.await.map(drop)
    }

    async fn lock(&self, name: &str) -> Result<Box<dyn Send + Sync>> {
        loop {
            match self.0.locks.grant(name)? {
                Some(lock) => return Ok(Box::new(lock)),
                None => tokio::time::sleep(locks::PAUSE).await,
            }
        }
    }

    fn can_store(&self) -> bool {
        !self.0.store.is_read_only()
    }
}
