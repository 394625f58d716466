//! How JobAdder is logged in to: a user's consent, and the grant that comes of it (API documentation, OAuth 2.0).

use std::time::Duration;

use connector_hrflow::Filled;
use hrflow_core::{
    OpenContext, Result,
    http::{
        BaseUrl, Client, Url,
        oauth::{CodeConsent, CodeGrant, TokenEndpoint},
    },
};
use serde_json::{Map, Value};

use crate::parameters::Parameters;

pub(crate) const VENDOR: &str = "JobAdder";

/// Access tokens live for an hour; said in case an answer does not.
const LIFETIME: Duration = Duration::from_secs(3600);

/// Where users consent, and where tokens are handed out.
pub(crate) struct AuthorizationServer {
    pub(crate) base: BaseUrl,
    authorize: Url,
    token: Url,
}

impl AuthorizationServer {
    /// From either of the two addresses. One that was copied from a browser, with its query, is as good.
    pub(crate) fn of(parameters: &Parameters) -> Result<Self> {
        let given = parameters.authorization_url.trim();
        let given = given.split(['?', '#']).next().unwrap_or(given).trim_end_matches('/');
        let above = ["/authorize", "/token"].iter().find_map(|end| given.strip_suffix(end));
        let base = BaseUrl::parse(above.unwrap_or(given), "authorization_url")?;
        // A bare host, too, leads to the two.
        let below = if base.as_url().path() == "/" { "connect/" } else { "" };
        let (authorize, token) =
            (base.join(&format!("{below}authorize"))?, base.join(&format!("{below}token"))?);
        Ok(Self { base, authorize, token })
    }
}

/// The grant that tokens come from.
pub(crate) fn grant(parameters: &Parameters, context: &OpenContext) -> Result<CodeGrant> {
    let server = AuthorizationServer::of(parameters)?;
    let client = Client::builder(VENDOR, server.base.clone())
        .attempts(u32::from(context.options.attempts.get()))
        .timeout(context.options.timeout.into());
    let client_id = parameters.client_id.trim();
    let endpoint = TokenEndpoint::new(client, server.token.clone(), client_id, &parameters.client_secret)?;
    let redirect_uri = parameters.redirect_uri.trim();
    let url = endpoint.authorize_url(&server.authorize, redirect_uri, &parameters.scope())?;
    let advice = format!(
        "To consent, run `hrflow auth jobadder FILE`; or open {url} as an administrator of the account, and set \
         authorization_code to the `code` in the address where that ends, within five minutes."
    );
    let name = format!("jobadder {} {client_id} {redirect_uri}", server.token);
    Ok(CodeGrant::new(endpoint, context.grants.clone(), name, redirect_uri)
        .code(&parameters.authorization_code)
        .accounts(account_of, parameters.account())
        .default_lifetime(LIFETIME)
        .advice(advice))
}

/// A person's way to such a grant.
pub(crate) fn consent(parameters: &Parameters, context: &OpenContext) -> Result<CodeConsent> {
    let server = AuthorizationServer::of(parameters)?;
    CodeConsent::new(grant(parameters, context)?, &server.authorize, &parameters.scope())
}

/// The account that a token is for: a number in `account` of the token answer.
pub(crate) fn account_of(members: &Map<String, Value>) -> Option<String> {
    match members.get("account")? {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => text.filled().map(str::to_owned),
        _ => None,
    }
}
