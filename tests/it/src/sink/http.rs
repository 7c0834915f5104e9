//! http/protobuf and http/json.

use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use tonic::body::Body;

use super::fault::Fault;
use super::json;
use super::received::{self, Export, Protocol};
use super::server::Dropped;
use super::state::State;

/// The content types.
const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// As what a body comes, and its answer goes.
#[derive(Clone, Copy)]
struct Format {
    json: bool,
}

pub(super) async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Body>, Dropped> {
    let format = Format { json: request.headers().get("content-type").is_some_and(|kind| kind == JSON) };
    let respond = |status, body| format.respond(status, body);
    let traces = match request.uri().path() {
        "/v1/traces" => true,
        "/v1/metrics" => false,
        _ => return Ok(respond(StatusCode::NOT_FOUND, Vec::new())),
    };
    if request.method() != Method::POST {
        return Ok(respond(StatusCode::METHOD_NOT_ALLOWED, Vec::new()));
    }
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
    let mut partial = None;
    match state.begin() {
        None => {}
        Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Drop) => return Err(Dropped),
        Some(Fault::Partial { rejected, message }) => partial = Some((rejected, message)),
        Some(Fault::Redirect(location)) => {
            let mut response = respond(StatusCode::TEMPORARY_REDIRECT, Vec::new());
            let location = location.parse().expect("a redirect's target is a header value");
            response.headers_mut().insert("location", location);
            return Ok(response);
        }
        Some(Fault::Status { http, retry_after, .. }) => {
            let status = StatusCode::from_u16(http).expect("a fault's status is a status");
            let mut response = respond(status, Vec::new());
            if let Some(after) = retry_after {
                response.headers_mut().insert("retry-after", after.as_secs().into());
            }
            return Ok(response);
        }
    }
    let export = match format.decode(traces, &head.headers, &body) {
        Ok(export) => export,
        Err(reason) => {
            state.refuse(reason);
            return Ok(respond(StatusCode::BAD_REQUEST, Vec::new()));
        }
    };
    state.accept(export);
    Ok(respond(StatusCode::OK, format.success(traces, partial)))
}

impl Format {
    const fn content_type(self) -> &'static str {
        if self.json { JSON } else { PROTOBUF }
    }

    fn decode(self, traces: bool, headers: &HeaderMap, body: &Bytes) -> Result<Export, String> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if header("content-type") != Some(self.content_type()) {
            return Err(format!("the content type is {:?}", header("content-type")));
        }
        let mut plain = Vec::new();
        let gzip = match header("content-encoding") {
            None => {
                plain.extend_from_slice(body);
                false
            }
            Some("gzip") => {
                GzDecoder::new(body.as_ref()).read_to_end(&mut plain).map_err(|error| error.to_string())?;
                true
            }
            Some(other) => return Err(format!("the content encoding is {other}")),
        };
        if self.json {
            let signal = if traces { "trace.v1.ExportTrace" } else { "metrics.v1.ExportMetrics" };
            plain =
                json::to_protobuf(&format!("opentelemetry.proto.collector.{signal}ServiceRequest"), &plain)?;
        }
        let request = if traces {
            ExportTraceServiceRequest::decode(plain.as_slice()).map(received::Request::Traces)
        } else {
            ExportMetricsServiceRequest::decode(plain.as_slice()).map(received::Request::Metrics)
        };
        Ok(Export {
            protocol: if self.json { Protocol::HttpJson } else { Protocol::Http },
            gzip,
            headers: texts(headers),
            request: request.map_err(|error| error.to_string())?,
        })
    }

    fn success(self, traces: bool, partial: Option<(i64, String)>) -> Vec<u8> {
        if self.json {
            let rejected = if traces { "rejectedSpans" } else { "rejectedDataPoints" };
            let partial = partial.map(|(count, message)| {
                serde_json::json!({ "partialSuccess": { rejected: count.to_string(), "errorMessage": message } })
            });
            partial.map_or_else(|| "{}".to_owned(), |partial| partial.to_string()).into_bytes()
        } else if traces {
            let partial_success = partial.map(|(rejected_spans, error_message)| ExportTracePartialSuccess {
                rejected_spans,
                error_message,
            });
            ExportTraceServiceResponse { partial_success }.encode_to_vec()
        } else {
            let partial_success = partial.map(|(rejected_data_points, error_message)| {
                ExportMetricsPartialSuccess { rejected_data_points, error_message }
            });
            ExportMetricsServiceResponse { partial_success }.encode_to_vec()
        }
    }

    fn respond(self, status: StatusCode, body: Vec<u8>) -> Response<Body> {
        let mut response = Response::new(Body::new(Full::new(Bytes::from(body))));
        *response.status_mut() = status;
        let content_type = http::HeaderValue::from_static(self.content_type());
        response.headers_mut().insert("content-type", content_type);
        response
    }
}

/// The headers that are text.
pub(super) fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect()
}
