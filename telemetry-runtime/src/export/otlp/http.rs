//! OTLP over http/protobuf and http/json.

use std::error::Error as _;
use std::io::Write as _;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Collected, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::answer::Answer;
use super::retry::{Failure, GivenUp, Retry, retry_after};
use super::secrets::Headers;
use super::{Signal, client, json};
use crate::config::{Compression, OtlpConfig, OtlpProtocol};

#[cfg(feature = "tls")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "tls"))]
type Connector = HttpConnector;

/// The bytes of a body that receivers take, with room below the 20 MiB of the collector.
const BODY_LIMIT: usize = 16 << 20;

/// A response of more bytes is not read; it says nothing that we need.
const RESPONSE_LIMIT: usize = 4 << 20;
/// The same of a response that is an error, of which only the message is of interest.
const EXPLANATION_LIMIT: usize = 64 << 10;
/// How long the body of an error is waited for.
const EXPLANATION_TIME: Duration = Duration::from_secs(1);

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";

/// Connections are closed after this time without a request. Receivers behind a load balancer often close them after a
/// minute, and a request on a connection that is just being closed is lost time.
const IDLE: Duration = Duration::from_secs(30);

/// A client that sends to one URL and goes nowhere else.
pub(super) struct Http {
    client: Client<Connector, Full<Bytes>>,
    uri: Uri,
    gzip: bool,
    /// What is sent, where it is sent as JSON.
    json: Option<&'static json::Message>,
}

impl Http {
    pub(super) fn new(
        uri: &Uri,
        encrypted: bool,
        signal: Signal,
        config: &OtlpConfig,
    ) -> Result<Self, String> {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        #[cfg(feature = "tls")]
        let connector = Connector::from((tcp, super::tls::client_config(encrypted, &config.tls)?));
        #[cfg(not(feature = "tls"))]
        let (connector, _) = (tcp, encrypted);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self {
            client,
            uri: uri.clone(),
            gzip: config.compression == Compression::Gzip,
            json: (config.protocol == OtlpProtocol::HttpJson).then(|| schema(signal)),
        })
    }

    /// The name of the protocol, as configured.
    pub(super) fn protocol(&self) -> &'static str {
        if self.json.is_some() { "http/json" } else { "http/protobuf" }
    }

    /// The bytes of protobuf for one request.
    pub(super) fn request_limit(&self) -> usize {
        // Most requests are less than three times as long in JSON; a longer one is divided when it is written.
        if self.json.is_some() { 6 << 20 } else { BODY_LIMIT }
    }

    /// A request in the form that is sent, where that is not too long for receivers.
    pub(super) fn body(&self, request: Bytes) -> Result<Bytes, GivenUp> {
        let Some(schema) = self.json else { return Ok(request) };
        match json::text(schema, &request) {
            Ok(text) if text.len() <= BODY_LIMIT => Ok(text.into()),
            Ok(_) => Err(GivenUp { message: client::too_large(BODY_LIMIT), too_large: true }),
            Err(json::Malformed) => {
                Err(GivenUp { message: "the request cannot be written as JSON".to_owned(), too_large: false })
            }
        }
    }

    pub(super) async fn send(&self, body: Bytes, headers: &Headers) -> Result<Answer, Failure> {
        let body = if self.gzip { compressed(&body) } else { body };
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let map = request.headers_mut();
        map.insert(USER_AGENT, HeaderValue::from_static(client::USER_AGENT));
        for (name, value) in headers.iter() {
            map.insert(name.clone(), value.clone());
        }
        // Last, because a configured header must not make the body unreadable.
        map.insert(CONTENT_TYPE, HeaderValue::from_static(if self.json.is_some() { JSON } else { PROTOBUF }));
        if self.gzip {
            map.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        } else {
            map.remove(CONTENT_ENCODING);
        }
        let response =
            self.client.request(request).await.map_err(|error| Failure::passing(causes(&error)))?;
        let (head, body) = response.into_parts();
        let header = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let content_type = header(CONTENT_TYPE);
        if head.status.is_success() {
            // The receiver has taken the request. A response that breaks off has nothing more to say.
            let body = Limited::new(body, RESPONSE_LIMIT).collect().await;
            let body = body.map(Collected::to_bytes).unwrap_or_default();
            // A receiver answers as it was asked, and one that is known not to is still understood.
            return Ok(if content_type.map_or(self.json.is_some(), |kind| kind.starts_with(JSON)) {
                Answer::Json(body)
            } else {
                Answer::Protobuf(body)
            });
        }
        let reason = match content_type {
            Some(kind) if kind.starts_with(JSON) => Answer::Json(explanation(body).await).error_message(),
            Some(kind) if kind.starts_with(PROTOBUF) => {
                Answer::Protobuf(explanation(body).await).error_message()
            }
            // The page of a proxy.
            _ => String::new(),
        };
        Err(refusal(head.status, &reason, header(RETRY_AFTER)))
    }
}

fn schema(signal: Signal) -> &'static json::Message {
    match signal {
        Signal::Traces => &json::EXPORT_TRACES,
        Signal::Metrics => &json::EXPORT_METRICS,
        #[cfg(feature = "otlp-logs")]
        Signal::Logs => &json::EXPORT_LOGS,
    }
}

/// The body of an error; nothing where it does not come at once, because the status is what counts.
async fn explanation(body: Incoming) -> Bytes {
    let body = tokio::time::timeout(EXPLANATION_TIME, Limited::new(body, EXPLANATION_LIMIT).collect()).await;
    body.ok().and_then(Result::ok).map(Collected::to_bytes).unwrap_or_default()
}

/// Which responses are worth another attempt (OTLP specification, "Failures").
fn refusal(status: StatusCode, reason: &str, asked: Option<&str>) -> Failure {
    let mut message = format!("HTTP status {status}");
    if !reason.is_empty() {
        message = format!("{message}: {reason}");
    }
    match status {
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => {
            let wait = asked.and_then(|header| retry_after(header, SystemTime::now()));
            Failure { message, retry: wait.map_or(Retry::BackOff, Retry::After) }
        }
        StatusCode::PAYLOAD_TOO_LARGE => Failure { message, retry: Retry::Smaller },
        // Whoever answers could send headers and spans anywhere.
        status if status.is_redirection() => Failure::fatal(format!("{message}: redirects are not followed")),
        _ => Failure::fatal(message),
    }
}

/// An error with its causes, which say what really happened.
fn causes(error: &hyper_util::client::legacy::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

fn compressed(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), flate2::Compression::fast());
    // Writing into memory does not fail.
    drop(encoder.write_all(body));
    encoder.finish().unwrap_or_default().into()
}
