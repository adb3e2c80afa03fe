//! TLS with certificates that OpenSSL makes: the node's own, and those of clients.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use server::connection::Connections;
use server::tls::{Tls, TlsFiles, fingerprint};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use crate::hostile::{QUICK, listen};
use crate::site;

/// A folder with certificates.
struct Authority(tempfile::TempDir);

impl Authority {
    /// None where there is no OpenSSL.
    fn new() -> Option<Self> {
        let found = Command::new("openssl").arg("version").output();
        if !found.is_ok_and(|output| output.status.success()) {
            testkit::skip::because("openssl is not installed");
            return None;
        }
        let authority = Self(tempfile::tempdir().unwrap());
        for name in ["ca", "other-ca"] {
            authority.openssl(&[
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
                "-subj",
                &format!("/CN={name}"),
                "-keyout",
                &format!("{name}.key"),
                "-out",
                &format!("{name}.pem"),
            ]);
        }
        Some(authority)
    }

    fn openssl(&self, arguments: &[&str]) {
        let status = Command::new("openssl")
            .args(arguments)
            .current_dir(self.0.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "{arguments:?}");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// A certificate and key `name` of the authority `by`.
    fn issue(&self, name: &str, by: &str) {
        let extensions = "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n";
        std::fs::write(self.path("extensions"), extensions).unwrap();
        let (key, request, certificate) = (
            format!("{name}.key"),
            format!("{name}.csr"),
            format!("{name}.pem"),
        );
        self.openssl(&[
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            &format!("/CN={name}"),
            "-keyout",
            &key,
            "-out",
            &request,
        ]);
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            &format!("{by}.pem"),
            "-CAkey",
            &format!("{by}.key"),
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            "extensions",
            "-out",
            &certificate,
        ]);
    }

    fn files(&self) -> TlsFiles {
        TlsFiles {
            certificate: self.path("node.pem"),
            key: self.path("node.key"),
            client_authorities: Some(self.path("ca.pem")),
        }
    }

    /// An agent that trusts the authority `ca` and shows the certificate of `name`.
    fn agent(&self, ca: &str, name: Option<&str>) -> ureq::Agent {
        let root = Certificate::from_pem(&self.read(ca)).unwrap();
        let shown = name.map(|name| {
            let certificate = Certificate::from_pem(&self.read(&format!("{name}.pem"))).unwrap();
            let key = PrivateKey::from_pem(&self.read(&format!("{name}.key"))).unwrap();
            ClientCert::new_with_certs(&[certificate], key)
        });
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&[root]))
            .client_cert(shown)
            .build();
        ureq::Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_idle_connections(0)
            .build()
            .into()
    }
}

/// The status of the discovery resource; none where there was no handshake.
fn status(agent: &ureq::Agent, url: &str, token: Option<&str>) -> Option<u16> {
    let mut request = agent.get(format!("{url}/taxii2/"));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request
        .call()
        .ok()
        .map(|response| response.status().as_u16())
}

#[test]
fn certificates_of_clients_stand_for_whom_they_are_registered() {
    let Some(authority) = Authority::new() else {
        return;
    };
    for (name, by) in [
        ("node", "ca"),
        ("partner", "ca"),
        ("unknown", "ca"),
        ("stranger", "other-ca"),
    ] {
        authority.issue(name, by);
    }
    let site = site();
    let token = site.partner("partner");
    let tls = Arc::new(Tls::read(authority.files()).unwrap());
    let connections = Connections {
        limits: QUICK,
        tls: Some(Arc::clone(&tls)),
    };
    let server = listen(&site, connections);
    let url = format!("https://{}", server.address);
    let agent = |name| authority.agent("ca.pem", name);

    // TLS for the server only: as without TLS.
    assert_eq!(status(&agent(None), &url, None), Some(401));
    assert_eq!(status(&agent(None), &url, Some(&token)), Some(200));
    // Who does not know the node's authority does not talk to it.
    assert_eq!(
        status(&authority.agent("other-ca.pem", None), &url, Some(&token)),
        None
    );

    let admin = site.node.local_caller().unwrap();
    let shown = fingerprint(&authority.read("partner.pem")).unwrap();
    assert_eq!(status(&agent(Some("partner")), &url, None), Some(401));
    site.node
        .add_certificate(&admin, "partner", shown, None)
        .unwrap();
    assert!(
        site.node
            .add_certificate(&admin, "partner", shown, None)
            .is_err()
    );
    assert_eq!(status(&agent(Some("partner")), &url, None), Some(200));
    // Of the authority, but nobody's; and of no authority that the node knows.
    assert_eq!(status(&agent(Some("unknown")), &url, None), Some(401));
    assert_eq!(
        status(&agent(Some("unknown")), &url, Some(&token)),
        Some(200)
    );
    assert_eq!(status(&agent(Some("stranger")), &url, Some(&token)), None);
    // Wrong credentials are wrong, whatever certificate is beside them.
    assert_eq!(
        status(&agent(Some("partner")), &url, Some("wrong")),
        Some(401)
    );
    // A fingerprint is no secret and opens nothing.
    assert_eq!(
        status(&agent(None), &url, Some(&shown.to_string())),
        Some(401)
    );

    site.node.remove_certificate(&admin, shown).unwrap();
    assert_eq!(status(&agent(Some("partner")), &url, None), Some(401));
    assert!(site.node.remove_certificate(&admin, shown).is_err());

    // The node's new certificate is of the other authority.
    authority.issue("node", "other-ca");
    tls.reload().unwrap();
    assert_eq!(
        status(&authority.agent("other-ca.pem", None), &url, Some(&token)),
        Some(200)
    );
    std::fs::write(authority.path("node.pem"), "nothing").unwrap();
    assert!(tls.reload().is_err());
    assert_eq!(
        status(&authority.agent("other-ca.pem", None), &url, Some(&token)),
        Some(200)
    );

    // Plain HTTP, or nothing, on the TLS port.
    let mut silent = std::net::TcpStream::connect(server.address).unwrap();
    let mut plain = std::net::TcpStream::connect(server.address).unwrap();
    plain
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    let mut read = Vec::new();
    // A reset is an end too.
    let _ = plain.read_to_end(&mut read);
    assert!(!read.starts_with(b"HTTP"), "{read:?}");
    let _ = silent.read_to_end(&mut read);
}

#[test]
fn a_certificate_sends_no_form_and_gives_way_to_a_session() {
    let Some(authority) = Authority::new() else {
        return;
    };
    authority.issue("node", "ca");
    authority.issue("admin", "ca");
    let site = site();
    let session = site.node.sign_in_once(&site.once).unwrap();
    let (_, csrf) = site.node.session(&session.token).unwrap().unwrap();
    let admin = site.node.local_caller().unwrap();
    let shown = fingerprint(&authority.read("admin.pem")).unwrap();
    site.node
        .add_certificate(&admin, "admin", shown, None)
        .unwrap();
    let connections = Connections {
        limits: QUICK,
        tls: Some(Arc::new(Tls::read(authority.files()).unwrap())),
    };
    let server = listen(&site, connections);
    let agent = authority.agent("ca.pem", Some("admin"));
    let post = |path: &str, kind: &str, cookie: &str, body: String| {
        let request = agent
            .post(format!("https://{}{path}", server.address))
            .header("content-type", kind)
            .header("cookie", format!("noroshi_session={cookie}"));
        let request = request.config().max_redirects(0).build();
        request.send(body).unwrap().status().as_u16()
    };
    let form = |cookie: &str, token: &str| {
        let body = format!("csrf={token}&name=telecom");
        let kind = "application/x-www-form-urlencoded";
        post("/parties/communities", kind, cookie, body)
    };
    assert_eq!(form("", ""), 403);
    assert_eq!(form("wrong", &csrf), 403);
    assert_eq!(form(&session.token, "wrong"), 403);
    assert_eq!(form(&session.token, &csrf), 303);
    let json = r#"{"name":"finance"}"#.to_owned();
    let made = post("/api/v1/communities", "application/json", "", json);
    assert_eq!(made, 200);
    // Who shows a certificate may still sign in.
    let page = agent.get(format!("https://{}/sign-in", server.address));
    let page = page.config().max_redirects(0).build().call().unwrap();
    assert_eq!(page.status().as_u16(), 200);
}

#[test]
fn files_that_are_no_certificates_are_named() {
    let Some(authority) = Authority::new() else {
        return;
    };
    authority.issue("node", "ca");
    authority.issue("other", "ca");
    let of = |certificate: &str, key: &str, authorities: &str| {
        let files = TlsFiles {
            certificate: authority.path(certificate),
            key: authority.path(key),
            client_authorities: Some(authority.path(authorities)),
        };
        Tls::read(files).map(|_| ()).map_err(|error| {
            let shown = error.to_string();
            shown.replace(&authority.path("").display().to_string(), "")
        })
    };
    std::fs::write(authority.path("empty"), "").unwrap();
    assert_eq!(of("node.pem", "node.key", "ca.pem"), Ok(()));
    let shown: Vec<String> = [
        of("empty", "node.key", "ca.pem"),
        of("nowhere", "node.key", "ca.pem"),
        of("node.pem", "other.key", "ca.pem"),
        of("node.pem", "ca.pem", "ca.pem"),
        of("node.pem", "node.key", "empty"),
    ]
    .into_iter()
    .map(|result| result.unwrap_err())
    .collect();
    assert_eq!(
        shown,
        [
            "`empty` has no certificate in PEM",
            "`nowhere` cannot be read as PEM",
            "the certificate in `node.pem` cannot be used with this key",
            "`ca.pem` cannot be read as PEM",
            "`empty` has no certificate in PEM",
        ]
    );
    assert_eq!(fingerprint(b"nothing"), None);
    // The fingerprint is what other tools show.
    let output = Command::new("openssl")
        .args(["x509", "-noout", "-fingerprint", "-sha256", "-in"])
        .arg(Path::new(&authority.path("node.pem")))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout)
        .unwrap()
        .to_lowercase()
        .replace(':', "");
    let ours = fingerprint(&authority.read("node.pem"))
        .unwrap()
        .to_string();
    assert!(text.contains(&ours), "{text} {ours}");
}
