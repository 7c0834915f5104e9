//! TLS to receivers: rustls with ring, the public roots or the file's, and a client certificate where one is given.
//!
//! There is no way to skip the check of a receiver's certificate.

use crate::config::TlsConfig;

fn read(path: &str) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("cannot read `{path}`: {error}"))
}

/// The client's certificate and key, which need each other.
fn identity(config: &TlsConfig) -> Result<Option<(&str, &str)>, String> {
    match (&config.cert_file, &config.key_file) {
        (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
        (None, None) => Ok(None),
        _ => Err("`certFile` and `keyFile` need each other".to_owned()),
    }
}

/// The configuration for OTLP over HTTP. For an endpoint without TLS the files are not read.
#[cfg(feature = "otlp-http")]
pub(super) fn client_config(encrypted: bool, config: &TlsConfig) -> Result<rustls::ClientConfig, String> {
    use std::sync::Arc;

    use hyper_rustls::ConfigBuilderExt as _;
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ClientConfig, RootCertStore};

    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be used: {error}"))?;
    if !encrypted {
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let certificates = |path: &str| {
        let pem = read(path)?;
        let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
        match certificates {
            Ok(certificates) if !certificates.is_empty() => Ok(certificates),
            _ => Err(format!("`{path}` holds no certificate in PEM form")),
        }
    };
    let builder = match &config.ca_file {
        None => builder.with_webpki_roots(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|error| format!("`{path}`: {error}"))?;
            }
            builder.with_root_certificates(roots)
        }
    };
    match identity(config)? {
        None => Ok(builder.with_no_client_auth()),
        Some((certificate, key)) => {
            let chain = certificates(certificate)?;
            let private = PrivateKeyDer::from_pem_slice(&read(key)?)
                .map_err(|_| format!("`{key}` holds no private key in PEM form"))?;
            builder
                .with_client_auth_cert(chain, private)
                .map_err(|error| format!("`{certificate}` and `{key}` cannot be used: {error}"))
        }
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
        Some(path) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read(path)?)),
    };
    if let Some((certificate, key)) = identity(config)? {
        tls = tls.identity(Identity::from_pem(read(certificate)?, read(key)?));
    }
    Ok(Some(tls))
}
