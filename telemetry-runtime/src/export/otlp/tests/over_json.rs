//! http/json: the same transport as http/protobuf, with other bodies in both directions.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::*;
use super::delivery::{export, over_http};
use super::messages::snapshot;
use super::sink::{Reply, Sink};
use crate::config::{Compression, OtlpProtocol};
use crate::export::testing::{resource, span};

fn over_json(sink: &Sink) -> OtlpConfig {
    OtlpConfig { protocol: OtlpProtocol::HttpJson, ..over_http(sink) }
}

fn answer(status: u16, body: &Value) -> Reply {
    let headers = vec![("content-type", "application/json; charset=utf-8".to_owned())];
    Reply::Http(status, headers, body.to_string().into_bytes())
}

/// The names of all spans that arrived.
fn names(sink: &Sink) -> Vec<String> {
    let bodies = sink.received().iter().map(|request| request.body.clone()).collect::<Vec<_>>();
    let mut names = Vec::new();
    for body in bodies {
        let request: Value = serde_json::from_slice(&body).unwrap();
        let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
        for of_resource in list(&request, "resourceSpans") {
            for of_scope in list(&of_resource, "scopeSpans") {
                names.extend(
                    list(&of_scope, "spans").iter().map(|span| span["name"].as_str().unwrap().to_owned()),
                );
            }
        }
    }
    names
}

#[test]
fn spans_arrive_as_json() {
    let sink = Sink::http([]);
    assert_eq!(export(&over_json(&sink), vec![span("a"), span("b")]), Ok(Receipt::default()));
    assert_eq!(names(&sink), ["a", "b"]);
    let received = sink.received();
    assert_eq!(received[0].path, "/v1/traces");
    assert_eq!(received[0].headers["content-type"], "application/json");
    assert_eq!(received[0].headers["authorization"], "Bearer canary");
}

#[test]
fn metrics_arrive_as_json_and_packed() {
    let sink = Sink::http([]);
    let config = OtlpConfig { compression: Compression::Gzip, ..over_json(&sink) };
    let exporter = metric_sink(&config, &Diagnostics::to_hook(|_| {})).unwrap();
    assert!(exporter.name().starts_with("OTLP/http/json to "), "{}", exporter.name());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(exporter.export(&Arc::new(snapshot()), &resource())).unwrap();
    let received = sink.received();
    assert_eq!(received[0].headers["content-encoding"], "gzip");
    let request: Value = serde_json::from_slice(&received[0].body).unwrap();
    let point = &request["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["sum"]["dataPoints"][0];
    assert_eq!(point["asInt"], "7");
    assert_eq!(point["startTimeUnixNano"], "1700000000123456789");
}

#[test]
fn a_partial_success_is_read_from_json() {
    let said = |partial: Value| {
        let sink = Sink::http([answer(200, &json!({ "partialSuccess": partial }))]);
        export(&over_json(&sink), vec![span("a"); 3]).unwrap()
    };
    let receipt = |rejected, message: &str| Receipt { rejected, message: message.to_owned() };
    // A 64-bit integer may be a text or a number.
    assert_eq!(said(json!({ "rejectedSpans": "2", "errorMessage": "too old" })), receipt(2, "too old"));
    assert_eq!(said(json!({ "rejectedSpans": 2 })), receipt(2, ""));
    assert_eq!(said(json!({ "errorMessage": "Bearer canary" })), receipt(0, "***"));
    // Nothing to complain about.
    assert_eq!(said(json!({})), receipt(0, ""));
    assert_eq!(said(Value::Null), receipt(0, ""));
    for (rejected, name) in [(5, "rejectedDataPoints"), (6, "rejectedLogRecords")] {
        let body = json!({ "partialSuccess": { name: rejected.to_string() } }).to_string();
        assert_eq!(Answer::Json(body.into()).receipt().rejected, rejected, "{name}");
    }
}

#[test]
fn what_is_no_answer_in_json_is_no_complaint() {
    for body in
        ["", "{", "[]", "7", r#"{"partialSuccess":7}"#, r#"{"partialSuccess":{"rejectedSpans":"-1"}}"#]
    {
        assert_eq!(Answer::Json(body.into()).receipt(), Receipt::default(), "{body}");
    }
}

#[test]
fn an_error_says_what_its_status_says() {
    let sink = Sink::http([answer(400, &json!({ "code": 3, "message": "no tenant\nBearer canary" }))]);
    let error = export(&over_json(&sink), vec![span("a")]).unwrap_err();
    assert_eq!(error.to_string(), "HTTP status 400 Bad Request: no tenant ***");
    assert_eq!(sink.received().len(), 1, "it is not tried again");

    // The same in protobuf: field 2 is the message.
    let headers = vec![("content-type", "application/x-protobuf".to_owned())];
    let sink = Sink::http([Reply::Http(400, headers, b"\x08\x03\x12\x09no tenant".to_vec())]);
    let error = export(&over_http(&sink), vec![span("a")]).unwrap_err();
    assert_eq!(error.to_string(), "HTTP status 400 Bad Request: no tenant");

    // What is no status, and a page of a proxy.
    for (kind, body) in [("application/json", "{"), ("text/html", r#"{"message":"no"}"#)] {
        let headers = vec![("content-type", kind.to_owned())];
        let sink = Sink::http([Reply::Http(400, headers, body.as_bytes().to_vec())]);
        let error = export(&over_json(&sink), vec![span("a")]).unwrap_err();
        assert_eq!(error.to_string(), "HTTP status 400 Bad Request", "{kind}");
    }
}

#[test]
fn an_error_whose_explanation_never_comes_is_still_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    let receiver = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 16 << 10]).unwrap();
        let head =
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{";
        stream.write_all(head.as_bytes()).unwrap();
        // It stays open for as long as the test lives.
        stream
    });
    let config = OtlpConfig { endpoint, ..over_json(&Sink::http([])) };
    let error = export(&config, vec![span("a")]).unwrap_err();
    assert_eq!(error.to_string(), "HTTP status 400 Bad Request");
    drop(receiver.join().unwrap());
}

#[test]
fn a_long_message_is_cut_between_characters() {
    let message = "é".repeat(1000);
    let said = Answer::Json(json!({ "message": message }).to_string().into()).error_message();
    assert_eq!(said, "é".repeat(512));
}

#[test]
fn a_receiver_that_takes_less_gets_smaller_requests() {
    let sink = Sink::http([]);
    sink.refuse_above(1000);
    let batch: Vec<_> = ["a", "b", "c", "d", "e", "f", "g", "h"].map(span).into();
    assert_eq!(export(&over_json(&sink), batch), Ok(Receipt::default()));
    assert!(sink.refused() > 0);
    assert_eq!(names(&sink), ["a", "b", "c", "d", "e", "f", "g", "h"]);
}

#[test]
fn a_request_that_json_makes_too_long_is_divided() {
    // Six bytes of JSON for each one of protobuf, so that a text of 3 MiB, which fits into a request, is 18 MiB long.
    let mut long = span("long");
    long.attributes = vec![opentelemetry::KeyValue::new("body", "\u{1}".repeat(3 << 20))];
    let sink = Sink::http([]);
    assert_eq!(export(&over_json(&sink), vec![span("a"), long, span("b")]), Ok(Receipt::default()));
    assert!(sink.received().iter().all(|request| request.body.len() <= 16 << 20));
    assert_eq!(names(&sink), ["a", "long", "b"]);
}
