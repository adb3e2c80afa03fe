//! The ordinary world around the planted hits.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::SampleError;
use super::planted::{PlantedIndicator, PlantedValue};
use super::random::{Random, mix};
use crate::normal;

/// What lines are made of that are not planted.
#[derive(Debug)]
pub(crate) struct Benign {
    networks: Vec<IpNet>,
    addresses: Vec<IpAddr>,
    hosts: Vec<String>,
}

impl Benign {
    /// A world in which nothing of `planted` occurs.
    pub(crate) fn avoiding(planted: &[PlantedIndicator]) -> Result<Self, SampleError> {
        let mut benign = Self {
            networks: Vec::new(),
            addresses: Vec::new(),
            hosts: Vec::new(),
        };
        for PlantedIndicator { value, .. } in planted {
            let readable = match value {
                PlantedValue::Address(address) => {
                    benign.addresses.push(*address);
                    !is_inside(*address)
                }
                PlantedValue::Network(net) => {
                    benign.networks.push(*net);
                    // A network that covers more than a part of the world outside would leave nothing benign.
                    let broad = net.prefix_len() < if net.addr().is_ipv4() { 16 } else { 49 };
                    !broad && !is_inside(net.addr())
                }
                PlantedValue::Domain(name) | PlantedValue::Subdomain(name) => {
                    normal::domain(name).is_some() && normal::address(name).is_none()
                }
                PlantedValue::Url(url) => {
                    normal::url(url).is_some_and(|url| url.starts_with("http://"))
                }
                PlantedValue::UserAgent(agent) => !AGENTS.contains(&agent.as_str()),
            };
            if !readable {
                return Err(SampleError::Benign {
                    value: value.text(),
                });
            }
        }
        let hosts = (0..HOSTS).map(host_name).filter(|host| {
            let host = PlantedValue::Domain(host.clone());
            planted
                .iter()
                .all(|planted| !planted.value.is_seen_in(&host))
        });
        benign.hosts = hosts.collect();
        if benign.hosts.is_empty() {
            let value = "every name".to_owned();
            return Err(SampleError::Benign { value });
        }
        Ok(benign)
    }

    /// A client inside; one of twenty speaks IPv6.
    pub(crate) fn inside(random: &mut Random, v6: bool) -> IpAddr {
        let host = random.skewed(60_000);
        let [.., a, b, c] = mix(host).to_be_bytes();
        if v6 {
            let subnet = u16::from(a & 15);
            let interface = u16::from_be_bytes([b, c]);
            return Ipv6Addr::new(0x2001, 0xdb8, 0xa, subnet, 0x21a, 0x4aff, 0xfe00, interface)
                .into();
        }
        Ipv4Addr::new(10, a, b, c).into()
    }

    /// A server outside that nothing planted matches; one of a few thousand, some far more often than others.
    pub(crate) fn outside(&self, random: &mut Random, v6: bool) -> IpAddr {
        let mut server = random.skewed(8_000);
        loop {
            let address = server_address(server, v6);
            let planted = self.addresses.contains(&address)
                || self.networks.iter().any(|net| net.contains(&address));
            if !planted {
                return address;
            }
            // The planted are fewer and smaller than the world outside, so this ends.
            server += 1;
        }
    }

    /// A name outside.
    pub(crate) fn host(&self, random: &mut Random) -> &str {
        let at = random.skewed(self.hosts.len() as u64);
        usize::try_from(at)
            .ok()
            .and_then(|at| self.hosts.get(at))
            .map_or("www.example.test", String::as_str)
    }

    /// The user agent of one client's browser.
    pub(crate) fn agent(random: &mut Random) -> &'static str {
        random.pick(AGENTS).copied().unwrap_or_default()
    }

    /// The path and query of a request.
    pub(crate) fn target(random: &mut Random) -> String {
        let folder = random.pick(&["assets", "api/v2", "images", "news", "cart", "static/js"]);
        let file = random.pick(&[
            "index.html",
            "item",
            "app.js",
            "style.css",
            "logo.png",
            "feed",
        ]);
        let (folder, file) = (folder.unwrap_or(&""), file.unwrap_or(&""));
        match random.below(3) {
            0 => format!("/{folder}/{file}"),
            1 => format!("/{folder}/{}/{file}", random.below(10_000)),
            _ => {
                let session = random.next();
                format!(
                    "/{folder}/{file}?id={}&s={session:016x}",
                    random.below(100_000)
                )
            }
        }
    }
}

/// Whether an address is one of those inside.
fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.octets().first() == Some(&10),
        IpAddr::V6(address) => matches!(address.segments(), [0x2001, 0xdb8, 0xa, ..]),
    }
}

fn server_address(server: u64, v6: bool) -> IpAddr {
    let [.., a, b, c] = mix(server ^ 0x5eed).to_be_bytes();
    if v6 {
        let subnet = u16::from_be_bytes([a, b]);
        return Ipv6Addr::new(0x2001, 0xdb8, 0xffff, subnet, 0, 0, 0, u16::from(c) + 1).into();
    }
    Ipv4Addr::new(198, 18 + a % 2, b, c).into()
}

fn host_name(number: u64) -> String {
    let of = |words: &[&'static str], by: u64| {
        let at = usize::try_from(number / by).unwrap_or_default() % words.len().max(1);
        words.get(at).copied().unwrap_or_default()
    };
    let service = of(
        &[
            "www", "cdn", "mail", "api", "img", "login", "update", "static",
        ],
        1,
    );
    let first = of(
        &[
            "sakura", "blue", "north", "quick", "paper", "metro", "river", "sun", "cloud", "green",
        ],
        8,
    );
    let second = of(
        &[
            "shop",
            "media",
            "bank",
            "news",
            "travel",
            "games",
            "travel-guide",
            "telecom",
        ],
        80,
    );
    let top = of(&["example", "test", "co.example", "invalid"], 640);
    format!("{service}.{first}-{second}.{top}")
}

/// Names outside: every combination of [`host_name`] once.
const HOSTS: u64 = 8 * 10 * 8 * 4;

const AGENTS: &[&str] = &[
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Microsoft-CryptoAPI/10.0",
    "curl/8.17.0",
];
