//! TLS: the node's certificate, and the certificates of those who ask.
//!
//! Who shows a certificate has to hold its key and to have it from an authority that the node was told of; whom it
//! stands for is a matter of its fingerprint, which the node looks up for each request.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use app::certificate::Fingerprint;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{Error as RustlsError, RootCertStore, ServerConfig, crypto};
use tokio_rustls::server::TlsStream;

/// Where the certificates are, all in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The node's certificate, and those between it and its authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The authorities whose certificates clients may show; without it none are asked for.
    pub client_authorities: Option<PathBuf>,
}

/// What connections are secured with; can be read anew without a restart.
#[derive(Debug)]
pub struct Tls {
    files: TlsFiles,
    config: RwLock<Arc<ServerConfig>>,
}

/// Why certificates cannot be used. No variant holds anything of a key.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The authorities of clients are of no use.
    #[error("`{}` cannot be used as authorities of clients", .path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is the matter.
        #[source]
        source: VerifierBuilderError,
    },
    /// There is no certificate in a file.
    #[error("`{}` has no certificate in PEM", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The certificate and the key are of no use together.
    #[error("the certificate in `{}` cannot be used with this key", .path.display())]
    Pair {
        /// The certificate's file.
        path: PathBuf,
        /// What is the matter.
        #[source]
        source: RustlsError,
    },
    /// A file cannot be read.
    #[error("`{}` cannot be read as PEM", .path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is the matter.
        #[source]
        source: pem::Error,
    },
}

/// The certificate that somebody showed and holds the key of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientCertificate(pub(crate) Fingerprint);

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// Where one of them cannot be read or used.
    pub fn read(files: TlsFiles) -> Result<Self, TlsError> {
        let config = RwLock::new(Arc::new(configuration(&files)?));
        Ok(Self { files, config })
    }

    /// Reads the files again, for connections from now on; those that are open go on.
    ///
    /// # Errors
    /// Where one of them cannot be read or used; then nothing changes.
    pub fn reload(&self) -> Result<(), TlsError> {
        let config = Arc::new(configuration(&self.files)?);
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    pub(crate) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> std::io::Result<(TlsStream<S>, Option<ClientCertificate>)> {
        let config = {
            let config = self.config.read().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(&config)
        };
        let stream = TlsAcceptor::from(config).accept(stream).await?;
        let shown = stream.get_ref().1.peer_certificates();
        let certificate = shown
            .and_then(<[_]>::first)
            .map(|der| ClientCertificate(Fingerprint::of(der)));
        Ok((stream, certificate))
    }
}

/// The fingerprint of the first certificate in a text in PEM; none if there is none.
pub fn fingerprint(pem: &[u8]) -> Option<Fingerprint> {
    let der = CertificateDer::from_pem_slice(pem).ok()?;
    Some(Fingerprint::of(&der))
}

fn configuration(files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    // The same provider as our client's: one implementation of cryptography to trust.
    let provider = Arc::new(crypto::ring::default_provider());
    let pair = |source| TlsError::Pair {
        path: files.certificate.clone(),
        source,
    };
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|source| TlsError::Pem {
        path: files.key.clone(),
        source,
    })?;
    // RFC 9325 §3.1.1: nothing older than TLS 1.2.
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(pair)?;
    let builder = match &files.client_authorities {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for authority in certificates(path)? {
                roots.add(authority).map_err(pair)?;
            }
            // Without a certificate one may sign in with a token or password, as browsers do.
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                .allow_unauthenticated()
                .build()
                .map_err(|source| TlsError::Authorities {
                    path: path.clone(),
                    source,
                })?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config = builder.with_single_cert(chain, key).map_err(pair)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(path: &PathBuf) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let failed = |source| TlsError::Pem {
        path: path.clone(),
        source,
    };
    let found = CertificateDer::pem_file_iter(path)
        .map_err(failed)?
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    if found.is_empty() {
        return Err(TlsError::Empty { path: path.clone() });
    }
    Ok(found)
}
