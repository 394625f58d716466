//! Consent: what a person gives in a browser before a target may be written to.

use async_trait::async_trait;
use url::Url;

use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
};

/// A target that a person has to consent to first (OAuth 2.0, authorization code), as
/// [`Target::consent`](crate::Target::consent) answers it.
///
/// Whoever asks for consent makes a [`new_state`], opens [`url`](Self::url) in a browser, gets the address that the
/// vendor sends the browser back to (a server on [`redirect_uri`](Self::redirect_uri) where that is this machine,
/// else the person copies it), reads it with [`code_in`], and hands the code to [`grant`](Self::grant) at once: codes
/// live for minutes and can be used once.
#[async_trait]
pub trait Consent: Send + Sync {
    /// Where the vendor sends the browser back to: one of the addresses that are registered for the client.
    fn redirect_uri(&self) -> &str;

    /// The address to open. `state` comes back with the code, which proves that the answer belongs to this question.
    fn url(&self, state: &str) -> Url;

    /// Exchanges the code and stores the grant, durably. Answers what was granted, a line each.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unauthorized`] where the vendor refuses the client or the code, others as any request; and those
    /// of the state that keeps the grant.
    async fn grant(&self, code: &Secret) -> Result<Vec<String>>;
}

/// A state for [`Consent::url`] that nobody can guess.
pub fn new_state() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// The code in the address that the vendor sent the browser back to.
///
/// # Errors
///
/// [`ErrorKind::Unauthorized`] where consent was denied, [`ErrorKind::Protocol`] where the address is none, belongs to
/// another question, or holds no code. The code is in no error.
pub fn code_in(redirected: &str, state: &str) -> Result<Secret> {
    let refuse = |message: &str| Error::new(ErrorKind::Protocol, message);
    let url = Url::parse(redirected.trim())
        .map_err(|_| refuse("the address that the browser was sent back to is not a URL"))?;
    let of = |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value);
    if of("state").as_deref() != Some(state) {
        let error = refuse("the browser came back with the answer to another question");
        return Err(error.advise("Start again, and use the address that is shown then."));
    }
    if let Some(error) = of("error") {
        let words =
            [Some(error), of("error_description")].into_iter().flatten().collect::<Vec<_>>().join(": ");
        let words: String = words.chars().filter(|it| !it.is_control()).collect();
        let denied = Error::new(ErrorKind::Unauthorized, "consent was not given");
        return Err(denied.with_vendor_message(words));
    }
    match of("code").filter(|code| !code.trim().is_empty()) {
        Some(code) => Ok(Secret::new(code)),
        None => Err(refuse("the address that the browser was sent back to holds no code")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_read_from_the_answer_to_our_question_only() {
        let read = |query: &str| code_in(&format!(" http://127.0.0.1:8765/callback?{query}\n"), "s1");
        assert_eq!(read("code=hush%2B1&state=s1").unwrap().expose(), "hush+1");
        for query in ["code=hush&state=s2", "code=hush", "state=s1", "state=s1&code=", "error=access_denied"]
        {
            let error = read(query).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol, "{query}");
            assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
        }
        let error = read("state=s1&error=access_denied&error_description=not+today").unwrap_err();
        assert_eq!(error.to_string(), "consent was not given: access_denied: not today");
        assert_eq!(code_in("hush", "s1").unwrap_err().kind(), ErrorKind::Protocol);
    }

    #[test]
    fn a_state_is_used_once() {
        assert_ne!(new_state(), new_state());
    }
}
