//! Certificates that `openssl` makes.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::component;

/// An authority, and a certificate of it for 127.0.0.1: `authority.pem`, `server.pem` and `server.key`.
#[derive(Debug)]
pub struct Authority(TempDir);

impl Authority {
    /// Makes all of it; `None`, with the reason printed, where `openssl` is absent.
    ///
    /// # Panics
    ///
    /// If `openssl` refuses to.
    #[must_use]
    pub fn new() -> Option<Self> {
        component::openssl()?;
        let authority = Self(tempfile::tempdir().expect("a temporary folder"));
        let make = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        authority.openssl(&format!(
            "req -x509 {make} -days 2 -subj /CN=authority -keyout authority.key -out authority.pem"
        ));
        authority.openssl(&format!("req {make} -subj /CN=server -keyout server.key -out server.csr"));
        fs::write(authority.file("names"), "subjectAltName=IP:127.0.0.1").expect("a written file");
        authority.openssl("x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile names -out server.pem");
        Some(authority)
    }

    /// The path of a file.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn openssl(&self, arguments: &str) {
        let output = Command::new("openssl")
            .current_dir(self.0.path())
            .args(arguments.split(' '))
            .stdin(Stdio::null())
            .output()
            .expect("openssl runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
