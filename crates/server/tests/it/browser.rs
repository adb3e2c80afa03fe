//! Chromium, driven over `WebDriver`.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use app::access::Role;
use app::four_eyes::FourEyes;
use app::network::Network;
use app::peer::{NewPeer, PeerSecrets, PeerSettings};
use app::query::QueryTerms;
use base64::Engine as _;
use serde_json::{Value, json};
use stix::id::Id;
use stix::marking::Tlp;

use crate::{Site, site};

/// `chromedriver` with one session; both end with it.
struct Browser {
    driver: Child,
    address: String,
    session: String,
    _profile: tempfile::TempDir,
}

/// One test with browsers at a time: more start too slowly for their drivers on a small machine.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
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
        self.ask(path, Some(body))
    }

    fn get(&self, path: &str) -> Value {
        self.ask(path, None)
    }

    /// Asks the driver; a page that goes away meanwhile is asked for again once the next one is there.
    fn ask(&self, path: &str, body: Option<&Value>) -> Value {
        for _ in 0..50 {
            let (status, text) = self.send(path, body);
            if status.is_success() {
                return value(&text);
            }
            if path == "/session" && text.contains("session not created") {
                // A busy machine may start Chromium too slowly for the driver.
                std::thread::sleep(Duration::from_secs(2));
                continue;
            }
            assert!(text.contains("aborted by navigation"), "{path}: {text}");
            if path.ends_with("/click") {
                return Value::Null;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{path}: pages go on changing");
    }

    /// Waits until the address has a part; the address.
    fn comes_to(&self, part: &str) -> String {
        for _ in 0..300 {
            let address = self.get("/url").as_str().unwrap().to_owned();
            if address.contains(part) {
                return address;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the browser does not come to {part}");
    }

    fn send(&self, path: &str, body: Option<&Value>) -> (ureq::http::StatusCode, String) {
        let url = format!("{}{}{path}", self.address, self.session);
        let response = match body {
            Some(body) => ureq::post(&url)
                .config()
                .http_status_as_error(false)
                .build()
                .header("content-type", "application/json")
                .send(body.to_string()),
            None => ureq::get(&url)
                .config()
                .http_status_as_error(false)
                .build()
                .call(),
        };
        let mut response = response.unwrap();
        let reader = response.body_mut().with_config().limit(64 * 1024 * 1024);
        let text = reader.read_to_string().unwrap();
        (response.status(), text)
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

    fn find_all(&self, selector: &str) -> Vec<Value> {
        let found = self.post(
            "/elements",
            &json!({ "using": "css selector", "value": selector }),
        );
        found.as_array().unwrap().clone()
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
    let _alone = alone();
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
        browser.comes_to("/password");
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

#[test]
fn a_peer_is_changed_with_the_keyboard_in_a_browser() {
    const ENTER: &str = "\u{e007}";
    if !Path::new(CHROMIUM).exists() || !Path::new(DRIVER).exists() {
        testkit::skip::because("chromium and chromedriver are not installed");
        return;
    }
    let _alone = alone();
    let site = site();
    let (_runtime, address) = serve(&site);
    let admin = site.node.local_caller().unwrap();
    let abroad = crate::organisation("Abroad", None);
    let new = NewPeer {
        name: "abroad".to_owned(),
        organisation: site.node.add_organisation(&admin, &abroad).unwrap().id,
        settings: PeerSettings {
            pull: vec!["one".to_owned(), "two".to_owned()],
            ..PeerSettings::of_url("https://abroad.example/taxii2/")
        },
        secrets: PeerSecrets::default(),
    };
    site.node.add_peer(&admin, &new).unwrap();
    for (language, dark, secs) in [("ja", false, 61), ("en", true, 62)] {
        let once = site.node.one_time_login(&admin, "admin").unwrap().token;
        let browser = Browser::open(language, dark);
        browser.go(&format!("{address}/sign-in/once/{once}"));
        browser.click("#sign-in");
        browser.comes_to("/password");
        browser.go(&format!("{address}/peers/abroad"));
        let keys = |selector: &str, text: &str| {
            let element = browser.find(selector);
            browser.post(&format!("{element}/value"), &json!({ "text": text }));
        };
        keys("summary", ENTER);
        browser.screenshot(&format!("peer-{language}"));
        for field in [
            "input[name=url]",
            "select[name=direction]",
            "textarea[name=pull]",
            "textarea[name=push]",
            "textarea[name=types]",
            "input[name=interval_secs]",
            "input[name=page_objects]",
            "input[name=overlap_secs]",
            "input[name=reread_hours]",
            "input[name=user]",
            "input[name=secret]",
            "input[name=forget]",
        ] {
            let label = browser.get(&format!("{}/computedlabel", browser.find(field)));
            assert!(label.as_str().unwrap().len() > 2, "{field}: {label}");
        }
        let interval = browser.find("input[name=interval_secs]");
        browser.post(&format!("{interval}/clear"), &json!({}));
        keys("input[name=interval_secs]", &format!("{secs}{ENTER}"));
        let settings = || {
            let peer = site.node.peer(&admin, "abroad").unwrap().unwrap();
            peer.summary.settings
        };
        for _ in 0..300 {
            if settings().interval_secs == secs {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let settings = settings();
        assert_eq!(
            (settings.interval_secs, settings.pull),
            (secs, new.settings.pull.clone())
        );
        browser.go(&format!("{address}/peers/abroad"));
        let log = browser.text("section[aria-labelledby=h-log]");
        assert!(log.contains("it goes on from where it was"), "{log}");
    }
}

#[test]
fn a_request_is_confirmed_by_another_in_a_browser() {
    if !Path::new(CHROMIUM).exists() || !Path::new(DRIVER).exists() {
        testkit::skip::because("chromium and chromedriver are not installed");
        return;
    }
    let _alone = alone();
    let site = site();
    let (_, actor) = site.fill();
    let admin = site.node.local_caller().unwrap();
    let policy = FourEyes {
        always: true,
        above: Some(Tlp::Green),
        public: true,
        foreign: true,
    };
    site.node.set_four_eyes(&admin, policy).unwrap();
    site.token(Role::Releaser);
    let terms = QueryTerms {
        kinds: vec!["indicator".to_owned()],
        last_days: Some(7),
        ..QueryTerms::default()
    };
    let query = site
        .node
        .save_query(&admin, None, "relays of the week", &terms);
    let query = query.unwrap();
    let carrier = site.node.organisations(&admin).unwrap();
    let carrier = carrier.iter().find(|one| !one.own).unwrap().id;
    let networks = ["AS64500", "192.0.2.0/24", "toto.example"];
    let networks: Vec<Network> = networks
        .iter()
        .map(|text| Network::parse(text).unwrap())
        .collect();
    site.node.set_networks(&admin, carrier, &networks).unwrap();
    let (_runtime, address) = serve(&site);
    for (language, dark) in [("ja", false), ("en", true)] {
        let name = |page: &str| format!("life-{page}-{language}");
        let enter = |login: &str| {
            let once = site.node.one_time_login(&admin, login).unwrap().token;
            let browser = Browser::open(language, dark);
            browser.go(&format!("{address}/sign-in/once/{once}"));
            browser.click("#sign-in");
            browser.comes_to("/password");
            browser
        };
        let fill = |browser: &Browser, selector: &str, text: &str| {
            let field = browser.find(selector);
            browser.post(&format!("{field}/value"), &json!({ "text": text }));
        };
        let browser = enter("admin");
        for (page, path) in [
            ("policy", "/policy".to_owned()),
            ("queries", "/queries".to_owned()),
            ("query", format!("/queries/{query}")),
            ("organisation", format!("/parties/organisations/{carrier}")),
            ("owner", "/parties/owner?value=www.toto.example".to_owned()),
            ("parties", "/parties".to_owned()),
        ] {
            browser.go(&format!("{address}{path}"));
            browser.screenshot(&name(page));
        }
        browser.go(&format!("{address}/rules/new?related_to={actor}"));
        browser.screenshot(&name("rule-new"));
        browser.click("select[name=at_most] option:nth-child(3)");
        browser.click("select[name=ceiling] option:nth-child(3)");
        browser.click("input[name=recipients]");
        fill(&browser, "input[name=reason]", "indicators of this actor");
        browser.click("form.wide button");
        browser.screenshot(&name("rule-dry-run"));
        assert!(
            browser.find_all("button:not(.quiet)").len() == 1,
            "asking is the one way on"
        );
        browser.click("button[formaction='/requests']");
        browser.screenshot(&name("request-of-mine"));
        let request = browser.comes_to("/requests/");
        assert!(
            browser.find_all("form[action$='/confirm']").is_empty(),
            "one's own request has no such button"
        );
        let other = enter("releaser");
        other.go(&format!("{address}/requests"));
        other.screenshot(&name("requests"));
        other.go(&request);
        other.screenshot(&name("request"));
        other.click("form[action$='/confirm'] button");
        other.comes_to("/rules/");
        other.screenshot(&name("rule"));
        other.go(&format!("{address}/rules"));
        other.screenshot(&name("rules"));
        let text = format!(
            "{{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--{}\",\"created\":\"2026-01-12T09:30:00.000Z\",\"modified\":\"2026-01-12T09:30:00.000Z\",\"name\":\"中継サーバ 192.0.2.99\",\"pattern\":\"[ipv4-addr:value = '192.0.2.99']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-12T09:30:00Z\",\"object_marking_refs\":[\"{}\"]}}",
            site.node.ids().uuid(),
            Tlp::Amber.id_text()
        );
        let indicator = Id::parse(text.split('"').nth(11).unwrap()).unwrap();
        let link = text
            .replace("\"type\":\"indicator\"", "\"type\":\"relationship\"")
            .replace("\"pattern\"", "\"x_pattern\"")
            .replace(indicator.as_str(), &format!("relationship--{}", site.node.ids().uuid()))
            .replace(
                "\"name\":",
                &format!("\"relationship_type\":\"indicates\",\"source_ref\":\"{indicator}\",\"target_ref\":\"{actor}\",\"x_name\":"),
            );
        let report = site.node.import(&admin, &[text, link], 0).unwrap();
        assert_eq!(report.stored, 2, "{report:?}");
        other.go(&format!("{address}/rules"));
        other.click("tbody th a");
        other.screenshot(&name("rule-released"));
        other.click("section table tbody th a");
        other.screenshot(&name("release"));
        other.comes_to("/releases/");
        fill(
            &other,
            "form[action$='/withdraw'] input[name=reason]",
            "a false positive",
        );
        other.click("form[action$='/withdraw'] button");
        other.screenshot(&name("withdrawn"));
        assert!(other.find_all("form[action$='/withdraw']").is_empty());
    }
}

const CHROMIUM: &str = "/usr/bin/chromium";
const DRIVER: &str = "/usr/bin/chromedriver";
