//! Every setting, as a table: name, kind, default and documentation.

/// One setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Name in the file, with its table: `organisation.name`.
    pub(crate) key: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
    /// The value where nobody says otherwise.
    pub(crate) default: Option<&'static str>,
    /// An example, for settings without a default.
    pub(crate) example: &'static str,
    /// What it does.
    pub(crate) english: &'static str,
    /// The same in Japanese.
    pub(crate) japanese: &'static str,
}

/// What a setting holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `true` or `false`.
    Flag,
    /// A whole number, not negative.
    Number,
    /// A text.
    Text,
}

impl Setting {
    /// The name of the environment variable: `NOROSHI_ORGANISATION_NAME`.
    pub(crate) fn variable(&self) -> String {
        format!("NOROSHI_{}", self.key.replace('.', "_").to_uppercase())
    }

    /// The table and the name in it.
    pub(crate) fn place(&self) -> (&'static str, &'static str) {
        self.key.split_once('.').unwrap_or(("", self.key))
    }
}

/// All settings, in the order in which they are printed: those without a table first.
pub(crate) const SETTINGS: [Setting; 26] = [
    Setting {
        key: "listen",
        kind: Kind::Text,
        default: Some("127.0.0.1:8600"),
        example: "",
        english: "Address and port on which `serve` listens.",
        japanese: "`serve` が待ち受けるアドレスとポート。",
    },
    Setting {
        key: "public_url",
        kind: Kind::Text,
        default: None,
        example: "https://noroshi.example.org",
        english: "URL under which others reach this node, without a path; the listening address where it is absent. Browsers need it where a proxy changes `Host`.",
        japanese: "他者がこのノードに到達する URL(パスなし)。省略時は待ち受けアドレス。プロキシが `Host` を変える場合はブラウザの利用に必要。",
    },
    Setting {
        key: "behind_proxy",
        kind: Kind::Flag,
        default: Some("false"),
        example: "",
        english: "Whether a reverse proxy that speaks TLS stands in front. Without one the node refuses to listen on an address that other machines reach: passwords and objects would go over the network in the clear.",
        japanese: "TLS を終端するリバースプロキシが前段にあるか。ない場合、他の機器から届くアドレスでは待ち受けない。",
    },
    Setting {
        key: "organisation.name",
        kind: Kind::Text,
        default: Some("My organisation"),
        example: "",
        english: "Name of the organisation that runs this node; read at the first start only.",
        japanese: "このノードを運用する組織の名称(初回起動時のみ参照)。",
    },
    Setting {
        key: "organisation.sector",
        kind: Kind::Text,
        default: None,
        example: "government",
        english: "Its sector, a name of the fifteen critical-infrastructure sectors; read at the first start only.",
        japanese: "組織の分野(重要インフラ15分野の名称。初回起動時のみ参照)。",
    },
    Setting {
        key: "organisation.country",
        kind: Kind::Text,
        default: None,
        example: "JP",
        english: "Its country, two letters (ISO 3166-1); read at the first start only.",
        japanese: "組織の国(ISO 3166-1 の2文字。初回起動時のみ参照)。",
    },
    Setting {
        key: "admin.login",
        kind: Kind::Text,
        default: Some("admin"),
        example: "",
        english: "Login of the first administrator; read at the first start only.",
        japanese: "最初の管理者のログイン名(初回起動時のみ参照)。",
    },
    Setting {
        key: "admin.name",
        kind: Kind::Text,
        default: Some("Administrator"),
        example: "",
        english: "Name of the first administrator; read at the first start only.",
        japanese: "最初の管理者の氏名(初回起動時のみ参照)。",
    },
    Setting {
        key: "log.format",
        kind: Kind::Text,
        default: Some("text"),
        example: "",
        english: "How log lines are written to standard error: `text` or `json`.",
        japanese: "標準エラーへのログの形式: `text` または `json`。",
    },
    Setting {
        key: "log.filter",
        kind: Kind::Text,
        default: Some("warn"),
        example: "",
        english: "Which log lines are written: `error`, `warn`, `info`, `debug`, `trace`, or per part as `info,taxii=debug`.",
        japanese: "出力するログ: `error`、`warn`、`info`、`debug`、`trace`、または `info,taxii=debug` のように部分ごと。",
    },
    Setting {
        key: "tls.certificate",
        kind: Kind::Text,
        default: None,
        example: "/etc/noroshi/certificate.pem",
        english: "Certificate of this node in PEM, with those between it and its authority. With it and `tls.key` the node speaks TLS 1.3 and 1.2; at SIGHUP it reads the files again.",
        japanese: "このノードの証明書(PEM、中間証明書を含む)。`tls.key` とともに指定すると TLS 1.3/1.2 で待ち受け、SIGHUP で再読み込みする。",
    },
    Setting {
        key: "tls.key",
        kind: Kind::Text,
        default: None,
        example: "/etc/noroshi/key.pem",
        english: "Private key of that certificate in PEM.",
        japanese: "その証明書の秘密鍵(PEM)。",
    },
    Setting {
        key: "tls.client_ca",
        kind: Kind::Text,
        default: None,
        example: "/etc/noroshi/partners.pem",
        english: "Authorities in PEM whose certificates clients may show instead of a token; `noroshi token certificate` says whom a certificate stands for.",
        japanese: "クライアントがトークンの代わりに提示できる証明書の認証局(PEM)。証明書の持ち主は `noroshi token certificate` で登録する。",
    },
    Setting {
        key: "quota.requests_per_minute",
        kind: Kind::Number,
        default: Some("60000"),
        example: "",
        english: "Requests that one organisation may make in a minute; beyond it the answer is 429.",
        japanese: "1組織が1分間に行える要求数。超えると 429 を返す。",
    },
    Setting {
        key: "quota.objects_per_hour",
        kind: Kind::Number,
        default: Some("20000000"),
        example: "",
        english: "Objects that one organisation may send in an hour.",
        japanese: "1組織が1時間に送れる対象数。",
    },
    Setting {
        key: "quota.mebibytes_per_day",
        kind: Kind::Number,
        default: Some("65536"),
        example: "",
        english: "Objects that one organisation may send in a day, in MiB.",
        japanese: "1組織が1日に送れる対象の量(MiB)。",
    },
    Setting {
        key: "quota.unknown_per_minute",
        kind: Kind::Number,
        default: Some("300"),
        example: "",
        english: "Requests without credentials, or with wrong ones, that one address may make in a minute.",
        japanese: "資格情報のない、または誤った要求を1アドレスが1分間に行える数。",
    },
    Setting {
        key: "limits.import_batch",
        kind: Kind::Number,
        default: Some("1000"),
        example: "",
        english: "Objects that an import commits, and acknowledges, at once.",
        japanese: "取り込み時に一度に確定する対象数。",
    },
    Setting {
        key: "limits.page_objects",
        kind: Kind::Number,
        default: Some("1000"),
        example: "",
        english: "Objects that `taxii pull` asks for in one page and `taxii push` sends in one request.",
        japanese: "`taxii pull` が1ページで求め、`taxii push` が1要求で送る対象数。",
    },
    Setting {
        key: "limits.pull_pages",
        kind: Kind::Number,
        default: Some("10000"),
        example: "",
        english: "Most pages that one `taxii pull` reads of a collection.",
        japanese: "1回の `taxii pull` が読む最大ページ数。",
    },
    Setting {
        key: "limits.body_bytes",
        kind: Kind::Number,
        default: Some("67108864"),
        example: "",
        english: "Longest answer that is read of another server.",
        japanese: "他サーバーから読む応答の最大バイト数。",
    },
    Setting {
        key: "limits.connect_secs",
        kind: Kind::Number,
        default: Some("10"),
        example: "",
        english: "Longest wait for a connection to another server, in seconds.",
        japanese: "他サーバーへの接続を待つ最大秒数。",
    },
    Setting {
        key: "limits.request_secs",
        kind: Kind::Number,
        default: Some("120"),
        example: "",
        english: "Longest time for one request to another server, in seconds.",
        japanese: "他サーバーへの1要求の最大秒数。",
    },
    Setting {
        key: "intake.networks",
        kind: Kind::Text,
        default: None,
        example: "192.0.2.0/24, 2001:db8::/32, example.org",
        english: "Networks and domains of the house and of those it serves, separated by commas: what others send about one of them waits for a decision, and they are not told.",
        japanese: "自組織と会員組織のネットワークとドメイン(カンマ区切り)。これらを対象とする受信オブジェクトは判断を待つ(送信者には伝えない)。",
    },
    Setting {
        key: "intake.benign_file",
        kind: Kind::Text,
        default: None,
        example: "benign.txt",
        english: "File with more that is benign, an address, network or domain on each line; `#` begins a remark.",
        japanese: "無害とみなすアドレス・ネットワーク・ドメインを1行に1つ書いたファイル(`#` 以降は注釈)。",
    },
    Setting {
        key: "intake.waiting_objects",
        kind: Kind::Number,
        default: Some("10000"),
        example: "",
        english: "Objects of one source that may wait for a decision; what comes on top is refused.",
        japanese: "1提供元あたり判断待ちにできる対象数。超過分は拒否する。",
    },
];

/// What a peer may have in the file.
pub(crate) const PEER_KEYS: [&str; 6] =
    ["name", "url", "token_file", "user", "collection", "ca_file"];
