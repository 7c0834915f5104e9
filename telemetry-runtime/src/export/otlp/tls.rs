//! TLS to receivers: rustls with ring, the public roots or the file's, and a client certificate where one is given.
//!
//! There is no way to skip the check of a receiver's certificate.

use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::TlsConfig;
use crate::export::pem::{Pem, certificates, key};

/// The client's certificate and key, which need each other.
type Identity = (Pem<Vec<CertificateDer<'static>>>, Pem<PrivateKeyDer<'static>>);

fn identity(config: &TlsConfig) -> Result<Option<Identity>, String> {
    match (&config.cert_file, &config.key_file) {
        (Some(certificate), Some(private)) => Ok(Some((certificates(certificate)?, key(private)?))),
        (None, None) => Ok(None),
        _ => Err("`certFile` and `keyFile` need each other".to_owned()),
    }
}

/// The configuration for OTLP over HTTP. For an endpoint without TLS the files are not read.
#[cfg(feature = "otlp-http")]
pub(super) fn client_config(encrypted: bool, config: &TlsConfig) -> Result<rustls::ClientConfig, String> {
    use std::sync::Arc;

    use hyper_rustls::ConfigBuilderExt as _;
    use rustls::{ClientConfig, RootCertStore};

    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be used: {error}"))?;
    if !encrypted {
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let builder = match &config.ca_file {
        None => builder.with_webpki_roots(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(path)?.content {
                roots.add(certificate).map_err(|error| format!("`{path}`: {error}"))?;
            }
            builder.with_root_certificates(roots)
        }
    };
    match identity(config)? {
        None => Ok(builder.with_no_client_auth()),
        Some((chain, key)) => builder
            .with_client_auth_cert(chain.content, key.content)
            .map_err(|error| format!("`certFile` and `keyFile` cannot be used: {error}")),
    }
}

/// The configuration for OTLP over gRPC, or `None` for an endpoint without TLS.
#[cfg(feature = "otlp-grpc")]
pub(super) fn grpc_config(
    encrypted: bool,
    config: &TlsConfig,
) -> Result<Option<tonic::transport::ClientTlsConfig>, String> {
    use tonic::transport::{Certificate, ClientTlsConfig, Identity};

    if !encrypted {
        return Ok(None);
    }
    let mut tls = match &config.ca_file {
        None => ClientTlsConfig::new().with_webpki_roots(),
        // Proved first: tonic takes a file without certificates, and then trusts nobody.
        Some(path) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(certificates(path)?.text)),
    };
    if let Some((chain, key)) = identity(config)? {
        tls = tls.identity(Identity::from_pem(chain.text, key.text));
    }
    Ok(Some(tls))
}
