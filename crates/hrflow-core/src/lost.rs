//! Answers that were lost: what a target says of the next try at an item may be about the one before.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use crate::{
    error::{Error, ErrorKind, Execution, Result},
    item::Identity,
    receipt::Receipt,
};

/// The context that tells an error of ours from one of the target's.
const ABOUT: &str = "about";

/// The items of a run whose sending was not answered, by their identities.
///
/// A look-up that is behind finds nothing, and the item is sent again. The target then refuses it, or shows a record:
/// perhaps what the lost try made. A writer asks here before it says that somebody is there already.
#[derive(Debug, Default)]
pub struct LostAnswers(Mutex<HashSet<Identity>>);

impl LostAnswers {
    /// Notes how a try at an item ended.
    pub fn note(&self, identity: Option<&Identity>, tried: &Result<Receipt>) {
        let Some(identity) = identity else { return };
        let mut lost = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match tried {
            Ok(_) => {
                lost.remove(identity);
            }
            Err(error) if error.execution() == Execution::Unknown && error.context(ABOUT).is_none() => {
                lost.insert(identity.clone());
            }
            Err(_) => {}
        }
    }

    /// The error to answer with where a record is there, if it may be that of a try whose answer was lost: its outcome
    /// is unknown, so that [`Writer::find`](crate::Writer::find) compares before anything else is done. Once for each
    /// lost answer.
    pub fn perhaps_ours(&self, identity: Option<&Identity>) -> Option<Error> {
        let mut lost = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lost.remove(identity?).then(|| {
            Error::new(ErrorKind::Unavailable, "a record is there, perhaps of what was sent before")
                .with_execution(Execution::Unknown)
                .with(ABOUT, "an earlier try")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::Outcome;

    #[test]
    fn a_lost_answer_is_asked_about_once() {
        let lost = LostAnswers::default();
        let ada = Identity::email("ada@example.com");
        let unknown = || Err(Error::new(ErrorKind::Timeout, "").with_execution(Execution::Unknown));
        assert!(lost.perhaps_ours(Some(&ada)).is_none());
        lost.note(Some(&ada), &unknown());
        // What happens before anything was sent again changes nothing.
        lost.note(Some(&ada), &Err(Error::new(ErrorKind::RateLimited, "")));
        assert!(lost.perhaps_ours(Some(&Identity::email("bea@example.com"))).is_none());
        let perhaps = lost.perhaps_ours(Some(&ada)).expect("it was lost");
        assert_eq!((perhaps.execution(), perhaps.is_retryable()), (Execution::Unknown, true));
        lost.note(Some(&ada), &Err(perhaps));
        assert!(lost.perhaps_ours(Some(&ada)).is_none());

        lost.note(Some(&ada), &unknown());
        lost.note(Some(&ada), &Ok(Receipt::new(Outcome::Created, None)));
        assert!(lost.perhaps_ours(Some(&ada)).is_none());
        lost.note(None, &unknown());
        assert!(lost.perhaps_ours(None).is_none());
    }
}
