//! gRPC, by the protocol's own service definitions.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use hyper::body::Incoming;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::codegen::Service;
use tonic::{Code, Request, Response, Status};

use super::fault::Fault;
use super::http::texts;
use super::received::{self, Export, Protocol};
use super::server::Dropped;
use super::state::State;

/// The largest message in bytes; far above gRPC's usual 4 MiB, so that tests see what was sent.
const LARGEST_MESSAGE: usize = 64 * 1024 * 1024;

pub(super) async fn answer(
    state: Arc<State>,
    request: http::Request<Incoming>,
) -> Result<http::Response<Body>, Dropped> {
    let receiver = Receiver { state };
    let response = if request.uri().path().contains("TraceService") {
        TraceServiceServer::new(receiver)
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(LARGEST_MESSAGE)
            .call(request)
            .await?
    } else {
        MetricsServiceServer::new(receiver)
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(LARGEST_MESSAGE)
            .call(request)
            .await?
    };
    // A handler cannot reset its stream itself; this is how it asks for it.
    if response.headers().contains_key(RESET) {
        return Err(Dropped);
    }
    Ok(response)
}

/// Marks an answer that is replaced by a reset of the stream.
const RESET: &str = "x-reset";

struct Receiver {
    state: Arc<State>,
}

impl Receiver {
    /// Keeps the export, or fails as the current fault says; gives what is partly rejected.
    async fn take(
        &self,
        headers: HeaderMap,
        request: received::Request,
    ) -> Result<Option<(i64, String)>, Status> {
        let mut partial = None;
        match self.state.begin() {
            None => {}
            Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::Drop) => {
                let mut status = Status::unavailable("dropped on purpose");
                status.metadata_mut().insert(RESET, tonic::metadata::MetadataValue::from_static("1"));
                return Err(status);
            }
            Some(Fault::Partial { rejected, message }) => partial = Some((rejected, message)),
            Some(Fault::Redirect(_)) => return Err(Status::unavailable("a fault on purpose")),
            Some(Fault::Status { grpc, retry_after, .. }) => return Err(refusal(grpc, retry_after)),
        }
        let gzip = headers.get("grpc-encoding").is_some_and(|encoding| encoding == "gzip");
        self.state.accept(Export { protocol: Protocol::Grpc, gzip, headers: texts(&headers), request });
        Ok(partial)
    }
}

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let partial = self.take(metadata.into_headers(), received::Request::Traces(message)).await?;
        let partial_success = partial.map(|(rejected_spans, error_message)| ExportTracePartialSuccess {
            rejected_spans,
            error_message,
        });
        Ok(Response::new(ExportTraceServiceResponse { partial_success }))
    }
}

#[tonic::async_trait]
impl MetricsService for Receiver {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let partial = self.take(metadata.into_headers(), received::Request::Metrics(message)).await?;
        let partial_success = partial.map(|(rejected_data_points, error_message)| {
            ExportMetricsPartialSuccess { rejected_data_points, error_message }
        });
        Ok(Response::new(ExportMetricsServiceResponse { partial_success }))
    }
}

/// An error status, with `google.rpc.RetryInfo` where there is a time to wait.
fn refusal(code: Code, retry_after: Option<Duration>) -> Status {
    let message = "a fault on purpose";
    let Some(after) = retry_after else {
        return Status::new(code, message);
    };
    let info = RetryInfo {
        retry_delay: Some(ProtoDuration {
            seconds: i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            nanos: i32::try_from(after.subsec_nanos()).unwrap_or(0),
        }),
    };
    let details = RpcStatus {
        code: code.into(),
        message: message.to_owned(),
        details: vec![ProtoAny {
            type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
            value: info.encode_to_vec(),
        }],
    };
    Status::with_details(code, message, Bytes::from(details.encode_to_vec()))
}

/// `google.rpc.Status`
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<ProtoAny>,
}

/// `google.protobuf.Any`
#[derive(Clone, PartialEq, Message)]
struct ProtoAny {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo`
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<ProtoDuration>,
}

/// `google.protobuf.Duration`
#[derive(Clone, Copy, PartialEq, Message)]
struct ProtoDuration {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}
