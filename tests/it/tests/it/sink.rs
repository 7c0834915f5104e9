//! The receiver that other tests rely on.

use std::time::Duration;

use it::http::get;
use it::sink::{Fault, Protocol, Sink};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use tonic::codec::CompressionEncoding;
use tonic::{Code, Status};

fn request(names: &[&str]) -> ExportTraceServiceRequest {
    let spans = names.iter().map(|name| Span { name: (*name).to_owned(), ..Span::default() }).collect();
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            scope_spans: vec![ScopeSpans { spans, ..ScopeSpans::default() }],
            ..ResourceSpans::default()
        }],
    }
}

fn names(sink: &Sink) -> Vec<String> {
    sink.spans().into_iter().map(|span| span.span.name).collect()
}

/// Sends over a connection of its own.
fn grpc(sink: &Sink, names: &[&str]) -> Result<ExportTraceServiceResponse, Status> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = TraceServiceClient::connect(sink.url()).await.unwrap();
        let mut client = client.send_compressed(CompressionEncoding::Gzip);
        client.export(request(names)).await.map(tonic::Response::into_inner)
    })
}

/// The status and the answer's body; `None` where the connection was closed.
fn http(sink: &Sink, body: &[u8], headers: &str) -> Option<(u16, String, Vec<u8>)> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(sink.address()).unwrap();
    let head = format!(
        "POST /v1/traces HTTP/1.1\r\nhost: sink\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1)?.parse().unwrap();
    Some((status, head, answer[end + 4..].to_vec()))
}

const PROTOBUF: &str = "content-type: application/x-protobuf\r\n";
const JSON: &str = "content-type: application/json\r\n";

#[test]
fn spans_arrive_over_all_protocols_on_one_port() {
    let sink = Sink::start();
    let (status, _, _) = http(&sink, &request(&["a", "b"]).encode_to_vec(), PROTOBUF).unwrap();
    assert_eq!(status, 200);
    grpc(&sink, &["c"]).unwrap();
    let json = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"d"}]}]}]}"#;
    let (status, head, body) = http(&sink, json, JSON).unwrap();
    assert_eq!((status, body.as_slice()), (200, &b"{}"[..]));
    assert!(head.contains("content-type: application/json"), "{head}");
    assert_eq!(names(&sink), ["a", "b", "c", "d"]);
    let protocols: Vec<_> = sink.exports().iter().map(|export| (export.protocol, export.gzip)).collect();
    assert_eq!(protocols, [(Protocol::Http, false), (Protocol::Grpc, true), (Protocol::HttpJson, false)]);
    assert_eq!(sink.wait_for_spans(4).len(), 4);
}

#[test]
fn a_gzip_body_is_unpacked() {
    use std::io::Write;
    let sink = Sink::start();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&request(&["a"]).encode_to_vec()).unwrap();
    let headers = format!("{PROTOBUF}content-encoding: gzip\r\nx-probe: 1\r\n");
    http(&sink, &encoder.finish().unwrap(), &headers).unwrap();
    assert_eq!(names(&sink), ["a"]);
    let export = &sink.exports()[0];
    assert!(export.gzip);
    assert_eq!(export.header("x-probe"), Some("1"));
}

#[test]
fn what_is_not_otlp_is_refused_and_counted() {
    let sink = Sink::start();
    assert_eq!(http(&sink, b"\xff\xff", PROTOBUF).unwrap().0, 400);
    assert_eq!(http(&sink, b"{}", "content-type: text/json\r\n").unwrap().0, 400);
    assert_eq!(http(&sink, br#"{"resource_spans":[]}"#, JSON).unwrap().0, 400);
    assert_eq!(sink.undecodable().len(), 3);
    assert_eq!((sink.attempts(), sink.exports().len()), (3, 0));
    assert_eq!(get(sink.address(), "/v1/traces", &[]).status, 405);
    assert_eq!(get(sink.address(), "/", &[]).status, 404);
}

#[test]
fn a_status_is_answered_as_often_as_asked() {
    let sink = Sink::start();
    let body = request(&["a"]).encode_to_vec();
    sink.fail_next(2, Fault::throttled(Duration::from_secs(3)));
    let (status, head, _) = http(&sink, &body, PROTOBUF).unwrap();
    assert_eq!(status, 429);
    assert!(head.contains("retry-after: 3"), "{head}");
    let refused = grpc(&sink, &["a"]).unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert!(!refused.details().is_empty());
    assert_eq!(http(&sink, &body, PROTOBUF).unwrap().0, 200);
    assert_eq!((sink.attempts(), sink.faults(), sink.spans().len()), (3, 2, 1));
    sink.clear();
    assert_eq!((sink.attempts(), sink.spans().len()), (0, 0));
}

#[test]
fn a_dropped_connection_gets_no_answer() {
    let sink = Sink::start();
    sink.fail(Fault::Drop);
    assert!(http(&sink, &request(&["a"]).encode_to_vec(), PROTOBUF).is_none());
    assert!(grpc(&sink, &["a"]).is_err());
    sink.recover();
    grpc(&sink, &["b"]).unwrap();
    assert_eq!(names(&sink), ["b"]);
}

#[test]
fn partial_success_and_redirects_are_answered() {
    let sink = Sink::start();
    let body = request(&["a"]).encode_to_vec();
    sink.fail_next(2, Fault::Partial { rejected: 7, message: "why".to_owned() });
    let (_, _, answer) = http(&sink, &body, PROTOBUF).unwrap();
    let partial = ExportTraceServiceResponse::decode(answer.as_slice()).unwrap().partial_success.unwrap();
    assert_eq!((partial.rejected_spans, partial.error_message.as_str()), (7, "why"));
    assert_eq!(grpc(&sink, &["b"]).unwrap().partial_success.unwrap().rejected_spans, 7);
    sink.fail_next(1, Fault::Redirect("http://elsewhere/".to_owned()));
    let (status, head, _) = http(&sink, &body, PROTOBUF).unwrap();
    assert_eq!(status, 307);
    assert!(head.contains("location: http://elsewhere/"), "{head}");
}

#[test]
fn an_export_that_hangs_does_not_keep_the_receiver_from_ending() {
    let sink = Sink::start();
    sink.fail(Fault::Hang);
    let address = sink.address();
    let body = request(&["a"]).encode_to_vec();
    std::thread::scope(|scope| {
        let hanging = scope.spawn(|| http(&sink, &body, PROTOBUF));
        sink.wait_until("the export", |sink| sink.attempts() == 1);
        assert!(!hanging.is_finished());
        // A second receiver cannot take the port while the first one has it.
        assert!(std::net::TcpListener::bind(address).is_err());
        sink.stop();
        assert!(hanging.join().unwrap().is_none());
    });
    assert!(sink.spans().is_empty());
    let again = Sink::start_at(address);
    grpc(&again, &["b"]).unwrap();
    assert_eq!(names(&again), ["b"]);
}
