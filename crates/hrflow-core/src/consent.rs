//! Consent: a user's permission in a browser, which some targets require.

use async_trait::async_trait;
use url::Url;

use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
};

/// The consent that a target requires (OAuth 2.0, authorization code), as [`Target::consent`](crate::Target::consent)
/// returns it.
///
/// The caller obtains a consent in these steps:
///
/// 1. It creates a state with [`new_state`] and opens [`url`](Self::url) in a browser.
/// 2. It receives the address of the vendor's redirect. If [`redirect_uri`](Self::redirect_uri) is on this machine, a
///    local server receives it. If not, the user copies it.
/// 3. It reads the code with [`code_in`] and passes it to [`grant`](Self::grant) immediately. Codes are valid for
///    minutes and for one use.
#[async_trait]
pub trait Consent: Send + Sync {
    /// Returns the address of the vendor's redirect, which is registered for the client.
    fn redirect_uri(&self) -> &str;

    /// Returns the address to open. The redirect contains `state`, which proves that it belongs to this request.
    fn url(&self, state: &str) -> Url;

    /// Exchanges the code and stores the grant durably before it returns. Returns the granted scopes and account, one
    /// line each. The caller must not retry it: a code can be used once.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unauthorized`] if the vendor rejects the client or the code. Also the errors of any request, and of
    /// the store of the grant.
    async fn grant(&self, code: &Secret) -> Result<Vec<String>>;
}

/// Returns an unguessable state for [`Consent::url`].
pub fn new_state() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// Returns the code of the vendor's redirect address.
///
/// # Errors
///
/// [`ErrorKind::Unauthorized`] if the user denied consent. [`ErrorKind::Protocol`] if the address is invalid, belongs
/// to another request, or has no code. Errors never contain the code.
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
