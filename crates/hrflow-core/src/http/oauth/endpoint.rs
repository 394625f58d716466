//! A token endpoint with the client's credentials.

use std::{borrow::Cow, fmt, future::Future, pin::Pin, sync::OnceLock, time::Duration};

use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, ExtraTokenFields, HttpRequest, HttpResponse, RedirectUrl, RefreshToken, RequestTokenError,
    Scope, StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
    basic::{
        BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
    },
};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::{errors, normal};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{Answer, Client, ClientBuilder, Operation, Token, request::Body},
    secret::Secret,
};

const CLIENT_CREDENTIALS: Operation = Operation::idempotent("token.client_credentials");
const CODE: Operation = Operation::once("token.authorization_code");
const REFRESH: Operation = Operation::once("token.refresh");

type Registration = oauth2::Client<
    BasicErrorResponse,
    Response,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;
type Response = StandardTokenResponse<Members, BasicTokenType>;
type Outcome = Result<Response, RequestTokenError<Error, BasicErrorResponse>>;

/// The token endpoint of an authorization server, with the client's credentials.
pub struct TokenEndpoint {
    client: Client,
    url: Url,
    registration: Registration,
}

impl TokenEndpoint {
    /// Creates the endpoint at `url`, which must have the scheme, host and port of the builder's base. Attempts,
    /// timeouts and backoff are the builder's. The classification is replaced by that of token endpoints.
    ///
    /// Id and secret are sent in the body, as most vendors document it.
    ///
    /// # Errors
    ///
    /// The errors of [`ClientBuilder::build`].
    pub fn new(client: ClientBuilder, url: Url, client_id: &str, client_secret: &Secret) -> Result<Self> {
        let registration = oauth2::Client::new(ClientId::new(client_id.to_owned()))
            .set_client_secret(ClientSecret::new(client_secret.expose().to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(TokenUrl::from_url(url.clone()));
        let client = client.redact(client_secret).classify(errors::classify).build()?;
        Ok(Self { client, url, registration })
    }

    /// Sends id and secret in the header `Authorization: Basic` instead.
    #[must_use]
    pub fn with_basic_auth(mut self) -> Self {
        self.registration = self.registration.set_auth_type(AuthType::BasicAuth);
        self
    }

    /// Requests a token with only the client's own credentials (RFC 6749, 4.4). An empty `scope` is not sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unauthorized`] if the client is rejected. [`ErrorKind::Config`] if the scope or the request is
    /// rejected, with [`CODE`](super::CODE) in the context. All other errors are those of any request.
    pub async fn client_credentials(&self, scope: &str) -> Result<TokenAnswer> {
        let scopes = scope.split_whitespace().map(|scope| Scope::new(scope.to_owned()));
        let request = self.registration.exchange_client_credentials().add_scopes(scopes);
        let exchange = Exchange::new(self, CLIENT_CREDENTIALS, None);
        let outcome = request.request_async(&exchange).await;
        exchange.read(outcome)
    }

    /// Exchanges an authorization code (RFC 6749, 4.1.3). `redirect_uri` must be exactly the one of the consent
    /// request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unauthorized`] if the client or the code is rejected. If the response was lost, the error has
    /// [`Execution::Unknown`](crate::Execution::Unknown), and the code may be used.
    pub async fn exchange_code(&self, code: &Secret, redirect_uri: &str) -> Result<TokenAnswer> {
        let redirect_uri = redirect_url(redirect_uri)?;
        let request = self.registration.exchange_code(AuthorizationCode::new(code.expose().to_owned()));
        let request = request.set_redirect_uri(Cow::Owned(redirect_uri));
        let exchange = Exchange::new(self, CODE, Some(code));
        let outcome = request.request_async(&exchange).await;
        exchange.read(outcome)
    }

    /// Exchanges a refresh token (RFC 6749, 6) without retries after a lost response, which is an error with
    /// [`Execution::Unknown`](crate::Execution::Unknown).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unauthorized`] if the client or the token is rejected.
    pub async fn refresh(&self, refresh_token: &Secret) -> Result<TokenAnswer> {
        let token = RefreshToken::new(refresh_token.expose().to_owned());
        let request = self.registration.exchange_refresh_token(&token);
        let exchange = Exchange::new(self, REFRESH, Some(refresh_token));
        let outcome = request.request_async(&exchange).await;
        exchange.read(outcome)
    }

    /// Returns the address at which a user consents to the scopes `scope`, separated by spaces (RFC 6749, 4.1.1). It
    /// has no state parameter.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if `redirect_uri` is not an absolute URL.
    pub fn authorize_url(&self, at: &Url, redirect_uri: &str, scope: &str) -> Result<Url> {
        let redirect_uri = redirect_url(redirect_uri)?;
        let client = self.registration.clone().set_auth_uri(AuthUrl::from_url(at.clone()));
        let scopes = scope.split_whitespace().map(|scope| Scope::new(scope.to_owned()));
        let request = client.authorize_url(|| CsrfToken::new(String::new())).add_scopes(scopes);
        let (mut url, _) = request.set_redirect_uri(Cow::Owned(redirect_uri)).url();
        // A state belongs to one attempt: the caller appends it.
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| name != "state")
            .map(|(k, v)| (k.into(), v.into()))
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
        Ok(url)
    }

    /// Returns the wait before a refresh with a lost response is repeated.
    pub(super) fn pause(&self) -> Duration {
        self.client.0.backoff.patient(1)
    }

    pub(super) fn vendor(&self) -> &'static str {
        self.client.vendor()
    }
}

impl fmt::Debug for TokenEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenEndpoint").field("client", &self.client).finish_non_exhaustive()
    }
}

fn redirect_url(redirect_uri: &str) -> Result<RedirectUrl> {
    RedirectUrl::new(redirect_uri.trim().to_owned()).map_err(|_| {
        Error::new(ErrorKind::Config, "redirect_uri is not an absolute URL").with("field", "redirect_uri")
    })
}

/// A token endpoint's response.
///
/// Deviations from the standard are accepted: any 2xx status, any content type, a missing `token_type` and a `scope`
/// that is a list. An `expires_in` can be a fraction or a text; an invalid one counts as unknown. `Debug` shows no
/// token.
#[derive(Clone)]
pub struct TokenAnswer {
    /// The access token.
    pub access_token: Secret,
    /// The lifetime, counted from the response. `None` if the vendor does not state it.
    pub expires_in: Option<Duration>,
    /// The refresh token, if any.
    pub refresh_token: Option<Secret>,
    /// The granted scopes, separated by spaces. `None` if the vendor does not state them.
    pub scope: Option<String>,
    /// The vendor's own fields.
    pub members: Map<String, Value>,
}

impl TokenAnswer {
    /// Returns the access token. `default` is its lifetime if the vendor does not state one.
    pub fn token(&self, default: Option<Duration>) -> Token {
        let token = Token::new(self.access_token.clone());
        match self.expires_in.or(default) {
            Some(time) => token.expires_in(time),
            None => token,
        }
    }

    fn of(response: &Response) -> Self {
        let scopes = response.scopes().map(|scopes| scopes.iter().map(|it| it.as_str()).collect::<Vec<_>>());
        Self {
            access_token: Secret::new(response.access_token().secret().as_str()),
            expires_in: response.expires_in(),
            refresh_token: response.refresh_token().map(|it| Secret::new(it.secret().as_str())),
            scope: scopes.map(|scopes| scopes.join(" ")),
            members: response.extra_fields().0.clone(),
        }
    }
}

impl fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenAnswer")
            .field("expires_in", &self.expires_in)
            .field("refreshable", &self.refresh_token.is_some())
            .field("scope", &self.scope)
            .field("members", &self.members.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// The other fields of a token response, which can contain tokens too.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Members(Map<String, Value>);

impl ExtraTokenFields for Members {}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// One request of the crate `oauth2`, sent by this crate's client.
struct Exchange<'a> {
    endpoint: &'a TokenEndpoint,
    operation: Operation,
    /// The code or token in the request.
    secret: Option<&'a Secret>,
    /// The response: `oauth2` keeps neither the status nor the redactor.
    answer: OnceLock<Answer>,
}

impl<'a> Exchange<'a> {
    fn new(endpoint: &'a TokenEndpoint, operation: Operation, secret: Option<&'a Secret>) -> Self {
        Self { endpoint, operation, secret, answer: OnceLock::new() }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let (parts, body) = request.into_parts();
        let Self { endpoint, operation, .. } = self;
        let mut request = endpoint.client.request_url(*operation, Method::POST, endpoint.url.clone());
        request.headers.extend(parts.headers);
        request.headers.values_mut().for_each(|value| value.set_sensitive(true));
        request.body = Body::Bytes(body);
        let request = self.secret.into_iter().fold(request.confidential(), |it, secret| it.redact(secret));
        let answer = request.send().await?;
        let response = normal::response(&answer)?;
        let _ = self.answer.set(answer);
        Ok(response)
    }

    fn read(self, outcome: Outcome) -> Result<TokenAnswer> {
        let answer = self.answer.get();
        match outcome {
            Ok(response) => Ok(TokenAnswer::of(&response)),
            Err(RequestTokenError::Request(error)) => Err(error),
            Err(RequestTokenError::ServerResponse(refusal)) => Err(errors::refused(answer, &refusal)),
            // Its message and `Debug` output contain the original response, including tokens.
            Err(RequestTokenError::Parse(..) | RequestTokenError::Other(_)) => {
                Err(errors::unreadable(self.endpoint.vendor()))
            }
        }
        .map_err(|error| error.with("operation", self.operation))
    }
}

impl<'c> AsyncHttpClient<'c> for Exchange<'_> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
