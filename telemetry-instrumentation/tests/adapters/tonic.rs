//! Calls of a tonic server, by the same layer.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use telemetry_instrumentation::tower::HttpServerLayer;
use telemetry_runtime::traced;
use tonic::transport::Server;
use tonic::{Request, Response, Status};

use crate::fixture::{self, attribute};

const METHOD: &str = "opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// Takes what is empty.
struct Picky;

#[tonic::async_trait]
impl TraceService for Picky {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        handle(&request.into_inner())
    }
}

#[traced(plugin = "shop")]
fn handle(request: &ExportTraceServiceRequest) -> Result<Response<ExportTraceServiceResponse>, Status> {
    match request.resource_spans.len() {
        0 => Ok(Response::new(ExportTraceServiceResponse::default())),
        1 => Err(Status::invalid_argument("one")),
        _ => Err(Status::internal("many")),
    }
}

#[test]
fn call_ends_with_the_status_that_the_client_sees() {
    let running = fixture::defaults().start();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let codes = runtime.block_on(async {
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], it::process::free_port()));
        let service =
            Server::builder().layer(HttpServerLayer::new()).add_service(TraceServiceServer::new(Picky));
        tokio::spawn(service.serve(address));
        let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{address}")).unwrap();
        let connected = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                // The server has no way to say that it listens.
                if let Ok(channel) = endpoint.connect().await {
                    break channel;
                }
                tokio::task::yield_now().await;
            }
        });
        let mut client = TraceServiceClient::new(connected.await.expect("the server listens"));
        let mut codes = Vec::new();
        for count in 0..3 {
            let request = ExportTraceServiceRequest { resource_spans: vec![ResourceSpans::default(); count] };
            codes.push(client.export(request).await.err().map(|status| status.code()));
        }
        codes
    });
    assert_eq!(codes, [None, Some(tonic::Code::InvalidArgument), Some(tonic::Code::Internal)]);
    drop(runtime);

    let mut spans = running.all_spans();
    let handled: Vec<_> = spans.iter().filter(|span| span.name == "handle").cloned().collect();
    spans.retain(|span| span.name == METHOD);
    let ends: Vec<_> = spans
        .iter()
        .map(|span| (attribute(span, "rpc.response.status_code").unwrap(), attribute(span, "error.type")))
        .collect();
    let of = |code: &str, error: Option<&str>| (code.to_owned(), error.map(str::to_owned));
    assert_eq!(ends, [of("OK", None), of("INVALID_ARGUMENT", None), of("INTERNAL", Some("INTERNAL"))]);
    for (span, child) in spans.iter().zip(&handled) {
        assert_eq!(child.parent_span_id, span.span_context.span_id());
        assert_eq!(attribute(span, "outcome"), None);
        assert_eq!(attribute(span, "network.protocol.version").as_deref(), Some("2"));
        assert_eq!(attribute(span, "server.address").as_deref(), Some("127.0.0.1"));
    }
}
