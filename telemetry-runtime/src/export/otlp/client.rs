//! One receiver: sending bytes over whichever transport, again where that helps.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use http::Uri;

use super::Signal;
use super::answer::Answer;
use super::encode::{self, Part, Request};
use super::retry::{Failure, GivenUp, retrying};
use super::secrets::Headers;
use crate::config::{OtlpConfig, OtlpProtocol};
use crate::export::sink::{ExportError, Receipt};

/// The way to a receiver.
pub(super) struct Client {
    name: String,
    plaintext_to_others: bool,
    timeout: Duration,
    headers: Headers,
    transport: Transport,
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
                let http = super::http::Http::new(&uri, encrypted, signal, config)?;
                (http.protocol(), Transport::Http(Box::new(http)))
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
        Ok(Self { name, plaintext_to_others, timeout: config.timeout, headers, transport })
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
            #[cfg(feature = "otlp-http")]
            Transport::Http(http) => http.request_limit(),
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
        let body = match &self.transport {
            #[cfg(feature = "otlp-http")]
            Transport::Http(http) => http.body(body)?,
            #[cfg(feature = "otlp-grpc")]
            Transport::Grpc(_) => body,
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

/// Why something was not sent.
pub(super) fn too_large(limit: usize) -> String {
    format!("more than the {limit} bytes of a request")
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What receivers see of us.
pub(super) const USER_AGENT: &str = concat!("telemetry-runtime/", env!("CARGO_PKG_VERSION"));
