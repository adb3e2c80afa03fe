//! The lists themselves: facts that anybody can look up.

use super::{Extent, List, Lists};
use crate::normal;

/// The lists that are the same everywhere.
pub(super) fn lists() -> Lists {
    let mut lists = Lists::default();
    let networks = [
        (List::SpecialPurpose, &SPECIAL_V4[..]),
        (List::SpecialPurpose, &SPECIAL_V6),
        (List::RootServer, &ROOT_SERVERS),
        (List::PublicResolver, &RESOLVERS),
    ];
    for (list, texts) in networks {
        for net in texts.iter().filter_map(|text| normal::network(text)) {
            lists.add_network(list, net);
        }
    }
    let names = [
        (List::SpecialPurpose, Extent::All, &SPECIAL_NAMES[..]),
        (List::RootServer, Extent::All, &["root-servers.net"]),
        (List::PublicResolver, Extent::All, &RESOLVER_NAMES),
        (List::TopDomain, Extent::Name, &TOP_NAMES),
        (List::TopDomain, Extent::Below, &TOP_DOMAINS),
    ];
    for (list, extent, texts) in names {
        for text in texts {
            lists.add_name(list, extent, (*text).to_owned());
        }
    }
    for text in EMPTY_FILE {
        lists.hashes.insert(text, List::EmptyFile);
    }
    lists
}

/// IANA IPv4 Special-Purpose Address Registry (RFC 6890), and multicast (RFC 5771), without what is for documentation
/// (RFC 5737).
const SPECIAL_V4: [&str; 15] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// IANA IPv6 Special-Purpose Address Registry, and multicast (RFC 4291 §2.7), without documentation (RFC 3849, RFC
/// 9637) and without Teredo and 6to4, behind which hosts are that can be attacked and attack.
const SPECIAL_V6: [&str; 17] = [
    "::/128",
    "::1/128",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001:2::/48",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:30::/28",
    "2620:4f:8000::/48",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

/// Names that resolve in a network of their own, or to addresses (RFC 6761, RFC 6762, RFC 8375, RFC 3172).
const SPECIAL_NAMES: [&str; 6] = [
    "home.arpa",
    "in-addr.arpa",
    "internal",
    "ip6.arpa",
    "local",
    "localhost",
];

/// The root servers, with the former addresses of b, which still answer.
const ROOT_SERVERS: [&str; 28] = [
    "198.41.0.4",
    "2001:503:ba3e::2:30",
    "170.247.170.2",
    "2801:1b8:10::b",
    "199.9.14.201",
    "2001:500:200::b",
    "192.33.4.12",
    "2001:500:2::c",
    "199.7.91.13",
    "2001:500:2d::d",
    "192.203.230.10",
    "2001:500:a8::e",
    "192.5.5.241",
    "2001:500:2f::f",
    "192.112.36.4",
    "2001:500:12::d0d",
    "198.97.190.53",
    "2001:500:1::53",
    "192.36.148.17",
    "2001:7fe::53",
    "192.58.128.30",
    "2001:503:c27::2:30",
    "193.0.14.129",
    "2001:7fd::1",
    "199.7.83.42",
    "2001:500:9f::42",
    "202.12.27.33",
    "2001:dc3::35",
];

/// Resolvers that their operators publish for everybody.
const RESOLVERS: [&str; 49] = [
    "1.0.0.1",
    "1.0.0.2",
    "1.0.0.3",
    "1.1.1.1",
    "1.1.1.2",
    "1.1.1.3",
    "4.2.2.1",
    "4.2.2.2",
    "4.2.2.3",
    "4.2.2.4",
    "4.2.2.5",
    "4.2.2.6",
    "8.8.4.4",
    "8.8.8.8",
    "9.9.9.9",
    "9.9.9.10",
    "9.9.9.11",
    "64.6.64.6",
    "64.6.65.6",
    "77.88.8.1",
    "77.88.8.8",
    "84.200.69.80",
    "84.200.70.40",
    "94.140.14.14",
    "94.140.15.15",
    "103.2.57.5",
    "103.2.57.6",
    "114.114.114.114",
    "114.114.115.115",
    "119.29.29.29",
    "149.112.112.10",
    "149.112.112.11",
    "149.112.112.112",
    "185.228.168.9",
    "185.228.169.9",
    "208.67.220.123",
    "208.67.220.220",
    "208.67.222.123",
    "208.67.222.222",
    "223.5.5.5",
    "223.6.6.6",
    "2001:4860:4860::8844",
    "2001:4860:4860::8888",
    "2606:4700:4700::1001",
    "2606:4700:4700::1111",
    "2620:119:35::35",
    "2620:119:53::53",
    "2620:fe::9",
    "2620:fe::fe",
];

/// Names of such resolvers, as they are asked over TLS and HTTPS.
const RESOLVER_NAMES: [&str; 5] = [
    "cloudflare-dns.com",
    "dns.google",
    "dns.quad9.net",
    "one.one.one.one",
    "public.dns.iij.jp",
];

/// Services that everybody uses and where many put content of their own: the name alone is benign.
const TOP_NAMES: [&str; 80] = [
    "adobe.com",
    "akamai.com",
    "alibaba.com",
    "amazon.co.jp",
    "amazon.com",
    "aol.com",
    "apple.com",
    "aws.amazon.com",
    "baidu.com",
    "bbc.co.uk",
    "bing.com",
    "bitbucket.org",
    "booking.com",
    "canva.com",
    "chatgpt.com",
    "cloudflare.com",
    "cnn.com",
    "cookpad.com",
    "cybozu.co.jp",
    "discord.com",
    "docomo.ne.jp",
    "dropbox.com",
    "duckduckgo.com",
    "ebay.com",
    "facebook.com",
    "fastly.com",
    "github.com",
    "gitlab.com",
    "gmail.com",
    "goo.ne.jp",
    "google.co.jp",
    "google.com",
    "hotmail.com",
    "icloud.com",
    "imdb.com",
    "instagram.com",
    "jreast.co.jp",
    "kakaku.com",
    "kddi.com",
    "line.me",
    "linkedin.com",
    "live.com",
    "mail.ru",
    "mercari.com",
    "microsoft.com",
    "naver.com",
    "netflix.com",
    "nhk.or.jp",
    "nicovideo.jp",
    "nikkei.com",
    "note.com",
    "ntt.com",
    "nytimes.com",
    "office.com",
    "openai.com",
    "outlook.com",
    "paypal.com",
    "pinterest.com",
    "pixiv.net",
    "qq.com",
    "rakuten.co.jp",
    "reddit.com",
    "salesforce.com",
    "slack.com",
    "softbank.jp",
    "spotify.com",
    "stackoverflow.com",
    "telegram.org",
    "tiktok.com",
    "twitch.tv",
    "twitter.com",
    "vimeo.com",
    "whatsapp.com",
    "wordpress.org",
    "x.com",
    "yahoo.co.jp",
    "yahoo.com",
    "yandex.ru",
    "youtube.com",
    "zoom.us",
];

/// Names of whoever puts up everything below them himself.
const TOP_DOMAINS: [&str; 21] = [
    "digicert.com",
    "digital.go.jp",
    "first.org",
    "iana.org",
    "icann.org",
    "ietf.org",
    "ipa.go.jp",
    "isc.org",
    "jpcert.or.jp",
    "jprs.jp",
    "letsencrypt.org",
    "mitre.org",
    "mozilla.org",
    "nict.go.jp",
    "nist.gov",
    "oasis-open.org",
    "rfc-editor.org",
    "w3.org",
    "wikimedia.org",
    "wikipedia.org",
    "windowsupdate.com",
];

/// MD5, SHA-1, SHA-2 and SHA-3 of nothing.
const EMPTY_FILE: [&str; 8] = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
    "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",
    "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a615b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26",
];
