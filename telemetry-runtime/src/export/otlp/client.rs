//! One receiver: sending bytes over whichever transport, again where that helps.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use http::Uri;

use super::Signal;
use super::answer::Answer;
use super::encode::{self, Part, Request};
#[cfg(feature = "otlp-http")]
use super::json;
use super::retry::{Failure, GivenUp, retrying};
use super::secrets::Headers;
use crate::config::{OtlpConfig, OtlpProtocol};
use crate::export::sink::{ExportError, Receipt};

/// The bytes of a body that receivers take over HTTP, with room below the 20 MiB of the collector.
#[cfg(feature = "otlp-http")]
const HTTP_LIMIT: usize = 16 << 20;

/// The way to a receiver.
pub(super) struct Client {
    name: String,
    plaintext_to_others: bool,
    timeout: Duration,
    headers: Headers,
    transport: Transport,
    /// What is sent, where it is sent as JSON.
    #[cfg(feature = "otlp-http")]
    json: Option<&'static json::Message>,
}

enum Transport {
    #[cfg(feature = "otlp-http")]
    Http(Box<super::http::Http>),
    #[cfg(feature = "otlp-grpc")]
    Grpc(Box<super::grpc::Grpc>),
}

impl Client {
    /// Checks the configuration; nothing is connected yet.
    pub(super) fn new(config: &OtlpConfig, signal: Signal) -> Result<Self, String> {
        let uri: Uri = config.endpoint.parse().map_err(|_| "the OTLP endpoint is not a URL".to_owned())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(
                "the OTLP endpoint needs a scheme and a host, as in `http://localhost:4318`".to_owned()
            );
        };
        if authority.as_str().contains('@') {
            return Err("the OTLP endpoint must not contain a user or password; use `headers`".to_owned());
        }
        let encrypted = match scheme {
            "http" => false,
            "https" if cfg!(feature = "tls") => true,
            "https" => {
                return Err(
                    "an OTLP endpoint with https needs the feature `tls` of telemetry-runtime".to_owned()
                );
            }
            _ => return Err("the scheme of the OTLP endpoint must be http or https".to_owned()),
        };
        let (protocol, transport) = match config.protocol {
            #[cfg(feature = "otlp-http")]
            OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => {
                let json = config.protocol == OtlpProtocol::HttpJson;
                let name = if json { "http/json" } else { "http/protobuf" };
                (name, Transport::Http(Box::new(super::http::Http::new(&uri, encrypted, config)?)))
            }
            #[cfg(not(feature = "otlp-http"))]
            OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => {
                return Err("OTLP over http needs the feature `otlp-http` of telemetry-runtime".to_owned());
            }
            #[cfg(feature = "otlp-grpc")]
            OtlpProtocol::Grpc => {
                ("grpc", Transport::Grpc(Box::new(super::grpc::Grpc::new(&uri, encrypted, signal, config)?)))
            }
            #[cfg(not(feature = "otlp-grpc"))]
            OtlpProtocol::Grpc => {
                return Err("OTLP over gRPC needs the feature `otlp-grpc` of telemetry-runtime".to_owned());
            }
        };
        // The path and the query may hold a token, so that neither is shown.
        let name = format!("OTLP/{protocol} to {authority}");
        let plaintext_to_others = !encrypted && !is_loopback(authority.host());
        let headers = Headers::new(&config.headers)?;
        #[cfg(not(any(feature = "otlp-grpc", feature = "otlp-http")))]
        let _ = signal;
        Ok(Self {
            name,
            plaintext_to_others,
            timeout: config.timeout,
            headers,
            transport,
            #[cfg(feature = "otlp-http")]
            json: (config.protocol == OtlpProtocol::HttpJson).then(|| schema(signal)),
        })
    }

    /// What diagnostics call it; without secrets.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether what is sent can be read on a network.
    pub(super) fn is_plaintext_to_others(&self) -> bool {
        self.plaintext_to_others
    }

    /// The bytes of protobuf for one request. Receivers take 4 MiB over gRPC and 20 MiB over the collector's HTTP by default.
    pub(super) fn request_limit(&self) -> usize {
        match &self.transport {
            // Most requests are less than three times as long in JSON; a longer one is divided when it is written.
            #[cfg(feature = "otlp-http")]
            Transport::Http(_) if self.json.is_some() => 6 << 20,
            #[cfg(feature = "otlp-http")]
            Transport::Http(_) => HTTP_LIMIT,
            #[cfg(feature = "otlp-grpc")]
            Transport::Grpc(_) => (4 << 20) - 1024,
        }
    }

    /// Sends the parts of an export. What the receiver finds too large is divided further. Parts that are lost are told as
    /// refused where others arrived.
    pub(super) async fn send_all<R: Request>(&self, parts: Vec<Part>) -> Result<Receipt, ExportError> {
        let mut total = Receipt::default();
        let mut arrived = false;
        let mut parts = VecDeque::from(parts);
        while let Some(part) = parts.pop_front() {
            let (rejected, message) = match part {
                Part::Send(body, units) => match self.send(body.clone()).await {
                    Ok(answer) => {
                        arrived = true;
                        let receipt = answer.receipt();
                        (receipt.rejected, self.headers.redact(&receipt.message))
                    }
                    Err(GivenUp { too_large: true, message }) => match &*encode::smaller::<R>(body, units) {
                        [Part::TooLarge(units)] => (*units as u64, message),
                        smaller => {
                            smaller.iter().rev().for_each(|part| parts.push_front(part.clone()));
                            continue;
                        }
                    },
                    Err(GivenUp { message, .. }) => (units as u64, message),
                },
                Part::TooLarge(units) => (units as u64, too_large(self.request_limit())),
            };
            total.rejected += rejected;
            if total.message.is_empty() {
                total.message = message;
            }
        }
        if arrived || total.rejected == 0 { Ok(total) } else { Err(ExportError::new(total.message)) }
    }

    async fn send(&self, body: Bytes) -> Result<Answer, GivenUp> {
        #[cfg(feature = "otlp-http")]
        let body = match self.json {
            Some(schema) => as_json(schema, &body)?,
            None => body,
        };
        let attempt = |left| self.attempt(body.clone(), left);
        let sent = retrying(self.timeout, attempt).await;
        sent.map_err(|error| GivenUp { message: self.headers.redact(&error.message), ..error })
    }

    #[cfg_attr(
        not(feature = "otlp-grpc"),
        expect(unused_variables, reason = "only gRPC tells receivers the limit")
    )]
    async fn attempt(&self, body: Bytes, left: Option<Duration>) -> Result<Answer, Failure> {
        match &self.transport {
            #[cfg(feature = "otlp-http")]
            Transport::Http(http) => http.send(body, &self.headers).await,
            #[cfg(feature = "otlp-grpc")]
            Transport::Grpc(grpc) => grpc.send(body, &self.headers, left).await.map(Answer::Protobuf),
        }
    }
}

fn too_large(limit: usize) -> String {
    format!("more than the {limit} bytes of a request")
}

#[cfg(feature = "otlp-http")]
fn schema(signal: Signal) -> &'static json::Message {
    match signal {
        Signal::Traces => &json::EXPORT_TRACES,
        Signal::Metrics => &json::EXPORT_METRICS,
        #[cfg(feature = "otlp-logs")]
        Signal::Logs => &json::EXPORT_LOGS,
    }
}

/// A request in the form that is sent, where that is not too long for receivers.
#[cfg(feature = "otlp-http")]
fn as_json(schema: &json::Message, body: &[u8]) -> Result<Bytes, GivenUp> {
    match json::text(schema, body) {
        Ok(text) if text.len() <= HTTP_LIMIT => Ok(text.into()),
        Ok(_) => Err(GivenUp { message: too_large(HTTP_LIMIT), too_large: true }),
        Err(json::Malformed) => {
            Err(GivenUp { message: "the request cannot be written as JSON".to_owned(), too_large: false })
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What receivers see of us.
pub(super) const USER_AGENT: &str = concat!("telemetry-runtime/", env!("CARGO_PKG_VERSION"));
