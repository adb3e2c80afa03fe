//! One request at a time: origins, credentials, limits, trying again.

use std::time::Duration;

use ureq::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, LOCATION, RETRY_AFTER};
use ureq::http::{HeaderMap, Response};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use crate::client::config::{ClientConfig, Credentials, Identity, Trust};
use crate::client::error::ClientError;
use crate::client::moment;
use crate::client::pages::Added;
use crate::media_type::TAXII;
use crate::message::error::ErrorMessage;
use crate::message::status::Status;
use crate::url::Base;

/// The agent with everything that goes with each request.
#[derive(Debug)]
pub(crate) struct Transport {
    agent: Agent,
    config: ClientConfig,
    start: Base,
    trusted: Vec<String>,
}

/// An answer that says yes.
#[derive(Debug)]
pub(crate) struct Received {
    attempt: String,
    pub(crate) body: String,
    pub(crate) added: Added,
}

#[derive(Debug, Clone, Copy)]
enum Call<'b> {
    Delete,
    Get,
    Post(&'b str),
}

impl Transport {
    pub(crate) fn new(config: ClientConfig) -> Result<Self, ClientError> {
        let start = Base::parse(&config.url).ok_or(ClientError::Configuration(
            "the URL is not an absolute http or https URL without user and parameters",
        ))?;
        let mut trusted = vec![start.origin.clone()];
        for origin in &config.trusted_origins {
            let base = Base::parse(origin).ok_or(ClientError::Configuration(
                "a trusted origin is not an absolute http or https URL",
            ))?;
            trusted.push(base.origin);
        }
        if let Credentials::Basic { user, .. } = &config.credentials
            && user.contains(':')
        {
            // RFC 7617 §2: the colon ends the user.
            return Err(ClientError::Configuration("the user has a colon"));
        }
        let tls = TlsConfig::builder()
            .root_certs(roots(&config.trust)?)
            .client_cert(config.identity.as_ref().map(certificate).transpose()?)
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .timeout_connect(Some(config.connect_timeout))
            .timeout_global(Some(config.request_timeout))
            .user_agent(config.user_agent.clone())
            // A redirect could lead to an origin that must not have the credentials: we follow it ourselves.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            // The environment is read in one place only, which is not here.
            .proxy(None)
            .build()
            .new_agent();
        let transport = Self {
            agent,
            config,
            start,
            trusted,
        };
        transport.check(&transport.start())?;
        Ok(transport)
    }

    /// The configured URL.
    pub(crate) fn start(&self) -> String {
        self.start.to_string()
    }

    pub(crate) fn redacted(&self, text: &str) -> String {
        self.config.credentials.redacted(text)
    }

    /// The absolute URL of what the message at the configured URL points to.
    pub(crate) fn resolve(&self, reference: &str) -> Option<String> {
        self.start.join(reference).map(|url| url.to_string())
    }

    pub(crate) fn get(&self, url: &str, query: &str) -> Result<Received, ClientError> {
        self.exchange(Call::Get, url, query)
    }

    pub(crate) fn delete(&self, url: &str, query: &str) -> Result<Received, ClientError> {
        self.exchange(Call::Delete, url, query)
    }

    pub(crate) fn post(&self, url: &str, body: &str) -> Result<Received, ClientError> {
        self.exchange(Call::Post(body), url, "")
    }

    /// Whether the credentials may go to `url`.
    fn check(&self, url: &str) -> Result<(), ClientError> {
        let base = Base::parse(url).ok_or_else(|| ClientError::OtherOrigin {
            url: url.to_owned(),
        })?;
        if !self.trusted.contains(&base.origin) {
            return Err(ClientError::OtherOrigin {
                url: url.to_owned(),
            });
        }
        if base.is_encrypted() || base.is_loopback() || self.config.allow_plain_http {
            Ok(())
        } else {
            Err(ClientError::PlainHttp {
                url: url.to_owned(),
            })
        }
    }

    fn exchange(&self, call: Call<'_>, url: &str, query: &str) -> Result<Received, ClientError> {
        self.check(url)?;
        let method = match call {
            Call::Delete => "DELETE",
            Call::Get => "GET",
            Call::Post(_) => "POST",
        };
        let attempt = format!("{method} {url}");
        let mut whole = if query.is_empty() {
            url.to_owned()
        } else {
            format!("{url}?{query}")
        };
        let mut tries = 0;
        let mut redirects = 0;
        loop {
            let response = self
                .send(call, &whole)
                .map_err(|source| self.failed(&attempt, source))?;
            let status = response.status().as_u16();
            if response.status().is_success() {
                return self.receive(attempt, response);
            }
            if let (301 | 302 | 307 | 308, Some(location)) = (status, location(&response))
                && redirects < MAX_REDIRECTS
            {
                whole = self.redirected(&whole, &location)?;
                redirects += 1;
                continue;
            }
            let asked = retry_after(response.headers());
            // Adding the same objects again is no error (§5.5), so that POST is tried again as well.
            let pause = match asked {
                Some(secs) => Duration::from_secs(secs),
                None => FIRST_RETRY.saturating_mul(1 << tries.min(10_u32)),
            };
            let again = matches!(status, 429 | 503)
                && tries < self.config.max_retries
                && pause <= self.config.max_retry_wait;
            if !again {
                return Err(ClientError::Refused {
                    attempt,
                    status,
                    message: said(response, &self.config.credentials),
                    retry_after_secs: asked,
                });
            }
            std::thread::sleep(pause);
            tries += 1;
        }
    }

    /// Where a redirect leads: to the same request at an origin that may have the credentials (RFC 9110 §15.4), or
    /// nowhere.
    fn redirected(&self, from: &str, location: &str) -> Result<String, ClientError> {
        let (reference, query) = match location.split_once('?') {
            Some((reference, query)) => (reference, Some(query)),
            None => (location, None),
        };
        let other = || ClientError::OtherOrigin {
            url: reference.to_owned(),
        };
        let from = from.split('?').next().unwrap_or(from);
        let base = Base::parse(from).ok_or_else(other)?;
        let target = base.join(reference).ok_or_else(other)?.to_string();
        self.check(&target)?;
        Ok(match query {
            Some(query) => format!("{target}?{query}"),
            None => target,
        })
    }

    fn send(&self, call: Call<'_>, url: &str) -> Result<Response<Body>, ureq::Error> {
        let authorization = self.config.credentials.header();
        match call {
            Call::Get | Call::Delete => {
                let mut request = match call {
                    Call::Delete => self.agent.delete(url),
                    _ => self.agent.get(url),
                };
                request = request.header(ACCEPT, TAXII);
                if let Some(authorization) = authorization {
                    request = request.header(AUTHORIZATION, authorization);
                }
                request.call()
            }
            Call::Post(body) => {
                let mut request = self
                    .agent
                    .post(url)
                    .header(ACCEPT, TAXII)
                    .header(CONTENT_TYPE, TAXII);
                if let Some(authorization) = authorization {
                    request = request.header(AUTHORIZATION, authorization);
                }
                request.send(body)
            }
        }
    }

    fn receive(
        &self,
        attempt: String,
        mut response: Response<Body>,
    ) -> Result<Received, ClientError> {
        let limit = self.config.max_body_bytes;
        let bytes = response
            .body_mut()
            .with_config()
            .limit(limit)
            .read_to_vec()
            .map_err(|source| self.failed(&attempt, source))?;
        let Ok(body) = String::from_utf8(bytes) else {
            return Err(ClientError::NotTaxii {
                attempt,
                reason: "it is not UTF-8".to_owned(),
            });
        };
        let moment = |name: &str| moment::read(response.headers().get(name)?.to_str().ok()?);
        let added = Added {
            first: moment("x-taxii-date-added-first"),
            last: moment("x-taxii-date-added-last"),
        };
        Ok(Received {
            attempt,
            body,
            added,
        })
    }

    fn failed(&self, attempt: &str, source: ureq::Error) -> ClientError {
        let attempt = attempt.to_owned();
        match source {
            ureq::Error::BodyExceedsLimit(_) => ClientError::TooLarge {
                attempt,
                max_bytes: self.config.max_body_bytes,
            },
            source => ClientError::Transport {
                attempt,
                source: Box::new(source),
            },
        }
    }
}

impl Received {
    /// A status resource.
    pub(crate) fn status(&self) -> Result<Status, ClientError> {
        let status: Status =
            serde_json::from_str(&self.body).map_err(|error| self.not_taxii(&error))?;
        if status.id.chars().count() > STATUS_ID_CHARS {
            let error = serde::de::Error::custom("the id of the status is no UUID");
            return Err(self.not_taxii(&error));
        }
        Ok(status)
    }

    pub(crate) fn not_taxii(&self, error: &serde_json::Error) -> ClientError {
        ClientError::NotTaxii {
            attempt: self.attempt.clone(),
            reason: error.to_string(),
        }
    }

    pub(crate) fn stuck(&self) -> ClientError {
        ClientError::Stuck {
            attempt: self.attempt.clone(),
        }
    }
}

fn roots(trust: &Trust) -> Result<RootCerts, ClientError> {
    let Trust::Pem(pem) = trust else {
        return Ok(RootCerts::WebPki);
    };
    let unreadable = ClientError::Configuration("the trusted certificates are not readable PEM");
    let mut certificates: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(_) => return Err(unreadable),
        }
    }
    if certificates.is_empty() {
        return Err(unreadable);
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

fn certificate(identity: &Identity) -> Result<ClientCert, ClientError> {
    let mut chain: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(&identity.certificates) {
        if let Ok(PemItem::Certificate(certificate)) = item {
            chain.push(certificate);
        }
    }
    let key = PrivateKey::from_pem(identity.key.expose().as_bytes());
    match key {
        Ok(key) if !chain.is_empty() => Ok(ClientCert::new_with_certs(&chain, key)),
        _ => Err(ClientError::Configuration(
            "the client certificate or its key is not readable PEM",
        )),
    }
}

fn location(response: &Response<Body>) -> Option<String> {
    let value = response.headers().get(LOCATION)?.to_str().ok()?;
    Some(value.to_owned())
}

/// The seconds of `Retry-After`; a date there counts from the `Date` of the same answer (RFC 9110 §10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(secs) = text.parse() {
        return Some(secs);
    }
    let sent = moment::read(headers.get(DATE)?.to_str().ok()?)?;
    let secs = moment::read(text)?.duration_since(sent).as_secs();
    u64::try_from(secs).ok()
}

/// What a server said of its refusal: title and description of an error message, else the beginning of whatever it
/// sent; without what it may have repeated of us.
fn said(mut response: Response<Body>, credentials: &Credentials) -> String {
    let read = response
        .body_mut()
        .with_config()
        .limit(REFUSAL_BYTES)
        .read_to_vec();
    let text = String::from_utf8_lossy(&read.unwrap_or_default()).into_owned();
    let words = match serde_json::from_str::<ErrorMessage>(&text) {
        Ok(message) => match message.description {
            Some(description) if message.title.is_empty() => description,
            Some(description) => format!("{}: {description}", message.title),
            None => message.title,
        },
        Err(_) => text,
    };
    // Before it is cut: half a secret would not be found. Control characters of somebody else's text do not belong in
    // our logs.
    credentials
        .redacted(&words)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(REFUSAL_CHARACTERS)
        .collect()
}

/// First pause before trying again where the server names none; it doubles.
const FIRST_RETRY: Duration = Duration::from_millis(500);

/// Redirects followed within one request: a slash at the end, a move of the API root, and room for one more.
const MAX_REDIRECTS: u32 = 3;

/// Longest id of a status that is believed to be one: a UUID has 36 characters (§4.3.1), and it is kept and stands in
/// URLs.
const STATUS_ID_CHARS: usize = 200;

/// Longest error message that is read, and how much of it is repeated.
const REFUSAL_BYTES: u64 = 64 * 1024;
const REFUSAL_CHARACTERS: usize = 300;
