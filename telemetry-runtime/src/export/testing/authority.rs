//! Certificates that `openssl` makes.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tempfile::TempDir;

/// An authority, a stranger to it, and certificates of it: `receiver` and `client` for 127.0.0.1, `misnamed` for another
/// host, `expired` years ago. Each has a key of the same name.
pub(in crate::export) struct Authority(TempDir);

/// How `openssl ca` issues a certificate of the past; its shorter commands count from today only.
const PAST: &str = "[ca]\ndefault_ca=d\n[d]\ndatabase=index\nnew_certs_dir=.\nserial=serial\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\nsubjectAltName=IP:127.0.0.1\n";

impl Authority {
    /// `None`, with the reason printed, on a machine without `openssl`; a failure where `CI` is set.
    pub(in crate::export) fn new() -> Option<Self> {
        let authority = Self(TempDir::new().unwrap());
        if Command::new("openssl").arg("version").stdout(Stdio::null()).status().is_err() {
            assert!(std::env::var_os("CI").is_none(), "`openssl` is not installed");
            eprintln!("skipped: `openssl` is not installed");
            return None;
        }
        for name in ["authority", "stranger"] {
            authority.openssl(&format!("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN={name} -keyout {name}.key -out {name}.pem"));
        }
        for (file, text) in [
            ("names", "subjectAltName=IP:127.0.0.1"),
            ("other-names", "subjectAltName=DNS:elsewhere.example"),
            ("past", PAST),
            ("index", ""),
            ("serial", "01"),
        ] {
            std::fs::write(authority.file(file), text).unwrap();
        }
        for (name, names) in
            [("receiver", "names"), ("client", "names"), ("misnamed", "other-names"), ("expired", "names")]
        {
            authority.openssl(&format!("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr"));
            if name == "expired" {
                authority.openssl(&format!("ca -batch -notext -config past -cert authority.pem -keyfile authority.key -startdate 20200101000000Z -enddate 20200102000000Z -in {name}.csr -out {name}.pem"));
            } else {
                authority.openssl(&format!("x509 -req -in {name}.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile {names} -out {name}.pem"));
            }
        }
        Some(authority)
    }

    fn openssl(&self, arguments: &str) {
        let output =
            Command::new("openssl").current_dir(self.0.path()).args(arguments.split(' ')).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// The path of a file; `{name}.pem` and `{name}.key` are there.
    pub(in crate::export) fn file(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn certificate(&self, name: &str) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(Path::new(&self.file(&format!("{name}.pem")))).unwrap()
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate("authority")).unwrap();
        roots
    }

    /// A server with this certificate, which asks clients for theirs if `mutual`.
    pub(in crate::export) fn server(&self, name: &str, mutual: bool) -> ServerConfig {
        let chain = vec![self.certificate(name)];
        let key = PrivateKeyDer::from_pem_file(self.file(&format!("{name}.key"))).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if mutual {
            let roots = self.roots().into();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        builder.with_single_cert(chain, key).unwrap()
    }

    /// A client that trusts this authority.
    pub(in crate::export) fn client(&self) -> ClientConfig {
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots())
            .with_no_client_auth()
    }
}
