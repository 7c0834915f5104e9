//! Who is trusted, on both sides.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tempfile::TempDir;

use super::super::*;
use super::sink::Sink;
use crate::config::{Compression, OtlpProtocol, TlsConfig};
use crate::export::later::Later;
use crate::export::testing::{resource, span};

/// Certificates that `openssl` makes: an authority, a receiver and a client of it, and a stranger.
struct Authority(TempDir);

impl Authority {
    /// `None`, with the reason printed, on a machine without `openssl`; a failure where `CI` is set.
    fn new() -> Option<Self> {
        let authority = Self(TempDir::new().unwrap());
        if Command::new("openssl").arg("version").stdout(Stdio::null()).status().is_err() {
            assert!(std::env::var_os("CI").is_none(), "`openssl` is not installed");
            eprintln!("skipped: `openssl` is not installed");
            return None;
        }
        for name in ["authority", "stranger"] {
            authority.openssl(&format!("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN={name} -keyout {name}.key -out {name}.pem"));
        }
        std::fs::write(authority.file("names"), "subjectAltName=IP:127.0.0.1").unwrap();
        std::fs::write(authority.file("other-names"), "subjectAltName=DNS:elsewhere.example").unwrap();
        for (name, names) in [("receiver", "names"), ("client", "names"), ("misnamed", "other-names")] {
            authority.openssl(&format!("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr"));
            authority.openssl(&format!("x509 -req -in {name}.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile {names} -out {name}.pem"));
        }
        Some(authority)
    }

    fn openssl(&self, arguments: &str) {
        let output =
            Command::new("openssl").current_dir(self.0.path()).args(arguments.split(' ')).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn file(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// A receiver with this certificate, which asks clients for theirs if `mutual`.
    fn receiver(&self, grpc: bool, name: &str, mutual: bool) -> Sink {
        let certificate = |path: &str| CertificateDer::from_pem_file(Path::new(path)).unwrap();
        let chain = vec![certificate(&self.file(&format!("{name}.pem")))];
        let key = PrivateKeyDer::from_pem_file(self.file(&format!("{name}.key"))).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if mutual {
            let mut roots = RootCertStore::empty();
            roots.add(certificate(&self.file("authority.pem"))).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let mut config = builder.with_single_cert(chain, key).unwrap();
        if grpc {
            config.alpn_protocols = vec![b"h2".to_vec()];
        }
        Sink::encrypted(grpc, config)
    }

    fn trusting(&self, authority: &str, client: Option<&str>) -> TlsConfig {
        TlsConfig {
            ca_file: Some(self.file(&format!("{authority}.pem"))),
            cert_file: client.map(|name| self.file(&format!("{name}.pem"))),
            key_file: client.map(|name| self.file(&format!("{name}.key"))),
        }
    }
}

fn config(sink: &Sink, grpc: bool, tls: TlsConfig) -> OtlpConfig {
    let path = if grpc { "" } else { "/v1/traces" };
    OtlpConfig {
        endpoint: format!("https://{}{path}", sink.address),
        protocol: if grpc { OtlpProtocol::Grpc } else { OtlpProtocol::HttpProtobuf },
        headers: Vec::new(),
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
        let sink = authority.receiver(grpc, "receiver", false);
        let tls = authority.trusting("authority", None);
        assert_eq!(export(&config(&sink, grpc, tls)), Ok(Receipt::default()), "grpc: {grpc}");
        assert_eq!(sink.received().len(), 1);
    }
}

#[test]
fn no_other_receiver_gets_a_byte_of_telemetry() {
    let Some(authority) = Authority::new() else { return };
    for grpc in [false, true] {
        for (receiver, tls, reason) in [
            ("receiver", authority.trusting("stranger", None), "UnknownIssuer"),
            ("receiver", TlsConfig::default(), "UnknownIssuer"),
            ("misnamed", authority.trusting("authority", None), "not valid for name"),
        ] {
            let sink = authority.receiver(grpc, receiver, false);
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
        let sink = authority.receiver(grpc, "receiver", true);
        let known = authority.trusting("authority", Some("client"));
        assert_eq!(export(&config(&sink, grpc, known)), Ok(Receipt::default()), "grpc: {grpc}");
        let nameless = authority.trusting("authority", None);
        assert!(export(&config(&sink, grpc, nameless)).is_err());
        assert_eq!(sink.received().len(), 1);
    }
}

#[test]
fn a_certificate_that_comes_later_is_used_then() {
    let Some(authority) = Authority::new() else { return };
    let receiver = authority.receiver(false, "receiver", false);
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
    let sink = authority.receiver(false, "receiver", false);
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
