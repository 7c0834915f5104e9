//! PEM files: certificates and keys, with messages that name the file and nothing of its content.

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A PEM file that was read, and proved to hold what it should.
pub(super) struct Pem<T> {
    #[cfg_attr(not(feature = "otlp-grpc"), expect(dead_code, reason = "only tonic parses by itself"))]
    pub(super) text: Vec<u8>,
    #[cfg_attr(
        not(any(feature = "otlp-http", feature = "prometheus")),
        expect(dead_code, reason = "tonic parses by itself")
    )]
    pub(super) content: T,
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("cannot read `{path}`: {error}"))
}

/// The certificates of a file, of which there is at least one.
pub(super) fn certificates(path: &str) -> Result<Pem<Vec<CertificateDer<'static>>>, String> {
    let text = read(path)?;
    match CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>() {
        Ok(content) if !content.is_empty() => Ok(Pem { text, content }),
        _ => Err(format!("`{path}` holds no certificate in PEM form")),
    }
}

/// The private key of a file.
pub(super) fn key(path: &str) -> Result<Pem<PrivateKeyDer<'static>>, String> {
    let text = read(path)?;
    match PrivateKeyDer::from_pem_slice(&text) {
        Ok(content) => Ok(Pem { text, content }),
        Err(_) => Err(format!("`{path}` holds no private key in PEM form")),
    }
}
