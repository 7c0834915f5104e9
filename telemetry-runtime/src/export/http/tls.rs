//! TLS of the scrape endpoint: rustls with ring, and the operator's certificate.

use std::fs::metadata;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

use crate::config::ServerTlsConfig;
use crate::export::diagnostics::{DiagnosticKind, Diagnostics};
use crate::export::pem;

/// How often the files are looked at; certificates that expire are renewed under a running program.
const CHECK: Duration = Duration::from_secs(10);

/// The certificate and key of an endpoint. Files that are absent or wrong at the start may be right later.
pub(in crate::export) struct Tls {
    certificate: String,
    key: String,
    check: Duration,
    state: Mutex<State>,
    diagnostics: Diagnostics,
}

#[derive(Default)]
struct State {
    acceptor: Option<TlsAcceptor>,
    looked: Option<Instant>,
    /// The files that were read last.
    read: Option<[Stamp; 2]>,
}

/// What tells one version of a file from another one without reading it.
type Stamp = Option<(SystemTime, u64)>;

impl Tls {
    /// `None` for an endpoint without TLS.
    pub(in crate::export) fn new(config: &ServerTlsConfig, diagnostics: Diagnostics) -> Option<Self> {
        let (certificate, key) = (config.cert_file.clone()?, config.key_file.clone()?);
        let tls = Self { certificate, key, check: CHECK, state: Mutex::default(), diagnostics };
        // So that a mistake is told at the start, and not at the first scrape.
        tls.acceptor();
        Some(tls)
    }

    #[cfg(test)]
    pub(super) fn checking_each_time(self) -> Self {
        Self { check: Duration::ZERO, ..self }
    }

    /// What makes a connection an encrypted one; `None` while there is no certificate that could be used. Nothing is ever
    /// answered without encryption instead.
    pub(super) fn acceptor(&self) -> Option<TlsAcceptor> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked.is_none_or(|looked| looked.elapsed() >= self.check) {
            state.looked = Some(Instant::now());
            let now = [stamp(&self.certificate), stamp(&self.key)];
            if state.read != Some(now) {
                state.read = Some(now);
                match self.read() {
                    Ok(config) => state.acceptor = Some(Arc::new(config).into()),
                    Err(message) => self.report(&message, state.acceptor.is_some()),
                }
            }
        }
        state.acceptor.clone()
    }

    fn read(&self) -> Result<ServerConfig, String> {
        let chain = pem::certificates(&self.certificate)?.content;
        let key = pem::key(&self.key)?.content;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS cannot be used: {error}"))?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| format!("`{}` and `{}` cannot be used: {error}", self.certificate, self.key))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    fn report(&self, message: &str, works: bool) {
        let meanwhile =
            if works { "the certificate of before stays in use" } else { "no scrape is answered" };
        let message = format!("TLS of the metrics endpoint: {message}; until that is right, {meanwhile}");
        self.diagnostics.report(DiagnosticKind::Endpoint, message);
    }
}

fn stamp(path: &str) -> Stamp {
    let metadata = metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
