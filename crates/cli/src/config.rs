//! Configuration: file, environment and flags, read once. The only module that reads the environment.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use app::quota::Allowance;
use incident::sector::Sector;
use server::tls::TlsFiles;
use toml::Value;

use crate::arguments::Global;
use crate::out::Paint;
use crate::setting::{Kind, PEER_KEYS, SETTINGS, Setting};
use crate::words::Language;

/// What every command is given.
#[derive(Debug)]
pub(crate) struct Context {
    /// The folder with the node's data.
    pub(crate) dir: PathBuf,
    /// Whether the user named that folder.
    pub(crate) dir_named: bool,
    /// The login of whom to act as; none for the first administrator.
    pub(crate) acting_as: Option<String>,
    /// Whether answers are JSON.
    pub(crate) json: bool,
    /// The language of what is said.
    pub(crate) language: Language,
    /// Colours.
    pub(crate) paint: Paint,
    /// How much is said of what is done.
    pub(crate) verbose: u8,
    /// The settings.
    pub(crate) settings: Settings,
    /// Where each came from, for `config`.
    pub(crate) loaded: Loaded,
    /// Credentials for another server, where the environment has them.
    pub(crate) token: Option<String>,
    /// Password that goes with `--user`, where the environment has it.
    pub(crate) password: Option<String>,
}

/// The settings, each of its own type.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: Option<String>,
    pub(crate) behind_proxy: bool,
    pub(crate) tls: Option<TlsFiles>,
    pub(crate) allowance: Allowance,
    pub(crate) organisation_name: String,
    pub(crate) organisation_sector: Option<Sector>,
    pub(crate) organisation_country: Option<String>,
    pub(crate) admin_login: String,
    pub(crate) admin_name: String,
    pub(crate) log_format: LogFormat,
    pub(crate) log_filter: String,
    pub(crate) import_batch: usize,
    pub(crate) page_objects: usize,
    pub(crate) pull_pages: usize,
    pub(crate) body_bytes: u64,
    pub(crate) connect_timeout: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) intake_networks: Option<String>,
    pub(crate) intake_benign_file: Option<PathBuf>,
    pub(crate) intake_waiting: u64,
    pub(crate) peers: Vec<Peer>,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Json,
    Text,
}

/// Another server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) token_file: Option<PathBuf>,
    pub(crate) user: Option<String>,
    pub(crate) collection: Option<String>,
    pub(crate) ca_file: Option<PathBuf>,
}

/// Values with their origins.
#[derive(Debug)]
pub(crate) struct Loaded {
    values: BTreeMap<&'static str, (Value, Origin)>,
    file: Option<PathBuf>,
    peers: Vec<Peer>,
}

/// Where a value came from; what stands later here wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    Default,
    File,
    Environment,
    Flag,
}

impl Origin {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Flag => "flag",
        }
    }
}

/// What the environment says.
type Environment = BTreeMap<String, String>;

/// Reads everything once. `flags` are settings that a command's own options give.
///
/// # Errors
/// Where the file cannot be read, a name is unknown or a value is of the wrong kind.
pub(crate) fn load(global: &Global, flags: &[(&'static str, String)]) -> Result<Context> {
    let environment = environment();
    let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let named = global
        .dir
        .clone()
        .or_else(|| variable("NOROSHI_DIR").map(PathBuf::from));
    let dir_named = named.is_some();
    let dir = named.unwrap_or_else(|| PathBuf::from("noroshi-data"));
    let loaded = Loaded::read(global.config.as_deref(), &dir, &environment, flags)?;
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(variable);
    Ok(Context {
        dir,
        dir_named,
        acting_as: global
            .acting_as
            .clone()
            .or_else(|| variable("NOROSHI_AS").cloned()),
        json: global.json,
        language: global
            .lang
            .unwrap_or_else(|| Language::of_locale(locale.map_or("", String::as_str))),
        paint: Paint::new(global.color, variable("NO_COLOR").is_some()),
        verbose: global.verbose,
        settings: loaded.settings()?,
        loaded,
        token: variable("NOROSHI_TOKEN").cloned(),
        password: variable("NOROSHI_PASSWORD").cloned(),
    })
}

/// The environment as far as it is text.
fn environment() -> Environment {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

impl Loaded {
    fn read(
        file: Option<&Path>,
        dir: &Path,
        environment: &Environment,
        flags: &[(&'static str, String)],
    ) -> Result<Self> {
        let mut loaded = Self {
            values: BTreeMap::new(),
            file: None,
            peers: Vec::new(),
        };
        for setting in &SETTINGS {
            if let Some(default) = setting.default {
                loaded.set(setting, default, Origin::Default)?;
            }
        }
        let beside = dir.join("noroshi.toml");
        let path = file.or_else(|| beside.is_file().then_some(beside.as_path()));
        if let Some(path) = path {
            let name = path.display();
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read configuration `{name}`"))?;
            loaded
                .take_file(&text)
                .with_context(|| format!("configuration `{name}`"))?;
            loaded.file = Some(path.to_owned());
        }
        for setting in &SETTINGS {
            let variable = setting.variable();
            if let Some(value) = environment.get(&variable).filter(|value| !value.is_empty()) {
                loaded
                    .set(setting, value, Origin::Environment)
                    .with_context(|| format!("environment variable `{variable}`"))?;
            }
        }
        for (key, value) in flags {
            let setting = SETTINGS.iter().find(|setting| setting.key == *key);
            let setting = setting.with_context(|| format!("no setting `{key}`"))?;
            loaded.set(setting, value, Origin::Flag)?;
        }
        Ok(loaded)
    }

    fn set(&mut self, setting: &Setting, text: &str, origin: Origin) -> Result<()> {
        let value = match setting.kind {
            Kind::Text => Value::String(text.to_owned()),
            Kind::Flag => match text {
                "true" | "1" | "yes" => Value::Boolean(true),
                "false" | "0" | "no" => Value::Boolean(false),
                _ => bail!("`{}` is `true` or `false`, not `{text}`", setting.key),
            },
            Kind::Number => Value::Integer(
                text.parse::<u32>()
                    .with_context(|| format!("`{}` is a number, not `{text}`", setting.key))?
                    .into(),
            ),
        };
        self.values.insert(setting.key, (value, origin));
        Ok(())
    }

    fn take_file(&mut self, text: &str) -> Result<()> {
        let table: toml::Table = text.parse().context("not readable as TOML")?;
        for (name, value) in &table {
            match value {
                Value::Array(peers) if name == "peer" => {
                    for peer in peers {
                        self.peers.push(read_peer(peer)?);
                    }
                }
                Value::Table(inner) => {
                    for (key, value) in inner {
                        self.take_value(&format!("{name}.{key}"), value)?;
                    }
                }
                _ => self.take_value(name, value)?,
            }
        }
        Ok(())
    }

    fn take_value(&mut self, key: &str, value: &Value) -> Result<()> {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
            bail!("there is no setting `{key}`; `noroshi config` lists all");
        };
        let text = match (setting.kind, value) {
            (Kind::Text, Value::String(text)) => text.clone(),
            (Kind::Flag, Value::Boolean(flag)) => flag.to_string(),
            (Kind::Number, Value::Integer(number)) => number.to_string(),
            (Kind::Text, _) => bail!("`{key}` is a text"),
            (Kind::Flag, _) => bail!("`{key}` is `true` or `false`"),
            (Kind::Number, _) => bail!("`{key}` is a number"),
        };
        self.set(setting, &text, Origin::File)
    }

    fn text(&self, key: &str) -> Option<String> {
        let (value, _) = self.values.get(key)?;
        value.as_str().map(str::to_owned)
    }

    fn required(&self, key: &str) -> Result<String> {
        self.text(key)
            .filter(|text| !text.trim().is_empty())
            .with_context(|| format!("`{key}` is empty"))
    }

    fn number<T: TryFrom<i64>>(&self, key: &str) -> Result<T> {
        self.values
            .get(key)
            .and_then(|(value, _)| value.as_integer())
            .filter(|number| *number > 0)
            .and_then(|number| T::try_from(number).ok())
            .with_context(|| format!("`{key}` must be greater than 0"))
    }

    fn tls(&self) -> Result<Option<TlsFiles>> {
        let path = |key| self.text(key).map(|text| self.beside(Path::new(&text)));
        let client_authorities = path("tls.client_ca");
        match (path("tls.certificate"), path("tls.key")) {
            (Some(certificate), Some(key)) => Ok(Some(TlsFiles {
                certificate,
                key,
                client_authorities,
            })),
            (None, None) if client_authorities.is_none() => Ok(None),
            _ => bail!("TLS takes both `tls.certificate` and `tls.key`"),
        }
    }

    fn settings(&self) -> Result<Settings> {
        let listen = self.required("listen")?;
        let format = self.required("log.format")?;
        let sector = self.text("organisation.sector");
        let country = self.text("organisation.country");
        let public_url = self.text("public_url");
        if let Some(url) = &public_url {
            let rest = url
                .strip_prefix("https://")
                .or_else(|| url.strip_prefix("http://"));
            let is_origin = rest.is_some_and(|rest| {
                !rest.is_empty() && !rest.trim_end_matches('/').contains(['/', '?', '#', '@'])
            });
            anyhow::ensure!(is_origin, "`public_url` is no URL without a path: `{url}`");
        }
        if let Some(country) = &country {
            let is_code = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
            anyhow::ensure!(
                is_code,
                "`organisation.country` is two capital letters, not `{country}`"
            );
        }
        Ok(Settings {
            listen: listen
                .parse()
                .with_context(|| format!("`listen` is an address and a port, not `{listen}`"))?,
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            behind_proxy: self
                .values
                .get("behind_proxy")
                .and_then(|(value, _)| value.as_bool())
                .unwrap_or_default(),
            tls: self.tls()?,
            allowance: Allowance {
                requests_per_minute: self.number("quota.requests_per_minute")?,
                objects_per_hour: self.number("quota.objects_per_hour")?,
                mebibytes_per_day: self.number("quota.mebibytes_per_day")?,
                unknown_per_minute: self.number("quota.unknown_per_minute")?,
            },
            organisation_name: self.required("organisation.name")?,
            organisation_sector: sector
                .map(|text| {
                    Sector::parse(&text).with_context(|| {
                        format!("`organisation.sector`: there is no sector `{text}`")
                    })
                })
                .transpose()?,
            organisation_country: country,
            admin_login: self.required("admin.login")?,
            admin_name: self.required("admin.name")?,
            log_format: match format.as_str() {
                "json" => LogFormat::Json,
                "text" => LogFormat::Text,
                _ => bail!("`log.format` is `text` or `json`, not `{format}`"),
            },
            log_filter: self.required("log.filter")?,
            import_batch: self.number("limits.import_batch")?,
            page_objects: self.number("limits.page_objects")?,
            pull_pages: self.number("limits.pull_pages")?,
            body_bytes: self.number("limits.body_bytes")?,
            connect_timeout: Duration::from_secs(self.number("limits.connect_secs")?),
            request_timeout: Duration::from_secs(self.number("limits.request_secs")?),
            intake_networks: self.text("intake.networks"),
            intake_benign_file: self.text("intake.benign_file").map(PathBuf::from),
            intake_waiting: self.number("intake.waiting_objects")?,
            peers: self.peers.clone(),
        })
    }

    /// A path as it stands in the configuration file: relative to that file's folder.
    pub(crate) fn beside(&self, path: &Path) -> PathBuf {
        match self.file.as_ref().and_then(|file| file.parent()) {
            Some(folder) => folder.join(path),
            None => path.to_owned(),
        }
    }

    /// All settings as a commented file that can be read again.
    pub(crate) fn to_toml(&self, language: Language) -> String {
        let mut text = String::new();
        let file = self.file.as_ref().map(|path| path.display().to_string());
        let _ = writeln!(
            text,
            "# {}: {}",
            language.pick("configuration file", "設定ファイル"),
            file.as_deref().unwrap_or(language.pick("none", "なし"))
        );
        let mut table = "";
        for setting in &SETTINGS {
            let (place, name) = setting.place();
            if place != table {
                let _ = write!(text, "\n[{place}]\n");
                table = place;
            }
            let _ = write!(
                text,
                "\n# {}\n",
                language.pick(setting.english, setting.japanese)
            );
            let default = setting.default.map_or_else(
                || language.pick("none", "なし").to_owned(),
                |default| written(setting.kind, default),
            );
            let origin = self
                .values
                .get(setting.key)
                .map_or(Origin::Default, |(_, origin)| *origin);
            let _ = writeln!(
                text,
                "# {}: {default}; {}: {}; {}: {}",
                language.pick("default", "既定値"),
                language.pick("environment", "環境変数"),
                setting.variable(),
                language.pick("from", "現在値の出所"),
                origin.name(),
            );
            match self.values.get(setting.key) {
                Some((value, _)) => {
                    let _ = writeln!(text, "{name} = {value}");
                }
                None => {
                    let _ = writeln!(
                        text,
                        "# {name} = {}",
                        written(setting.kind, setting.example)
                    );
                }
            }
        }
        let _ = write!(
            text,
            "\n# {}\n",
            language.pick(
                "Other servers, by the name that `taxii` takes. Credentials stand in files: `token_file` holds an API token, or the password where `user` is given. `ca_file` holds the only certificate authorities that are believed. Both are looked for beside this file.",
                "他サーバー。`taxii` で名前を指定する。資格情報はファイルに置く: `token_file` は API トークン(`user` があればそのパスワード)。`ca_file` は信頼する認証局。いずれもこのファイルからの相対パス。"
            )
        );
        if self.peers.is_empty() {
            text.push_str("# [[peer]]\n# name = \"centre\"\n# url = \"https://centre.example.org/taxii2/\"\n# token_file = \"centre.token\"\n");
        }
        for peer in &self.peers {
            text.push_str("[[peer]]\n");
            for (name, value) in peer.pairs() {
                let _ = writeln!(text, "{name} = {}", Value::String(value));
            }
            text.push('\n');
        }
        text
    }

    /// All settings as JSON.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        let settings: serde_json::Map<String, serde_json::Value> = SETTINGS
            .iter()
            .map(|setting| {
                let held = self.values.get(setting.key);
                let value = held.map(|(value, _)| match value {
                    Value::Boolean(flag) => serde_json::json!(flag),
                    Value::Integer(number) => serde_json::json!(number),
                    other => serde_json::json!(other.as_str()),
                });
                let entry = serde_json::json!({
                    "value": value,
                    "default": setting.default,
                    "origin": held.map_or(Origin::Default, |(_, origin)| *origin).name(),
                    "environment": setting.variable(),
                    "documentation": setting.english,
                });
                (setting.key.to_owned(), entry)
            })
            .collect();
        let peers: Vec<BTreeMap<&str, String>> = self
            .peers
            .iter()
            .map(|peer| peer.pairs().into_iter().collect())
            .collect();
        serde_json::json!({ "file": self.file, "settings": settings, "peers": peers })
    }
}

impl Peer {
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        [
            ("name", Some(self.name.clone())),
            ("url", Some(self.url.clone())),
            ("token_file", path(&self.token_file)),
            ("user", self.user.clone()),
            ("collection", self.collection.clone()),
            ("ca_file", path(&self.ca_file)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

fn read_peer(value: &Value) -> Result<Peer> {
    let table = value.as_table().context("`peer` is a table: `[[peer]]`")?;
    if let Some(unknown) = table.keys().find(|key| !PEER_KEYS.contains(&key.as_str())) {
        bail!(
            "there is no setting `{unknown}` of a peer; there are {}",
            PEER_KEYS.join(", ")
        );
    }
    let text = |key: &str| {
        table
            .get(key)
            .map(|value| {
                value
                    .as_str()
                    .map(str::to_owned)
                    .with_context(|| format!("`{key}` of a peer is a text"))
            })
            .transpose()
    };
    Ok(Peer {
        name: text("name")?.context("a peer has no `name`")?,
        url: text("url")?.context("a peer has no `url`")?,
        token_file: text("token_file")?.map(PathBuf::from),
        user: text("user")?,
        collection: text("collection")?,
        ca_file: text("ca_file")?.map(PathBuf::from),
    })
}

/// A default or example as TOML.
fn written(kind: Kind, text: &str) -> String {
    match kind {
        Kind::Text => Value::String(text.to_owned()).to_string(),
        Kind::Flag | Kind::Number => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
