//! One line of a log.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use jiff::Timestamp;

use super::benign::Benign;
use super::planted::{PlantedValue, host};
use super::random::Random;
use crate::normal;

/// Writes one line; writing into a `String` does not fail, so the results of `write!` are passed over.
pub(crate) struct Writer<'a> {
    pub(crate) random: &'a mut Random,
    pub(crate) benign: &'a Benign,
    pub(crate) line: &'a mut String,
    pub(crate) at: Timestamp,
}

impl Writer<'_> {
    /// An ordinary line: of ten, five connections, three DNS requests, two HTTP requests.
    pub(crate) fn benign(&mut self) {
        let v6 = self.random.below(20) == 0;
        match self.random.below(10) {
            0..=4 => {
                let responder = self.benign.outside(self.random, v6);
                self.conn(responder);
            }
            5..=7 => {
                let name = self.benign.host(self.random).to_owned();
                self.dns(&name);
            }
            _ => {
                let name = self.benign.host(self.random).to_owned();
                let target = Benign::target(self.random);
                let agent = Benign::agent(self.random);
                self.http(&name, 80, &target, agent);
            }
        }
    }

    /// A line that shows `value`, the `nth` that is planted.
    pub(crate) fn planted(&mut self, value: &PlantedValue, nth: u64) {
        match value {
            PlantedValue::Address(address) => self.conn(*address),
            PlantedValue::Network(net) => {
                let address = within(*net, self.random);
                self.conn(address);
            }
            PlantedValue::Domain(name) if nth % 2 == 1 => {
                let target = Benign::target(self.random);
                let agent = Benign::agent(self.random);
                self.http(name, 80, &target, agent);
            }
            PlantedValue::Domain(name) => self.dns(name),
            PlantedValue::Subdomain(parent) => self.dns(&format!("n{nth}.{parent}")),
            PlantedValue::Url(url) => {
                let agent = Benign::agent(self.random);
                self.url(url, agent);
            }
            PlantedValue::UserAgent(agent) => {
                let name = self.benign.host(self.random).to_owned();
                let target = Benign::target(self.random);
                self.http(&name, 80, &target, agent);
            }
        }
    }

    fn url(&mut self, url: &str, agent: &str) {
        let Some(url) = normal::url(url) else {
            return;
        };
        let Some((authority, target)) = url
            .split_once("://")
            .and_then(|(_, rest)| rest.split_at_checked(rest.find('/')?))
        else {
            return;
        };
        let authority = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let host = host(&url).unwrap_or_default();
        let port = authority
            .rsplit_once(':')
            .filter(|(before, _)| before.ends_with(&host) || before.ends_with(']'))
            .and_then(|(_, port)| port.parse().ok())
            .unwrap_or(80);
        self.http(authority, port, target, agent);
    }

    fn conn(&mut self, responder: IpAddr) {
        let originator = Benign::inside(self.random, responder.is_ipv6());
        self.open("conn", originator, responder, None);
        let service = self.random.pick(&["ssl", "http", "dns", "ssh", "ntp"]);
        let service = service.copied().unwrap_or("ssl");
        let protocol = if matches!(service, "dns" | "ntp") {
            "udp"
        } else {
            "tcp"
        };
        let duration_us = self.random.skewed(300_000_000);
        let sent = self.random.skewed(200_000);
        let received = self.random.skewed(4_000_000);
        let (sent_packets, received_packets) = (1 + sent / 900, 1 + received / 1200);
        let _ = write!(
            self.line,
            concat!(
                r#","proto":"{}","service":"{}","duration":{}.{:06},"orig_bytes":{},"resp_bytes":{},"#,
                r#""conn_state":"SF","local_orig":true,"local_resp":false,"missed_bytes":0,"history":"ShADadFf","#,
                r#""orig_pkts":{},"orig_ip_bytes":{},"resp_pkts":{},"resp_ip_bytes":{}}}"#
            ),
            protocol,
            service,
            duration_us / 1_000_000,
            duration_us % 1_000_000,
            sent,
            received,
            sent_packets,
            sent + 40 * sent_packets,
            received_packets,
            received + 40 * received_packets,
        );
    }

    fn dns(&mut self, name: &str) {
        let originator = Benign::inside(self.random, false);
        let resolver = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 53));
        self.open("dns", originator, resolver, Some(53));
        let v6 = self.random.below(4) == 0;
        let (number, kind) = if v6 { (28, "AAAA") } else { (1, "A") };
        let found = self.random.below(12) > 0;
        let (rcode, rcode_name) = if found {
            (0, "NOERROR")
        } else {
            (3, "NXDOMAIN")
        };
        let _ = write!(
            self.line,
            r#","proto":"udp","trans_id":{},"rtt":0.{:06},"query":"#,
            self.random.below(65_536),
            self.random.skewed(400_000),
        );
        push_text(self.line, name);
        let _ = write!(
            self.line,
            concat!(
                r#","qclass":1,"qclass_name":"C_INTERNET","qtype":{},"qtype_name":"{}","rcode":{},"#,
                r#""rcode_name":"{}","AA":false,"TC":false,"RD":true,"RA":true,"Z":0"#
            ),
            number, kind, rcode, rcode_name,
        );
        if found {
            let answers = 1 + self.random.below(3);
            self.line.push_str(r#","answers":["#);
            for nth in 0..answers {
                let separator = if nth == 0 { "" } else { "," };
                let address = self.benign.outside(self.random, v6);
                let _ = write!(self.line, r#"{separator}"{address}""#);
            }
            self.line.push_str(r#"],"TTLs":["#);
            for nth in 0..answers {
                let separator = if nth == 0 { "" } else { "," };
                let _ = write!(self.line, "{separator}{}.0", 60 + self.random.below(3_600));
            }
            self.line.push(']');
        }
        let _ = write!(self.line, r#","rejected":{}}}"#, !found);
    }

    fn http(&mut self, authority: &str, port: u16, target: &str, agent: &str) {
        let responder = self.benign.outside(self.random, false);
        let originator = Benign::inside(self.random, false);
        self.open("http", originator, responder, Some(port));
        let posts = self.random.below(8) == 0;
        let method = if posts { "POST" } else { "GET" };
        let _ = write!(
            self.line,
            r#","trans_depth":{},"method":"{method}","host":"#,
            1 + self.random.below(4)
        );
        push_text(self.line, authority);
        self.line.push_str(r#","uri":"#);
        push_text(self.line, target);
        self.line.push_str(r#","version":"1.1","user_agent":"#);
        push_text(self.line, agent);
        let sent = if posts { self.random.skewed(50_000) } else { 0 };
        let codes = [
            (200, "OK"),
            (200, "OK"),
            (304, "Not Modified"),
            (404, "Not Found"),
            (302, "Found"),
        ];
        let (code, message) = self.random.pick(&codes).copied().unwrap_or((200, "OK"));
        let _ = write!(
            self.line,
            concat!(
                r#","request_body_len":{},"response_body_len":{},"status_code":{},"status_msg":"{}","#,
                r#""tags":[],"resp_fuids":["F{:016x}"],"resp_mime_types":["text/html"]}}"#
            ),
            sent,
            self.random.skewed(900_000),
            code,
            message,
            self.random.next(),
        );
    }

    /// What every line begins with. Zeek writes the times as texts where it streams.
    fn open(&mut self, path: &str, originator: IpAddr, responder: IpAddr, port: Option<u16>) {
        let ports = [443, 443, 443, 80, 53, 22, 123, 993, 8443];
        let port = port
            .or_else(|| self.random.pick(&ports).copied())
            .unwrap_or(443);
        let _ = write!(
            self.line,
            concat!(
                r#"{{"_path":"{}","_write_ts":"{:.6}","ts":"{:.6}","uid":"C{:016x}","#,
                r#""id.orig_h":"{}","id.orig_p":{},"id.resp_h":"{}","id.resp_p":{}"#
            ),
            path,
            self.at,
            self.at,
            self.random.next(),
            originator,
            32_768 + self.random.below(28_000),
            responder,
            port,
        );
    }
}

/// An address of the network.
fn within(net: IpNet, random: &mut Random) -> IpAddr {
    let wide = u128::from(random.next()) << 64 | u128::from(random.next());
    match net {
        IpNet::V4(net) => {
            let [a, b, c, d, ..] = wide.to_le_bytes();
            let host = u32::from_le_bytes([a, b, c, d]) & net.hostmask().to_bits();
            Ipv4Addr::from_bits(net.network().to_bits() | host).into()
        }
        IpNet::V6(net) => {
            let host = wide & net.hostmask().to_bits();
            Ipv6Addr::from_bits(net.network().to_bits() | host).into()
        }
    }
}

/// The text as JSON.
fn push_text(line: &mut String, text: &str) {
    line.push_str(&serde_json::Value::from(text).to_string());
}
