//! Grants of a check without state.

use async_trait::async_trait;

use super::Grants;
use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
};

/// Marks the error of a check that has left a code unused. The value says which.
pub(crate) const UNUSED: &str = "unused";

/// Holds no grant and stores none.
pub(crate) struct NoGrants;

#[async_trait]
impl Grants for NoGrants {
    async fn load(&self, _: &str) -> Result<Option<Secret>> {
        Ok(None)
    }

    async fn store(&self, _: &str, _: &Secret) -> Result<()> {
        Err(Error::new(ErrorKind::Internal, "there is no state to store a grant in"))
    }

    async fn lock(&self, _: &str) -> Result<Box<dyn Send + Sync>> {
        Ok(Box::new(()))
    }

    fn can_store(&self) -> bool {
        false
    }
}
