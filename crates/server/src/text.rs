//! The words of the pages: one table, a row for each, in both languages.
//!
//! A row has both languages or does not compile; a template names a row or does not compile.

macro_rules! texts {
    ($($key:ident: $english:literal, $japanese:literal;)*) => {
        /// The words of one language.
        #[derive(Debug)]
        pub(crate) struct Texts {
            $(pub(crate) $key: &'static str,)*
        }

        /// The words in English.
        pub(crate) static ENGLISH: Texts = Texts { $($key: $english,)* };

        /// The words in Japanese.
        pub(crate) static JAPANESE: Texts = Texts { $($key: $japanese,)* };

        /// The table: key, English, Japanese.
        #[cfg(test)]
        pub(crate) static TABLE: &[(&str, &str, &str)] =
            &[$((stringify!($key), $english, $japanese),)*];
    };
}

texts! {
    skip: "Skip to content", "本文へ移動";
    navigation: "Main", "主なページ";
    name_of_the_thing: "noroshi", "狼煙 noroshi";
    tagline: "Incident register and information sharing", "インシデント登録簿と情報共有";
    dashboard: "Dashboard", "概況";
    incidents: "Incidents", "インシデント";
    objects: "Objects", "オブジェクト";
    releases: "Releases", "公開・提供";
    see_as: "See as …", "相手の見え方";
    parties: "Parties", "関係組織";
    about: "About", "概要";
    sign_in: "Sign in", "サインイン";
    sign_out: "Sign out", "サインアウト";
    sign_in_refused: "Login or password is wrong.", "ログイン名またはパスワードが違います。";
    login: "Login", "ログイン名";
    password: "Password", "パスワード";
    password_new: "New password", "新しいパスワード";
    password_repeat: "The same again", "もう一度";
    password_hint: "At least 12 characters. A sentence is easier to remember than a puzzle.", "12文字以上。記号の羅列より、覚えやすい文をお勧めします。";
    password_set: "Set a password", "パスワードの設定";
    password_save: "Save password", "パスワードを保存";
    password_saved: "The password is saved.", "パスワードを保存しました。";
    password_differs: "the two passwords differ", "二つのパスワードが一致しません";
    password_first: "Your one-time login is now used up. Set a password to be able to sign in again.", "ワンタイムログインは使用済みになりました。次回のためにパスワードを設定してください。";
    password_later: "Go on without one", "設定せずに進む";
    once_title: "One-time login", "ワンタイムログイン";
    once_text: "This link works once. Press the button to sign in.", "このリンクは一度だけ使えます。ボタンを押すとサインインします。";
    once_refused: "This link has been used or has expired. Ask an administrator for a new one.", "このリンクは使用済みか期限切れです。管理者に再発行を依頼してください。";
    signed_in_as: "Signed in as", "サインイン中";
    failure_csrf: "This form does not belong to your session. Load the page again.", "このフォームは現在のセッションのものではありません。ページを読み込み直してください。";
    failure_forbidden: "Your role does not allow this.", "あなたの役割では許可されていません。";
    failure_internal: "The server failed. Its log says why.", "サーバーでエラーが起きました。原因はログに記録されています。";
    failure_invalid: "What you sent cannot be used.", "送信された内容は使えません。";
    failure_not_found: "There is no such thing, or you may not see it.", "見つからないか、閲覧が許可されていません。";
    failure_request: "The request cannot be understood.", "リクエストを解釈できません。";
    failure_too_many: "Too many attempts. Wait and try again.", "試行回数が多すぎます。しばらく待ってください。";
    failure_unauthenticated: "Sign in first.", "先にサインインしてください。";
    back_to_front: "To the dashboard", "概況へ戻る";
    problems: "Please correct:", "次の点を直してください：";
    kinds: "Kinds", "種類";
    kind: "Kind", "種類";
    all_kinds: "All kinds", "すべての種類";
    recent_incidents: "Latest incidents", "最近のインシデント";
    recent_releases: "Latest releases", "最近の公開・提供";
    recent_sightings: "Latest sightings", "最近の目撃報告";
    objects_held: "objects held", "保有オブジェクト";
    sightings: "Sightings", "目撃報告";
    none_yet: "None yet.", "まだありません。";
    all: "All", "すべて見る";
    member_text: "Your organisation receives what is released to it over TAXII 2.1.", "所属組織に提供された情報は TAXII 2.1 で受け取れます。";
    number: "Number", "番号";
    title: "Title", "件名";
    title_hint: "Give nothing away: it goes to everybody who may know of the incident at all.", "件名から被害者などが分からないようにしてください。存在を知ってよい全員に見えます。";
    description: "Description", "内容";
    victim: "Victim", "被害者";
    sector: "Sector", "分野";
    country: "Country", "国";
    occurred: "Occurred", "発生";
    occurred_hint: "2026, 2026-01 or 2026-01-12, as far as it is known.", "2026、2026-01、2026-01-12 のように、分かる範囲で。";
    learnt: "Learnt", "認知";
    recorded: "Recorded", "登録";
    classification: "Classification", "分類";
    determination: "Determination", "判定";
    status: "Status", "状況";
    determination_blocked: "Blocked", "阻止";
    determination_confirmed: "Confirmed", "確認済み";
    determination_failed_attempt: "Failed attempt", "未遂";
    determination_false_positive: "False positive", "誤検知";
    determination_suspected: "Suspected", "疑い";
    status_closed: "Closed", "完了";
    status_new: "New", "新規";
    status_open: "Open", "対応中";
    consent: "The victim consents to its being passed on", "被害者は情報の提供に同意している";
    consent_yes: "given", "あり";
    consent_no: "not given", "なし";
    consent_label: "Consent", "同意";
    marking: "Marking", "取扱い";
    marking_incident: "Marking of the incident", "インシデントの取扱い";
    marking_victim: "Marking of victim and description", "被害者と内容の取扱い";
    unmarked: "unmarked", "指定なし";
    revoked: "revoked", "失効";
    attribution: "Attribution", "帰属";
    attributions: "Attributions", "帰属";
    attribution_assessed: "Assessed", "評価";
    attribution_public: "Publicly attributed", "公表";
    attribution_marking: "Marking of the attribution", "帰属の取扱い";
    actor: "Actor", "攻撃者";
    actor_hint: "Identifier of an intrusion set or threat actor; leave empty for none.", "intrusion-set か threat-actor の識別子。なければ空欄。";
    author: "Said by", "評価者";
    confidence: "Confidence", "確度";
    confidence_none: "none", "なし";
    confidence_low: "low", "低";
    confidence_medium: "medium", "中";
    confidence_high: "high", "高";
    register_new: "Register an incident", "インシデントを登録";
    register_do: "Register", "登録する";
    what: "What happened", "何が起きたか";
    who_knows: "Who may know", "誰が知ってよいか";
    sectors_seen: "Seen in these sectors", "観測された分野";
    linked_objects: "Objects of this incident", "関連オブジェクト";
    link_objects: "Link objects", "オブジェクトを関連付ける";
    link_do: "Link", "関連付ける";
    ids_hint: "STIX identifiers, one a line.", "STIX 識別子を1行に1つ。";
    release_this: "Release …", "提供する …";
    seen_by: "Seen by", "観測者";
    count: "Count", "件数";
    first_seen: "First seen", "初回";
    last_seen: "Last seen", "最終";
    source: "Given by", "提供元";
    on_edition: "on an edition", "編集版に対して";
    search: "Search", "検索";
    search_text: "Text, value or identifier", "語・値・識別子";
    next_page: "Next page", "次のページ";
    version: "Version", "版";
    versions: "Versions", "版";
    properties: "Properties", "属性";
    property: "Property", "属性";
    value: "Value", "値";
    relations: "Relations", "関係";
    relation: "Relation", "関係";
    direction: "Direction", "向き";
    outgoing: "to", "から先へ";
    incoming: "from", "ここへ";
    other_object: "Object", "相手";
    graph_title: "Relations as a picture", "関係図";
    graph_more: "more in the list below", "件は下の一覧に";
    referred: "Refers to", "参照先";
    json: "JSON", "JSON";
    edition_of: "An edition of", "次の編集版";
    identifier: "Identifier", "識別子";
    recipients: "Recipients", "提供先";
    ceiling: "Up to", "上限";
    confirmed: "Confirmed", "確定";
    confirmed_by: "By", "確定者";
    reason: "Reason", "理由";
    withdrawn: "withdrawn", "撤回済み";
    withdraw: "Withdraw", "撤回する";
    until: "Until", "期限";
    from: "Not before", "解禁日時";
    in_force: "in force", "有効";
    release_new: "New release", "新しい提供";
    release_title: "Release", "提供";
    what_to_release: "What", "何を";
    to_whom: "To whom", "誰に";
    on_which_terms: "On which terms", "どの条件で";
    with_references: "Also what they refer to, and the relationships between them", "参照先と相互の関係も含める";
    cuts: "Cut out", "除く部分";
    cuts_hint: "One a line: a selector such as description, or an identifier and a selector.", "1行に1つ。description のような部分名、または識別子と部分名。";
    utc_hint: "UTC; leave empty for none.", "UTC。なければ空欄。";
    preview: "Preview", "事前確認";
    preview_do: "Preview what each will see", "各提供先の見え方を確認";
    preview_text: "Nothing has been released yet. This is what each audience would see.", "まだ提供されていません。確定すると各提供先には次のように見えます。";
    preview_now: "What each audience sees now", "各提供先に現在見えているもの";
    confirm: "Confirm this release", "この内容で提供を確定";
    change: "Change", "修正する";
    audience: "Audience", "提供先";
    whole: "whole", "全体";
    edition: "edition", "編集版";
    nothing: "nothing", "なし";
    cut_out: "cut:", "削除：";
    warnings: "Before you confirm", "確定の前に";
    public: "the public", "一般公開";
    organisation: "Organisation", "組織";
    organisations: "Organisations", "組織";
    communities: "Communities", "共同体";
    community: "Community", "共同体";
    persons: "Persons", "利用者";
    own: "this node", "このノード";
    name: "Name", "名称";
    members: "Members", "構成員";
    role: "Role", "役割";
    role_administrator: "Administrator", "管理者";
    role_analyst: "Analyst", "分析者";
    role_auditor: "Auditor", "監査者";
    role_member: "Member", "構成員";
    role_releaser: "Releaser", "提供責任者";
    role_service: "Service", "サービス";
    add: "Add", "追加";
    add_organisation: "Add an organisation", "組織を追加";
    add_community: "Add a community", "共同体を追加";
    add_member: "Add a member", "構成員を追加";
    add_person: "Add a person", "利用者を追加";
    country_hint: "Two letters: JP", "2文字：JP";
    person_added: "Person added", "利用者を追加しました";
    person_added_text: "Give this one-time login to the person by a safe way. It is shown only now.", "このワンタイムログインを安全な方法で本人に渡してください。表示は今回限りです。";
    expires: "Expires", "期限";
    see_as_text: "Exactly what an audience gets from this node, as it would be sent.", "選んだ相手にこのノードから実際に送られるものを、そのまま表示します。";
    see_as_do: "Show", "表示";
    sees: "sees", "に見えるもの";
    added: "Added", "追加";
    about_text: "A node of a national platform for cyber-incident readiness and information sharing. It keeps a register of incidents, holds STIX 2.1 objects as they were received, decides object by object what each audience may have, and exchanges over TAXII 2.1.", "サイバーインシデントへの備えと情報共有のための国家基盤のノードです。インシデントを登録し、STIX 2.1 オブジェクトを受け取ったまま保管し、相手ごとに提供できる範囲を判断し、TAXII 2.1 で交換します。";
    about_name: "A noroshi is a beacon fire: seen on one hill, lit on the next.", "狼煙は、一つの山で上がれば次の山へと伝わる合図の火です。";
    operator: "Operated by", "運用者";
    taxii_address: "TAXII discovery", "TAXII の入口";
    licence: "Licence", "ライセンス";
}
