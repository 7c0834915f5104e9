//! The endpoint with a certificate.

use std::sync::mpsc::{Receiver, channel};

use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};

use super::*;
use crate::config::ServerTlsConfig;
use crate::export::testing::authority::Authority;

fn start(authority: &Authority, limits: Limits) -> (Server, Receiver<String>) {
    let (sender, messages) = channel();
    let diagnostics = Diagnostics::to_hook(move |diagnostic| drop(sender.send(diagnostic.to_string())));
    let tls = ServerTlsConfig {
        cert_file: Some(authority.file("own.pem")),
        key_file: Some(authority.file("own.key")),
    };
    let config = PrometheusConfig { tls, ..with_token() };
    (Server::configured(limits, config, diagnostics), messages)
}

/// Gives the endpoint the certificate and key `name`.
fn give(authority: &Authority, name: &str) {
    for kind in ["key", "pem"] {
        let next = authority.file("next");
        std::fs::copy(authority.file(&format!("{name}.{kind}")), &next).unwrap();
        // As whoever renews certificates does, so that no half file is ever seen.
        std::fs::rename(next, authority.file(&format!("own.{kind}"))).unwrap();
    }
}

/// The answer to a scrape of somebody who trusts the authority.
fn scrape(authority: &Authority, server: &Server) -> std::io::Result<String> {
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let client = ClientConnection::new(Arc::new(authority.client()), name).unwrap();
    let mut stream = StreamOwned::new(client, server.connect());
    stream.write_all(format!("GET /metrics {CLOSE}authorization: Bearer canary\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn an_encrypted_endpoint_answers_over_https_and_not_otherwise() {
    let Some(authority) = Authority::new() else { return };
    give(&authority, "receiver");
    let (server, messages) = start(&authority, Limits::default());
    let answer = scrape(&authority, &server).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("seen_total"), "{answer}");
    let plain = server.ask_bytes(&format!("GET /metrics {CLOSE}authorization: Bearer canary\r\n\r\n"));
    assert!(!String::from_utf8_lossy(&plain).contains("seen_total"), "{plain:?}");
    assert_eq!(messages.try_iter().collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn a_certificate_is_used_when_it_comes_and_when_it_changes() {
    let Some(authority) = Authority::new() else { return };
    let (server, messages) = start(&authority, Limits::default());
    let said = messages.try_recv().unwrap();
    assert!(said.contains("cannot read") && said.ends_with("no scrape is answered"), "{said}");
    assert!(scrape(&authority, &server).is_err());
    give(&authority, "expired");
    let refused = scrape(&authority, &server).unwrap_err().to_string();
    assert!(refused.contains("expired"), "{refused}");
    give(&authority, "receiver");
    assert!(scrape(&authority, &server).unwrap().contains("seen_total"));
    std::fs::write(authority.file("own.pem"), "not a certificate").unwrap();
    assert!(scrape(&authority, &server).unwrap().contains("seen_total"));
    let said = messages.iter().find(|said| said.contains("holds no certificate")).unwrap();
    assert!(said.ends_with("the certificate of before stays in use"), "{said}");
}

#[test]
fn a_handshake_that_does_not_end_is_closed() {
    let Some(authority) = Authority::new() else { return };
    give(&authority, "receiver");
    let limits = Limits { header_timeout: Duration::from_millis(50), ..Limits::default() };
    let (server, _messages) = start(&authority, limits);
    // The first bytes of a handshake, and never more; the read timeout of the socket would fail it.
    let mut stream = server.connect();
    stream.write_all(&[0x16, 0x03, 0x01]).unwrap();
    assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0);
}
