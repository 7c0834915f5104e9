//! OTLP over gRPC.
//!
//! The channel lives on the telemetry thread's runtime, so that it needs none of the user's. Messages are encoded once
//! and sent as they are, however often that takes.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes};
use http::Uri;
use http::uri::PathAndQuery;
use prost::Message as _;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use super::Signal;
use super::client::USER_AGENT;
use super::retry::{Failure, Retry};
use super::secrets::Headers;
use crate::config::{Compression, OtlpConfig};

/// A client that calls one method of one receiver.
pub(super) struct Grpc {
    endpoint: Endpoint,
    /// Made at the first call, which is on the telemetry thread.
    channel: OnceLock<Channel>,
    path: PathAndQuery,
    gzip: bool,
}

impl Grpc {
    pub(super) fn new(
        uri: &Uri,
        encrypted: bool,
        signal: Signal,
        config: &OtlpConfig,
    ) -> Result<Self, String> {
        let unusable = |error: tonic::transport::Error| format!("the OTLP endpoint cannot be used: {error}");
        let endpoint =
            Endpoint::from(uri.clone()).tcp_nodelay(true).user_agent(USER_AGENT).map_err(unusable)?;
        #[cfg(feature = "tls")]
        let endpoint = match super::tls::grpc_config(encrypted, &config.tls)? {
            Some(tls) => endpoint.tls_config(tls).map_err(unusable)?,
            None => endpoint,
        };
        #[cfg(not(feature = "tls"))]
        let _ = encrypted;
        let path = PathAndQuery::from_static(match signal {
            Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            #[cfg(feature = "otlp-logs")]
            Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        });
        let gzip = config.compression == Compression::Gzip;
        Ok(Self { endpoint, channel: OnceLock::new(), path, gzip })
    }

    pub(super) async fn send(
        &self,
        body: Bytes,
        headers: &Headers,
        left: Option<Duration>,
    ) -> Result<Bytes, Failure> {
        let channel = self.channel.get_or_init(|| self.endpoint.connect_lazy());
        let mut grpc = tonic::client::Grpc::new(channel.clone()).accept_compressed(CompressionEncoding::Gzip);
        if self.gzip {
            grpc = grpc.send_compressed(CompressionEncoding::Gzip);
        }
        grpc.ready().await.map_err(|error| Failure::passing(causes(&error)))?;
        let mut request = Request::new(body);
        *request.metadata_mut() = MetadataMap::from_headers(
            headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        );
        if let Some(left) = left {
            // The receiver need not work on what nobody waits for. The end of our own wait comes first, so that it has
            // one message for all transports.
            request.set_timeout(left + Duration::from_millis(100));
        }
        match grpc.unary(request, self.path.clone(), Plain).await {
            Ok(response) => Ok(response.into_inner()),
            Err(status) => Err(refusal(&status)),
        }
    }
}

/// Which codes are worth another attempt (OTLP specification, "Failures").
fn refusal(status: &Status) -> Failure {
    let asked = retry_delay(status.details());
    let retry = match (status.code(), asked) {
        (Code::OutOfRange | Code::ResourceExhausted, None) if is_too_large(status.message()) => {
            Retry::Smaller
        }
        (
            Code::Cancelled
            | Code::DeadlineExceeded
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unavailable
            | Code::DataLoss,
            asked,
        ) => asked.map_or(Retry::BackOff, Retry::After),
        // The receiver says that it recovers.
        (Code::ResourceExhausted, Some(wait)) => Retry::After(wait),
        // No receiver said so: the connection broke off before there was an answer.
        _ if std::error::Error::source(status).is_some() => Retry::BackOff,
        _ => Retry::Never,
    };
    let code = status.code();
    let mut message = format!("gRPC status {code:?}");
    if !status.message().is_empty() {
        message = format!("{message}: {}", status.message());
    }
    if let Some(source) = std::error::Error::source(status) {
        message = format!("{message}: {}", causes(source));
    }
    Failure { message, retry }
}

/// Whether a receiver means the size of the message. gRPC has no code for that, so that all one has is what the
/// implementations say: tonic, those in Go, C++ and Python, in Java, and in .NET.
fn is_too_large(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["message length too large", "larger than max", "exceeds maximum size", "exceeds the maximum"]
        .iter()
        .any(|known| message.contains(known))
}

/// An error with its causes, which say what really happened.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.dedup();
    texts.join(": ")
}

/// `google.rpc.Status`
#[derive(prost::Message)]
struct RpcStatus {
    #[prost(message, repeated, tag = "3")]
    details: Vec<RpcDetail>,
}

/// `google.protobuf.Any`
#[derive(prost::Message)]
struct RpcDetail {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo`
#[derive(prost::Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<RpcDuration>,
}

/// `google.protobuf.Duration`
#[derive(prost::Message)]
struct RpcDuration {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

/// The time that a receiver asks for in a status' details.
fn retry_delay(details: &[u8]) -> Option<Duration> {
    let status = RpcStatus::decode(details).ok()?;
    let info = status.details.iter().find(|detail| detail.type_url.ends_with("/google.rpc.RetryInfo"))?;
    let delay = RetryInfo::decode(info.value.as_slice()).ok()?.retry_delay?;
    Some(Duration::new(delay.seconds.try_into().ok()?, delay.nanos.try_into().ok()?))
}

/// Messages as the bytes that they are already.
struct Plain;

impl Codec for Plain {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
