//! Chromium, driven over `WebDriver`.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::{Site, site};

/// `chromedriver` with one session; both end with it.
struct Browser {
    driver: Child,
    address: String,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    fn open(language: &str, dark: bool) -> Self {
        let mut driver = Command::new(DRIVER)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                Some(
                    line.split_once("successfully on port ")?
                        .1
                        .trim_end_matches('.')
                        .to_owned(),
                )
            })
            .unwrap();
        let address = format!("http://127.0.0.1:{port}");
        let profile = tempfile::tempdir().unwrap();
        let mut flags: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1360,1000",
        ]
        .map(str::to_owned)
        .to_vec();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        flags.push(format!("--accept-lang={language}"));
        if dark {
            flags.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        // The driver must not find its output closed.
        std::thread::spawn(move || lines.for_each(drop));
        let mut browser = Self {
            driver,
            address,
            session: String::new(),
            _profile: profile,
        };
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "binary": CHROMIUM, "args": flags },
        } } });
        let made = browser.post("/session", &wanted);
        browser.session = format!("/session/{}", made["sessionId"].as_str().unwrap());
        browser
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{}{path}", self.address, self.session);
        let mut response = ureq::post(&url)
            .header("content-type", "application/json")
            .send(body.to_string())
            .unwrap();
        value(&response.body_mut().read_to_string().unwrap())
    }

    fn get(&self, path: &str) -> Value {
        let url = format!("{}{}{path}", self.address, self.session);
        let mut response = ureq::get(&url).call().unwrap();
        let reader = response.body_mut().with_config().limit(64 * 1024 * 1024);
        value(&reader.read_to_string().unwrap())
    }

    fn go(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    fn find(&self, selector: &str) -> String {
        let found = self.post(
            "/element",
            &json!({ "using": "css selector", "value": selector }),
        );
        let element = found.as_object().unwrap().values().next().unwrap();
        format!("/element/{}", element.as_str().unwrap())
    }

    fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.post(&format!("{element}/click"), &json!({}));
    }

    fn text(&self, selector: &str) -> String {
        let element = self.find(selector);
        self.get(&format!("{element}/text"))
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn screenshot(&self, name: &str) {
        let shot = self.get("/screenshot");
        let engine = base64::engine::general_purpose::STANDARD;
        let bytes = engine.decode(shot.as_str().unwrap()).unwrap();
        let folder = screenshots();
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _ = ureq::delete(format!("{}{}", self.address, self.session)).call();
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn value(text: &str) -> Value {
    let mut answer: Value = serde_json::from_str(text).unwrap();
    answer["value"].take()
}

/// Beside the test binary: `target/screenshots`.
fn screenshots() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("../screenshots")
}

fn serve(site: &Site) -> (tokio::runtime::Runtime, String) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(server::serve(
        listener,
        site.router.clone(),
        std::future::pending(),
    ));
    (runtime, address)
}

#[test]
fn an_incident_is_read_in_a_browser_after_a_one_time_login() {
    if !Path::new(CHROMIUM).exists() || !Path::new(DRIVER).exists() {
        testkit::skip::because("chromium and chromedriver are not installed");
        return;
    }
    let site = site();
    let (number, actor) = site.fill();
    let (_runtime, address) = serve(&site);
    let admin = site.node.local_caller().unwrap();
    for (language, dark) in [("ja", false), ("en", true)] {
        let once = site.node.one_time_login(&admin, "admin").unwrap().token;
        let browser = Browser::open(language, dark);
        browser.go(&format!("{address}/sign-in/once/{once}"));
        let name = |page: &str| format!("{page}-{language}");
        browser.screenshot(&name("once"));
        browser.click("#sign-in");
        browser.screenshot(&name("password"));
        browser.go(&format!("{address}/incidents/{number}"));
        assert_eq!(browser.text("#victim"), "みなと電力");
        browser.screenshot(&name("incident"));
        for (page, path) in [
            ("dashboard", "/".to_owned()),
            ("object", format!("/objects/{actor}")),
            ("objects", "/objects".to_owned()),
            ("register", "/incidents/new".to_owned()),
            ("release", format!("/releases/new?incident={number}")),
            ("parties", "/parties".to_owned()),
        ] {
            browser.go(&format!("{address}{path}"));
            browser.screenshot(&name(page));
        }
        browser.go(&format!("{address}/releases/new?incident={number}"));
        browser.click("input[name=recipients]");
        let reason = browser.find("input[name=reason]");
        browser.post(
            &format!("{reason}/value"),
            &json!({ "text": "warn the carriers" }),
        );
        browser.click("form.wide button");
        browser.screenshot(&name("preview"));
        assert!(browser.text("h1").len() > 3);
        browser.click("form[action='/releases'] button");
        browser.screenshot(&name("released"));
        browser.go(&format!("{address}/see-as?audience=public"));
        browser.screenshot(&name("see-as"));
    }
}

const CHROMIUM: &str = "/usr/bin/chromium";
const DRIVER: &str = "/usr/bin/chromedriver";
