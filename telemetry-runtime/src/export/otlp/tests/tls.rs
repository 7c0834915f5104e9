//! Who is trusted, on both sides.

use std::time::Duration;

use super::super::*;
use super::sink::Sink;
use crate::config::{Compression, OtlpProtocol, TlsConfig};
use crate::export::later::Later;
use crate::export::testing::authority::Authority;
use crate::export::testing::{resource, span};

/// A receiver with this certificate, which asks clients for theirs if `mutual`.
fn receiver(authority: &Authority, grpc: bool, name: &str, mutual: bool) -> Sink {
    let mut config = authority.server(name, mutual);
    if grpc {
        config.alpn_protocols = vec![b"h2".to_vec()];
    }
    Sink::encrypted(grpc, config)
}

fn trusting(issuer: &str, authority: &Authority, client: Option<&str>) -> TlsConfig {
    TlsConfig {
        ca_file: Some(authority.file(&format!("{issuer}.pem"))),
        cert_file: client.map(|name| authority.file(&format!("{name}.pem"))),
        key_file: client.map(|name| authority.file(&format!("{name}.key"))),
    }
}

fn config(sink: &Sink, grpc: bool, tls: TlsConfig) -> OtlpConfig {
    let path = if grpc { "" } else { "/v1/traces" };
    OtlpConfig {
        endpoint: format!("https://{}{path}", sink.address),
        protocol: if grpc { OtlpProtocol::Grpc } else { OtlpProtocol::HttpProtobuf },
        headers: vec![("authorization".to_owned(), "Bearer canary".to_owned())],
        compression: Compression::None,
        timeout: Duration::from_secs(2),
        tls,
        temporality: crate::config::TemporalityPreference::Cumulative,
    }
}

fn export(config: &OtlpConfig) -> Result<Receipt, ExportError> {
    let sink = span_sink(config, &Diagnostics::to_hook(|_| {})).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(sink.export(vec![span("a")], &resource()))
}

#[test]
fn a_receiver_of_the_given_authority_is_trusted() {
    let Some(authority) = Authority::new() else { return };
    for grpc in [false, true] {
        let sink = receiver(&authority, grpc, "receiver", false);
        let tls = trusting("authority", &authority, None);
        assert_eq!(export(&config(&sink, grpc, tls)), Ok(Receipt::default()), "grpc: {grpc}");
        assert_eq!(sink.received().len(), 1);
    }
}

#[test]
fn no_other_receiver_gets_a_byte_of_telemetry() {
    let Some(authority) = Authority::new() else { return };
    for grpc in [false, true] {
        for (name, tls, reason) in [
            ("receiver", trusting("stranger", &authority, None), "UnknownIssuer"),
            ("receiver", TlsConfig::default(), "UnknownIssuer"),
            ("misnamed", trusting("authority", &authority, None), "not valid for name"),
            ("expired", trusting("authority", &authority, None), "certificate expired"),
        ] {
            let sink = receiver(&authority, grpc, name, false);
            let error = export(&config(&sink, grpc, tls)).unwrap_err().to_string();
            assert!(error.contains(reason), "grpc: {grpc}: {error}");
            assert!(sink.received().is_empty());
        }
    }
}

#[test]
fn a_receiver_that_asks_gets_the_clients_certificate() {
    let Some(authority) = Authority::new() else { return };
    for grpc in [false, true] {
        let sink = receiver(&authority, grpc, "receiver", true);
        let known = trusting("authority", &authority, Some("client"));
        assert_eq!(export(&config(&sink, grpc, known)), Ok(Receipt::default()), "grpc: {grpc}");
        let nameless = config(&sink, grpc, trusting("authority", &authority, None));
        // In TLS 1.3 the handshake is over for the client when the receiver refuses it, so that the connection may be gone
        // before its client has read why.
        let mut errors = (0..20).map(|_| export(&nameless).unwrap_err().to_string());
        assert!(errors.any(|error| error.contains("CertificateRequired")), "grpc: {grpc}: never said");
        assert_eq!(sink.received().len(), 1);
    }
}

#[test]
fn a_certificate_that_comes_later_is_used_then() {
    let Some(authority) = Authority::new() else { return };
    let receiver = receiver(&authority, false, "receiver", false);
    let late = authority.file("late.pem");
    let tls = TlsConfig { ca_file: Some(late.clone()), ..TlsConfig::default() };
    let config = config(&receiver, false, tls);
    let sink = Later::<dyn SpanSink>::new("late", config.temporality, move || {
        span_sink(&config, &Diagnostics::to_hook(|_| {}))
    });
    let export = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(sink.export(vec![span("a")], &resource()))
    };
    for _ in 0..2 {
        assert!(export().unwrap_err().to_string().contains("cannot read"));
        assert_eq!(sink.name(), "late");
    }
    std::fs::copy(authority.file("authority.pem"), late).unwrap();
    export().unwrap();
    assert_eq!(receiver.received().len(), 1);
    assert!(sink.name().starts_with("OTLP/http/protobuf to "), "{}", sink.name());
}

#[test]
fn files_that_cannot_be_used_are_named_at_the_start() {
    let Some(authority) = Authority::new() else { return };
    std::fs::write(authority.file("empty.pem"), "").unwrap();
    let sink = receiver(&authority, false, "receiver", false);
    let file = |name: &str| Some(authority.file(name));
    let cases = [
        (TlsConfig { ca_file: file("absent.pem"), ..TlsConfig::default() }, "cannot read"),
        (TlsConfig { ca_file: file("empty.pem"), ..TlsConfig::default() }, "holds no certificate"),
        (TlsConfig { cert_file: file("client.pem"), ..TlsConfig::default() }, "need each other"),
        (
            TlsConfig { cert_file: file("client.pem"), key_file: file("client.pem"), ..TlsConfig::default() },
            "holds no private key",
        ),
    ];
    for (tls, expected) in cases {
        for grpc in [false, true] {
            let result = span_sink(&config(&sink, grpc, tls.clone()), &Diagnostics::to_hook(|_| {}));
            let error = result.err().unwrap_or_else(|| panic!("{expected}, grpc: {grpc}"));
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
